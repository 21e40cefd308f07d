"""What the process tells of itself over HTTP, asked of a real one against a loopback Discord."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.app.clock import SystemClock
from tests.loopback.process import BotProcess, bot_process
from tests.loopback.server import LoopbackDiscord
from tests.wire.show_folder import write_show


@pytest.fixture
async def discord() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord() as server:
        yield server
        assert server.refused == []


async def port_of(process: BotProcess) -> str:
    """Where it serves its figures."""
    await process.printed("Figures are served at")
    [port] = re.findall(r"Figures are served at 127\.0\.0\.1, port (\d+)", process.output)
    return f"http://127.0.0.1:{port}"


async def asked(address: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status, await answer.text()


def figure(text: str, name: str) -> float:
    [found] = re.findall(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found)


async def test_figures_go_with_what_happens(discord: LoopbackDiscord, tmp_path: Path) -> None:
    channel = discord.add_channel(discord.add_guild("Watchers"))
    mina = discord.add_user("mina", guild=channel.guild)
    now = SystemClock().now().replace(second=0, microsecond=0)
    write_show(tmp_path / "data", "soon", now - timedelta(days=1), now + timedelta(days=1))
    settings = {"DATA_DIR": str(tmp_path / "data"), "METRICS_LISTEN": "0"}
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment=settings) as process:
        await process.online()
        address = await port_of(process)
        await discord.slash(mina, channel, "next-episode")
        await discord.slash(mina, channel, "remind", {"episode": 2})
        assert await asked(f"{address}/live") == (200, "alive\n")
        assert await asked(f"{address}/ready") == (200, "ready\n")
        assert (await asked(f"{address}/"))[0] == 404
        status, text = await asked(f"{address}/metrics")
        assert status == 200
        assert figure(text, "cliffhanger_gateway_connected") == 1
        assert figure(text, "cliffhanger_queue_waiting") == 1
        assert figure(text, "cliffhanger_queue_overdue") == 0
        assert figure(text, "cliffhanger_queue_lag_seconds") == 0
        assert figure(text, 'cliffhanger_due_total{outcome="delivered"}') == 0
        assert figure(text, 'cliffhanger_command_seconds_count{command="next-episode"}') == 1
        assert figure(text, 'cliffhanger_errors_total{where="answers"}') == 0
        assert str(mina.id) not in text
        assert mina.name not in text

        await discord.gateway.close(4000)
        assert await process.stop() == 0
    # An hour late, and Discord takes nothing.
    with closing(sqlite3.connect(tmp_path / "var" / "cliffhanger.sqlite3")) as opened, opened:
        an_hour_ago = int((SystemClock().now().timestamp() - 3600) * 1_000_000)
        opened.execute("UPDATE due SET due_at = ?", (an_hour_ago,))
    refusing = discord.fault("POST", "/channels/*/messages", status=503, times=None)
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment=settings) as process:
        address = await port_of(process)
        await discord.until(lambda: refusing.hits > 0, 20, "an attempt")
        _, text = await asked(f"{address}/metrics")
        assert figure(text, "cliffhanger_queue_overdue") == 1
        assert figure(text, "cliffhanger_queue_lag_seconds") >= 3600
        assert await process.stop() == 0


async def test_it_is_not_ready_before_it_is_logged_in(discord: LoopbackDiscord, tmp_path: Path) -> None:
    discord.fault("GET", "/users/@me", delay=60)
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment={"METRICS_LISTEN": "0"}) as process:
        address = await port_of(process)
        assert await asked(f"{address}/live") == (200, "alive\n")
        assert (await asked(f"{address}/ready"))[0] == 503
        assert await process.stop() == 0


async def test_an_address_that_is_taken(discord: LoopbackDiscord, tmp_path: Path) -> None:
    port = discord.url.rpartition(":")[2]
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment={"METRICS_LISTEN": port}) as process:
        assert await process.wait() == 69
        assert process.output.splitlines()[-1].startswith("cliffhanger: Figures can't be served at 127.0.0.1:")
