"""Typing with adaptive prediction on a long way: the share of letters that show at once. In lines
of twelve different letters, so that each can be told from what else is painted."""

import random
import re
import select
import time

from .pair import Session, place
from .report import Goal
from .wire import SHELL

ROUNDS = 2
AT_ONCE = 0.016
LETTERS = "abcdefghijklmnopqrstuvwxyz"
APART = 12  # keys between two of the same letter
LINES = 18  # of those that a screen shows without scrolling
ESCAPE = re.compile(rb"\x1b(?:\[[0-9:;<=>?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)"
                    rb"|[ -/]*[0-Z\\^-~])")
CUT = re.compile(rb"\x1b(?:\[[0-9:;<=>?]*[ -/]*|\][^\x07\x1b]*\x1b?|[ -/]*)$")


class Watch:
    """What is printed on the client's terminal, and when each letter was first seen there."""

    def __init__(self, terminal):
        self.terminal, self.rest, self.pending, self.taken = terminal, b"", {}, []

    def run(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.terminal.master], [], [], left)[0]:
                self.seen(self.terminal.read())

    def seen(self, data):
        assert data != b"", f"the client ended:\n{self.terminal.tail[-2000:]!r}"
        now = time.monotonic()
        data = self.rest + (data or b"")
        cut = CUT.search(data)
        self.rest = data[cut.start():] if cut else b""
        for byte in ESCAPE.sub(b"", data[:cut.start()] if cut else data):
            if byte in self.pending:
                self.taken.append(now - self.pending.pop(byte))

    def type(self, key):
        self.run(0)
        if chr(key) in LETTERS:
            self.pending[key] = time.monotonic()
        self.terminal.send(bytes([key]))


def type_lines(terminal, seed, lines, pause):
    """The share, in per cent."""
    chance, watch, last = random.Random(seed), Watch(terminal), []
    for _ in range(lines):
        for i in range(APART):
            if i % 4 == 0:
                for key in b" " if i else b": ":
                    watch.type(key)
                    watch.run(chance.uniform(0.08, 0.2) + (0.4 * pause if i == 8 else 0))
            key = ord(chance.choice([letter for letter in LETTERS if ord(letter) not in last]))
            last = [*last, key][-APART:]
            watch.type(key)
            watch.run(chance.uniform(0.08, 0.2))
        watch.type(ord("\r"))
        watch.run(1.2 if pause else 0.15)
    watch.run(2)
    assert not watch.pending, f"never shown: {bytes(watch.pending)!r}"
    return 100 * sum(took <= AT_ONCE for took in watch.taken) / len(watch.taken)


def bench(bench, sheet):
    cases = [(300, True, Goal(93, 97, "least")), (300, False, Goal(60, 85, "least")),
             (100, True, Goal(95, 98, "least"))]
    for rtt, pause, goal in cases[:1] if bench.quick else cases:
        with place(bench.run, rtt) as where:
            for turn, program in enumerate(bench.turns()):
                with Session(bench.run, where, program, SHELL, predict="adaptive") as session:
                    session.terminal.wait(rb"\$")
                    session.terminal.drain(3)
                    share = type_lines(session.terminal, turn // 2, 5 if bench.quick else LINES,
                                       pause)
                what = "letters at once" if pause else "letters at once, typing ahead"
                sheet.add(program, f"{what}, RTT {rtt}", "%", share, goal, more_is_better=True)
