"""Watching together, as those who do it meet it: start, pauses, latecomers, and who watched."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.core.reminder import DueKind, DueState
from bot.store import ceilings, progress
from tests.discord_ui.answers import press
from tests.discord_ui.stage import AFTER, Stage, buttons, components, filled, is_private, said, stage, text_of
from tests.openapi import check_recorded


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    """All eight episodes have aired; it is Monday 1 September 2025, 09:00 UTC."""
    async with stage(tmp_path, at=AFTER) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


async def begun(s: Stage, **options: Any) -> Any:
    """Ann's party for episode 7 with Bo as a guest, at its hour; the message that says so."""
    ann, bo = s.person("ann"), s.person("bo")
    await ann.slash(s.general, "timezone set", zone="UTC")
    await ann.slash(s.general, "watch-party create", **{"episode": 7, "when": "in 1 h", "lead": "15 min", **options})
    await bo.click(s.general.history()[-1], label="Going")
    await s.pass_time(hours=1, seconds=1)
    [at_the_hour] = [one for one in s.general.history() if "starts now" in one.content]
    return at_the_hour


def card(s: Stage) -> Any:
    """The message that shows what the party is at."""
    return next(one for one in reversed(s.general.history()) if "c1:where:" in str(components(one)) or is_over(one))


def is_over(message: Any) -> bool:
    return "Over." in text_of(message)


def shown(s: Stage) -> str:
    return text_of(card(s))


def asked(s: Stage) -> Any:
    [found] = [one for one in s.general.history() if "Who watched it?" in one.content]
    return found


async def test_three_two_one_comes_at_exact_seconds_and_all_see_when_to_press_play(s: Stage) -> None:
    at_the_hour = await begun(s)
    await s.pass_time(seconds=0.4)
    pressed = s.clock.now()
    await s.people["ann"].click(at_the_hour, label="Start")
    plays_at = (pressed + timedelta(seconds=10)).replace(microsecond=0) + timedelta(seconds=1)
    assert f"<t:{int(plays_at.timestamp())}:T>" in shown(s)
    assert "**0:00**" in shown(s)
    for left in (3, 2, 1):
        await s.pass_time(seconds=(plays_at - timedelta(seconds=left) - s.clock.now()).total_seconds() - 0.01)
        assert f"# {left}" not in shown(s), "not a moment early"
        await s.pass_time(seconds=0.02)
        assert f"# {left}" in shown(s)
    await s.pass_time(seconds=0.97)
    assert "Play!" not in shown(s)
    await s.pass_time(seconds=0.02)
    assert "Play!" in shown(s)
    assert f"<t:{int(plays_at.timestamp())}:R>" in shown(s)
    await s.pass_time(seconds=5)
    assert "Play!" not in shown(s)
    assert "Playing" in shown(s)
    # Pressed again it is where it was.
    again = await s.people["ann"].click(at_the_hour, label="Start")
    assert is_private(again)
    assert str(card(s).id) in said(again)


async def test_a_countdown_that_a_restart_cuts_off_is_playing_all_the_same(s: Stage) -> None:
    await s.people.get("ann", s.person("ann")).slash(s.general, "timezone set", zone="UTC")
    at_the_hour = await begun(s)
    await s.people["ann"].click(at_the_hour, label="Start")
    await s.restart(minutes=5)
    await s.pass_time(seconds=5)
    assert "Playing" in shown(s)
    where = await s.people["bo"].click(card(s), label="Where are we?")
    assert "**5:" in said(where)


async def test_pauses_are_left_out_of_the_count_and_it_goes_on_together(s: Stage) -> None:
    at_the_hour = await begun(s)
    ann, bo = s.people["ann"], s.people["bo"]
    await ann.click(at_the_hour, label="Start")
    await s.pass_time(minutes=24)
    refused = await bo.click(card(s), label="Pause")
    assert is_private(refused)
    assert ann.mention in said(refused)
    await ann.click(card(s), label="Pause")
    [position] = re.findall(r"Paused at \*\*(23:[45]\d)\*\*", shown(s))
    await s.pass_time(minutes=7)
    assert f"**{position}**" in said(await bo.click(card(s), label="Where are we?"))
    await ann.click(card(s), label="Go on")
    assert f"**{position}**" in shown(s)
    await s.pass_time(seconds=20)
    assert "Playing" in shown(s)
    begun_at = int(re.findall(r"<t:(\d+):R>", shown(s))[0])
    assert 23 * 60 < s.clock.now().timestamp() - begun_at < 25 * 60
    # Pressing what is on an old message of the same card twice changes nothing.
    before = shown(s)
    await press(ann, card(s), "c1:resume:1")()
    assert shown(s) == before


async def test_latecomers_are_told_where_to_put_their_player(s: Stage) -> None:
    at_the_hour = await begun(s)
    ann, bo = s.people["ann"], s.people["bo"]
    assert "Nobody has started" in said(await press(bo, at_the_hour, "c1:where:1")())
    await ann.click(at_the_hour, label="Start")
    await s.pass_time(minutes=30)
    told = await bo.click(card(s), label="Where are we?")
    assert is_private(told)
    [minute, second] = map(int, re.findall(r"Put your player to \*\*(\d+):(\d\d)\*\*", said(told))[0])
    [at] = map(int, re.findall(r"<t:(\d+):T>", said(told)))
    plays_at = int(re.findall(r"<t:(\d+):R>", shown(s))[0])
    assert at - plays_at == minute * 60 + second, "then they are where the others are"
    assert 5 <= at - s.clock.now().timestamp() <= 15
    form = await bo.click(card(s), label="I'm at …")
    unclear = await bo.submit_modal(form, filled(form, {0: "the kitchen"}))
    assert "24:10" in said(unclear)
    form = await bo.click(card(s), label="I'm at …")
    behind = await bo.submit_modal(form, filled(form, {0: "20"}))
    assert is_private(behind)
    assert re.search(r"\*\*9:\d\d\*\* behind", said(behind))
    assert "Everybody is at" not in str(behind.response.components)
    form = await bo.click(card(s), label="I'm at …")
    ahead = await bo.submit_modal(form, filled(form, {0: "1:00:00"}))
    assert re.search(r"\*\*30:\d\d\*\* ahead", said(ahead))


async def test_the_host_says_where_everybody_is(s: Stage) -> None:
    at_the_hour = await begun(s)
    ann, bo = s.people["ann"], s.people["bo"]
    await ann.click(at_the_hour, label="Start")
    await s.pass_time(minutes=30)
    form = await ann.click(card(s), label="I'm at …")
    compared = await ann.submit_modal(form, filled(form, {0: "20:00"}))
    # Whenever it is pressed, it is that moment that counts.
    await s.pass_time(minutes=1)
    await ann.click(compared.response, label="Everybody is at 20:00")
    form = await bo.click(card(s), label="I'm at …")
    assert "in step" in said(await bo.submit_modal(form, filled(form, {0: "21:00"})))


async def test_several_episodes_each_begin_together(s: Stage) -> None:
    at_the_hour = await begun(s, **{"last-episode": 8})
    ann, bo = s.people["ann"], s.people["bo"]
    await ann.click(at_the_hour, label="Start")
    await s.pass_time(minutes=65)
    assert "Episode 7" in shown(s)
    await ann.click(card(s), label="Next: Episode 8")
    await s.pass_time(seconds=20)
    assert "Episode 8" in shown(s)
    assert not [label for label in buttons(card(s)) if label.startswith("Next")]
    told = said(await bo.click(card(s), label="Where are we?"))
    assert "Episode 8 is playing" in told
    assert "**0:" in told
    await ann.click(card(s), label="End")
    await s.pass_time(seconds=5)
    assert "Episodes 7-8" in asked(s).content


async def test_who_may_start_and_when(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    mod = s.guild.create_role("mod", permissions=discord.Permissions(manage_events=True))
    cy, dee = s.person("cy", roles=[mod]), s.person("dee")
    await ann.slash(s.general, "timezone set", zone="UTC")
    await ann.slash(s.general, "watch-party create", episode=7, when="in 1 h")
    invitation = s.general.history()[-1]
    await bo.click(invitation, label="Going")
    assert "too early" in said(await press(ann, invitation, "c1:start:1:00ff")())
    await s.pass_time(hours=1, seconds=1)
    for person in (bo, dee):
        refused = await press(person, invitation, "c1:start:1:00ff")()
        assert is_private(refused)
        assert ann.mention in said(refused)
    await s.pass_time(minutes=11)
    # Ann doesn't come; whoever is going needn't wait any longer, whoever isn't can't.
    assert ann.mention in said(await press(dee, invitation, "c1:start:1:00ff")())
    await press(bo, invitation, "c1:start:1:00ff")()
    await s.pass_time(minutes=5)
    await bo.click(card(s), label="Pause")
    assert "Paused" in shown(s)
    await cy.click(card(s), label="Go on")
    await s.pass_time(seconds=15)
    assert "Playing" in shown(s)


async def test_afterwards_it_is_asked_who_watched_and_their_progress_is_marked(s: Stage) -> None:
    at_the_hour = await begun(s)
    ann, bo, cy = s.people["ann"], s.people["bo"], s.person("cy", locale="ko")
    await ann.slash(s.general, "progress set", episode=6)
    await ann.click(at_the_hour, label="Start")
    await s.pass_time(minutes=30)
    await ann.click(card(s), label="Pause")
    await s.pass_time(minutes=50)
    # Without the pause it would have been over by now.
    assert not [one for one in s.general.history() if "Who watched it?" in one.content]
    await ann.click(card(s), label="Go on")
    await s.pass_time(hours=1)
    assert "Over." in shown(s)
    marked = await ann.click(asked(s), label="I watched it")
    [followup] = marked.followups
    assert followup.ephemeral
    assert "up to **episode 7**" in text_of(followup)
    assert f"(1): {ann.mention}" in asked(s).content
    apart = await bo.click(asked(s), label="I watched it")
    [gap] = apart.followups
    assert "up to episode 0" in text_of(gap)
    await cy.click(asked(s), label="I watched it")
    assert f"(3): {ann.mention} {bo.mention} {cy.mention}" in asked(s).content
    async with s.companion.database.read() as tx:
        seen = await progress.get(tx, bo.id, "the-defects")
    assert seen is not None
    assert (seen.up_to, seen.apart) == (0, {7})
    assert "already" in said(await bo.click(asked(s), label="I watched it"))
    # What was pressed by mistake is taken back.
    await bo.click(gap, label="Undo")
    await bo.click(gap, label="Take my name off")
    assert f"(2): {ann.mention} {cy.mention}" in asked(s).content
    history = said(await bo.slash(s.general, "watch-party history"))
    assert f"Watched (2): {ann.mention} {cy.mention}" in history
    # Nobody is pinged by any of it.
    for one in s.env.http_requests:
        if "Who watched it?" in str(one.json):
            allowed = one.json.get("data", one.json)["allowed_mentions"]
            assert (allowed["parse"], allowed.get("users", [])) == ([], [])


async def test_a_thread_for_it_is_open_up_to_what_was_watched(s: Stage) -> None:
    await begun(s)
    await s.pass_time(hours=2)
    [thread] = s.general.threads
    assert thread.name == "The Defects · Episode 7"
    assert thread.id == asked(s).id
    async with s.companion.database.read() as tx:
        assert await ceilings.get(tx, thread.id, "the-defects") == 7
    assert f"<#{thread.id}>" in said(await s.people["bo"].slash(s.general, "watch-party history"))
    assert "up to **episode 7**" in said(await s.people["bo"].slash(thread, "spoilers ceiling show"))


async def test_where_no_thread_may_be_made_the_question_says_what_is_missing(s: Stage) -> None:
    await s.forbid(s.general, s.guild.default_role.id, role=True, create_public_threads=True)
    await begun(s)
    await s.pass_time(hours=2)
    assert "Create Public Threads" in asked(s).content
    assert s.general.threads == []


async def test_the_question_and_its_thread_come_once_also_where_a_request_is_lost(s: Stage) -> None:
    await begun(s)
    s.env.inject_error("POST", "/channels/*/messages/*/threads", status=503)
    await s.pass_time(hours=2)
    asked(s)
    assert len(s.general.threads) == 1


async def test_a_party_in_a_thread_gets_no_other_thread(s: Stage) -> None:
    ann = s.person("ann")
    made = s.env.backend.create_thread(s.general.id, "Episode 7", ann.id)
    await s.env.settle()
    place = type(s.general)(s.env, s.guild, made)
    await ann.slash(place, "timezone set", zone="UTC")
    await ann.slash(place, "watch-party create", episode=7, when="in 1 h")
    await s.pass_time(hours=3)
    [question] = [one for one in place.history() if "Who watched it?" in one.content]
    assert "Threads" not in question.content


async def test_nobody_watched_what_has_not_begun_or_was_cancelled(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="UTC")
    await ann.slash(s.general, "watch-party create", episode=7, when="in 1 h")
    invitation = s.general.history()[-1]
    early = await press(ann, invitation, "c1:watched:1:00ff")()
    assert "only begins" in said(early)
    await ann.slash(s.general, "watch-party cancel", party=1)
    assert "cancelled" in said(await press(ann, invitation, "c1:watched:1:00ff")())
    await s.pass_time(hours=5)
    assert (DueKind.PARTY_OVER, DueState.WITHDRAWN, None) in await s.due(DueKind.PARTY_OVER)
    assert not [one for one in s.general.history() if "Who watched it?" in one.content]


async def test_a_party_that_moves_is_asked_about_after_its_new_hour(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="UTC")
    await ann.slash(s.general, "watch-party create", episode=7, when="in 1 h")
    await ann.slash(s.general, "watch-party edit", party=1, when="in 10 h")
    await s.pass_time(hours=9)
    assert not [one for one in s.general.history() if "Who watched it?" in one.content]
    await s.pass_time(hours=3)
    asked(s)


async def test_a_second_run_goes_on_with_what_is_watched_together(s: Stage) -> None:
    await begun(s)
    bo = s.people["bo"]
    await bo.slash(s.general, "progress set", episode=8)
    await bo.slash(s.general, "progress rewatch", episode=6)
    await s.pass_time(hours=2)
    await bo.click(asked(s), label="I watched it")
    async with s.companion.database.read() as tx:
        seen = await progress.get(tx, bo.id, "the-defects")
    assert seen is not None
    assert (seen.up_to, seen.rewatch) == (8, 7)
