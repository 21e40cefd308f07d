"""What the bot remembers about itself between runs."""

from __future__ import annotations

from bot.store import meta
from bot.store.database import Database


class Memory:
    """Small texts by key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> str | None:
        """What was put under ``key``, or None."""
        async with self._database.read() as tx:
            return await meta.get(tx, key)

    async def put(self, key: str, value: str) -> None:
        """Keep ``value`` under ``key``."""
        async with self._database.begin() as tx:
            await meta.put(tx, key, value)
