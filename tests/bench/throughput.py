"""A flood of output: the CPU that servers and clients need, and how fast it drains."""

import statistics

from . import cost
from .pair import Loopback, Session
from .report import Goal
from .workloads import ALL, END, READY, flood, taken, write

ROUNDS = 3
MEGABYTES = 20
GOAL, UNICODE = Goal(5, 7), Goal(3.5, 5)


def one(bench, sheet, where, program, name, megabytes, rows, cols):
    path = write(bench, name, 1)
    with Session(bench.run, where, program, flood(bench, path, megabytes), rows, cols) as session:
        terminal = session.terminal
        terminal.wait(READY)
        pids = session.server(), terminal.process.pid
        before = [cost.cpu(pid) for pid in pids]
        terminal.send(b"\r")
        terminal.wait(END, 600)
        server, client = ((cost.cpu(pid) - was) * 1000 / megabytes
                          for pid, was in zip(pids, before))
    label = name if rows == 24 else f"{name} {cols}x{rows}"
    plain = rows == 24
    sheet.add(program, f"{label}, server", "ms/MB", server,
              (UNICODE if name == "unicode" else GOAL) if plain else None)
    sheet.add(program, f"{label}, drained", "MB/s", megabytes / taken(bench),
              Goal(3, 4.5) if plain else None, more_is_better=True)
    sheet.add(program, f"{label}, client", "ms/MB", client, None if plain else Goal(5, 10))


def bench(bench, sheet):
    names = ["ascii_log", "sgr_dense"] if bench.quick else list(ALL)
    with Loopback(bench.run) as where:
        for program in bench.turns():
            for name in names:
                size = 2 if bench.quick else 5 if name == "short_lines" else MEGABYTES
                one(bench, sheet, where, program, name, size, 24, 80)
            one(bench, sheet, where, program, "sgr_dense", 2 if bench.quick else MEGABYTES, 80, 250)
    mean_of_workloads(sheet, names)


def mean_of_workloads(sheet, names):
    """Geometric, of the workloads' figures in each run; unicode has a goal of its own."""
    mean = sheet.row("geometric mean but unicode, server", "ms/MB", Goal(5, 8))
    rows = [sheet.rows[f"{name}, server"] for name in names if name != "unicode"]
    for which in ("awl", "mosh"):
        for figures in zip(*(getattr(row, which) for row in rows)):
            getattr(mean, which).append(statistics.geometric_mean(figures))
