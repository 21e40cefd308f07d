"""Finding a character by whatever people type, among those they may know of."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import fuzz

from bot.core.card import CastEntry, cast
from bot.core.errors import UserError
from bot.core.names import fold, opaque_key
from bot.core.show import Character, Show
from bot.core.spoilers import visible

#: Likeness (0 to 100) from which a spelling counts as a typing slip of a name.
_SLIP = 74.0
#: Likeness below which a name isn't worth suggesting.
_SUGGESTION = 55.0


@dataclass(frozen=True, slots=True)
class _Match:
    score: float
    index: int
    entry: CastEntry


class AmbiguousNameError(UserError):
    """Several characters are meant equally; ``candidates`` are those who may be named."""

    def __init__(self, typed: str, show: Show, candidates: tuple[CastEntry, ...]) -> None:
        super().__init__("character.ambiguous", typed=typed, show=show, candidates=candidates)
        self.candidates = candidates


def search(show: Show, limit: int, typed: str, most: int = 25) -> list[CastEntry]:
    """Characters who may be named after episode ``limit``, likest first; all of them for empty text."""
    entries = cast(show, limit)
    wanted = fold(typed[:100])
    if not typed.strip():
        return list(entries[:most])
    if not wanted:
        return []
    return [match.entry for match in _ranked(entries, wanted, limit) if match.score >= _SUGGESTION][:most]


def find(show: Show, limit: int, typed: str) -> Character:
    """The one character meant, among those who may be named after episode ``limit``.

    Raises AmbiguousNameError where several are meant equally, UserError with the likest names
    otherwise. Nothing in either tells of anybody beyond ``limit``.
    """
    wanted = fold(typed[:100])
    entries = cast(show, limit)
    shown_as = [entry for entry in entries if typed.strip() in entry.name.by_language.values()]
    if len(shown_as) == 1:
        return shown_as[0].character
    ranked = _ranked(entries, wanted, limit) if wanted else []
    best = [match for match in ranked if match.score >= max(_SLIP, ranked[0].score - 0.5)]
    if len(best) == 1:
        return best[0].entry.character
    if best:
        raise AmbiguousNameError(typed, show, tuple(match.entry for match in best))
    likest = tuple(match.entry for match in ranked[:3] if match.score >= _SUGGESTION)
    key = "character.unknown-near" if likest else "character.unknown"
    raise UserError(key, typed=typed, show=show, candidates=likest)


def by_key(show: Show, key: str, limit: int) -> Character:
    """The character a button stands for. Raises UserError("character.gone") where they may not be named."""
    for entry in cast(show, limit):
        if character_key(show, entry.character) == key:
            return entry.character
    raise UserError("character.gone")


def character_key(show: Show, character: Character) -> str:
    """What stands for a character in a button."""
    return opaque_key(show.id, character.id)


def _ranked(entries: tuple[CastEntry, ...], wanted: str, limit: int) -> list[_Match]:
    matches = [
        _Match(max((_likeness(wanted, key) for key in _keys(entry, limit)), default=0.0), index, entry)
        for index, entry in enumerate(entries)
    ]
    return sorted(matches, key=lambda match: (-match.score, match.index))


def _keys(entry: CastEntry, limit: int) -> set[str]:
    spelled = [
        spelling
        for name in visible(entry.character.names, limit)
        for spelling in (*name.text.by_language.values(), *name.aliases, name.native or "")
    ]
    if entry.actor is not None:
        spelled += [entry.actor.name, entry.actor.native or "", *entry.actor.aliases]
    return {key for spelling in spelled if (key := fold(spelling))}


def _likeness(wanted: str, key: str) -> float:
    if wanted == key:
        return 100.0
    # Part of a name, such as the given name, counts nearly as much as the whole.
    # A single letter is too little to go by, unlike a syllable of Hangul.
    enough = len(wanted) >= 2 or not wanted.isascii()
    if enough and (key.startswith(wanted) or key.endswith(wanted)):
        return 98.0
    if enough and wanted in key:
        return 90.0
    return fuzz.ratio(wanted, key) * 0.97
