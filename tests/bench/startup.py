"""How long a start takes: of a program by itself, and of a client until it shows something."""

import os
import shutil
import time

from lab.terminal import environment

from .pair import Session, place
from .report import Goal
from .workloads import READY, flood

ROUNDS = 10


def spawn(path):
    """Milliseconds from before a process is made until it is gone."""
    path = shutil.which(path)
    out = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_RDWR, 0) for fd in range(3)]
    begun = time.monotonic()
    pid = os.posix_spawn(path, [path, "--version"], environment(), file_actions=out)
    status = os.waitpid(pid, 0)[1]
    took = (time.monotonic() - begun) * 1000
    assert os.waitstatus_to_exitcode(status) == 0, f"{path} --version: {status}"
    return took


def bench(bench, sheet):
    for program in bench.turns(bench.runs * 4):
        sheet.add(program, "exec of the server", "ms", spawn(program.server), Goal(4, 6))
        sheet.add(program, "exec of the client", "ms", spawn(program.client), Goal(4, 6))
    for rtt in (0,) if bench.quick else (0, 100):
        with place(bench.run, rtt) as where:
            for program in bench.turns():
                with Session(bench.run, where, program, flood(bench, "none", 0)) as session:
                    shown = session.terminal.wait(READY)
                    sheet.add(program, f"client to first screen beyond RTT {rtt}", "ms",
                              (shown - session.terminal.started) * 1000 - rtt, Goal(10, 40))
