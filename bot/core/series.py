"""The dates of a series of watch parties: some weekdays at one time, or whenever an episode airs.

The rules, each with a test of its own:

* A night is every chosen weekday from the first date on, always at the same time on the wall, whatever the clocks do.
* Every night takes the next episodes in order, as many as a night is to have; the last may have fewer.
* A night that would begin before its episodes have aired waits for the first later night by which they have.
* A series at each air time has a night for each moment at which something airs, with all that airs then in a row.
* Skipping a night moves its episodes, and all after them, to the nights that follow; no date but the last is new.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import groupby, takewhile
from zoneinfo import ZoneInfo

from bot.core.airing import airs_at
from bot.core.party import SeriesState
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


@dataclass(frozen=True, slots=True)
class Series:
    """A series of parties. Its nights are parties; this is how new ones are made.

    It goes from ``first_episode`` to ``last_episode``. ``weekdays`` and ``wall_first``, the naive local time of its
    first day, are its rhythm in ``zone`` (None: whenever an episode airs). ``message_id`` is None until it was
    announced. The rest is as in a party.
    """

    id: int
    guild_id: int
    channel_id: int
    message_id: int | None
    creator_id: int
    show_id: str
    first_episode: int
    last_episode: int
    weekdays: tuple[int, ...] | None
    wall_first: datetime | None
    zone: str
    per_night: int
    lead_minutes: int
    capacity: int | None
    role_id: int | None
    locale: str
    state: SeriesState
    created_at: datetime
    more_leads: tuple[int, ...] | None = None

    @property
    def rhythm(self) -> Rhythm | None:
        """Its weekdays and time; None where it is at each air time."""
        if self.weekdays is None or self.wall_first is None:
            return None
        days, first = frozenset(self.weekdays), self.wall_first
        return Rhythm(days, first.time(), self.zone, first.date(), self.per_night)

    def nights(self, episodes: Sequence[Episode], now: datetime) -> tuple[Night, ...]:
        """Its nights after ``now`` as far as they can be told, with those of ``episodes`` that belong to it."""
        ours = [one for one in episodes if self.first_episode <= one.number <= self.last_episode]
        rhythm = self.rhythm
        return at_air_times(ours, self.zone, now) if rhythm is None else planned(rhythm, ours, now)

    def may_change(self, user_id: int, manages_events: bool) -> bool:
        """Only its host and those who may manage events can cancel a series."""
        return user_id == self.creator_id or manages_events


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
        ready = list(takewhile(partial(_has_aired, at=at), left[: rhythm.per_night]))
        if at <= now or not ready:
            continue
        nights.append(Night(at, wall, tuple(episode.number for episode in ready)))
        left = left[len(ready) :]
    return tuple(nights)


def at_air_times(episodes: Sequence[Episode], zone: str, now: datetime) -> tuple[Night, ...]:
    """A night for every moment at which some of ``episodes`` air; what has aired or has no hour is left out."""
    coming = sorted((at, episode.number) for episode in episodes if (at := airs_at(episode)) is not None and at > now)
    # A run of episodes grows by one with each: what stays the same is where it began.
    runs = groupby(enumerate(coming), key=lambda entry: (entry[1][0], entry[1][1] - entry[0]))
    return tuple(
        Night(at, at.astimezone(ZoneInfo(zone)).replace(tzinfo=None), tuple(number for _, (_, number) in together))
        for (at, _), together in runs
    )[:MOST_NIGHTS]


def too_early(nights: Sequence[Night], episodes: Mapping[int, Episode]) -> int | None:
    """The first night, by its index, that begins before something that it has is shown; None where there is none."""
    for index, night in enumerate(nights):
        watched = (episodes[number] for number in night.episodes if number in episodes)
        if not all(_has_aired(episode, night.at) for episode in watched):
            return index
    return None


def without(nights: Sequence[Night], skipped: int, rhythm: Rhythm) -> tuple[Night, ...]:
    """The series once the night with this index is skipped, one more night coming at its end."""
    if not 0 <= skipped < len(nights):
        return tuple(nights)
    last = nights[-1]
    added = next(wall for wall in rhythm.nights() if resolve(wall, rhythm.zone) > last.at)
    dates = [(night.at, night.wall) for index, night in enumerate(nights) if index != skipped]
    dates.append((resolve(added, rhythm.zone), added))
    return tuple(Night(at, wall, night.episodes) for (at, wall), night in zip(dates, nights, strict=True))


def _has_aired(episode: Episode, at: datetime) -> bool:
    return (airs_at(episode) or at) <= at


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
