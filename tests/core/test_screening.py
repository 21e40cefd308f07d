"""Positions, countdowns and pauses of what a party watches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import UserError
from bot.core.screening import COUNTDOWN, LONGEST_POSITION, Screening, Stage, next_start, read_position, written

NOW = datetime(2025, 8, 1, 20, tzinfo=UTC)
INSTANTS = st.integers(0, 2**52).map(lambda passed: NOW + timedelta(microseconds=passed))
SECONDS = st.integers(0, 20_000)


def started(at: datetime = NOW) -> Screening:
    return Screening(1, 7, 0, next_start(at), None, 2, 3)


@given(INSTANTS)
def test_a_countdown_ends_on_a_whole_second_and_is_long_enough(now: datetime) -> None:
    at = next_start(now)
    assert at.microsecond == 0
    assert COUNTDOWN <= at - now < COUNTDOWN + timedelta(seconds=1)


def test_it_counts_plays_pauses_goes_on_and_ends() -> None:
    one = started()
    begins = NOW + COUNTDOWN
    assert [one.stage(begins + timedelta(seconds=after)) for after in (-1, 0)] == [Stage.COUNTING, Stage.PLAYING]
    assert one.position_at(NOW) == 0
    assert one.position_at(begins + timedelta(minutes=24, seconds=10.9)) == 24 * 60 + 10
    stopped = one.paused(begins + timedelta(minutes=24))
    assert (stopped.stage(NOW), stopped.position) == (Stage.PAUSED, 24 * 60)
    assert stopped.position_at(begins + timedelta(hours=3)) == 24 * 60
    assert stopped.as_if_begun_at is None
    again = stopped.resumed(begins + timedelta(minutes=30))
    assert again.stage(begins + timedelta(minutes=30)) is Stage.COUNTING
    assert again.position_at(begins + timedelta(minutes=30)) == 24 * 60
    assert again.position_at(begins + timedelta(minutes=31) + COUNTDOWN) == 25 * 60
    assert again.as_if_begun_at == begins + timedelta(minutes=6) + COUNTDOWN
    over = again.ended(begins + timedelta(minutes=32) + COUNTDOWN)
    assert over.stage(NOW) is Stage.ENDED
    assert over.position_at(begins + timedelta(days=1)) == 26 * 60


def test_a_pause_in_the_countdown_stays_at_the_beginning() -> None:
    stopped = started().paused(NOW + timedelta(seconds=3))
    assert (stopped.stage(NOW), stopped.position) == (Stage.PAUSED, 0)


def test_another_episode_begins_at_its_beginning() -> None:
    following = started().paused(NOW + timedelta(hours=1)).of_episode(8, NOW + timedelta(hours=2))
    assert (following.episode, following.position) == (8, 0)
    assert following.stage(NOW + timedelta(hours=2)) is Stage.COUNTING


@given(SECONDS, SECONDS, st.integers(0, 5_000))
def test_whoever_meets_the_others_is_in_step_from_then_on(passed: int, pause: int, later: int) -> None:
    one = started()
    assert one.plays_at is not None
    stopped = one.paused(one.plays_at + timedelta(seconds=passed))
    again = stopped.resumed(one.plays_at + timedelta(seconds=passed + pause))
    assert again.plays_at is not None
    now = again.plays_at + timedelta(seconds=later, milliseconds=300)
    position, at = again.meet(now)
    assert at > now
    assert again.position_at(at + timedelta(seconds=60)) == position + 60
    assert position == passed + (at - again.plays_at).total_seconds()


@given(st.integers(0, LONGEST_POSITION), SECONDS)
def test_everybody_is_where_one_says(position: int, later: int) -> None:
    moved = started().put_to(position, NOW)
    assert moved.position_at(NOW + timedelta(seconds=later)) == position + later
    stopped = started().paused(NOW).put_to(position, NOW)
    assert stopped.position_at(NOW + timedelta(seconds=later)) == position


@given(st.integers(0, LONGEST_POSITION))
def test_what_is_written_is_read_again(position: int) -> None:
    assert read_position(written(position)) == position


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("24", 1440),
        ("24:10", 1450),
        (" 1:02:03 ", 3723),
        ("0", 0),
        ("90", 5400),
        ("90:00", 5400),
        ("24 min", 1440),
        ("24분", 1440),
        ("２４：１０", 1450),
    ],
)
def test_positions_are_read_as_people_type_them(typed: str, seconds: int) -> None:
    assert read_position(typed) == seconds


@pytest.mark.parametrize("typed", ["", "soon", "-3", "24:61", "1:75:00", "13:00:00", "9999", "1:2:3:4", "24.5"])
def test_what_is_no_position_is_refused(typed: str) -> None:
    with pytest.raises(UserError) as refused:
        read_position(typed)
    assert refused.value.key == "screening.position-unclear"
