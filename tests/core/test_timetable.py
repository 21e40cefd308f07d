"""A show at other times than its own."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bot.core.airing import airs_at
from bot.core.show import ReleaseKind
from bot.core.timetable import retimed
from bot.core.zones import WallTime
from tests.core.test_airing import release, show

OTHER = WallTime(date(2026, 1, 5), 25 * 60, "Asia/Tokyo")


def test_only_what_is_named_comes_at_another_time() -> None:
    before = show([release("2025-07-21")], [release("2025-07-22")])
    after = retimed(before, {2: OTHER})
    assert after.episodes[0] is before.episodes[0]
    assert airs_at(after.episodes[1]) == datetime(2026, 1, 5, 16, 0, tzinfo=UTC)
    assert after.episodes[1].releases[0].service == "ENA"


def test_an_episode_without_a_date_has_none_on_any_service() -> None:
    before = show([release("2025-07-21"), release("2025-07-22", kind=ReleaseKind.STREAMING)])
    after = retimed(before, {1: None})
    assert airs_at(after.episodes[0]) is None
    assert [each.service for each in after.episodes[0].releases] == ["ENA", "ENA"]


def test_an_episode_that_nobody_had_scheduled_comes_on_the_show_s_network() -> None:
    after = retimed(show([]), {1: OTHER})
    assert [each.service for each in after.episodes[0].releases] == ["ENA"]
    assert airs_at(after.episodes[0]) == OTHER.instant()


def test_the_hours_of_other_services_go_with_the_time_that_is_no_longer_so() -> None:
    before = show([release("2025-07-21"), release("2025-07-22", kind=ReleaseKind.STREAMING)])
    after = retimed(before, {1: OTHER})
    assert [each.at for each in after.episodes[0].releases] == [OTHER, None]


def test_a_show_without_other_times_is_the_show_itself() -> None:
    before = show([release("2025-07-21")])
    assert retimed(before, {}) is before
