"""The dates of re-runs: one test for each sentence of the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.airing import airs_at
from bot.core.errors import UserError
from bot.core.rerun import Rerun, RerunState, Slot, as_aired, extended, on_evenings, resumed, skipped
from bot.core.series import Rhythm
from bot.core.show import Show
from bot.core.timetable import retimed
from bot.core.zones import resolve
from tests.core.test_airing import release, show

BERLIN = "Europe/Berlin"
#: Monday 5 January 2026.
MONDAY = datetime.fromisoformat("2026-01-05T20:00")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def drama() -> Show:
    """Mondays and Tuesdays at 22:00 in Seoul, the third week an hour later, the last two episodes in one night."""
    return show(
        [release("2025-07-21")],
        [release("2025-07-22")],
        [release("2025-07-28")],
        [release("2025-07-29")],
        [release("2025-08-04", "23:00")],
        [release("2025-08-04", "23:00")],
    )


def rerun(slots: tuple[Slot, ...], *, weekdays: tuple[int, ...] | None = None, per_night: int = 1) -> Rerun:
    return Rerun(1, 2, "made-up", 3, BERLIN, weekdays, per_night, MONDAY, RerunState.RUNNING, LONG_AGO, None, slots)


def rhythm(*weekdays: int, per_night: int = 1) -> Rhythm:
    return Rhythm(frozenset(weekdays), MONDAY.time(), BERLIN, MONDAY.date(), per_night)


def walls(slots: tuple[Slot, ...]) -> list[str]:
    return [f"{slot.episode} {slot.wall:%m-%d %H:%M}" for slot in slots]


def test_as_it_aired_every_episode_comes_as_many_days_later_and_as_much_later_on_the_clock() -> None:
    assert walls(as_aired(drama().episodes, MONDAY)) == [
        "1 01-05 20:00",
        "2 01-06 20:00",
        "3 01-12 20:00",
        "4 01-13 20:00",
        "5 01-19 21:00",
        "6 01-19 21:00",
    ]


def test_what_came_out_together_comes_together() -> None:
    assert rerun(as_aired(drama().episodes, MONDAY)).evenings()[-1][1] == (5, 6)


def test_a_break_between_seasons_is_cut_and_the_weekday_kept() -> None:
    seasons = show([release("2024-07-22")], [release("2026-03-04")])
    first, second = as_aired(seasons.episodes, MONDAY)
    assert first.wall == MONDAY
    # From a Monday to a Wednesday, and not within a week.
    assert second.wall == MONDAY + 9 * DAY


def test_an_episode_that_nobody_knows_the_hour_of_can_not_be_replayed() -> None:
    with pytest.raises(UserError) as caught:
        as_aired(show([release("2025-07-21")], []).episodes, MONDAY)
    assert (caught.value.key, caught.value.arguments) == ("rerun.no-dates", {"number": 2})


def test_on_weekdays_of_ones_own_every_evening_has_as_many_as_wanted() -> None:
    slots = on_evenings(range(1, 6), rhythm(0, 2, per_night=2), LONG_AGO)
    assert walls(slots) == ["1 01-05 20:00", "2 01-05 20:00", "3 01-07 20:00", "4 01-07 20:00", "5 01-12 20:00"]


def test_the_time_on_the_wall_stays_when_clocks_change() -> None:
    weekly = Rhythm(frozenset({0}), MONDAY.time(), BERLIN, datetime.fromisoformat("2026-03-23").date(), 1)
    found = rerun(on_evenings([1, 2], weekly, LONG_AGO), weekdays=(0,))
    assert [slot.wall.hour for slot in found.slots] == [20, 20]
    assert found.at(found.slots[1]) - found.at(found.slots[0]) == timedelta(days=7, hours=-1)


def test_a_paused_rerun_has_no_dates_for_what_has_not_begun() -> None:
    found = rerun(as_aired(drama().episodes, MONDAY))
    paused = replace(found, state=RerunState.PAUSED, paused_at=found.at(found.slots[1]) + timedelta(hours=1))
    local = retimed(drama(), paused.times())
    assert [airs_at(episode) is None for episode in local.episodes] == [False, False, True, True, True, True]


def test_it_goes_on_with_the_next_episode_on_the_next_evening_that_it_would_have_had() -> None:
    found = rerun(on_evenings(range(1, 5), rhythm(0, 2), LONG_AGO), weekdays=(0, 2))
    since = resolve(MONDAY + DAY, BERLIN)
    paused = replace(found, state=RerunState.PAUSED, paused_at=since)
    again = resumed(paused, since + 20 * DAY)
    # Monday 26 January: the 7th and all until then were paused.
    assert walls(again.slots) == ["1 01-05 20:00", "2 01-28 20:00", "3 02-02 20:00", "4 02-04 20:00"]
    assert (again.state, again.paused_at) == (RerunState.RUNNING, None)


def test_as_it_aired_it_goes_on_whole_weeks_later() -> None:
    found = rerun(as_aired(drama().episodes, MONDAY))
    since = found.at(found.slots[1]) + DAY
    again = resumed(replace(found, state=RerunState.PAUSED, paused_at=since), since + 7 * DAY)
    assert walls(again.slots)[:4] == ["1 01-05 20:00", "2 01-06 20:00", "3 01-19 20:00", "4 01-20 20:00"]


def test_a_pause_in_which_nothing_would_have_been_on_changes_no_date() -> None:
    found = rerun(as_aired(drama().episodes, MONDAY))
    since = found.at(found.slots[1]) + DAY
    again = resumed(replace(found, state=RerunState.PAUSED, paused_at=since), since + DAY)
    assert again.slots == found.slots


def test_skipping_moves_an_evening_and_all_after_it_to_those_that_follow() -> None:
    found = rerun(on_evenings(range(1, 4), rhythm(0, 2), LONG_AGO), weekdays=(0, 2))
    later = skipped(found, found.at(found.slots[0]))
    assert walls(later.slots) == ["1 01-05 20:00", "2 01-12 20:00", "3 01-14 20:00"]


def test_as_it_aired_skipping_moves_by_a_week() -> None:
    found = rerun(as_aired(drama().episodes, MONDAY))
    later = skipped(found, found.at(found.slots[1]))
    assert walls(later.slots)[:3] == ["1 01-05 20:00", "2 01-06 20:00", "3 01-19 20:00"]


def test_after_the_last_evening_there_is_nothing_to_skip() -> None:
    found = rerun(as_aired(drama().episodes, MONDAY))
    with pytest.raises(UserError, match=r"rerun\.over"):
        skipped(found, found.at(found.slots[-1]))


def test_extending_appends_what_follows() -> None:
    whole = drama()
    found = rerun(on_evenings([1, 2, 3], rhythm(0, 2, per_night=2), LONG_AGO), weekdays=(0, 2), per_night=2)
    longer = extended(found, whole, 6, LONG_AGO)
    # The last evening had room for one more.
    assert walls(longer.slots)[2:] == ["3 01-07 20:00", "4 01-07 20:00", "5 01-12 20:00", "6 01-12 20:00"]


def test_as_it_aired_extending_keeps_how_far_apart_they_were() -> None:
    whole = drama()
    found = rerun(as_aired(whole.episodes[:2], MONDAY))
    assert extended(found, whole, 6, LONG_AGO).slots == as_aired(whole.episodes, MONDAY)


def test_extending_to_what_it_has_is_refused() -> None:
    whole = drama()
    with pytest.raises(UserError, match=r"rerun\.not-longer"):
        extended(rerun(as_aired(whole.episodes[:3], MONDAY)), whole, 3, LONG_AGO)


@given(
    st.lists(st.sampled_from(("skip", "pause", "extend", "wait")), max_size=12),
    st.booleans(),
    st.integers(1, 3),
)
def test_whatever_happens_what_has_begun_keeps_its_date_and_the_order_stays(
    steps: list[str], own_days: bool, per_night: int
) -> None:
    whole = drama()
    slots = (
        on_evenings([1, 2, 3], rhythm(0, 2, per_night=per_night), LONG_AGO)
        if own_days
        else as_aired(whole.episodes[:3], MONDAY)
    )
    found = rerun(slots, weekdays=(0, 2) if own_days else None, per_night=per_night)
    now = found.at(found.slots[0]) - DAY
    for step in steps:
        begun = found.begun(now)
        try:
            if step == "skip":
                found = skipped(found, now)
            elif step == "extend":
                found = extended(found, whole, found.last_episode + 1, now) if found.last_episode < 6 else found
            elif step == "pause":
                paused = replace(found, state=RerunState.PAUSED, paused_at=now)
                now += 5 * DAY
                found = resumed(paused, now)
            else:
                now += 3 * DAY
        except UserError:
            continue
        assert found.slots[: len(begun)] == begun
        assert list(found.slots) == sorted(found.slots, key=lambda slot: slot.wall)
        assert [slot.episode for slot in found.slots] == list(range(1, len(found.slots) + 1))
        if step in ("skip", "pause"):
            assert all(found.at(slot) > now for slot in found.slots[len(begun) :])
