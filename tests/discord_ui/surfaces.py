"""Everything that can be asked of the bot, by whom, where, and how far each answer may see.

How far is worked out here from what was asked, on its own and not by `bot.core.spoilers`: that is what the answers
are held against.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult

from bot.app import charts as charts_module
from bot.app.characters import character_key
from bot.app.charts import Charts
from bot.app.questions import question_key
from bot.app.shows import show_key
from bot.core.airing import aired
from bot.core.progress import Progress
from bot.core.show import Catalogue, Character, Show
from bot.core.thread_names import ThreadNames
from bot.render.chart_layout import Drawing
from bot.render.chart_png import Style
from bot.store import ceilings, people, progress
from tests.discord_ui.answers import Action, host, in_direct_messages, press, recorded_files, slash, typing
from tests.discord_ui.stage import AFTER, BEFORE, MIDDLE, ROOT, Stage, stage
from tests.discord_ui.twins import LANGUAGES, MARK, with_late_roles
from tests.openapi import check_recorded

#: What Discord calls the languages that the bot speaks.
LOCALES = tuple({"en": "en-US", "es": "es-419"}.get(language, language.replace("_", "-")) for language in LANGUAGES)


@dataclass(frozen=True, slots=True)
class Tried:
    """A show to try, where its data is, and instants before, during and after it."""

    show: str
    data: Path | None
    before: datetime
    during: datetime
    after: datetime
    made_up: bool = False


SHOWS = (
    Tried("the-defects", None, BEFORE, MIDDLE, AFTER),
    Tried(
        "lighthouse-shift",
        ROOT / "tests",
        datetime(2026, 1, 2, 9, tzinfo=UTC),
        datetime(2026, 10, 14, 9, tzinfo=UTC),
        datetime(2027, 1, 2, 9, tzinfo=UTC),
        made_up=True,
    ),
)


# --------------------------------------------------------------- the place


@dataclass(frozen=True, slots=True)
class Room:
    """A channel or thread that is open up to ``ceiling``."""

    handle: ChannelHandle
    ceiling: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who has watched some of it, with a message of the bot for themselves and one for all.

    Both messages, to press buttons on, stand in a room of their own choice, which is open up to ``ceiling``.
    """

    member: MemberActor
    locale: str
    watched: Progress
    ceiling: int
    private: Any
    public: Any

    @property
    def progress(self) -> int:
        return self.watched.up_to

    @property
    def usual(self) -> bool:
        """Whether they watch without gaps, and for the first time."""
        return self.watched == Progress(self.progress)

    def __str__(self) -> str:
        apart = f" and {sorted(self.watched.apart)}" if self.watched.apart else ""
        again = "" if self.watched.rewatch is None else f", again at {self.watched.rewatch}"
        return f"{self.locale} at {self.progress}{apart}{again}"


@dataclass(frozen=True, slots=True)
class Place:
    """Rooms for every ceiling, and readers for every progress and language."""

    s: Stage
    show: Show
    catalogue: Catalogue
    rooms: tuple[Room, ...]
    readers: tuple[Reader, ...]
    #: What was drawn since it was last emptied.
    drawings: list[Drawing] = field(default_factory=list)
    _doers: dict[str, MemberActor] = field(default_factory=dict)

    @property
    def last(self) -> int:
        return len(self.show.episodes)

    @property
    def key(self) -> str:
        return show_key(self.show)

    @property
    def hosts(self) -> set[int]:
        """The messages on which buttons are pressed."""
        return {one.id for reader in self.readers for one in (reader.private, reader.public)}

    def doing(self, what: str, like: Reader, act: Callable[[MemberActor], Action]) -> Action:
        """Something that changes what is known of whoever does it: done by somebody who does nothing else.

        They are like ``like`` each time it is done.
        """

        async def done() -> InteractionResult:
            if what not in self._doers:
                self._doers[what] = self.s.person(f"doer-{len(self._doers)}", like.locale)
            doer = self._doers[what]
            async with self.s.companion.database.begin() as tx:
                await progress.set(tx, doer.id, self.show.id, like.watched)
            return await act(doer)()

        return done


@asynccontextmanager
async def place(folder: Path, tried: Tried, at: datetime) -> AsyncIterator[Place]:
    """The place at an instant; whatever went wrong in it unnoticed is noticed at the end."""
    async with stage(folder, at=at, data=tried.data, show=tried.show) as s:
        if tried.made_up:
            s.companion.shows.replace(with_late_roles(s.companion.shows.catalogue, tried.show))
        show = s.companion.shows.default
        last = len(show.episodes)
        rooms = [room async for room in _rooms(s, show)]
        watched = [Progress(number) for number in range(last + 1)]
        watched += [Progress(number, frozenset({number + 2, last})) for number in range(last - 1)]
        watched += [Progress(number, rewatch=number // 2) for number in range(1, last + 1)]
        members = [
            (s.person(f"reader-{index}-{locale}", locale), locale, seen)
            for index, seen in enumerate(watched)
            for locale in LOCALES
            # Second runs and gaps don't need every language: those of the unbroken runs have them all.
            if index <= last or locale == LOCALES[index % len(LOCALES)]
        ]
        async with s.companion.database.begin() as tx:
            for member, _, seen in members:
                await progress.set(tx, member.id, show.id, seen)
            for member, *_ in members[::3]:
                await progress.set_share(tx, member.id, s.guild.id, show.id, True)
            await people.set_zone(tx, members[0][0].id, "Asia/Kolkata")
            await people.set_share(tx, members[0][0].id, s.guild.id, True)
        readers: list[Reader] = []
        # Every picture that is drawn is kept, so that only one that differs is drawn anew.
        with recorded_files(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(charts_module, "_KEPT", 10_000)
            for index, (member, locale, seen) in enumerate(members):
                # Five has no factor in common with twice the numbers of horizons there are here.
                room = rooms[(index * 5 + 3) % len(rooms)]
                private = (await member.slash(room.handle, "help")).response
                public = (await member.slash(room.handle, "schedule show")).response
                for message in (private, public):
                    host(member, message)
                readers.append(Reader(member, locale, seen, room.ceiling, private, public))
            made = Place(s, show, s.companion.shows.catalogue, tuple(rooms), tuple(readers))
            picture = Charts.picture

            async def recorded(charts: Charts, drawing: Drawing, style: Style) -> bytes:
                made.drawings.append(drawing)
                # Where a mark gets this far the test has failed already, and so much at once takes long to draw.
                return b"" if MARK in repr(drawing) else await picture(charts, drawing, style)

            patch.setattr(Charts, "picture", recorded)
            yield made
            assert s.unexpected_errors() == []
            assert check_recorded(s.env) == []


async def _rooms(s: Stage, show: Show) -> AsyncIterator[Room]:
    """Two rooms for every ceiling: a channel, and a thread that comes by its ceiling in one of three ways."""
    last = len(show.episodes)
    names = ThreadNames(s.companion.shows.catalogue.shows, show)
    owner = s.person("opener")

    async def channel(name: str, ceiling: int) -> ChannelHandle:
        made = s.guild.create_text_channel(name)
        # Where nothing is set nothing is open.
        if ceiling:
            async with s.companion.database.begin() as tx:
                await ceilings.set(tx, made.id, s.guild.id, show.id, ceiling)
        return made

    def thread(parent: ChannelHandle, name: str) -> ChannelHandle:
        return ChannelHandle(s.env, s.guild, s.env.backend.create_thread(parent.id, name, owner.id))

    for number in range(last + 1):
        yield Room(await channel(f"up-to-{number}", number), number)
        match number % 3:
            case 0:
                parent = await channel(f"parent-{number}", last - number)
                own = thread(parent, f"Episode {last}")
                async with s.companion.database.begin() as tx:
                    await ceilings.set(tx, own.id, s.guild.id, show.id, number)
                yield Room(own, number)
            case 1:
                named = f"Ep. {number} reactions"
                assert names.episode(named, None) == (show, number)
                # A name says nothing until its episode has aired.
                episode = show.episode(number)
                above = last - number if episode is not None and aired(episode, s.clock.now()) else number
                yield Room(thread(await channel(f"parent-{number}", above), named), number)
            case _:
                yield Room(thread(await channel(f"parent-{number}", number), "odds and ends"), number)


# -------------------------------------------------------------- the askings


@dataclass(frozen=True, slots=True)
class Reach:
    """What may stand in the open in an answer, and what it covers behind bars.

    ``kept``: episodes beyond ``shown`` whose own story may stand in the open as well. ``alone``: nobody but the asker
    may read it at all, which goes without saying in direct messages and for what is put in place of a private message.
    """

    shown: int
    covered: int
    kept: frozenset[int] = frozenset()
    alone: bool = False

    def read_by(self, way: Way) -> Reach:
        """The same for whoever reads the answer to what was asked in this way."""
        return replace(self, alone=False) if way.room is None else replace(self, alone=self.alone or way.private)


#: Of what knows no story.
NOTHING = Reach(0, 0)
#: Of cards that say only that something is locked, and how far the asker is.
LOCKED = Reach(0, 0, alone=True)


@dataclass(frozen=True, slots=True)
class Asking:
    """Something a reader does, and how far its answer may see. ``kind`` is the command or button, ``how`` the rest."""

    kind: str
    how: str
    action: Action
    reach: Reach

    def __str__(self) -> str:
        return f"{self.kind} {self.how}"


@dataclass(frozen=True, slots=True)
class Way:
    """A way to ask: whether privately, and where (None: in direct messages)."""

    private: bool
    room: Room | None

    @property
    def ceiling(self) -> int | None:
        """How far it may be answered in public, or None where only the asker reads it."""
        return None if self.private or self.room is None else self.room.ceiling

    def __str__(self) -> str:
        return "alone" if self.room is None else "privately" if self.private else f"in public up to {self.room.ceiling}"


def ways(there: Place, reader: Reader) -> Iterator[Way]:
    """Privately, in their direct messages, and in public in a room of every ceiling, a channel or a thread."""
    yield Way(True, there.rooms[reader.progress % len(there.rooms)])
    yield Way(False, None)
    for number, (channel, thread) in enumerate(zip(there.rooms[::2], there.rooms[1::2], strict=True)):
        # What is answered in public doesn't depend on gaps and second runs, which a part of them has to show.
        if not reader.usual and (number + reader.progress) % 3:
            continue
        yield Way(False, thread if (number + reader.progress + LOCALES.index(reader.locale)) % 2 else channel)


def command(way: Way, reader: Reader, name: str, /, **options: Any) -> Action:
    if way.room is None:
        return in_direct_messages(reader.member, name, **options)
    return slash(reader.member, way.room.handle, name, private=way.private, **options)


def story(reader: Reader, ceiling: int | None, number: int) -> Reach:
    """Of the recap of episode ``number``, in public up to ``ceiling`` or to the reader alone (None)."""
    mine = reader.progress
    seen = number <= mine or number in reader.watched.apart
    if ceiling is None:
        return Reach(mine, max(mine, number), reader.watched.apart & {number}, alone=True) if seen else LOCKED
    if not seen and number <= ceiling:
        return LOCKED
    return Reach(ceiling, max(ceiling, number))


def so_far(reader: Reader, ceiling: int | None) -> Reach:
    """Of what goes as far as the reader has watched and is no further away in any room."""
    mine = reader.progress
    return Reach(mine, mine, alone=True) if ceiling is None else Reach(ceiling, max(ceiling, mine))


def as_of(reader: Reader, ceiling: int | None, up_to: int | None = None) -> Reach:
    """Of what goes as far as the reader has watched, or as far as they asked."""
    mine = reader.progress
    asked = mine if up_to is None else up_to
    if ceiling is None:
        return Reach(asked, asked, alone=True) if asked <= mine else LOCKED
    open_to = ceiling if up_to is None else min(ceiling, up_to)
    if open_to > mine:
        return LOCKED
    return Reach(open_to, max(open_to, asked))


def only_open(reach: Reach) -> Reach:
    """The same for an answer in which nothing stands behind bars."""
    return replace(reach, covered=reach.shown)


def hosts(reader: Reader) -> Iterator[tuple[Any, int, int | None]]:
    """Ways to turn a page: on which message, as whose, and up to where it is answered in public, if it is."""
    yield reader.private, reader.member.id, None
    yield reader.public, 1, None
    yield reader.public, reader.member.id, reader.ceiling


def limits(there: Place, reader: Reader) -> list[int]:
    """Some of the episodes that one can ask up to, none of them left out over all readers."""
    mine = reader.progress
    return sorted({0, mine // 2, mine, min(mine + 1, there.last), (mine * 3 + 4) % (there.last + 1), there.last})


def beyond(there: Place, reader: Reader, turn: int) -> set[int]:
    """Some of the episodes that can be revealed, among them the next or the last."""
    if not reader.usual and turn % 3:
        return set()
    other = there.last if turn % 3 == 0 else min(reader.progress + 1, there.last)
    return {other, (reader.progress + turn) % there.last + 1}


def some(typed: Sequence[str], reader: Reader, turn: int) -> Sequence[str]:
    """A few of what could be typed, none of it left out over all turns and readers."""
    apart = max(len(typed) // 3, 1)
    return typed[(reader.progress * 3 + turn) % apart :: apart]


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


def recaps(there: Place) -> Iterator[Asking]:
    """`/recap` of every episode and of all so far, with their buttons."""
    key = there.key
    for reader in there.readers:
        me, mine = reader.member, reader.progress
        for way in ways(there, reader):
            for number in range(1, there.last + 1):
                action = command(way, reader, "recap", episode=number)
                yield Asking(
                    "/recap", f"{number} {way}, {reader}", action, story(reader, way.ceiling, number).read_by(way)
                )
            reach = so_far(reader, way.ceiling).read_by(way)
            yield Asking("/recap so far", f"{way}, {reader}", command(way, reader, "recap"), reach)
        for number in range(1, there.last + 1):
            pressed = press(me, reader.public, f"c1:recap:{key}:{number}")
            yield Asking("[recap]", f"{number}, {reader}", pressed, story(reader, None, number))
            pressed = press(me, reader.public, f"c1:sources:{key}:{number}")
            reach = Reach(mine, max(mine, number), reader.watched.apart & {number}, alone=True)
            yield Asking("[sources]", f"{number}, {reader}", pressed, reach)
            for on, owner, ceiling in hosts(reader):
                turned = press(me, on, f"c1:turn:{key}:{number}:{owner}")
                how = f"to {number}, {reader}, public up to {ceiling}"
                yield Asking("[turn]", how, turned, story(reader, ceiling, number))
        for page in range(-1, 4):
            for on, owner, ceiling in hosts(reader):
                turned = press(me, on, f"c1:previously:{key}:{page}:{owner}")
                how = f"{page}, {reader}, public up to {ceiling}"
                yield Asking("[previously]", how, turned, so_far(reader, ceiling))


def cards(there: Place) -> Iterator[Asking]:
    """`/character` by everything a character is ever called, with its buttons, the casts, and the choices."""
    show, key = there.show, there.key
    typed = [spelling for character in show.characters for spelling in spellings(character)]
    typed += [spelling[:3] for spelling in typed[::5]]
    keys = [character_key(show, character) for character in show.characters]
    for reader in there.readers:
        me = reader.member
        mine = as_of(reader, None)
        for index, way in enumerate(ways(there, reader)):
            for name in some(typed, reader, index):
                action = command(way, reader, "character", name=name)
                yield Asking("/character", f"{name!r} {way}, {reader}", action, as_of(reader, way.ceiling).read_by(way))
            for turn, up_to in enumerate(limits(there, reader)):
                for name in some(typed, reader, index + turn)[:2]:
                    action = command(way, reader, "character", name=name, **{"up-to": up_to})
                    how = f"{name!r} up to {up_to} {way}, {reader}"
                    yield Asking("/character up-to", how, action, as_of(reader, way.ceiling, up_to).read_by(way))
            cast = command(way, reader, "cast")
            yield Asking("/cast", f"{way}, {reader}", cast, only_open(as_of(reader, way.ceiling)).read_by(way))
        for name in ("", MARK, *typed):
            action = typing(me, there.rooms[0].handle, "character", "name", name)
            yield Asking("choices of character name", f"{name!r}, {reader}", action, mine)
        for one in keys:
            chosen = press(me, reader.private, f"c1:card:{key}:{one}")
            yield Asking("[card]", f"{one}, {reader}", chosen, mine)
            posted = press(me, reader.private, f"c1:post:{key}:{one}")
            yield Asking("[post]", f"{one}, {reader}, up to {reader.ceiling}", posted, as_of(reader, reader.ceiling))
        posted = press(me, reader.private, f"c1:postcast:{key}")
        reach = only_open(as_of(reader, reader.ceiling))
        yield Asking("[postcast]", f"{reader}, up to {reader.ceiling}", posted, reach)
        for page in range(-1, 5):
            for on, owner, ceiling in hosts(reader):
                turned = press(me, on, f"c1:cast:{key}:{page}:{owner}")
                reach = mine if ceiling is None else Reach(ceiling, ceiling)
                yield Asking("[cast]", f"{page}, {reader}, public up to {ceiling}", turned, reach)


def questions(there: Place) -> Iterator[Asking]:
    """`/explain` by every wording there ever is, with its buttons and choices."""
    show, key = there.show, there.key
    wordings = [wording for question in show.questions for wording in question.text.by_language.values()]
    typed = ["", MARK, *wordings, *(wording[:12] for wording in wordings[::2]), *(one.split()[-1] for one in wordings)]
    keys = [question_key(show, question) for question in show.questions]
    for reader in there.readers:
        me, mine = reader.member, as_of(reader, None)
        for index, way in enumerate(ways(there, reader)):
            for words in some(typed, reader, index):
                action = command(way, reader, "explain", question=words)
                yield Asking("/explain", f"{words!r} {way}, {reader}", action, as_of(reader, way.ceiling).read_by(way))
            for turn, up_to in enumerate(limits(there, reader)):
                for words in some(typed, reader, index + turn)[:2]:
                    action = command(way, reader, "explain", question=words, **{"up-to": up_to})
                    how = f"{words!r} up to {up_to} {way}, {reader}"
                    yield Asking("/explain up-to", how, action, as_of(reader, way.ceiling, up_to).read_by(way))
        for words in typed:
            action = typing(me, there.rooms[0].handle, "explain", "question", words)
            yield Asking("choices of explain question", f"{words!r}, {reader}", action, mine)
        for one in keys:
            yield Asking("[explain]", f"{one}, {reader}", press(me, reader.public, f"c1:explain:{key}:{one}"), mine)
            yield Asking("[whence]", f"{one}, {reader}", press(me, reader.public, f"c1:whence:{key}:{one}"), mine)
            posted = press(me, reader.private, f"c1:posteds:{key}:{one}")
            yield Asking("[posteds]", f"{one}, {reader}, up to {reader.ceiling}", posted, as_of(reader, reader.ceiling))
        for page in range(-1, 3):
            for on, owner, ceiling in hosts(reader):
                turned = press(me, on, f"c1:questions:{key}:{page}:{owner}")
                reach = mine if ceiling is None else Reach(ceiling, ceiling)
                yield Asking("[questions]", f"{page}, {reader}, public up to {ceiling}", turned, reach)


def charts(there: Place) -> Iterator[Asking]:
    """`/relationships` in every view, with its buttons."""
    key = there.key
    for reader in there.readers:
        me = reader.member
        for index, way in enumerate(ways(there, reader)):
            style = ("dark", "light")[(index + reader.progress) % 2]
            reach = only_open(as_of(reader, way.ceiling)).read_by(way)
            how = f"{style} {way}, {reader}"
            yield Asking("/relationships", how, command(way, reader, "relationships", style=style), reach)
            for up_to in limits(there, reader):
                for option in ("up-to", "changes"):
                    action = command(way, reader, "relationships", **{option: up_to, "style": style})
                    reach = drawn(reader, way.ceiling, up_to, comparing=option == "changes").read_by(way)
                    yield Asking(f"/relationships {option}", f"{up_to} {how}", action, reach)
        for turn, view in enumerate(VIEWS):
            comparing = view.endswith("-changes")
            for number in sorted({*limits(there, reader)[turn % 2 :: 2], (reader.progress + turn) % there.last}):
                mine = drawn(reader, None, number, comparing=comparing)
                pressed = press(me, reader.public, f"c1:chartwords:{key}:{number}:{view}")
                yield Asking("[chartwords]", f"{view} {number}, {reader}", pressed, mine)
                how = f"{view} {number}, {reader}, up to {reader.ceiling}"
                # The whole chart is cut to what the room allows, and what an episode changed is shown or not.
                posted = number if comparing else min(number, reader.ceiling)
                reach = drawn(reader, reader.ceiling, posted, comparing=comparing)
                pressed = press(me, reader.private, f"c1:postchart:{key}:{number}:{view}")
                yield Asking("[postchart]", how, pressed, reach)
                for on, owner, ceiling in hosts(reader):
                    pressed = press(me, on, f"c1:chart:{key}:{number}:{view}:{owner}")
                    how = f"{view} {number}, {reader}, public up to {ceiling}"
                    yield Asking("[chart]", how, pressed, drawn(reader, ceiling, number, comparing=comparing))


VIEWS = ("dark", "light-changes", "words", "dark-changes", "light", "words-changes")


def drawn(reader: Reader, ceiling: int | None, up_to: int, *, comparing: bool) -> Reach:
    """Of a chart, in which nothing can stand behind bars; whatever is refused tells nothing."""
    if (ceiling is not None and up_to > ceiling) or (comparing and not up_to):
        return LOCKED
    return only_open(as_of(reader, ceiling, up_to))


def ahead(there: Place) -> Iterator[Asking]:
    """Everything that opens only after a second press, revealed, noted as seen, or posted anyway."""
    show, key = there.show, there.key
    named = [spelling.replace(":", " ")[:40] for one in show.characters for spelling in spellings(one)[:3]]
    asked = [question.text.to("en").replace(":", " ")[:50] for question in show.questions]
    things: list[tuple[str, str]] = [("recap", ""), ("cast", "")]
    things += [("card", character_key(show, character)) for character in show.characters]
    things += [("named", name) for name in named]
    things += [("asked", words) for words in ("", *asked)]
    things += [("question", question_key(show, question)) for question in show.questions]
    things += [("chart", view) for view in VIEWS]
    for reader in there.readers:
        for turn, (what, argument) in enumerate(things):
            for number in range(1, there.last + 1) if what == "recap" else sorted(beyond(there, reader, turn)):
                place = f"{what}:{key}:{number}:{argument}"
                how = f"{what} {number} {argument!r}, {reader}"
                whole = what not in UP_TO
                reached = max(reader.progress, number) if whole else number
                noted = _with_all_to(reader.watched, number) if whole else number
                pressed = press(reader.member, reader.private, f"c1:reveal:{place}")
                yield Asking("[reveal]", how, pressed, Reach(reached, reached))
                yield Asking(
                    "[seenit]",
                    how,
                    _noting(there, f"[seenit] {how}", reader, f"c1:seenit:{place}"),
                    Reach(noted, noted),
                )
                posted = press(reader.member, reader.private, f"c1:postit:{place}")
                yield Asking("[postit]", f"{how}, up to {reader.ceiling}", posted, _posted(reader, what, number))


#: Things that go no further than the episode that was asked for, even for whoever has watched more.
UP_TO = ("named", "asked", "chart")


def _with_all_to(watched: Progress, number: int) -> int:
    """How far somebody is once they have seen everything up to ``number`` as well."""
    reached = max(watched.up_to, number)
    while reached + 1 in watched.apart:
        reached += 1
    return reached


def _noting(there: Place, name: str, reader: Reader, custom_id: str) -> Action:
    return there.doing(name, reader, lambda doer: press(doer, reader.private, custom_id))


def _posted(reader: Reader, what: str, number: int) -> Reach:
    """Of what is posted although its asker hasn't watched that far: what the room allows, and no more."""
    ceiling, mine = reader.ceiling, reader.progress
    if what == "recap":
        return Reach(ceiling, max(ceiling, number))
    if what == "chart":
        return Reach(number, number) if number <= ceiling else LOCKED
    if what in UP_TO:
        return Reach(min(ceiling, number), number)
    return Reach(ceiling, ceiling if what == "cast" else max(ceiling, mine))


def times(there: Place) -> Iterator[Asking]:
    """Everything about when episodes air, and all else that knows no story."""
    key = there.key
    # What knows no story hardly depends on gaps and second runs: one in four of those readers will do.
    others = [reader for reader in there.readers if not reader.usual]
    for reader in (*(reader for reader in there.readers if reader.usual), *others[::4]):
        me = reader.member
        for name in ("next-episode", "schedule show"):
            for way in ways(there, reader):
                shown = reader.progress if way.ceiling is None else way.ceiling
                yield Asking(
                    f"/{name}", f"{way}, {reader}", command(way, reader, name), Reach(shown, shown).read_by(way)
                )
        timeless = [
            ("[yours]", "", press(me, reader.public, f"c1:yours:{key}")),
            ("[yours-of]", "", press(me, reader.public, f"c1:yours-of:{key}:00ff")),
            *(
                ("[clock-of]", f"{number}", press(me, reader.public, f"c1:clock-of:{key}:{number}:00ff"))
                for number in range(1, there.last + 1)
            ),
            ("[season]", "", press(me, reader.public, f"c1:season:{key}")),
            ("[reminders]", "", press(me, reader.public, "c1:reminders:00ff")),
            ("[reminders-at]", "", press(me, reader.public, "c1:reminders-at:1:0")),
            ("[evenings]", "", press(me, reader.public, "c1:evenings:0")),
        ]
        timeless += [
            (f"[{action}]", f"{number}", press(me, reader.public, f"c1:{action}:{key}:{number}"))
            for action in ("clock", "ics", "mine")
            for number in range(there.last + 2)
        ]
        here = there.rooms[reader.progress].handle
        timeless += [(f"/{name}", f"{options}", slash(me, here, name, **options)) for name, options in TIMELESS]
        timeless += [
            (f"choices of {name} {option}", repr(value), typing(me, here, name, option, value))
            for turn, (name, option) in enumerate(OPTIONS_WITH_CHOICES)
            if option not in ("name", "question")
            for value in ("", ("1", "e", MARK)[(turn + reader.progress) % 3])
        ]
        timeless += _own(there, reader)
        # These depend on nothing that has a stamp, so that even the twin above 0 makes no difference.
        for kind, how, action in timeless:
            yield Asking(kind, f"{how}, {reader}", action, NOTHING)


#: Commands that answer with nothing that has a stamp, whoever asks.
TIMELESS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("calendar feed", {"what": "show"}),
    *(("calendar get", {"what": what}) for what in ("show", "rerun", "parties", "everything")),
    ("calendar revoke", {"link": "all"}),
    ("follow list", {}),
    ("help", {}),
    ("about", {}),
    ("progress show", {}),
    ("progress group", {"private": False}),
    ("progress group", {"episode": 3}),
    ("timezone show", {}),
    ("reminders list", {}),
    ("schedule overrides", {}),
    ("service show", {}),
    ("reminders settings", {}),
    ("reminders defaults", {}),
    ("watch-party list", {}),
    ("watch-party next", {}),
    ("watch-party history", {}),
    ("spoilers ceiling show", {}),
    ("spoilers explain", {}),
)
#: Every option that offers choices; a test sees to it that none is missing.
OPTIONS_WITH_CHOICES = (
    *(("announce " + name, "show") for name in ("setup", "show", "test", "stop")),
    ("calendar feed", "alarm"),
    ("calendar feed", "show"),
    ("calendar get", "alarm"),
    ("calendar get", "show"),
    ("calendar revoke", "link"),
    ("cast", "show"),
    ("catch-up", "show"),
    ("character", "name"),
    ("character", "show"),
    ("character", "up-to"),
    ("explain", "question"),
    ("explain", "show"),
    ("explain", "up-to"),
    ("follow default", "show"),
    ("follow show", "show"),
    ("follow stop", "show"),
    ("next-episode", "show"),
    ("progress clear", "show"),
    ("progress group", "episode"),
    ("progress group", "show"),
    ("progress only", "show"),
    ("progress rewatch", "show"),
    ("progress set", "episode"),
    ("progress set", "show"),
    ("progress share", "show"),
    ("progress show", "show"),
    ("recap", "episode"),
    ("recap", "show"),
    ("relationships", "changes"),
    ("relationships", "show"),
    ("relationships", "up-to"),
    ("remind", "episode"),
    ("remind", "show"),
    ("reminders cancel", "reminder"),
    ("reminders edit", "reminder"),
    ("rerun end", "show"),
    ("rerun extend", "last-episode"),
    ("rerun extend", "show"),
    ("rerun pause", "show"),
    ("rerun resume", "show"),
    ("rerun show", "show"),
    ("rerun skip", "show"),
    ("rerun start", "first-episode"),
    ("rerun start", "last-episode"),
    ("rerun start", "show"),
    ("rerun start", "zone"),
    ("schedule override", "episode"),
    ("schedule override", "show"),
    ("schedule overrides", "show"),
    ("schedule show", "show"),
    ("schedule undo", "episode"),
    ("schedule undo", "show"),
    ("service pick", "country"),
    ("service pick", "service"),
    ("service pick", "show"),
    ("spoilers ceiling clear", "show"),
    ("spoilers ceiling set", "episode"),
    ("spoilers ceiling set", "show"),
    ("spoilers ceiling show", "show"),
    ("spoilers explain", "show"),
    ("subscribe", "show"),
    ("timezone set", "zone"),
    ("unsubscribe", "show"),
    ("watch-party cancel", "party"),
    ("watch-party create", "episode"),
    ("watch-party create", "show"),
    ("watch-party edit", "episode"),
    ("watch-party edit", "party"),
    ("watch-party find", "episode"),
    ("watch-party find", "show"),
    ("watch-party series", "first-episode"),
    ("watch-party series", "last-episode"),
    ("watch-party series", "show"),
    ("watch-party series", "zone"),
    ("watch-party skip", "party"),
)


def _own(there: Place, reader: Reader) -> list[tuple[str, str, Action]]:
    """What changes what is known of whoever does it."""
    key, mine = there.key, reader.progress
    room = there.rooms[-1].handle
    commands: list[tuple[str, dict[str, Any]]] = [
        ("progress set", {"episode": there.last - mine}),
        ("progress only", {"episodes": f"1-{max(mine, 1)}, {there.last}"}),
        ("progress rewatch", {"episode": mine // 2}),
        ("progress rewatch", {"end": True}),
        ("progress share", {"on": False}),
        ("progress clear", {}),
    ]
    presses = [f"seen:{key}:{min(mine + 1, there.last)}", f"unsee:{key}:1-3,5r1", f"unsee:{key}:x"]

    def asked(name: str, options: dict[str, Any]) -> Callable[[MemberActor], Action]:
        return lambda doer: slash(doer, room, name, **options)

    def pressed(custom_id: str) -> Callable[[MemberActor], Action]:
        return lambda doer: press(doer, reader.private, f"c1:{custom_id}")

    found = [(f"/{name}", f"{options}", asked(name, options)) for name, options in commands]
    found += [(f"[{one.partition(':')[0]}]", one, pressed(one)) for one in presses]
    return [(kind, how, there.doing(f"{kind} {how}, {reader}", reader, act)) for kind, how, act in found]


Kind = Callable[[Place], Iterator[Asking]]
#: The kinds of askings that tell a story, and how many of each are tried by default; then those of `times`.
KINDS: dict[Kind, int] = {recaps: 200, cards: 260, questions: 200, charts: 90, ahead: 200}
TIMES = 130


def sample(askings: Sequence[Asking], most: int | None) -> list[Asking]:
    """At most ``most`` askings (None: all), the same every time: of every kind, and of every pair of horizons."""
    if most is None or len(askings) <= most:
        return list(askings)
    chance = random.Random(most)
    kinds: dict[str, dict[Reach, list[Asking]]] = {}
    for asking in chance.sample(askings, len(askings)):
        kinds.setdefault(asking.kind, {}).setdefault(asking.reach, []).append(asking)
    picked: list[Asking] = []
    waiting = {kind: list(groups.values()) for kind, groups in kinds.items()}
    for turn in count():
        for groups in waiting.values():
            if groups and groups[turn % len(groups)]:
                picked.append(groups[turn % len(groups)].pop())
            if len(picked) == most:
                return picked
    raise AssertionError("unreachable")
