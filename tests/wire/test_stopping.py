"""A stop at any moment: within five seconds, with exit code 0, and with nothing lost or sent twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.app.clock import SystemClock
from tests.loopback.process import STOPS_WITHIN, BotProcess, bot_process
from tests.loopback.server import LoopbackDiscord
from tests.loopback.world import Channel, User
from tests.wire.show_folder import write_show

DAY = timedelta(days=1)
#: Longer than any stop may take, in seconds.
FOR_EVER = 60


@pytest.fixture
async def discord() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord() as server:
        yield server
        assert server.refused == []


@pytest.fixture
def channel(discord: LoopbackDiscord) -> Channel:
    return discord.add_channel(discord.add_guild("Watchers"))


@pytest.fixture
def mina(discord: LoopbackDiscord, channel: Channel) -> User:
    return discord.add_user("mina", guild=channel.guild)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    write_show(folder, "soon", this_minute() - DAY, this_minute() + DAY)
    return folder


def this_minute() -> datetime:
    return SystemClock().now().replace(second=0, microsecond=0)


def database(folder: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(folder / "var" / "cliffhanger.sqlite3", isolation_level=None))


async def check_stops(process: BotProcess, number: int = signal.SIGTERM) -> None:
    began = time.monotonic()
    process.signal(number)
    assert await process.wait(within=30) == 0, process.output
    assert time.monotonic() - began < STOPS_WITHIN
    assert "Traceback" not in process.output


async def test_while_the_first_modules_are_imported(discord: LoopbackDiscord, tmp_path: Path) -> None:
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment={"LOG_LEVEL": "DEBUG"}) as process:
        await process.printed("selector")
        await check_stops(process, signal.SIGINT)
    assert discord.requests == []


async def test_while_the_dataset_is_read(discord: LoopbackDiscord, data: Path, tmp_path: Path) -> None:
    """From a file that never comes to its end."""
    endless = data / "shows" / "soon" / "show.yaml"
    endless.unlink()
    os.mkfifo(endless)
    settings = {"DATA_DIR": str(data), "LOG_LEVEL": "DEBUG"}
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment=settings) as process:
        # It is open to be written as soon as somebody reads it.
        writer = await asyncio.to_thread(os.open, endless, os.O_WRONLY)
        try:
            await check_stops(process)
        finally:
            os.close(writer)
    assert discord.requests == []


async def test_while_it_waits_for_the_database(discord: LoopbackDiscord, tmp_path: Path) -> None:
    async with bot_process(discord, "bot", "run", folder=tmp_path) as process:
        await process.online()
        await check_stops(process)
    with database(tmp_path) as other:
        other.execute("BEGIN EXCLUSIVE")
        async with bot_process(discord, "bot", "run", folder=tmp_path, environment={"LOG_LEVEL": "DEBUG"}) as process:
            await process.printed("selector")
            await check_stops(process)


async def test_while_it_reconnects(discord: LoopbackDiscord, tmp_path: Path) -> None:
    async with bot_process(discord, "bot", "run", folder=tmp_path) as process:
        await process.online()
        discord.fault("GET", "/gateway*", times=None, delay=FOR_EVER)
        await discord.gateway.invalidate()
        await process.printed("session")
        await check_stops(process, signal.SIGINT)


async def test_a_command_under_way_is_answered(
    discord: LoopbackDiscord, channel: Channel, mina: User, data: Path, tmp_path: Path
) -> None:
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment={"DATA_DIR": str(data)}) as process:
        await process.online()
        began: list[float] = []

        def stop() -> None:
            began.append(time.monotonic())
            process.signal(signal.SIGTERM)

        discord.fault("POST", "/interactions/*/*/callback", delay=0.7, then=stop)
        answer = await discord.slash(mina, channel, "remind", {"episode": 2, "lead": "0"})
        assert "right at the start" in answer.text
        assert await process.wait(within=30) == 0
        assert time.monotonic() - began[0] < STOPS_WITHIN
        assert "Traceback" not in process.output
    with database(tmp_path) as opened:
        assert opened.execute("SELECT count(*) FROM due WHERE kind = 'reminder'").fetchall() == [(1,)]


@pytest.mark.parametrize("accepted", [False, True], ids=["not-yet-accepted", "accepted"])
async def test_a_delivery_that_does_not_end_comes_once_after_the_next_start(
    discord: LoopbackDiscord, channel: Channel, mina: User, data: Path, tmp_path: Path, accepted: bool
) -> None:
    """Discord holds its answer; whether it has taken the message the bot can't know."""
    settings = {"DATA_DIR": str(data)}
    inbox = discord.dm(mina)
    slow = discord.fault("POST", f"/channels/{inbox.id}/messages", delay=FOR_EVER, after=accepted)
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment=settings) as process:
        await process.online()
        await discord.slash(mina, channel, "remind", {"episode": 2, "lead": "0"})
        write_show(data, "soon", this_minute() - DAY, this_minute())
        process.signal(signal.SIGHUP)
        await discord.until(lambda: slow.hits == 1, 10, "the reminder on its way")
        await check_stops(process)
    with database(tmp_path) as opened:
        [(state,)] = opened.execute("SELECT state FROM due WHERE kind = 'reminder'").fetchall()
        assert state != "delivered"
        # As it is once the lease has ended.
        opened.execute("UPDATE due SET leased_until = 0 WHERE leased_until IS NOT NULL")
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment=settings) as process:
        await process.online()

        posted = f"/channels/{inbox.id}/messages"
        # It looks for its own message before it sends one again.
        method = "GET" if accepted else "POST"
        times = 1 if accepted else 2
        await discord.until(lambda: len(discord.sent(method, posted)) >= times, 10, "the reminder, once more")
        await check_stops(process)
    with database(tmp_path) as opened:
        assert opened.execute("SELECT state FROM due WHERE kind = 'reminder'").fetchall() == [("delivered",)]
    assert len(discord.messages(inbox)) == 1


async def test_a_second_signal_ends_it_at_once(
    discord: LoopbackDiscord, channel: Channel, mina: User, data: Path, tmp_path: Path
) -> None:
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment={"DATA_DIR": str(data)}) as process:
        await process.online()
        slow = discord.fault("POST", "/channels/*/messages", delay=FOR_EVER)
        await discord.slash(mina, channel, "remind", {"episode": 2, "lead": "0"})
        write_show(data, "soon", this_minute() - DAY, this_minute())
        process.signal(signal.SIGHUP)
        await discord.until(lambda: slow.hits == 1, 10, "the reminder on its way")
        process.signal(signal.SIGTERM)
        await process.printed("Stopping")
        process.signal(signal.SIGTERM)
        assert await process.wait() == 128 + signal.SIGTERM
