"""A link that is dead for a while, under a user who waits: from its end until the screen shows
what happened since."""

import time

from .pair import Session, place
from .report import Goal

ROUNDS = 3
RTT = 50
# All cells of a tick differ from those of the one before, only ticks are eight capitals, and no
# client's notice covers that row.
CHILD = ["bash", "-c", r"""
while :; do
    for pair in AB CD EF GH IJ KL MN OP QR ST UV WX; do
        printf '\033[5;1H%s' $pair$pair$pair$pair
        read -r -t 0.02 && exit
    done
done
"""]
TICK = rb"[A-X]{8}"


def bench(bench, sheet):
    dead = 3 if bench.quick else 40
    with place(bench.run, RTT) as where:
        for program in bench.turns():
            with Session(bench.run, where, program, CHILD) as session:
                session.terminal.wait(TICK)
                session.terminal.drain(3)
                where.set_wire(up=0)
                session.terminal.drain(dead)
                session.terminal.forget()
                where.set_wire(up=1)
                begun = time.monotonic()
                shown = session.terminal.wait(TICK)
            sheet.add(program, f"after {dead} s of silence", "ms", (shown - begun) * 1000,
                      None if bench.quick else Goal(4, 10))
