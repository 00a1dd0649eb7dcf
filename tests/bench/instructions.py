"""Instructions in user space, by callgrind: the same whatever else the machine does. What a
session costs without the flood, or for as long without a key, is taken off."""

import os
import re
import time

from lab.run import netns_pids
from lab.wait import until

from .pair import Loopback, Session, place
from .report import Goal
from .wire import SHELL, typing
from .workloads import ALL, END, READY, flood, write

ROUNDS = 1
# Under callgrind a flood takes fifty times as long, with as many times the frames in it; on a
# long way they are fewer, about as many a byte as without callgrind.
RTT = 500
SLOW = 120  # seconds that anything may take
SIZE = 1 << 19
FLOOD = Goal(15, 25)
KEY = Goal(5, 12)


def tool_pid(where, who):
    """The one process under callgrind; None: there are more, or none."""
    found = []
    for pid in netns_pids(where.roles["s" if who == "server" else "c"]):
        try:
            with open(f"/proc/{pid}/comm", encoding="utf-8") as comm:
                if comm.read().startswith("callgrind"):
                    found.append(pid)
        except OSError:
            pass
    return found[0] if len(found) == 1 else None


def dumped(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as dump:
            total = re.search(r"^totals: (\d+)$", dump.read(), re.M)
    except OSError:
        return None
    return int(total.group(1)) if total else None


def count(bench, where, program, who, command, start, act, leave):
    """Instructions of one end of a session in which act(terminal) ran."""
    out = os.path.join(bench.run.new_folder("callgrind"), "out")
    tool = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}.%p",
            "--log-file=/dev/null"]  # a server's standard error would stay open
    with Session(bench.run, where, program, command, under=(who, tool)) as session:
        session.terminal.wait(start, SLOW)
        pid = until(lambda: tool_pid(where, who), f"{who} under callgrind")
        session.terminal.drain(2)  # what starts a session
        act(session.terminal)
        session.terminal.send(leave)
        try:
            session.terminal.drain(SLOW)
        except AssertionError:
            pass  # the client has ended, which is how it is to be
        return until(lambda: dumped(f"{out}.{pid}"), "callgrind's figures", SLOW)


def flooded(terminal):
    terminal.send(b"\r")
    terminal.wait(END, SLOW)


def floods(bench, sheet):
    names, size = (["ascii_log"], SIZE // 8) if bench.quick else (list(ALL), SIZE)
    with place(bench.run, RTT) as where:
        for program in bench.turns():
            def one(path, times):
                return count(bench, where, program, "server", flood(bench, path, times), READY,
                             flooded, b"\r")

            rest = one("none", 0)
            for name in names:
                sheet.add(program, f"{name}, server", "a byte",
                          (one(write(bench, name, size / (1 << 20)), 1) - rest) / size, FLOOD)


def keys(bench, sheet):
    amount = 20 if bench.quick else 100
    with Loopback(bench.run) as where:
        for program in bench.turns():
            for who in ("server", "client"):
                took = []

                def typed(terminal):
                    begun = time.monotonic()
                    typing(terminal, amount)
                    took.append(time.monotonic() - begun)

                with_keys, without = (
                    count(bench, where, program, who, SHELL, rb"\$", act, b"\x15\x04")
                    for act in (typed, lambda terminal: terminal.drain(took[0])))
                sheet.add(program, f"a typed key, {who}", "each", (with_keys - without) / amount,
                          KEY)


def bench(bench, sheet):
    floods(bench, sheet)
    keys(bench, sheet)
