"""Waiting for conditions. Nothing in the lab sleeps in place of one.

Ceilings are generous: they say when to give up on a hung program, not how fast it should be;
a shared machine may stall for seconds. What must be fast is measured and compared apart."""

import time

CEILING = 40.0
MINUTE = 60.0


class TooLong(AssertionError):
    pass


def until(condition, what, ceiling=CEILING, pause=0.03, detail=None):
    """Calls condition() until it gives something true, and returns that. `detail()` is put into
    the failure: what there was instead."""
    end = time.monotonic() + ceiling
    while True:
        got = condition()
        if got:
            return got
        if time.monotonic() > end:
            more = f"; there is:\n{detail()}" if detail else ""
            raise TooLong(f"{what}: not within {ceiling:.0f} s{more}")
        time.sleep(pause)


def wait_out(seconds):
    """Where the silence itself is the subject: the one place that sleeps."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(min(5.0, max(0.0, end - time.monotonic())))


def best_of(measure, limit, tries=3):
    """Claims about time are claims about the program, not about what else the machine does:
    measure() up to `tries` times, and the least counts. Stops as soon as one is within
    limit. Gives (least, all)."""
    all_of_them = []
    for _ in range(tries):
        all_of_them.append(measure())
        if all_of_them[-1] <= limit:
            break
    return min(all_of_them), all_of_them
