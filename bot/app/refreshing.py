"""Takes changed dates in from where shows were imported, every so often while the bot runs."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path

from bot.app.clock import Clock
from bot.app.library import Library
from bot.dataset.catalogue import DatasetError
from bot.dataset.imports.fetching import Web
from bot.dataset.imports.refreshing import refresh

log = logging.getLogger(__name__)

#: By how much of it a pause may be longer, so that many bots don't ask in the same minute.
_SPREAD = 0.2
_HOUR = 3600.0


class Refresher:
    """Asks for dates. ``services`` opens the way to those who know them."""

    def __init__(
        self,
        folder: Path,
        library: Library,
        services: Callable[[], AbstractAsyncContextManager[Web]],
        hours: float,
        clock: Clock,
    ) -> None:
        self._folder = folder
        self._library = library
        self._services = services
        self._hours = hours
        self._clock = clock
        self.refreshed_at: datetime | None = None
        """When it last asked, and was answered or not; None before the first time."""

    async def run_forever(self) -> None:
        """Ask every so many hours, the first time after as long. No error ends it."""
        while True:
            await asyncio.sleep(self._hours * _HOUR * (1 + _SPREAD * random.random()))  # noqa: S311 (no secret)
            try:
                await self.run()
            except Exception:
                log.exception("Dates could not be asked for; trying again in %s hours", self._hours)

    async def run(self) -> int:
        """Ask once, and let everything follow what has changed; how many shows have other dates now."""
        async with self._services() as services:
            done = await refresh(self._folder, services)
        self.refreshed_at = self._clock.now()
        for one in done:
            for change in one.changes:
                log.info("Refreshed %s: %s", one.show, change)
            if one.problem is not None:
                log.warning("The dates of %s stay as they were: %s", one.show, one.problem)
        changed = sum(bool(one.changes) for one in done)
        if changed:
            try:
                moved = await self._library.reload()
                log.info("%s shows have other dates; %s reminders moved with them", changed, moved)
            except DatasetError as error:
                log.warning("The dataset has a mistake, so that new dates wait until it is mended: %s", error)
        return changed
