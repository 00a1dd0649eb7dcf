"""What middleboxes do to a session in mid-flight."""

import pytest

from lab.matrix import Counter


@pytest.mark.parametrize("cell", ["near/near-drop", "nat/fwdrop", "cgn/nat22-acc"])
def test_udp_blocked_and_let_through_again(lab, cell):
    """Typing goes on over ssh while UDP is blocked, and over UDP afterwards; nothing is lost."""
    lab = lab(cell)
    with lab.awl_pty("--predict=never", "--keep-ssh") as terminal:
        log = terminal.log
        terminal.wait(r"awl-lab\$")
        log.first("session: udp")
        counter = Counter(lab, terminal)
        lab.net.block_udp()
        offset = len(terminal.total)
        counter.type_until(lambda: b"z" in terminal.total[offset:], "z", 20)
        counter.type_until(lambda: moved(log)[-1].startswith("ssh pipe"), "x", 20)
        lab.net.block_udp(False)
        counter.type_until(lambda: moved(log)[-1].startswith("udp"), "w")
        assert counter.arrived()
        terminal.send("\x04exit\n")
        assert terminal.exit_status() == 0


def moved(log):
    """What carried the session, one after the other."""
    start = "session: moved to "
    return [text[len(start):] for _, text in log.lines() if text.startswith(start)]


@pytest.mark.parametrize("cell,role", [("near/near-drop", "s"), ("nat/fwdrop", "s0"),
                                       ("cgn/nat22-acc", "s0"), ("cgn-acc/fwdrop", "c1")])
def test_middlebox_forgets(lab, cell, role):
    """A firewall or NAT that loses its table (a restart) costs a new punch, not the session."""
    lab = lab(cell)
    with lab.awl_pty("--predict=never", "--keep-ssh") as terminal:
        log = terminal.log
        terminal.wait(r"awl-lab\$")
        log.first("session: udp")
        counter = Counter(lab, terminal)
        counter.type_until(lambda: len(counter.typed) > 20, "y", 20)
        lab.net.forget(role)
        offset = len(terminal.total)
        counter.type_until(lambda: b"z" in terminal.total[offset:], "z", 20)
        counter.type_until(lambda: moved(log)[-1].startswith("udp"), "w")
        assert counter.arrived()
        terminal.send("\x04exit\n")
        assert terminal.exit_status() == 0
