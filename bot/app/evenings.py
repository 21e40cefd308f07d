"""The evenings on which a server has watched together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.app.clock import Clock
from bot.core.party import Attendance
from bot.store import parties, screenings
from bot.store.database import Database

#: Evenings on a page.
PER_PAGE = 10


@dataclass(frozen=True, slots=True)
class Evening:
    """A party that has begun. ``viewers`` have said that they watched; ``thread_id`` is where it is talked about."""

    found: Attendance
    viewers: tuple[int, ...]
    thread_id: int | None


@dataclass(frozen=True, slots=True)
class EveningPage:
    """Some evenings of a server, the latest first; ``page`` counts from 0, and there is always one."""

    evenings: tuple[Evening, ...]
    page: int
    pages: int


class Evenings:
    """Looks back on the parties that have begun. Those that were called off are none."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def page(self, guild_id: int, page: int, may_see: Callable[[int], bool]) -> EveningPage:
        """A page of a server's evenings; the nearest one that there is. ``may_see`` tells which channels count."""
        now = self._clock.now()
        async with self._database.read() as tx:
            hidden = {one for one in await parties.channels_begun(tx, guild_id, now) if not may_see(one)}
            pages = max(-(-await parties.count_begun(tx, guild_id, now, hidden) // PER_PAGE), 1)
            page = min(max(page, 0), pages - 1)
            found = await parties.begun(tx, guild_id, now, PER_PAGE, page * PER_PAGE, hidden)
            ids = [party.id for party in found]
            viewers, threads = await screenings.viewers(tx, ids), await screenings.threads(tx, ids)
            evenings = [
                Evening(await parties.attendance(tx, party), viewers.get(party.id, ()), threads.get(party.id))
                for party in found
            ]
            return EveningPage(tuple(evenings), page, pages)
