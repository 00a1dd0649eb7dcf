"""What a process costs, read the same way for everybody's."""

import os
import re


def cpu(pid):
    """Seconds of CPU so far, kernel time included, of all its threads and no child."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as stat:
            total += int(stat.read().split()[0])
    return total / 1e9


def memory(pid):
    """(Rss, anonymous) in kB."""
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        found = dict(re.findall(r"^(\w+): +(\d+) kB$", rollup.read(), re.M))
    return int(found["Rss"]), int(found["Anonymous"])
