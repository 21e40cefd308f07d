"""Every change of every IANA zone's clocks between two years, and the wall times around each.

A change is found by looking at the zone's offset, not at the database's own list: first hour by hour where the offset
differs between two days, then to the second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from bot.core.zones import is_zone

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Change:
    """The instant `at` from which on clocks in `zone` are `after` ahead of UTC, `before` until then."""

    zone: str
    at: datetime
    before: timedelta
    after: timedelta

    @property
    def jump(self) -> timedelta:
        """How far clocks go forward; negative where they go back."""
        return self.after - self.before


def zones() -> list[str]:
    """Every zone that people can name to the bot."""
    return sorted(name for name in available_timezones() if is_zone(name))


def changes(zone: str) -> Iterator[Change]:
    """The changes of a zone's offset in order. Two within a day would be seen as one or none; there are no such."""
    kept = ZoneInfo(zone)
    at, before = FIRST, _offset(kept, FIRST)
    while at < LAST:
        after = _offset(kept, at + _DAY)
        if after != before:
            exact = _exact(kept, at, at + _DAY)
            yield Change(zone, exact, before, after)
        at, before = at + _DAY, after


def wall_times(change: Change) -> Iterator[datetime]:
    """Naive local times before, in and after a change, its edges to the second among them."""
    # The clocks show these two at the change; between them times are skipped, or come twice.
    edges = sorted((_wall(change.at, change.before), _wall(change.at, change.after)))
    yield edges[0] - timedelta(days=1)
    yield edges[0] - timedelta(minutes=1)
    yield edges[0] - _SECOND
    yield edges[0]
    yield edges[0] + (edges[1] - edges[0]) / 2
    yield edges[1] - _SECOND
    yield edges[1]
    yield edges[1] + timedelta(minutes=1)
    yield edges[1] + timedelta(days=1)


def _wall(at: datetime, offset: timedelta) -> datetime:
    return (at + offset).replace(tzinfo=None)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _exact(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    before = _offset(zone, low)
    while high - low > _SECOND:
        middle = low + timedelta(seconds=(high - low) // _SECOND // 2)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high
