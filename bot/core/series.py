"""The dates of a series of watch parties: some weekdays at one time, or whenever an episode airs.

The rules, each with a test of its own:

* A night is every chosen weekday from the first date on, always at the same time on the wall, whatever the clocks do.
* Every night takes the next episodes in order, as many as a night is to have; the last may have fewer.
* A night that would begin before its episodes have aired waits for the first later night by which they have.
* A series at each air time has a night for each moment at which something airs, with all that airs then.
* Skipping a night moves its episodes, and all after them, to the nights that follow; no date but the last is new.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.core.airing import airs_at
from bot.core.show import Episode
from bot.core.when_words import Kind, normalised, tokens
from bot.core.zones import resolve

#: Nights of one series; a daily drama of a hundred episodes has fewer.
MOST_NIGHTS = 120
_EVERY_DAY = frozenset(range(7))
_DAILY = frozenset({"daily", "every day", "everyday", "매일", "날마다"})
_WEEKENDS = frozenset({"weekend", "weekends", "주말"})
_WEEKDAYS = frozenset({"weekdays", "평일"})


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Some weekdays (0 is Monday) at one time, from a day on, in a zone. ``per_night`` is how many episodes."""

    weekdays: frozenset[int]
    wall: time
    zone: str
    first_day: date
    per_night: int

    def nights(self) -> Iterator[datetime]:
        """The naive local times of all nights, for ever."""
        day = self.first_day
        while True:
            if day.weekday() in self.weekdays:
                yield datetime.combine(day, self.wall)
            day += timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Night:
    """One date of a series with what is watched on it. ``at`` is UTC, ``wall`` the naive local time."""

    at: datetime
    wall: datetime
    episodes: tuple[int, ...]


def planned(rhythm: Rhythm, episodes: Sequence[Episode], now: datetime) -> tuple[Night, ...]:
    """The nights on which ``episodes`` are watched; those that are over at ``now`` are left out of the rhythm.

    An episode without an air time counts as aired. At most `MOST_NIGHTS` nights are given.
    """
    nights: list[Night] = []
    left = list(episodes)
    walls = rhythm.nights()
    # Two years without an episode that has aired: it never will.
    for _ in range(MOST_NIGHTS + 2 * 366):
        if not left or len(nights) == MOST_NIGHTS:
            break
        wall = next(walls)
        at = resolve(wall, rhythm.zone)
        ready = [episode for episode in left[: rhythm.per_night] if (airs_at(episode) or at) <= at]
        if at <= now or not ready or ready[0] is not left[0]:
            continue
        nights.append(Night(at, wall, tuple(episode.number for episode in ready)))
        left = left[len(ready) :]
    return tuple(nights)


def at_air_times(episodes: Sequence[Episode], zone: str, now: datetime) -> tuple[Night, ...]:
    """A night for every moment at which some of ``episodes`` air; what has aired or has no hour is left out."""
    coming = sorted((at, episode.number) for episode in episodes if (at := airs_at(episode)) is not None and at > now)
    return tuple(
        Night(at, at.astimezone(ZoneInfo(zone)).replace(tzinfo=None), tuple(number for _, number in together))
        for at, together in groupby(coming, key=lambda pair: pair[0])
    )[:MOST_NIGHTS]


def without(nights: Sequence[Night], skipped: int, rhythm: Rhythm) -> tuple[Night, ...]:
    """The series once the night with this index is skipped, one more night coming at its end."""
    if not 0 <= skipped < len(nights):
        return tuple(nights)
    last = nights[-1]
    added = next(wall for wall in rhythm.nights() if resolve(wall, rhythm.zone) > last.at)
    dates = [(night.at, night.wall) for index, night in enumerate(nights) if index != skipped]
    dates.append((resolve(added, rhythm.zone), added))
    return tuple(Night(at, wall, night.episodes) for (at, wall), night in zip(dates, nights, strict=True))


def read_weekdays(typed: str) -> frozenset[int] | None:
    """The weekdays that "mon, tue", "Mon and Tue", "weekends", "daily" or "월, 화" names; None for anything else."""
    text = " ".join(typed.casefold().split())
    if text.startswith("every ") and text not in _DAILY:
        text = text.removeprefix("every ")
    for names, meant in ((_DAILY, _EVERY_DAY), (_WEEKENDS, frozenset({5, 6})), (_WEEKDAYS, frozenset(range(5)))):
        if text in names:
            return meant
    found = tokens(normalised(text).replace("/", " ").replace("&", " ").replace("+", " ").replace("·", " "))
    if found is None:
        return None
    days: set[int] = set()
    for token in found:
        if token.kind is not Kind.WEEKDAY:
            return None
        days.add(token.numbers[0])
    return frozenset(days) or None
