"""The server gets another address in mid-session, and its name in the client's resolver too."""

import pytest

from lab.matrix import Counter
from lab.wait import until

NAME = "moves.lab"


@pytest.mark.parametrize("kind", ["near-nat/near-drop", "near-nat/nat22"])
def test_server_moves(lab, kind):
    """ssh finds it by its name, and UDP goes to the new address, also where the server can't know
    it, since it is its NAT's. What is typed meanwhile arrives."""
    lab = lab(kind, sshd={"name": NAME})
    with lab.awl_pty("--predict=never") as terminal:
        log = terminal.log
        terminal.wait(r"awl-lab\$")
        log.first("session: udp")
        counter = Counter(lab, terminal)
        lab.net.move_server()
        lab.net.name(NAME, lab.net.server)

        def there():
            counter.type()
            return f"session: moved to udp {lab.net.server}:" in log.text()
        until(there, "UDP goes to the new address", 90, detail=log.text)
        assert counter.arrived()
        terminal.send("\x04exit\n")
        assert terminal.exit_status() == 0
        assert log.path_line().startswith(f"udp {lab.net.server}:"), log.text()
