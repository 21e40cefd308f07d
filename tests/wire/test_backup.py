"""`python -m bot backup` and `restore` as processes beside a bot that runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.loopback.process import bot_process
from tests.loopback.server import LoopbackDiscord


@pytest.fixture
async def discord() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord() as server:
        yield server


async def test_a_backup_while_the_bot_runs_and_back_when_it_does_not(discord: LoopbackDiscord, tmp_path: Path) -> None:
    async def command(*arguments: str) -> tuple[int, str]:
        async with bot_process(discord, "bot", *arguments, folder=tmp_path) as process:
            return await process.wait(), process.output

    async with bot_process(discord, "bot", "run", folder=tmp_path) as process:
        await process.online()
        code, output = await command("backup", "copy.sqlite3")
        assert (code, "read back" in output) == (0, True), output
        code, output = await command("backup", "copy.sqlite3")
        assert (code, "exists already" in output) == (73, True), output
        code, output = await command("restore", "copy.sqlite3")
        assert (code, "Another process is using the database" in output) == (75, True), output
        assert await process.stop() == 0
    code, output = await command("restore", "copy.sqlite3")
    assert (code, "before-restore" in output) == (0, True), output
    async with bot_process(discord, "bot", "run", folder=tmp_path) as process:
        await process.online()
        assert await process.stop() == 0
