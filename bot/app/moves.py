"""Follows schedules that have changed: all that depends on them, in one transaction, and tells those concerned once.

Whoever is concerned is told a little later, so that a change made twice is told once and one that is taken back is
not told at all. A notice lists all of a show that has moved for one person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.app.clock import Clock
from bot.app.shows import Shows
from bot.core.quiet import placed
from bot.store import move_notices, people, reminder_choices
from bot.store.database import Database, Transaction

#: How long after a change people are told of it; another change begins it anew.
TOLD_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Moved:
    """Something of a person's that has moved with a show.

    ``known``: it is now where they believe it to be. ``comes_at`` is when it comes now, UTC.
    """

    user_id: int
    show_id: str
    known: bool
    comes_at: datetime


class Follower(Protocol):
    """What depends on air times."""

    async def follow(self, tx: Transaction, shows: Shows, unsure: frozenset[tuple[int, str]]) -> Sequence[Moved]:
        """Move what has to be; all that was moved.

        ``unsure`` are people and shows of which nobody can say whether they have just been told what was so.
        """
        ...


class Moves:
    """Lets everything that depends on air times follow them. ``poke`` wakes whatever delivers what falls due."""

    def __init__(
        self, database: Database, clock: Clock, poke: Callable[[], None], followers: Sequence[Follower]
    ) -> None:
        self._database = database
        self._clock = clock
        self._poke = poke
        self._followers = followers

    async def follow(self, shows: Shows) -> int:
        """Follow the schedules as they are now; how many reminders and sittings were moved."""
        async with self._database.begin() as tx:
            moved = await self.within(tx, shows)
        self.tell()
        return moved

    async def within(self, tx: Transaction, shows: Shows) -> int:
        """The same in a transaction that changes times itself; `tell` is to be called once that is committed."""
        # Several processes start together, or read the dataset anew.
        await tx.alone("moves", 0)
        unsure = await move_notices.in_hand(tx)
        moved = [one for follower in self._followers for one in await follower.follow(tx, shows, unsure)]
        first: dict[tuple[int, str], datetime] = {}
        for one in moved:
            if not one.known:
                whose = one.user_id, one.show_id
                first[whose] = min(one.comes_at, first.get(whose, one.comes_at))
        now = self._clock.now()
        for (user_id, show_id), comes_at in first.items():
            quiet, zone = (await reminder_choices.get(tx, user_id)).quiet, await people.zone(tx, user_id)
            told_at = placed(now + TOLD_AFTER, comes_at, now, quiet, zone)
            await move_notices.queue(tx, user_id, show_id, told_at)
        return len(moved)

    def tell(self) -> None:
        """Let what has been queued be delivered; also what moved nothing may have queued something to tell."""
        self._poke()
