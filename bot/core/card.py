"""A character's card and the cast list, as far as a reader may see them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.show import Actor, Character, Relation, Show, Text
from bot.core.spoilers import Decision, Horizon, Piece, decide, latest, name_at, visible


@dataclass(frozen=True, slots=True)
class Card:
    """Who somebody is. ``name`` and ``native`` stand in the open; the rest is shown or veiled by piece."""

    show: Show
    character: Character
    name: Text
    native: str | None
    spellings: tuple[str, ...]
    actor: Actor | None
    role: Piece | None
    relations: tuple[Piece, ...]
    facts: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class CastEntry:
    """One line of the cast list; everything in it stands in the open."""

    character: Character
    name: Text
    native: str | None
    actor: Actor | None
    role: Text | None


def card(show: Show, character: Character, seen: Horizon) -> Card | None:
    """The card, or None where this character may not be named in the open."""
    name = name_at(character, seen.shown)
    if name is None:
        return None
    role = latest(character.roles, seen.shown) or latest(character.roles, seen.covered)
    by_id = {other.id: other for other in show.characters}
    return Card(
        show=show,
        character=character,
        name=name.text,
        native=name.native,
        spellings=spellings(character, seen.shown),
        actor=character.actor,
        role=None if role is None else Piece(role.text, decide(role.after, seen)),
        relations=tuple(
            piece
            for relation in character.relations
            if (piece := _relation(relation, by_id[relation.to], seen)) is not None
        ),
        facts=tuple(
            Piece(fact.text, decision)
            for fact in character.facts
            if (decision := decide(fact.after, seen)) is not Decision.WITHHELD
        ),
    )


def spellings(character: Character, limit: int) -> tuple[str, ...]:
    """Other ways to write the names that are safe after ``limit``, the one on the card left out."""
    shown = name_at(character, limit)
    known = visible(character.names, limit)
    taken: set[str | None] = set() if shown is None else {*shown.text.by_language.values(), shown.native}
    return tuple(
        dict.fromkeys(
            spelling for name in known for spelling in (name.text.to("en"), *name.aliases) if spelling not in taken
        )
    )


def _relation(relation: Relation, other: Character, seen: Horizon) -> Piece | None:
    decision = decide(max(relation.after, other.after), seen)
    if decision is Decision.WITHHELD:
        return None
    # A veiled relation may use the name that the bar covers; a shown one only what is safe in the open.
    other_name = name_at(other, seen.shown if decision is Decision.SHOWN else seen.covered)
    if other_name is None:
        return None
    # A sentence that is not in a language isn't either with a name in that language.
    languages = {
        *relation.text.by_language,
        *(language for language in other_name.text.by_language if relation.text.speaks(language)),
    }
    return Piece(
        Text(
            {
                language: relation.text.to(language).replace("{name}", other_name.text.to(language))
                for language in sorted(languages)
            }
        ),
        decision,
    )


def cast(show: Show, limit: int) -> tuple[CastEntry, ...]:
    """Everyone who may be named after episode ``limit``, in the order of the dataset."""
    entries: list[CastEntry] = []
    for character in show.characters:
        name = name_at(character, limit)
        if name is None:
            continue
        role = latest(character.roles, limit)
        entries.append(
            CastEntry(character, name.text, name.native, character.actor, None if role is None else role.text)
        )
    return tuple(entries)
