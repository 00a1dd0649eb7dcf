"""Through a jump host, the router before the server: with a way for UDP between client and server
the session goes direct, without one it stays on ssh's pipe and says why."""

import os

import pytest

from lab.session import PROMPT, echoes, leave, udp_since
from lab.sshd import Sshd
from lab.wait import until

# The jump host alone may pass: what the client sends to the server itself is dropped.
NO_ROUTE = """
table inet noroute {
  chain forward {
    type filter hook forward priority 0; policy drop;
  }
}
"""


def through_jump(lab):
    """The --ssh option; the jump host's sshd is the lab's as well."""
    address = lab.net.plan.wire[1]
    jump = lab.enter_context(Sshd(lab.run, lab.net, role="q", address=address))
    config = os.path.join(lab.run.new_folder("jump"), "config")
    with open(lab.sshd.ssh_config) as server, open(jump.ssh_config) as other, \
            open(config, "w") as out:
        out.write(server.read() + "  ProxyJump jump\n"
                  + other.read().replace(f"Host {Sshd.ALIAS}", "Host jump"))
    return f"--ssh=ssh -F {config}", jump


@pytest.mark.parametrize("kind", ["open", "drop"])
def test_direct_route(lab, kind):
    lab = lab(kind)
    option, jump = through_jump(lab)
    screen = lab.awl(option)
    screen.wait(PROMPT)
    assert "through a proxy" in screen.log.first("ssh: -G")[1]
    screen.log.first("session: udp")
    assert jump.logins() == 1
    lines = len(screen.log.lines())
    lab.net.roam()
    echoes(screen, 6)
    until(lambda: udp_since(screen.log, lines), "UDP again", detail=screen.log.text)
    leave(screen, 3)


def test_no_route(lab):
    lab = lab("open")
    lab.net.nft("q", NO_ROUTE)
    option, jump = through_jump(lab)
    screen = lab.awl(option)
    screen.wait(PROMPT)
    echoes(screen, 5)
    screen.wait("UDP doesn't get through; going on over ssh", 60)
    lab.net.roam()
    echoes(screen, 6)
    assert jump.logins() >= 2
    assert not screen.log.times("session: udp")
    leave(screen, 3)
    assert screen.log.path_line().startswith("ssh pipe"), screen.log.path_line()
