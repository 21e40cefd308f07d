"""Starts a bot as a process of its own against a loopback Discord, and ends it, gently or not."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.loopback.server import LoopbackDiscord

REPOSITORY = Path(__file__).resolve().parents[2]
#: Within how many seconds a bot ends that is told to: five, as promised, where nothing else keeps the machine busy.
STOPS_WITHIN = 5 if os.environ.get("CLIFFHANGER_FULL_TESTS") == "1" else 20


class BotProcess:
    """A running bot. `output` holds what it printed to both streams so far."""

    def __init__(self, process: asyncio.subprocess.Process, discord: LoopbackDiscord) -> None:
        self._process = process
        self._discord = discord
        self._identified_before = discord.gateway.identifies
        self._lines: list[str] = []
        self._ended = False
        self._reader = asyncio.create_task(self._read())

    @property
    def output(self) -> str:
        return "".join(self._lines)

    @property
    def pid(self) -> int:
        """The process's number, for what the system tells of it."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.returncode

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self._lines.append(line.decode(errors="replace"))
            self._discord.changed()
        self._ended = True
        self._discord.changed()

    async def online(self, within: float = 20.0) -> None:
        """Wait until it has logged in; raises RuntimeError with its output where it ended instead."""
        gateway = self._discord.gateway

        def settled() -> bool:
            return self._ended or (gateway.identifies > self._identified_before and gateway.connected)

        await self._discord.until(settled, within, "the bot process on the gateway")
        if self._ended:
            raise RuntimeError(f"the bot ended with {await self.wait()}:\n{self.output}")

    async def printed(self, text: str, within: float = 20.0) -> None:
        """Wait until it has printed `text`; raises RuntimeError with its output where it ended instead."""
        await self._discord.until(lambda: self._ended or text in self.output, within, f"{text!r} in the output")
        if text not in self.output:
            raise RuntimeError(f"the bot ended with {await self.wait()}:\n{self.output}")

    async def wait(self, within: float = 20.0) -> int:
        """Wait for its end and return the exit code; raises TimeoutError."""
        async with asyncio.timeout(within):
            await asyncio.shield(self._reader)
            return await self._process.wait()

    async def stop(self, within: float = 20.0) -> int:
        """Ask it to end (SIGTERM) and return the exit code."""
        self.signal(signal.SIGTERM)
        return await self.wait(within)

    async def kill(self) -> None:
        """End it at once (SIGKILL)."""
        self.signal(signal.SIGKILL)
        await self.wait()

    def signal(self, number: int) -> None:
        if self._process.returncode is None:
            self._process.send_signal(number)


@asynccontextmanager
async def bot_process(
    discord: LoopbackDiscord,
    *arguments: str,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    launcher: str = "tests.loopback.launch",
) -> AsyncIterator[BotProcess]:
    """Run `python -m <arguments>` in `folder`, sent to `discord`; killed at the end where it still runs.

    Of this process's environment only what Python needs is passed on; `DISCORD_TOKEN` is the server's
    unless given. `launcher` is a module that takes the same arguments as the usual one.
    """
    given = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    given |= {"PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1", "DISCORD_TOKEN": discord.token}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        launcher,
        discord.url,
        *arguments,
        cwd=folder,
        env=given | dict(environment or {}),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=1 << 22,  # a line at LOG_LEVEL=DEBUG may hold all commands
    )
    bot = BotProcess(process, discord)
    try:
        yield bot
    finally:
        await bot.kill()
