"""What somebody wants in a calendar, once as a file or for good as a feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Contents(Enum):
    """A show as it is broadcast, one as a server watches it again, one's own watch parties, or all that one follows."""

    SHOW = "show"
    RERUN = "rerun"
    PARTIES = "parties"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class CalendarWish:
    """Who wants what in a calendar.

    ``show_id`` is None where that is about all shows. ``guild_id`` is the server that was asked in, whose times and
    shows count (None: none). ``alarm_minutes`` is how long before an entry the calendar reminds (None: it doesn't).
    ``locale`` is the language of the titles.
    """

    user_id: int
    contents: Contents
    show_id: str | None
    guild_id: int | None
    alarm_minutes: int | None
    locale: str


@dataclass(frozen=True, slots=True)
class CalendarFeed:
    """A wish that a secret link stands for; the link itself is kept nowhere."""

    id: int
    wish: CalendarWish
    created_at: datetime
