"""Catalogues that differ from a given one only above an episode, and there in everything.

A reply that is the same with a show and with its twin tells nothing from above that episode. What has no stamp
stays as it is: titles and schedules of shows, who plays somebody that may be named, publishers of sources, and
which pages the recap of an episode rests on (that they exist says nothing of the story).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from bot.core.show import (
    Actor,
    Beat,
    Catalogue,
    Character,
    Conflict,
    Episode,
    Fact,
    Name,
    Relation,
    Show,
    Side,
    Text,
    Title,
)

#: Stands in everything that a twin holds above its episode and in nothing else.
MARK = "XLEAKX7"

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


class _Marks:
    def __init__(self) -> None:
        self._numbers = count(1)

    def word(self) -> str:
        number = next(self._numbers)
        return _DRESSES[number % len(_DRESSES)].replace("{}", f"{MARK} {number}")

    def text(self) -> Text:
        return Text({"en": self.word(), "ko": self.word() + " 누설"})


def twin(catalogue: Catalogue, show_id: str, horizon: int, variant: str) -> Catalogue:
    """The catalogue with another truth above episode ``horizon`` of a show.

    ``variant`` is "more" (everything above is reworded, and there is more of it) or "less" (it is gone).
    """
    made = (_more if variant == "more" else _less)(catalogue.shows[show_id], horizon)
    return Catalogue({**catalogue.shows, show_id: made})


def stamps(show: Show) -> Iterator[int]:
    """The stamps of everything in a show, each as often as it is there."""
    for character in show.characters:
        yield character.after
        for things in (character.names, character.roles, character.facts, character.relations):
            yield from (thing.after for thing in things)
    yield from (found.after for found in (*show.conflicts, *show.notes, *show.questions))
    yield from (episode.title.after for episode in show.episodes if episode.title is not None)
    yield from (episode.number for episode in show.episodes if episode.beats)


# --------------------------------------------------------------------- more


def _more(show: Show, horizon: int) -> Show:
    marks, above = _Marks(), horizon + 1
    named = {character.id for character in show.characters if character.after <= horizon}
    everybody = [character.id for character in show.characters]
    some_source = tuple(show.sources)[:1]

    def fact(after: int) -> Fact:
        return Fact(marks.text(), after, some_source)

    def name(after: int, *aliases: str) -> Name:
        return Name(marks.text(), after, marks.word(), (marks.word(), *aliases), some_source)

    def facts(found: tuple[Fact, ...]) -> tuple[Fact, ...]:
        return tuple(one if one.after <= horizon else replace(one, text=marks.text()) for one in found)

    def relations(character: Character) -> tuple[Relation, ...]:
        kept: list[Relation] = []
        for number, relation in enumerate(character.relations):
            if relation.after <= horizon and {relation.to, character.id} <= named:
                kept.append(relation)
            else:
                text = Text({"en": marks.word() + " of {name}", "ko": "{name} " + marks.word()})
                to = everybody[number % len(everybody)]
                kept.append(replace(relation, to=to, text=text, after=max(relation.after, above)))
        # Its own stamp is low: that of whom it leads to counts as well.
        return (Relation("stranger-x", marks.text(), 0, some_source), *kept)

    def visible(character: Character) -> Character:
        return replace(
            character,
            names=(
                *(found for found in character.names if found.after <= horizon),
                *(name(found.after) for found in character.names if found.after > horizon),
                name(max(above, *(found.after for found in character.names))),
            ),
            roles=(*facts(character.roles), fact(max([above, *(found.after for found in character.roles)]))),
            relations=relations(character),
            facts=(fact(above), *facts(character.facts), fact(above)),
        )

    def hidden(character: Character) -> Character:
        return replace(
            character,
            names=tuple(name(found.after) for found in character.names),
            roles=facts(tuple(replace(role, after=max(role.after, above)) for role in character.roles)),
            actor=Actor(marks.word(), marks.word(), (marks.word(),), some_source),
            relations=relations(character),
            facts=(fact(above), *facts(character.facts)),
        )

    # Called like everybody else there is, so that whoever finds them finds them twice.
    namesakes = tuple(
        spelling
        for character in show.characters
        for found in character.names
        for spelling in (*found.text.by_language.values(), *found.aliases, found.native or "")
        if spelling
    )
    stranger = Character(
        "stranger-x",
        above,
        (name(above, *namesakes),),
        (fact(above),),
        None,
        tuple(Relation(id, marks.text(), 0, some_source) for id in everybody),
        (fact(above),),
    )
    characters = [visible(one) if one.id in named else hidden(one) for one in show.characters]
    return replace(
        show,
        characters=(stranger, *characters, replace(stranger, id="stranger-y", after=above, relations=())),
        episodes=tuple(_more_of(episode, horizon, marks) for episode in show.episodes),
        conflicts=(
            *(_conflict(f"X{episode.number}", above, episode.number, marks) for episode in show.episodes),
            *(
                found if found.after <= horizon else _conflict(found.id, found.after, found.episode, marks)
                for found in show.conflicts
            ),
        ),
        questions=tuple(
            replace(
                found,
                text=found.text if found.asked_after <= horizon else marks.text(),
                answer=found.answer if found.after <= horizon else marks.text(),
            )
            for found in show.questions
        ),
        sources={
            id: found if found.covers <= horizon else replace(found, url=f"https://example.org/{MARK}||)>{id}")
            for id, found in show.sources.items()
        },
        notes=(fact(above), *facts(show.notes)),
    )


def _more_of(episode: Episode, horizon: int, marks: _Marks) -> Episode:
    title = episode.title
    if title is None or title.after > horizon:
        after = horizon + 1 if title is None else title.after
        title = Title(marks.text(), after, () if title is None else title.sources)
    beats = episode.beats
    if episode.number > horizon and beats:
        told = [replace(beat, text=marks.text()) for beat in beats]
        beats = (told[0], *(Beat(marks.text(), beats[0].sources) for _ in range(3)), *told[1:])
    return replace(episode, title=title, beats=beats)


def _conflict(id: str, after: int, episode: int | None, marks: _Marks) -> Conflict:
    sides = (Side(marks.text(), ()), Side(marks.text(), ()))
    return Conflict(id, after, marks.text(), sides, marks.text(), marks.text(), episode)


# --------------------------------------------------------------------- less


def _less(show: Show, horizon: int) -> Show:
    named = {character.id for character in show.characters if character.after <= horizon}
    return replace(
        show,
        characters=tuple(
            replace(
                character,
                names=tuple(found for found in character.names if found.after <= horizon),
                roles=tuple(found for found in character.roles if found.after <= horizon),
                facts=tuple(found for found in character.facts if found.after <= horizon),
                relations=tuple(found for found in character.relations if found.after <= horizon and found.to in named),
            )
            for character in show.characters
            if character.id in named
        ),
        episodes=tuple(_less_of(episode, horizon) for episode in show.episodes),
        conflicts=tuple(found for found in show.conflicts if found.after <= horizon),
        questions=tuple(found for found in show.questions if found.asked_after <= horizon),
        sources={
            id: found if found.covers <= horizon else replace(found, url="https://example.org/")
            for id, found in show.sources.items()
        },
        notes=tuple(found for found in show.notes if found.after <= horizon),
    )


def _less_of(episode: Episode, horizon: int) -> Episode:
    title = episode.title
    beats = episode.beats
    if episode.number > horizon and beats:
        cited = tuple(dict.fromkeys(source for beat in beats for source in beat.sources))
        beats = (Beat(Text({"en": "."}), cited),)
    return replace(episode, title=None if title is not None and title.after > horizon else title, beats=beats)
