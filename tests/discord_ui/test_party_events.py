"""Discord's own events of watch parties, as members meet them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from simcord.backend.errors import BackendError
from simcord.backend.models import ScheduledEvent

from bot.core.mirror import MirrorState
from bot.core.party import Answer
from bot.core.reminder import DueKind, DueState
from bot.store import mirrors, parties
from tests.discord_ui.stage import Stage, buttons, discord, filled, is_private, said, stage, text_of
from tests.openapi import check_recorded

#: When the party begins that is tried here, and when its one episode is over.
STARTS = datetime(2025, 7, 28, 20, tzinfo=UTC)
EVENTS = "/guilds/*/scheduled-events"


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


def host(s: Stage, **permissions: bool) -> Any:
    """Ann, who may create events."""
    granted = permissions or {"create_events": True}
    role = s.guild.create_role("hosts", permissions=discord.Permissions(**granted))
    return s.person("ann", roles=[role])


async def a_party(s: Stage, **options: Any) -> Any:
    """Ann's party for episode 3 with an event, which is there a moment later; her answer."""
    ann = s.people.get("ann") or host(s)
    await ann.slash(s.general, "timezone set", zone="UTC")
    asked = {"episode": 3, "when": "today 20:00", **(options or {"event": True})}
    answer = await ann.slash(s.general, "watch-party create", **asked)
    await s.pass_time(seconds=10)
    return answer


def events(s: Stage) -> list[ScheduledEvent]:
    return list(s.env.backend.get_guild(s.guild.id).scheduled_events.values())


def the_event(s: Stage) -> ScheduledEvent:
    [event] = events(s)
    return event


def begins(event: ScheduledEvent) -> datetime:
    return datetime.fromisoformat(event.scheduled_start_time)


def ends(event: ScheduledEvent) -> datetime:
    assert event.scheduled_end_time is not None
    return datetime.fromisoformat(event.scheduled_end_time)


def asked_of_events(s: Stage, method: str) -> list[Any]:
    return [one for one in s.env.http_requests if one.method == method and "/scheduled-events" in one.path]


def told(s: Stage, words: str) -> list[str]:
    return [body["content"] for body in s.posts(s.general) if words in (body.get("content") or "")]


def card(s: Stage) -> Any:
    return next(message for message in s.general.history() if "Watch party" in text_of(message))


async def answers(s: Stage) -> dict[int, Answer]:
    async with s.companion.database.read() as tx:
        party = await parties.get(tx, 1)
        assert party is not None
        return dict((await parties.attendance(tx, party)).answers)


async def state(s: Stage) -> MirrorState | None:
    async with s.companion.database.read() as tx:
        found = await mirrors.get(tx, 1)
    return None if found is None else found.state


# ----------------------------------------------------- made, moved, over, off


async def test_an_event_is_made_of_a_party_and_its_card_links_it(s: Stage) -> None:
    answer = await a_party(s)
    assert is_private(answer)
    assert "follows in a moment" in said(answer)
    event = the_event(s)
    assert event.name == "The Defects · Episode 3"
    assert event.entity_type == 3
    assert begins(event) == STARTS
    assert STARTS < ends(event) < STARTS + timedelta(hours=3)
    announcement = f"https://discord.com/channels/{s.guild.id}/{s.general.id}/{card(s).id}"
    assert event.entity_metadata == {"location": announcement}
    assert announcement in (event.description or "")
    assert f"https://discord.com/events/{s.guild.id}/{event.id}" in text_of(card(s))


async def test_without_the_option_there_is_none(s: Stage) -> None:
    ann = host(s)
    await ann.slash(s.general, "timezone set", zone="UTC")
    await ann.slash(s.general, "watch-party create", episode=3, when="today 20:00")
    await s.pass_time(hours=14)
    assert events(s) == []
    assert asked_of_events(s, "GET") == []
    assert await s.due(DueKind.PARTY_EVENT) == []


@pytest.mark.parametrize(("kind", "number"), [("voice", 2), ("stage", 1)])
async def test_an_event_can_be_in_a_voice_or_stage_channel(s: Stage, kind: str, number: int) -> None:
    make = s.guild.create_voice_channel if kind == "voice" else s.guild.create_stage_channel
    place = make("cinema")
    await a_party(s, voice=place)
    event = the_event(s)
    assert (event.entity_type, event.channel_id) == (number, place.id)
    await s.people["ann"].slash(s.general, "watch-party edit", party=1, event=False)
    await s.pass_time(seconds=5)
    await s.people["ann"].slash(s.general, "watch-party edit", party=1, event=True)
    await s.pass_time(seconds=5)
    assert [one.status for one in events(s)] == [4, 1]
    assert (events(s)[1].entity_type, events(s)[1].channel_id) == (3, None)


async def test_an_event_moves_into_a_channel(s: Stage) -> None:
    place = s.guild.create_voice_channel("cinema")
    await a_party(s)
    await s.people["ann"].slash(s.general, "watch-party edit", party=1, voice=place)
    await s.pass_time(seconds=5)
    assert (the_event(s).entity_type, the_event(s).channel_id) == (2, place.id)


async def test_an_event_follows_time_episode_and_channel(s: Stage) -> None:
    await a_party(s)
    ann, first = s.people["ann"], the_event(s).id
    await ann.slash(s.general, "watch-party edit", party=1, when="today 21:30", episode=4)
    await s.pass_time(seconds=5)
    event = the_event(s)
    assert event.id == first
    assert event.name == "The Defects · Episode 4"
    assert begins(event) == STARTS + timedelta(hours=1, minutes=30)
    assert ends(event) > begins(event)
    await ann.slash(s.general, "watch-party edit", party=1, channel=s.den)
    await s.pass_time(seconds=10)
    assert f"/{s.den.id}/{s.den.last_message.id}" in (the_event(s).description or "")
    assert told(s, "by hand") == []


async def test_an_event_starts_and_ends_with_its_party(s: Stage) -> None:
    await a_party(s)
    await s.pass_time(hours=11)
    assert the_event(s).status == 2
    # Whoever ends it early by hand ends the event and nothing else.
    await s.pass_time(hours=3)
    assert the_event(s).status == 3
    assert await state(s) is MirrorState.OVER
    assert told(s, "by hand") == []
    assert {one for _, one, _ in await s.due(DueKind.PARTY_EVENT)} <= {DueState.DELIVERED, DueState.WITHDRAWN}


async def test_an_event_that_discord_does_not_begin_by_itself_is_begun_and_ended(
    s: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s.env.backend, "activate_due_scheduled_events", lambda: None)
    monkeypatch.setattr(s.env.backend, "next_scheduled_event_deadline", lambda: None)
    await a_party(s, voice=s.guild.create_voice_channel("cinema"))
    await s.pass_time(hours=11, seconds=-10)
    assert the_event(s).status == 2
    await s.pass_time(hours=3)
    assert the_event(s).status == 3


async def test_an_event_is_cancelled_with_its_party(s: Stage) -> None:
    await a_party(s)
    await s.people["ann"].slash(s.general, "watch-party cancel", party=1)
    await s.pass_time(seconds=5)
    assert the_event(s).status == 4
    assert told(s, "by hand") == []


async def test_an_event_can_be_given_up_and_the_card_forgets_it(s: Stage) -> None:
    await a_party(s)
    await s.people["ann"].slash(s.general, "watch-party edit", party=1, event=False)
    await s.pass_time(seconds=5)
    assert the_event(s).status == 4
    assert "discord.com/events" not in text_of(card(s))
    assert await state(s) is None
    await s.pass_time(hours=14)
    assert len(events(s)) == 1


async def test_a_party_that_is_cancelled_at_once_leaves_no_event(s: Stage) -> None:
    ann = host(s)
    await ann.slash(s.general, "timezone set", zone="UTC")
    await ann.slash(s.general, "watch-party create", episode=3, when="today 20:00", event=True)
    await ann.slash(s.general, "watch-party cancel", party=1)
    await s.pass_time(minutes=5)
    assert [one.status for one in events(s) if one.status != 4] == []


async def test_what_is_written_for_those_further_on_is_not_in_the_event(s: Stage) -> None:
    boss = host(s, manage_channels=True, create_events=True)
    await boss.slash(s.den, "spoilers ceiling set", episode=2)
    await boss.slash(s.den, "timezone set", zone="UTC")
    options = {"episode": 3, "when": "today 20:00", "event": True}
    await boss.slash(s.den, "watch-party create", title="She is the killer", note="He dies", **options)
    await boss.slash(s.general, "watch-party create", title="Popcorn ||night||", **options)
    await s.pass_time(seconds=10)
    first, second = events(s)
    assert "killer" not in str(first)
    assert "dies" not in str(first)
    assert "**Popcorn \\|\\|night\\|\\|**" in (second.description or "")
    assert "Popcorn" not in second.name


# ------------------------------------------------------------------- interest


async def test_whoever_is_interested_counts_as_maybe_until_they_are_not(s: Stage) -> None:
    await a_party(s)
    bo = s.person("bo")
    await bo.subscribe_event(the_event(s))
    assert (await answers(s))[bo.id] is Answer.MAYBE
    assert f"**Maybe** (1): <@{bo.id}>" in text_of(card(s))
    await bo.unsubscribe_event(the_event(s))
    assert bo.id not in await answers(s)
    assert "**Maybe**" not in text_of(card(s))


@pytest.mark.parametrize("label", ["Going", "Maybe", "Can't"])
async def test_an_answer_of_ones_own_stays_when_interest_goes(s: Stage, label: str) -> None:
    await a_party(s)
    bo = s.person("bo")
    await bo.subscribe_event(the_event(s))
    await bo.click(card(s), label=label)
    given = (await answers(s))[bo.id]
    await bo.unsubscribe_event(the_event(s))
    assert (await answers(s))[bo.id] is given


async def test_whoever_goes_stays_going(s: Stage) -> None:
    await a_party(s)
    bo = s.person("bo")
    await bo.click(card(s), label="Going")
    await bo.subscribe_event(the_event(s))
    assert (await answers(s))[bo.id] is Answer.GOING
    await bo.unsubscribe_event(the_event(s))
    assert (await answers(s))[bo.id] is Answer.GOING


async def test_interest_after_a_no_is_a_maybe(s: Stage) -> None:
    await a_party(s)
    bo = s.person("bo")
    await bo.click(card(s), label="Can't")
    await bo.subscribe_event(the_event(s))
    assert (await answers(s))[bo.id] is Answer.MAYBE


async def test_the_interested_are_told_of_a_move_and_of_the_start(s: Stage) -> None:
    await a_party(s)
    bo = s.person("bo")
    await bo.subscribe_event(the_event(s))
    await s.people["ann"].slash(s.general, "watch-party edit", party=1, when="today 21:00")
    await s.pass_time(hours=13)
    assert [f"<@{bo.id}>" in line for line in told(s, "moved from")] == [True]
    assert [f"<@{bo.id}>" in line for line in told(s, "starts now")] == [True]


async def test_interest_shown_and_lost_while_the_bot_was_away_counts(s: Stage) -> None:
    await a_party(s)
    event = the_event(s)
    bo, cy, di = s.person("bo"), s.person("cy"), s.person("di")
    await bo.subscribe_event(event)
    await cy.subscribe_event(event)
    await cy.click(card(s), label="Can't")
    # As Discord keeps it while nobody listens.
    event.user_ids = {cy.id, di.id}
    await s.restart(minutes=10)
    await s.pass_time(seconds=30)
    found = await answers(s)
    assert bo.id not in found
    assert found[cy.id] is Answer.CANNOT, "answered since, so that stays"
    assert found[di.id] is Answer.MAYBE
    assert f"<@{di.id}>" in text_of(card(s))


async def test_interest_in_events_of_others_is_none_of_ours(s: Stage) -> None:
    await a_party(s)
    other = s.guild.create_scheduled_event(
        "Bingo",
        entity_type=3,
        start_time=(STARTS + timedelta(days=1)).isoformat(),
        end_time=(STARTS + timedelta(days=2)).isoformat(),
        location="here",
    )
    bo = s.person("bo")
    await bo.subscribe_event(other)
    assert bo.id not in await answers(s)
    s.env.backend.delete_scheduled_event(s.guild.id, other.id)
    await s.pass_time(minutes=1)
    assert told(s, "by hand") == []


# -------------------------------------------------------------------- by hand


@pytest.mark.parametrize("how", ["deleted", "cancelled", "deleted while away"])
async def test_an_event_removed_by_hand_is_told_once_and_not_made_again(s: Stage, how: str) -> None:
    await a_party(s)
    ann, event = s.people["ann"], the_event(s)
    if how == "cancelled":
        s.env.backend.edit_scheduled_event(s.guild.id, event.id, {"status": 4})
    elif how == "deleted":
        s.env.backend.delete_scheduled_event(s.guild.id, event.id)
    else:
        del s.env.backend.get_guild(s.guild.id).scheduled_events[event.id]
        await s.restart(minutes=10)
    await s.pass_time(minutes=5)
    [line] = told(s, "deleted by hand")
    assert f"<@{ann.id}>" in line
    assert "discord.com/events" not in text_of(card(s))
    await ann.slash(s.general, "watch-party edit", party=1, when="today 21:00")
    await s.restart()
    await s.pass_time(minutes=5)
    assert len(asked_of_events(s, "POST")) == 1
    assert len(told(s, "deleted by hand")) == 1
    await ann.slash(s.general, "watch-party edit", party=1, event=True)
    await s.pass_time(minutes=1)
    assert len(asked_of_events(s, "POST")) == 2
    assert begins(events(s)[-1]) == STARTS + timedelta(hours=1)
    await s.pass_time(hours=13)
    assert told(s, "starts now"), "the party takes place"


async def test_a_time_changed_by_hand_is_put_back_and_told(s: Stage) -> None:
    await a_party(s)
    event = the_event(s)
    later = {"scheduled_start_time": (STARTS + timedelta(hours=5)).isoformat()}
    s.env.backend.edit_scheduled_event(s.guild.id, event.id, later)
    await s.pass_time(minutes=1)
    assert begins(the_event(s)) == STARTS
    assert len(told(s, "by hand")) == 1
    await s.people["ann"].slash(s.general, "watch-party edit", party=1, when="today 21:00")
    await s.pass_time(minutes=2)
    assert begins(the_event(s)) == STARTS + timedelta(hours=1)
    assert len(told(s, "by hand")) == 1


# ------------------------------------------------------ what Discord refuses


async def test_without_the_permission_the_party_is_there_and_the_host_is_told_what_to_grant(s: Stage) -> None:
    s.env.inject_error("POST", EVENTS, status=403, code=50013)
    await a_party(s)
    ann = s.people["ann"]
    [line] = told(s, "grant me")
    assert "Create Events" in line
    assert f"<@{ann.id}>" in line
    assert "Watch party" in text_of(card(s))
    await s.restart()
    await s.pass_time(minutes=30)
    assert len(told(s, "grant me")) == 1
    assert events(s) == []
    await ann.slash(s.general, "watch-party edit", party=1, event=True)
    await s.pass_time(minutes=1)
    assert the_event(s).status == 1


async def test_what_is_missing_in_a_channel_is_named(s: Stage) -> None:
    place = s.guild.create_stage_channel("stage")
    await s.forbid(place, s.env.backend.bot_user.id, role=False, mute_members=True, move_members=True)
    s.env.inject_error("POST", EVENTS, status=403, code=50013)
    await a_party(s, voice=place)
    [line] = told(s, "grant me")
    assert "Mute Members and Move Members" in line
    assert "Create Events" not in line


async def test_a_notice_comes_by_direct_message_where_the_channel_is_closed(s: Stage) -> None:
    await a_party(s)
    ann = s.people["ann"]
    s.env.inject_error("PATCH", f"{EVENTS}/*", status=403, code=50013)
    s.env.inject_error("POST", f"/channels/{s.general.id}/messages", status=403, code=50013, times=None)
    await ann.slash(s.general, "watch-party edit", party=1, title="Popcorn")
    await s.pass_time(seconds=30)
    assert ann.user.dm_channel.last_message is not None
    assert "grant me" in (ann.user.dm_channel.last_message.content or "")


async def test_a_server_full_of_events_is_told(s: Stage) -> None:
    s.env.inject_error("POST", EVENTS, status=400, code=30038)
    await a_party(s)
    assert len(told(s, "as many events as Discord allows")) == 1


@pytest.mark.parametrize("status", [503, 429])
async def test_trouble_at_discord_only_delays_it(s: Stage, status: int) -> None:
    s.env.inject_error("POST", EVENTS, status=503, times=3)
    s.env.inject_error("GET", EVENTS, status=503, times=2)
    await a_party(s)
    assert events(s) == []
    await s.pass_time(minutes=5)
    assert the_event(s).status == 1
    assert told(s, "event of") == []
    assert f"/events/{s.guild.id}/{the_event(s).id}" in text_of(card(s))


@pytest.mark.parametrize("status", [503, 502])
async def test_what_was_made_although_discord_answered_with_an_error_is_found(
    s: Stage, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """503 is tried again by us, 502 inside discord.py."""
    create = s.env.backend.create_scheduled_event

    def made_and_refused(*args: Any, **options: Any) -> Any:
        made = create(*args, **options)
        if len(events(s)) == 1:
            raise BackendError(status, 0, "made all the same")
        return made

    monkeypatch.setattr(s.env.backend, "create_scheduled_event", made_and_refused)
    await a_party(s)
    await s.pass_time(minutes=5)
    assert [one.status for one in events(s)].count(1) == 1
    assert f"/events/{s.guild.id}/{next(one for one in events(s) if one.status == 1).id}" in text_of(card(s))


async def test_a_crash_between_making_and_noting_leaves_one_event(s: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    change, crashed = mirrors.change, False

    async def crashing(tx: Any, party_id: int, values: Any) -> None:
        nonlocal crashed
        if values.get("event_id") and not crashed:
            crashed = True
            raise ConnectionResetError("the power is gone")
        await change(tx, party_id, values)

    monkeypatch.setattr(mirrors, "change", crashing)
    await a_party(s)
    assert crashed
    assert len(s.taken_errors()) == 1
    await s.restart(minutes=5)
    await s.pass_time(minutes=5)
    assert the_event(s).status == 1
    assert f"/events/{s.guild.id}/{the_event(s).id}" in text_of(card(s))


# ----------------------------------------------------------------- who may ask


async def test_whoever_may_not_create_events_has_none_made(s: Stage) -> None:
    bo, cinema = s.person("bo"), s.guild.create_voice_channel("cinema")
    everyone = s.env.backend.get_guild(s.guild.id).roles[s.guild.id]
    everyone.permissions &= ~discord.Permissions(create_events=True, manage_events=True).value
    s.companion.client.get_guild(s.guild.id).default_role._permissions = everyone.permissions  # type: ignore[union-attr]
    await bo.slash(s.general, "timezone set", zone="UTC")
    options = {"episode": 3, "when": "today 20:00"}
    refused = await bo.slash(s.general, "watch-party create", event=True, **options)
    assert "may not create events" in said(refused)
    assert "may not create events in" in said(await bo.slash(s.general, "watch-party create", voice=cinema, **options))
    assert "or none?" in said(await bo.slash(s.general, "watch-party create", event=False, voice=cinema, **options))
    await s.pass_time(minutes=1)
    assert asked_of_events(s, "POST") == []
    async with s.companion.database.read() as tx:
        assert await parties.get(tx, 1) is None


async def test_the_wish_survives_the_question_which_time_was_meant(s: Stage) -> None:
    cinema = s.guild.create_voice_channel("cinema")
    ann = host(s)
    await ann.slash(s.general, "timezone set", zone="UTC")
    note = "-# 📅 <#1>"
    asked = await ann.slash(s.general, "watch-party create", episode=4, when="fri at 9", voice=cinema, note=note)
    await s.restart()
    await ann.click(asked.response, label=next(iter(buttons(asked.response))))
    await s.pass_time(seconds=10)
    assert the_event(s).channel_id == cinema.id
    async with s.companion.database.read() as tx:
        party = await parties.get(tx, 1)
    assert party is not None
    assert party.note == note


async def test_the_wish_survives_the_form_and_a_mistake_in_it(s: Stage) -> None:
    ann = host(s)
    await ann.slash(s.general, "timezone set", zone="UTC")
    form = await ann.slash(s.general, "watch-party create", event=True)
    wrong = await ann.submit_modal(form, filled(form, {0: "three", 1: "today 20:00"}))
    again = await ann.click(wrong.response, label="Open the form again")
    await ann.submit_modal(again, filled(again, {0: "3"}))
    await s.pass_time(seconds=10)
    assert begins(the_event(s)) == STARTS
