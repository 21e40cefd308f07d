"""Reminders: when one still makes sense, how late it is, and what makes each message unique."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

#: Up to this long after its time a reminder does not apologise.
ON_TIME = timedelta(minutes=2)


class DueKind(Enum):
    """What a row of the due queue is about; ``subject`` is the id of the reminder, sitting or party."""

    REMINDER = "reminder"
    CATCH_UP = "catch-up"
    PARTY_ANNOUNCEMENT = "party-announcement"
    PARTY_LEAD = "party-lead"
    PARTY_START = "party-start"
    PARTY_CANCELLED = "party-cancelled"


class DueState(Enum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    DROPPED = "dropped"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to be sent at one moment.

    ``attempts`` counts claims, this one included; ``first_claimed_at`` is when it was claimed first.
    ``sent`` is how many of its messages Discord has accepted so far (a party of 250 people needs several).
    """

    id: int
    kind: DueKind
    subject: int
    due_at: datetime
    attempts: int
    first_claimed_at: datetime
    sent: int


class ReminderState(Enum):
    ACTIVE = "active"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One person's wish to be told before an episode.

    ``channel_id`` and ``guild_id`` say where it was asked, for the fallback when direct messages are closed
    (None: asked in a direct message). ``dm_channel_id`` is None where no direct message could be opened.
    """

    id: int
    user_id: int
    show_id: str
    episode: int
    lead_minutes: int
    airs_at: datetime
    fires_at: datetime
    channel_id: int | None
    guild_id: int | None
    dm_channel_id: int | None
    locale: str
    state: ReminderState
    created_at: datetime


class Verdict(Enum):
    SEND = "send"
    LATE = "late"
    POINTLESS = "pointless"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What to do with a due row; ``late`` is how long after its time it is."""

    verdict: Verdict
    late: timedelta


def judge(due_at: datetime, now: datetime, pointless_at: datetime | None) -> Judgement:
    """Send it, send it with an apology, or let it go because what it was for is over.

    ``pointless_at`` is the moment from which nobody is helped any more (None: always worth sending).
    """
    late = max(now - due_at, timedelta())
    if pointless_at is not None and now >= pointless_at:
        return Judgement(Verdict.POINTLESS, late)
    return Judgement(Verdict.LATE if late > ON_TIME else Verdict.SEND, late)


def nonce(due_id: int, piece: int) -> str:
    """The name of one message of a due row, the same after every crash; at most 25 characters.

    Discord takes a second message with the same nonce within a few minutes for the first. ``piece`` counts
    the messages of the row; a different message (another channel, another text) needs another piece.
    """
    return hashlib.blake2s(f"{due_id}:{piece}".encode(), digest_size=12).hexdigest()
