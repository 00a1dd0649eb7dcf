"""make bench: the shortest of its scenarios, that the table and the figures come out right."""

import json
import os
import subprocess
import sys

from bench.pair import Program
from bench.report import Goal, Sheet, table
from lab.programs import ROOT

AWL, MOSH = Program("awl", "", ""), Program("mosh", "", "")


def bench(*words):
    return subprocess.run([sys.executable, "-m", "bench", *words], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": os.path.join(ROOT, "tests")},
                          timeout=300)


def test_memory(run):
    done = bench("memory", "--quick", "--json")
    assert done.returncode == 0, done
    found = json.loads(done.stdout)
    assert found["failed"] == []
    rows = {row["what"]: row for row in found["rows"]}
    assert list(rows) == [f"{who} {what}, idle 80x24" for who in ("server", "client")
                          for what in ("anonymous", "Rss")]
    for what, row in rows.items():
        assert len(row["awl"]) == len(row["mosh"]) == 1, what
        assert row["awl"][0] > 100, f"{what}: {row['awl']} kB isn't a process's memory"
        assert row["ratio"] == row["mosh"][0] / row["awl"][0], what
    assert rows["server Rss, idle 80x24"]["goal"] == {"good": 3, "great": 5, "of": "ratio"}


def test_unknown_scenario(run):
    done = bench("memory", "nonsense")
    assert done.returncode == 2
    assert "no scenario nonsense" in done.stderr
    assert done.stdout == ""


def test_table():
    sheet = Sheet("some")
    for awl, mosh in ((2, 20), (1, 20), (4, 20)):
        sheet.add(AWL, "cost", "ms", awl, Goal(5, 10))
        sheet.add(MOSH, "cost", "ms", mosh)
        sheet.add(AWL, "rate", "MB/s", awl, Goal(2, 3), more_is_better=True)
        sheet.add(MOSH, "rate", "MB/s", 1)
        sheet.add(AWL, "delay", "ms", awl, Goal(3, 1, "most"))
        sheet.add(MOSH, "delay", "ms", mosh)
        sheet.add(AWL, "share", "%", awl, Goal(3, 4, "least"))
        sheet.add(MOSH, "share", "%", mosh)
        sheet.add(AWL, "other", "ms", awl)
        sheet.add(MOSH, "other", "ms", mosh)
    lines = [line.split() for line in table(sheet.rows.values()).splitlines()]
    assert lines == [
        ["awl", "mosh", "ratio", "spread", "good", "great"],
        ["some:", "cost,", "ms", "2", "20", "10.00x", "5.00-20.00", "5x", "10x", "great"],
        ["some:", "rate,", "MB/s", "2", "1", "2.00x", "1.00-4.00", "2x", "3x", "good"],
        ["some:", "delay,", "ms", "2", "20", "10.00x", "5.00-20.00", "<=", "3", "<=", "1",
         "good"],
        ["some:", "share,", "%", "2", "20", "10.00x", "5.00-20.00", ">=", "3", ">=", "4",
         "short"],
        ["some:", "other,", "ms", "2", "20", "10.00x", "5.00-20.00"],
    ]
