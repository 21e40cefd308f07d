"""What people write on a watch party: where it shows, where it doesn't, and that it can do no harm."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult

from bot.core.text import plain
from bot.store import ceilings, parties
from tests.discord_ui.stage import AFTER, Stage, buttons, discord, filled, is_private, said, stage, text_of
from tests.openapi import check_recorded

TITLE = "The night of the second door"
NOTE = "Bring tissues, and keep the kettle on"


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, at=AFTER) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


async def ceiling(s: Stage, place: ChannelHandle, episode: int) -> None:
    async with s.companion.database.begin() as tx:
        await ceilings.set(tx, place.id, s.guild.id, "the-defects", episode)


async def plan(member: MemberActor, place: ChannelHandle, /, **options: Any) -> InteractionResult:
    given = {"episode": 8, "when": "in 4h", "title": TITLE, "note": NOTE, **options}
    return await member.slash(place, "watch-party create", **{name: value for name, value in given.items() if value})


async def seen(member: MemberActor, place: ChannelHandle, episode: int) -> MemberActor:
    await member.slash(place, "progress set", episode=episode)
    return member


async def stored(s: Stage) -> parties.Party:
    async with s.companion.database.read() as tx:
        found = await parties.get(tx, 1)
    assert found is not None
    return found


def card(place: ChannelHandle) -> str:
    """The text of the announcement in a channel."""
    [found] = [message for message in place.history() if "Watch party" in text_of(message)]
    return text_of(found)


def announced(place: ChannelHandle) -> Any:
    [found] = [message for message in place.history() if "Watch party" in text_of(message)]
    return found


def posts(s: Stage, place: ChannelHandle) -> list[str]:
    """The messages that ping."""
    return [body["content"] for body in s.posts(place) if body.get("content")]


# ---------------------------------------------------------------- it shows


async def test_a_title_and_a_note_stand_wherever_the_party_is_named(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    planned = await plan(ann, s.general)
    assert is_private(planned)
    assert f"**{TITLE}**\n> {NOTE}" in said(planned)
    assert "You wrote this where" not in said(planned), "it shows everywhere"
    assert f"**{TITLE}**\n> {NOTE}" in card(s.general)
    listed = said(await bo.slash(s.general, "watch-party list"))
    assert f"**{TITLE}** · {NOTE}" in listed
    [choice] = await ann.autocomplete(s.general, "watch-party cancel", "party", "second door")
    assert TITLE in choice["name"]
    asked = await ann.click(announced(s.general), label="Cancel the party")
    assert TITLE in said(asked)
    await s.pass_time(hours=3, minutes=45)
    [lead] = posts(s, s.general)
    assert f"**{TITLE}**" in lead
    assert NOTE not in lead, "a notification holds no more than the title"
    cancelled = await ann.slash(s.general, "watch-party cancel", party=1)
    assert TITLE in said(cancelled)
    assert f"**{TITLE}**" in card(s.general)
    assert f"**{TITLE}**" in posts(s, s.general)[-1]


async def test_only_a_title_and_only_a_note(s: Stage) -> None:
    ann = s.person("ann")
    await plan(ann, s.general, note=None)
    assert f"**{TITLE}**" in card(s.general)
    assert "> " not in card(s.general)
    await plan(ann, s.den, title=None)
    assert f"> {NOTE}" in card(s.den)
    await s.pass_time(hours=4)
    assert not any("None" in text for text in (*posts(s, s.den), card(s.den), card(s.general)))


async def test_without_either_nothing_is_different(s: Stage) -> None:
    await plan(s.person("ann"), s.general, title=None, note=None)
    party = await stored(s)
    assert (party.title, party.note) == (None, None)
    assert "> " not in card(s.general)


async def test_through_the_form_that_asks_for_the_time(s: Stage) -> None:
    ann = s.person("ann")
    await ceiling(s, s.den, 5)
    shown = await plan(ann, s.den, when=None)
    # It counts what was open when it was written.
    await ceiling(s, s.den, 0)
    await ann.submit_modal(shown, filled(shown, {"When, in your time zone": "in 4h"}))
    party = await stored(s)
    assert (party.title, party.note, party.text_after) == (TITLE, NOTE, 5)
    assert TITLE not in card(s.den)


@pytest.mark.parametrize(
    ("title", "note"),
    [
        (TITLE, NOTE),
        (TITLE, None),
        (None, NOTE),
        ("**bold** \\**", "> **quoted**"),
        ("> a", "1. b"),
        ("https://a.b/c:d", "<@1> ||x|| [a](b)"),
    ],
)
async def test_through_the_question_which_time_was_meant_and_a_restart(
    s: Stage, title: str | None, note: str | None
) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="Europe/London")
    await ceiling(s, s.den, 5)
    asked = await plan(ann, s.den, when="fri at 9", title=title, note=note)
    assert is_private(asked)
    assert asked.response is not None
    await ceiling(s, s.den, 2)
    await s.restart()
    await ann.click(asked.response, label=next(iter(buttons(asked.response))))
    party = await stored(s)
    assert (party.title, party.note, party.text_after) == (title, note, 5)


# ------------------------------------------------------------ it is refused


@pytest.mark.parametrize("option", ["title", "note"])
@pytest.mark.parametrize(
    "typed",
    [" ", "\u200b\u2060", "\u202e", "\u3164", "\u2800 \u2800", "\u200d", "\ufe0f", "\x00\x07", "\n\n", "\u0301"],
)
async def test_what_nobody_could_read_is_refused(s: Stage, option: str, typed: str) -> None:
    answer = await plan(s.person("ann"), s.general, **{option: typed})
    assert is_private(answer)
    assert f"nothing to read in that {option}" in said(answer)
    assert s.general.last_message is None


@pytest.mark.parametrize(("option", "limit"), [("title", 80), ("note", 300)])
async def test_what_is_too_long_is_refused_with_the_limit(s: Stage, option: str, limit: int) -> None:
    ann = s.person("ann")
    for length in (limit + 1, 5_000):
        answer = await plan(ann, s.general, **{option: "x" * length})
        assert is_private(answer)
        assert f"{length} characters, and {limit} fit" in said(answer)
        assert len(said(answer)) < 200
    assert s.general.last_message is None
    # What is cut away in cleaning doesn't count.
    fits = await plan(ann, s.general, **{option: "  " + "\u200b".join("x" * limit) + "\n"})
    assert "Planned" in said(fits)
    assert "x" * limit in card(s.general)


# ------------------------------------------------------------ it is harmless


HOSTILE = [
    "@everyone <@1> <@&2> <#3> @here",
    "||bar|| | ||",
    "`code` ```\nfence``` **bold** __u__ ~~s~~ *i*",
    "[link](https://evil.example) https://evil.example <https://evil.example>",
    "# heading\n-# small\n> quote\n- item\n1. one",
    "\u202eright to left\u2066\u200bhidden\ufeff",
    "</watch-party:1> <t:1:R> <:a:1> <a:b:2> <id:home>",
    "\\",
    "\\\\** \\",
    "{show} {0} %s $x",
    "Z\u0334\u0353\u033d\u0321" * 10,
    "같이 보기 🎬 👩‍👩‍👧",
]


@pytest.mark.parametrize("typed", HOSTILE)
async def test_hostile_texts_are_shown_as_they_are_and_do_nothing(s: Stage, typed: str) -> None:
    ann = s.person("ann")
    answers = [said(await plan(ann, s.general, title=typed[:80], note=typed))]
    answers += [card(s.general), said(await ann.slash(s.general, "watch-party list"))]
    answers += [said(await ann.click(announced(s.general), label="Cancel the party"))]
    await s.pass_time(hours=4)
    answers += posts(s, s.general)
    assert len(posts(s, s.general)) == 2
    for text in answers:
        assert plain(typed[:80]).removeprefix("\\") in text
        unescaped = re.sub(r"\\.", "", text)
        for live in ("||", "<@1>", "<@&2>", "@everyone", "@here", "https://", "```", "\u202e", "\u200b", "<id:", "</"):
            assert live not in unescaped, (live, text)
    for entry in s.env.http_requests:
        allowed = (entry.json or {}).get("allowed_mentions") if isinstance(entry.json, dict) else None
        assert not allowed or set(allowed.get("users", [])) <= {ann.id, str(ann.id)}
        assert not allowed or not allowed.get("parse")


async def test_a_list_of_the_longest_texts_is_sent(s: Stage) -> None:
    ann = s.person("ann")
    for _ in range(10):
        await plan(ann, s.general, title="|" * 80, note="*" * 300)
    listed = await ann.slash(s.general, "watch-party list")
    assert said(listed).count("\\|" * 80) == 10


# ---------------------------------------------------- never above its horizon


async def test_what_was_written_in_an_open_channel_is_not_listed_for_who_is_not_as_far(s: Stage) -> None:
    ann = await seen(s.person("ann"), s.general, 8)
    bo = await seen(s.person("bo"), s.general, 7)
    await ceiling(s, s.den, 8)
    await plan(ann, s.den)
    assert (await stored(s)).text_after == 8
    assert TITLE in card(s.den)
    for place in (s.general, s.den):
        # A list is private: what counts is how far its reader is.
        assert TITLE in said(await ann.slash(place, "watch-party list"))
        for member in (bo, s.person("cy")):
            listed = said(await member.slash(place, "watch-party list"))
            assert "Episode 8" in listed
            assert TITLE not in listed
            assert NOTE not in listed


async def test_the_party_appears_as_if_nothing_had_been_written(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await ceiling(s, s.den, 8)
    await ann.slash(s.general, "timezone set", zone="Asia/Seoul")
    await plan(ann, s.den, when="tomorrow 20:00")
    with_text = said(await bo.slash(s.general, "watch-party list"))
    await ann.slash(s.general, "watch-party cancel", party=1)
    await plan(ann, s.den, when="tomorrow 20:00", title=None, note=None)
    assert said(await bo.slash(s.general, "watch-party list")) == with_text


async def test_it_is_announced_in_another_channel_only_where_that_is_as_open(s: Stage) -> None:
    ann = s.person("ann")
    await ceiling(s, s.den, 8)
    planned = said(await plan(ann, s.den, channel=s.general))
    assert TITLE not in planned, "its planner has not seen as much"
    assert "open up to episode 8" in planned
    assert TITLE not in card(s.general)
    await s.pass_time(hours=4)
    assert len(posts(s, s.general)) == 2
    assert not any(TITLE in text for text in posts(s, s.general))


async def test_it_is_announced_from_a_closed_channel_in_an_open_one(s: Stage) -> None:
    await ceiling(s, s.den, 8)
    await plan(s.person("ann"), s.general, channel=s.den)
    assert TITLE in card(s.den)


async def test_after_the_ceiling_was_lowered_no_message_and_no_edit_shows_it(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await ceiling(s, s.den, 8)
    await plan(ann, s.den)
    await bo.click(announced(s.den), label="Going")
    assert TITLE in card(s.den)
    await ceiling(s, s.den, 7)
    await bo.click(announced(s.den), label="Maybe")
    assert TITLE not in card(s.den)
    assert NOTE not in card(s.den)
    await s.pass_time(hours=3, minutes=45)
    [lead] = posts(s, s.den)
    assert TITLE not in lead
    await ceiling(s, s.den, 8)
    await s.restart()
    await bo.click(announced(s.den), label="Going")
    assert TITLE in card(s.den), "as open as before"
    await s.pass_time(minutes=20)
    assert TITLE in posts(s, s.den)[-1]


async def test_a_cancellation_after_the_ceiling_was_lowered(s: Stage) -> None:
    ann = s.person("ann")
    await ceiling(s, s.den, 8)
    await plan(ann, s.den)
    await ceiling(s, s.den, 0)
    assert TITLE not in said(await ann.slash(s.general, "watch-party cancel", party=1))
    assert "was cancelled" in card(s.den)
    assert TITLE not in card(s.den)
    assert TITLE not in posts(s, s.den)[-1]


async def test_choices_and_confirmations_follow_the_progress_of_whoever_cancels(s: Stage) -> None:
    ann = s.person("ann")
    await ceiling(s, s.den, 8)
    await plan(ann, s.den)
    for progress, shown in ((0, False), (7, False), (8, True)):
        await seen(ann, s.general, progress)
        [choice] = await ann.autocomplete(s.den, "watch-party cancel", "party", "")
        assert (TITLE in choice["name"]) == shown
        assert bool(await ann.autocomplete(s.den, "watch-party cancel", "party", TITLE)) == shown
        asked = await ann.click(announced(s.den), label="Cancel the party")
        assert (TITLE in said(asked)) == shown


async def test_in_an_episode_thread_the_episode_is_the_stamp(s: Stage) -> None:
    ann = s.person("ann")
    made = s.env.backend.create_thread(s.den.id, "Episode 6 live", ann.id)
    thread = ChannelHandle(s.env, s.guild, made)
    await plan(ann, thread)
    assert (await stored(s)).text_after == 6
    assert TITLE in card(thread)
    s.env.backend.edit_channel(thread.id, {"name": "Episode 5 live"})
    await s.env.settle()
    await s.pass_time(hours=3, minutes=45)
    assert TITLE not in posts(s, thread)[0]
    await s.restart()
    s.env.backend.edit_channel(thread.id, {"name": "Episode 6 live"})
    await s.env.settle()
    await s.pass_time(minutes=20)
    assert TITLE in posts(s, thread)[1]


async def test_an_archived_thread_is_asked_for(s: Stage) -> None:
    ann = s.person("ann")
    made = s.env.backend.create_thread(s.den.id, "Episode 6", ann.id)
    thread = ChannelHandle(s.env, s.guild, made)
    await plan(ann, thread)
    s.env.backend.edit_channel(thread.id, {}, thread_metadata={"archived": True})
    await s.env.settle()
    assert s.companion.client.get_channel(thread.id) is None
    await s.pass_time(hours=3, minutes=45)
    assert TITLE in posts(s, thread)[0]


async def test_of_a_show_that_is_not_the_default_one_its_own_ceiling_counts(s: Stage) -> None:
    # Set for another show: nothing of this one is open.
    async with s.companion.database.begin() as tx:
        await ceilings.set(tx, s.den.id, s.guild.id, "lighthouse-shift", 8)
    await plan(s.person("ann"), s.den)
    assert (await stored(s)).text_after == 0


async def test_a_party_that_was_planned_before_there_were_titles(s: Stage) -> None:
    ann = s.person("ann")
    async with s.companion.database.begin() as tx:
        await parties.create(
            tx,
            guild_id=s.guild.id,
            channel_id=s.den.id,
            creator_id=ann.id,
            show_id="the-defects",
            episode=3,
            starts_at=AFTER + timedelta(hours=3),
            wall_start=(AFTER + timedelta(hours=3)).replace(tzinfo=None),
            zone="UTC",
            lead_minutes=30,
            locale="en-US",
            now=AFTER,
        )
    assert "Episode 3" in said(await ann.slash(s.general, "watch-party list"))


async def test_in_korean(s: Stage) -> None:
    mina = s.person("mina", "ko")
    await ceiling(s, s.den, 8)
    assert "80자까지" in said(await plan(mina, s.den, title="가" * 81))
    assert "읽을 수 있는 글자가 없어요" in said(await plan(mina, s.den, note="\u3164"))
    assert "8화까지 열린 곳" in said(await plan(mina, s.den))
    role = s.guild.create_role("all", permissions=discord.Permissions.all())
    assert TITLE in card(s.den)
    assert "Cancelled" in said(await s.person("mod", roles=[role]).slash(s.den, "watch-party cancel", party=1))
