"""Ctrl-C in a flood: from the key until the screen shows that it ended."""

import time

from .pair import Session, place

ROUNDS = 5
SIGN = rb"~\^\^~~\^"
CHILD = ["bash", "-c", r"""trap 'printf "\033[2J\033[H~^^~~^"; read -r; exit' INT; yes; read -r"""]


def bench(bench, sheet):
    for rtt in (0,) if bench.quick else (0, 100):
        with place(bench.run, rtt) as where:
            for program in bench.turns():
                with Session(bench.run, where, program, CHILD) as session:
                    session.terminal.wait(rb"y")
                    session.terminal.drain(1 if bench.quick else 2)
                    begun = time.monotonic()
                    session.terminal.send(b"\x03")
                    shown = session.terminal.wait(SIGN)
                    sheet.add(program, f"RTT {rtt}", "ms", (shown - begun) * 1000)
