"""`python -m bot run` as a process of its own against a loopback Discord, from its login to its end."""

from __future__ import annotations

import re
import shutil
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.app.clock import SystemClock
from bot.discord_ui.client import PERMISSIONS
from tests.loopback.process import REPOSITORY, STOPS_WITHIN, BotProcess, bot_process
from tests.loopback.server import LoopbackDiscord
from tests.loopback.world import Channel, User, snowflake_at
from tests.wire.show_folder import write_show

DAY = timedelta(days=1)


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
    """A data folder with a show that goes on tomorrow."""
    folder = tmp_path / "data"
    write_show(folder, "soon", this_minute() - DAY, this_minute() + DAY)
    return folder


def this_minute() -> datetime:
    """The minute that has just begun, as the broadcaster's clock would show it."""
    return SystemClock().now().replace(second=0, microsecond=0)


def database(folder: Path) -> closing[sqlite3.Connection]:
    """The bot's database, opened beside it."""
    return closing(sqlite3.connect(folder / "var" / "cliffhanger.sqlite3", isolation_level=None))


def check_no_secrets(discord: LoopbackDiscord, process: BotProcess) -> None:
    assert discord.token not in process.output
    assert [token for token in discord.answers if token in process.output] == []


async def check_stops(process: BotProcess, number: int = signal.SIGTERM) -> None:
    began = time.monotonic()
    process.signal(number)
    assert await process.wait() == 0
    assert time.monotonic() - began < STOPS_WITHIN
    assert "Traceback" not in process.output


async def test_a_whole_day_of_work(
    discord: LoopbackDiscord, channel: Channel, mina: User, data: Path, tmp_path: Path
) -> None:
    """Commands, choices, buttons and a modal, in a server, in messages and as an app of one's own; all at DEBUG."""
    shutil.copytree(REPOSITORY / "data" / "shows" / "the-defects", data / "shows" / "the-defects")
    elsewhere = discord.add_channel(discord.add_guild("Strangers", installed=False))
    assert elsewhere.guild is not None
    discord.add_member(elsewhere.guild, mina)
    settings = {"DATA_DIR": str(data), "DEFAULT_SHOW": "the-defects", "LOG_LEVEL": "DEBUG"}
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment=settings) as process:
        await process.online()
        assert discord.syncs == [None]

        over = await discord.slash(mina, channel, "next-episode")
        assert "The Defects has ended" in over.text
        assert not over.ephemeral
        await discord.gateway.drop()
        recap = await discord.slash(mina, channel, "recap", {"episode": 7})
        assert discord.gateway.resumes == 1
        assert recap.text.count("||") >= 6
        assert recap.message is not None
        turned = await discord.click(recap, recap.message.custom_id_of("Next"), mina)
        assert turned.message is recap.message
        assert "Episode 8" in recap.text
        for place in (discord.dm(mina), elsewhere):
            assert "Episode 1" in (await discord.slash(mina, place, "recap", {"episode": 1})).text

        [choice] = await discord.autocomplete(mina, channel, "character", "name", "ahy")
        assert choice["name"] == "Kim Ah-hyun · 김아현"
        card = await discord.slash(mina, channel, "character", {"name": choice["value"]})
        assert "김아현" in card.text

        coming = await discord.slash(mina, channel, "next-episode", {"show": "soon"})
        assert coming.message is not None
        assert "Soon · Episode 2 is next" in coming.text
        reminder = await discord.click(coming, coming.message.custom_id_of("Remind me"), mina)
        assert reminder.message is not None
        assert reminder.ephemeral
        assert "15 minutes before" in reminder.text
        opened = await discord.click(reminder, reminder.message.custom_id_of("Change when"), mina)
        assert opened.modal is not None
        field = opened.modal["components"][0]["component"]["custom_id"]
        changed = await discord.submit(opened, {field: "2 h"})
        assert "2 hours before" in changed.text

        [link] = re.findall(r"https://discord\.com/oauth2/authorize\S+", process.output)
        asked_for = parse_qs(urlsplit(link).query)
        assert asked_for["client_id"] == [str(discord.bot.id)]
        assert asked_for["permissions"] == [str(PERMISSIONS.value)]
        assert set(asked_for["scope"][0].split()) == {"bot", "applications.commands"}

        await check_stops(process)
        assert "WebSocket Event" in process.output, "it ran at DEBUG"
        check_no_secrets(discord, process)
    assert discord.gateway.identifies == 1


async def test_a_restart_keeps_buttons_and_reminders_and_syncs_nothing(
    discord: LoopbackDiscord, channel: Channel, mina: User, data: Path, tmp_path: Path
) -> None:
    settings = {"DATA_DIR": str(data)}
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment=settings) as process:
        await process.online()
        coming = await discord.slash(mina, channel, "next-episode")
        assert coming.message is not None
        asked = await discord.slash(mina, channel, "remind", {"episode": 2, "lead": "0"})
        assert "right at the start" in asked.text
        await process.kill()

    soon = SystemClock().now() + timedelta(seconds=2)
    with database(tmp_path) as opened:
        opened.execute("UPDATE due SET due_at = ?", (int(soon.timestamp() * 1_000_000),))
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment=settings) as process:
        await process.online()
        inbox = discord.dm(mina)
        pressed = await discord.click(coming, coming.message.custom_id_of("World clock"), mina)
        assert "around the world" in pressed.text
        await discord.until(lambda: bool(discord.messages(inbox)), 10, "the reminder")
        [message] = discord.messages(inbox)
        assert snowflake_at(message.id) >= soon - timedelta(milliseconds=1)
        assert "**Soon · Episode 2** airs" in message.text
        snoozed = await discord.click(message, message.custom_ids[0], mina)
        assert "💤" in snoozed.text
        await check_stops(process, signal.SIGINT)
        check_no_secrets(discord, process)
    assert discord.syncs == [None]
    assert len(discord.messages(inbox)) == 1
    assert discord.messages(channel) == [coming.message]


async def test_a_changed_dataset_is_read_on_sighup_and_a_broken_one_is_not_used(
    discord: LoopbackDiscord, channel: Channel, mina: User, data: Path, tmp_path: Path
) -> None:
    """A schedule that moves takes its reminders along: here to now, to somebody whose messages are closed."""
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment={"DATA_DIR": str(data)}) as process:
        await process.online()
        await discord.slash(mina, channel, "remind", {"episode": 2, "lead": "0"})
        mina.dms_open = False

        episodes = data / "shows" / "soon" / "episodes.yaml"
        episodes.write_text(episodes.read_text("utf-8").replace('"number"', '"nunber"'), "utf-8")
        process.signal(signal.SIGHUP)
        await process.printed("the old one stays in use")
        await process.printed(f"{episodes}:4:")
        assert "Soon · Episode 2" in (await discord.slash(mina, channel, "next-episode")).text

        write_show(data, "soon", this_minute() - DAY, this_minute(), this_minute() + DAY, title="Sooner")
        process.signal(signal.SIGHUP)
        await process.printed("Dataset read again; reminders moved with it: 1")
        answer = await discord.slash(mina, channel, "next-episode")
        assert "Sooner · Episode 2 is on air right now" in answer.text

        def fallback() -> bool:
            return any("airs at" in message.text for message in discord.messages(channel))

        await discord.until(fallback, 10, "the reminder in the channel")
        [message] = [message for message in discord.messages(channel) if "airs at" in message.text]
        assert message.pinged_users == {mina.id}
        assert discord.messages(discord.dm(mina)) == []
        await check_stops(process)
        check_no_secrets(discord, process)


async def test_what_is_being_sent_when_it_is_told_to_stop_is_finished(
    discord: LoopbackDiscord, channel: Channel, mina: User, data: Path, tmp_path: Path
) -> None:
    slow = discord.fault("POST", "/channels/*/messages", delay=0.7)
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment={"DATA_DIR": str(data)}) as process:
        await process.online()
        await discord.slash(mina, channel, "remind", {"episode": 2, "lead": "0"})
        write_show(data, "soon", this_minute() - DAY, this_minute())
        process.signal(signal.SIGHUP)
        await discord.until(lambda: slow.hits == 1, 10, "the reminder on its way")
        await check_stops(process)
    assert len(discord.messages(discord.dm(mina))) == 1
    with database(tmp_path) as opened:
        rows = opened.execute("SELECT state FROM due WHERE kind = 'reminder'").fetchall()
        assert rows == [("delivered",)]


async def test_a_stop_during_the_login_is_a_stop(discord: LoopbackDiscord, tmp_path: Path) -> None:
    discord.fault("GET", "/users/@me", delay=30)
    async with bot_process(discord, "bot", "run", folder=tmp_path) as process:
        await discord.until(lambda: bool(discord.requests), 20, "the login")
        await check_stops(process)
    assert discord.gateway.identifies == 0


async def test_servers_for_development_get_the_commands_alone(
    discord: LoopbackDiscord, channel: Channel, mina: User, tmp_path: Path
) -> None:
    """A server that the bot is not in is reported and stops nothing."""
    other = discord.add_channel(discord.add_guild("Others"))
    assert channel.guild is not None
    assert other.guild is not None
    discord.add_member(other.guild, mina)
    discord.fault("PUT", "/applications/*/guilds/42/commands", status=403, code=50001, times=None)
    settings = {"DEV_GUILD_IDS": f"42, {channel.guild.id}"}
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment=settings) as process:
        await process.online()
        assert discord.syncs == [channel.guild.id]
        assert "May not set commands in server 42" in process.output
        assert (await discord.slash(mina, channel, "next-episode")).text
        with pytest.raises(LookupError, match="not registered"):
            await discord.slash(mina, other, "next-episode")
        await check_stops(process)


async def test_a_second_bot_on_the_same_file_is_turned_away(
    discord: LoopbackDiscord, channel: Channel, mina: User, tmp_path: Path
) -> None:
    async with bot_process(discord, "bot", "run", folder=tmp_path) as first:
        await first.online()
        (tmp_path / "link").symlink_to("var")
        through_a_link = {"DATABASE_URL": "sqlite+aiosqlite:///link/cliffhanger.sqlite3"}
        async with bot_process(discord, "bot", "run", folder=tmp_path, environment=through_a_link) as second:
            assert await second.wait() == 75
        assert second.output.startswith("cliffhanger: Another process is using the database link/cliffhanger.sqlite3.")
        assert discord.gateway.identifies == 1
        assert (await discord.slash(mina, channel, "next-episode")).text
        await first.kill()
    async with bot_process(discord, "bot", "run", folder=tmp_path) as third:
        await third.online()
        await check_stops(third)


async def test_a_token_that_was_reset_while_it_ran_ends_it(discord: LoopbackDiscord, tmp_path: Path) -> None:
    async with bot_process(discord, "bot", "run", folder=tmp_path) as process:
        await process.online()
        discord.token = "another"
        await discord.gateway.close(4004)
        assert await process.wait() == 77
    assert process.output.splitlines()[-1].startswith("cliffhanger: Discord refused the token.")
    assert "Traceback" not in process.output
