"""Announcements of episodes in a server: which there are to be, and what becomes of them when a schedule moves.

The rules, each with a test of its own:

* What comes out at the same moment is announced in one post.
* Only what is still to come when it is planned is announced, and at one time only once.
* As long as a post isn't out it just moves; nothing is left of a date that nobody was told of.
* A post that is out is edited when its episode moves, or loses its date, and nobody is pinged for that.
* An episode that was announced and comes six hours or more later than that is announced once more before its new time;
  the first post says so.
* The thread of an announcement is open up to the episode before it until it has aired, then up to the episode itself.
  After a drop of more than three at once it stays closed: everybody watches at their own pace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from itertools import groupby

from bot.core.airing import airs_at, minutes_of
from bot.core.show import Episode, Show

#: A post that was out announces an episode that comes so much later no more.
ANNOUNCED_AGAIN = timedelta(hours=6)
#: More than so many at once are a drop, which everybody watches at their own pace.
_AT_ONE_GO = 3
#: Longer after its time nobody is told of an episode as if it were news.
NEWS_FOR = timedelta(days=1)


class Form(Enum):
    """What an announcement is: a message, a message with a thread, or a post in a forum."""

    MESSAGE = "message"
    THREAD = "thread"
    FORUM = "forum"


class AnnouncementState(Enum):
    """``CLOSED``: its episode has aired, or is announced anew. ``FAILED``: it could not be posted."""

    PLANNED = "planned"
    POSTED = "posted"
    CLOSED = "closed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class AnnouncementSetup:
    """How a server has a show announced. ``lead_minutes`` is how long before an episode; 0: when it begins.

    ``recap``: whether the recap is posted in the thread once it has aired. ``notice`` is why the last announcement
    could not be posted as it should (None: it could).
    """

    guild_id: int
    show_id: str
    channel_id: int
    role_id: int | None
    lead_minutes: int
    form: Form
    recap: bool
    locale: str
    creator_id: int
    created_at: datetime
    notice: str | None


@dataclass(frozen=True, slots=True)
class Announcement:
    """The announcement of what comes out at ``airs_at`` (UTC; None: it has no date any more).

    ``moved_from`` is when it was to come out by what was posted first (None: it hasn't moved). ``again``: another
    announcement tells of its new time.
    """

    id: int
    guild_id: int
    show_id: str
    episodes: tuple[int, ...]
    airs_at: datetime | None
    moved_from: datetime | None
    again: bool
    channel_id: int | None
    message_id: int | None
    thread_id: int | None
    state: AnnouncementState


@dataclass(frozen=True, slots=True)
class Planned:
    """An announcement that is to be. ``thread_id`` is the thread that there is already."""

    episodes: tuple[int, ...]
    airs_at: datetime
    thread_id: int | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A posted announcement whose episode comes at another time, None: at none; ``again`` as in `Announcement`."""

    announcement: Announcement
    airs_at: datetime | None
    again: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be done about the announcements of a show."""

    added: tuple[Planned, ...]
    dropped: tuple[Announcement, ...]
    moved: tuple[Moved, ...]


def changes(show: Show, there: Sequence[Announcement], now: datetime) -> Changes:
    """What the times of a show make of the announcements that there are: all that aren't closed, or are yet to air."""
    times = {episode.number: airs_at(episode) for episode in show.episodes}
    moved = tuple(found for one in there if one.state is AnnouncementState.POSTED and (found := _moved(one, times)))
    threads = {number: one.announcement.thread_id for one in moved if one.again for number in one.announcement.episodes}
    told = {
        (number, one.airs_at) for one in there if one.state is not AnnouncementState.PLANNED for number in one.episodes
    }
    told |= {(number, one.airs_at) for one in moved if not one.again for number in one.announcement.episodes}
    wanted = {
        (numbers, at): Planned(numbers, at, next((threads[number] for number in numbers if threads.get(number)), None))
        for at, together in _coming(show, now)
        if (numbers := tuple(number for number in together if (number, at) not in told))
    }
    planned = {(one.episodes, one.airs_at): one for one in there if one.state is AnnouncementState.PLANNED}
    return Changes(
        tuple(one for key, one in wanted.items() if key not in planned),
        tuple(one for key, one in planned.items() if key not in wanted and not _overdue(one, times, now)),
        moved,
    )


def ceiling_before(episodes: Sequence[int]) -> int:
    """How far the thread of an announcement is open until its episodes have aired."""
    return episodes[0] - 1


def ceiling_after(episodes: Sequence[int]) -> int:
    """How far it is open once they have."""
    return episodes[-1] if len(episodes) <= _AT_ONE_GO else ceiling_before(episodes)


def watched_at(show: Show, episodes: Sequence[Episode], at: datetime) -> datetime:
    """When episodes that come out together at an instant have been shown, one after the other; a drop at its first."""
    shown = episodes if len(episodes) <= _AT_ONE_GO else episodes[:1]
    return at + timedelta(minutes=sum(minutes_of(show, episode) for episode in shown))


def ends_season(show: Show, number: int, at: datetime) -> bool:
    """Whether with an episode at that instant all of its season has been on."""
    season = show.episodes[number - 1].season
    times = [airs_at(episode) for episode in show.episodes if episode.season == season]
    return all(time is not None and time <= at for time in times)


def _coming(show: Show, now: datetime) -> list[tuple[datetime, tuple[int, ...]]]:
    dated = sorted(
        (at, episode.number) for episode in show.episodes if (at := airs_at(episode)) is not None and at > now
    )
    return [(at, tuple(number for _, number in together)) for at, together in groupby(dated, key=lambda one: one[0])]


def _overdue(one: Announcement, times: dict[int, datetime | None], now: datetime) -> bool:
    """Whether a post is late, as nobody was there to send it."""
    return one.airs_at is not None and one.airs_at <= now and times.get(one.episodes[0]) == one.airs_at


def _moved(one: Announcement, times: dict[int, datetime | None]) -> Moved | None:
    at = times.get(one.episodes[0])
    if at == one.airs_at:
        return None
    told = one.moved_from or one.airs_at
    again = at is not None and told is not None and at - told >= ANNOUNCED_AGAIN
    return Moved(one, at, again)
