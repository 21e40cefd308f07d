"""Runs the bot as `tests.loopback.launch` does, and prints how long its loop stood still since it was last asked.

It is asked with SIGUSR1; an answer is a line such as ``longest stall: 0.0041``, in seconds.
"""

from __future__ import annotations

import asyncio
import signal
import sys

from bot.discord_ui.client import CliffhangerClient
from tests.loopback import launch

_STEP = 0.001


async def _watch() -> None:
    longest = 0.0

    def tell() -> None:
        nonlocal longest
        print(f"longest stall: {longest:.4f}", flush=True)
        longest = 0.0

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, tell)
    while True:
        before = loop.time()
        await asyncio.sleep(_STEP)
        longest = max(longest, loop.time() - before - _STEP)


if __name__ == "__main__":
    begin = CliffhangerClient.setup_hook
    watching: list[asyncio.Task[None]] = []

    async def begin_watched(self: CliffhangerClient) -> None:
        watching.append(asyncio.create_task(_watch()))
        await begin(self)

    CliffhangerClient.setup_hook = begin_watched  # type: ignore[method-assign]
    launch.main(sys.argv[1:])
