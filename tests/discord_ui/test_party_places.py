"""Parties in full: the form, several episodes, places and the waiting list, a role, and who is ready."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.party import Answer
from bot.core.reminder import DueKind, DueState
from bot.store import parties
from tests.discord_ui.answers import answers, press
from tests.discord_ui.stage import AFTER, Stage, buttons, discord, filled, is_private, said, stage, text_of
from tests.openapi import check_recorded

WHERE = "Where to announce it; here if left out"


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


@pytest.fixture
async def after(tmp_path: Path) -> AsyncIterator[Stage]:
    """All eight episodes have aired."""
    async with stage(tmp_path, at=AFTER) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


async def the_party(s: Stage, party_id: int = 1) -> parties.Party:
    async with s.companion.database.read() as tx:
        found = await parties.get(tx, party_id)
    assert found is not None
    return found


async def a_party(s: Stage, **options: Any) -> Any:
    """Ann's party in four hours, by default for episode 3; the announcement."""
    ann = s.person("ann")
    answer = await ann.slash(s.general, "watch-party create", **{"episode": 3, "when": "in 4h", **options})
    assert "Planned" in said(answer), said(answer)
    return card(s)


def card(s: Stage) -> Any:
    return next(message for message in s.general.history() if "Watch party" in text_of(message))


def posts(s: Stage, text: str) -> list[dict[str, Any]]:
    return [body for body in s.posts(s.general) if text in (body.get("content") or "")]


# ----------------------------------------------------------------- the form


async def test_a_party_is_planned_in_a_form_alone(s: Stage) -> None:
    ann = s.person("ann")
    shown = await ann.slash(s.general, "watch-party create")
    typed = {
        "Episode": "3-4",
        "When, in your time zone": "in 4h",
        WHERE: [s.den],
        "Title": "Popcorn night",
        "A word to the guests": "Bring tissues.",
    }
    answer = await ann.submit_modal(shown, filled(shown, typed))
    assert is_private(answer)
    assert "The Defects · Episodes 3-4" in said(answer)
    party = await the_party(s)
    assert (party.episodes, party.title, party.note) == ((3, 4), "Popcorn night", "Bring tissues.")
    [announced] = s.den.history()
    assert "Episodes 3-4" in text_of(announced)
    assert "Bring tissues." in text_of(announced)


async def test_the_form_keeps_what_was_given_as_options(s: Stage) -> None:
    ann = s.person("ann")
    shown = await ann.slash(
        s.general, "watch-party create", when="in 4h", title="Popcorn", capacity=2, lead="10 min", channel=s.den
    )
    await ann.submit_modal(shown, filled(shown, {"Episode": "episode 3", WHERE: [s.den]}))
    party = await the_party(s)
    assert (party.episode, party.title, party.capacity, party.lead_minutes) == (3, "Popcorn", 2, 10)


async def test_a_mistake_in_the_form_loses_nothing_that_was_typed(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="Europe/London")
    shown = await ann.slash(s.general, "watch-party create", lead="10 min", capacity=5)
    typed = {
        "Episode": "3",
        "When, in your time zone": "half past cheese",
        "Title": "**Popcorn** ||night||",
        "A word to the guests": "> 1. Bring *tissues* & <@123>",
        WHERE: [s.den],
    }
    refused = await ann.submit_modal(shown, filled(shown, typed))
    assert is_private(refused)
    assert "half past cheese" in said(refused)
    await s.restart()
    again = await ann.click(refused.response, label="Open the form again")
    corrected = {"When, in your time zone": "in 4h", WHERE: [s.den]}
    answer = await ann.submit_modal(again, filled(again, corrected))
    assert "Planned" in said(answer)
    party = await the_party(s)
    assert (party.title, party.note) == (typed["Title"], typed["A word to the guests"])
    assert (party.lead_minutes, party.capacity, party.channel_id) == (10, 5, s.den.id)


@pytest.mark.parametrize("typed", ["soon", "0", "9", "3-1", "1-99", "٣", "7 and a half", "1-2-3"])
async def test_an_episode_that_is_none_is_explained(s: Stage, typed: str) -> None:
    ann = s.person("ann")
    shown = await ann.slash(s.general, "watch-party create", when="in 4h")
    answer = await ann.submit_modal(shown, filled(shown, {"Episode": typed}))
    assert is_private(answer)
    assert "Open the form again" in buttons(answer.response)
    assert len(said(answer)) > 30
    assert await s.due() == []


async def test_what_was_written_where_more_was_open_stays_behind_the_horizon_through_the_form(s: Stage) -> None:
    boss = s.person("boss", roles=[s.guild.create_role("all", permissions=discord.Permissions.all())])
    await boss.slash(s.den, "spoilers ceiling set", episode=2)
    shown = await boss.slash(s.den, "watch-party create", title="Mind the twist", when="in 4h")
    await boss.slash(s.den, "spoilers ceiling set", episode=0)
    refused = await boss.submit_modal(shown, filled(shown, {"Episode": "99"}))
    again = await boss.click(refused.response, label="Open the form again")
    await boss.submit_modal(again, filled(again, {"Episode": "3"}))
    assert (await the_party(s)).text_after == 2


# ----------------------------------------------------------- several episodes


async def test_several_episodes_start_once_the_last_has_aired_and_end_with_it(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await ann.slash(s.general, "watch-party create", episode=3, when="air time", **{"last-episode": 4})
    party = await the_party(s)
    assert party.episodes == (3, 4)
    # Episode 4: Tuesday 29 July, 22:00 in Seoul.
    assert party.starts_at == datetime(2025, 7, 29, 13, tzinfo=UTC)
    await s.pass_time(days=1, hours=5, minutes=40)
    late = await bo.click(card(s), label="Going")
    assert "over" not in said(late), "two episodes of an hour are still on"
    await s.pass_time(minutes=30)
    assert "over" in said(await bo.click(card(s), label="Maybe"))


async def test_the_run_of_episodes_can_be_changed(s: Stage) -> None:
    await a_party(s)
    ann = s.people["ann"]
    await ann.slash(s.general, "watch-party edit", party=1, **{"last-episode": 5})
    assert (await the_party(s)).episodes == (3, 4, 5)
    assert "Episodes 3-5" in text_of(card(s))
    await ann.slash(s.general, "watch-party edit", party=1, title="Long night")
    assert (await the_party(s)).episodes == (3, 4, 5)
    await ann.slash(s.general, "watch-party edit", party=1, episode=2)
    assert (await the_party(s)).episodes == (2,)
    refused = await ann.slash(s.general, "watch-party edit", party=1, **{"last-episode": 1})
    assert "Put the earlier one first" in said(refused)


# ------------------------------------------------------------------- places


async def test_when_all_places_are_taken_one_waits_and_is_told_when_there_is_one(s: Stage) -> None:
    invitation = await a_party(s, capacity=2)
    ann, bo, cy, dee = (s.person(name) for name in ("ann", "bo", "cy", "dee"))
    await bo.click(invitation, label="Going")
    told = await cy.click(invitation, label="Going")
    assert "number 1 on the waiting list" in said(told)
    told = await dee.click(invitation, label="Going")
    assert "number 2 on the waiting list" in said(told)
    text = text_of(card(s))
    assert f"**Going** (2 of 2): {ann.mention} {bo.mention}" in text
    assert f"**Waiting list** (2): {cy.mention} {dee.mention}" in text
    await bo.click(invitation, label="Can't")
    await s.pass_time(seconds=5)
    [place] = posts(s, "A place is free")
    assert place["allowed_mentions"]["users"] == [cy.id]
    assert f"**Going** (2 of 2): {ann.mention} {cy.mention}" in text_of(card(s))
    await s.pass_time(hours=3, minutes=40)
    [lead] = posts(s, "the watch party starts")
    assert set(lead["allowed_mentions"]["users"]) == {ann.id, cy.id}, "who waits is not called"


async def test_whoever_no_longer_waits_is_not_told(s: Stage) -> None:
    invitation = await a_party(s, capacity=1)
    bo = s.person("bo")
    await bo.click(invitation, label="Going")
    await bo.click(invitation, label="Can't")
    await s.people["ann"].slash(s.general, "watch-party edit", party=1, capacity=5)
    await s.pass_time(minutes=1)
    assert posts(s, "A place is free") == []


async def test_more_places_let_all_in_who_wait_and_fewer_than_are_taken_are_refused(s: Stage) -> None:
    invitation = await a_party(s, capacity=1)
    ann, bo, cy = (s.person(name) for name in ("ann", "bo", "cy"))
    await bo.click(invitation, label="Going")
    await cy.click(invitation, label="Going")
    await ann.slash(s.general, "watch-party edit", party=1, capacity=0)
    await s.pass_time(seconds=5)
    [place] = posts(s, "A place is free")
    assert set(place["allowed_mentions"]["users"]) == {bo.id, cy.id}
    refused = await ann.slash(s.general, "watch-party edit", party=1, capacity=2)
    assert "3 are going already" in said(refused)
    assert (await the_party(s)).capacity is None


@pytest.mark.parametrize("capacity", [-1, 0, 1001])
async def test_no_places_are_none(s: Stage, capacity: int) -> None:
    ann = s.person("ann")
    answer = await ann.slash(s.general, "watch-party create", episode=3, when="in 4h", capacity=capacity)
    assert "1 to 1000 places" in said(answer)
    assert await s.due() == []


async def test_whoever_takes_a_full_party_over_has_a_place(s: Stage) -> None:
    invitation = await a_party(s, capacity=1)
    bo = s.person("bo")
    await s.people["ann"].slash(s.general, "watch-party edit", party=1, host=bo)
    assert f"**Going** (2 of 1): {s.people['ann'].mention} {bo.mention}" in text_of(card(s))
    assert invitation.id == card(s).id


# --------------------------------------------------------------------- role


async def test_the_announcement_mentions_a_role_that_may_be_mentioned_once(s: Stage) -> None:
    fans = s.guild.create_role("fans", mentionable=True)
    await a_party(s, role=fans)
    [body] = s.posts(s.general)
    assert body["allowed_mentions"] == {"parse": [], "roles": [fans.id], "users": []}
    assert f"<@&{fans.id}>" in text_of(card(s))
    await s.person("bo").click(card(s), label="Going")
    await s.pass_time(hours=4, minutes=1)
    for body in s.posts(s.general)[1:]:
        assert not body["allowed_mentions"].get("roles")
    for entry in s.env.http_requests:
        if entry.method == "PATCH" and entry.json:
            assert not (entry.json.get("allowed_mentions") or {}).get("roles")


async def test_a_role_that_its_planner_may_not_mention_is_refused(s: Stage) -> None:
    mods = s.guild.create_role("mods", mentionable=False)
    ann = s.person("ann")
    answer = await ann.slash(s.general, "watch-party create", episode=3, when="in 4h", role=mods)
    assert "You may not mention" in said(answer)
    boss = s.person("boss", roles=[s.guild.create_role("all", permissions=discord.Permissions.all())])
    answer = await boss.slash(s.general, "watch-party create", episode=3, when="in 4h", role=s.guild.default_role)
    assert "never mention everyone" in said(answer)
    assert await s.due() == []


# --------------------------------------------------------------------- ready


async def test_the_host_reads_how_many_would_be_spoiled_and_not_who(after: Stage) -> None:
    s = after
    invitation = await a_party(s, episode=7)
    ann = s.people["ann"]
    await ann.slash(s.general, "progress set", episode=8)
    guests = {name: s.person(name) for name in ("bo", "cy", "dee", "eve", "flo")}
    for name, episode in (("bo", 6), ("cy", 4), ("dee", 3), ("eve", 8)):
        await guests[name].slash(s.general, "progress set", episode=episode)
    for guest in guests.values():
        await guest.click(invitation, label="Going")
    panel = await ann.click(invitation, label="Am I ready?")
    assert is_private(panel)
    text = said(panel)
    assert "2 of 6 would be spoiled by Episode 7" in text
    assert "One has not said" in text
    assert not any(guest.mention in text for guest in guests.values())
    assert "none of them has missed is Episode 4" in text
    await guests["dee"].slash(s.general, "progress share", on=True)
    text = said(await ann.click(invitation, label="Am I ready?"))
    assert guests["dee"].mention in text
    assert guests["cy"].mention not in text
    other = said(await guests["bo"].click(invitation, label="Am I ready?"))
    assert "You are ready" in other
    assert "spoiled" not in other, "for its host alone"
    chosen = await ann.click(panel.response, label="Watch Episode 4 instead")
    assert "It will be Episode 4" in said(chosen)
    assert "Episode 4" in text_of(card(s))
    assert "Of 6, nobody" in said(await ann.click(invitation, label="Am I ready?"))


async def test_of_a_single_guest_who_keeps_it_to_themselves_the_host_reads_nothing(after: Stage) -> None:
    s = after
    invitation = await a_party(s, episode=7)
    bo = s.person("bo")
    await bo.slash(s.general, "progress set", episode=2)
    await bo.click(invitation, label="Going")
    text = said(await s.people["ann"].click(invitation, label="Am I ready?"))
    assert "Of 2, nobody who has said" in text
    assert "keeps it to themselves" in text
    assert "Episode 3" not in text


async def test_whoever_is_behind_is_offered_a_plan_that_ends_before_the_party(after: Stage) -> None:
    s = after
    invitation = await a_party(s, episode=7, when="in 4 days")
    bo, cy, dee = s.person("bo"), s.person("cy"), s.person("dee")
    await bo.slash(s.general, "timezone set", zone="Europe/London")
    await bo.slash(s.general, "progress set", episode=4)
    offered = await bo.click(invitation, label="Going")
    assert all(message.ephemeral for message in offered.followups)
    assert "you have still to see: 5-6" in said(offered)
    [followup] = offered.followups
    plan = await bo.click(followup, label="Plan to catch up")
    assert "Episode 5" in said(plan) or "Episodes 5-6" in said(plan)
    assert "Episode 7" not in said(plan)
    assert await s.due(DueKind.CATCH_UP)
    await cy.slash(s.general, "progress set", episode=6)
    assert "still to see" not in said(await cy.click(invitation, label="Going"))
    assert "still to see" not in said(await dee.click(invitation, label="Going")), "who has not said is not asked"
    asked = await dee.click(invitation, label="Am I ready?")
    assert "Have you seen everything up to episode 6?" in said(asked)
    await dee.click(asked.response, label="I've seen Episode 6")
    assert "You are ready" in said(await dee.click(invitation, label="Am I ready?"))


async def test_nobody_but_host_and_managers_can_choose_another_episode(after: Stage) -> None:
    s = after
    invitation = await a_party(s, episode=7)
    bo = s.person("bo")
    panel = await bo.click(invitation, label="Am I ready?")
    [refused] = await answers(s, [press(bo, panel.response, "c1:rechoose:1:2")])
    assert "Only" in refused.text
    assert (await the_party(s)).episode == 7


async def test_a_late_guest_is_on_the_list_until_it_is_over(s: Stage) -> None:
    invitation = await a_party(s)
    bo = s.person("bo")
    await s.pass_time(hours=4, minutes=50)
    await bo.click(invitation, label="Going")
    assert bo.mention in text_of(card(s))
    await s.pass_time(minutes=20)
    assert "over" in said(await bo.click(invitation, label="Can't"))
    async with s.companion.database.read() as tx:
        found = await parties.attendance(tx, await the_party(s))
    assert found.answers[bo.id] is Answer.GOING
    assert (DueKind.PARTY_START, DueState.DELIVERED, None) in await s.due()
    assert timedelta(0) < s.clock.now() - (await the_party(s)).starts_at
