"""Runs the real bot in a storm: with a fast and shiftable clock, on a disk that can be full, or with a mistake in it.

Usage as `tests.loopback.launch`. `STORM_TIME` names the file of the time (see `timing.py`), `STORM_VARIANT` the mistake
(see `Variant`), `STORM_STEP` after how many seconds at most it looks at its clock. The bot has no setting for any of
this.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import secrets
import sys
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

import discord.state

import bot.app.clock
import bot.store.due
import bot.wiring
from bot.app.outbox import Address, Outcome, Post
from bot.core.reminder import Due
from bot.discord_ui.delivery import DiscordOutbox
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
    deliver: Callable[..., Any] = DiscordOutbox.deliver
    if variant is Variant.DELETE_THEN_SEND:
        held: list[Callable[[], Awaitable[Any]]] = []
        for name in ("claim", "claim_along"):
            if claim := getattr(bot.store.due, name, None):
                setattr(bot.store.due, name, _noting(claim, held))

        async def deliver_what_is_deleted(self: DiscordOutbox, *given: Any, **named: Any) -> Outcome:
            while held:
                await held.pop()()
            return await deliver(self, *given, **named)

        DiscordOutbox.deliver = deliver_what_is_deleted  # type: ignore[method-assign]
    elif variant is Variant.RANDOM_NONCE:

        async def deliver_under_any_name(
            self: DiscordOutbox, to: Address, post: Post, nonce: str, *, maybe_sent_since: datetime | None
        ) -> Outcome:
            return await deliver(self, to, post, secrets.token_hex(12), maybe_sent_since=None)

        DiscordOutbox.deliver = deliver_under_any_name  # type: ignore[method-assign]


def _noting(claim: Callable[..., Any], held: list[Callable[[], Awaitable[Any]]]) -> Callable[..., Any]:
    """A claim that notes how what it claimed is settled."""
    settings = inspect.signature(claim)

    async def claim_and_note(*given: Any, **named: Any) -> Collection[Due]:
        rows: Collection[Due] = await claim(*given, **named)
        asked = settings.bind(*given, **named).arguments
        ids = [row.id for row in rows]
        held.append(lambda: bot.store.due.finish(asked["database"], ids, asked["now"], asked["worker"]))
        return rows

    return claim_and_note


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
    if step := os.environ.get("STORM_STEP"):
        inspect.unwrap(bot.wiring.build).__kwdefaults__["step"] = float(step)
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(LayerError):
            stack.enter_context(Layer(full=lambda: storm_time.disk_full).installed())
        launch.main(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
