"""Whatever stands in a calendar file, two libraries that have nothing to do with each other read the same from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from bot.render.ical import CalendarEvent, calendar
from tests.render.test_ical import NOW, ZONES, event

INSTANTS = st.datetimes(datetime.fromisoformat("2010-01-01"), datetime.fromisoformat("2036-12-31")).map(
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)
#: Text as it comes from datasets: printable, Hangul and look-alikes among it, and characters that have to be escaped.
TEXTS = st.text(st.characters(categories=("L", "N", "P", "S", "Zs", "M")), max_size=120)


def read_by_ical(data: bytes) -> list[tuple[object, ...]]:
    return [
        (
            one.uid,
            one.summary,
            one.description or "",
            one.start_datetime.astimezone(UTC),
            one.end_datetime.astimezone(UTC),
            one.sequence,
            one.status == "CANCELLED",
            [alarm.trigger for alarm in one.alarm],
        )
        for one in IcsCalendarStream.calendar_from_ics(data.decode()).events
    ]


def read_by_icalendar(data: bytes) -> list[tuple[object, ...]]:
    return [
        (
            str(one["uid"]),
            str(one["summary"]),
            str(one["description"]),
            one.start.astimezone(UTC),
            one.end.astimezone(UTC),
            one["sequence"],
            one.get("status") == "CANCELLED",
            [alarm["trigger"].dt for alarm in one.walk("VALARM")],
        )
        for one in icalendar.Calendar.from_ical(data).walk("VEVENT")
    ]


def said(one: CalendarEvent) -> tuple[object, ...]:
    return (
        one.uid,
        one.summary,
        one.description,
        one.starts_at,
        one.starts_at + timedelta(minutes=one.minutes),
        one.sequence,
        one.cancelled,
        [] if one.alarm_minutes is None else [-timedelta(minutes=one.alarm_minutes)],
    )


def check(*events: CalendarEvent, feed: bool = False) -> None:
    data = calendar(events, "아이쇼핑", NOW, feed=feed)
    expected = [said(one) for one in events]
    assert read_by_icalendar(data) == expected
    assert read_by_ical(data) == expected


@settings(deadline=None)
@example(summary='a\\nb\\Nc;d,e:f"g', at=NOW, zone="Asia/Seoul", minutes=60, alarm=0, sequence=0, cancelled=False)
@given(
    summary=TEXTS.filter(str.strip),
    at=INSTANTS,
    zone=st.sampled_from(ZONES),
    minutes=st.integers(1, 3000),
    alarm=st.none() | st.integers(0, 10_080),
    sequence=st.integers(0, 1_000_000),
    cancelled=st.booleans(),
)
def test_anything_comes_back(
    summary: str, at: datetime, zone: str, minutes: int, alarm: int | None, sequence: int, cancelled: bool
) -> None:
    made = event(
        summary=summary,
        description=summary * 2,
        starts_at=at,
        zone=zone,
        minutes=minutes,
        alarm_minutes=alarm,
        sequence=sequence,
        cancelled=cancelled,
    )
    check(made, feed=True)
    check(made)


@pytest.mark.parametrize("zone", ZONES)
def test_around_every_change_of_the_clocks(zone: str) -> None:
    info = ZoneInfo(zone)
    begin = datetime(2024, 1, 1, tzinfo=UTC)
    hours = [begin + timedelta(hours=step) for step in range(24 * 730)]
    near = {
        hours[index + by]
        for index in range(4, len(hours) - 4)
        if hours[index].astimezone(info).utcoffset() != hours[index - 1].astimezone(info).utcoffset()
        for by in range(-4, 4)
    }
    starts = sorted(near | {begin})
    check(*(event(uid=f"{number}@cliffhanger", starts_at=at, zone=zone) for number, at in enumerate(starts)))


def test_long_korean_lines() -> None:
    title = "아이쇼핑 1화 방송, ENA; 밤 10시 \\ 함께 봐요 " * 12
    data = calendar([event(summary=title.strip(), description=title.strip())], "아이쇼핑" * 40, NOW)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    check(event(summary=title.strip(), description=title.strip()))


def test_a_feed_without_entries() -> None:
    assert read_by_ical(calendar((), "Show", NOW, feed=True)) == []
    assert calendar((), "Show", NOW, feed=True) == calendar((), "Show", NOW + timedelta(days=9), feed=True)
