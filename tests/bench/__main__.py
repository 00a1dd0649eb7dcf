"""awl and Debian's mosh side by side: python3 -m bench [SCENARIO]... [--runs N] [--quick] [--json]

Both do the same in turn, so that whatever else the machine does meets both. A ratio says how
many times better awl is, of each run's pair; the table has their median and their spread, and
what is asked of them. CPU is the scheduler's own count."""

import argparse
import importlib
import json
import os
import sys

from lab.run import Run, end_on_signals

from .pair import pair
from .report import Sheet, table

SCENARIOS = ("memory", "startup", "wire", "echo", "predict", "interrupt", "throughput",
             "instructions", "recovery", "roamns", "scale")


class Bench:
    """What scenarios are given."""

    def __init__(self, run, runs, quick):
        self.run, self.runs, self.quick = run, runs, quick
        self.programs = pair()

    def turns(self, runs=None):
        """The programs in turn; each second pair the other way round."""
        for i in range(runs or self.runs):
            yield from self.programs if i % 2 == 0 else reversed(self.programs)


def arguments(argv):
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.split("\n")[0])
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO",
                        help=f"of {', '.join(SCENARIOS)} (default: all)")
    parser.add_argument("--runs", type=int, metavar="N", help="pairs, instead of the scenario's")
    parser.add_argument("--quick", action="store_true", help="one pair, and less of everything")
    parser.add_argument("--json", action="store_true", help="all figures, for programs")
    options = parser.parse_args(argv)
    for name in options.scenarios:
        if name not in SCENARIOS:
            parser.error(f"no scenario {name}")
    if options.runs is not None and options.runs < 1:
        parser.error("--runs: at least 1")
    return options


def main(argv):
    options = arguments(argv)
    if os.getuid() != 0:
        print("bench: network namespaces need root", file=sys.stderr)
        return 2
    end_on_signals()
    rows, failed = [], []
    with Run() as run:
        for name in options.scenarios or SCENARIOS:
            scenario = importlib.import_module(f".{name}", __package__)
            runs = options.runs or (1 if options.quick else scenario.ROUNDS)
            sheet = Sheet(name)
            print(f"bench: {name}", file=sys.stderr, flush=True)
            try:
                scenario.bench(Bench(run, runs, options.quick), sheet)
            except AssertionError as error:  # the others' figures are worth having
                failed.append(name)
                print(f"bench: {name}: {error}", file=sys.stderr, flush=True)
            rows += sheet.rows.values()
    if options.json:
        print(json.dumps({"rows": [row.as_json() for row in rows], "failed": failed}, indent=1))
    else:
        print(table(rows))
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
