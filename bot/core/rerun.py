"""Re-runs: a server watches a season again, as it was broadcast or on evenings of its own.

The rules, each with a test of its own:

* As it aired: the first episode begins when it is told to, and every other as many days later, and as much earlier or
  later on the clock, as it was in the broadcast. What came out together comes together. A break of more than four
  weeks, as between seasons, is cut to between one week and two, on the same weekday.
* On chosen weekdays every evening has as many episodes as wanted, in order, always at the same time on the wall.
* A paused re-run has no dates for what hasn't begun. It goes on with the next episode on the next evening that it would
  have had; what is watched as it aired keeps its weekdays, so it goes on whole weeks later.
* Skipping an evening moves its episodes, and all after them, to the evenings that follow; as it aired, by a week.
* Extending appends the episodes that follow, on the evenings that follow; as it aired, as far apart as they were.
* What has begun keeps its date, whatever happens later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from itertools import groupby, islice

from bot.core.errors import UserError
from bot.core.series import Rhythm
from bot.core.show import Episode, Show
from bot.core.zones import WallTime, resolve

_WEEK = timedelta(days=7)
_LONGEST_BREAK = 4 * _WEEK


class RerunState(Enum):
    """A draft has been shown to whoever typed it and to nobody else."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Slot:
    """When an episode is on: ``wall`` is the naive local time in the re-run's zone."""

    episode: int
    wall: datetime


@dataclass(frozen=True, slots=True)
class Rerun:
    """A re-run of a show in a server.

    ``weekdays`` (0 is Monday) are None where it goes as it aired; ``wall_first`` is the naive local time at which it
    began. ``slots`` stand in the order of their times. ``paused_at``: since when it is paused, UTC (None: it isn't).
    """

    id: int
    guild_id: int
    show_id: str
    creator_id: int
    zone: str
    weekdays: tuple[int, ...] | None
    per_night: int
    wall_first: datetime
    state: RerunState
    created_at: datetime
    paused_at: datetime | None
    slots: tuple[Slot, ...]

    @property
    def rhythm(self) -> Rhythm | None:
        """Its weekdays and time; None where it goes as it aired."""
        if self.weekdays is None:
            return None
        return Rhythm(
            frozenset(self.weekdays), self.wall_first.time(), self.zone, self.wall_first.date(), self.per_night
        )

    @property
    def first_episode(self) -> int:
        return min(slot.episode for slot in self.slots)

    @property
    def last_episode(self) -> int:
        return max(slot.episode for slot in self.slots)

    def at(self, slot: Slot) -> datetime:
        """When an episode is on, UTC."""
        return resolve(slot.wall, self.zone)

    def begun(self, now: datetime) -> tuple[Slot, ...]:
        """What has been on, or is."""
        return tuple(slot for slot in self.slots if self.at(slot) <= now)

    def to_come(self, now: datetime) -> tuple[Slot, ...]:
        """What has yet to be on."""
        return tuple(slot for slot in self.slots if self.at(slot) > now)

    def times(self) -> Mapping[int, WallTime | None]:
        """The times of all its episodes; none for those that hadn't begun when it was paused."""
        return {
            slot.episode: None
            if self.paused_at is not None and self.at(slot) > self.paused_at
            else wall_time(slot.wall, self.zone)
            for slot in self.slots
        }

    def evenings(self) -> tuple[tuple[datetime, tuple[int, ...]], ...]:
        """When something is on, UTC, with the episodes that are on together."""
        return tuple(
            (resolve(wall, self.zone), tuple(slot.episode for slot in together))
            for wall, together in groupby(self.slots, key=lambda slot: slot.wall)
        )


def wall_time(wall: datetime, zone: str) -> WallTime:
    """A naive local time as an air time."""
    return WallTime(wall.date(), wall.hour * 60 + wall.minute, zone)


def as_aired(episodes: Sequence[Episode], wall_first: datetime) -> tuple[Slot, ...]:
    """Episodes as they were broadcast, the first of them at ``wall_first``.

    Raises UserError("rerun.no-dates") where one of them has no date or hour (``number``).
    """
    walls: list[tuple[Episode, datetime]] = []
    for episode in episodes:
        release = episode.broadcast
        if release is None or release.at is None:
            raise UserError("rerun.no-dates", number=episode.number)
        walls.append((episode, release.at.civil()))
    walls.sort(key=lambda pair: (pair[1], pair[0].number))
    slots: list[Slot] = []
    cut = timedelta()
    before = walls[0][1]
    for episode, wall in walls:
        gap = wall - before
        if gap > _LONGEST_BREAK:
            cut += (gap // _WEEK - 1) * _WEEK
        slots.append(Slot(episode.number, wall_first + (wall - walls[0][1]) - cut))
        before = wall
    return tuple(slots)


def on_evenings(numbers: Sequence[int], rhythm: Rhythm, after: datetime) -> tuple[Slot, ...]:
    """Episodes on the evenings of a rhythm that come after an instant, as many on each as it has."""
    walls = (wall for wall in rhythm.nights() if resolve(wall, rhythm.zone) > after)
    slots: list[Slot] = []
    left = list(numbers)
    while left:
        wall = next(walls)
        slots += [Slot(number, wall) for number in left[: rhythm.per_night]]
        left = left[rhythm.per_night :]
    return tuple(slots)


def resumed(rerun: Rerun, now: datetime) -> Rerun:
    """The re-run as it goes on after a pause."""
    if rerun.paused_at is None:
        return rerun
    kept, left = rerun.begun(rerun.paused_at), rerun.to_come(rerun.paused_at)
    rerun = replace(rerun, paused_at=None, state=RerunState.RUNNING)
    if not left:
        return rerun
    rhythm = rerun.rhythm
    if rhythm is not None:
        return replace(rerun, slots=(*kept, *on_evenings([slot.episode for slot in left], rhythm, now)))
    weeks = 0
    while resolve(left[0].wall + weeks * _WEEK, rerun.zone) <= now:
        weeks += 1
    return replace(rerun, slots=(*kept, *_later(left, weeks)))


def skipped(rerun: Rerun, now: datetime) -> Rerun:
    """The re-run without its next evening. Raises UserError("rerun.over") where none is to come."""
    left = rerun.to_come(now)
    if not left:
        raise UserError("rerun.over")
    kept = rerun.begun(now)
    rhythm = rerun.rhythm
    if rhythm is None:
        return replace(rerun, slots=(*kept, *_later(left, 1)))
    next_at = rerun.at(left[0])
    return replace(rerun, slots=(*kept, *on_evenings([slot.episode for slot in left], rhythm, next_at)))


def extended(rerun: Rerun, show: Show, last_episode: int, now: datetime) -> Rerun:
    """The re-run going on to ``last_episode``.

    Raises UserError: "rerun.not-longer" (``last``) where it goes that far already, "rerun.no-dates".
    """
    if last_episode <= rerun.last_episode:
        raise UserError("rerun.not-longer", last=rerun.last_episode)
    newest = rerun.slots[-1]
    added = show.episodes[rerun.last_episode : last_episode]
    rhythm = rerun.rhythm
    if rhythm is not None:
        after = max(rerun.at(newest), now)
        return replace(rerun, slots=(*rerun.slots, *_filled(rerun, rhythm, added, after, now)))
    before = show.episodes[rerun.last_episode - 1]
    whole = as_aired((before, *added), newest.wall)
    more = [slot for slot in whole if slot.episode != before.number]
    weeks = 0
    while resolve(more[0].wall + weeks * _WEEK, rerun.zone) <= now:
        weeks += 1
    return replace(rerun, slots=(*rerun.slots, *_later(more, weeks)))


def _filled(rerun: Rerun, rhythm: Rhythm, added: Sequence[Episode], after: datetime, now: datetime) -> Iterable[Slot]:
    """More episodes after the last evening, which is filled up first where it has room and is to come."""
    newest = rerun.slots[-1]
    there = sum(slot.wall == newest.wall for slot in rerun.slots)
    room = rhythm.per_night - there if rerun.at(newest) > now else 0
    numbers = [episode.number for episode in added]
    return (
        *(Slot(number, newest.wall) for number in islice(numbers, max(room, 0))),
        *on_evenings(numbers[max(room, 0) :], rhythm, after),
    )


def _later(slots: Iterable[Slot], weeks: int) -> tuple[Slot, ...]:
    return tuple(replace(slot, wall=slot.wall + weeks * _WEEK) for slot in slots)
