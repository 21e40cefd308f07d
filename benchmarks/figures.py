"""Times to figures, and figures to a table."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum


class Size(Enum):
    """How much is measured: hardly anything, so that it is known to run; what takes minutes; what takes longer."""

    TINY = "tiny"
    USUAL = "usual"
    FULL = "full"

    def pick(self, tiny: int, usual: int, full: int) -> int:
        """The number for this size."""
        return {Size.TINY: tiny, Size.USUAL: usual, Size.FULL: full}[self]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table. ``met`` says whether the goal is, None where there is none."""

    what: str
    ours: str
    baseline: str
    ratio: str
    goal: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        verdict = "" if self.met is None else "yes" if self.met else "**no**"
        return (self.what, self.ours, self.baseline, self.ratio, self.goal, verdict)


@dataclass
class Report:
    """What one benchmark found."""

    title: str
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        """A heading, the table, and what else is to be said."""
        head = ("", "ours", "baseline", "ratio", "goal", "met")
        rows = [head, tuple("-" * max(len(cell), 3) for cell in head), *(line.cells() for line in self.lines)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
        table = [
            "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
        ]
        table[1] = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
        return "\n".join([f"### {self.title}", "", *table, *("\n" + note for note in self.notes)])


def median(times: Sequence[float]) -> float:
    return statistics.median(times)


def percentile(times: Sequence[float], share: float) -> float:
    """The time that so large a share of all stays within."""
    return sorted(times)[max(math.ceil(len(times) * share) - 1, 0)]


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def compared(
    what: str, ours: float, baseline: float, *, at_most: float | None = None, at_least: float | None = None
) -> Line:
    """Two times in seconds as a row, with a goal for their ratio."""
    ratio = ours / baseline
    goal = "" if at_most is None else f"≤ {at_most:g}"
    met = None if at_most is None else ratio <= at_most
    if at_least is not None:
        goal, met = f"≥ {at_least:g}", ratio >= at_least
    return Line(what, ms(ours), ms(baseline), f"{ratio:.2f}", goal, met)
