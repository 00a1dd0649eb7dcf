"""The matrix: every kind of client against every kind of server, one session each.

    matrix.py [--runs N] [--cells CLIENT/SERVER,...] [--stock] [--no-roam] [--jobs N] [--json]
    matrix.py --searches N

Usable: a shell's prompt was there. Direct: the session was on UDP within 6 s of the start-up
line; of several runs more than half count. A counter is typed all the while; whatever happens,
it has to arrive complete, once, in order. What must be direct is said in
tests/matrix/cells.def. Searches: at least so many sessions in the cells where UDP is found by a
search through ports, where luck is part of it."""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import re
import statistics
import sys
import time
import traceback

from .net import ALL_CLIENTS, ALL_SERVERS, CLIENTS, SERVERS
from .run import Run, end_on_signals
from .session import Lab
from .wait import CEILING, until

DIRECT_WITHIN = 6.0
TYPED_AT_LEAST = 40
PACE = 0.02  # of a quick typist, not a wait

CELLS = [f"{client}/{server}" for client in CLIENTS for server in SERVERS]
DEFINED = os.path.join(os.path.dirname(__file__), "../matrix/cells.def")


def read_ways():
    """{cell: AT_ONCE, ORDER, SEARCH or PIPE}"""
    with open(DEFINED) as lines:
        rows = re.findall(r'^ROW\("([^"]+)",(.*)\)$', lines.read(), re.M)
    ways = {f"{client}/{server}": way for client, words in rows
            for server, way in zip(SERVERS, words.replace(" ", "").split(","), strict=True)}
    assert list(ways) == CELLS
    return ways


WAYS = read_ways()


def expected(cell):
    """Has to be direct. Beyond the matrix, all are."""
    return WAYS.get(cell) != "PIPE"


def by_search(cell):
    """Direct, but a search finds nothing in one of fifty sessions."""
    return WAYS.get(cell) == "SEARCH"


# About a third of the cells: every kind of either side, and the pairs that have failed.
THIRD = [
    "open/open", "open/fwrej", "open/nat22-acc", "open/nat22-sym", "hostfw/hostdrop",
    "hostfw/nat22", "hostfw/nat22-acc", "nat/hostrej", "nat/fwdrop", "nat/nat22", "nat-acc/open",
    "nat-acc/fwdrop", "nat-acc/nat22-acc", "cgn/hostdrop", "cgn/nat22-acc", "cgn-acc/fwrej",
    "cgn-acc/nat22", "cgn-acc/nat22-acc", "cgn-acc/nat22-sym", "sym/open", "sym/hostdrop",
    "sym/nat22-acc", "sym/nat22-sym", "udpblock/open", "udpblock/nat22-sym",
]

# Beyond the matrix; all direct.
MORE = [
    "fw-nat/hostdrop", "nat-fw/fwdrop", "cgn/nat22-2", "cgn-acc/nat22-2", "nat/fw-nat22",
    "near/nat22-acc", "near-nat-acc/near-drop",
]


@dataclasses.dataclass
class Result:
    cell: str
    usable: bool = False
    first: float = None       # seconds from the start-up line to the first screen
    direct: float = None      # to UDP; None: not within DIRECT_WITHIN
    path: str = ""            # the path line at the end
    counted: bool = False     # the counter arrived as it was typed
    roam: float = None        # seconds from the roam to an echo
    error: str = ""
    log: str = ""


def counted(lab):
    try:
        with open(os.path.join(lab.home, "counted")) as lines:
            return lines.read()
    except FileNotFoundError:
        return ""


class Counter:
    """Types numbered lines into `cat >counted`."""

    def __init__(self, lab, terminal):
        self.lab, self.terminal, self.typed = lab, terminal, []
        terminal.send("cat >counted\n")
        until(lambda: os.path.exists(os.path.join(lab.home, "counted")), "cat has begun")

    def type(self, letter="y"):
        self.typed.append(f"{letter}{len(self.typed):05d}\n")
        self.terminal.send(self.typed[-1])
        time.sleep(PACE)

    def type_until(self, condition, letter, ceiling=CEILING):
        """Goes on typing until condition() holds."""
        def typed():
            self.type(letter)
            return condition()
        if not condition():
            until(typed, f"what {letter} is typed for", ceiling, pause=0,
                  detail=self.terminal.log.text)

    def arrived(self):
        until(lambda: counted(self.lab).endswith(self.typed[-1]), "the last line has arrived",
              detail=lambda: counted(self.lab))
        return counted(self.lab) == "".join(self.typed)


def roam(lab, counter):
    """Moves the client, typing all the while; seconds until something typed there is back."""
    terminal = counter.terminal
    lab.net.roam()
    moved, offset = time.monotonic(), len(terminal.total)
    while b"z" not in terminal.total[offset:] and time.monotonic() < moved + 20:
        counter.type("z")
    return terminal.wait("z", offset)[0] - moved


def awl_session(lab, result, with_roam):
    with lab.awl_pty("--predict=never") as terminal:
        log = terminal.log
        try:
            start = log.when("ssh: line read")
            result.first = log.when("session: first state") - start
            began = time.monotonic()
            terminal.wait(r"awl-lab\$")
            result.usable = True
            counter = Counter(lab, terminal)
            while not (log.times("session: udp") or time.monotonic() > began + DIRECT_WITHIN):
                counter.type()
            for _ in range(TYPED_AT_LEAST):
                counter.type()
            udp = [when - start for when in log.times("session: udp")]
            result.direct = next((when for when in udp if when <= DIRECT_WITHIN), None)
            if with_roam:
                result.roam = roam(lab, counter)
            result.counted = counter.arrived()
            terminal.send("\x04exit\n")
            terminal.exit_status()
            result.path = log.path_line()
        finally:
            result.log = log.text()


def mosh_session(lab, result):
    with lab.pty(*lab.mosh_argv()) as terminal:
        began = time.monotonic()
        when, end = terminal.wait(r"awl-lab\$|Nothing received from server")
        result.usable = terminal.total[:end].endswith(b"$")
        if result.usable:
            result.first = result.direct = when - began
            counter = Counter(lab, terminal)
            for _ in range(TYPED_AT_LEAST):
                counter.type()
            result.counted = counter.arrived()


def measure(cell, stock=False, with_roam=False):
    """One session in a network of its own."""
    result = Result(cell)
    try:
        with Run() as run, Lab(run, cell) as lab:
            if stock:
                mosh_session(lab, result)
            else:
                awl_session(lab, result, with_roam)
    except Exception:  # a cell that fails is a result
        result.error = traceback.format_exc()
    return result


def pool(jobs):
    return concurrent.futures.ProcessPoolExecutor(jobs, initializer=end_on_signals)


def milliseconds(values):
    values = [value for value in values if value is not None]
    return f"{statistics.median(values) * 1000:.0f}" if values else "-"


def most(results, what):
    return sum(map(bool, map(what, results))) * 2 > len(results)


def is_direct(result):
    return result.usable and result.direct is not None


def show(results):
    """results: {cell: [Result]}"""
    clients = [c for c in ALL_CLIENTS if any(cell.startswith(c + "/") for cell in results)]
    servers = [s for s in ALL_SERVERS if any(cell.endswith("/" + s) for cell in results)]
    print("path, ms from the start-up line to the first screen, to UDP, from a roam to an echo")
    print(f"{'':13}" + "".join(f"{server:>22}" for server in servers))
    for client in clients:
        words = []
        for server in servers:
            runs = results.get(f"{client}/{server}")
            if not runs:
                words.append("")
                continue
            path = "udp" if most(runs, is_direct) else "pipe"
            path = path if most(runs, lambda r: r.usable) else "none"
            wrong = not all(r.counted for r in runs) and path != "none"
            words.append(f"{path}{'!' if wrong else ''} {milliseconds(r.first for r in runs)} "
                         f"{milliseconds(r.direct for r in runs)} "
                         f"{milliseconds(r.roam for r in runs)}")
        print(f"{client:13}" + "".join(f"{word:>22}" for word in words))
    usable = sum(most(runs, lambda r: r.usable) for runs in results.values())
    direct = sum(most(runs, is_direct) for runs in results.values())
    whole = sum(all(r.counted for r in runs) for runs in results.values())
    print(f"usable {usable}/{len(results)}, direct {direct}/{len(results)}, "
          f"counter whole {whole}/{len(results)}")
    show_ways(results)


def show_ways(results):
    """Over all sessions of the cells that UDP gets through in the same way."""
    for way in dict.fromkeys(WAYS.values()):
        runs = [run for cell in results if WAYS.get(cell) == way for run in results[cell]]
        if not runs:
            continue
        direct = sorted(run.direct for run in runs if is_direct(run))
        late = f", 90 % within {direct[len(direct) * 9 // 10] * 1000:.0f}" if direct else ""
        print(f"{way:7} {len(runs)} sessions, direct {len(direct) / len(runs):.1%}; median ms to "
              f"the first screen {milliseconds(r.first for r in runs)}, to UDP "
              f"{milliseconds(direct)}{late}, after a roam {milliseconds(r.roam for r in runs)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--cells", help="CLIENT/SERVER,...; third: what ./test runs")
    parser.add_argument("--stock", action="store_true", help="stock mosh instead of awl")
    parser.add_argument("--no-roam", action="store_true", help="the client stays where it is")
    parser.add_argument("--searches", type=int, help="sessions, in the cells that need a search")
    parser.add_argument("--jobs", type=int, default=2, help="cells side by side")
    parser.add_argument("--json", action="store_true", help="every session with its log")
    args = parser.parse_args()
    end_on_signals()
    cells = THIRD if args.cells == "third" else (args.cells or ",".join(CELLS)).split(",")
    if args.searches:
        cells = [cell for cell in CELLS if by_search(cell)]
        args.runs, args.no_roam = -(-args.searches // len(cells)), True
    results = {}
    with pool(args.jobs) as workers:
        futures = [workers.submit(measure, cell, args.stock, not args.no_roam)
                   for _ in range(args.runs) for cell in cells]
        for future in concurrent.futures.as_completed(futures):
            result = future.result()
            results.setdefault(result.cell, []).append(result)
            last = re.sub(r"\s+", " ", result.error)[-200:]
            print(f"{result.cell}: {result.path or last or 'no session'}", file=sys.stderr,
                  flush=True)
    if args.json:
        print(json.dumps([dataclasses.asdict(r) for runs in results.values() for r in runs]))
    else:
        show(results)
    return 0 if all(r.usable and r.counted for runs in results.values() for r in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
