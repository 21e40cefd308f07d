"""Where in servers the bot has something to do by itself, which takes permissions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Use(Enum):
    """What it does there; the value is what an operator reads."""

    ANNOUNCEMENTS = "announcements"
    THREADED_ANNOUNCEMENTS = "announcements with threads"
    FORUM_ANNOUNCEMENTS = "announcements as posts of a forum"
    PARTY = "a watch party"
    EVENT = "the event of a watch party"
    POLL = "a vote on when to watch"


@dataclass(frozen=True, slots=True)
class Venue:
    """One place and use. ``channel_id`` is None for an event that is in no channel.

    ``role_id`` is the role that is mentioned there (None: none is).
    """

    guild_id: int
    channel_id: int | None
    use: Use
    role_id: int | None = None
