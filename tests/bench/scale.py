"""Many sessions on one host: what all their servers and clients cost in a second."""

import contextlib
import resource
import time

from . import cost
from .pair import Loopback, Session
from .report import Goal

ROUNDS = 1
IDLE = "printf '^~^~^'; read -r"
BUSY = IDLE + r"""; while :; do echo "a line of output $((++i))"; read -r -t 0.01; done"""


def measured(sessions, seconds):
    """(CPU of the servers, of the clients), ms/s."""
    pids = ([session.server() for session in sessions],
            [session.terminal.process.pid for session in sessions])
    before = [sum(map(cost.cpu, some)) for some in pids]
    begun = time.monotonic()
    while time.monotonic() < begun + seconds:
        for session in sessions:
            session.terminal.drain(0)
        sessions[0].terminal.drain(0.05)
    took = time.monotonic() - begun
    return [(sum(map(cost.cpu, some)) - was) * 1000 / took for some, was in zip(pids, before)]


def bench(bench, sheet):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    cases = [("idle", IDLE, 200, 30, Goal(3, 6)), ("busy", BUSY, 50, 10, Goal(3, 5))]
    if bench.quick:
        cases = [("idle", IDLE, 5, 3, None), ("busy", BUSY, 5, 3, None)]
    with Loopback(bench.run) as where:
        for program in bench.turns():
            for what, script, count, seconds, goal in cases:
                with contextlib.ExitStack() as stack:
                    sessions = []
                    for _ in range(count):
                        session = Session(bench.run, where, program, ["bash", "-c", script])
                        sessions.append(stack.enter_context(session))
                        session.terminal.wait(rb"\^~\^~\^")
                        session.server()
                    if what == "busy":
                        for session in sessions:
                            session.terminal.send(b"\r")
                    sessions[0].terminal.drain(3)
                    rss = sum(cost.memory(session.server())[0] for session in sessions)
                    servers, clients = measured(sessions, seconds)
                sheet.add(program, f"{count} {what}, servers", "ms/s", servers, goal)
                sheet.add(program, f"{count} {what}, clients", "ms/s", clients)
                sheet.add(program, f"{count} {what}, servers' Rss", "MB", rss / 1024)
