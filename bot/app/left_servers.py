"""Deletes what belongs to servers that the bot has left, some days later, unless it comes back."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

from bot.app.clock import Clock
from bot.app.outbox import Delivered, Gone, Outcome, TryLater
from bot.core.reminder import Due, DueKind
from bot.store import due, servers
from bot.store.database import Database

log = logging.getLogger(__name__)

#: Asks Discord whether the bot is in a server: True, False, or None where that can't be learned now.
Membership = Callable[[int], Awaitable[bool | None]]

#: Why nothing is deleted after all.
CAME_BACK = "came-back"


class LeftServers:
    """Notices servers that the bot is in no more, also those that it was taken out of while it didn't run.

    Nothing is taken for left on the word of a list alone, and nothing is deleted unless Discord says at that moment
    that the bot isn't in the server: during an outage a server may be missing from every list.
    """

    def __init__(
        self, database: Database, clock: Clock, kept: timedelta, is_member: Membership, poke: Callable[[], None]
    ) -> None:
        """``kept``: how long what belongs to a server outlives its bot. ``poke`` wakes whatever works on the queue."""
        self._database = database
        self._clock = clock
        self._kept = kept
        self._is_member = is_member
        self._poke = poke

    async def look(self, present: Collection[int], ours: Callable[[int], bool]) -> None:
        """Compare what is known with the servers that Discord lists; ``ours``: whether that list would have a server.

        Also lets deletions be due by what the setting says now.
        """
        async with self._database.read() as tx:
            noted = await servers.noted(tx)
            used = await servers.in_use(tx)
        new = [one for one in present if one not in noted or noted[one] is not None]
        if new:
            async with self._database.begin() as tx:
                await servers.here(tx, new)
                await due.withdraw(tx, (DueKind.SERVER_LEFT,), *new)
        for guild_id in (noted.keys() | used) - set(present):
            left_at = noted.get(guild_id)
            if left_at is not None:
                await self._await_end(guild_id, left_at)
            elif ours(guild_id) and await self._is_member(guild_id) is False:
                await self.left(guild_id)
        self._poke()

    async def joined(self, guild_id: int) -> None:
        """The bot is in a server, perhaps again: nothing of it is deleted."""
        async with self._database.begin() as tx:
            await servers.here(tx, (guild_id,))
            await due.withdraw(tx, (DueKind.SERVER_LEFT,), guild_id)

    async def left(self, guild_id: int) -> None:
        """The bot was taken out of a server, or it is gone."""
        now = self._clock.now()
        async with self._database.begin() as tx:
            await servers.left(tx, guild_id, now)
        await self._await_end(guild_id, now)
        self._poke()

    async def delete(self, row: Due, _since: datetime | None) -> Outcome:
        """Work on a row of the queue: the time of a server is over."""
        async with self._database.read() as tx:
            left_at = await servers.left_at(tx, row.subject)
        if left_at is None:
            return Gone(CAME_BACK)
        match await self._is_member(row.subject):
            case True:
                await self.joined(row.subject)
                return Gone(CAME_BACK)
            case None:
                return TryLater("unknown-whether-left")
            case False:
                async with self._database.begin() as tx:
                    await servers.delete(tx, row.subject)
                log.info("Everything of a server that was left at %s is deleted", left_at)
                return Delivered(0, 0)

    async def _await_end(self, guild_id: int, left_at: datetime) -> None:
        ends = left_at + self._kept
        async with self._database.begin() as tx:
            if not await due.move(tx, DueKind.SERVER_LEFT, guild_id, ends):
                await due.add(tx, DueKind.SERVER_LEFT, guild_id, ends)
