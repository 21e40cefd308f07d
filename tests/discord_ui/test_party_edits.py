"""`/watch-party edit` and `next`, and parties that follow the schedule, as members meet them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.reminder import DueKind, DueState
from bot.core.show import Catalogue
from bot.core.zones import WallTime
from bot.store import parties
from tests.discord_ui.stage import Stage, buttons, discord, is_private, said, stage, text_of
from tests.openapi import check_recorded

#: Episode 3: Monday 28 July 2025, 22:00 in Seoul.
THIRD = datetime(2025, 7, 28, 13, tzinfo=UTC)


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


def stamp(at: datetime, style: str = "F") -> str:
    return f"<t:{int(at.timestamp())}:{style}>"


async def the_party(s: Stage) -> parties.Party:
    async with s.companion.database.read() as tx:
        found = await parties.get(tx, 1)
    assert found is not None
    return found


async def a_party(s: Stage, **options: Any) -> Any:
    """Ann's party for episode 3, to which Bo comes; the announcement."""
    ann, bo = s.person("ann"), s.person("bo")
    await ann.slash(s.general, "timezone set", zone="UTC")
    await ann.slash(s.general, "watch-party create", **{"episode": 3, "when": "today 20:00", **options})
    card = next(message for message in s.general.history() if "Watch party" in text_of(message))
    await bo.click(card, label="Going")
    return card


def moves(s: Stage) -> list[str]:
    return [body["content"] for body in s.posts(s.general) if "moved from" in (body.get("content") or "")]


async def air_third_at(s: Stage, day: str, time: str) -> None:
    """Let the third episode air at another time from now on, as after a reload."""
    show = s.companion.shows.default
    third = show.episodes[2]
    at = WallTime.parse(date.fromisoformat(day), time, show.zone)
    moved = replace(third, releases=tuple(replace(one, at=at) for one in third.releases))
    episodes = tuple(moved if one.number == 3 else one for one in show.episodes)
    s.companion.shows.replace(Catalogue({show.id: replace(show, episodes=episodes)}))
    await s.companion.library.follow_schedules()


async def test_guests_are_told_of_a_new_time_once_with_the_old_one_and_why(s: Stage) -> None:
    card = await a_party(s)
    ann, bo = s.people["ann"], s.people["bo"]
    was = datetime(2025, 7, 28, 20, tzinfo=UTC)
    changed = await ann.slash(s.general, "watch-party edit", party=1, when="today 21:00")
    assert is_private(changed)
    assert stamp(was + timedelta(hours=1)) in said(changed)
    assert "will be told" in said(changed)
    await ann.slash(s.general, "watch-party edit", party=1, when="today 22:00")
    assert moves(s) == []
    await s.restart()
    await s.pass_time(seconds=90)
    [told] = moves(s)
    assert stamp(was) in told
    assert stamp(was + timedelta(hours=2)) in told
    assert "host changed it" in told
    assert f"<@{bo.id}>" in told
    shown = next(message for message in s.general.history() if message.id == card.id)
    assert stamp(was + timedelta(hours=2)) in text_of(shown)
    await s.pass_time(hours=15)
    starts = [body["content"] for body in s.posts(s.general) if "starts now" in (body.get("content") or "")]
    assert len(starts) == 1, "the start comes once, at the new time"


async def test_a_change_back_within_a_minute_is_not_told(s: Stage) -> None:
    await a_party(s)
    ann = s.people["ann"]
    await ann.slash(s.general, "watch-party edit", party=1, when="today 21:00")
    back = await ann.slash(s.general, "watch-party edit", party=1, when="today 20:00")
    assert "will be told" not in said(back)
    await s.pass_time(minutes=5)
    assert moves(s) == []
    assert (await the_party(s)).moved_from is None


async def test_a_party_at_air_time_follows_the_schedule_and_says_why(s: Stage) -> None:
    await a_party(s, when="air time")
    assert (await the_party(s)).starts_at == THIRD
    await air_third_at(s, "2025-07-29", "23:00")
    moved = datetime(2025, 7, 29, 14, tzinfo=UTC)
    assert (await the_party(s)).starts_at == moved
    await s.pass_time(seconds=90)
    [told] = moves(s)
    assert stamp(THIRD) in told
    assert stamp(moved) in told
    assert "airs at another time" in told
    card = next(message for message in s.general.history() if "Watch party" in text_of(message))
    assert stamp(moved) in text_of(card)
    await s.pass_time(days=2)
    starts = await s.due(DueKind.PARTY_START)
    assert [state for _, state, _ in starts] == [DueState.WITHDRAWN, DueState.DELIVERED]


async def test_a_party_at_a_time_of_its_own_stays_where_it_is(s: Stage) -> None:
    await a_party(s)
    await air_third_at(s, "2025-07-29", "23:00")
    await s.pass_time(minutes=5)
    assert moves(s) == []
    assert (await the_party(s)).starts_at == datetime(2025, 7, 28, 20, tzinfo=UTC)


async def test_episode_title_note_and_lead_change_and_the_card_shows_it(s: Stage) -> None:
    card = await a_party(s, title="Popcorn night")
    ann = s.people["ann"]
    await ann.slash(s.general, "watch-party edit", party=1, episode=4, note="Bring <@1> tissues", lead="2 h")
    party = await the_party(s)
    assert (party.episode, party.title, party.note, party.lead_minutes) == (
        4,
        "Popcorn night",
        "Bring <@1> tissues",
        120,
    )
    shown = next(message for message in s.general.history() if message.id == card.id)
    assert "Episode 4" in text_of(shown)
    assert "Bring \\<\\@1> tissues" in text_of(shown)
    await ann.slash(s.general, "watch-party edit", party=1, title="-")
    party = await the_party(s)
    assert (party.title, party.note) == (None, "Bring <@1> tissues")


async def test_handing_over_makes_the_other_the_host(s: Stage) -> None:
    await a_party(s)
    ann, bo, cy = s.people["ann"], s.people["bo"], s.person("cy")
    await ann.slash(s.general, "watch-party edit", party=1, host=cy)
    assert (await the_party(s)).creator_id == cy.id
    refused = await ann.slash(s.general, "watch-party edit", party=1, when="today 22:00")
    assert "who hosts it" in said(refused)
    assert "who hosts it" in said(await bo.slash(s.general, "watch-party edit", party=1, title="mine"))
    assert "It is now" in said(await cy.slash(s.general, "watch-party edit", party=1, title="Cy's night"))


async def test_whoever_manages_events_may_change_a_party(s: Stage) -> None:
    await a_party(s)
    role = s.guild.create_role("events", permissions=discord.Permissions(manage_events=True))
    mod = s.person("mod", roles=[role])
    assert "It is now" in said(await mod.slash(s.general, "watch-party edit", party=1, episode=4))


async def test_in_another_channel_it_is_announced_anew_and_the_old_card_points_there(s: Stage) -> None:
    card = await a_party(s)
    ann = s.people["ann"]
    await ann.slash(s.general, "watch-party edit", party=1, channel=s.den)
    await s.pass_time(seconds=5)
    there = s.den.last_message
    assert "Watch party" in text_of(there)
    old = next(message for message in s.general.history() if message.id == card.id)
    assert f"<#{s.den.id}>" in text_of(old)
    assert buttons(old) == {}
    assert (await the_party(s)).message_id == there.id


async def test_an_unclear_time_is_asked_back_and_the_rest_is_done(s: Stage) -> None:
    await a_party(s)
    ann = s.people["ann"]
    asked = await ann.slash(s.general, "watch-party edit", party=1, when="fri at 9", title="Later")
    assert (await the_party(s)).title == "Later"
    label = next(iter(buttons(asked.response)))
    await s.restart()
    await ann.click(asked.response, label=label)
    assert (await the_party(s)).starts_at.weekday() == 4


async def test_what_cannot_be_changed_is_said(s: Stage) -> None:
    await a_party(s)
    ann = s.people["ann"]
    assert "what is to be different" in said(await ann.slash(s.general, "watch-party edit", party=1))
    assert "no such watch party" in said(await ann.slash(s.general, "watch-party edit", party=99, title="x"))
    assert "is over" in said(await ann.slash(s.general, "watch-party edit", party=1, when="yesterday"))
    assert "has no episode 99" in said(await ann.slash(s.general, "watch-party edit", party=1, episode=99))
    assert "80 fit" in said(await ann.slash(s.general, "watch-party edit", party=1, title="x" * 81))
    await s.pass_time(hours=12)
    assert "already begun" in said(await ann.slash(s.general, "watch-party edit", party=1, title="x"))


async def test_next_is_the_one_that_one_comes_to_else_the_one_planned_here(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    assert "None is planned" in said(await bo.slash(s.general, "watch-party next"))
    await a_party(s, when="tomorrow 20:00")
    await ann.slash(s.general, "watch-party create", episode=4, when="today 20:00")
    mine = await bo.slash(s.general, "watch-party next")
    assert is_private(mine)
    assert "You are coming" in said(mine)
    assert "Episode 3" in said(mine)
    assert "https://discord.com/channels/" in said(mine)
    other = said(await s.person("cy", "ko").slash(s.general, "watch-party next"))
    assert "4화" in other
