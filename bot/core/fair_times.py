"""The fairest times for people in several zones to watch something together.

The rules, each with a test of its own:

* The night is from 00:00 to 07:00, on everybody's own clock.
* Where the window has a time at which nobody's clock shows night, only such times are proposed.
* Where it has none, only those are proposed at which the one who is worst off is nearest to an end of the night.
* Of these, only those are proposed at whose end nobody has come into the night; where there are none, those at whose
  end the one who is worst off is nearest to an end of the night.
* Of these, the one comes first whose burden falls on those who have carried least: of the burdens that people have
  after it, those of the past included, the largest is as small as can be, then the second largest, and so on.
* An evening from 19:00 on is no burden, an hour of the day is a small one, a little larger from Monday to Friday than
  at the weekend, and an hour of the night is many times as large, the more so the deeper it is.
* Of times that are fair alike the soonest comes first.
* What is proposed lies half a day apart, and closer only where fewer than three times would be left.
* In what order people are named changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

#: Times are proposed on the half hour of UTC, which is one on most clocks.
STEP = timedelta(minutes=30)
#: How many times are proposed at most, and how many at least where the window has them.
MOST = 5
_FEWEST = 3
#: How far apart they lie: at first, and where that leaves too few.
_APART = (timedelta(hours=12), timedelta(hours=3), STEP)

#: How many people at least must be meant by clocks that nobody may know to be theirs. With fewer, one of them knows
#: the other's.
FEWEST_HIDDEN = 3

_NIGHT_ENDS = 7 * 60
_EVENING_BEGINS = 19 * 60
_HALF_HOUR = 30
_SATURDAY = 5
#: What half an hour deeper into the night weighs, a time in the day from Monday to Friday, and one at the weekend.
_NIGHT_WEIGHT, _WEEKDAY_WEIGHT, _WEEKEND_WEIGHT = 10, 2, 1


class PartOfDay(Enum):
    """What a clock's time feels like."""

    NIGHT = "night"
    DAY = "day"
    EVENING = "evening"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who takes part: where, and the burden of the times they have had of late (see `burden`)."""

    zone: str
    carried: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """A proposed time, UTC.

    ``night`` is how deep it lies in the night for whoever is worst off, in half hours counted from the nearer end; 0
    where it is night for nobody. ``late`` is the same of the time when what is watched is over.
    """

    starts_at: datetime
    night: int
    late: int


def fairest(guests: Iterable[Guest], begins_at: datetime, until: datetime, minutes: int) -> tuple[Slot, ...]:
    """The fairest times to begin something of so many ``minutes`` from ``begins_at`` to ``until``, the fairest first.

    At most `MOST`; none where there are no guests or no half hour lies in the window.
    """
    people = Counter(guests)
    if not people:
        return ()
    zones = sorted({guest.zone for guest in people})
    ranked: list[tuple[int, int, tuple[int, ...], datetime]] = []
    for at in _half_hours(begins_at, until):
        moments = {zone: _Moment.of(zone, at, minutes) for zone in zones}
        carried = [
            after for guest, count in people.items() for after in (guest.carried + moments[guest.zone].burden,) * count
        ]
        ranked.append(
            (
                max(moment.night for moment in moments.values()),
                max(moment.late for moment in moments.values()),
                tuple(sorted(carried, reverse=True)),
                at,
            )
        )
    if not ranked:
        return ()
    ranked.sort()
    best = ranked[0][:2]
    return tuple(_spread([Slot(at, night, late) for night, late, _, at in ranked if (night, late) == best]))


def burden(zone: str, starts_at: datetime, minutes: int) -> int:
    """What it costs somebody in ``zone`` to watch something of so many ``minutes`` then; 0 in the evening."""
    return _Moment.of(zone, starts_at, minutes).burden


def part_of_day(wall: datetime) -> PartOfDay:
    """What a local time feels like."""
    minute = _minute(wall)
    if minute < _NIGHT_ENDS:
        return PartOfDay.NIGHT
    return PartOfDay.EVENING if minute >= _EVENING_BEGINS else PartOfDay.DAY


def clocks(
    zones: Iterable[str], moments: Sequence[datetime]
) -> tuple[tuple[tuple[datetime, ...], frozenset[str]], ...]:
    """What the clocks of ``zones`` show at these moments: naive local times, and in which zones they are shown.

    Zones whose clocks agree at all of them are one; what is furthest behind comes first.
    """
    shown: dict[tuple[datetime, ...], set[str]] = {}
    for zone in zones:
        walls = tuple(at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at in moments)
        shown.setdefault(walls, set()).add(zone)
    return tuple((walls, frozenset(shown[walls])) for walls in sorted(shown))


def anonymous(shown: int, hidden: int) -> bool:
    """Whether nobody can tell from so many different clocks whose is whose.

    ``hidden`` is how many of the people meant have not let those who look see where they are. Each of them looks, too,
    and knows their own clock; and one clock alone would be everybody's.
    """
    return hidden == 0 or (hidden >= FEWEST_HIDDEN and shown > 1)


@dataclass(frozen=True, slots=True)
class _Moment:
    """A time on somebody's clock. ``night`` and ``late`` as in `Slot`."""

    night: int
    late: int
    burden: int

    @classmethod
    def of(cls, zone: str, at: datetime, minutes: int) -> _Moment:
        there = ZoneInfo(zone)
        begins = at.astimezone(there)
        # Who is done at 00:00 has not been up at night.
        ends = (at + timedelta(minutes=max(minutes, 1) - 1)).astimezone(there)
        night, late = _depth(begins), _depth(ends)
        if night or late:
            weight = max(night, late) * _NIGHT_WEIGHT
        elif part_of_day(begins) is PartOfDay.EVENING:
            weight = 0
        else:
            weight = _WEEKEND_WEIGHT if begins.weekday() >= _SATURDAY else _WEEKDAY_WEIGHT
        return cls(night, late, weight)


def _minute(wall: datetime) -> int:
    return wall.hour * 60 + wall.minute


def _depth(wall: datetime) -> int:
    """How deep in the night, in half hours from its nearer end, that one included; 0 by day."""
    minute = _minute(wall)
    if minute >= _NIGHT_ENDS:
        return 0
    return min(minute // _HALF_HOUR + 1, -(-(_NIGHT_ENDS - minute) // _HALF_HOUR))


def _half_hours(begins_at: datetime, until: datetime) -> Iterator[datetime]:
    """Every half hour of UTC in a window, its ends included."""
    hour = begins_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    at = hour
    while at <= until:
        if at >= begins_at:
            yield at
        at += STEP


def _spread(ranked: Sequence[Slot]) -> list[Slot]:
    """The first of these that are not too close together, in their order."""
    chosen: list[Slot] = []
    for apart in _APART:
        most = MOST if apart is _APART[0] else _FEWEST
        for slot in ranked:
            if len(chosen) >= most:
                break
            if all(abs(slot.starts_at - other.starts_at) >= apart for other in chosen):
                chosen.append(slot)
    return sorted(chosen, key=ranked.index)
