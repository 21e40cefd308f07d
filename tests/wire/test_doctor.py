"""`python -m bot doctor` as a process: what it finds, and that it changes nothing."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.app.clock import SystemClock
from bot.core.announcement import AnnouncementSetup, Form
from bot.core.reminder import DueKind
from bot.store import announcements, due
from bot.store.database import Database
from bot.store.migrate import HEAD, migrate
from tests.loopback.process import REPOSITORY, BotProcess, bot_process
from tests.loopback.server import LoopbackDiscord
from tests.loopback.world import MEMBER_PERMISSIONS, Channel
from tests.wire.show_folder import write_show
from tests.wire.test_complaints import closed_port, made_database, run

OPERATING = (REPOSITORY / "docs" / "operating.md").read_text("utf-8")
#: Discord's bits.
SEND_IN_THREADS, CREATE_THREADS, MANAGE_ROLES = 1 << 38, 1 << 35, 1 << 28
ENOUGH = MEMBER_PERMISSIONS | SEND_IN_THREADS | CREATE_THREADS | MANAGE_ROLES
SETTINGS = {"DATA_DIR": "data"}


def small_dataset(folder: Path) -> None:
    now = SystemClock().now().replace(second=0, microsecond=0)
    write_show(folder / "data", "soon", now + timedelta(days=1), now + timedelta(days=2))


def found(output: str) -> dict[str, list[str]]:
    """What was found, by subject, each with its verdict; everything that is printed has to be that."""
    *lines, last = output.splitlines()
    told: dict[str, list[str]] = {}
    for line in lines:
        match = re.fullmatch(r"(ok|warning|problem) +([a-z]+) +(\S.*)", line)
        assert match, output
        told.setdefault(match[2], []).append(f"{match[1]}: {match[3]}")
    verdicts = [one.partition(":")[0] for each in told.values() for one in each]
    assert last == f"Problems: {verdicts.count('problem')}, warnings: {verdicts.count('warning')}."
    return told


async def examined(process: BotProcess, code: int) -> dict[str, list[str]]:
    assert await process.wait() == code, process.output
    assert re.search(rf"^\| {code}\b", OPERATING, re.MULTILINE)
    return found(process.output)


async def announce(folder: Path, channel: Channel, role_id: int | None, form: Form, now: datetime) -> None:
    """Have a show announced there, as `/announce setup` would."""
    assert channel.guild is not None
    database = await Database.open(f"sqlite+aiosqlite:///{folder / 'var' / 'cliffhanger.sqlite3'}")
    try:
        await migrate(database)
        setup = AnnouncementSetup(channel.guild.id, "soon", channel.id, role_id, 0, form, False, "en", 1, now, None)
        async with database.begin() as tx:
            await announcements.set_up(tx, setup)
    finally:
        await database.close()


@pytest.fixture
async def discord() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord() as server:
        yield server
        assert server.refused == []


async def test_a_bot_that_is_well_while_it_runs(discord: LoopbackDiscord, tmp_path: Path) -> None:
    small_dataset(tmp_path)
    guild = discord.add_guild("Watchers")
    channel = discord.add_channel(guild, "news")
    fans = discord.add_role(guild, "fans", mentionable=True)
    ours = discord.add_role(guild, "cliffhanger", permissions=ENOUGH, position=2)
    discord.add_member(guild, discord.bot, roles=[ours])
    discord.add_guild("Nothing set up here")
    await announce(tmp_path, channel, fans.id, Form.THREAD, SystemClock().now())
    async with bot_process(discord, "bot", "run", folder=tmp_path, environment=SETTINGS) as running:
        await running.online()
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / "var").rglob("*.sqlite3")}
        asked = len(discord.requests)
        async with bot_process(discord, "bot", "doctor", folder=tmp_path, environment=SETTINGS) as process:
            told = await examined(process, 0)
        after = {path: path.stat().st_mtime_ns for path in (tmp_path / "var").rglob("*.sqlite3")}
        assert await running.stop() == 0
    assert set(told) == {
        *("settings", "dataset", "database", "reminders", "disk"),
        *("token", "intents", "clock", "permissions"),
    }
    assert all(one.startswith("ok: ") for each in told.values() for one in each), told
    assert "shows: 1" in told["dataset"][0]
    assert HEAD in told["database"][0]
    assert re.fullmatch(r"ok: Waiting: [12], of these overdue: 0\.", told["reminders"][0])
    assert told["permissions"] == ["ok: All that is needed is granted; servers: 2, of these used: 1."]
    assert discord.token not in process.output
    assert before == after
    assert {request.method for request in discord.requests[asked:]} == {"GET"}
    assert discord.gateway.identifies == 1


async def test_what_is_wrong_in_servers_and_with_the_clock(tmp_path: Path) -> None:
    small_dataset(tmp_path)
    now = SystemClock().now()
    async with LoopbackDiscord(clock=lambda: time.time_ns() / 1e9 + 90) as discord:
        guild = discord.add_guild("Watchers\x1b[2J")
        channel = discord.add_channel(guild, "news")
        fans = discord.add_role(guild, "fans", position=3)
        ours = discord.add_role(guild, "cliffhanger", permissions=ENOUGH, position=2)
        discord.add_member(guild, discord.bot, roles=[ours])
        denied = {"id": str(guild.id), "type": 0, "allow": "0", "deny": str(CREATE_THREADS)}
        channel.overwrites.append(denied)
        elsewhere = discord.add_guild("Elsewhere")
        gone = discord.add_channel(elsewhere, "gone")
        discord.delete_channel(gone)
        discord.application_flags = 1 << 18
        await announce(tmp_path, channel, fans.id, Form.THREAD, now)
        await announce(tmp_path, gone, None, Form.MESSAGE, now)
        database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'var' / 'cliffhanger.sqlite3'}")
        async with database.begin() as tx:
            await due.add(tx, DueKind.REMINDER, 1, now - timedelta(hours=3))
        await database.close()
        before = sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "var").iterdir())
        async with bot_process(discord, "bot", "doctor", folder=tmp_path, environment=SETTINGS) as process:
            told = await examined(process, 75)
        assert sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "var").iterdir()) == before
        assert discord.refused == []
    assert "\x1b" not in process.output
    [reminders], [intents], [clock] = told["reminders"], told["intents"], told["clock"]
    assert reminders.startswith("problem: Waiting: 1, of these overdue: 1, the oldest for 3 hours. Is the bot running?")
    assert intents.startswith("warning: Granted and not needed: Message Content.")
    assert re.match(r"problem: It is (89|90|91) s behind Discord's, and reminders come as much too late\.", clock)
    assert told["permissions"] == [
        "problem: Watchers [2J, #news: Create Public Threads missing for announcements with threads. Grant it to the "
        "bot's role in the settings of the channel.",
        "warning: Watchers [2J, #news: nobody is notified by @fans. Let everybody mention it, or grant the bot Mention "
        "@everyone, @here, and All Roles.",
        "warning: Watchers [2J, #news: nobody gets @fans by the button. Move the bot's role above it in the settings "
        "of the server.",
        f"problem: Elsewhere: the channel for announcements ({gone.id}) is gone. Choose another one.",
    ]


async def test_a_token_that_is_refused_and_a_dataset_with_mistakes(discord: LoopbackDiscord, tmp_path: Path) -> None:
    made = write_show(tmp_path / "data", "soon", SystemClock().now().replace(second=0, microsecond=0))
    (made / "characters.yaml").write_text("characters: [{id: ann}", "utf-8")
    environment = SETTINGS | {"DISCORD_TOKEN": "another.secret.token"}
    async with bot_process(discord, "bot", "doctor", folder=tmp_path, environment=environment) as process:
        told = await examined(process, 65)
    assert told["dataset"][0].startswith("problem: Mistakes: 1, the first: data/shows/soon/characters.yaml:1:")
    assert told["token"][0].startswith("problem: Discord refused the token. Reset it")
    assert told["clock"] == ["ok: It is Discord's to within three seconds."]
    assert told["database"][0].startswith("warning: There is no database var/cliffhanger.sqlite3 yet")
    assert "another.secret.token" not in process.output
    assert not (tmp_path / "var").exists()


async def test_no_token_and_a_damaged_database(discord: LoopbackDiscord, tmp_path: Path) -> None:
    small_dataset(tmp_path)
    sound = (await made_database(tmp_path / "sound")).read_bytes()
    file = await made_database(tmp_path, sound[:4096] + b"\x99" * (len(sound) - 4096))
    environment = SETTINGS | {"DISCORD_TOKEN": ""}
    async with bot_process(discord, "bot", "doctor", folder=tmp_path, environment=environment) as process:
        told = await examined(process, 78)
    assert told["database"][0].startswith("problem: var/cliffhanger.sqlite3 is not a usable SQLite database (")
    assert told["reminders"] == ["warning: Not looked at, since no database can be read."]
    assert told["token"][0].startswith("problem: DISCORD_TOKEN is not set.")
    assert told["disk"][0].startswith("ok: ")
    assert discord.requests == []
    assert [path.name for path in file.parent.iterdir()] == [file.name]


async def test_an_unreachable_discord_and_an_older_database(tmp_path: Path) -> None:
    small_dataset(tmp_path)
    file = await made_database(tmp_path)
    with closing(sqlite3.connect(file, isolation_level=None)) as opened:
        opened.execute("UPDATE schema_version SET version_num = '0001'")
    with closed_port() as port:
        launch = ("tests.loopback.launch", f"http://127.0.0.1:{port}", "bot", "doctor")
        ended = await run(tmp_path, arguments=launch, **SETTINGS)
    assert ended.code == 69, ended
    told = found(ended.stdout)
    assert told["database"][0].startswith(
        f"warning: var/cliffhanger.sqlite3 is of schema 0001, this program is of {HEAD}"
    )
    assert told["token"] == ["problem: Not known, since Discord can't be reached (ClientConnectorError)."]
    assert told["clock"][0].startswith("warning: Not looked at")
    assert ended.stderr == ""
    with closing(sqlite3.connect(file)) as opened:
        assert opened.execute("SELECT version_num FROM schema_version").fetchone() == ("0001",)


async def test_settings_that_make_no_sense(tmp_path: Path) -> None:
    ended = await run(tmp_path, arguments=("bot", "doctor"), PARTY_LEAD_MINUTES="soon", LOG_LEVEL="loud")
    assert ended.code == 78
    told = found(ended.stdout)
    assert [line.split(":")[1].strip() for line in told["settings"]][:2] == ["PARTY_LEAD_MINUTES", "LOG_LEVEL"]
    assert set(told) == {"settings"}


async def test_offline_it_leaves_discord_alone(discord: LoopbackDiscord, tmp_path: Path) -> None:
    await made_database(tmp_path)
    small_dataset(tmp_path)
    async with bot_process(discord, "bot", "doctor", "--offline", folder=tmp_path, environment=SETTINGS) as process:
        told = await examined(process, 0)
    assert set(told) == {"settings", "dataset", "database", "reminders", "disk"}
    assert discord.requests == []
