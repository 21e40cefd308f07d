"""`/watch-party` as members meet it: planning, answering, being told, cancelling."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from simcord.actors import MemberActor
from simcord.backend.errors import SetupError
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult

from bot.core.party import Answer, PartyState
from bot.core.reminder import DueKind, DueState
from bot.store import parties
from tests.discord_ui.stage import MIDDLE, Stage, buttons, discord, filled, is_private, open_text, said, stage, text_of
from tests.openapi import check_recorded

#: Episode 3: Monday 28 July 2025, 22:00 in Seoul.
THIRD = datetime(2025, 7, 28, 13, tzinfo=UTC)
#: Labels of the form.
WHEN, WHERE = "When, in your time zone", "Where to announce it; here if left out"


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


def stamp(at: datetime, style: str = "F") -> str:
    return f"<t:{int(at.timestamp())}:{style}>"


def told(s: Stage, channel: ChannelHandle) -> list[tuple[datetime, set[int], str]]:
    """The messages in a channel that ping: when they came, whom they ping, and what they say."""
    messages = {message.content: message.created_at for message in channel.history() if message.content}
    found = []
    for body in s.posts(channel):
        if users := body["allowed_mentions"].get("users"):
            assert body["allowed_mentions"]["parse"] == []
            assert len(users) == len(set(users))
            found.append((messages[body["content"]], {int(user) for user in users}, body["content"]))
    return found


async def plan(member: MemberActor, place: ChannelHandle, /, **options: Any) -> InteractionResult:
    return await member.slash(place, "watch-party create", **{"episode": 3, "when": "air time", **options})


async def the_party(s: Stage, party_id: int = 1) -> parties.Party:
    async with s.companion.database.read() as tx:
        found = await parties.get(tx, party_id)
    assert found is not None
    return found


async def no_party(s: Stage) -> bool:
    async with s.companion.database.read() as tx:
        return await parties.get(tx, 1) is None


def announced(channel: ChannelHandle) -> Any:
    """The announcement in a channel."""
    cards = [message for message in channel.history() if "Watch party" in text_of(message)]
    assert len(cards) == 1
    return cards[0]


# ---------------------------------------------------------------- planning


async def test_air_time_is_planned_and_announced(s: Stage) -> None:
    ann = s.person("ann")
    answer = await plan(ann, s.general)
    assert is_private(answer)
    assert "Planned: **The Defects · Episode 3**" in said(answer)
    assert stamp(THIRD) in said(answer)
    assert s.general.mention in said(answer)
    assert await s.due() == [
        (DueKind.PARTY_ANNOUNCEMENT, DueState.DELIVERED, None),
        (DueKind.PARTY_LEAD, DueState.WAITING, None),
        (DueKind.PARTY_START, DueState.WAITING, None),
        (DueKind.PARTY_OVER, DueState.WAITING, None),
    ]


async def test_the_announcement_tells_each_reader_their_own_time_and_pings_nobody(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="Europe/London")
    await plan(ann, s.general)
    card = announced(s.general)
    text = text_of(card)
    assert "The Defects · Episode 3" in text
    assert stamp(THIRD) in text
    assert stamp(THIRD, "R") in text
    assert f"Hosted by {ann.mention}" in text
    assert f"**Going** (1): {ann.mention}" in text
    assert "mentioned 30 minutes before" in text
    assert "London" not in text
    assert list(buttons(card)) == ["Going", "Maybe", "Can't", "Am I ready?", "Cancel the party"]
    [body] = s.posts(s.general)
    assert body["allowed_mentions"]["parse"] == []
    assert not body["allowed_mentions"].get("users")
    assert body["enforce_nonce"] is True


async def test_a_typed_time_is_read_in_the_creators_zone(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="America/New_York")
    await plan(ann, s.general, when="fri 21:00")
    party = await the_party(s)
    # Friday 1 August, 21:00 in New York.
    assert party.starts_at == datetime(2025, 8, 2, 1, tzinfo=UTC)
    assert (party.wall_start, party.zone) == (datetime(2025, 8, 1, 21), "America/New_York")  # noqa: DTZ001
    assert stamp(party.starts_at) in text_of(announced(s.general))


async def test_without_a_zone_a_typed_time_is_refused_with_what_to_do(s: Stage) -> None:
    ann = s.person("ann")
    answer = await plan(ann, s.general, when="fri 21:00")
    assert is_private(answer)
    assert "I don't know your time zone" in said(answer)
    assert "/timezone set" in said(answer)
    assert await no_party(s)
    assert await s.due() == []


async def test_without_a_zone_a_time_that_needs_none_is_fine(s: Stage) -> None:
    ann = s.person("ann")
    await plan(ann, s.general, when="in 2h")
    assert (await the_party(s)).starts_at == MIDDLE + timedelta(hours=2)


async def test_an_unclear_time_is_asked_back_and_picked(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="Europe/London")
    asked = await plan(ann, s.general, when="fri at 9", channel=s.den, lead="1 h")
    assert await no_party(s)
    assert is_private(asked)
    assert asked.response is not None
    choices = list(buttons(asked.response))
    assert len(choices) == 2
    assert "21:00" in choices[1]
    picked = await ann.click(asked.response, label=choices[1])
    party = await the_party(s)
    assert party.starts_at == datetime(2025, 8, 1, 20, tzinfo=UTC)
    assert (party.wall_start, party.zone) == (datetime(2025, 8, 1, 21), "Europe/London")  # noqa: DTZ001
    assert (party.channel_id, party.lead_minutes) == (s.den.id, 60)
    assert "Planned" in said(picked)
    assert announced(s.den)


async def test_a_pick_takes_the_question_away_so_that_nothing_is_planned_twice(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="Europe/London")
    asked = await plan(ann, s.general, when="fri at 9")
    assert asked.response is not None
    first, second = buttons(asked.response)
    await ann.click(asked.response, label=first)
    assert asked.response is not None
    with pytest.raises(SetupError, match="No matching component"):
        await ann.click(asked.response, label=second)


async def test_a_pick_after_a_restart(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="Europe/London")
    asked = await plan(ann, s.general, when="fri at 9")
    assert asked.response is not None
    await s.restart()
    await ann.click(asked.response, label=next(iter(buttons(asked.response))))
    assert (await the_party(s)).starts_at == datetime(2025, 8, 1, 8, tzinfo=UTC)


async def test_without_a_time_a_form_asks_for_it(s: Stage) -> None:
    ann = s.person("ann")
    shown = await ann.slash(s.general, "watch-party create", episode=3, channel=s.den)
    assert shown.modal is not None
    assert shown.modal["title"] == "Plan a watch party"
    answer = await ann.submit_modal(shown, filled(shown, {WHEN: "air time", WHERE: [s.den]}))
    assert "Planned" in said(answer)
    assert announced(s.den)


async def test_the_hour_that_comes_twice_is_told_apart_by_its_name(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="Europe/London")
    asked = await plan(ann, s.general, when="2025-10-26 01:30")
    assert asked.response is not None
    first, second = buttons(asked.response)
    assert first.endswith("01:30 BST")
    assert second.endswith("01:30 GMT")
    await ann.click(asked.response, label=second)
    assert (await the_party(s)).starts_at == datetime(2025, 10, 26, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    ["when the cows come home", "||@everyone||", "in 2h " + "x" * 94, "25:61", "yesterday", "\u202e21:00", "🎬"],
)
async def test_what_the_form_cannot_read_is_explained(s: Stage, typed: str) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="Europe/London")
    shown = await ann.slash(s.general, "watch-party create", episode=3)
    answer = await ann.submit_modal(shown, filled(shown, {WHEN: typed}))
    assert is_private(answer)
    assert len(said(answer)) > 20
    # What was typed is repeated at most as plain text.
    assert "||" not in said(answer)
    assert await no_party(s)


async def test_a_moment_that_is_over_is_refused(s: Stage) -> None:
    ann = s.person("ann")
    answer = await plan(ann, s.general, episode=1)
    assert "is over" in said(answer)
    assert await no_party(s)


async def test_an_episode_that_does_not_exist_is_refused(s: Stage) -> None:
    answer = await plan(s.person("ann"), s.general, episode=99)
    assert is_private(answer)
    assert "99" in said(answer)
    assert await no_party(s)


async def test_another_channel(s: Stage) -> None:
    ann = s.person("ann")
    await plan(ann, s.general, channel=s.den)
    assert announced(s.den)
    assert s.general.last_message is None


async def test_a_channel_where_the_bot_may_not_write(s: Stage) -> None:
    deaf = _without_writing(s, "news", s.env.bot.user)
    answer = await plan(s.person("ann"), s.general, channel=deaf)
    assert is_private(answer)
    assert f"I may not write in {deaf.mention}" in said(answer)
    assert await no_party(s)


async def test_a_channel_where_the_asker_may_not_write(s: Stage) -> None:
    ann = s.person("ann")
    rules = _without_writing(s, "rules", ann)
    answer = await plan(ann, s.general, channel=rules)
    assert is_private(answer)
    assert f"You can't write in {rules.mention}" in said(answer)
    assert await no_party(s)


async def test_a_server_has_at_most_25_parties(s: Stage) -> None:
    ann = s.person("ann")
    async with s.companion.database.begin() as tx:
        for number in range(24):
            await parties.create(
                tx,
                guild_id=s.guild.id,
                channel_id=s.general.id,
                creator_id=number,
                show_id="the-defects",
                episode=3,
                starts_at=THIRD,
                wall_start=THIRD.replace(tzinfo=None),
                zone="UTC",
                lead_minutes=30,
                locale="en-US",
                now=MIDDLE,
            )
    assert "Planned" in said(await plan(ann, s.general))
    before = await s.due()
    answer = await plan(ann, s.general)
    assert is_private(answer)
    assert "25 watch parties planned already" in said(answer)
    assert await s.due() == before
    listed = said(await ann.slash(s.general, "watch-party list"))
    assert listed.count("\n- ") == 10
    assert "15" in listed


async def test_in_direct_messages_it_is_not_offered(s: Stage) -> None:
    offered = s.person("ann").user.available_commands()
    assert "next-episode" in offered
    assert not [name for name in offered if name.startswith("watch-party")]


# --------------------------------------------------------------- answering


async def test_answers_of_several_members_show_and_change(s: Stage) -> None:
    ann, bo, cy = s.person("ann"), s.person("bo"), s.person("cy")
    await plan(ann, s.general)
    card = announced(s.general)
    await bo.click(card, label="Maybe")
    await cy.click(card, label="Can't")
    text = text_of(announced(s.general))
    assert f"**Going** (1): {ann.mention}" in text
    assert f"**Maybe** (1): {bo.mention}" in text
    assert f"**Can't** (1): {cy.mention}" in text
    await bo.click(card, label="Going")
    await cy.click(card, label="Maybe")
    await ann.click(card, label="Can't")
    text = text_of(announced(s.general))
    assert f"**Going** (1): {bo.mention}" in text
    assert f"**Maybe** (1): {cy.mention}" in text
    assert f"**Can't** (1): {ann.mention}" in text
    listed = said(await cy.slash(s.general, "watch-party list"))
    assert "1" in listed
    assert stamp(THIRD) in listed


async def test_answers_after_a_restart(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await plan(ann, s.general)
    await s.restart()
    await bo.click(announced(s.general), label="Going")
    assert f"**Going** (2): {ann.mention} {bo.mention}" in text_of(announced(s.general))


async def test_an_answer_to_a_cancelled_party_is_refused(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await plan(ann, s.general)
    # Its buttons stay, because the announcement can't be edited any more.
    s.env.inject_error("PATCH", f"/channels/{s.general.id}/messages/*", status=403, code=50013)
    await ann.slash(s.general, "watch-party cancel", party=1)
    answer = await bo.click(announced(s.general), label="Going")
    assert is_private(answer)
    assert "has been cancelled" in said(answer)
    async with s.companion.database.read() as tx:
        party = await parties.get(tx, 1)
        assert party is not None
        assert (await parties.attendance(tx, party)).answers == {ann.id: Answer.GOING}


async def test_an_answer_long_after_the_start_is_refused(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await plan(ann, s.general)
    await s.pass_time(hours=5)
    answer = await bo.click(announced(s.general), label="Going")
    assert is_private(answer)
    assert "is over" in said(answer)


# -------------------------------------------------------------- being told


async def test_a_party_is_told_of_as_often_as_its_host_wants(s: Stage) -> None:
    ann = s.person("ann")
    answer = await plan(ann, s.general, lead="1 h, 10 min, 30 min, 10 min")
    assert "Planned" in said(answer)
    assert "1 hour, 30 minutes and 10 minutes before" in text_of(announced(s.general))
    await ann.slash(s.general, "watch-party edit", party=1, lead="2 h, 5 min")
    assert "2 hours and 5 minutes before" in text_of(announced(s.general))
    await s.pass_time(hours=24)
    at = [one.created_at for one in s.general.history() if ann.mention in one.content]
    assert at == [THIRD - timedelta(hours=2), THIRD - timedelta(minutes=5), THIRD]
    refused = await plan(ann, s.general, lead="1 h, 2 h, 3 h, 4 h, 5 h")
    assert "4" in said(refused)
    assert "Planned" not in said(refused)


async def test_several_leads_survive_a_question_about_the_time_and_the_form(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="UTC")
    leads = "7 days, 167 h, 166 h, 165 h"
    asked = await ann.slash(s.general, "watch-party create", episode=3, when="in 3 weeks at 9", lead=leads)
    await ann.click(asked.response, label=next(iter(buttons(asked.response))))
    form = await ann.slash(s.general, "watch-party create", episode=3, lead=leads)
    refused = await ann.submit_modal(form, filled(form, {0: "99", 1: "in 3 weeks at 9:30 am"}))
    form = await ann.click(refused.response, label="Open the form again")
    await ann.submit_modal(form, filled(form, {0: "3", 1: "in 3 weeks at 9:30 am"}))
    async with s.companion.database.read() as tx:
        planned = await parties.upcoming(tx, s.guild.id, s.clock.now())
    assert [party.leads for party in planned] == [(10080, 10020, 9960, 9900)] * 2


async def test_whoever_wants_no_reminders_is_not_mentioned_but_sees_it_begin(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await plan(ann, s.general)
    await bo.click(announced(s.general), label="Going")
    await ann.slash(s.general, "reminders settings", delivery="none")
    await s.pass_time(hours=4)
    assert [one[1] for one in told(s, s.general)] == [{bo.id}, {bo.id}]
    await bo.slash(s.general, "reminders settings", delivery="none")
    await plan(bo, s.general, episode=4)
    await s.pass_time(hours=24)
    # Nobody is mentioned the second time, and there is nothing to tell before.
    assert len(told(s, s.general)) == 2
    assert sum("starts now" in one.content for one in s.general.history()) == 2
    assert sum("starts <t:" in one.content for one in s.general.history()) == 1
    # That it is called off everybody is told who said that they come.
    await plan(ann, s.general, episode=5)
    await ann.slash(s.general, "watch-party cancel", party=3)
    assert told(s, s.general)[-1][1] == {ann.id}


async def test_exactly_those_who_come_are_told_at_the_right_minutes(s: Stage) -> None:
    ann, bo, cy = s.person("ann"), s.person("bo"), s.person("cy")
    s.person("dee")
    await plan(ann, s.general)
    card = announced(s.general)
    await bo.click(card, label="Maybe")
    await cy.click(card, label="Can't")
    await s.pass_time(hours=24)
    lead, start = told(s, s.general)
    assert lead[:2] == (THIRD - timedelta(minutes=30), {ann.id, bo.id})
    assert start[:2] == (THIRD, {ann.id, bo.id})
    assert "starts now" in start[2]
    assert [state for _, state, _ in await s.due()] == [DueState.DELIVERED] * 4


async def test_who_changes_their_mind_after_the_lead_is_not_told_of_the_start(s: Stage) -> None:
    ann, bo, cy = s.person("ann"), s.person("bo"), s.person("cy")
    await plan(ann, s.general)
    card = announced(s.general)
    await bo.click(card, label="Going")
    await s.pass_time(hours=3, minutes=45)
    await bo.click(card, label="Can't")
    await cy.click(card, label="Maybe")
    await s.pass_time(hours=1)
    lead, start = told(s, s.general)
    assert lead[1] == {ann.id, bo.id}
    assert start[1] == {ann.id, cy.id}


async def test_restarts_in_between_change_nothing(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await plan(ann, s.general)
    await s.restart()
    await bo.click(announced(s.general), label="Going")
    await s.pass_time(hours=3)
    await s.restart()
    await s.pass_time(minutes=30)
    await s.restart()
    await s.restart(minutes=29)
    await s.pass_time(hours=2)
    assert [entry[:2] for entry in told(s, s.general)] == [
        (THIRD - timedelta(minutes=30), {ann.id, bo.id}),
        (THIRD, {ann.id, bo.id}),
    ]


async def test_a_message_that_comes_late_says_so(s: Stage) -> None:
    ann = s.person("ann")
    await plan(ann, s.general)
    # Down from 12:00 to 13:20: the lead is pointless after the start.
    await s.pass_time(hours=3)
    await s.restart(hours=1, minutes=20)
    [start] = told(s, s.general)
    assert start[:2] == (THIRD + timedelta(minutes=20), {ann.id})
    assert "20 minutes" in start[2]
    assert await s.due(DueKind.PARTY_LEAD) == [(DueKind.PARTY_LEAD, DueState.DROPPED, "over")]


async def test_with_less_than_the_lead_left_only_the_start_is_told(s: Stage) -> None:
    ann = s.person("ann")
    await s.pass_time(hours=3, minutes=40)
    await plan(ann, s.general)
    await s.pass_time(hours=3)
    [start] = told(s, s.general)
    assert start[:2] == (THIRD, {ann.id})
    assert await s.due(DueKind.PARTY_LEAD) == []


async def test_another_lead(s: Stage) -> None:
    ann = s.person("ann")
    await plan(ann, s.general, lead="1 h")
    assert "mentioned 1 hour before" in text_of(announced(s.general))
    await s.pass_time(hours=5)
    assert [at for at, _, _ in told(s, s.general)] == [THIRD - timedelta(hours=1), THIRD]


async def test_no_lead_at_all(s: Stage) -> None:
    ann = s.person("ann")
    await plan(ann, s.general, lead="0")
    await s.pass_time(hours=5)
    assert [at for at, _, _ in told(s, s.general)] == [THIRD]
    assert await s.due(DueKind.PARTY_LEAD) == []


async def test_a_party_that_nobody_comes_to_pings_nobody(s: Stage) -> None:
    ann = s.person("ann")
    await plan(ann, s.general)
    await ann.click(announced(s.general), label="Can't")
    await s.pass_time(hours=5)
    assert told(s, s.general) == []


async def test_messages_give_nothing_away(s: Stage) -> None:
    await plan(s.person("ann"), s.general)
    await s.pass_time(hours=5)
    for _, _, text in told(s, s.general):
        assert open_text(text) == text
        assert "Episode 3" in text


# -------------------------------------------------------------- cancelling


async def test_the_creator_cancels_and_exactly_those_who_come_are_told(s: Stage) -> None:
    ann, bo, cy, dee = (s.person(name) for name in ("ann", "bo", "cy", "dee"))
    await plan(ann, s.general)
    card = announced(s.general)
    await bo.click(card, label="Maybe")
    await cy.click(card, label="Can't")
    answer = await ann.slash(s.general, "watch-party cancel", party=1)
    assert is_private(answer)
    assert "Cancelled" in said(answer)
    await s.pass_time(hours=24)
    [news] = told(s, s.general)
    assert news[0] - MIDDLE < timedelta(seconds=1)
    assert news[1] == {ann.id, bo.id}
    assert {state for _, state, _ in await s.due(DueKind.PARTY_LEAD, DueKind.PARTY_START)} == {DueState.WITHDRAWN}
    assert "cancelled" in news[2]
    card = announced(s.general)
    assert "was cancelled" in text_of(card)
    assert buttons(card) == {}
    assert "- " not in said(await dee.slash(s.general, "watch-party list"))


async def test_somebody_else_cannot_cancel(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await plan(ann, s.general)
    rows, card = await s.due(), text_of(announced(s.general))
    for answer in (
        await bo.slash(s.general, "watch-party cancel", party=1),
        await bo.click(announced(s.general), label="Cancel the party"),
    ):
        assert is_private(answer)
        assert f"Only {ann.mention}" in said(answer)
        assert answer.response is not None
        assert buttons(answer.response) == {}
    assert (await the_party(s)).state is PartyState.PLANNED
    assert await s.due() == rows
    assert text_of(announced(s.general)) == card


async def test_who_manages_events_may_cancel(s: Stage) -> None:
    ann = s.person("ann")
    mods = s.guild.create_role("mods", permissions=discord.Permissions(manage_events=True, view_channel=True))
    mo = s.person("mo", roles=[mods])
    await plan(ann, s.general)
    assert "Cancelled" in said(await mo.slash(s.general, "watch-party cancel", party=1))
    assert (await the_party(s)).state is PartyState.CANCELLED


async def test_the_announcements_button_asks_first(s: Stage) -> None:
    ann = s.person("ann")
    await plan(ann, s.general)
    asked = await ann.click(announced(s.general), label="Cancel the party")
    assert is_private(asked)
    assert "Cancel the watch party" in said(asked)
    assert (await the_party(s)).state is PartyState.PLANNED
    assert asked.response is not None
    await s.restart()
    answer = await ann.click(asked.response, label="Yes, cancel it")
    assert "Cancelled" in said(answer)
    assert (await the_party(s)).state is PartyState.CANCELLED
    assert "was cancelled" in text_of(announced(s.general))
    assert len(told(s, s.general)) == 1


async def test_cancelling_twice_tells_once(s: Stage) -> None:
    ann = s.person("ann")
    await plan(ann, s.general)
    await ann.slash(s.general, "watch-party cancel", party=1)
    assert "has been cancelled" in said(await ann.slash(s.general, "watch-party cancel", party=1))
    assert len(told(s, s.general)) == 1


async def test_a_party_that_has_begun_cannot_be_cancelled(s: Stage) -> None:
    ann = s.person("ann")
    await plan(ann, s.general)
    await s.pass_time(hours=4)
    assert "already begun" in said(await ann.slash(s.general, "watch-party cancel", party=1))
    assert (await the_party(s)).state is PartyState.PLANNED


@pytest.mark.parametrize("party", [0, 2, -1, 2**53 - 1])
async def test_a_party_that_does_not_exist(s: Stage, party: int) -> None:
    ann = s.person("ann")
    await plan(ann, s.general)
    assert "no such watch party" in said(await ann.slash(s.general, "watch-party cancel", party=party))


async def test_a_party_of_another_server_is_out_of_reach(s: Stage) -> None:
    ann = s.person("ann")
    await plan(ann, s.general)
    elsewhere = s.env.create_guild("Elsewhere")
    lobby = elsewhere.create_text_channel("lobby")
    there = elsewhere.add_member(ann.user)
    assert "no such watch party" in said(await there.slash(lobby, "watch-party cancel", party=1))
    assert await there.autocomplete(lobby, "watch-party cancel", "party", "") == []
    assert (await the_party(s)).state is PartyState.PLANNED


async def test_only_what_one_may_cancel_is_offered(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    mods = s.guild.create_role("mods", permissions=discord.Permissions(manage_events=True, view_channel=True))
    mo = s.person("mo", roles=[mods])
    await plan(ann, s.general)
    await plan(bo, s.general, episode=4)
    await plan(bo, s.general, episode=5)
    await bo.slash(s.general, "watch-party cancel", party=3)

    async def offered(member: MemberActor, typed: str = "") -> list[int]:
        choices = await member.autocomplete(s.general, "watch-party cancel", "party", typed)
        assert all("The Defects" in choice["name"] for choice in choices)
        return [choice["value"] for choice in choices]

    assert await offered(ann) == [1]
    assert await offered(bo) == [2]
    assert await offered(mo) == [1, 2]
    assert await offered(s.person("cy")) == []
    assert await offered(mo, "episode 4") == [2]


# ---------------------------------------------------------------- failures


async def test_a_deleted_channel_is_noted_and_nothing_else_breaks(s: Stage) -> None:
    ann = s.person("ann")
    await plan(ann, s.general, channel=s.den)
    s.env.backend.delete_channel(s.den.id)
    await s.pass_time(hours=5)
    assert await s.due(DueKind.PARTY_LEAD, DueKind.PARTY_START) == [
        (DueKind.PARTY_LEAD, DueState.UNDELIVERED, "channel-gone"),
        (DueKind.PARTY_START, DueState.UNDELIVERED, "channel-gone"),
    ]
    assert "Episode 4" in said(await ann.slash(s.general, "next-episode"))


async def test_a_forbidden_channel_is_asked_once_and_noted(s: Stage) -> None:
    ann = s.person("ann")
    path = f"/channels/{s.general.id}/messages"
    s.env.inject_error("POST", path, status=403, code=50013, times=None)
    assert "Planned" in said(await plan(ann, s.general))
    assert await s.due(DueKind.PARTY_ANNOUNCEMENT) == [
        (DueKind.PARTY_ANNOUNCEMENT, DueState.UNDELIVERED, "forbidden"),
    ]
    await s.pass_time(hours=3)
    assert len(s.posts(s.general)) == 1


async def test_an_outage_delays_the_announcement_which_then_comes_once(s: Stage) -> None:
    ann = s.person("ann")
    path = f"/channels/{s.general.id}/messages"
    s.env.inject_error("POST", path, status=503, times=3)
    await plan(ann, s.general)
    assert s.general.last_message is None
    assert await s.due(DueKind.PARTY_ANNOUNCEMENT) == [(DueKind.PARTY_ANNOUNCEMENT, DueState.WAITING, "http 503")]
    # 5, 10 and 20 seconds.
    await s.pass_time(seconds=34)
    assert s.general.last_message is None
    await s.pass_time(seconds=1)
    assert announced(s.general).created_at == MIDDLE + timedelta(seconds=35)
    await s.pass_time(hours=1)
    bodies = s.posts(s.general)
    assert len(bodies) == 4
    assert len({body["nonce"] for body in bodies}) == 1
    assert announced(s.general)


async def test_an_outage_at_the_start_delays_that_too(s: Stage) -> None:
    ann = s.person("ann")
    await plan(ann, s.general)
    await s.pass_time(hours=3, minutes=59)
    s.env.inject_error("POST", f"/channels/{s.general.id}/messages", status=500, times=1)
    await s.pass_time(hours=1)
    _, start = [entry for entry in s.posts(s.general) if "starts now" in (entry.get("content") or "")]
    assert start["allowed_mentions"]["users"] == [ann.id]
    messages = [message for message in s.general.history() if "starts now" in message.content]
    assert [message.created_at for message in messages] == [THIRD + timedelta(seconds=5)]


async def test_a_reply_that_fails_is_apologised_for_and_the_party_stands(s: Stage) -> None:
    ann = s.person("ann")
    s.env.inject_error("POST", "/interactions/*/callback", status=500)
    answer = await plan(ann, s.general)
    assert is_private(answer)
    assert "something went wrong" in said(answer)
    [logged] = s.taken_errors()
    assert "watch-party create" in logged
    # The reference in the apology is the one in the log.
    assert logged.split()[1] in said(answer)
    assert announced(s.general)
    assert len([row for row in await s.due() if row[0] is DueKind.PARTY_START]) == 1


async def test_a_reply_that_can_never_be_sent_is_logged_and_the_party_stands(s: Stage) -> None:
    ann = s.person("ann")
    s.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062, times=None)
    await plan(ann, s.general)
    assert len(s.taken_errors()) == 2
    assert announced(s.general)


async def test_a_cancellation_whose_reply_fails_is_a_cancellation_all_the_same(s: Stage) -> None:
    ann = s.person("ann")
    await plan(ann, s.general)
    s.env.inject_error("POST", "/interactions/*/callback", status=500)
    await ann.slash(s.general, "watch-party cancel", party=1)
    assert len(s.taken_errors()) == 1
    assert "was cancelled" in text_of(announced(s.general))
    assert len(told(s, s.general)) == 1


async def test_an_announcement_that_cannot_be_edited_does_not_undo_a_cancellation(s: Stage) -> None:
    ann = s.person("ann")
    await plan(ann, s.general)
    s.env.inject_error("PATCH", f"/channels/{s.general.id}/messages/*", status=500, times=None)
    answer = await ann.slash(s.general, "watch-party cancel", party=1)
    assert "Cancelled" in said(answer)
    assert "went wrong" not in said(answer)
    assert len(told(s, s.general)) == 1


async def test_an_answer_whose_reply_fails_is_counted_once(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await plan(ann, s.general)
    s.env.inject_error("POST", "/interactions/*/callback", status=500)
    answer = await bo.click(announced(s.general), label="Going")
    assert "something went wrong" in said(answer)
    assert len(s.taken_errors()) == 1
    await bo.click(announced(s.general), label="Going")
    assert f"**Going** (2): {ann.mention} {bo.mention}" in text_of(announced(s.general))


def _without_writing(s: Stage, name: str, who: Any) -> ChannelHandle:
    """A channel where ``who`` may not write."""
    return s.guild.create_text_channel(name, overwrites={who: discord.PermissionOverwrite(send_messages=False)})
