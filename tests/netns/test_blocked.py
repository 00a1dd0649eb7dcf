"""UDP is blocked in mid-session, towards one side or both, while ssh is at hand. Milliseconds:
./test runs this when everything else is done."""

import os
import time

import pytest

from lab import programs
from lab.matrix import Counter
from lab.wait import best_of

LIMIT = 1.5 if not programs.sanitized() else 3.0


def moved(log):
    """What carried the session, one after the other."""
    start = "session: moved to "
    return [text[len(start):] for _, text in log.lines() if text.startswith(start)]


def type_until(counter, letter, condition, ceiling=60):
    end = time.monotonic() + ceiling
    while not condition():
        assert time.monotonic() < end, counter.terminal.log.text()
        counter.type(letter)


def blocked(lab, which):
    """One session; seconds from the rule to an echo of something typed after it."""
    with lab.awl_pty("--predict=never", "--keep-ssh") as terminal:
        log = terminal.log
        terminal.wait(r"awl-lab\$")
        log.first("session: udp")
        counter = Counter(lab, terminal)
        type_until(counter, "y", lambda: len(counter.typed) > 20)
        lab.net.block_udp(which=which)
        began, offset = time.monotonic(), len(terminal.total)
        type_until(counter, "z", lambda: b"z" in terminal.total[offset:])
        echoed = terminal.wait("z", offset)[0] - began
        type_until(counter, "x", lambda: moved(log)[-1].startswith("ssh pipe"))
        lab.net.block_udp(False)
        type_until(counter, "w", lambda: moved(log)[-1].startswith("udp"))
        assert counter.arrived()
        terminal.send("\x04exit\n")
        assert terminal.exit_status() == 0
    os.unlink(os.path.join(lab.home, "counted"))
    return echoed


@pytest.mark.parametrize("cell", ["near/near-drop", "nat/fwdrop"])
@pytest.mark.parametrize("which", ["up", "down", "both"])
def test_typing_goes_on_over_ssh(lab, cell, which):
    """What is typed is echoed within 1.5 s, and when UDP is back, it carries the session again;
    nothing was lost, doubled or reordered."""
    lab = lab(cell)
    least, tries = best_of(lambda: blocked(lab, which), LIMIT, tries=5)
    assert least <= LIMIT, tries
