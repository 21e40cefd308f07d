"""The rules of a catch-up plan, one after the other, and what must hold of every plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.catch_up import (
    FURTHEST,
    LONGEST_SITTING,
    CatchUp,
    CatchUpState,
    Deadline,
    PlannedSitting,
    Sitting,
    TooMuch,
    Watchable,
    follow,
    in_time,
    plan,
    watchable,
)
from bot.core.zones import resolve
from tests.harbour import harbour

#: Monday 28 July 2025, 18:00 in Seoul.
NOW = datetime(2025, 7, 28, 9, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)
SEOUL = "Asia/Seoul"


def by(day: int, hour: int = 20, *, month: int = 8, zone: str = SEOUL) -> Deadline:
    """A day of August 2025, unless said otherwise."""
    wall = datetime.fromisoformat(f"2025-{month:02}-{day:02}T{hour:02}:00")
    return Deadline(resolve(wall, zone), wall, zone)


def aired(count: int, minutes: int = 60, first: int = 1) -> tuple[Watchable, ...]:
    return tuple(Watchable(number, LONG_AGO, minutes) for number in range(first, first + count))


def planned(
    episodes: Sequence[Watchable], deadline: Deadline, per_day: int | None = None, now: datetime = NOW
) -> tuple[Sitting, ...]:
    found = plan(episodes, now, deadline, per_day)
    assert not isinstance(found, TooMuch)
    return found


def too_much(
    episodes: Sequence[Watchable], deadline: Deadline, per_day: int | None = None, now: datetime = NOW
) -> TooMuch:
    found = plan(episodes, now, deadline, per_day)
    assert isinstance(found, TooMuch)
    return found


def walls(sittings: Sequence[Sitting], zone: str = SEOUL) -> list[str]:
    return [f"{sitting.starts_at.astimezone(ZoneInfo(zone)):%d %H:%M}" for sitting in sittings]


def numbers(sittings: Sequence[Sitting]) -> list[tuple[int, ...]]:
    return [sitting.episodes for sitting in sittings]


# ------------------------------------------------------------------ examples


def test_a_sitting_a_day_at_the_deadlines_time_of_day_and_the_last_one_over_by_then() -> None:
    sittings = planned(aired(6), by(2))
    assert walls(sittings) == ["28 20:00", "29 20:00", "30 20:00", "31 20:00", "01 20:00", "02 19:00"]
    assert [sitting.episodes for sitting in sittings] == [(1,), (2,), (3,), (4,), (5,), (6,)]
    assert sittings[-1].ends_at == by(2).at


def test_what_does_not_divide_is_a_little_ahead_rather_than_behind() -> None:
    assert numbers(planned(aired(8), by(1))) == [(1, 2), (3, 4), (5,), (6, 7), (8,)]
    assert numbers(planned(aired(4), by(30, month=7))) == [(1, 2), (3,), (4,)]


def test_few_episodes_are_spread_over_many_days() -> None:
    assert walls(planned(aired(3), by(3))) == ["28 20:00", "30 20:00", "01 20:00"]
    assert walls(planned(aired(1), by(3))) == ["28 20:00"]


def test_today_is_left_out_when_its_time_of_day_is_over() -> None:
    assert walls(planned(aired(2), by(30, 17, month=7))) == ["29 17:00", "30 16:00"]


def test_a_deadline_today_takes_what_is_left_of_today() -> None:
    assert walls(planned(aired(2), by(28, month=7))) == ["28 18:00"]
    answer = too_much(aired(3), by(28, month=7))
    assert answer.per_day is None
    assert answer.until == by(29, month=7)


def test_episodes_wait_until_they_have_aired() -> None:
    # On Wednesday at 21:00, an hour too late for that day's sitting.
    episodes = [*aired(2), Watchable(3, datetime(2025, 7, 30, 12, tzinfo=UTC), 60)]
    sittings = planned(episodes, by(1))
    assert list(zip(walls(sittings), numbers(sittings), strict=True)) == [
        ("28 20:00", (1,)),
        ("29 20:00", (2,)),
        ("31 20:00", (3,)),
    ]


def test_an_episode_that_airs_shortly_before_the_deadline_is_watched_alone() -> None:
    episodes = [*aired(3), Watchable(4, by(30, month=7).at - timedelta(hours=1), 60)]
    assert numbers(planned(episodes, by(30, month=7))) == [(1, 2), (3,), (4,)]


def test_too_many_for_so_many_a_day() -> None:
    assert too_much(aired(10), by(31, month=7), 2) == TooMuch(3, by(1))
    assert too_much(aired(12), by(31, month=7), 1) == TooMuch(3, by(8))
    assert len(planned(aired(10), by(31, month=7), 3)) == 4


def test_nobody_watches_for_days_without_a_break() -> None:
    answer = too_much(aired(50), by(29, month=7))
    assert answer == TooMuch(None, by(1))
    assert answer.until is not None
    assert max(sitting.minutes for sitting in planned(aired(50), answer.until)) == 600


def test_more_than_can_be_watched_in_all_the_time_there_is() -> None:
    assert too_much(aired(400), by(29, month=7), 2) == TooMuch(None, None)


def test_no_episodes_are_no_sittings() -> None:
    assert planned((), by(2)) == ()


def test_less_than_one_a_day_is_no_plan() -> None:
    with pytest.raises(ValueError, match="0 episodes"):
        plan(aired(1), NOW, by(2), 0)


@pytest.mark.parametrize(
    ("zone", "month", "day", "utc_hours"),
    [
        # Clocks go forward on 30 March, back on 26 October.
        ("Europe/Berlin", 3, 31, [19, 19, 18, 17]),
        ("Europe/Berlin", 10, 27, [18, 18, 19, 18]),
    ],
)
def test_the_time_of_day_is_kept_when_clocks_change(zone: str, month: int, day: int, utc_hours: list[int]) -> None:
    deadline = by(day, month=month, zone=zone)
    now = deadline.at - timedelta(days=3, hours=2)
    sittings = planned(tuple(Watchable(number, now, 60) for number in range(1, 5)), deadline, now=now)
    assert [sitting.starts_at.hour for sitting in sittings] == utc_hours
    assert [time[3:] for time in walls(sittings, zone)] == ["20:00", "20:00", "20:00", "19:00"]


def test_the_skipped_hour_is_moved_by_as_much_as_the_clocks() -> None:
    wall = datetime.fromisoformat("2025-03-31T02:30")
    deadline = Deadline(resolve(wall, "Europe/Berlin"), wall, "Europe/Berlin")
    now = deadline.at - timedelta(days=1, hours=12)
    sittings = planned([Watchable(number, now, 30) for number in range(1, 3)], deadline, now=now)
    assert walls(sittings, "Europe/Berlin") == ["30 03:30", "31 02:00"]


# ------------------------------------------------------------ every plan at all

zones = st.sampled_from([SEOUL, "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Australia/Lord_Howe", "UTC"])
moments = st.datetimes(
    datetime.fromisoformat("2025-01-01"),
    datetime.fromisoformat("2025-12-31"),
    timezones=st.just(UTC),
)


@st.composite
def questions(draw: st.DrawFn) -> tuple[tuple[Watchable, ...], datetime, Deadline, int | None]:
    now = draw(moments)
    zone = draw(zones)
    wall = (now + timedelta(minutes=draw(st.integers(1, 14 * 24 * 60)))).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    deadline = Deadline(resolve(wall, zone), wall, zone)
    episodes: list[Watchable] = []
    number = draw(st.integers(1, 5))
    for _ in range(draw(st.integers(1, 20))):
        available_at = now + timedelta(minutes=draw(st.integers(-20_000, 20_000)))
        episodes.append(Watchable(number, available_at, draw(st.sampled_from([20, 60, 70, 90, 700]))))
        number += draw(st.sampled_from([1, 1, 1, 2]))
    if draw(st.booleans()):
        episodes.sort(key=lambda episode: (episode.available_at, episode.number))
        shown = sorted(episode.number for episode in episodes)
        episodes = [Watchable(n, one.available_at, one.minutes) for n, one in zip(shown, episodes, strict=True)]
    chosen = in_time(episodes, deadline.at) if draw(st.booleans()) else tuple(episodes)
    return chosen, now, deadline, draw(st.none() | st.integers(1, 6))


@given(questions())
def test_what_holds_of_every_plan(question: tuple[tuple[Watchable, ...], datetime, Deadline, int | None]) -> None:
    episodes, now, deadline, per_day = question
    found = plan(episodes, now, deadline, per_day)
    if isinstance(found, TooMuch):
        _holds_of_an_explanation(found, episodes, now, deadline, per_day)
        return
    by_number = {episode.number: episode for episode in episodes}
    assert [number for sitting in found for number in sitting.episodes] == [episode.number for episode in episodes]
    for sitting in found:
        assert sitting.episodes
        assert sitting.minutes == sum(by_number[number].minutes for number in sitting.episodes)
        assert sitting.starts_at >= now
        assert sitting.ends_at <= deadline.at or len(sitting.episodes) == 1
        assert all(by_number[number].available_at <= sitting.starts_at for number in sitting.episodes)
        assert per_day is None or len(sitting.episodes) <= per_day
        assert timedelta(minutes=sitting.minutes) <= LONGEST_SITTING or len(sitting.episodes) == 1
        wall = sitting.starts_at.astimezone(ZoneInfo(deadline.zone)).replace(tzinfo=None)
        on_time = (
            wall.time() == deadline.wall.time()
            or resolve(datetime.combine(wall.date(), deadline.wall.time()), deadline.zone) == sitting.starts_at
        )
        assert on_time or sitting.ends_at == deadline.at
    assert found == () or found[-1].ends_at <= deadline.at
    if max((episode.minutes for episode in episodes), default=0) <= 600:
        assert all(first.ends_at <= second.starts_at for first, second in pairwise(found))


def _holds_of_an_explanation(
    answer: TooMuch,
    episodes: tuple[Watchable, ...],
    now: datetime,
    deadline: Deadline,
    per_day: int | None,
) -> None:
    if answer.per_day is not None:
        assert per_day is not None
        assert answer.per_day > per_day
        assert not isinstance(plan(episodes, now, deadline, answer.per_day), TooMuch)
        assert isinstance(plan(episodes, now, deadline, answer.per_day - 1), TooMuch)
    if answer.until is not None:
        assert deadline.at < answer.until.at <= now + FURTHEST
        assert not isinstance(plan(episodes, now, answer.until, per_day), TooMuch)
        days = (answer.until.wall - deadline.wall).days
        if days > 1:
            assert isinstance(plan(episodes, now, deadline.later(days - 1), per_day), TooMuch)


@given(st.integers(1, 40), st.integers(3, 30), zones, moments)
def test_days_differ_by_one_where_all_has_aired(count: int, days: int, zone: str, now: datetime) -> None:
    wall = (now + timedelta(hours=12)).astimezone(ZoneInfo(zone)).replace(tzinfo=None) + timedelta(days=days - 1)
    found = planned(
        [Watchable(number, now, 30) for number in range(1, count + 1)],
        Deadline(resolve(wall, zone), wall, zone),
        now=now,
    )
    sizes = [len(sitting.episodes) for sitting in found]
    sizes += [0] * (days - len(sizes))
    assert len(sizes) == days
    assert max(sizes) - min(sizes) <= 1


@given(questions())
def test_no_day_has_more_than_it_must(
    question: tuple[tuple[Watchable, ...], datetime, Deadline, int | None],
) -> None:
    episodes, now, deadline, _ = question
    found = plan(episodes, now, deadline)
    if not isinstance(found, TooMuch) and found:
        busiest = max(len(sitting.episodes) for sitting in found)
        if busiest > 1:
            assert isinstance(plan(episodes, now, deadline, busiest - 1), TooMuch)
        assert plan(episodes, now, deadline, busiest) == found


# ------------------------------------------------------------ what can be planned


def test_an_episode_without_a_date_comes_out_with_the_next_that_has_one() -> None:
    first, third = NOW - timedelta(days=7), NOW + timedelta(days=7)
    show = harbour(first, None, third, None)
    assert watchable(show, (1, 2, 3, 4)) == (
        Watchable(1, first, 60),
        Watchable(2, third, 60),
        Watchable(3, third, 60),
    )
    assert watchable(show, (2, 3)) == watchable(show, (1, 2, 3))[1:]
    assert watchable(show, (4, 9)) == ()


def test_in_time_is_what_has_been_shown_in_full_by_the_deadline() -> None:
    episodes = [Watchable(number, NOW + timedelta(days=number), 60) for number in range(1, 4)]
    assert in_time(episodes, NOW) == ()
    assert in_time(episodes, NOW + timedelta(days=2, minutes=59)) == tuple(episodes[:1])
    assert in_time(episodes, NOW + timedelta(days=2, minutes=60)) == tuple(episodes[:2])
    assert in_time(episodes, NOW + timedelta(days=9)) == tuple(episodes)


# ---------------------------------------------------------------- changed air times


def kept(*sittings: Sitting) -> tuple[PlannedSitting, ...]:
    return tuple(PlannedSitting(index, sitting, 0) for index, sitting in enumerate(sittings, 1))


def test_sittings_that_are_still_fine_stay() -> None:
    sittings = kept(*planned(aired(6), by(2)))
    assert follow(sittings, {}, by(2)) == sittings
    assert follow(sittings, dict.fromkeys(range(1, 7), LONG_AGO), by(2)) == sittings
    assert follow(sittings, {3: sittings[2].sitting.starts_at}, by(2)) == sittings


def test_a_sitting_whose_episode_airs_later_waits_for_the_usual_time_after_it() -> None:
    sittings = kept(*planned(aired(3), by(2)))
    assert walls([one.sitting for one in sittings]) == ["28 20:00", "30 20:00", "01 20:00"]
    moved = follow(sittings, {2: sittings[1].sitting.starts_at + timedelta(minutes=1)}, by(2))
    assert walls([one.sitting for one in moved]) == ["28 20:00", "31 20:00", "01 20:00"]
    assert [one.sequence for one in moved] == [0, 1, 0]


def test_sittings_that_would_overlap_follow_each_other() -> None:
    sittings = kept(*planned(aired(6), by(30, month=7)))
    assert walls([one.sitting for one in sittings]) == ["28 20:00", "29 20:00", "30 18:00"]
    moved = follow(sittings, {3: by(29, 21, month=7).at}, by(30, month=7))
    assert walls([one.sitting for one in moved]) == ["28 20:00", "30 18:00", "30 20:00"]
    assert [one.sequence for one in moved] == [0, 1, 1]
    assert [one.id for one in moved] == [1, 2, 3]


def test_past_the_deadline_where_it_must() -> None:
    sittings = kept(*planned(aired(2), by(29, month=7)))
    moved = follow(sittings, {2: by(31, 19, month=7).at}, by(29, month=7))
    assert walls([one.sitting for one in moved]) == ["28 20:00", "31 20:00"]


# ---------------------------------------------------------------- a plan that is kept


def test_a_reminder_is_pointless_once_the_next_sitting_has_begun_or_half_a_day_later() -> None:
    sittings = kept(*planned(aired(3), by(29, month=7)))
    made = CatchUp(1, 2, "x", by(29, month=7), None, None, None, None, "en", CatchUpState.ACTIVE, NOW, sittings)
    first, second = (one.sitting.starts_at for one in sittings)
    assert made.pointless_at(1) == min(second, first + timedelta(hours=12))
    assert made.pointless_at(2) == second + timedelta(hours=12)
    with pytest.raises(LookupError):
        made.pointless_at(3)
    assert made.left({3, 9}) == (3,)
    assert sittings[0].left(range(2, 9)) == (2,)
