"""The client's host gets another address while nothing happens; then the server has one line of
output: how long until it shows."""

import os
import time

from .pair import Session, place
from .report import Goal

ROUNDS = 5
RTT = 50
CHILD = r"""printf '^~^~^'; read -r <"$1"; printf '\033[2J\033[9H~^^~~^'; read -r"""


def bench(bench, sheet):
    for program in bench.turns():
        fifo = os.path.join(bench.run.new_folder("fifo"), "line")
        os.mkfifo(fifo)
        with place(bench.run, RTT) as where, \
                Session(bench.run, where, program, ["bash", "-c", CHILD, "line", fifo]) as session:
            session.terminal.wait(rb"\^~\^~\^")
            session.terminal.drain(5)
            where.roam()
            begun = time.monotonic()
            with open(fifo, "w") as line:
                line.write("now\n")
            shown = session.terminal.wait(rb"~\^\^~~\^")
            sheet.add(program, "output after another address", "ms", (shown - begun) * 1000,
                      Goal(5, 30))
