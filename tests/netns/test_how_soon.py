"""How soon a session is there, in every network of the lab. Milliseconds: ./test runs this when
everything else is done."""

import pytest

from lab import programs
from lab.net import KINDS
from lab.wait import best_of

NETWORKS = ["open", "drop", "reject", "router", "nat", "six", "udpblock"]


def started(lab):
    """One start: seconds from the start-up line to the first state, and to UDP."""
    with lab.awl_pty() as terminal:
        start = terminal.log.when("ssh: line read")
        first = terminal.log.when("session: first state") - start
        udp = terminal.log.when("session: udp") - start if lab.net.kind.udp else None
        terminal.send("exit\n")
        terminal.exit_status()
        return first, udp


@pytest.mark.parametrize("kind", NETWORKS)
def test_how_soon(lab, kind):
    """The first state comes over the pipe within a round trip and 30 ms of the start-up line,
    wherever UDP goes; UDP carries the session within 2 s."""
    lab = lab(kind)
    limit = lab.net.round_trip + (0.030 if not programs.sanitized() else 0.300)
    udps = []

    def first_state():
        first, udp = started(lab)
        udps.append(udp)
        return first

    least, tries = best_of(first_state, limit, tries=8)
    assert least <= limit, f"first state after {tries} s"
    if KINDS[kind].udp:
        assert min(udps) <= 2.0, f"UDP after {udps} s"
