"""Calendar files by RFC 5545, with the zone that an event was announced in.

Titles and descriptions are given by the caller, who sees to it that they tell nothing of the story. Bytes depend on
the arguments alone, so that the same schedule makes the same file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One entry. ``starts_at`` is an instant, ``zone`` the IANA zone it is written in.

    ``uid`` stays the same when the event changes, and ``sequence`` grows. ``alarm_minutes`` is how long before
    the start a calendar reminds (None: it doesn't). ``cancelled`` lets a calendar that has it strike it out.
    ``changed_at`` is since when the entry says what it says (None: since the file was made).
    """

    uid: str
    starts_at: datetime
    zone: str
    minutes: int
    summary: str
    description: str
    url: str | None
    sequence: int
    alarm_minutes: int | None
    cancelled: bool = False
    changed_at: datetime | None = None


def calendar(events: Sequence[CalendarEvent], name: str, now: datetime, *, feed: bool = False) -> bytes:
    """A calendar file of ``events``, made at ``now``, with a definition of every zone in it.

    ``feed``: calendars come for it again and again; while its events stay the same, so do its bytes.

    An event is written in its zone's local time, or in UTC where that would not say which instant is meant: in
    the hour that comes twice when clocks go back. Raises ZoneInfoNotFoundError for an unknown zone.
    """
    # Only now: `icalendar` takes long to import, and most runs never make a calendar.
    from bot.render.ical_writing import written

    return written(events, name, now, feed=feed)


def filename(show_id: str, suffix: str) -> str:
    """A name that every system takes, "the-defects-episode-3.ics"."""
    safe = re.sub(r"[^a-z0-9]+", "-", f"{show_id}-{suffix}".casefold()).strip("-")
    return (safe[:80].strip("-") or "calendar") + ".ics"
