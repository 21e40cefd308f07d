"""Takes shows that were saved into the running demo, and says what became of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bot.dataset.catalogue import DatasetError
from bot.dataset.watch import INTERVAL, Watcher

log = logging.getLogger(__name__)

#: So many problems are told; `check-data` tells all of them.
_MOST_TOLD: Final = 5


async def reread(watcher: Watcher, reload: Callable[[], Awaitable[object]], tell: Callable[[str], None]) -> None:
    """Whenever files changed, ``reload``, until cancelled. With a problem in them the old shows stay in use."""
    while True:
        await asyncio.sleep(INTERVAL)
        if not await asyncio.to_thread(watcher.changed):
            continue
        try:
            await reload()
        except DatasetError as error:
            for problem in error.problems[:_MOST_TOLD]:
                tell(str(problem))
            more = len(error.problems) - _MOST_TOLD
            tell(
                ("" if more <= 0 else f"… and {more:,} more. ")
                + "Until that is put right, the demo goes on with the shows as they were."
            )
        except Exception:
            log.exception("The shows could not be read again")
        else:
            tell("The shows were read again.")
