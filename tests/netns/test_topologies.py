"""Every network of the lab: what stock mosh does there, and that awl comes up."""

import pytest

from lab.net import KINDS
from lab.session import PROMPT

NETWORKS = ["open", "drop", "reject", "router", "nat", "six", "udpblock"]


@pytest.mark.parametrize("kind", NETWORKS)
def test_stock_mosh(lab, kind):
    """The networks are what they claim to be: stock mosh works where the server is open, and
    nowhere else."""
    lab = lab(kind)
    screen = lab.mosh()
    if KINDS[kind].open:
        screen.wait(PROMPT)
        screen.line("echo $((6 * 7)) of them")
        screen.wait("^42 of them$")
    else:
        screen.wait("Nothing received from server on UDP port")


@pytest.mark.parametrize("kind", NETWORKS)
def test_awl(lab, kind):
    """A session, a command, its exit status; the path line says what carried it; and nothing is
    left on either host."""
    lab = lab(kind)
    screen = lab.awl()
    screen.wait(PROMPT)
    screen.line("echo $((6 * 7)) of them")
    screen.wait("^42 of them$")
    if KINDS[kind].udp:
        screen.log.first("session: udp")
    screen.line("exit 7")
    assert screen.exit_status() == 7
    path = screen.log.path_line()
    assert path.startswith("udp " if KINDS[kind].udp else "ssh pipe"), path
    lab.wait_gone("s", "awl-server")
    lab.wait_gone("s", "bash")
    lab.wait_gone("c", "awl")
    lab.wait_gone("c", "ssh")
