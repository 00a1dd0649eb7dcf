"""awl's log, as awl(1) describes it under LOG: "[SECONDS] WHO: WHAT"."""

import re

from .wait import CEILING, until

LINE = re.compile(r"^\[ *(\d+\.\d{3})\] (.*)$")


class Log:
    def __init__(self, path):
        self.file = path

    def text(self):
        try:
            with open(self.file, errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def lines(self):
        """[(seconds since the program began, text)]"""
        found = (LINE.match(line) for line in self.text().splitlines())
        return [(float(m.group(1)), m.group(2)) for m in found if m]

    def times(self, start):
        """When lines that begin so were written."""
        return [when for when, text in self.lines() if text.startswith(start)]

    def first(self, start, ceiling=CEILING):
        """Waits for such a line; gives (seconds, the whole line)."""
        return until(lambda: next((line for line in self.lines() if line[1].startswith(start)),
                                  None),
                     f"the log has {start!r}", ceiling, detail=self.text)

    def when(self, start, ceiling=CEILING):
        return self.first(start, ceiling)[0]

    def path_line(self):
        """The path line, which a session leaves behind when it ends."""
        self.first("end: ")
        return [text[6:] for _, text in self.lines() if text.startswith("path: ")][-1]
