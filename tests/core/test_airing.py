"""Where a broadcast stands, at and around every boundary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.airing import Airing, Phase, aired, airing, airs_at, minutes_of
from bot.core.show import Episode, Release, ReleaseKind, Show, Text
from bot.core.zones import WallTime

MINUTE = timedelta(minutes=1)


def release(
    day: str | None, clock: str = "22:00", zone: str = "Asia/Seoul", kind: ReleaseKind = ReleaseKind.BROADCAST
) -> Release:
    """A release of some service; without a day, without an hour."""
    at = None if day is None else WallTime.parse(date.fromisoformat(day), clock, zone)
    return Release("ENA", kind, ("KR",), at, ("S000",), None)


def show(*episodes: Sequence[Release], minutes: int | None = 60, own_minutes: int | None = None) -> Show:
    """A show whose episodes come out so."""
    return Show(
        id="made-up",
        title=Text({"en": "Made up"}),
        native_title=None,
        aliases=(),
        network="ENA",
        country="KR",
        zone="Asia/Seoul",
        language="ko",
        minutes=minutes,
        age_rating=None,
        genres=(),
        synopsis=None,
        credits=(),
        episodes=tuple(
            Episode(number, 1, number, None, tuple(releases), None, (), own_minutes)
            for number, releases in enumerate(episodes, 1)
        ),
        characters=(),
        questions=(),
        conflicts=(),
        sources={},
    )


def numbers(state: Airing) -> tuple[list[int], list[int], int | None]:
    """What is on air, what is next, what was last."""
    return (
        [episode.number for episode in state.on_air],
        [episode.number for episode in state.next],
        None if state.last is None else state.last.number,
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


WEEKLY = show([release("2025-07-21")], [release("2025-07-22")], [release("2025-08-04")])


@pytest.mark.parametrize(
    ("now", "phase", "expected"),
    [
        ("2025-01-01T00:00", Phase.BEFORE_PREMIERE, ([], [1], None)),
        ("2025-07-21T12:59:59.999999", Phase.BEFORE_PREMIERE, ([], [1], None)),
        ("2025-07-21T13:00", Phase.ON_AIR, ([1], [2], None)),
        ("2025-07-21T13:59:59.999999", Phase.ON_AIR, ([1], [2], None)),
        ("2025-07-21T14:00", Phase.BETWEEN, ([], [2], 1)),
        ("2025-07-22T13:30", Phase.ON_AIR, ([2], [3], 1)),
        # A week without an episode.
        ("2025-07-29T13:30", Phase.BETWEEN, ([], [3], 2)),
        ("2025-08-04T13:30", Phase.ON_AIR, ([3], [], 2)),
        ("2025-08-04T14:00", Phase.FINISHED, ([], [], 3)),
        ("2030-01-01T00:00", Phase.FINISHED, ([], [], 3)),
    ],
)
def test_phases(now: str, phase: Phase, expected: tuple[list[int], list[int], int | None]) -> None:
    state = airing(WEEKLY, utc(now))
    assert state.phase is phase
    assert numbers(state) == expected
    assert (state.on_air_until is not None) == (phase is Phase.ON_AIR)


def test_an_episode_is_on_air_until_its_minutes_are_over() -> None:
    assert airing(WEEKLY, utc("2025-07-21T13:30")).on_air_until == utc("2025-07-21T14:00")


def test_episodes_that_come_out_together() -> None:
    drop = [release("2025-06-27", "0:00", "America/Los_Angeles", ReleaseKind.STREAMING)]
    whole = show(drop, drop, drop)
    assert numbers(airing(whole, utc("2025-06-27T06:59"))) == ([], [1, 2, 3], None)
    assert numbers(airing(whole, utc("2025-06-27T07:00"))) == ([1, 2, 3], [], None)
    assert numbers(airing(whole, utc("2025-06-27T08:00"))) == ([], [], 3)


def test_two_episodes_in_one_night() -> None:
    double = show([release("2025-07-21", "22:00")], [release("2025-07-21", "23:00")])
    assert numbers(airing(double, utc("2025-07-21T12:59"))) == ([], [1], None)
    assert numbers(airing(double, utc("2025-07-21T13:59"))) == ([1], [2], None)
    assert numbers(airing(double, utc("2025-07-21T14:00"))) == ([2], [], 1)
    assert airing(double, utc("2025-07-21T15:00")).phase is Phase.FINISHED


def test_slots_that_overlap() -> None:
    double = show([release("2025-07-21", "22:00")], [release("2025-07-21", "22:50")])
    state = airing(double, utc("2025-07-21T13:55"))
    assert numbers(state) == ([1, 2], [], None)
    assert state.on_air_until == utc("2025-07-21T14:50")


def test_without_any_date() -> None:
    state = airing(show([], [release(None)]), utc("2025-07-21T00:00"))
    assert state.phase is Phase.UNSCHEDULED
    assert numbers(state) == ([], [1], None)
    assert airing(show(), utc("2025-07-21T00:00")).phase is Phase.UNSCHEDULED


def test_dates_that_are_not_announced_yet() -> None:
    begun = show([release("2025-07-21")], [release("2025-07-22")], [], [])
    assert numbers(airing(begun, utc("2025-07-20T00:00"))) == ([], [1], None)
    assert numbers(airing(begun, utc("2025-07-22T13:00"))) == ([2], [], 1)
    over = airing(begun, utc("2025-07-22T14:00"))
    assert over.phase is Phase.UNSCHEDULED
    assert numbers(over) == ([], [3], 2)


def test_an_hour_missing_in_the_middle_does_not_keep_a_show_from_ending() -> None:
    gap = show([release("2025-07-21")], [release(None)], [release("2025-07-28")])
    assert numbers(airing(gap, utc("2025-07-22T00:00"))) == ([], [3], 1)
    state = airing(gap, utc("2025-07-29T00:00"))
    assert state.phase is Phase.FINISHED
    assert numbers(state) == ([], [], 3)


def test_the_schedule_goes_by_the_broadcast_and_else_by_the_first_stream_with_an_hour() -> None:
    early = release("2025-07-21", "18:00", kind=ReleaseKind.STREAMING)
    unknown = release(None, kind=ReleaseKind.STREAMING)
    both, streams = show([early, release("2025-07-21")]), show([unknown, early])
    assert airs_at(both.episodes[0]) == utc("2025-07-21T13:00")
    assert airs_at(streams.episodes[0]) == utc("2025-07-21T09:00")
    assert airs_at(show([unknown]).episodes[0]) is None


def test_the_order_is_that_of_the_air_times() -> None:
    swapped = show([release("2025-07-22")], [release("2025-07-21")])
    assert numbers(airing(swapped, utc("2025-07-20T00:00"))) == ([], [2], None)
    assert numbers(airing(swapped, utc("2025-07-22T00:00"))) == ([], [1], 2)


def test_a_night_that_clocks_change_in() -> None:
    # 01:30 to 03:30 by the clocks of New York, which go from 02:00 to 03:00 on the way: one hour.
    night = show([release("2025-03-09", "1:30", "America/New_York")], minutes=60)
    assert airing(night, utc("2025-03-09T07:29")).on_air_until == utc("2025-03-09T07:30")
    # A week apart by the calendar is an hour less by the clock.
    weekly = show(
        [release("2023-03-05", "21:00", "America/New_York")], [release("2023-03-12", "21:00", "America/New_York")]
    )
    first, second = (airs_at(episode) for episode in weekly.episodes)
    assert first is not None
    assert second == first + timedelta(days=7) - timedelta(hours=1)


def test_an_episode_has_aired_from_its_air_time_on() -> None:
    episode = WEEKLY.episodes[0]
    assert not aired(episode, utc("2025-07-21T13:00") - timedelta(microseconds=1))
    assert aired(episode, utc("2025-07-21T13:00"))
    assert not aired(show([]).episodes[0], utc("2030-01-01T00:00"))


@pytest.mark.parametrize(("usual", "own", "minutes"), [(None, None, 60), (70, None, 70), (70, 90, 90), (None, 45, 45)])
def test_an_episodes_minutes(usual: int | None, own: int | None, minutes: int) -> None:
    made = show([release("2025-07-21")], minutes=usual, own_minutes=own)
    assert minutes_of(made, made.episodes[0]) == minutes
    end = utc("2025-07-21T13:00") + minutes * MINUTE
    assert airing(made, end - MINUTE).phase is Phase.ON_AIR
    assert airing(made, end).phase is Phase.FINISHED


@given(
    st.lists(st.none() | st.integers(0, 3 * 24), max_size=8),
    st.integers(-5, 4 * 24 * 60),
)
def test_whatever_the_schedule_every_phase_keeps_its_word(hours: list[int | None], minutes: int) -> None:
    start = date(2025, 7, 21)
    made = show(
        *(
            []
            if hour is None
            else [Release("ENA", ReleaseKind.BROADCAST, (), WallTime(start, hour * 60, "UTC"), (), None)]
            for hour in hours
        )
    )
    now = datetime(2025, 7, 21, tzinfo=UTC) + minutes * MINUTE
    state = airing(made, now)
    assert all(aired(episode, now) for episode in state.on_air)
    assert not any(aired(episode, now) for episode in state.next)
    assert (state.phase is Phase.ON_AIR) == bool(state.on_air) == (state.on_air_until is not None)
    if state.phase is Phase.BEFORE_PREMIERE:
        assert state.last is None
    if state.phase in (Phase.BEFORE_PREMIERE, Phase.BETWEEN):
        assert state.next
        assert len({airs_at(episode) for episode in state.next}) == 1
    if state.phase in (Phase.BETWEEN, Phase.FINISHED):
        assert state.last is not None
    if state.phase is Phase.FINISHED:
        assert not state.next
