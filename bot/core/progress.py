"""How far somebody has watched a show, in one run or two, without gaps or with them.

The rules, each with a test of its own:

* What a reader may know goes by the unbroken run from the first episode: a card made of what episode 5 told may
  lean on what episodes 3 and 4 told.
* An episode that was watched apart from that run opens its own recap and nothing else.
* When the gap before it is closed, an episode watched apart joins the run.
* A second run takes nothing away from the first: whoever watches again keeps what they know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_RANGE = re.compile(r"(\d{1,4})(?:\s*[-–~]\s*(\d{1,4}))?")


@dataclass(frozen=True, slots=True)
class Progress:
    """What somebody has seen of a show, by absolute episode numbers.

    ``up_to``: every episode from the first to this one (0: none). ``apart``: further ones, seen by themselves.
    ``rewatch``: how far the second run has come (None: there is none; 0: it is about to begin).
    """

    up_to: int = 0
    apart: frozenset[int] = frozenset()
    rewatch: int | None = None

    @classmethod
    def of(cls, episodes: Iterable[int], rewatch: int | None = None) -> Progress:
        """The progress of whoever has seen exactly these episodes."""
        seen = set(episodes)
        up_to = 0
        while up_to + 1 in seen:
            up_to += 1
        return cls(up_to, frozenset(number for number in seen if number > up_to), rewatch)

    def has_seen(self, number: int) -> bool:
        """Whether this episode was watched, in either run."""
        return number <= self.up_to or number in self.apart

    def unseen(self, last: int) -> tuple[int, ...]:
        """The episodes up to ``last`` that are still to be watched, in order; in a second run, again."""
        if self.rewatch is not None:
            return tuple(range(self.rewatch + 1, last + 1))
        return tuple(number for number in range(self.up_to + 1, last + 1) if number not in self.apart)

    def with_all_to(self, number: int) -> Progress:
        """Everything up to ``number`` seen, and nothing forgotten."""
        return Progress.of({*range(1, max(number, self.up_to) + 1), *self.apart}, self.rewatch)

    def with_episode(self, number: int) -> Progress:
        """``number`` watched, and with it all before: in the second run if there is one, else in the first."""
        first = self.with_all_to(number)
        if self.rewatch is None:
            return first
        return Progress(first.up_to, first.apart, max(self.rewatch, number))

    def with_seen(self, numbers: Iterable[int]) -> Progress:
        """Exactly ``numbers`` watched besides; a second run goes on with them if it had come right before them."""
        seen = sorted(numbers)
        again = self.rewatch
        for number in seen:
            if again is not None and number == again + 1:
                again = number
        return Progress.of({*self.watched, *seen}, again)

    def cut_to(self, last: int) -> Progress:
        """The same for a show that has only ``last`` episodes."""
        rewatch = None if self.rewatch is None else min(self.rewatch, last)
        return Progress(min(self.up_to, last), frozenset(number for number in self.apart if number <= last), rewatch)

    @property
    def watched(self) -> tuple[int, ...]:
        """Every episode seen, in order."""
        return (*range(1, self.up_to + 1), *sorted(self.apart))


def ranges(numbers: Iterable[int]) -> str:
    """ "1-3, 5" for 1, 2, 3 and 5; empty for none."""
    runs: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def read_ranges(typed: str, last: int) -> frozenset[int] | None:
    """The episodes that "1-3, 5" or "1~3 5" names, of a show with ``last``; None where it names none or others."""
    numbers: set[int] = set()
    rest = typed.strip()
    if not rest or len(rest) > 100:
        return None
    for part in re.split(r"\s*[,;、]\s*|(?<=\d)\s+(?=\d)", rest):
        found = _RANGE.fullmatch(part)
        if found is None:
            return None
        first = int(found[1])
        until = int(found[2] or first)
        if not 1 <= first <= until <= last:
            return None
        numbers.update(range(first, until + 1))
    return frozenset(numbers)
