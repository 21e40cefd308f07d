"""What deserves a second look in a show, though nothing is broken by it: hints, which never keep it from loading.

* A title, the synopsis or a recap holds a name that is safe only later; a title also what people are to each other.
* A character of a Korean show has no name in Hangul, or a Korean name is written in Latin letters.
* A relation is told by one of the two only.

All but the last go by words, so they can be wrong: a ship may be called like somebody who is yet to come.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.dataset.checks import ShowSheets
from bot.dataset.problems import quoted
from bot.dataset.schema import CharacterEntry, NameEntry

_WORD: Final = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_HANGUL: Final = re.compile("[가-힣]")
_SPELT_IN_LATIN: Final = re.compile("[a-z]{2}")
#: Part of a name that people are called by alone: "Rita" of "Rita Sal", but not "J".
_CALLED_BY: Final = re.compile("[A-ZÀ-ÖØ-Þ][^A-Z]{2,}")
_ARTICLES: Final = frozenset({"The", "An", "A"})
#: The longest name that is looked for, in words.
_MAX_WORDS: Final = 8

Words = tuple[str, ...]


def add_hints(show: ShowSheets) -> None:
    """Adds to each sheet's hints what deserves a look. Only entries that are right in themselves are looked at."""
    _look_for_early_names(show)
    _look_for_hangul(show)
    _look_for_one_sided_relations(show)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a word or several tell, and after which episode that is safe."""

    after: int
    what: str


def _look_for_early_names(show: ShowSheets) -> None:
    names, ties = _names_in(show), _ties_in(show)
    for index, episode in show.episodes.entries.items():
        if episode.title is not None:
            found = _first_early(episode.title.text, episode.title.after, names) or _first_early(
                episode.title.text, episode.title.after, ties
            )
            if found is not None:
                show.episodes.hint(
                    f"the title is safe after episode {episode.title.after}, but holds {found}; write "
                    f"`after: {found.after}`, if the two are the same",
                    *("episodes", index, "title", "text", found.language),
                )
    for entry in show.show.entries.values():
        found = _first_early(entry.synopsis or {}, 0, names)
        if found is not None:
            show.show.hint(
                f"everybody reads this before episode 1, but it holds {found}; say it without, if the two are the same",
                *("synopsis", found.language),
            )
    for index, recap in show.recaps.entries.items():
        told: list[tuple[Mapping[str, str], tuple[str | int, ...]]] = [
            (beat.text, ("beats", step)) for step, beat in enumerate(recap.beats)
        ]
        if recap.summary is not None:
            told.append((recap.summary.text, ("summary",)))
        for text, path in told:
            found = _first_early(text, recap.episode, names)
            if found is not None:
                show.recaps.hint(
                    f"this is safe after episode {recap.episode}, but holds {found}; call people what they are called "
                    "by then, if the two are the same",
                    *("recaps", index, *path, "text", found.language),
                )


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What some words mean, and after which episode that is safe."""

    after: int
    what: str


@dataclass(frozen=True, slots=True)
class _Early:
    """Words in a text that mean something which is safe only later."""

    language: str
    words: str
    after: int
    what: str

    def __str__(self) -> str:
        return f"{quoted(self.words)}, {self.what} only after episode {self.after}"


class _Meanings(dict[Words, _Meaning]):
    """What words mean; of several meanings the one that is safe first counts."""

    def note(self, words: Words, after: int, what: str) -> None:
        known = self.get(words)
        if 0 < len(words) <= _MAX_WORDS and (known is None or after < known.after):
            self[words] = _Meaning(after, what)

    def of(self, words: Words) -> _Meaning | None:
        # One syllable alone is a name too seldom.
        for last in _without_particles(words[-1], 1 if len(words) > 1 else 2):
            meaning = self.get((*words[:-1], last))
            if meaning is not None:
                return meaning
        return None


def _names_in(show: ShowSheets) -> _Meanings:
    """The names of characters, with the parts that people are called by, and of groups."""
    names = _Meanings()
    for character in show.characters.entries.values():
        for name in character.names:
            for words in _forms(name):
                names.note(words, name.after, f"a name of {quoted(character.id)}")
    for group in show.groups.entries.values():
        for name in group.names:
            for text in name.text.values():
                names.note(_words(text), name.after, f"a name of the group {quoted(group.id)}")
    for entry in show.show.entries.values():
        # Everybody knows what the show is called.
        for text in (*entry.title.values(), *entry.aliases, entry.native_title or ""):
            names.note(_words(text), 0, "")
    return names


def _ties_in(show: ShowSheets) -> _Meanings:
    """What people are to each other, as their arrows say it."""
    ties = _Meanings()
    for character in show.characters.entries.values():
        for relation in character.relations:
            for label in (relation.label or {}).values():
                ties.note(_words(label), relation.after, f"what {quoted(character.id)} is to {quoted(relation.to)}")
    return ties


def _first_early(text: Mapping[str, str], after: int, meanings: _Meanings) -> _Early | None:
    """The first words of a text whose meaning is safe only later than ``after``."""
    for language, version in text.items():
        spoken = _words(version)
        as_written = _WORD.findall(version)
        start = 0
        while start < len(spoken):
            # The longest first, and as a whole: "Captain Mori" says nothing of another captain.
            for end in range(min(len(spoken), start + _MAX_WORDS), start, -1):
                meaning = meanings.of(spoken[start:end])
                if meaning is not None:
                    if meaning.after > after:
                        return _Early(language, " ".join(as_written[start:end]), meaning.after, meaning.what)
                    start = end - 1
                    break
            start += 1
    return None


def _forms(name: NameEntry) -> Iterator[Words]:
    for text in (*name.text.values(), *name.aliases, *([] if name.native is None else [name.native])):
        yield _words(text)
    english = name.text["en"].split()
    if len(english) > 1 and english[0] not in _ARTICLES and all(_CALLED_BY.fullmatch(part) for part in english):
        yield from map(_words, english)


def _words(text: str) -> Words:
    return tuple(word.casefold().removesuffix("'s").removesuffix("’s") for word in _WORD.findall(text))


def _without_particles(word: str, shortest: int) -> Iterable[str]:
    """A word, and for Hangul also what is left of it without up to three last syllables, as in 히타의, 히타에게."""
    yield word
    if _HANGUL.search(word):
        for length in range(len(word) - 1, max(shortest, len(word) - 3) - 1, -1):
            yield word[:length]


def _look_for_hangul(show: ShowSheets) -> None:
    korean = any(entry.language == "ko" for entry in show.show.entries.values())
    for index, character in show.characters.entries.items():
        for place, name in enumerate(character.names):
            at = ("characters", index, "names", place)
            spelt = name.text.get("ko")
            if spelt is not None and _SPELT_IN_LATIN.search(spelt) and not _HANGUL.search(spelt):
                show.characters.hint(
                    f"the Korean name {quoted(spelt)} is in Latin letters; write it in Hangul, or leave `ko` out",
                    *(*at, "text", "ko"),
                )
            elif korean and spelt is None and name.native is None:
                show.characters.hint(
                    f"the show is Korean, but {quoted(name.text['en'])} has no Hangul; add it as `ko` of the text and "
                    "as `native`, so that people find it",
                    *(*at, "text"),
                )
        actor = character.actor
        if korean and actor is not None and actor.native is None:
            show.characters.hint(
                f"the show is Korean, but the actor {quoted(actor.name)} has no Hangul; add it as `native`, so that "
                "people find it",
                *("characters", index, "actor", "name"),
            )


def _look_for_one_sided_relations(show: ShowSheets) -> None:
    characters: dict[str, CharacterEntry] = {one.id: one for one in show.characters.entries.values()}
    told = {(one.id, relation.to) for one in characters.values() for relation in one.relations}
    for index, character in show.characters.entries.items():
        said: set[str] = set()
        for place, relation in enumerate(character.relations):
            if relation.to not in characters or relation.to == character.id or relation.to in said:
                continue
            said.add(relation.to)
            if (relation.to, character.id) not in told:
                show.characters.hint(
                    f"only {quoted(character.id)} tells of this; add to {quoted(relation.to)} what it looks like from "
                    f"there (`to: {character.id}`), or nobody reads it on that card",
                    *("characters", index, "relations", place),
                )
