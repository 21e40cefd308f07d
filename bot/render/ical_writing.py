"""How `bot.render.ical` writes its files, apart from it since `icalendar` is imported only where one is made."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol, cast
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Component, Event, Timezone, TimezoneDaylight, TimezoneStandard, vText

from bot.render.ical import CalendarEvent

_PRODUCT = "-//Cliffhanger//Companion for episodic shows//EN"
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
#: How far a zone is described around the events, so that calendars can move an entry within the season.
_MARGIN = timedelta(days=366)
#: How often calendars are asked to look again.
_REFRESH = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def written(events: Sequence[CalendarEvent], name: str, now: datetime, *, feed: bool) -> bytes:
    """See `bot.render.ical.calendar`."""
    made = Calendar()
    # The name twice: more calendars know the older name of that property.
    shown = _Words(" ".join(_printable(name).split()))
    _put(made, {"prodid": _PRODUCT, "version": "2.0", "name": shown, "x-wr-calname": shown})
    # Files that only take entries back are messages to a calendar. All others are just entries: to publish is a
    # message, too, by RFC 5546, but one from an organizer with an address for mail.
    cancels = not feed and bool(events) and all(event.cancelled for event in events)
    if cancels:
        _put(made, {"method": "CANCEL"})
    if feed:
        # This twice, too.
        cast("_Fillable", made).add("refresh-interval", _REFRESH, {"VALUE": "DURATION"})
        _put(made, {"x-published-ttl": "PT1H"})
    spans: dict[str, tuple[datetime, datetime]] = {}
    entries: list[Event] = []
    for event in events:
        ends_at = event.starts_at + timedelta(minutes=event.minutes)
        local = _local(event.zone, event.starts_at, ends_at)
        if local is not None:
            first, last = spans.get(event.zone, (event.starts_at, ends_at))
            spans[event.zone] = (min(first, event.starts_at), max(last, ends_at))
        # What is no message is stamped with its last change.
        stamp = now if cancels or event.changed_at is None else event.changed_at
        entries.append(_entry(event, *(local or (event.starts_at.astimezone(UTC), ends_at.astimezone(UTC))), stamp))
    if not entries:
        # A calendar holds something (RFC 5545, 3.6), and a zone is the least there is.
        made.add_component(_definition("Etc/UTC", _EPOCH, _EPOCH))
    for zone, (first, last) in sorted(spans.items()):
        made.add_component(_definition(zone, first - _MARGIN, last + _MARGIN))
    for entry in entries:
        made.add_component(entry)
    return made.to_ical()


def _entry(event: CalendarEvent, starts: datetime, ends: datetime, stamp: datetime) -> Event:
    entry = Event()
    summary, description = _Words(_printable(event.summary)), _Words(_printable(event.description))
    _put(entry, {"uid": event.uid, "dtstamp": stamp.astimezone(UTC), "dtstart": starts, "dtend": ends})
    _put(entry, {"sequence": event.sequence, "summary": summary, "description": description})
    if event.changed_at is not None:
        _put(entry, {"last-modified": event.changed_at.astimezone(UTC)})
    if event.cancelled:
        _put(entry, {"status": "CANCELLED"})
    if event.url is not None:
        _put(entry, {"url": "".join(_printable(event.url).split())})
    if event.alarm_minutes is not None:
        alarm = Alarm()
        lead = timedelta(minutes=-event.alarm_minutes)
        _put(alarm, {"action": "DISPLAY", "description": summary, "trigger": lead})
        entry.add_component(alarm)
    return entry


def _local(zone: str, *moments: datetime) -> tuple[datetime, datetime] | None:
    """Start and end in local time, or None where one of them can only be written in UTC."""
    starts, ends = (moment.astimezone(ZoneInfo(zone)) for moment in moments)
    return None if zone == "UTC" or starts.fold or ends.fold else (starts, ends)


def _definition(zone: str, first: datetime, last: datetime) -> Timezone:
    """What clocks in a zone do between two instants.

    `icalendar` can make one, but it writes the onset of summer time as it reads after the change, where RFC 5545
    (3.6.5) wants it as it would have read without: strict readers then change an hour late.
    """
    info = ZoneInfo(zone)
    made = Timezone()
    _put(made, {"tzid": zone})
    before = first.astimezone(info).utcoffset() or timedelta()
    for onset in (first, *_changes(info, first, last)):
        local = onset.astimezone(info)
        after = local.utcoffset() or timedelta()
        # Irish winter time is "daylight saving" of less than nothing, which calendars don't expect.
        observance = TimezoneDaylight() if (local.dst() or timedelta()) > timedelta() else TimezoneStandard()
        reads = (onset.astimezone(UTC) + before).replace(tzinfo=None, microsecond=0)
        _put(observance, {"dtstart": reads, "tzoffsetfrom": before, "tzoffsetto": after})
        _put(observance, {"tzname": local.tzname() or zone})
        made.add_component(observance)
        before = after
    return made


def _changes(info: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """The instants from which clocks are set differently, in order."""
    early = first.astimezone(UTC).replace(microsecond=0)
    while early < last:
        late = early + _DAY
        if _setting(info, early) != _setting(info, late):
            low, high = early, late
            while high - low > _SECOND:
                middle = low + timedelta(seconds=(high - low) // _SECOND // 2)
                low, high = (middle, high) if _setting(info, middle) == _setting(info, low) else (low, middle)
            yield high
        early = late


def _setting(info: ZoneInfo, at: datetime) -> tuple[timedelta | None, str | None]:
    local = at.astimezone(info)
    return local.utcoffset(), local.tzname()


class _Fillable(Protocol):
    """What a component of `icalendar` is; its own method is only partly typed."""

    def add(self, name: str, value: object, parameters: Mapping[str, str] | None = None) -> None: ...


def _put(component: Component, properties: Mapping[str, object]) -> None:
    for name, value in properties.items():
        cast("_Fillable", component).add(name, value)


class _Words(vText):
    r"""Text in which a backslash before an N stays what it is: `icalendar` takes ``\N`` for the end of a line."""

    def to_ical(self) -> bytes:
        return rb"\\N".join(vText(part).to_ical() for part in self.split(r"\N"))


def _printable(text: str) -> str:
    """Text without the control characters that RFC 5545 does not allow in one; line breaks stay."""
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) not in {"Cc", "Cs"})
