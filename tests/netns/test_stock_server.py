"""A server that is plain mosh-server, with a copy of awl-server for the relay on its host: the
one login that started the session also carries it through the firewall."""

import os
import shutil

import pytest

from lab import programs
from lab.session import PROMPT, echoes, leave
from lab.wait import until

KINDS = ["open", "drop", "router", "six", "udpblock"]


def leave_all(lab, screen, roamed=False):
    leave(screen)
    lab.wait_gone("s", "mosh-server")
    if not roamed:  # else sshd doesn't know yet that nobody is at the other end
        lab.wait_gone("s", "awl-server")
    lab.wait_gone("c", "ssh")


@pytest.mark.parametrize("kind", KINDS)
def test_one_login(lab, kind):
    lab = lab(kind)
    screen = lab.awl("--server=mosh-server")
    screen.wait(PROMPT)
    assert screen.log.first("ssh: line read")[1].endswith("mosh-server")
    echoes(screen, 6)
    screen.log.first("ssh: relay up")
    assert lab.sshd.logins() == 1
    if lab.net.kind.open:
        screen.log.first("session: udp")
    else:
        assert not screen.log.times("session: udp")
    leave_all(lab, screen)


def test_roams(lab):
    """Behind the firewall, twice: the next relay is a login of its own."""
    lab = lab("drop")
    screen = lab.awl("--server=mosh-server")
    screen.wait(PROMPT)
    screen.log.first("ssh: relay up")
    for number in (6, 8):
        lab.net.roam()
        echoes(screen, number)
    assert len(screen.log.times("ssh: dial")) >= 2
    leave_all(lab, screen, roamed=True)


@pytest.mark.parametrize("place", ["~/.local/bin", "~/bin", "beside the server"])
def test_places(lab, place):
    """Where a copy is found: the usual places, and the folder that --server names."""
    lab = lab("drop", sshd={"path": []})
    folder = os.path.join(lab.home, {"beside the server": "opt"}.get(place, place[2:]))
    os.makedirs(folder)
    shutil.copy(programs.awl_server(), folder)
    server = "mosh-server"
    if place == "beside the server":
        os.symlink(shutil.which("mosh-server"), os.path.join(folder, "mosh-server"))
        server = "LESS=x ~/opt/mosh-server"
    screen = lab.awl(f"--server={server}")
    screen.wait(PROMPT)
    lab.net.roam()
    echoes(screen, 6)
    leave_all(lab, screen, roamed=True)


def test_nowhere(lab):
    """One line says what would have helped."""
    lab = lab("drop", sshd={"path": []})
    screen = lab.awl("--server=mosh-server")
    screen.log.first("ssh: relay failed: no awl-server on server")
    screen.wait("No answer on UDP port 60001, nor through ssh")
    screen.key("C-^")
    screen.key(".")
    assert screen.exit_status() == 255
    screen.wait("no answer came from server, UDP port 60001")
    screen.wait("a copy of awl-server in ~/.local/bin on server")


def test_relay_is_killed(lab):
    """The pipe is lost in mid-session: the next one is dialled."""
    lab = lab("drop")
    screen = lab.awl("--server=mosh-server")
    screen.wait(PROMPT)
    screen.log.first("ssh: relay up")
    for pid in lab.pids("s", "awl-server"):
        os.kill(pid, 9)
    echoes(screen, 6)
    until(lambda: len(screen.log.times("ssh: relay up")) == 2, "the pipe is back",
          detail=screen.log.text)
    leave_all(lab, screen)
