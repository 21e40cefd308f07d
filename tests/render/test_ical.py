"""Calendar files are what RFC 5545 asks for, to the byte, and say the right instant in every zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar, Component

from bot.render.ical import CalendarEvent, calendar, filename

NOW = datetime(2025, 7, 20, 8, 0, tzinfo=UTC)
PREMIERE = datetime(2025, 7, 21, 13, 0, tzinfo=UTC)


def event(**changes: object) -> CalendarEvent:
    values: dict[str, object] = {
        "uid": "the-defects-1@cliffhanger",
        "starts_at": PREMIERE,
        "zone": "Asia/Seoul",
        "minutes": 60,
        "summary": "The Defects: episode 1",
        "description": "On ENA",
        "url": None,
        "sequence": 0,
        "alarm_minutes": None,
    }
    return CalendarEvent(**(values | changes))  # type: ignore[arg-type]


def written(*events: CalendarEvent, name: str = "The Defects") -> list[str]:
    """The logical lines of a file: unfolded, without line ends."""
    return calendar(events, name, NOW).decode().replace("\r\n ", "").split("\r\n")


def read(data: bytes) -> list[Component]:
    return list(Calendar.from_ical(data).walk("VEVENT"))


def test_an_event_is_written_in_the_zone_it_was_announced_in() -> None:
    lines = written(event())
    assert "DTSTART;TZID=Asia/Seoul:20250721T220000" in lines
    assert "DTEND;TZID=Asia/Seoul:20250721T230000" in lines
    assert "DTSTAMP:20250720T080000Z" in lines
    assert "UID:the-defects-1@cliffhanger" in lines
    assert "SUMMARY:The Defects: episode 1" in lines


def test_a_file_is_one_calendar_with_a_product_and_a_version() -> None:
    lines = written(event())
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert lines.count("VERSION:2.0") == 1
    assert sum(line.startswith("PRODID:") for line in lines) == 1
    assert "X-WR-CALNAME:The Defects" in lines


def test_the_same_schedule_makes_the_same_bytes() -> None:
    assert calendar([event()], "Show", NOW) == calendar([event()], "Show", NOW)


@example(summary="\\N", description="AC\\NT", name="")
@given(
    summary=st.text(max_size=200),
    description=st.text(max_size=400),
    name=st.text(max_size=100),
)
def test_whatever_the_text_lines_are_short_and_end_as_they_should(summary: str, description: str, name: str) -> None:
    data = calendar([event(summary=summary, description=description, alarm_minutes=5)], name, NOW)
    assert data.endswith(b"END:VCALENDAR\r\n")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
        assert not any(byte < 32 and byte != 9 for byte in line)
        # No character is cut in two by folding.
        line.decode()
    [parsed] = read(data)
    # Text comes back as it was, but for control characters; a calendar may write the ends of lines in one way.
    expected = "".join(char for char in summary if char == "\n" or (ord(char) >= 32 and not 127 <= ord(char) < 160))
    assert str(parsed["SUMMARY"]) == expected


def test_korean_titles_survive_folding() -> None:
    title = "아이쇼핑 1회 방송, ENA; 밤 10시 " * 10
    [parsed] = read(calendar([event(summary=title)], "아이쇼핑", NOW))
    assert str(parsed["SUMMARY"]) == title


def test_a_name_is_one_line_of_text() -> None:
    lines = written(event(), name="One, two;\nthree")
    assert {"NAME:One\\, two\\; three", "X-WR-CALNAME:One\\, two\\; three"} <= set(lines)


def test_text_cannot_add_a_property() -> None:
    lines = written(
        event(summary="One\r\nATTACH:https://x.example", url="https://x.example/\r\nATTACH:https://y.example")
    )
    assert not any(line.startswith("ATTACH") for line in lines)


def test_an_alarm_comes_only_when_asked_for() -> None:
    assert "BEGIN:VALARM" not in written(event())
    lines = written(event(alarm_minutes=30))
    alarm = lines[lines.index("BEGIN:VALARM") : lines.index("END:VALARM")]
    assert {"ACTION:DISPLAY", "TRIGGER:-PT30M", "DESCRIPTION:The Defects: episode 1"} <= set(alarm)


def test_url_and_sequence_are_written() -> None:
    lines = written(event(url="https://example.org/show?a=1,2", sequence=3))
    assert "URL:https://example.org/show?a=1,2" in lines
    assert "SEQUENCE:3" in lines


def test_every_zone_is_defined_once_and_before_it_is_used() -> None:
    lines = written(event(), event(uid="2", zone="America/New_York"), event(uid="3", zone="Asia/Seoul"))
    defined = [line for line in lines if line.startswith("TZID:")]
    assert defined == ["TZID:America/New_York", "TZID:Asia/Seoul"]
    assert lines.index("END:VTIMEZONE") < lines.index("BEGIN:VEVENT")


def test_utc_needs_no_definition() -> None:
    lines = written(event(zone="UTC"))
    assert "DTSTART:20250721T130000Z" in lines
    assert "BEGIN:VTIMEZONE" not in lines


ZONES = [
    "Asia/Seoul",
    "America/New_York",
    "Europe/London",
    "Europe/Dublin",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Etc/GMT-9",
    "America/St_Johns",
]


@pytest.mark.parametrize("zone", ZONES)
def test_events_mean_the_right_instant_by_the_file_s_own_definition(zone: str) -> None:
    """Read as a strict calendar would that knows no zones but those in the file."""
    starts = [datetime(2025, 1, 1, 0, 30, tzinfo=UTC) + timedelta(hours=37 * step) for step in range(480)]
    events = [event(uid=f"{index}", starts_at=at, zone=zone) for index, at in enumerate(starts)]
    data = calendar(events, "Show", NOW)
    onsets = _onsets(data)
    for line, at in zip(_starts(data), starts, strict=True):
        assert _instant(line, onsets) == at, line


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Pacific/Auckland", "Australia/Lord_Howe"])
def test_the_definition_is_right_around_each_change(zone: str) -> None:
    begin = datetime(2025, 1, 1, tzinfo=UTC)
    hours = [begin + timedelta(minutes=30 * step) for step in range(2 * 24 * 365)]
    info = ZoneInfo(zone)
    near = [
        at
        for before, at in zip(hours, hours[4:], strict=False)
        if before.astimezone(info).utcoffset() != at.astimezone(info).utcoffset()
    ]
    assert near
    data = calendar([event(uid=str(at), starts_at=at, zone=zone) for at in near], "Show", NOW)
    onsets = _onsets(data)
    for line, at in zip(_starts(data), near, strict=True):
        assert _instant(line, onsets) == at, line


def test_the_hour_that_comes_twice_is_written_in_utc() -> None:
    # 01:30 in New York on 2 November 2025, first in summer time, an hour later in winter time.
    first, second = datetime(2025, 11, 2, 5, 30, tzinfo=UTC), datetime(2025, 11, 2, 6, 30, tzinfo=UTC)
    zone = "America/New_York"
    lines = written(
        event(starts_at=first, zone=zone, minutes=20), event(uid="2", starts_at=second, zone=zone, minutes=20)
    )
    assert "DTSTART;TZID=America/New_York:20251102T013000" in lines
    assert "DTSTART:20251102T063000Z" in lines


def test_an_event_across_a_change_lasts_as_long_as_it_does() -> None:
    # 01:30 to 03:30 on the clock when clocks go forward at 02:00: one hour.
    starts = datetime(2025, 3, 9, 6, 30, tzinfo=UTC)
    lines = written(event(starts_at=starts, zone="America/New_York", minutes=60))
    assert "DTSTART;TZID=America/New_York:20250309T013000" in lines
    assert "DTEND;TZID=America/New_York:20250309T033000" in lines
    [parsed] = read(calendar([event(starts_at=starts, zone="America/New_York", minutes=60)], "Show", NOW))
    assert parsed["DTSTART"].dt.astimezone(UTC) == starts
    assert parsed["DTEND"].dt.astimezone(UTC) == starts + timedelta(hours=1)


def test_summer_time_begins_where_the_old_clock_says_so() -> None:
    """RFC 5545, 3.6.5: the onset is local time by the offset before it, 02:00 and not 03:00 in New York."""
    lines = written(event(zone="America/New_York"))
    onset = lines.index("DTSTART:20260308T020000")
    assert {"TZNAME:EDT", "TZOFFSETFROM:-0500", "TZOFFSETTO:-0400"} <= set(lines[onset : onset + 5])


def test_an_unknown_zone_is_an_error() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        calendar([event(zone="Mars/Olympus_Mons")], "Show", NOW)


@pytest.mark.parametrize(
    ("show_id", "suffix", "name"),
    [
        ("the-defects", "episode-3", "the-defects-episode-3.ics"),
        ("the-defects", "schedule", "the-defects-schedule.ics"),
        ("../../etc", "passwd", "etc-passwd.ics"),
        ("아이쇼핑", "회", "calendar.ics"),
        ("SHOW", 'a"b\r\nc', "show-a-b-c.ics"),
        ("s" * 300, "x", "s" * 80 + ".ics"),
    ],
)
def test_file_names_are_safe_everywhere(show_id: str, suffix: str, name: str) -> None:
    assert filename(show_id, suffix) == name


def _starts(data: bytes) -> list[str]:
    """The starts of the events; those of a zone's observances have neither zone nor Z."""
    lines = data.decode().replace("\r\n ", "").split("\r\n")
    return [line for line in lines if line.startswith("DTSTART;TZID=") or re.fullmatch(r"DTSTART:\w+Z", line)]


def _onsets(data: bytes) -> list[tuple[datetime, timedelta]]:
    """From when on, UTC, clocks are how far ahead, as the one definition of a file says."""
    found: list[tuple[datetime, timedelta]] = []
    for kind in ("STANDARD", "DAYLIGHT"):
        for observance in Calendar.from_ical(data).walk(kind):
            before, after = observance["TZOFFSETFROM"].td, observance["TZOFFSETTO"].td
            found.append((observance["DTSTART"].dt.replace(tzinfo=UTC) - before, after))
    return sorted(found)


def _instant(line: str, onsets: list[tuple[datetime, timedelta]]) -> datetime:
    stamp = line.rpartition(":")[2]
    if stamp.endswith("Z"):
        return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    wall = datetime.strptime(stamp, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    # Of two readings the earlier instant is meant.
    readings = [
        wall - ahead
        for index, (since, ahead) in enumerate(onsets)
        if since <= wall - ahead and (index + 1 == len(onsets) or wall - ahead < onsets[index + 1][0])
    ]
    return min(readings)


def test_what_is_cancelled_is_taken_back() -> None:
    lines = written(event(cancelled=True, sequence=2))
    assert "METHOD:CANCEL" in lines
    assert "STATUS:CANCELLED" in lines
    assert "SEQUENCE:2" in lines
    assert "UID:the-defects-1@cliffhanger" in lines


def test_beside_others_it_is_struck_out_without_taking_them_back() -> None:
    lines = written(event(cancelled=True), event(uid="2"))
    assert lines.count("STATUS:CANCELLED") == 1
    assert not any(line.startswith("METHOD") for line in lines)
