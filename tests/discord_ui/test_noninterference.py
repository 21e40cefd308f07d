"""Nothing tells more than its reader may know, over every command, at every horizon.

The property: change anything in the dataset above the horizon, and what a reader can see without clicking a bar
does not change; change anything above what was asked for, and nothing at all changes. For each asking there are
therefore two twins of the show (see `tests.discord_ui.twins`): one that differs above what the reply covers, whose
answer has to be the same byte for byte, and one that differs above what stands in the open, whose answer has to be
the same once the bars are closed.

A sample of askings runs by default, the same in every run, and all of them with CLIFFHANGER_FULL_TESTS=1.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import pytest
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.components import walk_components
from simcord.results import InteractionResult

from bot.app import asking as asking_module
from bot.app import characters as characters_app
from bot.app import schedules
from bot.app.characters import character_key
from bot.app.shows import show_key
from bot.core import card, recap, spoilers
from bot.core.airing import airing, airs_at
from bot.core.show import Catalogue, Character, Name, Show
from bot.core.spoilers import Decision, Horizon
from bot.core.text import plain
from bot.demo import simulation
from bot.discord_ui import airtimes as airtimes_cog
from bot.discord_ui import characters as characters_cog
from bot.discord_ui import recaps as recaps_cog
from bot.store import ceilings, people, progress
from tests.discord_ui.answers import Action, Answer, answers, forget, in_direct_messages, press, slash, typing
from tests.discord_ui.stage import AFTER, BEFORE, MIDDLE, ROOT, Stage, buttons, components, stage
from tests.discord_ui.twins import MARK, VARIANTS, stamps, twin
from tests.openapi import check_recorded

FULL = os.environ.get("CLIFFHANGER_FULL_TESTS") == "1"
LOCALES = ("en-US", "ko")


@dataclass(frozen=True, slots=True)
class Tried:
    """A show to try, where its data is, and instants before, during and after it."""

    show: str
    data: Path | None
    before: datetime
    during: datetime
    after: datetime


SHOWS = (
    Tried("the-defects", None, BEFORE, MIDDLE, AFTER),
    Tried(
        "lighthouse-shift",
        ROOT / "tests",
        datetime(2026, 1, 2, 9, tzinfo=UTC),
        datetime(2026, 10, 14, 9, tzinfo=UTC),
        datetime(2027, 1, 2, 9, tzinfo=UTC),
    ),
)
shows = pytest.mark.parametrize("tried", SHOWS, ids=[tried.show for tried in SHOWS])


# --------------------------------------------------------------- the place


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody at a progress, with a message of the bot for themselves and one for all to press buttons on.

    Both stand in a channel of their own choice, whose ceiling is ``ceiling``.
    """

    member: MemberActor
    locale: str
    progress: int
    ceiling: int
    private: Any
    public: Any


@dataclass(frozen=True, slots=True)
class Place:
    """A channel for every ceiling and a reader for every progress and language."""

    s: Stage
    show: Show
    catalogue: Catalogue
    channels: tuple[ChannelHandle, ...]
    readers: tuple[Reader, ...]

    @property
    def last(self) -> int:
        return len(self.show.episodes)


@asynccontextmanager
async def place(folder: Path, tried: Tried, at: datetime) -> AsyncIterator[Place]:
    async with stage(folder, at=at, data=tried.data, show=tried.show) as s:
        show = s.companion.shows.default
        last = len(show.episodes)
        channels = tuple(s.guild.create_text_channel(f"up-to-{number}") for number in range(last + 1))
        members = [
            (s.person(f"reader-{number}-{locale}", locale), locale, number)
            for number in range(last + 1)
            for locale in LOCALES
        ]
        async with s.companion.database.begin() as tx:
            for number, channel in enumerate(channels):
                await ceilings.set(tx, channel.id, s.guild.id, show.id, number)
            for member, _, number in members:
                await progress.set(tx, member.id, show.id, number)
            await people.set_zone(tx, members[0][0].id, "Asia/Kolkata")
            await people.set_share(tx, members[0][0].id, s.guild.id, True)
        readers: list[Reader] = []
        for member, locale, number in members:
            # Five has no factor in common with the numbers of horizons, so that every ceiling comes up.
            ceiling = (number * 5 + 3) % (last + 1)
            private = (await member.slash(channels[ceiling], "help")).response
            public = (await member.slash(channels[ceiling], "schedule")).response
            readers.append(Reader(member, locale, number, ceiling, private, public))
        yield Place(s, show, s.companion.shows.catalogue, channels, tuple(readers))
        assert s.unexpected_errors() == []
        assert check_recorded(s.env) == []


# -------------------------------------------------------------- the askings


@dataclass(frozen=True, slots=True)
class Asking:
    """Something a reader does, what may stand in the open in its answer, and what it covers behind bars."""

    what: str
    action: Action
    shown: int
    covered: int


def public_and_private(there: Place, reader: Reader) -> list[tuple[bool, ChannelHandle, int]]:
    """Ways to ask: whether privately, where, and up to where things stand in the open then."""
    ways = [(True, there.channels[0], reader.progress)]
    return ways + [(False, channel, ceiling) for ceiling, channel in enumerate(there.channels)]


def spellings(character: Character) -> list[str]:
    """All that a character can be asked for by, now or ever."""
    actor = character.actor
    return list(
        dict.fromkeys(
            spelling
            for name in character.names
            for spelling in (*name.text.by_language.values(), *name.aliases, name.native)
            if spelling
        )
    ) + ([] if actor is None else [actor.name, *([actor.native] if actor.native else []), *actor.aliases])


def recaps(there: Place) -> list[Asking]:
    """`/recap` of every episode with its buttons, asked privately and in channels with every ceiling."""
    found: list[Asking] = []
    key = show_key(there.show)
    for reader in there.readers:
        me = reader.member
        for number in range(1, there.last + 1):
            for private, channel, shown in public_and_private(there, reader):
                what = f"/recap {number} private={private} {reader.locale} at {reader.progress}, shown {shown}"
                action = slash(me, channel, "recap", episode=number, private=private)
                found.append(Asking(what, action, shown, max(shown, number)))
            mine, covered = reader.progress, max(reader.progress, number)
            alone = in_direct_messages(me, "recap", episode=number)
            found.append(Asking(f"/recap {number} alone {reader.locale} at {mine}", alone, mine, covered))
            for action in ("sources", "recap"):
                pressed = press(me, reader.public, f"c1:{action}:{key}:{number}")
                found.append(Asking(f"[{action}] {number} {reader.locale} at {mine}", pressed, mine, covered))
            for host, owner, shown in (
                (reader.private, me.id, mine),
                (reader.public, 1, mine),
                (reader.public, me.id, reader.ceiling),
            ):
                turned = press(me, host, f"c1:turn:{key}:{number}:{owner}")
                what = f"[turn] to {number} {reader.locale} at {mine}, shown {shown}"
                found.append(Asking(what, turned, shown, max(shown, number)))
    return found


def cards(there: Place) -> list[Asking]:
    """`/character` by everything a character is ever called, with its buttons, the casts, and the choices."""
    found: list[Asking] = []
    show = there.show
    typed = [spelling for character in show.characters for spelling in spellings(character)]
    typed += [spelling[:3] for spelling in typed[::5]]
    keys = [character_key(show, character) for character in show.characters]
    for reader in there.readers:
        me, mine = reader.member, reader.progress
        who = f"{reader.locale} at {mine}"
        for private, channel, shown in public_and_private(there, reader):
            covered = max(shown, mine)
            for name in typed:
                action = slash(me, channel, "character", name=name, private=private)
                found.append(
                    Asking(f"/character {name!r} private={private} {who}, shown {shown}", action, shown, covered)
                )
            cast = slash(me, channel, "cast", private=private)
            found.append(Asking(f"/cast private={private} {who}, shown {shown}", cast, shown, covered))
        for name in typed[::3]:
            alone = in_direct_messages(me, "character", name=name, private=False)
            found.append(Asking(f"/character {name!r} alone {who}", alone, mine, mine))
        for name in ("", *typed):
            action = typing(me, there.channels[0], "character", "name", name)
            found.append(Asking(f"choices for {name!r} {who}", action, mine, mine))
        open_to, covered = reader.ceiling, max(reader.ceiling, mine)
        for key in keys:
            chosen = press(me, reader.private, f"c1:card:{show_key(show)}:{key}")
            found.append(Asking(f"[card] {key} {who}", chosen, mine, mine))
            posted = press(me, reader.private, f"c1:post:{show_key(show)}:{key}")
            found.append(Asking(f"[post] {key} {who}, shown {open_to}", posted, open_to, covered))
        posted = press(me, reader.private, f"c1:postcast:{show_key(show)}")
        found.append(Asking(f"[postcast] {who}, shown {open_to}", posted, open_to, covered))
        for page in range(-1, 5):
            for host, owner, shown in (
                (reader.private, me.id, mine),
                (reader.public, 1, mine),
                (reader.public, me.id, reader.ceiling),
            ):
                turned = press(me, host, f"c1:cast:{show_key(show)}:{page}:{owner}")
                found.append(Asking(f"[cast] page {page} {who}, shown {shown}", turned, shown, max(shown, mine)))
    return found


def times(there: Place) -> list[Asking]:
    """Everything about when episodes air, and all else that knows no story."""
    found: list[Asking] = []
    key = show_key(there.show)
    for reader in there.readers:
        me, mine = reader.member, reader.progress
        for command in ("next-episode", "schedule"):
            for private, channel, shown in public_and_private(there, reader):
                action = slash(me, channel, command, private=private)
                found.append(
                    Asking(f"/{command} private={private} {reader.locale}, shown {shown}", action, shown, shown)
                )
            alone = in_direct_messages(me, command)
            found.append(Asking(f"/{command} alone {reader.locale} at {mine}", alone, mine, mine))
        here = there.channels[0]
        timeless = [("[season]", press(me, reader.public, f"c1:season:{key}"))]
        timeless += [
            (f"[{action}] {number}", press(me, reader.public, f"c1:{action}:{key}:{number}"))
            for action in ("clock", "ics")
            for number in range(there.last + 2)
        ]
        timeless += [(f"/{command}", slash(me, here, command)) for command in TIMELESS]
        timeless += [
            (f"choices of {command} {option} {value!r}", typing(me, here, command, option, value))
            for command, option in OPTIONS_WITH_CHOICES
            if option != "name"
            for value in ("", "1", "e", MARK)
        ]
        # These depend on nothing that has a stamp, so that even the twin above 0 makes no difference.
        found += [Asking(f"{what} {reader.locale} at {mine}", action, 0, 0) for what, action in timeless]
    return found


#: Commands that answer with nothing that has a stamp.
TIMELESS = ("help", "about", "progress show", "timezone show", "reminders list", "watch-party list")
TIMELESS += ("spoilers ceiling show",)
#: Every option that offers choices; a test below sees to it that none is missing.
OPTIONS_WITH_CHOICES = (
    ("cast", "show"),
    ("character", "name"),
    ("character", "show"),
    ("next-episode", "show"),
    ("progress clear", "show"),
    ("progress set", "episode"),
    ("progress set", "show"),
    ("progress show", "show"),
    ("recap", "episode"),
    ("recap", "show"),
    ("remind", "episode"),
    ("remind", "show"),
    ("reminders cancel", "reminder"),
    ("schedule", "show"),
    ("spoilers ceiling clear", "show"),
    ("spoilers ceiling set", "episode"),
    ("spoilers ceiling set", "show"),
    ("spoilers ceiling show", "show"),
    ("timezone set", "zone"),
    ("watch-party cancel", "party"),
    ("watch-party create", "episode"),
    ("watch-party create", "show"),
)


def sample(askings: Sequence[Asking], most: int) -> list[Asking]:
    """At most about ``most`` askings, the same every time: some of every kind, and of every pair of horizons."""
    if FULL or len(askings) <= most:
        return list(askings)
    chance = random.Random(most)
    groups: dict[tuple[str, int, int], list[Asking]] = {}
    for asking in chance.sample(askings, len(askings)):
        kind = asking.what.split()[0]
        groups.setdefault((kind, asking.shown, asking.covered), []).append(asking)
    picked: list[Asking] = []
    while len(picked) < most:
        for group in chance.sample(list(groups.values()), len(groups)):
            if group:
                picked.append(group.pop())
    return picked[:most]


# ------------------------------------------------------------ the comparison


async def interferences(there: Place, askings: Sequence[Asking]) -> tuple[list[str], int]:
    """Where an answer tells of what it may not, and how many answers were compared.

    In a sample every asking is tried with one of the variants in turn, else with both.
    """
    shows = there.s.companion.shows
    shows.replace(there.catalogue)
    usual = await answers(there.s, [asking.action for asking in askings])
    problems = [
        f"{asking.what}: {problem}"
        for asking, answer in zip(askings, usual, strict=True)
        for problem in malformed(answer)
    ]
    compared = len(usual)
    for turn, variant in enumerate(VARIANTS):
        for horizon in range(there.last + 1):
            shows.replace(twin(there.catalogue, there.show.id, horizon, variant))
            affected = [
                index
                for index, asking in enumerate(askings)
                if horizon in (asking.shown, asking.covered) and (FULL or index % len(VARIANTS) == turn)
            ]
            other = await answers(there.s, [askings[index].action for index in affected])
            compared += len(other)
            for index, answer in zip(affected, other, strict=True):
                asking = askings[index]
                where = f"{asking.what}: with a {variant} twin above {horizon}"
                problems += [f"{where}, {problem}" for problem in malformed(answer)]
                if asking.covered == horizon and usual[index].raw != answer.raw:
                    problems.append(f"{where}, not asked for:\n  {usual[index].raw}\n  {answer.raw}")
                if asking.shown == horizon and usual[index].open != answer.open:
                    problems.append(f"{where}, in the open:\n  {usual[index].open}\n  {answer.open}")
    shows.replace(there.catalogue)
    return problems, compared


def malformed(answer: Answer) -> list[str]:
    found: list[str] = []
    if not answer.requests:
        found.append("there was no answer")
    if "||" in answer.open.replace("\\|", ""):
        found.append(f"a bar was left open: {answer.open}")
    if MARK in answer.open and "knows nobody" not in answer.open:
        found.append(f"a marked word stands in the open: {answer.open}")
    return found


Askings = Callable[[Place], list[Asking]]
Record = Callable[[str, object], None]


def told(record: Record, show: str, askings: Sequence[Asking], compared: int) -> None:
    record("renderings", compared)
    print(f"{show}: {len(askings)} askings, {compared} renderings compared")


@shows
@pytest.mark.parametrize(("kind", "most"), [(recaps, 240), (cards, 400)], ids=["recaps", "cards"])
async def test_no_story_is_told_above_the_horizon(
    tmp_path: Path, tried: Tried, kind: Askings, most: int, record_property: Record
) -> None:
    async with place(tmp_path, tried, tried.after) as there:
        askings = sample(kind(there), most)
        total = 0
        hosts = {host.id for reader in there.readers for host in (reader.private, reader.public)}
        for start in range(0, len(askings), 1000):
            problems, compared = await interferences(there, askings[start : start + 1000])
            total += compared
            assert problems == []
            assert check_recorded(there.s.env) == []
            forget(there.s, hosts)
        told(record_property, tried.show, askings, total)


@shows
async def test_air_times_and_all_that_knows_no_story_tell_nothing(
    tmp_path: Path, tried: Tried, record_property: Record
) -> None:
    async with place(tmp_path, tried, tried.before) as there:
        total = 0
        askings = sample(times(there), 130)
        for at in (tried.before, tried.during, tried.after):
            simulation.shift_epoch(there.s.env, at)
            problems, compared = await interferences(there, askings)
            total += compared
            assert problems == [], at
        told(record_property, tried.show, askings, total)


# ------------------------------------------------------- what the bot posts


async def an_evening(s: Stage) -> list[Any]:
    """Everything around one air time: planning, answering, reminding, posting. All that went to Discord for it."""
    manager = s.guild.create_role("manager", permissions=discord.Permissions(manage_channels=True))
    ann, bo, cy = s.person("ann", roles=[manager]), s.person("bo", "ko"), s.person("cy")
    [coming, *_] = airing(s.companion.shows.default, s.clock.now()).next
    at, number = airs_at(coming), coming.number
    assert at is not None

    async def click(member: MemberActor, message: Any, action: str) -> InteractionResult:
        ids = [one["custom_id"] for one in components(message) if "custom_id" in one]
        return await member.click(message, custom_id=next(one for one in ids if one.startswith(f"c1:{action}:")))

    await ann.slash(s.general, "timezone set", zone="Europe/London", share=True)
    saved = await ann.slash(s.general, "progress set", episode=number - 1)
    await click(ann, saved.response, "unsee")
    await bo.slash(s.general, "progress set", episode=0)
    await click(bo, (await bo.slash(s.general, "progress show")).response, "seen")

    for command in ("set", "clear"):
        await ann.slash(s.den, f"spoilers ceiling {command}", **({"episode": 1} if command == "set" else {}))

    await ann.slash(s.general, "watch-party create", episode=number, when="air time", lead="1 h")
    invitation = next(message for message in s.general.history() if "rsvp" in str(components(message)))
    for member, answer in ((bo, "going"), (cy, "maybe"), (ann, "cannot")):
        [custom_id] = [one["custom_id"] for one in buttons(invitation).values() if f":{answer}:" in one["custom_id"]]
        await member.click(invitation, custom_id=custom_id)
    await cy.slash(s.den, "watch-party create", episode=number, when="air time")
    await cy.slash(s.den, "watch-party list")
    await cy.autocomplete(s.den, "watch-party cancel", "party", "")
    await cy.slash(s.den, "watch-party cancel", party=2)
    asked_back = await ann.slash(s.den, "watch-party create", episode=number, when="in 3 days at 9")
    picked = await click(ann, asked_back.response, "pick")
    sure = await click(ann, picked.response or asked_back.response, "cancel?")
    await click(ann, sure.response, "cancel")

    next_one = await ann.slash(s.general, "next-episode")
    reminded = await click(ann, next_one.response, "remind")
    await click(ann, next_one.response, "clock")
    form = await click(ann, reminded.response, "lead")
    [typed] = [one["custom_id"] for one in walk_components(form.modal["components"]) if one.get("type") == 4]
    await ann.submit_modal(form, {typed: "5 min"})
    elsewhere = await cy.slash(s.general, "remind", episode=number)
    await click(cy, elsewhere.response, "unremind")
    closed = f"/channels/{bo.user.dm_channel.id}/messages"
    s.env.inject_error("POST", closed, status=403, code=50007, times=None)
    await bo.slash(s.general, "remind", episode=number, lead="20")
    await bo.autocomplete(s.general, "reminders cancel", "reminder", "")
    await bo.slash(s.general, "reminders list")

    await s.pass_time(seconds=(at - s.clock.now()).total_seconds() + 60)
    for member, action in ((bo, "snooze"), (cy, "parties")):
        await click(member, next(one for one in s.general.history() if f"c1:{action}" in str(components(one))), action)
    await bo.slash(s.general, "reminders list")
    told = [body["content"] for body in (*s.posts(s.general), *s.posts(s.den)) if body.get("content")]
    assert len(told) == 5, "lead and start, two that were cancelled, and one that couldn't come as a direct message"
    # Ids grow with what happens meanwhile, in no fixed order, and those of forms are random.
    sent = [f"{one.method} {one.path} {json.dumps(one.json)}" for one in s.env.http_requests]
    return sorted(re.sub(r"\d{16,}|\b[0-9a-f]{32}\b", "#", one) for one in sent)


@shows
async def test_posts_answers_and_choices_around_an_air_time_tell_nothing(tmp_path: Path, tried: Tried) -> None:
    evenings: list[list[Any]] = []
    for variant in (None, *VARIANTS):
        folder = tmp_path / str(variant)
        folder.mkdir()
        async with stage(folder, at=tried.during, data=tried.data, show=tried.show) as s:
            shows = s.companion.shows
            if variant is not None:
                shows.replace(twin(shows.catalogue, tried.show, 0, variant))
            evenings.append(await an_evening(s))
            assert s.unexpected_errors() == []
            assert check_recorded(s.env) == []
    usual, *others = evenings
    for other in others:
        assert other == usual
    assert MARK not in str(evenings)


# ------------------------------------------------- whether this can fail at all


#: What is tried in `an_evening`.
IN_AN_EVENING = {"/progress set", "/remind", "/timezone set", "/watch-party cancel", "/watch-party create"}
IN_AN_EVENING |= {"[cancel?]", "[cancel]", "[lead]", "[parties]", "[pick]", "[remind]", "[rsvp]", "[seen]", "[snooze]"}
IN_AN_EVENING |= {"[unremind]", "[unsee]", "/spoilers ceiling clear", "/spoilers ceiling set"}
#: These answer with one sentence about what the asker had saved, or with the problems of the dataset's files.
APART = {"/progress clear", "/reload", "/reminders cancel", "/timezone clear"}


async def test_every_command_option_with_choices_and_button_is_tried(tmp_path: Path) -> None:
    async with place(tmp_path, SHOWS[0], AFTER) as there:
        client = there.s.companion.client
        commands = [one for one in client.tree.walk_commands() if isinstance(one, discord.app_commands.Command)]
        assert set(OPTIONS_WITH_CHOICES) == {
            (one.qualified_name, option.name) for one in commands for option in one.parameters if option.autocomplete
        }
        asked = {asking.what for kind in (recaps, cards, times) for asking in kind(there)}
        there_are = {f"/{one.qualified_name}" for one in commands} | {f"[{one}]" for one in client._presses._handlers}
        missing = {one for one in there_are if not any(f"{what} ".startswith(f"{one} ") for what in asked)}
        assert missing == IN_AN_EVENING | APART


@shows
async def test_every_horizon_has_something_above_it(tmp_path: Path, tried: Tried) -> None:
    async with stage(tmp_path, data=tried.data, show=tried.show) as s:
        show = s.companion.shows.default
        assert set(stamps(show)) >= set(range(len(show.episodes) + 1)) - {11}


def always_shown(patch: pytest.MonkeyPatch) -> None:
    for module in (card, recap):
        patch.setattr(module, "decide", lambda after, seen: Decision.SHOWN)


def one_further(patch: pytest.MonkeyPatch) -> None:
    for module in (card, recap):
        patch.setattr(module, "decide", lambda after, seen: spoilers.decide(after - 1, seen))


def never_withheld(patch: pytest.MonkeyPatch) -> None:
    for module in (card, recap):
        patch.setattr(module, "decide", lambda after, seen: spoilers.decide(after, replace(seen, covered=99)))


def last_name(patch: pytest.MonkeyPatch) -> None:
    def name_at(character: Character, limit: int) -> Name | None:
        return character.names[-1] if character.after <= limit else None

    patch.setattr(card, "name_at", name_at)


def whole_cast(patch: pytest.MonkeyPatch) -> None:
    cast = card.cast
    for module in (characters_app, characters_cog):
        patch.setattr(module, "cast", lambda show, limit: cast(show, 99))


def found_by_any_name(patch: pytest.MonkeyPatch) -> None:
    keys = characters_app._keys
    patch.setattr(characters_app, "_keys", lambda entry, limit: keys(entry, 99))


def all_spellings(patch: pytest.MonkeyPatch) -> None:
    known = card.spellings
    patch.setattr(card, "spellings", lambda character, limit: known(character, 99))


def all_links(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        recaps_cog,
        "citations",
        lambda show, episode, seen: [replace(one, link=Decision.SHOWN) for one in recap.citations(show, episode, seen)],
    )


def all_titles(patch: pytest.MonkeyPatch) -> None:
    for module in (recap, schedules, airtimes_cog):
        patch.setattr(module, "safe_title", lambda episode, seen: episode.title and episode.title.text)


def progress_in_public(patch: pytest.MonkeyPatch) -> None:
    def horizon(*, public: bool, progress: int, ceiling: int, asked: int) -> Horizon:
        return Horizon(progress, asked, public)

    patch.setattr(asking_module, "horizon", horizon)


def bars_that_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recaps_cog, "spoiler", lambda text: f"||{text}||")


def no_bars(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recaps_cog, "spoiler", plain)


def counted(patch: pytest.MonkeyPatch) -> None:
    made = characters_cog.Characters._card
    patch.setattr(
        characters_cog.Characters,
        "_card",
        lambda self, ask, character: made(self, ask, character).add(f"-# {len(character.facts)} facts"),
    )


MISTAKES: tuple[tuple[Askings, Callable[[pytest.MonkeyPatch], None]], ...] = (
    (recaps, always_shown),
    (cards, always_shown),
    (recaps, one_further),
    (cards, one_further),
    (cards, never_withheld),
    (cards, last_name),
    (cards, whole_cast),
    (cards, found_by_any_name),
    (cards, all_spellings),
    (recaps, all_links),
    (recaps, all_titles),
    (times, all_titles),
    (recaps, progress_in_public),
    (cards, progress_in_public),
    (recaps, bars_that_open),
    (recaps, no_bars),
    (cards, counted),
)


async def test_each_of_these_mistakes_would_be_noticed(tmp_path: Path) -> None:
    tried = SHOWS[1]
    async with place(tmp_path, tried, tried.after) as there:
        unnoticed = [
            f"{mistake.__name__} in {kind.__name__}"
            for kind, mistake in MISTAKES
            if not await is_noticed(there, kind(there), mistake)
        ]
        assert unnoticed == []


async def is_noticed(there: Place, askings: Sequence[Asking], mistake: Callable[[pytest.MonkeyPatch], None]) -> bool:
    """Whether a few hundred askings in the middle of the story, the same every time, find a mistake."""
    middle = [one for one in askings if 3 <= one.shown <= 9]
    some = random.Random(1).sample(middle, 300)
    with pytest.MonkeyPatch.context() as patch:
        mistake(patch)
        for start in range(0, len(some), 20):
            problems, _ = await interferences(there, some[start : start + 20])
            if problems:
                return True
    return False
