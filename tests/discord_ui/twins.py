"""Catalogues that differ from a given one only above an episode, and there in everything.

A reply that is the same with a show and with its twin tells nothing from above that episode. What has no stamp is
listed in `UNSTAMPED` with the reason, and stays as it is; everything else is marked, down to the ids.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from bot.core.show import (
    Actor,
    Beat,
    Catalogue,
    Character,
    Condition,
    Confidence,
    Conflict,
    Episode,
    Fact,
    Group,
    Membership,
    Name,
    Question,
    Relation,
    RelationKind,
    Show,
    Side,
    Source,
    Status,
    Text,
    Title,
)
from bot.l10n.words import Words

#: Stands in everything that a twin holds above its episode and in nothing else.
MARK = "XLEAKX7"

#: Every language that the bot speaks.
LANGUAGES = Words.load().languages

#: Attempts to get out of a spoiler bar, one after another.
_DRESSES = (
    "{}",
    "{} || {} ||",
    "`{}` ```{} || ```",
    "[{}](https://example.org/{}||)",
    "\\||{}\\\\||{}",
    "> {}\n# {}\n- {} @everyone <@1>",
    "|\u200b|{}|\u200b|",
)

VARIANTS = ("more", "less")

_BEFORE = "known before the first episode"
_MAKERS = "who makes a show tells nothing of its story"
_SCHEDULE = "when and where an episode comes out tells nothing of its story"
_WATCHED = "how many watched tells nothing of the story"
#: Fields that no stamp belongs to, and why that is right.
UNSTAMPED = {
    "Show.id": "chosen by whoever keeps the dataset, and known to all who write a command",
    "Show.title": _BEFORE,
    "Show.native_title": _BEFORE,
    "Show.aliases": _BEFORE,
    "Show.network": _BEFORE,
    "Show.country": _BEFORE,
    "Show.zone": _BEFORE,
    "Show.language": _BEFORE,
    "Show.minutes": _BEFORE,
    "Show.age_rating": _BEFORE,
    "Show.genres": _BEFORE,
    "Show.synopsis": "the makers' own, to be read before the first episode",
    "Show.credits": _MAKERS,
    "Credit.job": _MAKERS,
    "Credit.names": _MAKERS,
    "Credit.sources": _MAKERS,
    "Episode.number": _SCHEDULE,
    "Episode.season": _SCHEDULE,
    "Episode.in_season": _SCHEDULE,
    "Episode.minutes": _SCHEDULE,
    "Episode.releases": _SCHEDULE,
    "Episode.lag": _SCHEDULE,
    "Episode.special": _SCHEDULE,
    "Episode.part": _SCHEDULE,
    "Episode.season_part": _SCHEDULE,
    "Episode.together": _SCHEDULE,
    "Episode.derived": _SCHEDULE,
    "Episode.correction": "what a server's own admins say of a time; no dataset holds any",
    "Release.service": _SCHEDULE,
    "Release.kind": _SCHEDULE,
    "Release.regions": _SCHEDULE,
    "Release.at": _SCHEDULE,
    "Release.sources": _SCHEDULE,
    "Release.checked": _SCHEDULE,
    "WallTime.day": _SCHEDULE,
    "WallTime.minutes": _SCHEDULE,
    "WallTime.zone": _SCHEDULE,
    "Episode.rating": _WATCHED,
    "Rating.nationwide": _WATCHED,
    "Rating.capital": _WATCHED,
    "Rating.sources": _WATCHED,
}


class _Marks:
    def __init__(self) -> None:
        self._numbers = count(1)

    def word(self) -> str:
        number = next(self._numbers)
        return _DRESSES[number % len(_DRESSES)].replace("{}", f"{MARK} {number}")

    def text(self) -> Text:
        return Text({language: f"{self.word()} {language}" for language in LANGUAGES})

    def label(self) -> Text:
        """Short enough for an arrow."""
        return Text({language: f"{MARK} {next(self._numbers)}" for language in LANGUAGES})

    def id(self) -> str:
        return f"{MARK.lower()}-{next(self._numbers)}"


def twin(catalogue: Catalogue, show_id: str, horizon: int, variant: str, kept: Collection[int] = ()) -> Catalogue:
    """The catalogue with another truth above episode ``horizon`` of a show.

    ``variant`` is "more" (everything above is reworded, and there is more of it) or "less" (it is gone). Of the
    episodes ``kept`` the story of their own recap stays.
    """
    show = catalogue.shows[show_id]
    made = _More(show, horizon, kept).show() if variant == "more" else _less(show, horizon, kept)
    return Catalogue({**catalogue.shows, show_id: made})


def with_late_roles(catalogue: Catalogue, show_id: str) -> Catalogue:
    """The catalogue with people who can be named some episodes before there is anything to say of them."""
    show = catalogue.shows[show_id]
    characters = tuple(
        replace(
            one,
            roles=tuple(replace(role, after=max(role.after, one.after + 2)) for role in one.roles),
            facts=tuple(replace(fact, after=max(fact.after, one.after + 1)) for fact in one.facts),
        )
        if index % 3 == 0
        else one
        for index, one in enumerate(show.characters)
    )
    return Catalogue({**catalogue.shows, show_id: replace(show, characters=characters)})


def stamps(show: Show) -> Iterator[int]:
    """The stamps of everything in a show, each as often as it is there."""
    for character in show.characters:
        yield character.after
        for things in (character.names, character.roles, character.facts, character.relations):
            yield from (thing.after for thing in things)
        yield from (thing.after for thing in (*character.memberships, *character.statuses))
    yield from (found.after for found in (*show.conflicts, *show.notes, *show.questions))
    yield from (found.asked_after for found in show.questions)
    yield from (name.after for group in show.groups for name in group.names)
    yield from (episode.title.after for episode in show.episodes if episode.title is not None)
    yield from (episode.number for episode in show.episodes if episode.beats)


def parts(value: Any) -> Iterator[Any]:
    """Every dataclass instance that ``value`` consists of, itself included and texts left out."""
    if isinstance(value, Text):
        return
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield value
        for field in dataclasses.fields(value):
            yield from parts(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from parts(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from parts(one)


@dataclass(frozen=True, slots=True)
class _Known:
    """Ids of what may be known to exist at an episode."""

    horizon: int
    characters: frozenset[str]
    groups: frozenset[str]

    @classmethod
    def of(cls, show: Show, horizon: int) -> _Known:
        return cls(
            horizon,
            frozenset(character.id for character in show.characters if character.after <= horizon),
            frozenset(group.id for group in show.groups if any(name.after <= horizon for name in group.names)),
        )

    def relation(self, found: Relation) -> bool:
        """Whether it may be known; its own stamp is not enough, whom it leads to has one too."""
        return found.after <= self.horizon and found.to in self.characters

    def membership(self, found: Membership) -> bool:
        return found.after <= self.horizon and (found.group is None or found.group in self.groups)


def _tells_only_its_own(conflict: Conflict, kept: Collection[int]) -> bool:
    """Whether a disagreement is part of the story of one of the episodes ``kept``."""
    return conflict.episode in kept and conflict.after == conflict.episode


# --------------------------------------------------------------------- more


class _More:
    """Everything above the horizon reworded, renumbered and multiplied."""

    def __init__(self, show: Show, horizon: int, kept: Collection[int]) -> None:
        self._show = show
        self._horizon = horizon
        self._above = horizon + 1
        self._kept = kept
        self._known = _Known.of(show, horizon)
        self._marks = marks = _Marks()
        self._source = Source(marks.id(), marks.word(), self._url("new"), marks.word(), self._above)
        self._conflict = marks.id()
        self._group = marks.id()
        self._strangers = marks.id(), marks.id()

    def show(self) -> Show:
        show = self._show
        characters = [
            self._visible(one) if one.id in self._known.characters else self._hidden(one) for one in show.characters
        ]
        # The order of those who aren't known yet is another, and they stand before the rest.
        unknown = [one for one in characters if one.id not in self._known.characters]
        first, last = self._new_characters()
        return replace(
            show,
            characters=(
                first,
                *reversed(unknown),
                *(one for one in characters if one.id in self._known.characters),
                last,
            ),
            groups=(self._new_group(), *(self._group_of(one) for one in show.groups)),
            episodes=tuple(self._episode(one) for one in show.episodes),
            conflicts=(
                *(self._new_conflict(self._marks.id(), one.number) for one in show.episodes),
                self._new_conflict(self._conflict, None),
                *(self._conflict_of(one) for one in show.conflicts),
            ),
            questions=tuple(self._questions()),
            sources={
                self._source.id: self._source,
                **{
                    id: one if one.covers <= self._horizon else replace(one, url=self._url(id))
                    for id, one in show.sources.items()
                },
            },
            notes=(self._fact(), *self._facts(show.notes)),
        )

    def _url(self, id: str) -> str:
        return f"https://example.org/{MARK}||)>{id}"

    # ------------------------------------------------------------- small things

    def _fact(self) -> Fact:
        return Fact(self._marks.text(), self._above, (self._source.id,), Confidence.LOW, self._conflict)

    def _facts(self, found: Iterable[Fact]) -> tuple[Fact, ...]:
        return tuple(one if one.after <= self._horizon else self._fact() for one in found)

    def _name(self, *aliases: str) -> Name:
        marks = self._marks
        return Name(marks.text(), self._above, marks.word(), (marks.word(), *aliases), (self._source.id,))

    def _actor(self, *aliases: str) -> Actor:
        marks = self._marks
        return Actor(marks.word(), marks.word(), (marks.word(), *aliases), (self._source.id,))

    def _relation(self, to: str, after: int) -> Relation:
        marks = self._marks
        text = Text({language: f"{marks.word()} of {{name}}" for language in LANGUAGES})
        return Relation(to, text, after, (self._source.id,), marks.label(), RelationKind.ENEMY)

    def _beat(self, sources: tuple[str, ...]) -> Beat:
        return Beat(self._marks.text(), sources, self._conflict)

    # --------------------------------------------------------------- characters

    def _relations(self, character: Character) -> tuple[Relation, ...]:
        everybody = [one.id for one in self._show.characters]
        hidden = character.id not in self._known.characters
        changed = [
            self._relation(everybody[number % len(everybody)], self._above)
            if hidden or not self._known.relation(relation)
            else relation
            for number, relation in enumerate(character.relations)
        ]
        # The first's own stamp is low: that of whom it leads to counts as well.
        low = self._relation(self._strangers[0], 0)
        return (low, *changed, *(self._relation(id, self._above) for id in everybody if id != character.id))

    def _memberships(self, character: Character) -> tuple[Membership, ...]:
        kept = [one for one in character.memberships if self._known.membership(one)]
        groups = [self._group, *(one.id for one in self._show.groups), None]
        more = [Membership(id, self._above, (self._source.id,)) for id in groups]
        return (Membership(self._group, 0, (self._source.id,)), *kept, *more)

    def _statuses(self, found: Iterable[Status]) -> tuple[Status, ...]:
        kept = [one for one in found if one.after <= self._horizon]
        return (*kept, *(Status(condition, self._above, (self._source.id,)) for condition in Condition))

    def _visible(self, character: Character) -> Character:
        return replace(
            character,
            names=(
                *(one for one in character.names if one.after <= self._horizon),
                *(self._name() for one in character.names if one.after > self._horizon),
                self._name(),
            ),
            roles=(*self._facts(character.roles), self._fact()),
            relations=self._relations(character),
            facts=(self._fact(), *self._facts(character.facts), self._fact()),
            memberships=self._memberships(character),
            statuses=self._statuses(character.statuses),
        )

    def _hidden(self, character: Character) -> Character:
        """Somebody who isn't known yet; the stamps of what there is to tell of them don't matter."""
        first = self._show.groups[0].id if self._show.groups else self._group
        return replace(
            character,
            after=self._above,
            names=tuple(replace(self._name(), after=0) for _ in character.names),
            roles=tuple(replace(self._fact(), after=0) for _ in character.roles),
            actor=self._actor(),
            relations=tuple(replace(one, after=0) for one in self._relations(character)),
            facts=(self._fact(), *(replace(self._fact(), after=0) for _ in character.facts)),
            memberships=(Membership(first, 0, (self._source.id,)),),
            statuses=(Status(Condition.MISSING, 0, (self._source.id,)),),
        )

    def _new_characters(self) -> tuple[Character, Character]:
        # Called and played like everybody else there is, so that whoever finds them finds them twice.
        names = [
            spelling
            for character in self._show.characters
            for found in character.names
            for spelling in (*found.text.by_language.values(), *found.aliases, found.native or "")
            if spelling
        ]
        actors = [
            spelling
            for character in self._show.characters
            if (actor := character.actor) is not None
            for spelling in (actor.name, actor.native or "", *actor.aliases)
            if spelling
        ]
        everybody = [one.id for one in self._show.characters]
        first, last = self._strangers
        stranger = Character(
            first,
            self._above,
            (replace(self._name(*names), after=0),),
            (self._fact(),),
            self._actor(*actors),
            tuple(self._relation(id, 0) for id in everybody),
            (self._fact(),),
            (Membership(self._group, 0, (self._source.id,)),),
            (Status(Condition.DECEASED, 0, (self._source.id,)),),
        )
        return stranger, replace(stranger, id=last, relations=(), memberships=())

    # ------------------------------------------------------------------- groups

    def _new_group(self) -> Group:
        return Group(self._group, (self._fact(),))

    def _group_of(self, group: Group) -> Group:
        return replace(group, names=(*self._facts(group.names), self._fact()))

    # ------------------------------------------------------------------ episodes

    def _episode(self, episode: Episode) -> Episode:
        title, beats, summary = episode.title, episode.beats, episode.summary
        if title is None or title.after > self._horizon:
            title = Title(self._marks.text(), self._above, (self._source.id,))
        if episode.number > self._horizon and episode.number not in self._kept:
            # Whether there is anything on file at all stays as well.
            if beats or summary is not None:
                summary = self._beat((self._source.id,))
            if beats:
                # Which pages they rest on stays: that there are these pages says nothing of the story.
                told = [self._beat(beat.sources) for beat in beats]
                beats = (told[0], *(self._beat(beats[0].sources) for _ in range(3)), *told[1:])
        return replace(episode, title=title, beats=beats, summary=summary)

    # -------------------------------------------------- disagreements, questions

    def _new_conflict(self, id: str, episode: int | None) -> Conflict:
        marks = self._marks
        sides = (Side(marks.text(), (self._source.id,)), Side(marks.text(), (self._source.id,)))
        return Conflict(id, self._above, marks.text(), sides, marks.text(), marks.text(), episode)

    def _conflict_of(self, found: Conflict) -> Conflict:
        if found.after <= self._horizon or _tells_only_its_own(found, self._kept):
            return found
        return self._new_conflict(found.id, found.episode)

    def _question(self, id: str, text: Text | None = None) -> Question:
        marks = self._marks
        return Question(
            id,
            text or marks.text(),
            self._above,
            marks.text(),
            self._above,
            (self._source.id,),
            (self._conflict,),
        )

    def _questions(self) -> Iterator[Question]:
        yield self._question(self._marks.id())
        for found in self._show.questions:
            # One with the same words, so that whoever finds it finds it twice.
            yield self._question(self._marks.id(), found.text)
            if found.asked_after > self._horizon:
                yield self._question(found.id)
            elif found.after > self._horizon:
                hidden = self._question(found.id, found.text)
                yield replace(hidden, asked_after=found.asked_after)
            else:
                yield found


# --------------------------------------------------------------------- less


def _less(show: Show, horizon: int, kept: Collection[int]) -> Show:
    known = _Known.of(show, horizon)
    nothing = Text({"en": "."})
    left = replace(
        show,
        characters=tuple(
            replace(
                character,
                names=tuple(found for found in character.names if found.after <= horizon),
                roles=tuple(found for found in character.roles if found.after <= horizon),
                facts=tuple(found for found in character.facts if found.after <= horizon),
                relations=tuple(found for found in character.relations if known.relation(found)),
                memberships=tuple(found for found in character.memberships if known.membership(found)),
                statuses=tuple(found for found in character.statuses if found.after <= horizon),
            )
            for character in show.characters
            if character.id in known.characters
        ),
        groups=tuple(
            replace(group, names=tuple(name for name in group.names if name.after <= horizon))
            for group in show.groups
            if group.id in known.groups
        ),
        episodes=tuple(_less_of(episode, horizon, kept) for episode in show.episodes),
        conflicts=tuple(
            found for found in show.conflicts if found.after <= horizon or _tells_only_its_own(found, kept)
        ),
        questions=tuple(
            found
            if found.after <= horizon
            else replace(found, answer=nothing, after=len(show.episodes), sources=(), conflicts=())
            for found in show.questions
            if found.asked_after <= horizon
        ),
        notes=tuple(found for found in show.notes if found.after <= horizon),
    )
    cited = {id for part in parts(replace(left, sources={})) for id in getattr(part, "sources", ())}
    return replace(
        left,
        sources={
            id: found if found.covers <= horizon else replace(found, url="https://example.org/")
            for id, found in show.sources.items()
            if found.covers <= horizon or id in cited
        },
    )


def _less_of(episode: Episode, horizon: int, kept: Collection[int]) -> Episode:
    title, beats, summary = episode.title, episode.beats, episode.summary
    if episode.number > horizon and episode.number not in kept:
        if beats:
            summary = None
            cited = tuple(dict.fromkeys(source for beat in beats for source in beat.sources))
            beats = (Beat(Text({"en": "."}), cited),)
        elif summary is not None:
            summary = Beat(Text({"en": "."}), ())
    return replace(
        episode,
        title=None if title is not None and title.after > horizon else title,
        beats=beats,
        summary=summary,
    )
