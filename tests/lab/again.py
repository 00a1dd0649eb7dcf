"""The cases of ./test that failed, as pytest's node ids, one a line: to be run a second time,
alone.

    again.py RESULTS.xml...

Nothing is printed where more than AT_MOST failed, which no stall of the machine explains. What
a sanitizer found is never tried again."""

import sys
import xml.etree.ElementTree as tree

AT_MOST = 6


def failed(path):
    for case in tree.parse(path).getroot().iter("testcase"):
        for bad in case.iter():
            if bad.tag in ("failure", "error"):
                yield case, f"{bad.get('message')} {bad.text}"


def main(paths):
    found = {}
    for path in paths:
        try:
            for case, text in failed(path):
                module = case.get("classname").replace(".", "/")
                found.setdefault(f"tests/{module}.py::{case.get('name')}", []).append(text)
        except (OSError, tree.ParseError):
            return  # a group that has no results at all
    if len(found) <= AT_MOST:
        for name, texts in found.items():
            if not any("a sanitizer found" in text for text in texts):
                print(name)


if __name__ == "__main__":
    main(sys.argv[1:])
