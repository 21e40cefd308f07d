"""The seam to Discord's own events: what one is to show, and what became of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.app.outbox import Gone, TryLater
from bot.core.mirror import Mirror, Phase
from bot.core.party import Party
from bot.core.show import Episode, Show


@dataclass(frozen=True, slots=True)
class EventPost:
    """An event as it is to be. ``watched`` is None where the show is no longer loaded; then it isn't `Phase.AHEAD`."""

    party: Party
    mirror: Mirror
    phase: Phase
    ends_at: datetime
    watched: tuple[Show, Sequence[Episode]] | None


@dataclass(frozen=True, slots=True)
class Shown:
    """The event is as it is to be; ``event_id`` is None where there is none and needn't be.

    ``interested`` are the people who are interested in it (None: nobody looked). ``put_back``: somebody had given it
    another time by hand.
    """

    event_id: int | None
    interested: frozenset[int] | None = None
    put_back: bool = False


@dataclass(frozen=True, slots=True)
class Deleted:
    """Somebody has deleted, cancelled or ended it by hand."""


class EventBoard(Protocol):
    """Shows events."""

    async def show(self, post: EventPost) -> Shown | Deleted | Gone | TryLater:
        """Make, change, start, end or cancel an event, whichever is needed; the same again changes nothing.

        An event that an earlier attempt has made is found and taken. Never raises for anything Discord or the network
        does. The reason of Gone is "forbidden:" with Discord's names of the permissions, "full", "place-gone", or
        another one for the log.
        """
        ...
