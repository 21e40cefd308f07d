"""What becomes of a post at Discord: accepted, refused for good, or not now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import discord
import pytest
import sqlalchemy as sa
from simcord.builders import ChannelHandle

from bot.app.ceilings import Ceilings
from bot.app.outbox import (
    Address,
    BundlePost,
    Channel,
    Delivered,
    Direct,
    Gone,
    Lateness,
    Outcome,
    PartyPost,
    ReminderPost,
    TryLater,
)
from bot.app.party_series import PartySeries
from bot.core.party import Answer, Attendance, Party, PartyState
from bot.core.reminder import Cause, DueKind, DueState, Reminder, ReminderState
from bot.core.show import Text
from bot.dataset.schema import MAX_NAME
from bot.discord_ui.cards import Cards
from bot.discord_ui.delivery import DiscordOutbox
from bot.l10n.words import Words
from bot.store.tables import due as due_table
from bot.store.tables import party as party_table
from tests.discord_ui.stage import MIDDLE, Stage, stage, text_of
from tests.openapi import check_recorded

NONCE = "4be45f2f2a3d5a5c1f0d3f6e"


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


@pytest.fixture
def outbox(s: Stage) -> DiscordOutbox:
    client, words, shows = s.companion.client, Words.load(), s.companion.shows
    ceilings = Ceilings(s.companion.database, shows, s.clock)
    seasons = PartySeries(s.companion.database, s.clock, shows, s.companion.runner.poke)
    return DiscordOutbox(client, words, ceilings, Cards(client, words, shows, ceilings, seasons))


def reminder_post(s: Stage, *, mention: bool = False) -> ReminderPost:
    show = s.companion.shows.default
    reminder = Reminder(
        id=1,
        user_id=s.person("ann").id,
        show_id=show.id,
        episode=3,
        lead_minutes=15,
        airs_at=MIDDLE + timedelta(hours=4),
        fires_at=MIDDLE,
        channel_id=s.general.id,
        guild_id=s.guild.id,
        dm_channel_id=None,
        locale="en-US",
        state=ReminderState.ACTIVE,
        created_at=MIDDLE,
    )
    return ReminderPost(reminder, show, show.episodes[2], None, mention)


def party_post(s: Stage, kind: DueKind, *mentions: int) -> PartyPost:
    show = s.companion.shows.default
    party = Party(
        id=1,
        guild_id=s.guild.id,
        channel_id=s.general.id,
        message_id=None,
        creator_id=s.person("ann").id,
        show_id=show.id,
        episode=3,
        starts_at=MIDDLE + timedelta(hours=4),
        wall_start=(MIDDLE + timedelta(hours=13)).replace(tzinfo=None),
        zone="Asia/Seoul",
        lead_minutes=30,
        locale="en-US",
        state=PartyState.PLANNED,
        created_at=MIDDLE,
    )
    found = Attendance(party, dict.fromkeys(mentions, Answer.GOING))
    return PartyPost(kind, found, show, show.episodes[2:3], mentions, None)


async def to_channel(s: Stage, outbox: DiscordOutbox, nonce: str = NONCE) -> Outcome:
    post = party_post(s, DueKind.PARTY_START, s.person("ann").id)
    return await outbox.deliver(Channel(s.general.id), post, nonce, maybe_sent_since=None)


async def test_accepted_with_its_nonce_and_the_mentions_agreed_on(s: Stage, outbox: DiscordOutbox) -> None:
    outcome = await to_channel(s, outbox)
    message = s.general.last_message
    assert message is not None
    assert outcome == Delivered(s.general.id, message.id)
    [body] = s.posts(s.general)
    assert (body["nonce"], body["enforce_nonce"]) == (NONCE, True)
    assert body["allowed_mentions"] == {"parse": [], "users": [s.person("ann").id]}


@pytest.mark.parametrize("kind", [DueKind.PARTY_LEAD, DueKind.PARTY_START, DueKind.PARTY_CANCELLED])
async def test_seventy_mentions_fit_into_a_message(s: Stage, outbox: DiscordOutbox, kind: DueKind) -> None:
    # Ids of twenty digits are the longest that there can be.
    guests = range(2**64 - 71, 2**64 - 1)
    outcome = await outbox.deliver(Channel(s.general.id), party_post(s, kind, *guests), NONCE, maybe_sent_since=None)
    assert isinstance(outcome, Delivered)
    [body] = s.posts(s.general)
    assert len(body["allowed_mentions"]["users"]) == 70
    assert all(f"<@{guest}>" in body["content"] for guest in guests)


async def test_seventy_people_fit_into_a_reminder(s: Stage, outbox: DiscordOutbox) -> None:
    # Discord's ids stay below that until 2084.
    guests = tuple(range(2**63 - 71, 2**63 - 1))
    late = Lateness(timedelta(hours=1, minutes=17), Cause.REFUSED)
    alone = reminder_post(s, mention=True)
    title = Text({"en": "*" * MAX_NAME})
    post = BundlePost(
        tuple(replace(alone.reminder, id=index, user_id=guest) for index, guest in enumerate(guests, 1)),
        replace(alone.show, title=title),
        alone.episode,
        late,
        instead=True,
    )
    outcome = await outbox.deliver(Channel(s.general.id), post, NONCE, maybe_sent_since=None)
    assert isinstance(outcome, Delivered)
    [body] = s.posts(s.general)
    assert body["allowed_mentions"] == {"parse": [], "users": list(guests)}
    assert all(f"<@{guest}>" in body["content"] for guest in guests)
    assert len(body["content"]) <= 2000
    # After a crash it is found by the mark in its buttons.
    assert await deliver_again(s, outbox, Channel(s.general.id)) == outcome
    assert len(s.posts(s.general)) == 1


async def test_a_direct_message_is_opened_where_it_never_was(s: Stage, outbox: DiscordOutbox) -> None:
    ann = s.person("ann")
    outcome = await outbox.deliver(Direct(ann.id, None), reminder_post(s), NONCE, maybe_sent_since=None)
    assert isinstance(outcome, Delivered)
    assert outcome.channel_id == ann.user.dm_channel.id
    assert len(ann.user.dm_channel.history()) == 1


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (404, 10003, Gone("channel-gone")),
        (403, 50001, Gone("forbidden")),
        (403, 50013, Gone("forbidden")),
        (400, 50035, Gone("refused 50035")),
        (401, 0, TryLater("http 401")),
        (429, 0, TryLater("http 429")),
        (500, 0, TryLater("http 500")),
        (502, 0, TryLater("http 502")),
        (503, 0, TryLater("http 503")),
    ],
)
async def test_what_a_channel_answers(
    s: Stage, outbox: DiscordOutbox, status: int, code: int, outcome: Outcome
) -> None:
    s.env.inject_error("POST", f"/channels/{s.general.id}/messages", status=status, code=code)
    assert await to_channel(s, outbox) == outcome
    assert len(s.posts(s.general)) == 1
    # Only what is a mistake of ours is an error.
    assert len(s.taken_errors()) == (status == 400)


@pytest.mark.parametrize("code", [50007, 50001, 50278])
@pytest.mark.parametrize("path", ["/users/@me/channels", "/channels/*/messages"])
async def test_closed_direct_messages(s: Stage, outbox: DiscordOutbox, path: str, code: int) -> None:
    s.env.inject_error("POST", path, status=403, code=code)
    to = Direct(s.person("ann").id, None)
    assert await outbox.deliver(to, reminder_post(s), NONCE, maybe_sent_since=None) == Gone("dms-closed")


async def test_a_repeated_nonce_whose_message_was_deleted_had_been_delivered(s: Stage, outbox: DiscordOutbox) -> None:
    s.env.inject_error("POST", f"/channels/{s.general.id}/messages", status=404, code=10008)
    assert await to_channel(s, outbox) == Delivered(s.general.id, 0)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), "network: TimeoutError"),
        (ConnectionResetError(104, "reset"), "network: ConnectionResetError"),
        (aiohttp.ServerDisconnectedError(), "network: ServerDisconnectedError"),
        (RuntimeError("Session is closed"), "not connected: Session is closed"),
    ],
)
async def test_a_broken_connection_is_tried_again(
    s: Stage, outbox: DiscordOutbox, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    async def broken(*_args: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr(s.companion.client.http, "send_message", broken)
    assert await to_channel(s, outbox) == TryLater(reason)


async def test_a_limit_that_discord_py_knows_of_is_waited_for(
    s: Stage, outbox: DiscordOutbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def limited(*_args: object, **_options: object) -> None:
        raise discord.RateLimited(42.5)

    monkeypatch.setattr(s.companion.client.http, "send_message", limited)
    assert await to_channel(s, outbox) == TryLater("rate-limited", timedelta(seconds=42.5))


# ---------------------------------------------------------- after a crash


async def test_an_earlier_attempt_is_looked_for_without_sending(s: Stage, outbox: DiscordOutbox) -> None:
    since = s.clock.now()
    place = Channel(s.general.id)
    assert await outbox.earlier(place, NONCE, since=since) == Gone("never-sent")
    sent = await to_channel(s, outbox)
    assert await outbox.earlier(place, NONCE, since=since) == sent
    s.env.inject_error("GET", "/channels/*/messages", status=503, code=0, times=None)
    assert await outbox.earlier(place, NONCE, since=since) == TryLater("http 503")
    assert len(s.posts(s.general)) == 1


async def deliver_again(s: Stage, outbox: DiscordOutbox, to: Address, nonce: str = NONCE) -> Outcome:
    post = party_post(s, DueKind.PARTY_START) if isinstance(to, Channel) else reminder_post(s)
    return await outbox.deliver(to, post, nonce, maybe_sent_since=MIDDLE)


@pytest.mark.parametrize("kind", [DueKind.PARTY_ANNOUNCEMENT, DueKind.PARTY_START])
async def test_an_earlier_message_is_found_by_its_mark(s: Stage, outbox: DiscordOutbox, kind: DueKind) -> None:
    await outbox.deliver(Channel(s.general.id), party_post(s, kind), NONCE, maybe_sent_since=None)
    sent = s.general.last_message
    assert sent is not None
    await s.person("ann").send(s.general, "hello")
    assert await deliver_again(s, outbox, Channel(s.general.id)) == Delivered(s.general.id, sent.id)
    assert len(s.posts(s.general)) == 1


async def test_an_earlier_message_is_found_under_many_later_ones(s: Stage, outbox: DiscordOutbox) -> None:
    await outbox.deliver(Channel(s.general.id), party_post(s, DueKind.PARTY_START), NONCE, maybe_sent_since=None)
    sent = s.general.last_message
    assert sent is not None
    for number in range(120):
        await s.person("ann").send(s.general, f"hello {number}")
    assert await deliver_again(s, outbox, Channel(s.general.id)) == Delivered(s.general.id, sent.id)
    assert len(s.posts(s.general)) == 1


async def test_an_earlier_direct_message_is_found_too(s: Stage, outbox: DiscordOutbox) -> None:
    to = Direct(s.person("ann").id, None)
    first = await outbox.deliver(to, reminder_post(s), NONCE, maybe_sent_since=None)
    assert await deliver_again(s, outbox, to) == first


async def test_another_message_or_somebody_elses_is_not_taken_for_it(s: Stage, outbox: DiscordOutbox) -> None:
    await to_channel(s, outbox, nonce="another")
    assert isinstance(await deliver_again(s, outbox, Channel(s.general.id)), Delivered)
    assert len(s.posts(s.general)) == 2


async def test_where_the_history_cannot_be_read_it_is_sent_again(s: Stage, outbox: DiscordOutbox) -> None:
    await to_channel(s, outbox)
    s.env.inject_error("GET", f"/channels/{s.general.id}/messages", status=403, code=50001)
    assert isinstance(await deliver_again(s, outbox, Channel(s.general.id)), Delivered)
    assert len(s.posts(s.general)) == 2


async def test_an_outage_while_searching_is_tried_again(s: Stage, outbox: DiscordOutbox) -> None:
    await to_channel(s, outbox)
    s.env.inject_error("GET", f"/channels/{s.general.id}/messages", status=503)
    assert await deliver_again(s, outbox, Channel(s.general.id)) == TryLater("http 503")
    assert len(s.posts(s.general)) == 1


async def test_a_crash_after_sending_shows_nothing_twice(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "watch-party create", episode=3, when="air time")
    await ann.slash(s.general, "remind", episode=3, lead="3 h 59 min")
    await s.pass_time(minutes=2)
    assert await _forget(s) == 2
    # Past the time for which Discord remembers a nonce.
    await s.restart(minutes=10)
    for channel in (s.general, ann.user.dm_channel):
        assert len(channel.history()) == 1
        assert len(s.posts(channel)) == 1
        assert len(_searches(s, channel)) == 1
    assert [state for _, state, _ in await s.due(DueKind.PARTY_ANNOUNCEMENT, DueKind.REMINDER)] == [
        DueState.DELIVERED,
        DueState.DELIVERED,
    ]
    # The announcement is still known as such: cancelling marks it.
    await ann.slash(s.general, "watch-party cancel", party=1)
    assert "was cancelled" in text_of(s.general.history()[0])


async def _forget(s: Stage) -> int:
    """Put what was delivered back to where a crash between sending and noting it leaves it."""
    async with s.companion.database.begin() as tx:
        changed = await tx.execute(
            sa.update(due_table)
            .where(due_table.c.state == DueState.DELIVERED)
            .values(
                state=DueState.WAITING,
                finished_at=None,
                leased_by="crashed",
                leased_until=s.clock.now() + timedelta(minutes=2),
            )
        )
        await tx.execute(sa.update(party_table).values(message_id=None))
    return changed.rowcount


def _searches(s: Stage, channel: ChannelHandle) -> list[object]:
    path = f"/channels/{channel.id}/messages"
    return [entry for entry in s.env.http_requests if (entry.method, entry.path) == ("GET", path)]
