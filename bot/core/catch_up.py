"""Catching up by a moment: which episodes on which days, or what it would take.

A person watches in sittings, one a day at most. The rules:

* Every sitting begins at the deadline's time of day, on the clock of the person's zone; the one on the deadline's own
  day begins early enough to be over by the deadline.
* Episodes are watched in order, none before it has aired.
* They are spread as evenly as air times allow: no day has more than it must, and where all have aired already two
  days never differ by more than one. What doesn't divide is a little ahead rather than behind.
* No sitting is longer than `LONGEST_SITTING`, unless a single episode is.
* The time of day is kept when clocks change; `bot.core.zones` says what is done in the skipped and the repeated hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from bot.core.airing import airs_at, minutes_of
from bot.core.show import Show
from bot.core.zones import resolve

#: How far ahead a plan may reach.
FURTHEST = timedelta(days=180)
#: Nobody watches longer than this in one go.
LONGEST_SITTING = timedelta(hours=10)
#: A reminder of a sitting helps nobody after this long.
POINTLESS_AFTER = timedelta(hours=12)

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Watchable:
    """An episode to be watched, by its absolute number. ``available_at`` is when it has begun to be shown, UTC."""

    number: int
    available_at: datetime
    minutes: int

    @property
    def over_at(self) -> datetime:
        """When it can have been watched at the earliest."""
        return self.available_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when all is to be watched: the instant, UTC, and the naive local time in ``zone``."""

    at: datetime
    wall: datetime
    zone: str

    def slot(self, days_before: int) -> datetime:
        """The deadline's time of day so many days before it (negative: after it)."""
        return resolve(self.wall - days_before * _DAY, self.zone) if days_before else self.at

    def later(self, days: int) -> Deadline:
        """The same time of day so many days later."""
        wall = self.wall + days * _DAY
        return Deadline(resolve(wall, self.zone), wall, self.zone)


@dataclass(frozen=True, slots=True)
class Sitting:
    """Some episodes, one after the other, from ``starts_at`` (UTC) on."""

    starts_at: datetime
    episodes: tuple[int, ...]
    minutes: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class TooMuch:
    """There is no such plan.

    ``per_day`` episodes a day would be enough by the same deadline (None: no number that can be watched would be);
    ``until`` is the first later day on which the deadline could be (None: there is none within `FURTHEST`).
    """

    per_day: int | None
    until: Deadline | None


class CatchUpState(Enum):
    """``ENDED``: stopped, replaced by another, or all of it watched."""

    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PlannedSitting:
    """A sitting of a plan that is kept. ``sequence`` counts how often it was moved.

    ``moved_from`` is when its owner believes that it begins, where it was moved and they have not been told yet.
    """

    id: int
    sitting: Sitting
    sequence: int
    moved_from: datetime | None = None

    def left(self, unseen: Iterable[int]) -> tuple[int, ...]:
        """Those of its episodes that are still to be watched."""
        wanted = frozenset(unseen)
        return tuple(number for number in self.sitting.episodes if number in wanted)


@dataclass(frozen=True, slots=True)
class CatchUp:
    """One person's plan for one show.

    ``per_day`` is what they asked for (None: nothing). ``channel_id``, ``guild_id``, ``dm_channel_id`` and
    ``locale`` are as in `bot.core.reminder.Reminder`.
    """

    id: int
    user_id: int
    show_id: str
    deadline: Deadline
    per_day: int | None
    channel_id: int | None
    guild_id: int | None
    dm_channel_id: int | None
    locale: str
    state: CatchUpState
    created_at: datetime
    sittings: tuple[PlannedSitting, ...]

    def left(self, unseen: Iterable[int]) -> tuple[int, ...]:
        """Those of its episodes that are still to be watched."""
        wanted = frozenset(unseen)
        return tuple(number for planned in self.sittings for number in planned.left(wanted))

    def pointless_at(self, sitting_id: int) -> datetime:
        """From when on nobody is helped by a reminder of this sitting. Raises LookupError where it has none."""
        for planned, following in zip(self.sittings, (*self.sittings[1:], None), strict=True):
            if planned.id == sitting_id:
                late = planned.sitting.starts_at + POINTLESS_AFTER
                return late if following is None else min(late, following.sitting.starts_at)
        raise LookupError(f"Plan {self.id} has no sitting {sitting_id}")


def watchable(show: Show, numbers: Sequence[int]) -> tuple[Watchable, ...]:
    """Those of the episodes that can be planned, in order: up to the first for which nobody knows a date.

    An episode without a date comes out no later than the next one that has one.
    """
    available: dict[int, datetime] = {}
    known: datetime | None = None
    for episode in reversed(show.episodes):
        at = airs_at(episode)
        known = at if at is not None else known
        if known is not None:
            available[episode.number] = known
    found: list[Watchable] = []
    for number in numbers:
        episode = show.episode(number)
        if episode is None or number not in available:
            break
        found.append(Watchable(number, available[number], minutes_of(show, episode)))
    return tuple(found)


def in_time(episodes: Sequence[Watchable], deadline: datetime) -> tuple[Watchable, ...]:
    """Those that will have been shown in full by then, and all before them."""
    for index, episode in enumerate(episodes):
        if episode.over_at > deadline:
            return tuple(episodes[:index])
    return tuple(episodes)


def plan(
    episodes: Sequence[Watchable], now: datetime, deadline: Deadline, per_day: int | None = None
) -> tuple[Sitting, ...] | TooMuch:
    """Sittings for ``episodes``, which are in order, by the rules above; at most ``per_day`` episodes each.

    Raises ValueError for a ``per_day`` below 1.
    """
    if per_day is not None and per_day < 1:
        raise ValueError(f"{per_day} episodes a day are no plan")
    if not episodes:
        return ()
    longest = max(episode.minutes for episode in episodes)
    bearable = max(1, int(LONGEST_SITTING / timedelta(minutes=1)) // longest)
    most = bearable if per_day is None else min(per_day, bearable)
    days = _spread(episodes, now, deadline, bearable)
    if days is not None and max(map(len, days)) <= most:
        return tuple(
            _sitting(slot, day, deadline) for slot, day in zip(_slots(now, deadline), days, strict=True) if day
        )
    needed = None if days is None else max(map(len, days))
    return TooMuch(needed if needed is not None and needed <= bearable else None, _until(episodes, now, deadline, most))


def follow(
    sittings: Sequence[PlannedSitting], available: Mapping[int, datetime], deadline: Deadline
) -> tuple[PlannedSitting, ...]:
    """The sittings that are ahead, in order, after air times have changed.

    One that would begin before its episodes have aired moves to the first day on which the usual time of day is late
    enough, on the deadline's own day to end with it, and past the deadline where it must. Those after it that would
    overlap begin when it is over; the rest stay. Episodes that ``available`` knows nothing of are taken to have aired.
    """
    moved: list[PlannedSitting] = []
    free_at: datetime | None = None
    for planned in sittings:
        sitting = planned.sitting
        starts_at = sitting.starts_at
        aired_at = max((available[number] for number in sitting.episodes if number in available), default=starts_at)
        if starts_at < aired_at:
            latest = deadline.at - timedelta(minutes=sitting.minutes)
            usual = _usual_time_from(aired_at, deadline)
            starts_at = latest if aired_at <= latest < usual else usual
        if free_at is not None and starts_at < free_at:
            starts_at = free_at
        changed = replace(sitting, starts_at=starts_at)
        moved.append(
            planned if changed == sitting else replace(planned, sitting=changed, sequence=planned.sequence + 1)
        )
        free_at = changed.ends_at
    return tuple(moved)


def _usual_time_from(at: datetime, deadline: Deadline) -> datetime:
    """The deadline's time of day at ``at`` or next after it."""
    days = (at.astimezone(ZoneInfo(deadline.zone)).date() - deadline.wall.date()).days
    # The hour that clocks skip can put the time of day on the day before past ``at``.
    return next(slot for day in range(days - 1, days + 3) if (slot := deadline.slot(-day)) >= at)


def _slots(now: datetime, deadline: Deadline) -> list[datetime]:
    """The deadline's time of day on every day from ``now`` on, the deadline itself last."""
    slots = [deadline.at]
    while (earlier := deadline.slot(len(slots))) >= now:
        slots.append(earlier)
    return slots[::-1]


def _sitting(slot: datetime, episodes: Sequence[Watchable], deadline: Deadline) -> Sitting:
    minutes = sum(episode.minutes for episode in episodes)
    starts_at = slot - timedelta(minutes=minutes) if slot == deadline.at else slot
    return Sitting(starts_at, tuple(episode.number for episode in episodes), minutes)


def _until(episodes: Sequence[Watchable], now: datetime, deadline: Deadline, most: int) -> Deadline | None:
    days = 1
    while (later := deadline.later(days)).at <= now + FURTHEST:
        spread = _spread(episodes, now, later, most)
        if spread is not None and max(map(len, spread)) <= most:
            return later
        days += 1
    return None


def _spread(
    episodes: Sequence[Watchable], now: datetime, deadline: Deadline, bearable: int
) -> list[Sequence[Watchable]] | None:
    """The episodes of each slot, with the busiest day as quiet as can be; None where not all of them fit.

    On the last day there are never more than ``bearable``; on the others there may be.
    """
    slots = _slots(now, deadline)
    total = len(episodes)
    # How many of them can be watched by each slot but the last; episodes in order, so the latest air time counts.
    by_slot: list[int] = []
    reach = 0
    for slot in slots[:-1]:
        while reach < total and episodes[reach].available_at <= slot:
            reach += 1
        by_slot.append(reach)
    last = _fitting(episodes, now, deadline.at, bearable)
    done = _even([*by_slot, total])
    if done[-1] - (done[-2] if len(done) > 1 else 0) > last:
        # The last day takes what it can, and the days before it the rest.
        before = total - last
        if before > (by_slot[-1] if by_slot else 0):
            return None
        done = [*(_even([min(count, before) for count in by_slot]) if by_slot else []), total]
    return [episodes[start:end] for start, end in zip([0, *done], done, strict=False)]


def _fitting(episodes: Sequence[Watchable], now: datetime, deadline: datetime, bearable: int) -> int:
    """How many of the last episodes can be watched right before the deadline."""
    earliest = max(now, max(episode.available_at for episode in episodes))
    count, starts_at = 0, deadline
    for episode in reversed(episodes):
        starts_at -= timedelta(minutes=episode.minutes)
        if starts_at < earliest or count == bearable:
            break
        count += 1
    return count


def _even(limits: Sequence[int]) -> list[int]:
    """How many are done by the end of each day, never more than the day's limit, all of the last day's by then.

    Along the greatest convex function below the limits: no day then has more than it must. Between the points where
    it meets a limit it is a straight line, rounded up.
    """
    done: list[int] = []
    day, count = 0, 0
    while day < len(limits):
        # The flattest way on; of several the longest.
        ways = (((limits[index] - count) / (index + 1 - day), -index) for index in range(day, len(limits)))
        corner = -min(ways)[1]
        rise, run = limits[corner] - count, corner + 1 - day
        done.extend(count + -(-rise * step // run) for step in range(1, run + 1))
        day, count = corner + 1, limits[corner]
    return done
