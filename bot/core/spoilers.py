"""The rules for spoilers: what a reader may be shown, what goes behind a bar, and what is not there at all.

The rules, each with a test of its own:

* A thing with stamp N is safe for whoever has seen episode N; stamp 0 is safe before the first.
* In a public reply, what the channel's ceiling allows is shown.
* In a private reply, what the reader's own progress allows is shown.
* What is not shown but was asked for is veiled: it goes behind a spoiler bar.
* Everything else is withheld: the reply is the same, byte for byte, as if it did not exist.
* Where Discord can't hide text (titles, labels, choices, file names), only what is shown may stand.
* In a private reply that the reader chose to have revealed, what they chose is shown, for that once.
* An episode that the reader watched apart from the rest opens its own recap, to them alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeVar

from bot.core.progress import Progress
from bot.core.show import Character, Name, Text


class Stamped(Protocol):
    """Anything that is safe only after an episode."""

    @property
    def after(self) -> int: ...


StampedT = TypeVar("StampedT", bound=Stamped)


class Decision(Enum):
    SHOWN = "shown"
    VEILED = "veiled"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far a reply may see, in episodes.

    ``shown``: up to here things stand in the open. ``covered``: up to here the request itself asked, so
    that things may stand behind a bar. ``public`` says who reads it. ``apart`` are further episodes whose own
    recap the reader may see, and nothing else by them.
    """

    shown: int
    covered: int
    public: bool
    apart: frozenset[int] = frozenset()


def horizon(*, public: bool, progress: Progress, ceiling: int, asked: int, revealed: int = 0) -> Horizon:
    """The horizon of a reply that covers up to episode ``asked``, for this reader in this channel.

    ``revealed``: up to here the reader has chosen, for this one private reply, to be shown everything.
    """
    if public:
        return Horizon(shown=ceiling, covered=asked, public=True)
    shown = max(progress.up_to, revealed)
    return Horizon(shown=shown, covered=max(asked, revealed), public=False, apart=progress.apart)


def decide(after: int, seen: Horizon) -> Decision:
    """What becomes of a thing with this stamp in a reply with this horizon."""
    if after <= seen.shown:
        return Decision.SHOWN
    if after <= seen.covered:
        return Decision.VEILED
    return Decision.WITHHELD


def decide_story(number: int, seen: Horizon) -> Decision:
    """What becomes of the story of episode ``number`` itself: its beats and its summary."""
    return Decision.SHOWN if number in seen.apart else decide(number, seen)


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that is part of a reply, shown or veiled."""

    text: Text
    decision: Decision


def visible(things: Iterable[StampedT], limit: int) -> tuple[StampedT, ...]:
    """Those of ``things`` that are safe after episode ``limit``, in their order."""
    return tuple(thing for thing in things if thing.after <= limit)


def latest(things: Iterable[StampedT], limit: int) -> StampedT | None:
    """The last of ``things`` (which rise by stamp) that is safe after episode ``limit``."""
    found = visible(things, limit)
    return found[-1] if found else None


def name_at(character: Character, limit: int) -> Name | None:
    """What a character is called by whoever has seen up to ``limit``; None: not known to exist yet."""
    return latest(character.names, limit) if character.after <= limit else None
