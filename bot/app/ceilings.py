"""Up to which episode a channel may talk openly."""

from __future__ import annotations

from datetime import datetime

from bot.core.airing import aired
from bot.core.errors import UserError
from bot.core.show import Episode, Show
from bot.store import ceilings
from bot.store.database import Database


class Ceilings:
    """Sets and deletes the ceilings of channels and threads; who may do so is decided by whoever asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, channel_id: int, guild_id: int, show: Show, episode: Episode, now: datetime) -> None:
        """Let a channel talk openly up to ``episode``. Raises UserError("ceiling.not-aired")."""
        if not aired(episode, now):
            raise UserError("ceiling.not-aired", number=episode.number, show=show)
        async with self._database.begin() as tx:
            await ceilings.set(tx, channel_id, guild_id, show.id, episode.number)

    async def clear(self, channel_id: int, show: Show) -> bool:
        """Close a channel again; False where it had no ceiling of its own."""
        async with self._database.begin() as tx:
            return await ceilings.clear(tx, channel_id, show.id)
