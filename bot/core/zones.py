"""Wall times and instants.

A broadcaster announces wall times in its zone; everything else is reckoned in UTC. Where a wall time does not say
which instant it is:

* A time in the hour that is skipped when clocks go forward is moved forward by as much as they are.
* A time in the hour that comes twice when clocks go back is the first of the two.
* A broadcast day may run past midnight: 25:30 on the 8th is 01:30 on the 9th.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_WALL = re.compile("([0-9]{1,2}):([0-5][0-9])")
#: Broadcast days end at 30:00 at the latest.
_LAST_HOUR = 29


@dataclass(frozen=True, slots=True)
class WallTime:
    """A time of a broadcast day: ``minutes`` since the day's 00:00, which may be more than 1,440."""

    day: date
    minutes: int
    zone: str

    @classmethod
    def parse(cls, day: date, text: str, zone: str) -> WallTime:
        """Read "22:00" or "25:30". Raises ValueError for anything else."""
        found = _WALL.fullmatch(text)
        if found is None or int(found[1]) > _LAST_HOUR:
            raise ValueError(f"{text!r} is not a time such as 22:00 or 25:30")
        return cls(day, int(found[1]) * 60 + int(found[2]), zone)

    def civil(self) -> datetime:
        """The naive local time, with the date that the calendar shows."""
        return datetime.combine(self.day, time()) + timedelta(minutes=self.minutes)

    def instant(self) -> datetime:
        """The instant, in UTC."""
        return resolve(self.civil(), self.zone)

    def printed(self) -> str:
        """The time as the broadcaster prints it."""
        return f"{self.minutes // 60:02}:{self.minutes % 60:02}"


def resolve(wall: datetime, zone: str) -> datetime:
    """The UTC instant of a naive local time, by the rules above."""
    # zoneinfo reads fold=0 as the first of two, and a skipped time with the offset from before the change,
    # which is the very instant that lies as much after it as the clocks jumped.
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def day_later(at: datetime, zone: str | None) -> datetime:
    """The same time of day on the next day in ``zone``; a whole day later where there is no zone."""
    if zone is None:
        return at + timedelta(days=1)
    wall = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return resolve(wall + timedelta(days=1), zone)


@cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if name == "UTC" or "/" in name)


def is_zone(name: str) -> bool:
    """Whether ``name`` is an IANA zone by region and place ("Asia/Seoul", "Etc/GMT-9"), spelt so, or "UTC".

    Names of one machine or of old ("localtime", "EST", "posix/Asia/Seoul") are none.
    """
    return name in _zones()


def offset_at(zone: str, at: datetime) -> timedelta:
    """How far ahead of UTC clocks are in ``zone`` at that instant."""
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    return timedelta() if offset is None else offset


def abbreviation_at(zone: str, at: datetime) -> str:
    """What people there call their time then ("KST"); "UTC+8" or "UTC-9:30" where there is no name for it."""
    name = at.astimezone(ZoneInfo(zone)).tzname() or ""
    if name[:1].isalpha():
        return name
    minutes = int(offset_at(zone, at).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
