"""Reads the dataset anew while the bot runs; a broken one changes nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.app.moves import Moves
from bot.app.shows import Loaded, Shows
from bot.dataset.catalogue import load


class Library:
    """The dataset's folder and what depends on its schedules."""

    def __init__(self, folder: Path, shows: Shows, moves: Moves, cache: Path | None = None) -> None:
        """``cache``: where shows are kept compiled, if they are to be."""
        self._folder = folder
        self._cache = cache
        self._shows = shows
        self._moves = moves
        self._turn = asyncio.Lock()

    async def follow_schedules(self) -> int:
        """Move what the schedules in use have moved; how many reminders that were."""
        return await self._moves.follow(self._shows)

    async def reload(self) -> int:
        """Read the folder again and use it; how many reminders moved with the schedule.

        Raises `bot.dataset.catalogue.DatasetError` with every problem; the old data then stays in use.
        """
        async with self._turn:
            self._shows.use(await asyncio.to_thread(self._read))
            return await self.follow_schedules()

    def _read(self) -> Loaded:
        return self._shows.loaded(load(self._folder, self._cache))
