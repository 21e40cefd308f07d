"""Where a watch party is in what it watches: the countdown, what everybody's player shows, pauses.

Positions are whole seconds into an episode, as players show them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from bot.core.errors import UserError
from bot.core.when_words import normalised

#: How long before anybody presses play they are told when: time to find the remote control.
COUNTDOWN = timedelta(seconds=10)
#: How far apart two players are still in step.
IN_STEP = 2
#: No episode is longer.
LONGEST_POSITION = 12 * 60 * 60

_SECOND = timedelta(seconds=1)
_POSITION = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)|(\d{1,3})(?: ?(?:min|m|분))?")


class Stage(Enum):
    """``COUNTING``: everybody waits for the instant at which they press play."""

    COUNTING = "counting"
    PLAYING = "playing"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Screening:
    """What a party is at.

    ``position`` is where everybody's player stands at ``plays_at``, when play is pressed, in seconds into
    ``episode``; while it is paused (``plays_at`` is None) it stands there. ``starter_id`` pressed start.
    ``message_id`` is the message with its buttons, in ``channel_id`` (None: it was never posted).
    """

    party_id: int
    episode: int
    position: int
    plays_at: datetime | None
    ended_at: datetime | None
    starter_id: int
    channel_id: int
    message_id: int | None = None

    def stage(self, now: datetime) -> Stage:
        """How far it is at an instant."""
        if self.ended_at is not None:
            return Stage.ENDED
        if self.plays_at is None:
            return Stage.PAUSED
        return Stage.COUNTING if now < self.plays_at else Stage.PLAYING

    def position_at(self, at: datetime) -> int:
        """Where players stand at an instant, in seconds into the episode."""
        if self.plays_at is None:
            return self.position
        until = at if self.ended_at is None else self.ended_at
        return self.position + max(0, (until - self.plays_at) // _SECOND)

    @property
    def as_if_begun_at(self) -> datetime | None:
        """When it would have begun had there been no pause; None while it is paused."""
        return None if self.plays_at is None else self.plays_at - timedelta(seconds=self.position)

    def paused(self, now: datetime) -> Screening:
        """The same, stopped now."""
        return replace(self, position=self.position_at(now), plays_at=None)

    def resumed(self, now: datetime) -> Screening:
        """The same, going on after a countdown."""
        return replace(self, plays_at=next_start(now))

    def ended(self, now: datetime) -> Screening:
        """The same, over."""
        return replace(self, ended_at=now)

    def of_episode(self, episode: int, now: datetime) -> Screening:
        """Another episode from its beginning, after a countdown."""
        return replace(self, episode=episode, position=0, plays_at=next_start(now))

    def put_to(self, position: int, at: datetime) -> Screening:
        """The same with players that stand at ``position`` at an instant."""
        if self.plays_at is None:
            return replace(self, position=position)
        return replace(self, position=position, plays_at=at)

    def meet(self, now: datetime) -> tuple[int, datetime]:
        """Where to put a player, and when to press play there, to be in step; for what is playing or about to."""
        assert self.plays_at is not None
        at = self.plays_at if now < self.plays_at else next_start(now)
        return self.position_at(at), at


def next_start(now: datetime) -> datetime:
    """The whole second at which a countdown that begins now ends."""
    at = now + COUNTDOWN
    return at if at.microsecond == 0 else at.replace(microsecond=0) + _SECOND


def read_position(typed: str) -> int:
    """The seconds in "24", "24:10" or "1:02:03"; a number alone is minutes.

    Raises UserError("screening.position-unclear", text) for anything else, and what is beyond `LONGEST_POSITION`.
    """
    found = _POSITION.fullmatch(normalised(typed))
    if found is None:
        raise UserError("screening.position-unclear", text=typed)
    hours, minutes, seconds, alone = found.groups()
    total = int(alone) * 60 if alone is not None else int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    if total > LONGEST_POSITION or (hours is not None and int(minutes) > 59):
        raise UserError("screening.position-unclear", text=typed)
    return total


def written(position: int) -> str:
    """A position as players show it: "24:10", "1:02:03"."""
    minutes, seconds = divmod(position, 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours}:{rest:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
