"""Reminders: when one still makes sense, how late it is, and what makes each message unique."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.core.quiet import QuietHours

#: Up to this long after its time a reminder does not apologise.
ON_TIME = timedelta(minutes=2)


class DueKind(Enum):
    """What a row of the due queue is about; ``subject`` is the id of the reminder, sitting, party, series, poll,
    notice, re-run or
    announcement.

    Of a digest it is the id of the person, of a server that was left Discord's id of it.
    """

    REMINDER = "reminder"
    CATCH_UP = "catch-up"
    MOVED = "moved"
    DIGEST = "digest"
    PARTY_ANNOUNCEMENT = "party-announcement"
    PARTY_LEAD = "party-lead"
    PARTY_START = "party-start"
    PARTY_MOVED = "party-moved"
    PARTY_CANCELLED = "party-cancelled"
    PARTY_PLACE = "party-place"
    PARTY_EVENT = "party-event"
    PARTY_EVENT_NOTICE = "party-event-notice"
    PARTY_AIR_TIME = "party-air-time"
    PARTY_PLAYING = "party-playing"
    PARTY_OVER = "party-over"
    SERIES_ANNOUNCEMENT = "series-announcement"
    SERIES_CANCELLED = "series-cancelled"
    POLL = "poll"
    RERUN_OVER = "rerun-over"
    ANNOUNCEMENT = "announcement"
    ANNOUNCEMENT_CHANGED = "announcement-changed"
    ANNOUNCEMENT_AIRED = "announcement-aired"
    SEASON_END = "season-end"
    SERVER_LEFT = "server-left"


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
    ``reason`` is why an earlier attempt was postponed (None: none was). ``bundle`` names the message that it is to
    be told in together with others (None: no such message has been tried).
    """

    id: int
    kind: DueKind
    subject: int
    due_at: datetime
    attempts: int
    first_claimed_at: datetime
    sent: int
    reason: str | None = None
    bundle: str | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """One message that tells of several due rows; kept before it is sent, so that it is the same after a crash.

    ``nonce`` names it. ``channel_id`` is the channel of a server that it goes to (None: its reader's direct messages),
    ``instead`` is set where that is a way out, ``sent_at`` is when Discord had accepted it.
    """

    nonce: str
    channel_id: int | None
    instead: bool
    formed_at: datetime
    sent_at: datetime | None = None


class ReminderState(Enum):
    ACTIVE = "active"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One person's wish to be told before an episode.

    ``channel_id`` and ``guild_id`` say where it was asked, for the fallback when direct messages are closed
    (None: asked in a direct message). ``dm_channel_id`` is None where no direct message could be opened.
    ``snoozed_at`` is when its owner last put it off; it then comes when they said, however the episode moves.
    ``moved_from`` is when they believe that the episode airs, where it was moved and they have not been told yet.
    ``standing_id`` is the wish for every episode that it came of (None: it was asked for by itself).
    ``undated_at`` is since when the episode has had no date (None: it has one); ``airs_at`` is then what it was last,
    and nothing is due. Where it has one, and ``moved_from`` is ``airs_at`` itself, its owner believes that it has none.
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
    snoozed_at: datetime | None = None
    moved_from: datetime | None = None
    standing_id: int | None = None
    undated_at: datetime | None = None

    @property
    def by_itself(self) -> bool:
        """Whether its owner deals with it by itself, and not with others as one."""
        return self.standing_id is None or self.snoozed_at is not None


class Delivery(Enum):
    """Where somebody wants to be told: in direct messages, with a mention where they asked, or nowhere."""

    DM = "dm"
    MENTION = "mention"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class StandingReminder:
    """One person's wish to be told before every episode of a show; ``leads`` in minutes, the rest as in a reminder.

    ``on_service``: before it comes out on the service that they use. ``delivery`` is where they want to be told of
    this show (None: as of everything).
    """

    id: int
    user_id: int
    show_id: str
    leads: tuple[int, ...]
    channel_id: int | None
    guild_id: int | None
    dm_channel_id: int | None
    locale: str
    state: ReminderState
    created_at: datetime
    on_service: bool = False
    delivery: Delivery | None = None


@dataclass(frozen=True, slots=True)
class ReminderChoice:
    """How somebody wants to be reminded. ``leads`` are in minutes (None: whatever is usual where they ask)."""

    leads: tuple[int, ...] | None = None
    delivery: Delivery = Delivery.DM
    quiet: QuietHours | None = None


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


class Cause(Enum):
    """Why something is late: nobody was there to send it, Discord did not take it, or there was much to send."""

    OFFLINE = "offline"
    REFUSED = "refused"
    BUSY = "busy"


def cause(row: Due, up_since: datetime) -> Cause:
    """Why a row that is late is so. ``up_since`` is from when on the queue has been worked on without a gap."""
    if row.first_claimed_at - row.due_at <= ON_TIME:
        # Somebody had it in hand in time; without a word on why it was not sent they were cut off.
        return Cause.OFFLINE if row.reason is None else Cause.REFUSED
    return Cause.OFFLINE if row.due_at < up_since else Cause.BUSY


def moved_from(was: datetime, now: datetime, told: datetime | None, *, sure: bool = True) -> datetime | None:
    """What somebody still believes of something that has moved from ``was`` to ``now``; None where that is true.

    ``told`` is the same of before the move (None: they knew ``was``). Not ``sure``: they may just have been told
    ``was``, so that a move back has to be told as well.
    """
    believed = was if told is None else told
    if believed != now:
        return believed
    return None if sure else was


def nonce(due_id: int, piece: int) -> str:
    """The name of one message of a due row, the same after every crash; at most 25 characters.

    Discord takes a second message with the same nonce within a few minutes for the first. ``piece`` counts
    the messages of the row; a different message (another channel, another text) needs another piece.
    """
    return _name(f"{due_id}:{piece}")


def bundle_nonce(due_id: int, formed_at: datetime, *, instead: bool) -> str:
    """The name of a new bundle whose first due row this is, as in `nonce`; any other bundle of it has another one."""
    return _name(f"{due_id} {formed_at.isoformat()} {instead}")


def _name(of: str) -> str:
    return hashlib.blake2s(of.encode(), digest_size=12).hexdigest()
