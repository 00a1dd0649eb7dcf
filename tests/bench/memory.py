"""What a session holds: an idle one, and one whose screen has been through a flood of colour."""

from . import cost
from .pair import Loopback, Session
from .report import Goal
from .workloads import END, READY, flood, write

ROUNDS = 3


def measure(sheet, program, session, after, goals):
    for name, pid, kinds in (("server", session.server(), goals),
                             ("client", session.terminal.process.pid, {})):
        rss, anonymous = cost.memory(pid)
        sheet.add(program, f"{name} anonymous, {after}", "kB", anonymous, kinds.get("anonymous"))
        sheet.add(program, f"{name} Rss, {after}", "kB", rss, kinds.get("rss"))


def bench(bench, sheet):
    """One session each a run."""
    goals = {"anonymous": Goal(8, 15), "rss": Goal(3, 5)}
    with Loopback(bench.run) as where:
        for program in bench.turns():
            with Session(bench.run, where, program, flood(bench, "none", 0)) as session:
                session.terminal.wait(READY)
                session.terminal.drain(1)  # past what the first seconds free or take
                measure(sheet, program, session, "idle 80x24", goals)
            if bench.quick:
                continue
            path = write(bench, "sgr_dense", 10)
            with Session(bench.run, where, program, flood(bench, path, 1), 80, 250) as session:
                session.terminal.wait(READY)
                session.terminal.send(b"\r")
                session.terminal.wait(END, 120)
                session.terminal.drain(1)
                measure(sheet, program, session, "after dense colour 250x80", {})
