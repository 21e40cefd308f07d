"""The times that a server goes by: the broadcast's, with what its admins have corrected, or those of its re-run."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.override import Override, corrected
from bot.core.show import Episode, Show
from bot.core.timetable import retimed
from bot.store import overrides, reruns
from bot.store.database import Transaction


class Timetables:
    """What one transaction sees of the times that servers go by; each is looked up once."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._overrides: dict[int, Mapping[str, Mapping[int, Override]]] = {}
        self._broadcasts: dict[tuple[int | None, str], Show] = {}
        self._watched: dict[tuple[int | None, str], Show] = {}

    async def broadcast(self, guild_id: int | None, show: Show) -> Show:
        """The show as it is broadcast, as far as a server knows better with its corrections; None: no server."""
        key = guild_id, show.id
        if key not in self._broadcasts:
            self._broadcasts[key] = show if guild_id is None else await self._corrected(guild_id, show)
        return self._broadcasts[key]

    async def _corrected(self, guild_id: int, show: Show) -> Show:
        if guild_id not in self._overrides:
            self._overrides[guild_id] = await overrides.of_guild(self._tx, guild_id)
        return corrected(show, self._overrides[guild_id].get(show.id, {}))

    async def watched(self, guild_id: int | None, show: Show) -> Show:
        """The show at the times at which a server watches it."""
        key = guild_id, show.id
        if key not in self._watched:
            on = None if guild_id is None else await reruns.on(self._tx, guild_id, show.id)
            base = await self.broadcast(guild_id, show)
            self._watched[key] = base if on is None else retimed(base, on.times())
        return self._watched[key]

    async def watched_episodes(
        self, guild_id: int | None, found: tuple[Show, tuple[Episode, ...]] | None
    ) -> tuple[Show, tuple[Episode, ...]] | None:
        """A show and some of its episodes at those times; None for what isn't loaded."""
        if found is None:
            return None
        show = await self.watched(guild_id, found[0])
        return show, tuple(show.episodes[episode.number - 1] for episode in found[1])
