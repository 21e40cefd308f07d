"""Discord's own event of a watch party: what is wanted of it, and how far it is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.core.party import Party, PartyState


class MirrorState(Enum):
    """What is to become of an event. One that was deleted by hand or refused is not made again by itself."""

    WANTED = "wanted"
    UNWANTED = "unwanted"
    DELETED = "deleted"
    REFUSED = "refused"
    OVER = "over"


class Phase(Enum):
    """What an event is to show: that its party is still to come, runs, is over, or was called off."""

    AHEAD = "ahead"
    RUNNING = "running"
    OVER = "over"
    CALLED_OFF = "called-off"


@dataclass(frozen=True, slots=True)
class EventWish:
    """Whether a party is to have an event, and in which voice or stage channel (None: in none)."""

    wanted: bool
    place_id: int | None = None


@dataclass(frozen=True, slots=True)
class Mirror:
    """A party's event.

    ``place_id`` is as in `EventWish`. ``event_id`` is None as long as none is known. ``shown_at`` is the start that
    the event was last given. ``notice`` is what its host is still to be told of it, and why.
    """

    party_id: int
    place_id: int | None
    event_id: int | None
    state: MirrorState
    shown_at: datetime | None = None
    notice: str | None = None

    @property
    def kept(self) -> bool:
        """Whether the event is to follow its party: also one that was refused, as long as there is something of it."""
        return self.state in (MirrorState.WANTED, MirrorState.UNWANTED) or (
            self.state is MirrorState.REFUSED and self.event_id is not None
        )

    def phase(self, party: Party, minutes: int, now: datetime) -> Phase:
        """What the event of ``party`` is to show, where it takes so many ``minutes`` to watch."""
        if self.state is MirrorState.UNWANTED or party.state is PartyState.CANCELLED:
            return Phase.CALLED_OFF
        if now >= party.over_at(minutes):
            return Phase.OVER
        return Phase.RUNNING if now >= party.starts_at else Phase.AHEAD


def mark(party: Party) -> str:
    """What the event of a party is known by among those of a server; no other party, of any database, has it."""
    digest = hashlib.blake2s(f"{party.guild_id}:{party.id}:{party.created_at.timestamp()}".encode(), digest_size=5)
    return f"#{party.id}-{digest.hexdigest()}"
