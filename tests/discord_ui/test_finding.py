"""`/watch-party find` as members meet it: times, picture, vote, and the party that comes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import discord
import pytest
import sqlalchemy as sa
from simcord.actors import MemberActor

from bot.core.party import Answer
from bot.core.poll import Ballot, PollState
from bot.core.reminder import DueKind, DueState
from bot.store import parties, polls
from bot.store.tables import poll
from tests.discord_ui.answers import answers, press
from tests.discord_ui.stage import Stage, buttons, components, is_private, said, stage, text_of
from tests.openapi import check_recorded

ZONES = ("Asia/Seoul", "Europe/Berlin", "America/New_York", "Europe/Berlin")
NAMES = ("ann", "bo", "cy", "dee")


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


async def company(s: Stage, zones: Sequence[str] = ZONES, *, share: bool | None = None) -> list[MemberActor]:
    """People in these zones who all come to Ann's party for episode 3."""
    found = [s.person(name) for name in NAMES[: len(zones)]]
    for person, zone in zip(found, zones, strict=True):
        if zone:
            await person.slash(s.general, "timezone set", zone=zone, **({} if share is None else {"share": share}))
    await found[0].slash(s.general, "watch-party create", episode=3, when="air time")
    card = next(message for message in s.general.history() if "Watch party" in text_of(message))
    for person in found[1:]:
        await person.click(card, label="Going")
    return found


async def find(s: Stage, who: MemberActor, **options: Any) -> tuple[Any, Any]:
    """The answer, and the card of the vote."""
    found = await who.slash(s.general, "watch-party find", **{"episode": 4, **options})
    return found, card_of(s)


def card_of(s: Stage) -> Any:
    return [message for message in s.general.history() if "Vote: when" in text_of(message)][-1]


async def ballot_of(s: Stage, number: int = 1) -> Ballot:
    async with s.companion.database.read() as tx:
        found = await polls.ballot(tx, number)
    assert found is not None
    return found


async def the_party(s: Stage, number: int = 2) -> parties.Attendance | None:
    async with s.companion.database.read() as tx:
        party = await parties.get(tx, number)
        return None if party is None else await parties.attendance(tx, party)


def pictures(message: Any) -> list[str]:
    return [item["description"] for part in components(message) if part["type"] == 12 for item in part["items"]]


def results(s: Stage) -> list[dict[str, Any]]:
    said_over = [body for body in s.posts(s.general) if "is over" in (body.get("content") or "")]
    return [body for body in said_over if "Who watched it?" not in body["content"]]


async def test_times_picture_vote_and_the_winner_becomes_the_party(s: Stage) -> None:
    ann, bo, cy, dee = await company(s)
    found, card = await find(s, ann)
    assert not is_private(found)
    assert "4 people" in said(found)
    [described] = pictures(found.response)
    assert "00:00" not in text_of(card)
    assert not any(place in said(found) + described for zone in ZONES for place in (zone, zone.split("/")[1]))
    ballot = await ballot_of(s)
    # Episode 4 airs on 29 July at 22:00 in Seoul; nothing is watched before.
    assert all(choice.starts_at >= datetime(2025, 7, 29, 13, tzinfo=UTC) for choice in ballot.choices)
    for person, numbers in ((bo, (1, 2)), (cy, (2,)), (dee, (1,)), (dee, (1,)), (ann, (3,))):
        for number in numbers:
            voted = await person.click(card_of(s), custom_id=f"c1:vote:1:{number}")
    assert "You have voted for 3" in said(voted)
    assert {"2 · 2", "1 · 1", "3 · 1"} <= set(buttons(card_of(s)))
    assert await the_party(s) is None
    await s.restart()
    await s.pass_time(hours=25)
    party = await the_party(s)
    assert party is not None
    assert party.party.starts_at == ballot.choices[1].starts_at
    assert (party.party.episode, party.party.creator_id) == (4, ann.id)
    assert set(party.who(Answer.GOING)) == {ann.id, bo.id, cy.id}
    [told] = results(s)
    assert told["allowed_mentions"]["users"] == [ann.id, bo.id, cy.id]
    over = card_of(s)
    assert "🏆 **2**" in text_of(over)
    assert buttons(over) == {}
    cards = [message for message in s.general.history() if "Watch party" in text_of(message)]
    assert len(cards) == 2, "the party is announced once"
    await s.restart()
    await s.pass_time(hours=1)
    assert [state for _, state, _ in await s.due(DueKind.POLL)] == [DueState.DELIVERED]
    assert await the_party(s, 3) is None


async def test_the_host_decides_early_and_nobody_else(s: Stage) -> None:
    ann, bo, *_ = await company(s)
    _, card = await find(s, ann)
    await bo.click(card, custom_id="c1:vote:1:1")
    refused = await bo.click(card_of(s), label="Decide now")
    assert is_private(refused)
    assert "end this vote" in said(refused)
    assert (await ballot_of(s)).poll.state is PollState.OPEN
    decided = await ann.click(card_of(s), label="Decide now")
    assert is_private(decided)
    await s.pass_time(seconds=5)
    assert (await the_party(s)) is not None
    host = (await bo.slash(s.general, "schedule show")).response
    for late in await answers(s, [press(bo, host, one) for one in ("c1:vote:1:1", "c1:decide:1")]):
        assert late.private
        assert "That vote is over" in late.text
    assert len(results(s)) == 1


async def test_without_votes_the_card_says_so_and_the_host_is_told(s: Stage) -> None:
    ann, *_ = await company(s)
    await find(s, ann)
    await s.pass_time(hours=25)
    assert "Nobody has voted" in text_of(card_of(s))
    [told] = results(s)
    assert "Nobody has voted" in told["content"]
    assert told["allowed_mentions"]["users"] == [ann.id]
    assert await the_party(s) is None


async def test_a_vote_that_was_never_shown_ends_without_a_word(s: Stage) -> None:
    ann, *_ = await company(s)
    await find(s, ann)
    # As after a crash before its card was sent.
    async with s.companion.database.begin() as tx:
        await tx.execute(sa.update(poll).values(message_id=None))
    await s.pass_time(hours=25)
    assert results(s) == []
    assert [(state, reason) for _, state, reason in await s.due(DueKind.POLL)] == [(DueState.DROPPED, "never-shown")]


async def test_a_vote_that_ends_while_the_bot_is_away_is_decided_late_and_says_so(s: Stage) -> None:
    ann, bo, *_ = await company(s)
    _, card = await find(s, ann)
    await bo.click(card, custom_id="c1:vote:1:3")
    await s.restart(hours=26)
    await s.pass_time(seconds=5)
    [told] = results(s)
    assert "late" in told["content"]
    assert (await the_party(s)) is not None
    host = (await bo.slash(s.general, "schedule show")).response
    [after] = await answers(s, [press(bo, host, "c1:vote:1:2")])
    assert "That vote is over" in after.text


async def public(folder: Path, zones: Sequence[str]) -> tuple[object, ...]:
    """All that is shown of a search, the picture included."""
    async with stage(folder) as s:
        [ann, *_] = await company(s, zones)
        found, card = await find(s, ann)
        sent = [entry for entry in s.env.http_requests if getattr(entry, "files", None)]
        times = [choice.starts_at for choice in (await ballot_of(s)).choices]
        shown = [part for part in components(card) if part["type"] == 10]
        assert s.unexpected_errors() == []
        return said(found), pictures(found.response), [part["content"] for part in shown][:1], times, len(sent)


async def test_nothing_that_is_shown_depends_on_who_has_which_zone(tmp_path_factory: pytest.TempPathFactory) -> None:
    orders = sorted(set(permutations(ZONES)))[::4]
    found = [await public(tmp_path_factory.mktemp(str(turn)), order) for turn, order in enumerate(orders)]
    assert len(found) == 3
    assert all(one == found[0] for one in found)


@pytest.mark.parametrize("zones", [ZONES[:2], ("Asia/Seoul", "Asia/Seoul", "Asia/Seoul")])
async def test_there_is_no_picture_where_it_would_tell_whose_clock_it_is(s: Stage, zones: tuple[str, ...]) -> None:
    ann, *_ = await company(s, zones)
    found, card = await find(s, ann)
    assert pictures(found.response) == []
    assert "no picture" in said(found)
    assert "vote" in text_of(card)


async def test_people_who_share_their_zones_here_see_the_picture_however_few(s: Stage) -> None:
    ann, *_ = await company(s, ZONES[:2], share=True)
    found, _ = await find(s, ann)
    assert len(pictures(found.response)) == 1


async def test_those_without_a_zone_are_a_number_that_only_the_host_reads(s: Stage) -> None:
    ann, *_ = await company(s, ("Asia/Seoul", "", ""))
    found, _ = await find(s, ann)
    hints = [one for one in found.followups if "saved a time zone" in text_of(one)]
    assert len(hints) == 1
    assert text_of(hints[0]).startswith("🕒 2 people")
    assert "/timezone set" in text_of(hints[0])
    assert hints[0].ephemeral
    assert "saved a time zone" not in text_of(found.response)


async def test_nobody_with_a_zone_is_told_what_to_do(s: Stage) -> None:
    found = await s.person("ann").slash(s.general, "watch-party find", episode=4)
    assert is_private(found)
    assert "/timezone set" in said(found)
    assert await s.due(DueKind.POLL) == []


async def test_before_the_first_party_those_who_share_their_zone_are_counted(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await ann.slash(s.general, "timezone set", zone="Europe/Berlin")
    alone, _ = await find(s, ann)
    assert "Nobody has come" in said(alone)
    await bo.slash(s.general, "timezone set", zone="Asia/Seoul", share=True)
    found, _ = await find(s, ann)
    assert "2 people who share" in said(found)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"from": "2 aug 20:00", "until": "1 aug 20:00"}, "later `until`"),
        ({"until": "29 jul 15:00"}, "later `until`"),
        ({"until": "1 aug 20:00", "closes": "2 aug 20:00"}, "end earlier"),
        ({"until": "30 oct 20:00"}, "at most"),
        ({"from": "2 aug 20:05", "until": "2 aug 20:20"}, "no full or half hour"),
        ({"from": "yesterday"}, "is over"),
        ({"last-episode": 2}, "comes before"),
    ],
)
async def test_windows_that_cant_be_are_refused_in_words(s: Stage, options: dict[str, Any], words: str) -> None:
    ann, *_ = await company(s, ZONES[:2])
    found = await ann.slash(s.general, "watch-party find", episode=4, **options)
    assert is_private(found)
    assert words in said(found)
    assert await s.due(DueKind.POLL) == []


@pytest.mark.parametrize("whose", ["theirs", "ours"])
async def test_where_either_may_not_write_there_is_no_vote(s: Stage, whose: str) -> None:
    ann, *_ = await company(s, ZONES[:2])
    who = ann if whose == "theirs" else s.guild.me
    closed = s.guild.create_text_channel("closed", overwrites={who: discord.PermissionOverwrite(send_messages=False)})
    found = await ann.slash(closed, "watch-party find", episode=4)
    assert is_private(found)
    assert await s.due(DueKind.POLL) == []


async def test_too_many_votes_are_refused_kindly(s: Stage) -> None:
    ann, *_ = await company(s, ZONES[:2])
    for _ in range(polls.LIMIT_EACH):
        await find(s, ann)
    refused = await ann.slash(s.general, "watch-party find", episode=4)
    assert is_private(refused)
    assert "Decide now" in said(refused)


async def test_forged_votes_are_refused(s: Stage) -> None:
    ann, *_ = await company(s)
    await find(s, ann)
    elsewhere = s.env.create_guild("Elsewhere")
    eve = elsewhere.add_member(s.env.create_user("eve"))
    host = (await eve.slash(elsewhere.create_text_channel("lobby"), "schedule show")).response
    ours = (await ann.slash(s.general, "schedule show")).response
    foreign = [press(eve, host, custom_id) for custom_id in ("c1:vote:1:1", "c1:decide:1")]
    forged = [press(ann, ours, one) for one in ("c1:vote:1:9", "c1:vote:2:1", "c1:vote:1:0", "c1:decide:7")]
    for refused in await answers(s, [*foreign, *forged]):
        assert refused.private
        assert "don't know that vote" in refused.text
    assert (await ballot_of(s)).votes == {}


async def test_whoever_had_the_worse_hour_last_time_has_the_better_one_next(s: Stage) -> None:
    """It is evening in one place when it is morning in the other; last time it was evening in Seoul."""
    ann, _ = await company(s, ("Asia/Seoul", "America/New_York"))
    await s.pass_time(hours=5)
    await find(s, ann)
    first = min((await ballot_of(s)).choices, key=lambda one: one.rank)
    assert first.starts_at.astimezone(ZoneInfo("America/New_York")).hour >= 19
