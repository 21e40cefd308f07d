"""Nothing tells more than its reader may know, over every command, at every horizon.

The property: change anything in the dataset above the horizon, and what a reader can see without clicking a bar
does not change; change anything above what was asked for, and nothing at all changes. For each asking (see
`tests.discord_ui.surfaces`) there are therefore two twins of the show (see `tests.discord_ui.twins`): one that differs
above what the reply covers, whose answer has to be the same byte for byte, and one that differs above what stands in
the open, whose answer has to be the same once the bars are closed. Besides, no mark of a twin may stand anywhere in
either but behind a bar.

A sample of askings runs by default, the same in every run, and all of them with CLIFFHANGER_FULL_TESTS=1. How many
renderings were compared is printed at the end of the run.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import discord
import pytest
from simcord.actors import MemberActor
from simcord.builders import UserHandle
from simcord.components import walk_components
from simcord.results import InteractionResult

from bot.core.airing import airing, airs_at
from bot.core.show import Show
from bot.store import ceilings
from tests.discord_ui import surfaces
from tests.discord_ui.answers import Answer, answers, forget, press, recorded_files, uploads
from tests.discord_ui.stage import AFTER, Stage, buttons, components, filled, stage, text_of
from tests.discord_ui.surfaces import SHOWS, Asking, Place, Reach, Tried, place, sample
from tests.discord_ui.twins import MARK, VARIANTS, twin
from tests.openapi import check_recorded

FULL = os.environ.get("CLIFFHANGER_FULL_TESTS") == "1"
shows = pytest.mark.parametrize("tried", SHOWS, ids=[tried.show for tried in SHOWS])
#: Compared at once; what simcord remembers of them is dropped afterwards.
_CHUNK = 400


class LeakError(AssertionError):
    """A reader was told what they may not know."""


# ------------------------------------------------------------ the comparison


async def interferences(there: Place, askings: Sequence[Asking]) -> tuple[list[str], Counter[str]]:
    """Where an answer tells of what it may not, and how many answers of each kind were compared.

    In a sample every asking is tried with one of the variants in turn, else with both.
    """
    shows = there.s.companion.shows
    shows.replace(there.catalogue)
    usual = await answers(there.s, [asking.action for asking in askings])
    compared = Counter(asking.kind for asking in askings)
    ids = inner_ids(there.show)
    problems = [
        f"{asking}: {problem}"
        for asking, answer in zip(askings, usual, strict=True)
        for problem in (*malformed(asking, answer), *named_by_id(answer, ids))
    ]
    affected: dict[Reach, list[int]] = {}
    for index, asking in enumerate(askings):
        reach = asking.reach
        for one in {Reach(reach.shown, reach.shown, reach.kept), Reach(reach.covered, reach.covered)}:
            affected.setdefault(one, []).append(index)
    for turn, variant in enumerate(VARIANTS):
        for above, everyone in affected.items():
            some = [index for index in everyone if FULL or index % len(VARIANTS) == turn]
            if not some:
                continue
            shows.replace(twin(there.catalogue, there.show.id, above.shown, variant, above.kept))
            there.drawings.clear()
            other = await answers(there.s, [askings[index].action for index in some])
            # Nothing in a picture can be veiled, so that a mark may stand in none.
            problems += [
                f"a {variant} twin above {above.shown} was drawn: {one}" for one in there.drawings if marks(repr(one))
            ]
            compared.update(askings[index].kind for index in some)
            for index, answer in zip(some, other, strict=True):
                where = f"{askings[index]}: with a {variant} twin above {above.shown}"
                found = [
                    *malformed(askings[index], answer),
                    *differences(askings[index].reach, above, usual[index], answer),
                ]
                problems += [f"{where}, {problem}" for problem in found]
    shows.replace(there.catalogue)
    return problems, compared


def malformed(asking: Asking, answer: Answer) -> Iterator[str]:
    if not answer.requests:
        yield "there was no answer"
    if "||" in answer.open.replace("\\|", ""):
        yield f"a bar was left open: {answer.open}"
    if asking.reach.alone and not answer.private:
        yield f"everybody can read it: {answer.raw}"


def inner_ids(show: Show) -> frozenset[str]:
    """What the dataset calls things among itself, which can tell whatever they turn out to be."""
    things = (*show.characters, *show.groups, *show.questions, *show.conflicts, *show.sources.values())
    return frozenset(thing.id for thing in things)


def named_by_id(answer: Answer, ids: frozenset[str]) -> Iterator[str]:
    """Buttons, choices and files that go by such an id."""
    names = [name for one in answer.all_custom_ids for name in one.split(":")[2:]]
    names += [str(choice["value"]) for choice in answer.choices or ()]
    names += [part for one in answer.files for part in re.split(r"[-_.]", one.name)]
    for name in ids.intersection(names):
        yield f"something goes by the id {name!r}: {answer.raw}"


def differences(reach: Reach, above: Reach, usual: Answer, other: Answer) -> Iterator[str]:
    """What an answer that may see as far as ``reach`` tells of a twin that differs above ``above``."""
    if reach.covered == above.covered:
        if usual.raw != other.raw:
            yield f"not asked for:\n  {usual.raw}\n  {other.raw}"
        if marks(other.raw) != marks(usual.raw):
            yield f"a mark stands where nothing of it was asked for: {other.raw}"
    if (reach.shown, reach.kept) == (above.shown, above.kept):
        if usual.open != other.open:
            yield f"in the open:\n  {usual.open}\n  {other.open}"
        if marks(other.closed) != marks(usual.closed):
            yield f"a mark stands in the open: {other.closed}"


def marks(text: str) -> int:
    """How many marks stand in a text; whoever types one is answered with it."""
    return text.casefold().count(MARK.casefold())


Record = Callable[[str, object], None]


async def compare(there: Place, kind: str, askings: Sequence[Asking], record: Record) -> None:
    """Raise LeakError where there is one, else record how much was compared."""
    total: Counter[str] = Counter()
    for start in range(0, len(askings), _CHUNK):
        problems, compared = await interferences(there, askings[start : start + _CHUNK])
        total += compared
        # An apology differs each time, which is no leak but another mistake.
        assert there.s.unexpected_errors() == []
        if problems:
            raise LeakError("\n".join(problems[:10]))
        assert check_recorded(there.s.env) == []
        forget(there.s, there.hosts)
    record("renderings", dict(total))
    print(f"{there.show.id} {kind}: {len(askings)} askings, {total.total()} renderings compared")


@shows
@pytest.mark.parametrize(("kind", "most"), surfaces.KINDS.items(), ids=[kind.__name__ for kind in surfaces.KINDS])
async def test_no_story_is_told_above_the_horizon(
    tmp_path: Path, tried: Tried, kind: surfaces.Kind, most: int, record_property: Record
) -> None:
    async with place(tmp_path, tried, tried.after) as there:
        askings = sample(list(kind(there)), None if FULL else most)
        await compare(there, kind.__name__, askings, record_property)


@shows
@pytest.mark.parametrize("when", ["before", "during", "after"])
async def test_air_times_and_all_that_knows_no_story_tell_nothing(
    tmp_path: Path, tried: Tried, when: str, record_property: Record
) -> None:
    async with place(tmp_path, tried, getattr(tried, when)) as there:
        askings = sample(list(surfaces.times(there)), None if FULL else surfaces.TIMES)
        await compare(there, f"times {when}", askings, record_property)


# ------------------------------------------------------- what the bot posts


async def an_evening(s: Stage, locales: Sequence[str]) -> list[str]:
    """Everything around one air time: planning, answering, reminding, posting. All that went to Discord for it."""
    manager = s.guild.create_role("manager", permissions=discord.Permissions(manage_channels=True, create_events=True))
    ann, bo, cy = (
        s.person(name, locale, roles=[manager] if name == "ann" else [])
        for name, locale in zip(("ann", "bo", "cy"), itertools.cycle(locales), strict=False)
    )
    [coming, *_] = airing(s.companion.shows.default, s.clock.now()).next
    at, number = airs_at(coming), coming.number
    assert at is not None

    def custom_id(message: Any, action: str) -> str:
        ids = [one["custom_id"] for one in components(message) if "custom_id" in one]
        found = [one for one in ids if one.startswith(f"c1:{action}:")]
        assert found, (action, ids, text_of(message))
        return found[0]

    async def click(member: MemberActor | UserHandle, message: Any, action: str) -> InteractionResult:
        return await member.click(message, custom_id=custom_id(message, action))

    async def of_the_bot(channel: Any, action: str) -> Any:
        """The newest message of a channel that has such a button."""
        found = [one for one in channel.history() if f"c1:{action}" in str(components(one))]
        return found[-1]

    await ann.slash(s.general, "timezone set", zone="Europe/London", share=True)
    saved = await ann.slash(s.general, "progress set", episode=number - 1)
    await click(ann, saved.response, "unsee")
    await ann.slash(s.general, "progress share", on=True)
    await bo.slash(s.general, "progress set", episode=0)
    await bo.slash(s.general, "progress share", on=True)
    await click(bo, (await bo.slash(s.general, "progress show")).response, "seen")
    await cy.slash(s.general, "progress group", episode=number, private=False)

    for command in ("set", "clear"):
        await ann.slash(s.den, f"spoilers ceiling {command}", **({"episode": 1} if command == "set" else {}))

    boss = s.guild.create_role("boss", permissions=discord.Permissions(manage_guild=True))
    dee = s.person("dee", locales[-1], roles=[boss])
    fans = s.guild.create_role("fans", mentionable=True)
    # Its recap is behind bars, of course, and differs there.
    await dee.slash(s.den, "announce setup", channel=s.den, role=fans, lead="2 h", recap=False)
    for command in ("show", "test"):
        await dee.slash(s.den, f"announce {command}")

    await ann.slash(s.general, "watch-party create", episode=number, when="air time", lead="1 h")
    invitation = await of_the_bot(s.general, "rsvp")
    for member, answer in ((bo, "going"), (cy, "maybe"), (ann, "cannot")):
        [chosen] = [one["custom_id"] for one in buttons(invitation).values() if f":{answer}:" in one["custom_id"]]
        await member.click(invitation, custom_id=chosen)
    await cy.slash(s.den, "watch-party create", episode=number, when="air time")
    await cy.slash(s.den, "watch-party list")
    await cy.autocomplete(s.den, "watch-party cancel", "party", "")
    await cy.slash(s.den, "watch-party cancel", party=2)
    asked_back = await ann.slash(s.den, "watch-party create", episode=number, when="in 3 days at 9")
    picked = await click(ann, asked_back.response, "pick")
    sure = await click(ann, picked.response or asked_back.response, "cancel?")
    await click(ann, sure.response, "cancel")

    asked = await ann.slash(s.den, "watch-party create", episode=number)
    refused = await ann.submit_modal(asked, filled(asked, {0: "99", 1: "in 3 days at 9"}))
    asked = await click(ann, refused.response, "form")
    await ann.submit_modal(asked, filled(asked, {0: f"{number}", 1: "in 3 days at 9"}))

    await ann.slash(s.den, "watch-party create", episode=number, when="in 3 days at 21:00", title="Popcorn", event=True)
    invitation = await of_the_bot(s.den, "rsvp")
    [chosen] = [one["custom_id"] for one in buttons(invitation).values() if ":going:" in one["custom_id"]]
    await bo.click(invitation, custom_id=chosen)
    await ann.autocomplete(s.den, "watch-party edit", "party", "")
    behind = await click(bo, invitation, "ready")
    await click(bo, behind.response, "ready-plan")
    panel = await click(ann, invitation, "ready")
    await click(ann, panel.response, "rechoose")
    await ann.slash(s.den, "watch-party edit", party=4, episode=number)
    drafted = await ann.slash(s.den, "watch-party series", days="mon", time="21:00")
    await click(ann, drafted.response, "series-go")
    season = await of_the_bot(s.den, "series-join")
    await click(cy, season, "series-join")
    await ann.autocomplete(s.den, "watch-party skip", "party", "")
    await ann.slash(s.den, "watch-party skip", party=5)
    sure = await click(ann, season, "series-off?")
    await click(ann, sure.response, "series-off")
    asked_back = await ann.slash(s.den, "watch-party edit", party=4, when="in 4 days at 9", note="Bring tissues")
    await click(ann, asked_back.response, "repick")
    await press(ann, panel.response, "c1:to-air:1:00ff")()
    coming = await bo.slash(s.general, "watch-party next")
    file = await click(bo, coming.response, "party-ics")
    assert file.response.attachments
    await ann.slash(s.den, "watch-party find", episode=number)
    for _ in range(2):
        await click(bo, await of_the_bot(s.den, "vote"), "vote")
    await click(ann, await of_the_bot(s.den, "vote"), "decide")

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
    every = await cy.slash(s.general, "remind", every=True, lead="1 h, 10 min")
    form = await click(cy, every.response, "leads")
    [typed] = [one["custom_id"] for one in walk_components(form.modal["components"]) if one.get("type") == 4]
    await cy.submit_modal(form, {typed: "2 h"})
    await cy.slash(s.general, "reminders edit", reminder=-1, lead="3 h")
    await cy.autocomplete(s.general, "reminders edit", "reminder", "")
    await click(cy, every.response, "unremind-every")
    await bo.autocomplete(s.general, "reminders cancel", "reminder", "")
    await bo.slash(s.general, "reminders list")

    # Half an hour from now is a sitting, whose reminder comes before the air time.
    zone = s.companion.shows.default.zone
    for member in (bo, cy):
        await member.slash(s.general, "timezone set", zone=zone)
    soon = (s.clock.now() + timedelta(minutes=30)).astimezone(ZoneInfo(zone))
    planned = await cy.slash(s.general, "catch-up", by=f"in 3 days at {soon:%H:%M}")
    await cy.slash(s.general, "catch-up")
    file = await click(cy, planned.response, "plan-ics")
    assert file.response.attachments
    asked_back = await bo.slash(s.general, "catch-up", by="in 3 days at 9", **{"per-day": 3})
    picked = await click(bo, asked_back.response, "plan-by")
    sure = await click(bo, picked.response or asked_back.response, "plan-stop?")
    await click(bo, sure.response, "plan-stop")

    await s.pass_time(seconds=(at - s.clock.now()).total_seconds() + 60)
    reminder = await of_the_bot(s.general, "snooze")
    for action in ("snooze", "snooze-day"):
        await click(bo, reminder, action)
    form = await click(bo, reminder, "snooze?")
    [typed] = [one["custom_id"] for one in walk_components(form.modal["components"]) if one.get("type") == 4]
    asked_back = await bo.submit_modal(form, {typed: "in 2 days at 9"})
    await click(bo, asked_back.response, "snooze-at")
    await click(cy, await of_the_bot(s.general, "parties"), "parties")
    await click(cy.user, await of_the_bot(cy.user.dm_channel, "nap"), "nap")
    await bo.slash(s.general, "reminders list")
    await ann.slash(s.general, "reminders settings", leads="1 day, 15 min", delivery="mention")

    await click(ann, await of_the_bot(s.general, "start"), "start")
    await s.pass_time(minutes=5)
    screening = await of_the_bot(s.general, "where")
    await click(bo, screening, "where")
    form = await click(ann, screening, "at?")
    compared = await ann.submit_modal(form, filled(form, {0: "1:00"}))
    await click(ann, compared.response, "put-to")
    await click(ann, screening, "pause")
    await click(ann, await of_the_bot(s.general, "where"), "resume")
    await press(ann, screening, f"c1:next-up:1:{number}")()
    await click(ann, await of_the_bot(s.general, "where"), "end-it")
    await s.pass_time(seconds=5)
    noted = await click(bo, await of_the_bot(s.general, "watched"), "watched")
    await click(bo, noted.followups[0], "unwatched")
    await bo.slash(s.general, "watch-party history")

    await click(bo, await of_the_bot(s.den, "ping-me"), "ping-me")
    await s.pass_time(hours=2)
    await dee.slash(s.den, "announce stop")
    await ann.slash(s.general, "rerun show")
    asked_back = await dee.slash(s.general, "rerun start", **{"from": "in 3 days", "time": "at 9", "zone": zone})
    preview = await click(dee, asked_back.response, "rerun-pick")
    await click(dee, preview.response or asked_back.response, "rerun-go")
    shown = await dee.slash(s.general, "rerun pause")
    for action in ("rerun-resume", "rerun-skip", "rerun-pause"):
        await click(dee, shown.response, action)
    for command in ("resume", "skip", "pause"):
        await dee.slash(s.general, f"rerun {command}")
    await bo.slash(s.general, "next-episode")
    await dee.slash(s.general, "rerun extend", **{"last-episode": number})
    sure = await click(dee, shown.response, "rerun-end?")
    await dee.slash(s.general, "rerun end")
    await click(dee, sure.response, "rerun-end")
    told = [body["content"] for body in (*s.posts(s.general), *s.posts(s.den)) if body.get("content")]
    told = [one for one in told if "/progress" not in one]
    moved = [one for one in told if "Because its host" in one]
    assert len(moved) == 1
    # Where the air time is days away, lead and start of the party that was moved come before it too.
    # A series is skipped and cancelled among them.
    assert len(told) in (9, 11), "lead, start, four cancelled, a vote, and one that couldn't come as a direct message"
    assert any(one.method == "POST" and one.path.endswith("/scheduled-events") for one in s.env.http_requests)
    # Ids grow with what happens meanwhile, in no fixed order, and those of forms are random; marks of events hold one.
    sent = [f"{one.method} {one.path} {json.dumps(one.json)} {uploads(one)}" for one in s.env.http_requests]
    return sorted(re.sub(r"\b[0-9a-f]{32}\b|\d{16,}|#\d+-[0-9a-f]{10}\b", "#", one) for one in sent)


@shows
@pytest.mark.parametrize("turn", range(len(surfaces.LOCALES)) if FULL else [None])
async def test_posts_answers_and_choices_around_an_air_time_tell_nothing(
    tmp_path: Path, tried: Tried, turn: int | None, record_property: Record
) -> None:
    # By default the people speak other languages with one show than with the other.
    first = SHOWS.index(tried) if turn is None else turn
    locales = [*surfaces.LOCALES[first:], *surfaces.LOCALES[:first]]
    evenings: list[list[str]] = []
    for variant in (None, *VARIANTS):
        folder = tmp_path / str(variant)
        folder.mkdir()
        async with stage(folder, at=tried.during, data=tried.data, show=tried.show) as s:
            shows = s.companion.shows
            if variant is not None:
                shows.replace(twin(shows.catalogue, tried.show, 0, variant))
            with recorded_files():
                evenings.append(await an_evening(s, locales))
            assert s.unexpected_errors() == []
            assert check_recorded(s.env) == []
    usual, *others = evenings
    for other in others:
        differing = [f"  {one}\n  {two}" for one, two in zip(usual, other, strict=False) if one != two]
        if usual != other:
            raise LeakError("\n".join(differing[:5]) or "more was sent, or less")
        if marks(str(other)):
            raise LeakError("a mark was sent")
    record_property("renderings", {"posts, forms and answers around an air time": sum(map(len, evenings))})


# --------------------------------------------------------- what people type


async def test_what_people_type_is_shown_nowhere_that_is_open_less_far(tmp_path: Path, record_property: Record) -> None:
    """A party's title and note are as safe as the room they were typed in, and each says which that was."""
    async with place(tmp_path, SHOWS[0], AFTER) as there:
        s = there.s
        rooms = [there.rooms[2 * number + number % 2] for number in range(there.last + 1)]
        readers = there.readers[:: len(there.readers) // len(rooms)][: len(rooms)]
        opened = {room.handle.id: room.ceiling for room in rooms}
        seen = 0

        def look(what: str, alone: int = 0) -> None:
            """Everything sent since the last look: in a room what it is open to, elsewhere up to ``alone``."""
            nonlocal seen
            for one in s.env.http_requests[seen:]:
                room = re.match(r"/channels/(\d+)/", one.path)
                limit = opened.get(int(room[1]), 0) if room else alone
                told = [int(number) for number in re.findall(rf"{MARK} (\d+)", json.dumps(one.json))]
                if told and max(told) > limit:
                    raise LeakError(f"{what}: of episode {max(told)} up to {limit}: {one.method} {one.path} {one.json}")
            seen = len(s.env.http_requests)

        look("to begin with")
        for room, reader in zip(rooms, reversed(readers), strict=True):
            me = reader.member
            await me.slash(room.handle, "timezone set", zone="Europe/London")
            written = {"title": f"{MARK} {room.ceiling} a title", "note": f"{MARK} {room.ceiling} a note"}
            await me.slash(
                room.handle, "watch-party create", episode=1, when="in 2 days at 21:00", lead="1 h", **written
            )
            look(f"created by {reader} up to {room.ceiling}", reader.progress)
        told = json.dumps([one.json for one in s.env.http_requests])
        assert all(f"{MARK} {number} a note" in told for number in range(there.last + 1)), "it is shown where it may be"
        for reader in readers:
            await reader.member.slash(there.rooms[-1].handle, "watch-party list")
            await reader.member.autocomplete(there.rooms[0].handle, "watch-party cancel", "party", "")
            look(f"listed for {reader}", reader.progress)
        # From here on the rooms are open less far than when it was typed.
        async with s.companion.database.begin() as tx:
            for room in rooms:
                opened[room.handle.id] = room.ceiling // 2
                await ceilings.set(tx, room.handle.id, s.guild.id, there.show.id, room.ceiling // 2)
        for room, reader in zip(rooms, readers, strict=True):
            [card] = [one for one in room.handle.history() if "rsvp" in str(components(one))]
            ids = [one["custom_id"] for one in components(card) if "custom_id" in one]
            await reader.member.click(card, custom_id=next(one for one in ids if ":going:" in one))
            # Put in place of the card, which stands in the room.
            look(f"answered up to {room.ceiling}", room.ceiling // 2)
        for number, reader in enumerate(reversed(readers), 1):
            if number % 3 == 0:
                await reader.member.slash(there.rooms[0].handle, "watch-party cancel", party=number)
                look(f"cancelled by {reader}", reader.progress)
        await s.pass_time(days=3)
        look("posted when the time had come")
        record_property("renderings", {"what people type": seen})


# ------------------------------------------------------------- completeness


#: What is tried in `an_evening`.
IN_AN_EVENING = {"/remind", "/timezone set", "/watch-party cancel", "/watch-party create", "/watch-party edit"}
IN_AN_EVENING |= {
    "[repick]",
    "[to-air]",
    "[start]",
    "[pause]",
    "[resume]",
    "[next-up]",
    "[end-it]",
    "[where]",
    "[at?]",
    "[put-to]",
    "[watched]",
    "[unwatched]",
    "[form]",
    "[ready]",
    "[ready-plan]",
    "[party-ics]",
    "[rechoose]",
    "/watch-party series",
    "/watch-party skip",
}
IN_AN_EVENING |= {"[series-go]", "[series-join]", "[series-off?]", "[series-off]"}
IN_AN_EVENING |= {"/watch-party find", "[vote]", "[decide]"}
IN_AN_EVENING |= {*(f"/announce {name}" for name in ("setup", "show", "test", "stop")), "[ping-me]"}
IN_AN_EVENING |= {f"/rerun {name}" for name in ("start", "show", "pause", "resume", "skip", "extend", "end")}
IN_AN_EVENING |= {f"[rerun-{name}]" for name in ("pick", "go", "pause", "resume", "skip", "end?", "end")}
IN_AN_EVENING |= {"[cancel?]", "[cancel]", "[lead]", "[parties]", "[pick]", "[remind]", "[rsvp]", "[snooze]"}
IN_AN_EVENING |= {"/reminders edit", "[leads]", "[unremind-every]", "[snooze-at]", "[snooze-day]", "[snooze?]"}
IN_AN_EVENING |= {
    "/catch-up",
    "[plan-by]",
    "[plan-ics]",
    "[plan-stop?]",
    "[plan-stop]",
    "[nap]",
    "[unremind]",
    "/spoilers ceiling clear",
    "/spoilers ceiling set",
}
#: These answer with one sentence about what the asker or the server had saved, or with the problems of the dataset's
#: files.
APART = {
    "/health",
    "/reload",
    "/reminders cancel",
    "/timezone clear",
    "/follow default",
    "/follow show",
    "/follow stop",
}
APART |= {"/privacy show", "/privacy export", "/privacy delete", "[forget-me]"}
APART |= {"/service pick", "/subscribe", "/unsubscribe"}
APART |= {"/schedule override", "/schedule undo", "[override-at]", "[unoverride]"}


async def test_every_command_option_with_choices_and_button_is_tried(tmp_path: Path) -> None:
    async with place(tmp_path, SHOWS[0], AFTER) as there:
        client = there.s.companion.client
        commands = [one for one in client.tree.walk_commands() if isinstance(one, discord.app_commands.Command)]
        assert set(surfaces.OPTIONS_WITH_CHOICES) == {
            (one.qualified_name, option.display_name)
            for one in commands
            for option in one.parameters
            if option.autocomplete
        }
        asked = {asking.kind for kind in (*surfaces.KINDS, surfaces.times) for asking in kind(there)}
        there_are = {f"/{one.qualified_name}" for one in commands} | {f"[{one}]" for one in client._presses._handlers}
        assert there_are - asked == IN_AN_EVENING | APART
