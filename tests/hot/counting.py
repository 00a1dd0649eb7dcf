#!/usr/bin/env python3
"""Instructions of the hot paths, counted and not timed: the same on a busy machine as on a quiet
one. Prints TAP. Usage: counting.py PROGRAM LIMITS, or counting.py --skip REASON

LIMITS has what each path took when it was last looked at; more than 5 % above is a regression.
Where the cost is worth what it buys, or has become less, change LIMITS to what is printed."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

MARGIN = 1.05


def reason_not_to():
    if not shutil.which("valgrind"):
        return "valgrind is missing"
    with open("/proc/cpuinfo", encoding="ascii") as cpu:
        if not re.search(r"^flags\s*:.* aes( |$)", cpu.read(), re.M):
            return "AES is looked up in tables here, and costs more"
    return None


def count(program):
    """[(path, instructions a unit, unit)]"""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        # As every x86-64 has it: which memcpy is taken depends on the processor otherwise.
        tunables = "glibc.cpu.hwcaps=-AVX2,-AVX,-AVX512F,-AVX512VL,-AVX512BW,-ERMS,-FSRM,-EVEX"
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}",
             "--toggle-collect=counted", "--dump-before=path_done", program],
            capture_output=True, text=True, check=False,
            env={**os.environ, "GLIBC_TUNABLES": tunables, "LC_ALL": "C"})
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        found = []
        for number, line in enumerate(done.stdout.splitlines(), 1):
            name, units, unit = line.split()
            with open(f"{out}.{number}", encoding="utf-8") as dump:
                total = int(re.search(r"^totals: (\d+)$", dump.read(), re.M).group(1))
            found.append((name, total / int(units), unit))
        return found


def main():
    reason = sys.argv[2] if sys.argv[1] == "--skip" else reason_not_to()
    if reason:
        print(f"1..0 # SKIP {reason}")
        return
    with open(sys.argv[2], encoding="ascii") as lines:
        limits = {name: float(limit) for name, limit in map(str.split, lines)}
    found = count(sys.argv[1])
    print(f"1..{len(found) + 1}")
    for number, (name, value, unit) in enumerate(found, 1):
        fine = 0 < value <= limits.get(name, 0) * MARGIN
        print(f"# {name} {value:.1f}")
        print("ok" if fine else "not ok", number, "-", name, f"{value:.1f} a {unit},",
              f"pinned {limits.get(name)}")
    print("ok" if set(limits) == {name for name, _, _ in found} else "not ok", len(found) + 1,
          "- each path is pinned")


main()
