"""Typed times: one test for each sentence of the rules in `bot.core.when`, then forms, refusals and properties."""

from __future__ import annotations

import string
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.core.errors import UserError
from bot.core.when import HORIZON, MOST_LEADS, Unclear, Understood, read, read_lead, read_leads
from bot.core.when_words import LONGEST, normalised, tokens

#: A Monday, 18:00 in Seoul.
NOW = datetime(2025, 7, 28, 9, 0, tzinfo=UTC)
AIR_AT = datetime(2025, 8, 5, 13, 0, tzinfo=UTC)
#: Every key that reading a time may fail with, and the names of its arguments.
KEYS = {
    "when.empty": set[str](),
    "when.too-long": {"longest"},
    "when.hidden-characters": set[str](),
    "when.not-understood": {"text"},
    "when.no-such-time": {"text"},
    "when.no-such-day": {"text"},
    "when.no-time": {"text"},
    "when.wrong-weekday": {"text", "at"},
    "when.skipped-hour": {"text", "at"},
    "when.past": {"at"},
    "when.past-words": {"text"},
    "when.too-far": {"until"},
    "when.other-zone": {"zone"},
    "when.unclear-twice": {"text"},
    "when.no-air-time": set[str](),
}
REASONS = {
    "when.unclear-half-day",
    "when.unclear-date-order",
    "when.unclear-repeated-hour",
    "when.unclear-next",
    "when.unclear-night",
}


T = TypeVar("T")


def attempt(act: Callable[[], T]) -> T | UserError:
    """What came of it, a refusal included."""
    try:
        return act()
    except UserError as error:
        return error


def ask(text: str, now: datetime = NOW, zone: str = "Asia/Seoul") -> str | tuple[str, ...]:
    """The local time that was understood; or the reason and two local times; or the key of the refusal."""
    found = attempt(lambda: read(text, now, zone, AIR_AT))
    if isinstance(found, UserError):
        assert set(found.arguments) == KEYS[found.key]
        return found.key
    if isinstance(found, Unclear):
        assert found.reason in REASONS
        return (found.reason, *(local(choice) for choice in found.choices))
    return local(found)


def local(found: Understood) -> str:
    return found.wall.isoformat(" ", "minutes")


def at(text: str, zone: str = "Asia/Seoul") -> datetime:
    """The instant of an unambiguous local time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# -------------------------------------------------------------------- rules


def test_a_time_alone_is_the_next_such_moment() -> None:
    assert ask("21:00") == "2025-07-28 21:00"
    assert ask("18:01") == "2025-07-28 18:01"
    assert ask("18:00") == "2025-07-29 18:00"
    assert ask("9 am") == "2025-07-29 09:00"
    assert ask("noon") == "2025-07-29 12:00"
    assert ask("midnight") == "2025-07-29 00:00"
    assert ask("midnight", at("2025-07-29 00:00")) == "2025-07-30 00:00"
    assert ask("25:30") == "2025-07-29 01:30"


def test_a_weekday_is_today_while_that_is_still_ahead_and_else_in_a_week() -> None:
    assert ask("mon 18:01") == "2025-07-28 18:01"
    assert ask("mon 18:00") == "2025-08-04 18:00"
    assert ask("this mon 17:00") == "2025-08-04 17:00"
    assert ask("tue 17:00") == "2025-07-29 17:00"
    assert ask("sun 17:00") == "2025-08-03 17:00"


@pytest.mark.parametrize(
    ("today", "weekday", "days"),
    [
        # Monday to Sunday, each with what "next" may mean in days from then.
        ("2025-07-28", "fri", [4, 11]),
        ("2025-07-28", "mon", [7]),
        ("2025-07-30", "mon", [5]),
        ("2025-07-30", "sun", [4, 11]),
        ("2025-08-01", "fri", [7]),
        ("2025-08-02", "fri", [6]),
        ("2025-08-02", "sun", [1, 8]),
        ("2025-08-03", "fri", [5, 12]),
        ("2025-08-03", "sun", [7]),
    ],
)
def test_next_is_asked_back_where_it_may_be_two_days(today: str, weekday: str, days: list[int]) -> None:
    now = at(f"{today} 12:00")
    walls = [(at(f"{today} 21:00") + timedelta(days=each)).astimezone(ZoneInfo("Asia/Seoul")) for each in days]
    expected = [wall.strftime("%Y-%m-%d %H:%M") for wall in walls]
    answer = ask(f"next {weekday} 21:00", now)
    assert answer == (expected[0] if len(expected) == 1 else ("when.unclear-next", *expected))


def test_a_weekday_of_next_week_is_asked_back_only_where_weeks_may_begin_on_sunday() -> None:
    assert ask("다음 주 금요일 21시") == "2025-08-08 21:00"
    assert ask("fri next week 21:00") == "2025-08-08 21:00"
    assert ask("이번 주 금 21시") == "2025-08-01 21:00"
    sunday = at("2025-08-03 12:00")
    assert ask("다음주 금 21시", sunday) == ("when.unclear-next", "2025-08-08 21:00", "2025-08-15 21:00")


def test_a_date_without_a_year_is_the_next_such_day_unless_it_was_within_a_month() -> None:
    assert ask("5 aug 21:00") == "2025-08-05 21:00"
    assert ask("26 june 21:00") == "2026-06-26 21:00"
    assert ask("27 june 21:00") == "when.past"
    assert ask("28 july 17:59") == "when.past"
    assert ask("31 dec 21:00", at("2026-01-05 12:00")) == "when.past"
    assert ask("5 jan 21:00", at("2025-12-31 12:00")) == "2026-01-05 21:00"
    assert ask("29 feb 21:00") == "when.no-such-day"
    assert ask("29 feb 21:00", at("2027-12-01 12:00")) == "2028-02-29 21:00"


@pytest.mark.parametrize("text", ["08/05 21:00", "8/5 21:00", "21:00 08/05", "5.8. 21:00", "05/08 9pm"])
def test_a_date_whose_order_is_unknown_is_asked_back(text: str) -> None:
    assert ask(text) == ("when.unclear-date-order", "2025-08-05 21:00", "2026-05-08 21:00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13/08 21:00", "2025-08-13 21:00"),
        ("08/13 21:00", "2025-08-13 21:00"),
        ("09/09 21:00", "2025-09-09 21:00"),
        ("tue 08/05 21:00", "2025-08-05 21:00"),
        # The eighth of May is over.
        ("08/05/2025 21:00", "2025-08-05 21:00"),
        ("2025/8/5 21:00", "2025-08-05 21:00"),
        ("13/13 21:00", "when.no-such-day"),
    ],
)
def test_a_date_that_can_be_read_in_one_way(text: str, expected: str) -> None:
    assert ask(text) == expected


@pytest.mark.parametrize(
    "text", ["fri 9", "fri 9:00", "9 fri", "금 9시", "금요일 아홉 시", "friday at 9", "fri 9 o'clock"]
)
def test_an_hour_that_may_be_before_or_after_noon_is_asked_back(text: str) -> None:
    assert ask(text) == ("when.unclear-half-day", "2025-08-01 09:00", "2025-08-01 21:00")


def test_half_past_twelve_may_be_at_noon_or_in_the_night_after() -> None:
    assert ask("fri 12:30") == ("when.unclear-half-day", "2025-08-01 12:30", "2025-08-02 00:30")
    assert ask("12:30") == ("when.unclear-half-day", "2025-07-29 00:30", "2025-07-29 12:30")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fri 09:00", "2025-08-01 09:00"),
        ("fri 09", "2025-08-01 09:00"),
        ("fri 0:30", "2025-08-01 00:30"),
        ("fri 21", "2025-08-01 21:00"),
        ("2025-08-01 9:00", "2025-08-01 09:00"),
        ("fri 9 am", "2025-08-01 09:00"),
        ("fri 12 pm", "2025-08-01 12:00"),
        ("fri 12:30 pm", "2025-08-01 12:30"),
        ("fri 09:30 pm", "2025-08-01 21:30"),
        ("fri 21:00 pm", "2025-08-01 21:00"),
        ("fri morning 9", "2025-08-01 09:00"),
        ("9 in the evening on fri", "2025-08-01 21:00"),
        ("fri night 11", "2025-08-01 23:00"),
        ("fri afternoon 3", "2025-08-01 15:00"),
    ],
)
def test_an_hour_that_has_one_reading(text: str, expected: str) -> None:
    assert ask(text) == expected


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("fri midnight", "00:00"),
        ("fri 12 am", "00:00"),
        ("금 자정", "00:00"),
        ("금 밤 12시", "00:00"),
        ("fri 12:30 am", "00:30"),
        ("fri night 1 am", "01:00"),
        ("금 밤 1시", "01:00"),
        ("1 aug midnight", "00:00"),
    ],
)
def test_the_night_of_a_day_is_asked_back(text: str, clock: str) -> None:
    assert ask(text) == ("when.unclear-night", f"2025-08-01 {clock}", f"2025-08-02 {clock}")


def test_hours_past_midnight_belong_to_the_day_before() -> None:
    assert ask("sat 25:30") == "2025-08-03 01:30"
    assert ask("sat 24:00") == "2025-08-03 00:00"
    assert ask("sat 30:00") == "when.no-such-time"


def test_hours_are_counted_on_the_clock_and_days_on_the_calendar() -> None:
    # New York's clocks go forward in the night to Sunday.
    now = at("2025-03-08 21:00", "America/New_York")
    assert ask("in 24 h", now, "America/New_York") == "2025-03-09 22:00"
    assert ask("in 1 day", now, "America/New_York") == "2025-03-09 21:00"
    assert ask("in 1 day 1 h", now, "America/New_York") == "2025-03-09 22:00"


@pytest.mark.parametrize(
    ("text", "zone", "now", "instants"),
    [
        ("26 oct 01:30", "Europe/London", "2025-10-20T00:00", ["2025-10-26T00:30", "2025-10-26T01:30"]),
        ("sun 01:30", "America/New_York", "2025-10-30T00:00", ["2025-11-02T05:30", "2025-11-02T06:30"]),
        ("01:45", "Australia/Lord_Howe", "2025-04-05T05:00", ["2025-04-05T14:45", "2025-04-05T15:15"]),
    ],
)
def test_a_time_that_comes_twice_is_asked_back(text: str, zone: str, now: str, instants: list[str]) -> None:
    asked_at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = read(text, asked_at, zone, None)
    assert isinstance(found, Unclear)
    assert found.reason == "when.unclear-repeated-hour"
    assert [choice.at for choice in found.choices] == [
        datetime.fromisoformat(each).replace(tzinfo=UTC) for each in instants
    ]
    assert found.choices[0].wall == found.choices[1].wall
    # Between the two only the second is left.
    between = read(text, found.choices[0].at, zone, None)
    assert between == found.choices[1]


@pytest.mark.parametrize(
    ("text", "zone", "now", "moved"),
    [
        ("29 mar 01:30", "Europe/London", "2026-03-20T00:00", "2026-03-29T01:30"),
        ("sun 02:30", "America/New_York", "2025-03-06T00:00", "2025-03-09T07:30"),
        ("02:15", "Australia/Lord_Howe", "2025-10-04T15:00", "2025-10-04T15:45"),
        ("2011-12-30 12:00", "Pacific/Apia", "2011-12-29T05:00", "2011-12-30T22:00"),
    ],
)
def test_a_skipped_time_is_refused_with_the_one_that_it_would_be(text: str, zone: str, now: str, moved: str) -> None:
    with pytest.raises(UserError) as refused:
        read(text, datetime.fromisoformat(now).replace(tzinfo=UTC), zone, None)
    assert refused.value.key == "when.skipped-hour"
    assert refused.value.arguments == {"text": text, "at": datetime.fromisoformat(moved).replace(tzinfo=UTC)}


def test_a_reading_that_is_over_or_does_not_exist_is_left_out() -> None:
    assert ask("today 9") == "2025-07-28 21:00"
    assert ask("today midnight") == "2025-07-29 00:00"
    assert ask("tonight 1") == "2025-07-29 01:00"
    assert ask("29 mar 1:30", at("2026-03-20 12:00", "Europe/London"), "Europe/London") == "2026-03-29 13:30"


def test_each_reading_of_a_weekday_is_its_own_next_moment() -> None:
    assert ask("mon 9") == ("when.unclear-half-day", "2025-07-28 21:00", "2025-08-04 09:00")


# -------------------------------------------------------------------- forms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fri 9pm", "2025-08-01 21:00"),
        ("FRIDAY 21:00", "2025-08-01 21:00"),
        ("  Fri,   9 P.M. ", "2025-08-01 21:00"),
        ("fri @ 9pm", "2025-08-01 21:00"),
        ("９ｐｍ ｆｒｉ", "2025-08-01 21:00"),
        ("thurs 9.30pm", "2025-07-31 21:30"),
        ("tomorrow 20:30", "2025-07-29 20:30"),
        ("tomorrow 20.30", "2025-07-29 20:30"),
        ("9pm tomorrow", "2025-07-29 21:00"),
        ("day after tomorrow 9pm", "2025-07-30 21:00"),
        ("today 8 pm", "2025-07-28 20:00"),
        ("tonight 9", "2025-07-28 21:00"),
        ("tonight 9pm", "2025-07-28 21:00"),
        ("tonight 12", "2025-07-29 00:00"),
        ("tonight 1 am", "2025-07-29 01:00"),
        ("this evening 8", "2025-07-28 20:00"),
        ("in 2h", "2025-07-28 20:00"),
        ("in 1 h 30 min", "2025-07-28 19:30"),
        ("1h30", "2025-07-28 19:30"),
        ("in 1.5 hours", "2025-07-28 19:30"),
        ("in 2 hours and 5 minutes", "2025-07-28 20:05"),
        ("30 min", "2025-07-28 18:30"),
        ("in half an hour", "2025-07-28 18:30"),
        ("an hour from now", "2025-07-28 19:00"),
        ("in 3 days", "2025-07-31 18:00"),
        ("in 3 days at 9pm", "2025-07-31 21:00"),
        ("in a week", "2025-08-04 18:00"),
        ("2025-08-05 21:00", "2025-08-05 21:00"),
        ("2025-08-05T21:00", "2025-08-05 21:00"),
        ("2025-08-05T21:00+09:00", "2025-08-05 21:00"),
        ("2025-08-05T12:00:00Z", "2025-08-05 21:00"),
        ("2025-08-05 08:00-0400", "2025-08-05 21:00"),
        ("<t:1754395200:F>", "2025-08-05 21:00"),
        ("<t:1754395200>", "2025-08-05 21:00"),
        ("5 aug 9pm", "2025-08-05 21:00"),
        ("aug 5, 21:00", "2025-08-05 21:00"),
        ("5th of August 2025 at 9:00 pm", "2025-08-05 21:00"),
        ("Tuesday, August 5th, 2025, 9pm", "2025-08-05 21:00"),
        ("5 sept 9pm", "2025-09-05 21:00"),
        ("next mon 21:30", "2025-08-04 21:30"),
        ("air time", "2025-08-05 22:00"),
        ("Airtime", "2025-08-05 22:00"),
        ("at air time", "2025-08-05 22:00"),
        ("방영 시간", "2025-08-05 22:00"),
        ("본방", "2025-08-05 22:00"),
        ("금 21시", "2025-08-01 21:00"),
        ("금21시", "2025-08-01 21:00"),
        ("금요일 밤 9시", "2025-08-01 21:00"),
        ("금요일밤9시반", "2025-08-01 21:30"),
        ("내일 20:30", "2025-07-29 20:30"),
        ("내일 오전 9시 30분", "2025-07-29 09:30"),
        ("내일 새벽 2시", "2025-07-29 02:00"),
        ("내일 정오에", "2025-07-29 12:00"),
        ("내일 낮 1시", "2025-07-29 13:00"),
        ("모레 21:00", "2025-07-30 21:00"),
        ("오늘 저녁 8시", "2025-07-28 20:00"),
        ("오늘저녁 여덟시", "2025-07-28 20:00"),
        ("2시간 후", "2025-07-28 20:00"),
        ("두 시간 뒤", "2025-07-28 20:00"),
        ("1시간 반 후", "2025-07-28 19:30"),
        ("30분 뒤", "2025-07-28 18:30"),
        ("3일 후 21시", "2025-07-31 21:00"),
        ("하루 뒤", "2025-07-29 18:00"),
        ("일주일 후", "2025-08-04 18:00"),
        ("8월 5일 21시", "2025-08-05 21:00"),
        ("8월5일21시", "2025-08-05 21:00"),
        ("８월 ５일（화） ２１시", "2025-08-05 21:00"),
        ("2025년 8월 5일 오후 9시", "2025-08-05 21:00"),
        ("2025. 8. 5. 오후 9:00", "2025-08-05 21:00"),
    ],
)
def test_forms(text: str, expected: str) -> None:
    assert ask(text) == expected


def test_decomposed_hangul_is_the_same() -> None:
    assert ask("금요일 밤 9시") == "2025-08-01 21:00"


def test_what_is_counted_from_now_falls_on_a_whole_minute_and_never_early() -> None:
    now = NOW + timedelta(seconds=1, microseconds=5)
    found = read("in 2 h", now, "Asia/Seoul", None)
    assert isinstance(found, Understood)
    assert found.at == NOW + timedelta(hours=2, minutes=1)


def test_what_is_understood_keeps_wall_time_and_zone() -> None:
    found = read("fri 9pm", NOW, "America/New_York", None)
    assert found == Understood(
        datetime(2025, 8, 2, 1, tzinfo=UTC), datetime.fromisoformat("2025-08-01T21:00"), "America/New_York"
    )


# ----------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "when.empty"),
        (" \n\t\u3000", "when.empty"),
        ("x" * 6000, "when.too-long"),
        (" " * 101, "when.too-long"),
        ("\u200ffri 9pm", "when.hidden-characters"),
        ("fri\u202e 9pm", "when.hidden-characters"),
        ("fri\u200b9pm", "when.hidden-characters"),
        ("🎉", "when.not-understood"),
        ("👩‍👧", "when.not-understood"),
        ("@everyone", "when.not-understood"),
        ("<@123>", "when.not-understood"),
        ("||", "when.not-understood"),
        (",", "when.not-understood"),
        ("soon", "when.not-understood"),
        ("9", "when.not-understood"),
        ("21", "when.not-understood"),
        ("a", "when.not-understood"),
        ("2130", "when.not-understood"),
        ("21:00:30", "when.not-understood"),
        ("fri 9:5", "when.not-understood"),
        ("٢١:٠٠", "when.not-understood"),
        ("fri 9pm 10pm", "when.not-understood"),
        ("fri sat 9pm", "when.not-understood"),
        ("today tomorrow 9pm", "when.not-understood"),
        ("tomorrow 5 aug 9pm", "when.not-understood"),
        ("fri in 2h", "when.not-understood"),
        ("in 9pm", "when.not-understood"),
        ("in 1h 2h", "when.not-understood"),
        ("in 2h 9pm", "when.not-understood"),
        ("noon pm", "when.not-understood"),
        ("next week 9pm", "when.not-understood"),
        ("next 9pm", "when.not-understood"),
        ("next next fri 9pm", "when.not-understood"),
        ("5일 21시", "when.not-understood"),
        ("08/05/25 21:00", "when.not-understood"),
        ("30 min before", "when.not-understood"),
        ("25:61", "when.no-such-time"),
        ("fri 25:61", "when.no-such-time"),
        ("fri 21:60", "when.no-such-time"),
        ("fri 45", "when.no-such-time"),
        ("fri 13 am", "when.no-such-time"),
        ("fri 0:30 pm", "when.no-such-time"),
        ("fri morning 21:00", "when.no-such-time"),
        ("25:30 pm", "when.no-such-time"),
        ("2025-08-05T25:00Z", "when.no-such-time"),
        ("2025-08-05T21:00+99:00", "when.no-such-time"),
        ("30 feb 9pm", "when.no-such-day"),
        ("2025-13-01 9pm", "when.no-such-day"),
        ("31/02 9pm", "when.no-such-day"),
        ("2025-02-30T21:00Z", "when.no-such-day"),
        ("9월 31일 21시", "when.no-such-day"),
        ("fri", "when.no-time"),
        ("tomorrow", "when.no-time"),
        ("tonight", "when.no-time"),
        ("5 aug", "when.no-time"),
        ("08/05", "when.no-time"),
        ("2025-08-05", "when.no-time"),
        ("내일 저녁", "when.no-time"),
        ("evening", "when.no-time"),
        ("wed 5 aug 9pm", "when.wrong-weekday"),
        ("8월 5일(수) 21시", "when.wrong-weekday"),
        ("tomorrow fri 9pm", "when.wrong-weekday"),
        ("today 17:00", "when.past"),
        ("2025-07-28 18:00", "when.past"),
        ("2025-01-01 21:00", "when.past"),
        ("<t:1700000000:R>", "when.past"),
        ("2025-07-28T09:00Z", "when.past"),
        ("in 0 min", "when.past"),
        ("yesterday", "when.past-words"),
        ("yesterday 9pm", "when.past-words"),
        ("last fri 9pm", "when.past-words"),
        ("2 hours ago", "when.past-words"),
        ("어제", "when.past-words"),
        ("지난 금요일 9시", "when.past-words"),
        ("2시간 전", "when.past-words"),
        ("0001-01-01 21:00", "when.past-words"),
        ("<t:-1>", "when.past-words"),
        ("in 400 days", "when.too-far"),
        ("in 99999 weeks", "when.too-far"),
        ("9999 h", "when.too-far"),
        ("2026-07-30 21:00", "when.too-far"),
        ("9999-12-31 29:59", "when.too-far"),
        ("9999-12-31T23:59-12:00", "when.too-far"),
        ("<t:999999999999999>", "when.too-far"),
        ("9pm KST", "when.other-zone"),
        ("21:00 UTC", "when.other-zone"),
        ("08/05 9", "when.unclear-twice"),
        ("next fri 9", "when.unclear-twice"),
    ],
)
def test_refusals(text: str, key: str) -> None:
    assert ask(text) == key


def test_refusals_say_what_a_good_answer_needs() -> None:
    with pytest.raises(UserError) as past:
        read("today 17:00", NOW, "Asia/Seoul", None)
    assert past.value.arguments == {"at": at("2025-07-28 17:00")}
    with pytest.raises(UserError) as other:
        read("9pm kst", NOW, "Asia/Seoul", None)
    assert other.value.arguments == {"zone": "KST"}
    with pytest.raises(UserError) as weekday:
        read("wed 5 aug 9pm", NOW, "Asia/Seoul", None)
    assert weekday.value.arguments == {"text": "wed 5 aug 9pm", "at": at("2025-08-05 21:00")}


def test_the_air_time_has_to_be_known_and_ahead() -> None:
    with pytest.raises(UserError, match=r"when\.no-air-time"):
        read("air time", NOW, "Asia/Seoul", None)
    with pytest.raises(UserError, match=r"when\.past"):
        read("air time", AIR_AT, "Asia/Seoul", AIR_AT)
    assert read("air time", NOW, "Asia/Seoul", AIR_AT) == Understood(
        AIR_AT, datetime.fromisoformat("2025-08-05T22:00"), "Asia/Seoul"
    )


def test_a_year_ahead_and_no_further() -> None:
    assert ask("2026-07-29 18:00") == "2026-07-29 18:00"
    assert ask("2026-07-29 18:01") == "when.too-far"


# --------------------------------------------------------------- properties

ZONES = ["Asia/Seoul", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
LETTERS = "월화수목금토일"


def _meridiem(wall: datetime, before: str, after: str) -> str:
    return before if wall.hour < 12 else after


ISO_DATES: list[Callable[[datetime], str]] = [
    lambda wall: wall.strftime("%Y-%m-%d %H:%M"),
    lambda wall: wall.strftime("%Y-%m-%dT%H:%M"),
    lambda wall: wall.strftime("%H:%M %Y-%m-%d"),
]
OTHER_DATES: list[Callable[[datetime], str]] = [
    lambda wall: f"{wall.day} {MONTHS[wall.month - 1]} {wall.year} {wall:%H:%M}",
    lambda wall: f"{MONTHS[wall.month - 1].upper()} {wall.day}, {wall.year} at {wall:%H:%M}",
    lambda wall: f"{wall.year}년 {wall.month}월 {wall.day}일({LETTERS[wall.weekday()]}) {wall:%H}시 {wall.minute}분",
    lambda wall: f"{wall:%H:%M} {wall.year}/{wall.month}/{wall.day}",
]
TWELVE_HOURS: list[Callable[[datetime], str]] = [
    lambda wall: f"{wall:%Y-%m-%d} {(wall.hour - 1) % 12 + 1}:{wall.minute:02} {_meridiem(wall, 'am', 'pm')}",
    lambda wall: (
        f"{wall.year}년 {wall.month}월 {wall.day}일 "
        f"{_meridiem(wall, '오전', '오후')} {(wall.hour - 1) % 12 + 1}:{wall.minute:02}"
    ),
]
moments = st.integers(1, 364 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(moments, st.sampled_from(ZONES), st.sampled_from(ISO_DATES + OTHER_DATES + TWELVE_HOURS))
def test_every_typed_wall_time_is_read_as_it_was_meant(
    moment: datetime, zone: str, write: Callable[[datetime], str]
) -> None:
    local_time = moment.astimezone(ZoneInfo(zone))
    wall = local_time.replace(tzinfo=None, fold=0)
    # Those are asked back, by rule: 10:00 may be before noon or after, 12 am before the day or after it.
    assume(not (write in OTHER_DATES and 10 <= wall.hour <= 12) and not (write in TWELVE_HOURS and wall.hour == 0))
    found = read(write(wall), NOW, zone, None)
    twice = wall.replace(tzinfo=ZoneInfo(zone)).utcoffset() != wall.replace(tzinfo=ZoneInfo(zone), fold=1).utcoffset()
    if twice:
        assert isinstance(found, Unclear)
        assert found.reason == "when.unclear-repeated-hour"
        assert moment in [choice.at for choice in found.choices]
    else:
        assert found == Understood(moment, wall, zone)


@given(moments, st.sampled_from(ZONES))
def test_exact_moments_are_read_as_such(moment: datetime, zone: str) -> None:
    for text in (f"<t:{int(moment.timestamp())}:F>", moment.isoformat(), moment.strftime("%Y-%m-%dT%H:%MZ")):
        found = read(text, NOW, zone, None)
        assert isinstance(found, Understood)
        assert found.at == moment


WORDS = """
fri next this week mon tomorrow today tonight noon midnight am pm 9 21 9:30 25:30 24:00 12 30 08/05 2025-08-05
5.8 20.30 1.5 aug 5 5th in an h min day days ago last at @ evening night morning kst half hour o'clock , ( ) .
26 oct mar 금 월 일 8월 5일 다음 주 이번 내일 모레 오전 오후 밤 새벽 저녁 시 분 반 9시 30분 시간 후 뒤 전 하루
일주일 2025년 자정 정오 두
"""
words = st.sampled_from(WORDS.split())
texts = (
    st.text(max_size=120)
    | st.text(alphabet=string.digits + ":/.-+tz <>apm", max_size=30)
    | st.lists(words, max_size=9).map(" ".join)
    | st.lists(words, max_size=9).map("".join)
)
nows = st.datetimes(datetime.fromisoformat("2011-12-01"), datetime.fromisoformat("2036-12-31"), timezones=st.just(UTC))


@given(texts, nows, st.sampled_from([*ZONES, "Pacific/Apia", "Pacific/Kiritimati", "Etc/GMT+12"]), st.none() | nows)
def test_whatever_is_typed_there_is_an_answer_that_keeps_the_promises(
    text: str, now: datetime, zone: str, air_at: datetime | None
) -> None:
    found = attempt(lambda: read(text, now, zone, air_at))
    if isinstance(found, UserError):
        assert set(found.arguments) == KEYS[found.key]
        assert all(each.tzinfo is UTC for each in found.arguments.values() if isinstance(each, datetime))
        return
    choices = found.choices if isinstance(found, Unclear) else (found,)
    for choice in choices:
        assert now < choice.at <= now + HORIZON
        assert choice.at.tzinfo is UTC
        assert choice.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == choice.wall.replace(fold=0)
        assert choice.wall.tzinfo is None
        assert choice.zone == zone
    if isinstance(found, Unclear):
        assert found.reason in REASONS
        assert found.choices[0].at < found.choices[1].at


@given(st.text(max_size=120) | texts)
def test_whatever_is_typed_as_a_lead_there_is_an_answer(text: str) -> None:
    found = attempt(lambda: read_lead(text))
    if isinstance(found, UserError):
        expected = {"lead.not-understood": {"text"}, "lead.too-long": {"longest"}}
        assert set(found.arguments) == expected[found.key]
    else:
        assert 0 <= found <= 10_080


@pytest.mark.parametrize(
    "piece", ["9", "9 ", "fri ", "9:", "1.", "8/", "금", "a.", "in ", "half an ", "(", "2025-08-", "열"]
)
def test_cutting_into_words_takes_linear_time(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        spent: list[float] = []
        for _ in range(3):
            began = time.perf_counter()
            tokens(normalised(text))
            spent.append(time.perf_counter() - began)
        return min(spent)

    # Ten times the text may take ten times as long, not a hundred times; short times are all noise.
    assert seconds(20_000) < 40 * max(seconds(2_000), 0.0005)


def test_no_text_over_the_limit_is_looked_at() -> None:
    assert ask("fri 9pm".ljust(LONGEST)) == "2025-08-01 21:00"
    assert ask("fri 9pm".ljust(LONGEST + 1)) == "when.too-long"


# -------------------------------------------------------------------- leads


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("0", 0),
        ("90", 90),
        ("30 min", 30),
        ("30min", 30),
        ("1h", 60),
        ("1 H", 60),
        ("1 h 30", 90),
        ("1 h 30 min before", 90),
        ("1.5 h", 90),
        ("half an hour", 30),
        ("an hour", 60),
        ("2 days", 2880),
        ("1 day 2 h", 1560),
        ("1 week", 10_080),
        ("10080", 10_080),
        ("３０분", 30),
        ("30분 전", 30),
        ("30분 전에", 30),
        ("1시간", 60),
        ("1시간 반", 90),
        ("한 시간 전", 60),
        ("2일 전", 2880),
        ("하루 전", 1440),
        ("일주일 전", 10_080),
    ],
)
def test_leads(text: str, minutes: int) -> None:
    assert read_lead(text) == minutes


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "lead.not-understood"),
        ("soon", "lead.not-understood"),
        ("a", "lead.not-understood"),
        ("-5", "lead.not-understood"),
        ("1:30", "lead.not-understood"),
        ("30 min 1 h", "lead.not-understood"),
        ("fri 9pm", "lead.not-understood"),
        ("before", "lead.not-understood"),
        ("🎉", "lead.not-understood"),
        ("1" * 6000, "lead.not-understood"),
        ("10081", "lead.too-long"),
        ("8 days", "lead.too-long"),
        ("1 week 1 min", "lead.too-long"),
    ],
)
def test_leads_that_are_refused(text: str, key: str) -> None:
    with pytest.raises(UserError) as refused:
        read_lead(text)
    assert refused.value.key == key


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("15", (15,)),
        ("15 min, 1 day", (1440, 15)),
        ("1 day,15 min", (1440, 15)),
        ("1 h; 30 min;", (60, 30)),
        ("하루 전, 15분 전", (1440, 15)),
        ("1시간、10분", (60, 10)),
        ("60, 1 h, 60 min", (60,)),
        ("2 days, 1 day, 1 h, 0", (2880, 1440, 60, 0)),
    ],
)
def test_several_leads(text: str, leads: tuple[int, ...]) -> None:
    assert read_leads(text) == leads


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "lead.not-understood"),
        (" , ,", "lead.not-understood"),
        ("1 day, soon", "lead.not-understood"),
        # Rather a fraction than two leads.
        ("1,5 h", "lead.not-understood"),
        ("15 min, 8 days", "lead.too-long"),
        ("1, 2, 3, 4, 5", "lead.too-many"),
        ("1, " * 40, "lead.not-understood"),
    ],
)
def test_several_leads_that_are_refused(text: str, key: str) -> None:
    assert MOST_LEADS == 4
    with pytest.raises(UserError) as refused:
        read_leads(text)
    assert refused.value.key == key
