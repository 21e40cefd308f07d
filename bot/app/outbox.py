"""The seam to whatever delivers messages: what is to be sent, to whom, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.app.polls import Decision
from bot.core.announcement import Announcement, AnnouncementSetup
from bot.core.catch_up import CatchUp, PlannedSitting
from bot.core.party import Attendance, Party
from bot.core.reminder import Cause, DueKind, Reminder
from bot.core.screening import Screening
from bot.core.series import Series
from bot.core.show import Episode, Show


@dataclass(frozen=True, slots=True)
class Direct:
    """A person's direct messages; ``channel_id`` is None where they were never opened."""

    user_id: int
    channel_id: int | None


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel or thread of a server."""

    channel_id: int


Address = Direct | Channel


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late something is, where that has to be said, and why."""

    by: timedelta
    cause: Cause


@dataclass(frozen=True, slots=True)
class ReminderPost:
    """A person's reminder. ``mention`` is set where it goes to a channel, ``instead`` where that is a way out.

    A way out is taken where the way that they chose is closed. ``along`` are episodes that come out with it.
    """

    reminder: Reminder
    show: Show
    episode: Episode
    late: Lateness | None
    mention: bool
    instead: bool = False
    along: tuple[Episode, ...] = ()

    @property
    def locale(self) -> str:
        return self.reminder.locale


@dataclass(frozen=True, slots=True)
class BundlePost:
    """The reminders of several people for an episode, in a channel, which mentions them; the rest as in a reminder."""

    reminders: tuple[Reminder, ...]
    show: Show
    episode: Episode
    late: Lateness | None
    instead: bool = False
    along: tuple[Episode, ...] = ()

    @property
    def people(self) -> tuple[int, ...]:
        """Who is mentioned, each once."""
        return tuple(dict.fromkeys(reminder.user_id for reminder in self.reminders))

    @property
    def locale(self) -> str:
        """The language of most of them."""
        counted = Counter(sorted(reminder.locale for reminder in self.reminders))
        return counted.most_common(1)[0][0]


@dataclass(frozen=True, slots=True)
class CatchUpPost:
    """A sitting of a person's plan. ``episodes`` are those that they haven't watched; the rest as in a reminder."""

    plan: CatchUp
    planned: PlannedSitting
    show: Show
    episodes: tuple[Episode, ...]
    late: Lateness | None
    mention: bool
    instead: bool = False

    @property
    def locale(self) -> str:
        return self.plan.locale


@dataclass(frozen=True, slots=True)
class MovedPost:
    """What has moved with a show's schedule of what a person asked to be told; ``mention`` as in a reminder.

    ``wish`` is one of those things, ``reminders`` are at most one for each episode, the first to come.
    """

    wish: Reminder | CatchUp
    show: Show
    reminders: tuple[Reminder, ...]
    sittings: tuple[PlannedSitting, ...]
    mention: bool
    instead: bool = False

    @property
    def locale(self) -> str:
        return self.wish.locale


@dataclass(frozen=True, slots=True)
class MissedItem:
    """A reminder, or (``lead_minutes`` is None) a sitting, that came to nothing."""

    show: Show
    episodes: tuple[Episode, ...]
    lead_minutes: int | None


@dataclass(frozen=True, slots=True)
class DigestPost:
    """What came to nothing for a person; ``count`` also counts what can't be named any more."""

    user_id: int
    items: tuple[MissedItem, ...]
    count: int
    locale: str


@dataclass(frozen=True, slots=True)
class PartyPost:
    """Something about a watch party. ``mentions`` are people who asked to be told.

    ``goes_on`` is the next night of the series that it was a night of (None: there is none).
    """

    kind: DueKind
    found: Attendance
    show: Show
    episodes: tuple[Episode, ...]
    mentions: tuple[int, ...]
    late: Lateness | None
    goes_on: Party | None = None

    @property
    def party(self) -> Party:
        return self.found.party

    @property
    def locale(self) -> str:
        return self.party.locale


@dataclass(frozen=True, slots=True)
class SeriesPost:
    """Something about a series of watch parties. ``nights`` are those that it has, or would have had."""

    kind: DueKind
    series: Series
    show: Show
    nights: tuple[Party, ...]
    mentions: tuple[int, ...]
    late: Lateness | None

    @property
    def locale(self) -> str:
        return self.series.locale


@dataclass(frozen=True, slots=True)
class PollPost:
    """That a vote on when to watch something is over, and what has come of it. ``mentions`` as in `PartyPost`."""

    decision: Decision
    show: Show
    episodes: tuple[Episode, ...]
    mentions: tuple[int, ...]
    late: Lateness | None

    @property
    def locale(self) -> str:
        return self.decision.ballot.poll.locale


@dataclass(frozen=True, slots=True)
class EventNoticePost:
    """What the host of a party is to know of Discord's own event of it; ``notice`` is what that is."""

    party: Party
    show: Show
    episodes: tuple[Episode, ...]
    notice: str

    @property
    def locale(self) -> str:
        return self.party.locale


@dataclass(frozen=True, slots=True)
class AirTimePost:
    """To the host of a party: what is watched airs only after it begins. ``aired_by``: when (None: nobody knows)."""

    party: Party
    show: Show
    episodes: tuple[Episode, ...]
    aired_by: datetime | None

    @property
    def locale(self) -> str:
        return self.party.locale


@dataclass(frozen=True, slots=True)
class AfterPartyPost:
    """The question who watched. ``viewers`` have said so.

    ``thread_missing``: a thread would be made under it if the bot might.
    """

    party: Party
    show: Show
    episodes: tuple[Episode, ...]
    viewers: tuple[int, ...]
    thread_missing: bool

    @property
    def locale(self) -> str:
        return self.party.locale


@dataclass(frozen=True, slots=True)
class ScreeningPost:
    """What a party is at, as it is at ``now``."""

    party: Party
    show: Show
    episodes: tuple[Episode, ...]
    screening: Screening
    now: datetime


@dataclass(frozen=True, slots=True)
class AnnouncementPost:
    """That something comes out, as things are at ``now``. ``rerun``: in a server that watches it again.

    ``late_by`` is how much later it comes than it was to, where that has to be said. A ``test`` says that it is one.
    """

    announcement: Announcement
    setup: AnnouncementSetup
    show: Show
    episodes: tuple[Episode, ...]
    rerun: bool
    now: datetime
    late_by: timedelta | None
    test: bool = False

    @property
    def locale(self) -> str:
        return self.setup.locale


@dataclass(frozen=True, slots=True)
class RecapPost:
    """The recap of an episode that has aired, behind bars, in the thread of its announcement."""

    setup: AnnouncementSetup
    show: Show
    episode: Episode

    @property
    def locale(self) -> str:
        return self.setup.locale


@dataclass(frozen=True, slots=True)
class SeasonEndPost:
    """That a season, or a server's re-run of it, is over with an episode."""

    setup: AnnouncementSetup
    show: Show
    episode: Episode
    rerun: bool

    @property
    def locale(self) -> str:
        return self.setup.locale


@dataclass(frozen=True, slots=True)
class TroublePost:
    """To whoever set announcements up: that one could not be posted; ``reason`` is a `Gone`'s."""

    setup: AnnouncementSetup
    show: Show
    episodes: tuple[Episode, ...]
    reason: str

    @property
    def locale(self) -> str:
        return self.setup.locale


Post = (
    AnnouncementPost
    | RecapPost
    | SeasonEndPost
    | TroublePost
    | ReminderPost
    | BundlePost
    | CatchUpPost
    | MovedPost
    | DigestPost
    | PartyPost
    | PollPost
    | SeriesPost
    | EventNoticePost
    | AirTimePost
    | AfterPartyPost
)


@dataclass(frozen=True, slots=True)
class Delivered:
    """Accepted by Discord. ``message_id`` is 0 where the message was deleted since."""

    channel_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class Gone:
    """Will never be accepted here; asking again would only count against us."""

    reason: str


@dataclass(frozen=True, slots=True)
class TryLater:
    """Not accepted now; ``after`` is how long to wait at least (None: no advice)."""

    reason: str
    after: timedelta | None = None


Outcome = Delivered | Gone | TryLater


class Outbox(Protocol):
    """Delivers posts."""

    async def deliver(self, to: Address, post: Post, nonce: str, *, maybe_sent_since: datetime | None) -> Outcome:
        """Send ``post`` once. Never raises for anything Discord or the network does.

        ``nonce`` names the message, so that Discord takes a repetition within minutes for the first.
        ``maybe_sent_since`` is set where an earlier attempt may have got through longer ago than that: the
        channel's history since then is searched before it is sent again.
        """
        ...

    async def earlier(self, to: Address, nonce: str, *, since: datetime) -> Outcome:
        """What became of an attempt to send a message of this name since then: nothing is sent.

        Delivered where it is there, Gone("never-sent") where it isn't. Never raises, as `deliver`.
        """
        ...

    async def refresh(self, post: PartyPost | PollPost | ScreeningPost) -> None:
        """Show a party as it is now in its announcement, a vote in its card, or what a party is at, as far as that
        can be edited. Never raises.
        """
        ...

    async def edit(self, channel_id: int, message_id: int, post: AnnouncementPost) -> Outcome:
        """Show an announcement as it is now in its message. Never raises, as `deliver`."""
        ...

    async def open_post(
        self, forum_id: int, post: AnnouncementPost, nonce: str, *, maybe_sent_since: datetime | None
    ) -> Outcome:
        """Make a post in a forum, once: Delivered has its thread's id as that of the channel.

        Never raises, as `deliver`; Gone("no-forum"), or Gone("tag-needed") where every post has to have a tag and there
        is none that the bot may give.
        """
        ...

    async def may_open_thread(self, channel_id: int) -> bool | None:
        """Whether the bot may make threads in a channel; None where there can be none. Never raises."""
        ...

    async def open_thread(
        self, channel_id: int, message_id: int, locale: str, show: Show, episodes: Sequence[Episode]
    ) -> Outcome:
        """Make a thread about episodes under a message, once: Delivered has its id as that of the channel.

        Never raises, as `deliver`.
        """
        ...
