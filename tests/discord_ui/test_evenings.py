"""`/watch-party history`, as members meet it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import discord
import pytest
from simcord.builders import ChannelHandle
from simcord.enums import ChannelType

from bot.store import parties
from tests.discord_ui.stage import Stage, buttons, is_private, said, stage
from tests.openapi import check_recorded

FIRST = datetime(2025, 7, 28, 20, tzinfo=UTC)


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


def stamp(at: datetime) -> str:
    return f"<t:{int(at.timestamp())}:F>"


async def test_history_tells_what_has_begun_and_how_many_had_said_that_they_come(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo", locale="ko")
    assert "No party has begun" in said(await ann.slash(s.general, "watch-party history"))
    await ann.slash(s.general, "timezone set", zone="UTC")
    written = {"title": "Pizza", "note": "And salad"}
    run = {"episode": 2, "last-episode": 3}
    await ann.slash(s.general, "watch-party create", when="today 20:00", **run, **written)
    card = next(message for message in s.general.history() if buttons(message))
    await bo.click(card, label="Going")
    await ann.slash(s.general, "watch-party create", episode=1, when="today 21:00")
    await ann.slash(s.general, "watch-party cancel", party=2)
    await ann.slash(s.general, "watch-party create", episode=4, when="tomorrow 20:00")
    # What is only planned isn't history.
    assert "No party has begun" in said(await ann.slash(s.general, "watch-party history"))
    await s.pass_time(hours=16)
    told = await ann.slash(s.general, "watch-party history")
    assert is_private(told)
    lines = [line for line in said(told).splitlines() if line.startswith("- ")]
    assert len(lines) == 1
    assert stamp(FIRST) in lines[0]
    assert "Episodes 2-3" in lines[0]
    assert "2 had said" in lines[0]
    # What somebody wrote for one channel isn't told in another.
    assert "Pizza" not in said(told)
    assert "salad" not in said(told)
    assert "2명" in said(await bo.slash(s.general, "watch-party history"))


async def test_history_turns_its_pages_in_place_also_after_a_restart(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    for host, hours in ((ann, range(1, 9)), (bo, range(9, 13))):
        for hour in hours:
            await host.slash(s.general, "watch-party create", episode=1, when=f"in {hour} h")
    async with s.companion.database.read() as tx:
        planned = await parties.upcoming(tx, s.guild.id, s.clock.now())
    assert len(planned) == 12
    second_held, last_held = stamp(planned[1].starts_at), stamp(planned[-1].starts_at)
    await s.pass_time(hours=13)
    first = await ann.slash(s.general, "watch-party history")
    shown = buttons(first.response)
    assert [shown[label]["disabled"] for label in ("Previous", "Next")] == [True, False]
    assert last_held in said(first)
    assert second_held not in said(first)
    await s.restart()
    assert first.response is not None
    await ann.click(first.response, label="Next")
    second = s.env.backend.get_message(first.response.channel_id, first.response.id)
    assert second_held in str(second.components)
    assert last_held not in str(second.components)
    assert "Page 2 of 2" in str(second.components)


async def test_what_happens_in_a_channel_that_one_may_not_see_is_kept_from_one(s: Stage) -> None:
    mod = s.guild.create_role("mod", permissions=discord.Permissions(manage_events=True))
    ann, bo, cy = s.person("ann", roles=[mod]), s.person("bo"), s.person("cy")
    await ann.slash(s.general, "timezone set", zone="UTC")
    await ann.slash(s.den, "watch-party create", episode=1, when="today 20:00", title="Behind doors")
    await bo.click(s.den.history()[0], label="Going")
    await s.forbid(s.den, s.guild.default_role.id, role=True, view_channel=True)
    for command in ("watch-party list", "watch-party next"):
        told = said(await cy.slash(s.general, command))
        assert "None is planned" in told
        assert "Behind doors" not in told
        # Whoever comes there or plans it has seen it.
        assert "Episode 1" in said(await bo.slash(s.general, command))
        assert "Episode 1" in said(await ann.slash(s.general, command))
    await ann.slash(s.general, "watch-party create", episode=2, when="today 21:00")
    assert "Episode 2" in said(await cy.slash(s.general, "watch-party next"))
    await s.pass_time(hours=14)
    history = said(await cy.slash(s.general, "watch-party history"))
    assert "Episode 2" in history
    assert "Episode 1" not in history


async def test_what_happens_in_a_private_thread_is_kept_from_those_outside(s: Stage) -> None:
    ann, cy = s.person("ann"), s.person("cy")
    made = s.env.backend.create_thread(s.general.id, "aside", ann.id, type=ChannelType.PRIVATE_THREAD)
    aside = ChannelHandle(s.env, s.guild, made)
    s.env.backend.add_thread_member(aside.id, s.env.backend.bot_user.id)
    await s.env.settle()
    await ann.slash(aside, "watch-party create", episode=1, when="in 2 h")
    assert "Episode 1" in said(await ann.slash(s.general, "watch-party list"))
    assert "None is planned" in said(await cy.slash(s.general, "watch-party list"))
    await s.pass_time(hours=4)
    assert "No party has begun" in said(await cy.slash(s.general, "watch-party history"))
    # Whoever is in the thread sees it there.
    assert "Episode 1" in said(await ann.slash(aside, "watch-party history"))
