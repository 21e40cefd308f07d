"""Calendar files by RFC 5545, with the zone that an event was announced in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event

_PRODUCT = "-//Cliffhanger//Companion for episodic shows//EN"


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One entry. ``starts_at`` is an instant, ``zone`` the IANA zone it is written in.

    ``uid`` stays the same when the event changes, and ``sequence`` grows. ``alarm_minutes`` is how long before
    the start a calendar reminds (None: it doesn't).
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


def calendar(events: Sequence[CalendarEvent], name: str, now: datetime) -> bytes:
    """A calendar file of ``events``, made at ``now``, with a definition of every zone in it."""
    made = Calendar()
    made.add("prodid", _PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    for event in events:
        made.add_component(_entry(event, now))
    years = [event.starts_at.year for event in events] or [now.year]
    made.add_missing_timezones(date(min(years) - 1, 1, 1), date(max(years) + 2, 1, 1))
    return made.to_ical()


def _entry(event: CalendarEvent, now: datetime) -> Event:
    entry = Event()
    starts = event.starts_at.astimezone(ZoneInfo(event.zone))
    entry.add("uid", event.uid)
    entry.add("dtstamp", now)
    entry.add("dtstart", starts)
    entry.add("duration", timedelta(minutes=event.minutes))
    entry.add("summary", event.summary)
    entry.add("description", event.description)
    entry.add("sequence", event.sequence)
    if event.url is not None:
        entry.add("url", event.url)
    if event.alarm_minutes is not None:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", event.summary)
        alarm.add("trigger", timedelta(minutes=-event.alarm_minutes))
        entry.add_component(alarm)
    return entry


def filename(show_id: str, suffix: str) -> str:
    """A name that every system takes and that tells nothing of the story."""
    return re.sub(r"[^a-z0-9-]+", "-", f"{show_id}-{suffix}".casefold()).strip("-")[:80] + ".ics"
