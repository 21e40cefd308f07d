"""Runs the real bot in a storm: with a fast and shiftable clock, on a disk that can be full, or with a mistake in it.

Usage as `tests.loopback.launch`. `STORM_TIME` names the file of the time (see `timing.py`), `STORM_VARIANT` the mistake
(see `Variant`). The bot has no setting for any of this.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import discord.state

import bot.app.clock
import bot.app.due_runner
import bot.store.due
from bot.core.reminder import Due
from bot.store.database import Database
from tests.loopback import launch
from tests.storm.timing import StormClock, StormTime, hurry
from tests.storm.vfs import Layer, LayerError

#: discord.py's patience with a gateway that doesn't acknowledge heartbeats, which a thread measures by a watch.
_HEARTBEAT_PATIENCE = 60.0


class Variant(Enum):
    """The bot as it is, or with a mistake that others have made."""

    PRODUCT = "product"
    DELETE_THEN_SEND = "delete-then-send"
    RANDOM_NONCE = "random-nonce"


def apply(variant: Variant) -> None:
    """Put the mistake into this process."""
    if variant is Variant.DELETE_THEN_SEND:
        claim: Callable[..., Any] = bot.store.due.claim

        async def claim_and_delete(
            database: Database, now: datetime, worker: str, limit: int, lease: timedelta
        ) -> Collection[Due]:
            rows: Collection[Due] = await claim(database, now, worker, limit, lease)
            await bot.store.due.finish(database, [row.id for row in rows], now, worker)
            return rows

        bot.store.due.claim = claim_and_delete  # type: ignore[assignment]
    elif variant is Variant.RANDOM_NONCE:
        bot.app.due_runner.nonce = lambda due_id, piece: secrets.token_hex(12)


def main(arguments: list[str]) -> None:
    """See `tests.loopback.launch.main`."""
    storm_time = StormTime(Path(os.environ["STORM_TIME"]))
    hurry(storm_time.rate)
    bot.app.clock.SystemClock = lambda: StormClock(storm_time)  # type: ignore[assignment, misc]
    patience = max(_HEARTBEAT_PATIENCE / storm_time.rate, 3.0)
    begin = discord.state.ConnectionState.__init__

    def begin_impatiently(*args: Any, **options: Any) -> None:
        begin(*args, **{"heartbeat_timeout": patience} | options)

    discord.state.ConnectionState.__init__ = begin_impatiently
    apply(Variant(os.environ.get("STORM_VARIANT", Variant.PRODUCT.value)))
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(LayerError):
            stack.enter_context(Layer(full=lambda: storm_time.disk_full).installed())
        launch.main(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
