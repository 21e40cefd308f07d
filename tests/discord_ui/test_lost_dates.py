"""Reminders of an episode whose date is taken back: they wait until it has one again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.core.reminder import DueKind, DueState
from bot.core.show import Catalogue
from bot.core.zones import WallTime
from tests.discord_ui.stage import MIDDLE, Stage, buttons, is_private, said, stage
from tests.discord_ui.test_reminders import FOURTH, listed, received, remind, rows, settings, stamp, times
from tests.openapi import check_recorded

LEAD = timedelta(minutes=15)
LOST = "**Episode 4** has no date any more; I'll remind you when it gets one."


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


async def fourth_at(s: Stage, day: str | None) -> None:
    """Let the fourth episode air on another day, or on one that nobody knows, as after a reload."""
    show = s.companion.shows.default
    at = None if day is None else WallTime.parse(date.fromisoformat(day), "22:00", show.zone)
    episodes = tuple(
        replace(one, releases=tuple(replace(release, at=at) for release in one.releases)) if one.number == 4 else one
        for one in show.episodes
    )
    s.companion.shows.replace(Catalogue({show.id: replace(show, episodes=episodes)}))
    await s.companion.library.follow_schedules()


async def lost(s: Stage) -> None:
    """Ann, who waits for the fourth episode, is told that it has lost its date."""
    ann = s.person("ann")
    await remind(ann, s.general, episode=4)
    await fourth_at(s, None)
    await s.pass_time(minutes=2)
    [(_, message)] = received(ann)
    assert message.content.count(LOST) == 1


async def test_it_waits_and_its_owner_is_told_once(s: Stage) -> None:
    await lost(s)
    ann = s.people["ann"]
    assert "**The Defects, Episode 4 (15 minutes before)** · no date yet" in await listed(ann, s)
    await fourth_at(s, None)
    await s.pass_time(days=3)
    assert len(received(ann)) == 1
    assert await rows(s) == [(DueState.WITHDRAWN, None)]


async def test_it_follows_when_there_is_a_date_again(s: Stage) -> None:
    await lost(s)
    ann = s.people["ann"]
    await fourth_at(s, "2025-08-05")
    again = FOURTH + timedelta(days=7)
    assert stamp(again - LEAD) in await listed(ann, s)
    await s.pass_time(minutes=2)
    _, (_, message) = received(ann)
    assert f"**Episode 4** has a date now: {stamp(again)}. I'll remind you {stamp(again - LEAD)}." in message.content
    await s.pass_time(days=10)
    assert times(ann)[2:] == [again - LEAD]


async def test_the_same_date_again_is_told_too_once_people_know_that_it_was_lost(s: Stage) -> None:
    await lost(s)
    ann = s.people["ann"]
    await fourth_at(s, "2025-07-29")
    await s.pass_time(minutes=2)
    assert f"has a date now: {stamp(FOURTH)}" in received(ann)[1][1].content
    await s.pass_time(days=2)
    assert times(ann)[2:] == [FOURTH - LEAD]


async def test_what_is_lost_and_found_within_a_minute_is_not_told(s: Stage) -> None:
    ann = s.person("ann")
    await remind(ann, s.general, episode=4)
    await fourth_at(s, None)
    await s.pass_time(seconds=30)
    await fourth_at(s, "2025-07-29")
    await s.pass_time(days=2)
    assert times(ann) == [FOURTH - LEAD]
    assert [state for _, state, _ in await s.due(DueKind.MOVED)] == [DueState.DROPPED]


async def test_lost_and_found_elsewhere_within_a_minute_has_moved(s: Stage) -> None:
    ann = s.person("ann")
    await remind(ann, s.general, episode=4)
    await fourth_at(s, None)
    await s.pass_time(seconds=30)
    await fourth_at(s, "2025-07-30")
    await s.pass_time(minutes=2)
    [(_, message)] = received(ann)
    assert f"**Episode 4**: from {stamp(FOURTH)} to {stamp(FOURTH + timedelta(days=1))}." in message.content


async def test_found_and_lost_again_within_a_minute_is_not_told(s: Stage) -> None:
    await lost(s)
    ann = s.people["ann"]
    await fourth_at(s, "2025-08-05")
    await s.pass_time(seconds=30)
    await fourth_at(s, None)
    await s.pass_time(days=10)
    assert len(received(ann)) == 1


async def test_found_and_moved_within_a_minute_is_told_as_found(s: Stage) -> None:
    await lost(s)
    ann = s.people["ann"]
    await fourth_at(s, "2025-08-05")
    await s.pass_time(seconds=30)
    await fourth_at(s, "2025-08-06")
    await s.pass_time(minutes=2)
    assert f"has a date now: {stamp(FOURTH + timedelta(days=8))}" in received(ann)[1][1].content
    await s.pass_time(days=10)
    assert times(ann)[2:] == [FOURTH + timedelta(days=8) - LEAD]


async def test_a_wish_for_every_episode_waits_as_well(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "remind", every=True)
    await fourth_at(s, None)
    await s.pass_time(minutes=2)
    [(_, message)] = received(ann)
    assert LOST in message.content
    await fourth_at(s, "2025-08-05")
    await s.pass_time(days=10)
    assert FOURTH + timedelta(days=7) - LEAD in times(ann)
    assert FOURTH - LEAD not in times(ann)


async def test_quiet_hours_set_meanwhile_hold_for_the_date_that_it_gets(s: Stage) -> None:
    await lost(s)
    ann = s.people["ann"]
    await ann.slash(s.general, "timezone set", zone="UTC")
    await settings(ann, s, quiet="12:00-12:50")
    assert "no date yet" in await listed(ann, s)
    await fourth_at(s, "2025-08-05")
    await s.pass_time(days=10)
    assert times(ann)[2:] == [FOURTH + timedelta(days=7) - timedelta(minutes=10)]


async def test_what_waits_can_be_cancelled_and_is_no_more_told(s: Stage) -> None:
    await lost(s)
    ann = s.people["ann"]
    answer = await ann.slash(s.general, "reminders cancel", reminder=1)
    assert is_private(answer)
    await fourth_at(s, "2025-08-05")
    await s.pass_time(days=10)
    assert len(received(ann)) == 1


async def test_what_was_put_off_comes_when_its_owner_said(s: Stage) -> None:
    ann = s.person("ann")
    await remind(ann, s.general, episode=3)
    await s.pass_time(hours=3, minutes=45)
    [(_, message)] = received(ann)
    await ann.user.click(message, label="Snooze 1 hour")
    show = s.companion.shows.default
    episodes = tuple(
        replace(one, releases=tuple(replace(release, at=None) for release in one.releases)) if one.number == 3 else one
        for one in show.episodes
    )
    s.companion.shows.replace(Catalogue({show.id: replace(show, episodes=episodes)}))
    await s.companion.library.follow_schedules()
    await s.pass_time(hours=3)
    assert times(ann) == [MIDDLE + timedelta(hours=3, minutes=45), MIDDLE + timedelta(hours=4, minutes=45)]
    assert "Snooze 10 minutes" in buttons(received(ann)[1][1])
    assert "no such" not in said(await ann.user.click(received(ann)[1][1], label="Snooze 10 minutes"))
