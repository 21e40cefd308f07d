"""Which announcements there are to be: one test for each sentence of the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.airing import airs_at
from bot.core.announcement import (
    Announcement,
    AnnouncementState,
    Changes,
    Planned,
    ceiling_after,
    ceiling_before,
    changes,
    ends_season,
    watched_at,
)
from bot.core.show import Show
from tests.core.test_airing import release, show

NOW = datetime(2025, 7, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
#: 22:00 in Seoul.
FIRST = datetime(2025, 7, 21, 13, tzinfo=UTC)


def drama(*days: str | None, clock: str = "22:00") -> Show:
    return show(*([] if day is None else [release(day, clock)] for day in days))


def posted(*episodes: int, at: datetime | None = FIRST, **values: object) -> Announcement:
    made = Announcement(1, 2, "made-up", episodes, at, None, False, 3, 4, 5, AnnouncementState.POSTED)
    return replace(made, **values)


def test_what_comes_out_at_the_same_moment_is_announced_in_one_post() -> None:
    found = changes(drama("2025-07-21", "2025-07-21", "2025-07-22"), (), NOW)
    assert found.added == (Planned((1, 2), FIRST), Planned((3,), FIRST + 24 * HOUR))


def test_only_what_is_still_to_come_is_announced() -> None:
    found = changes(drama("2025-07-19", "2025-07-21", None), (), NOW)
    assert found.added == (Planned((2,), FIRST),)


def test_nothing_is_planned_twice() -> None:
    there = posted(1, state=AnnouncementState.PLANNED)
    assert changes(drama("2025-07-21"), (there,), NOW) == Changes((), (), ())


def test_at_one_time_it_is_announced_once() -> None:
    for state in (AnnouncementState.POSTED, AnnouncementState.CLOSED, AnnouncementState.FAILED):
        assert changes(drama("2025-07-21"), (posted(1, state=state),), NOW) == Changes((), (), ())


def test_a_post_that_is_not_out_just_moves() -> None:
    there = posted(1, state=AnnouncementState.PLANNED)
    found = changes(drama("2025-07-28"), (there,), NOW)
    assert found == Changes((Planned((1,), FIRST + 168 * HOUR),), (there,), ())
    assert changes(drama(None), (there,), NOW) == Changes((), (there,), ())


def test_a_post_that_is_late_is_still_to_come() -> None:
    there = posted(1, state=AnnouncementState.PLANNED)
    assert changes(drama("2025-07-21"), (there,), FIRST + HOUR) == Changes((), (), ())


def test_a_post_that_is_out_is_edited_and_nothing_new_is_posted() -> None:
    there = posted(1)
    [moved] = changes(drama("2025-07-21", clock="23:30"), (there,), NOW).moved
    assert (moved.announcement, moved.airs_at, moved.again) == (there, FIRST + 1.5 * HOUR, False)
    assert changes(drama("2025-07-21", clock="23:30"), (there,), NOW).added == ()
    [undated] = changes(drama(None), (there,), NOW).moved
    assert (undated.airs_at, undated.again) == (None, False)


def test_an_episode_that_comes_much_later_is_announced_once_more_with_the_thread_that_there_is() -> None:
    there = posted(1)
    found = changes(drama("2025-07-22"), (there,), NOW)
    assert [(moved.airs_at, moved.again) for moved in found.moved] == [(FIRST + 24 * HOUR, True)]
    assert found.added == (Planned((1,), FIRST + 24 * HOUR, thread_id=5),)


def test_what_had_no_date_for_a_while_is_compared_with_what_was_posted_first() -> None:
    undated = posted(1, at=None, moved_from=FIRST)
    assert [one.again for one in changes(drama("2025-07-21", clock="23:00"), (undated,), NOW).moved] == [False]
    assert [one.again for one in changes(drama("2025-07-28"), (undated,), NOW).moved] == [True]


def test_an_episode_that_is_taken_out_of_a_double_broadcast_is_announced_by_itself() -> None:
    found = changes(drama("2025-07-21", "2025-07-28"), (posted(1, 2),), NOW)
    assert found.moved == ()
    assert found.added == (Planned((2,), FIRST + 168 * HOUR),)


def test_what_has_long_been_closed_is_announced_when_it_is_on_again() -> None:
    old = posted(1, at=FIRST - 9000 * HOUR, state=AnnouncementState.CLOSED)
    assert changes(drama("2025-07-21"), (old,), NOW).added == (Planned((1,), FIRST),)


def test_a_thread_is_open_up_to_the_episode_before_and_then_up_to_its_own() -> None:
    assert (ceiling_before((3,)), ceiling_after((3,))) == (2, 3)
    assert (ceiling_before((7, 8)), ceiling_after((7, 8))) == (6, 8)


def test_after_a_drop_it_stays_closed() -> None:
    assert ceiling_after((1, 2, 3, 4, 5, 6)) == 0


def test_a_double_broadcast_is_over_after_both_and_a_drop_counts_as_begun_after_its_first() -> None:
    two = drama("2025-07-21", "2025-07-21")
    assert watched_at(two, two.episodes, FIRST) == FIRST + 2 * HOUR
    drop = drama(*["2025-07-21"] * 6)
    assert watched_at(drop, drop.episodes, FIRST) == FIRST + HOUR


def test_a_season_ends_with_the_last_of_its_episodes_and_not_while_one_has_no_date() -> None:
    whole = drama("2025-07-21", "2025-07-22")
    last = airs_at(whole.episodes[1])
    assert last is not None
    assert not ends_season(whole, 1, FIRST)
    assert ends_season(whole, 2, last)
    assert not ends_season(drama("2025-07-21", None), 1, FIRST)
