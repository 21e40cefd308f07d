"""Links under which calendars find what somebody wants in them, for as long as they want it.

A link is a secret: whoever has it reads the calendar, and nothing else tells who may. Only a hash of the secret is
kept, so that not even the database gives a link away.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

from bot.app.calendars import CalendarFile, Calendars
from bot.app.clock import Clock
from bot.core.calendar_wish import CalendarFeed, CalendarWish
from bot.core.errors import UserError
from bot.store import calendar_feeds
from bot.store.database import Database

#: 256 bits, as `secrets.token_urlsafe` spells them.
_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A new link, which nobody will be able to say again. ``subscribe`` is the same for calendar programs."""

    url: str
    subscribe: str


class CalendarFeeds:
    """Gives out, opens and revokes links. ``base`` is the address that they begin with (None: there are none)."""

    def __init__(self, database: Database, clock: Clock, calendars: Calendars, base: str | None) -> None:
        self._database = database
        self._clock = clock
        self._calendars = calendars
        self._base = base

    @property
    def offered(self) -> bool:
        """Whether there are any links here."""
        return self._base is not None

    async def make(self, wish: CalendarWish) -> FeedLink:
        """A link for a wish, which works at once. Raises UserError: "calendar.no-links", "calendar.too-many-links"."""
        if self._base is None:
            raise UserError("calendar.no-links")
        token = secrets.token_urlsafe(_BYTES)
        async with self._database.begin() as tx:
            await calendar_feeds.create(tx, _hash(token), wish, self._clock.now())
        url = f"{self._base.rstrip('/')}/{token}.ics"
        return FeedLink(url, f"webcal:{url.partition(':')[2]}")

    async def of(self, user_id: int) -> tuple[CalendarFeed, ...]:
        """Somebody's links, the oldest first."""
        async with self._database.read() as tx:
            return await calendar_feeds.of(tx, user_id)

    async def revoke(self, user_id: int, feed_id: int | None) -> int:
        """Let one of somebody's links (None: all of them) lead nowhere from now on; how many that were."""
        async with self._database.begin() as tx:
            return await calendar_feeds.revoke(tx, user_id, feed_id)

    async def open(self, token: str) -> CalendarFile | None:
        """What a link leads to now; None for one that never was or was revoked."""
        if _TOKEN.fullmatch(token) is None:
            return None
        async with self._database.read() as tx:
            feed = await calendar_feeds.find(tx, _hash(token))
        return None if feed is None else await self._calendars.file(feed.wish, feed=True)


def _hash(token: str) -> str:
    """What is kept of a secret. It is random and long, so nobody finds it again by trying; a plain hash will do."""
    return hashlib.sha256(token.encode()).hexdigest()
