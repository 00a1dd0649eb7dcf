"""From a key to its place on the client's screen, without prediction: each key alone, after a
pause, as RTT and loss are."""

import random
import statistics
import time

from .pair import Session, place
from .report import Goal

ROUNDS = 2
KEYS = 100
LETTERS = b"abcdefghijklmnopqrstuvwxyz"
# Echoed by the terminal itself; after a key that isn't its answer is known to be there.
CHILD = ["bash", "-c", r"stty -icanon; printf '^~^~^'; exec cat >/dev/null"]


def type_keys(session, count, seed):
    """Milliseconds, one a key."""
    chance = random.Random(seed)
    terminal, times, last = session.terminal, [], b""
    for i in range(count):
        key = chance.choice([bytes([letter]) for letter in LETTERS if bytes([letter]) != last])
        last = key
        terminal.drain(0.03 + 0.1 * chance.random())
        terminal.forget()
        begun = time.monotonic()
        terminal.send(key)
        # The letter itself, not one that ends an escape sequence.
        times.append((terminal.wait(rb"(?<![\x1b\[0-9;?])" + key) - begun) * 1000)
    return times


def bench(bench, sheet):
    cells = [(0, 0)] if bench.quick else [(0, 0), (100, 0), (300, 0), (100, 10), (100, 29)]
    for rtt, loss in cells:
        figures = {"awl": [], "mosh": []}
        for turn, program in enumerate(bench.turns()):
            with place(bench.run, rtt, **({"loss": loss, "seed": turn // 2} if rtt else {})) as where:
                with Session(bench.run, where, program, CHILD) as session:
                    session.terminal.wait(rb"\^~\^~\^")
                    session.terminal.drain(1.5 if rtt else 0.5)
                    times = type_keys(session, 30 if bench.quick else KEYS, turn // 2)
            figures[program.name] += times
            label = f"RTT {rtt}, loss {loss} %"
            if loss:
                sheet.add(program, f"{label}, p50", "ms", statistics.median(times))
            elif rtt:
                sheet.add(program, f"{label}, p50 over RTT", "ms", statistics.median(times) - rtt,
                          Goal(10, 3, "most"))
            else:
                sheet.add(program, f"{label}, p50", "ms", statistics.median(times), Goal(4, 8))
            sheet.add(program, f"{label}, p95", "ms", percentile(times, 95))
        for program in bench.programs:
            sheet.add(program, f"{label}, p99 of all runs", "ms",
                      percentile(figures[program.name], 99), Goal(1.2, 1.5) if loss else None)


def percentile(figures, share):
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]
