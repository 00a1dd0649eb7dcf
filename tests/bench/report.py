"""Rows of figures, what is asked of them, and how they are printed."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Goal:
    """What good and great are. "ratio": so many times less (or, of a rate, more) than mosh;
    "most": awl's own figure is at most this; "least": at least."""
    good: float
    great: float
    of: str = "ratio"


@dataclasses.dataclass
class Row:
    scenario: str
    what: str
    unit: str
    awl: list = dataclasses.field(default_factory=list)   # one figure a run
    mosh: list = dataclasses.field(default_factory=list)  # those measured in turn with them
    goal: Goal | None = None
    more_is_better: bool = False

    def ratios(self):
        """How many times better, run by run."""
        pairs = zip(self.awl, self.mosh)
        if self.more_is_better:
            return [awl / mosh for awl, mosh in pairs if mosh > 0]
        return [mosh / awl for awl, mosh in pairs if awl > 0]

    def judged(self):
        """The figure that the goal is about."""
        if self.goal and self.goal.of != "ratio":
            return statistics.median(self.awl)
        ratios = self.ratios()
        return statistics.median(ratios) if ratios else None

    def verdict(self):
        """great, good or short; "" where nothing is asked."""
        if not self.goal:
            return ""
        value = self.judged()
        if value is None:
            return "great" if max(self.awl) <= 0 else ""
        for word in ("great", "good"):
            limit = getattr(self.goal, word)
            if value <= limit if self.goal.of == "most" else value >= limit:
                return word
        return "short"

    def as_json(self):
        ratios = self.ratios()
        return {"scenario": self.scenario, "what": self.what, "unit": self.unit,
                "awl": self.awl, "mosh": self.mosh, "ratios": ratios,
                "ratio": statistics.median(ratios) if ratios else None,
                "goal": dataclasses.asdict(self.goal) if self.goal else None,
                "verdict": self.verdict()}

    def cells(self):
        ratios = self.ratios()
        spread = f"{min(ratios):.2f}-{max(ratios):.2f}" if ratios else ""
        goals = ["", ""]
        if self.goal:
            mark = {"ratio": "{:g}x", "most": "<= {:g}", "least": ">= {:g}"}[self.goal.of]
            goals = [mark.format(self.goal.good), mark.format(self.goal.great)]
        return [f"{self.scenario}: {self.what}, {self.unit}", short(self.awl), short(self.mosh),
                f"{statistics.median(ratios):.2f}x" if ratios else "", spread, *goals,
                self.verdict()]


def short(figures):
    return f"{statistics.median(figures):.4g}" if figures else ""


HEAD = ["", "awl", "mosh", "ratio", "spread", "good", "great", ""]


def table(rows):
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) if i in (0, 7) else cell.rjust(width)
                               for i, (cell, width) in enumerate(zip(line, widths))).rstrip()
                     for line in lines)


class Sheet:
    """Collects figures of one scenario, run by run."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.rows = {}

    def row(self, what, unit, goal=None, **how):
        """Rows are printed in the order in which they were named."""
        return self.rows.setdefault(what, Row(self.scenario, what, unit, goal=goal, **how))

    def add(self, program, what, unit, value, goal=None, **how):
        getattr(self.row(what, unit, goal, **how), program.name).append(value)
