"""UDP is blocked in mid-session, towards one side or both, while ssh is at hand. Milliseconds:
./test runs this when everything else is done."""

import os
import time

from lab import programs
from lab.matrix import Counter
from lab.session import udp_since
from lab.wait import best_of

LIMIT = 1.5 if not programs.sanitized() else 3.0
WAYS = {"up": "w", "down": "y", "both": "z"}  # and what is typed while it is blocked


def blocked(lab):
    """One session; for each way the seconds from the rule to an echo of something typed after
    it. UDP is back each time before the next."""
    took = {}
    with lab.awl_pty("--predict=never", "--keep-ssh") as terminal:
        log = terminal.log
        terminal.wait(r"awl-lab\$")
        log.first("session: udp")
        counter = Counter(lab, terminal)
        for which, letter in WAYS.items():
            already = len(counter.typed) + 20
            counter.type_until(lambda: len(counter.typed) > already, "x", 60)
            lab.net.block_udp(which=which)
            began, offset = time.monotonic(), len(terminal.total)
            counter.type_until(lambda: letter.encode() in terminal.total[offset:], letter, 60)
            took[which] = terminal.wait(letter, offset)[0] - began
            lines = len(log.lines())
            lab.net.block_udp(False)
            counter.type_until(lambda: udp_since(log, lines), "x", 60)
        assert counter.arrived()
        terminal.send("\x04exit\n")
        assert terminal.exit_status() == 0
    os.unlink(os.path.join(lab.home, "counted"))
    return took


def test_typing_goes_on_over_ssh(lab):
    """What is typed is echoed within 1.5 s, and when UDP is back, it carries the session again;
    nothing was lost, doubled or reordered."""
    lab = lab("nat/fwdrop")
    tries = []

    def slowest():
        tries.append(blocked(lab))
        return max(tries[-1].values())

    assert best_of(slowest, LIMIT, tries=5)[0] <= LIMIT, tries
