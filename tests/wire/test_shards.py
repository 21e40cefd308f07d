"""Shards: several processes over one PostgreSQL database, and several shards in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.ops.complaints import SENTENCES
from tests.loopback.process import bot_process
from tests.loopback.server import LoopbackDiscord
from tests.loopback.world import Channel
from tests.store.conftest import fresh, postgres_place
from tests.wire.show_folder import write_show

LONG_AGO = datetime(2024, 1, 1, 20, tzinfo=UTC)


@pytest.fixture
async def discord() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord() as server:
        yield server
        assert server.refused == []


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a show of which all has been on."""
    folder = tmp_path / "data"
    write_show(folder, "gone", *(LONG_AGO + timedelta(days=7 * week) for week in range(6)))
    return folder


def channel_on(discord: LoopbackDiscord, shard: int) -> Channel:
    """A channel in a server of one of two shards."""
    while True:
        guild = discord.add_guild(f"Watchers {shard}")
        if (guild.id >> 22) % 2 == shard:
            return discord.add_channel(guild)
        del discord.guilds[guild.id]


async def test_what_one_process_writes_every_other_one_reads(
    discord: LoopbackDiscord, data: Path, tmp_path: Path
) -> None:
    place = postgres_place()
    async with place.opened() as database:
        await fresh(database)
    channels = [channel_on(discord, shard) for shard in (0, 1)]
    mina = discord.add_user("mina")
    for channel in channels:
        assert channel.guild is not None
        discord.add_member(channel.guild, mina)
    settings = {"DATA_DIR": str(data), "DATABASE_URL": place.url, "SHARD_COUNT": "2"}
    async with AsyncExitStack() as stack:
        for shard in ("0", "1"):
            process = await stack.enter_async_context(
                bot_process(discord, "bot", "run", folder=tmp_path, environment=settings | {"SHARD_IDS": shard})
            )
            await process.online()
        assert discord.syncs == [None], "one of them tells Discord about the commands"
        everywhere = [*channels, discord.dm(mina)]
        for episode in range(1, 7):
            told = everywhere[episode % 3]
            await discord.slash(mina, told, "progress set", {"show": "gone", "episode": episode})
            for asked in everywhere:
                answer = await discord.slash(mina, asked, "progress show", {"show": "gone"})
                assert f"pisode {episode}" in answer.text or f"–{episode}" in answer.text, answer.text

        third = await stack.enter_async_context(
            bot_process(discord, "bot", "run", folder=tmp_path, environment=settings | {"SHARD_IDS": "1"})
        )
        assert await third.wait() == 75
        assert SENTENCES["operator.shard-taken"].partition("{url}")[0].format(shard=1) in third.output


async def test_one_process_has_several_shards(discord: LoopbackDiscord, data: Path, tmp_path: Path) -> None:
    channels = [channel_on(discord, shard) for shard in (0, 1)]
    mina = discord.add_user("mina")
    settings = {"DATA_DIR": str(data), "SHARD_COUNT": "2"}
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment=settings) as process:
        await discord.until(lambda: len(discord.gateway.sessions) == 2, 20, "two shards on the gateway")
        for channel in channels:
            assert channel.guild is not None
            discord.add_member(channel.guild, mina)
            answer = await discord.slash(mina, channel, "next-episode", {"show": "gone"})
            assert "Soon" in answer.text
        assert await process.stop() == 0


async def test_discord_wants_shards(discord: LoopbackDiscord, data: Path, tmp_path: Path) -> None:
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment={"DATA_DIR": str(data)}) as process:
        await process.online()
        await discord.gateway.close(4011)
        assert await process.wait() == 78
        assert SENTENCES["operator.shards-needed"] in process.output
