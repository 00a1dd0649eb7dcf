"""Counts what all the runners of ./test found: names what failed, gives the reasons of what was
skipped, and ends with "N passed, N failed"."""

import json
import os
import sys
import xml.etree.ElementTree as tree


class Tally:
    def __init__(self):
        self.passed = 0
        self.names = set()  # of what passed
        self.failed = []
        self.unsteady = []
        self.skipped = {}

    def junit(self, path):
        """One per case; gives how many failed in each suite."""
        bad = {}
        for suite in tree.parse(path).getroot().iter("testsuite"):
            name = suite.get("name")
            for case in suite.iter("testcase"):
                where = f"{case.get('classname')}: {case.get('name')}"
                skip = case.find("skipped")
                if case.find("failure") is not None or case.find("error") is not None:
                    self.failed.append(where)
                    bad[name] = bad.get(name, 0) + 1
                elif skip is not None:
                    reason = skip.get("message") or "no reason given"
                    self.skipped.setdefault(reason, []).append(where)
                else:
                    self.passed += 1
                    self.names.add(where)
        return bad

    def again(self, path):
        """What failed and passed when it was run once more, alone."""
        second = Tally()
        second.junit(path)
        for where in second.names & set(self.failed):
            self.failed.remove(where)
            self.unsteady.append(where)
            self.passed += 1

    def meson(self, folder):
        """A test that crashed or timed out may have no failed case of its own."""
        bad = self.junit(os.path.join(folder, "testlog.junit.xml"))
        with open(os.path.join(folder, "testlog.json")) as log:
            for line in log:
                test = json.loads(line)
                fine = test["result"] in ("OK", "SKIP", "EXPECTEDFAIL")
                if not fine and not bad.get("awl." + test["name"]):
                    self.failed.append(f"{test['name']}: {test['result']}")


def main(words):
    tally = Tally()
    while words:
        word = words.pop(0)
        try:
            if word == "--meson":
                word = words.pop(0)
                tally.meson(word)
            elif word == "--again":
                word = words.pop(0)
                tally.again(word)
            else:
                tally.junit(word)
        except (OSError, tree.ParseError, ValueError) as error:
            tally.failed.append(f"{word}: no results: {error}")
    for reason, cases in sorted(tally.skipped.items()):
        print(f"skipped {len(cases)}: {reason}")
    for name in sorted(tally.unsteady):
        print(f"unsteady, passed only when run again: {name}")
    for name in tally.failed:
        print(f"failed: {name}")
    skipped = sum(map(len, tally.skipped.values()))
    print(f"{tally.passed} passed, {len(tally.failed)} failed" +
          (f", {skipped} skipped" if skipped else ""))
    return 1 if tally.failed or tally.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
