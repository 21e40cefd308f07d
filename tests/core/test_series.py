"""One test for each sentence of the rules in `bot.core.series`."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.airing import airs_at
from bot.core.series import Night, Rhythm, at_air_times, planned, read_weekdays, without
from bot.core.show import Episode, Release, ReleaseKind
from bot.core.zones import WallTime

NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
MON_TUE = frozenset({0, 1})


def wall(text: str) -> datetime:
    """A time without zone, as it hangs on a wall."""
    return datetime.fromisoformat(text)


def episode(number: int, day: date | None = None, at: str = "22:00") -> Episode:
    release = (
        ()
        if day is None
        else (Release("ENA", ReleaseKind.BROADCAST, ("KR",), WallTime.parse(day, at, "Asia/Seoul"), (), None),)
    )
    return Episode(number, 1, number, None, release, None, ())


SEASON = tuple(episode(number, date(2025, 7, 21)) for number in range(1, 9))


def berlin(first: date, days: frozenset[int] = MON_TUE, per_night: int = 2) -> Rhythm:
    return Rhythm(days, time(21), "Europe/Berlin", first, per_night)


def test_mondays_and_tuesdays_at_nine_in_berlin_two_a_night() -> None:
    nights = planned(berlin(date(2025, 12, 1)), SEASON, NOW)
    assert [(night.wall, night.episodes) for night in nights] == [
        (wall("2025-12-01T21:00"), (1, 2)),
        (wall("2025-12-02T21:00"), (3, 4)),
        (wall("2025-12-08T21:00"), (5, 6)),
        (wall("2025-12-09T21:00"), (7, 8)),
    ]
    assert nights[0].at == datetime(2025, 12, 1, 20, tzinfo=UTC)


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.sampled_from(["Europe/Berlin", "America/New_York"]))
def test_the_time_on_the_wall_stays_whatever_the_clocks_do(first: date, zone: str) -> None:
    rhythm = Rhythm(frozenset(range(7)), time(21), zone, first, 1)
    start = datetime(2023, 12, 1, tzinfo=UTC)
    many = [episode(number) for number in range(1, 100)]
    for night in planned(rhythm, many, start):
        assert night.wall.time() == time(21)
        assert night.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == night.wall


@given(
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(1, 5),
    st.integers(1, 40),
    st.dates(date(2025, 1, 1), date(2026, 12, 31)),
)
def test_every_episode_has_its_night_in_order(days: frozenset[int], per_night: int, count: int, first: date) -> None:
    nights = planned(berlin(first, days, per_night), [episode(number) for number in range(1, count + 1)], NOW)
    assert [number for night in nights for number in night.episodes] == list(range(1, count + 1))
    assert all(len(night.episodes) == per_night for night in nights[:-1])
    assert all(night.wall.weekday() in days and night.at > NOW for night in nights)
    assert [night.at for night in nights] == sorted({night.at for night in nights})


def test_nights_that_are_over_are_left_out() -> None:
    nights = planned(berlin(date(2025, 11, 10)), SEASON[:2], NOW)
    assert [night.wall.date() for night in nights] == [date(2025, 11, 24)]


def test_a_night_before_its_episodes_have_aired_waits_for_a_later_one() -> None:
    airing = [episode(1, date(2025, 12, 1)), episode(2, date(2025, 12, 2)), episode(3, date(2025, 12, 8))]
    nights = planned(berlin(date(2025, 12, 1), MON_TUE, 2), airing, NOW)
    assert [(night.wall.date(), night.episodes) for night in nights] == [
        (date(2025, 12, 1), (1,)),
        (date(2025, 12, 2), (2,)),
        (date(2025, 12, 8), (3,)),
    ]
    for night in nights:
        assert all((airs_at(airing[number - 1]) or night.at) <= night.at for number in night.episodes)


def test_what_will_not_air_for_years_gets_no_night() -> None:
    assert planned(berlin(date(2025, 12, 1)), [episode(1, date(2035, 1, 1))], NOW) == ()


def test_at_each_air_time_what_airs_together_is_watched_together() -> None:
    coming = [
        episode(1, date(2025, 11, 1)),
        episode(2, date(2025, 11, 24)),
        episode(3, date(2025, 11, 24)),
        episode(4, date(2025, 12, 1)),
        episode(5),
    ]
    nights = at_air_times(coming, "Europe/London", NOW)
    assert [(night.wall, night.episodes) for night in nights] == [
        (wall("2025-11-24T13:00"), (2, 3)),
        (wall("2025-12-01T13:00"), (4,)),
    ]


@given(st.integers(0, 3))
def test_skipping_a_night_moves_its_episodes_and_makes_no_new_date_but_the_last(skipped: int) -> None:
    rhythm = berlin(date(2025, 12, 1))
    nights = planned(rhythm, SEASON, NOW)
    after = without(nights, skipped, rhythm)
    assert [night.episodes for night in after] == [night.episodes for night in nights]
    assert [night.at for night in after[:-1]] == [night.at for night in nights if night != nights[skipped]]
    assert after[-1].wall == wall("2025-12-15T21:00")
    assert after[:skipped] == nights[:skipped]


def test_skipping_a_night_that_is_none_changes_nothing() -> None:
    nights = (Night(NOW + timedelta(days=1), wall("2025-11-21T12:00"), (1,)),)
    assert without(nights, 5, berlin(date(2025, 12, 1))) == nights


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("mon, tue", {0, 1}),
        ("Every Mon and Tue", {0, 1}),
        ("monday/thursday", {0, 3}),
        ("weekends", {5, 6}),
        ("daily", set(range(7))),
        ("every day", set(range(7))),
        ("월, 화", {0, 1}),
        ("월화", {0, 1}),
        ("금요일 토요일", {4, 5}),
        ("매일", set(range(7))),
    ],
)
def test_weekdays_are_read_in_english_and_korean(typed: str, days: set[int]) -> None:
    assert read_weekdays(typed) == days


@pytest.mark.parametrize("typed", ["", "  ", "soon", "mon 9", "1 dec", "every", "😀", "mon" * 5000])
def test_what_names_no_weekday_is_refused(typed: str) -> None:
    assert read_weekdays(typed) is None
