#!/usr/bin/env python3
"""A file past 800 lines or a function past 100 wants another design, not more lines.

Prints TAP. Usage: sizes.py SOURCE_ROOT
"""

import pathlib
import sys

FILE_MAX = 800
FUNCTION_MAX = 100


def functions(lines):
    """(name, length) of every function; .clang-format puts both braces into column 0."""
    start = None
    for number, line in enumerate(lines):
        if line.startswith("{") and number and lines[number - 1].rstrip().endswith(")"):
            start = number
        elif line.startswith("}") and start is not None:
            name = next(
                (l.split("(")[0] for l in reversed(lines[:start]) if l[:1].isalpha() and "(" in l),
                "?",
            )
            yield name, number - start + 1
            start = None


def main():
    root = pathlib.Path(sys.argv[1])
    found = []
    for folder in ("src", "include", "tests"):
        for path in sorted((root / folder).rglob("*.[chp]*")):
            if path.suffix not in (".c", ".h", ".py") or path.name.startswith("width_table"):
                continue
            lines = path.read_text().splitlines()
            rel = path.relative_to(root)
            if len(lines) > FILE_MAX:
                found.append(f"{rel}: {len(lines)} lines")
            if path.suffix == ".c":
                found += [
                    f"{rel}: {name}() has {length} lines"
                    for name, length in functions(lines)
                    if length > FUNCTION_MAX
                ]
    for line in found:
        print("#", line)
    print("1..1")
    print("not ok" if found else "ok", "1 - files up to 800 lines, functions up to 100")
    return bool(found)


sys.exit(main())
