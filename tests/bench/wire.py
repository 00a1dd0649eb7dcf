"""What goes over the wire, IP headers included: typing in a shell, paging in less, idling."""

import random

from .pair import Session, place
from .report import Goal

ROUNDS = 1
RTT = 50
TEXT = b"ls -l src; grep -r wire spec; cd tests; echo all of it "
SHELL = ["bash", "--norc", "--noprofile", "-i"]


def count(where, act):
    """(packets up, packets down, bytes of IP) while act() ran."""
    before = where.wire_stats()
    act()
    after = where.wire_stats()
    up, down = ({word: after[way][word] - before[way][word] for word in ("packets", "bytes")}
                for way in ("a2b", "b2a"))
    return up["packets"], down["packets"], up["bytes"] + down["bytes"]


def typing(terminal, keys):
    chance = random.Random(5)
    for i in range(keys):
        key = TEXT[i % len(TEXT):][:1]
        # No Enter: what ls prints isn't typing. The line is taken back before it is full.
        terminal.send(b"\x15" if i % 70 == 69 else key)
        terminal.drain(chance.uniform(0.08, 0.2) + (0.4 if key == b" " else 0))
    terminal.drain(1)


def paging(terminal, keys):
    for i in range(keys):
        terminal.send(b"b" if i % 5 == 4 else b" ")
        terminal.drain(0.35)
    terminal.drain(1)


def bench(bench, sheet):
    keys, pages = (60, 0) if bench.quick else (500, 63)
    lines = bench.run.path("lines")
    with open(lines, "w") as out:
        out.writelines(f"{i} {'of many lines ' * (i % 5)}\n" for i in range(5000))
    with place(bench.run, RTT) as where:
        for program in bench.turns():
            for what, command, start, act, amount, goal_up, goal_bytes in (
                    ("typing", SHELL, rb"\$", typing, keys, None, Goal(1.4, 1.7)),
                    ("paging in less", ["less", lines], b"many", paging, pages, Goal(2, 3), None),
                    ("idle", SHELL, rb"\$", idle, 0 if bench.quick else 30, None, None)):
                if not amount:
                    continue
                with Session(bench.run, where, program, command, predict="adaptive") as session:
                    session.terminal.wait(start)
                    session.terminal.drain(5)  # what starts a session is no part of it
                    up, down, size = count(where, lambda: act(session.terminal, amount))
                sheet.add(program, f"{what}, packets up", f"of {amount}", up, goal_up)
                sheet.add(program, f"{what}, packets down", f"of {amount}", down)
                sheet.add(program, f"{what}, IP", "bytes", size, goal_bytes)


def idle(terminal, seconds):
    terminal.drain(seconds)
