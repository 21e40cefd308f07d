"""Which service each person watches on: said once, for all shows or for one."""

from __future__ import annotations

from collections.abc import Mapping

from bot.app.shows import Shows
from bot.app.standing_reminders import StandingReminders
from bot.core.errors import UserError
from bot.core.names import fold
from bot.core.service import Service, offered
from bot.core.show import Show
from bot.store import services
from bot.store.database import Database


class Services:
    """Reads and writes what one person said of where they watch. Subscriptions follow."""

    def __init__(self, database: Database, shows: Shows, standing: StandingReminders) -> None:
        self._database = database
        self._shows = shows
        self._standing = standing

    def offered(self, show: Show | None) -> Mapping[str, frozenset[str]]:
        """The services of a show, or (None) of all that are loaded, each with the countries that sources name."""
        return offered(self._shows.catalogue.shows.values() if show is None else (show,))

    def find(self, typed: str, show: Show | None) -> str:
        """The service that is called so. Raises UserError("service.unknown") with those there are."""
        there = self.offered(show)
        found = next((name for name in there if fold(name) == fold(typed)), None)
        if found is None or not fold(typed):
            raise UserError("service.unknown", typed=typed, known=tuple(there)[:10])
        return found

    async def of(self, user_id: int, show: Show) -> Service | None:
        """The service that somebody uses for a show; None where they have said nothing."""
        async with self._database.read() as tx:
            return await services.get(tx, user_id, show.id)

    async def said(self, user_id: int) -> Mapping[str | None, Service]:
        """What somebody has said, by show (None: all shows)."""
        async with self._database.read() as tx:
            return await services.said(tx, user_id)

    async def choose(self, user_id: int, show: Show | None, service: Service) -> None:
        """Keep which service somebody uses for a show (None: for all that they say nothing else of)."""
        async with self._database.begin() as tx:
            await services.put(tx, user_id, None if show is None else show.id, service)
            await self._standing.replace(tx, user_id, self._shows)
        self._standing.tell()

    async def clear(self, user_id: int, show: Show | None) -> bool:
        """Forget what somebody said for a show, or (None) all of it; False where that is nothing."""
        async with self._database.begin() as tx:
            had = await services.clear(tx, user_id, None if show is None else show.id)
            await self._standing.replace(tx, user_id, self._shows)
        self._standing.tell()
        return had
