"""What can go wrong around a running bot, each with the real process against a loopback Discord.

`docs/operating.md` lists them, with what the operator sees of each and what the bot does about it; a test below holds
the list against the tests. `pytest tests/faults` runs them.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.loopback.interactions import Answer
from tests.loopback.process import REPOSITORY, BotProcess, bot_process
from tests.loopback.server import LoopbackDiscord
from tests.loopback.world import Channel, Message, User
from tests.storm.timing import StormTime
from tests.storm.vfs import Layer, LayerError
from tests.wire.show_folder import write_show

BEGINS = datetime(2027, 3, 1, 12, tzinfo=UTC)
#: How fast time passes, so that pauses after a failure are shorter.
RATE = 4.0
#: After how many seconds of that time the bot looks at its clock, at the latest.
STEP = "2"
MESSAGES = "/channels/*/messages"
LOG = re.compile(r"^\S+ \S+ (?:ERROR|CRITICAL) ", re.MULTILINE)


@dataclass
class Scene:
    """A server with two people, a show whose second episode airs in two hours, and the time of it all."""

    discord: LoopbackDiscord
    time: StormTime
    folder: Path
    channel: Channel
    mina: User
    jo: User

    def bot(self, **settings: str) -> AbstractAsyncContextManager[BotProcess]:
        """The bot as a process of its own, on the scene's time."""
        own = {"DATA_DIR": str(self.folder / "data"), "STORM_TIME": str(self.time.path), "STORM_STEP": STEP}
        return bot_process(
            self.discord, "bot", "run", folder=self.folder, environment=own | settings, launcher="tests.storm.launch"
        )

    async def ask_for_a_reminder(self, lead: str) -> None:
        """Mina asks for a reminder of the second episode."""
        asked = await self.discord.slash(self.mina, self.channel, "remind", {"episode": 2, "lead": lead})
        assert "before" in asked.text

    def reminders(self) -> list[Message]:
        """What Mina was sent in direct messages."""
        return self.discord.messages(self.discord.dm(self.mina))

    async def reminded(self, within: float = 30.0) -> Message:
        """Mina's reminder, once it is there; there must be no other."""
        await self.discord.until(lambda: bool(self.reminders()), within, "the reminder")
        [message] = self.reminders()
        assert "**Soon · Episode 2** airs" in message.text
        return message

    def database(self) -> closing[sqlite3.Connection]:
        """The bot's database, opened beside it."""
        return closing(sqlite3.connect(self.folder / "var" / "cliffhanger.sqlite3", isolation_level=None))

    def pass_time(self, minutes: float) -> None:
        """Let time pass at once."""
        self.time.leap(minutes * 60)

    async def set_progress(self, number: int, user: User | None = None) -> Answer:
        """Somebody (Jo, unless another is given) saves something."""
        return await self.discord.slash(user or self.jo, self.channel, "progress set", {"episode": number})


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    time = StormTime.start(tmp_path / "time", BEGINS, RATE)
    write_show(tmp_path / "data", "soon", BEGINS - timedelta(days=1), BEGINS + timedelta(hours=2), minutes=60)
    async with LoopbackDiscord(clock=time.true) as discord:
        # Heard more often than the bot, to which time passes faster, runs out of patience.
        discord.gateway.heartbeat_interval_ms = 1000
        channel = discord.add_channel(discord.add_guild("Watchers"))
        mina, jo = (discord.add_user(name, guild=channel.guild) for name in ("mina", "jo"))
        yield Scene(discord, time, tmp_path, channel, mina, jo)
        assert discord.refused == []


def reference_in(answer: Answer) -> str:
    """The number that an apology gives."""
    [reference] = re.findall(r"\*\*([0-9a-f]{8})\*\*", answer.text)
    return str(reference)


async def check_apology(answer: Answer, process: BotProcess, cause: str) -> None:
    """An apology to one person, and the whole story in the log under its number."""
    assert answer.ephemeral
    reference = reference_in(answer)
    await process.printed(f"Error {reference} in ")
    story = process.output.partition(f"Error {reference} in ")[2]
    assert cause in story


# ---------------------------------------------------------------- the disk


async def test_a_full_disk(scene: Scene) -> None:
    try:
        with Layer().installed():
            pass
    except LayerError as error:
        pytest.skip(f"a full disk can't be played here: {error}")
    async with scene.bot() as process:
        await process.online()
        await scene.ask_for_a_reminder("1 h 55 min")
        scene.time.disk_full = True
        scene.pass_time(5)
        await check_apology(await scene.set_progress(1), process, "disk is full")
        # What only reads goes on, and what falls due is tried again until there is room.
        assert "Episode 2 is next" in (await scene.discord.slash(scene.jo, scene.channel, "next-episode")).text
        await process.printed("The due queue could not be worked on", within=40)
        assert scene.reminders() == []
        scene.time.disk_full = False
        await scene.reminded()
        assert "episode 1" in (await scene.set_progress(1)).text
        assert await process.stop() == 0
    assert len(scene.reminders()) == 1


async def test_a_locked_database(scene: Scene) -> None:
    async with scene.bot() as process:
        await process.online()
        await scene.ask_for_a_reminder("1 h 55 min")
        coming = await scene.discord.slash(scene.jo, scene.channel, "next-episode")
        assert coming.message is not None
        before = coming.text
        with scene.database() as other:
            other.execute("BEGIN IMMEDIATE")
            scene.pass_time(5)
            await check_apology(await scene.set_progress(1), process, "database is locked")
            button = coming.message.custom_id_of("Remind me")
            pressed = await scene.discord.click(coming, button, scene.jo)
            await scene.discord.until(lambda: bool(pressed.followups), 20, "an apology for the press")
            assert pressed.followups[0].ephemeral
            assert "went wrong" in pressed.followups[0].text
            assert coming.text == before
            assert "Episode 2 is next" in (await scene.discord.slash(scene.jo, scene.channel, "next-episode")).text
            await process.printed("The due queue could not be worked on", within=40)
            assert scene.reminders() == []
            other.execute("ROLLBACK")
        await scene.reminded()
        assert "episode 1" in (await scene.set_progress(1)).text
        assert await process.stop() == 0


# ------------------------------------------------------------- the network


async def test_a_lost_network(scene: Scene) -> None:
    async with scene.bot() as process:
        await process.online()
        await scene.ask_for_a_reminder("1 h 55 min")
        port = int(scene.discord.url.rpartition(":")[2])
        await scene.discord.stop()
        scene.pass_time(5)
        await process.printed("Attempting a reconnect", within=30)
        await scene.discord.start(port)
        await scene.reminded(within=60)
        await scene.discord.connected(60)
        assert "Episode 2 is next" in (await scene.discord.slash(scene.jo, scene.channel, "next-episode")).text
        assert await process.stop() == 0
    assert len(scene.reminders()) == 1


async def test_a_storm_of_reconnects(scene: Scene) -> None:
    gateway = scene.discord.gateway
    async with scene.bot() as process:
        await process.online()
        await scene.ask_for_a_reminder("1 h 50 min")
        for number in range(12):
            await scene.discord.connected(30)
            if number % 3 == 0:
                await gateway.drop()
            elif number % 3 == 1:
                await gateway.ask_to_reconnect()
            else:
                await gateway.close(4000)
        await scene.discord.connected(30)
        assert "Episode 2 is next" in (await scene.discord.slash(scene.jo, scene.channel, "next-episode")).text
        scene.pass_time(15)
        await scene.reminded()
        assert scene.discord.syncs == [None]
        assert gateway.identifies <= 2, "sessions are resumed, since Discord counts the new ones"
        assert await process.stop() == 0
    assert len(scene.reminders()) == 1


# ----------------------------------------------------------------- Discord


async def test_a_token_that_is_refused_in_mid_flight(scene: Scene) -> None:
    token = scene.discord.token
    async with scene.bot() as process:
        await process.online()
        await scene.ask_for_a_reminder("1 h 55 min")
        scene.discord.token = "another"
        for refusals in range(1, 4):
            scene.pass_time(5)
            await scene.discord.until(lambda least=refusals: scene.discord.invalid_requests >= least, 60, "a refusal")  # type: ignore[misc]
        assert scene.reminders() == []
        await scene.discord.gateway.close(4004)
        assert await process.wait() == 77
        assert process.output.splitlines()[-1].startswith("cliffhanger: Discord refused the token.")
    assert scene.discord.invalid_requests < 20, "10,000 in ten minutes ban the address"
    scene.discord.token = token
    async with scene.bot() as process:
        await scene.reminded()
        assert await process.stop() == 0


async def test_a_rate_limited_start(scene: Scene) -> None:
    held = [
        scene.discord.fault(method, path, status=429, times=3, retry_after=1.0)
        for method, path in (("GET", "/users/@me"), ("PUT", "/applications/*/commands"))
    ]
    async with scene.bot() as process:
        await process.online(within=60)
        assert "Episode 2 is next" in (await scene.discord.slash(scene.jo, scene.channel, "next-episode")).text
        assert await process.stop() == 0
    assert [fault.hits for fault in held] == [3, 3]
    assert scene.discord.syncs == [None]


async def test_an_hour_of_5xx(scene: Scene) -> None:
    async with scene.bot() as process:
        await process.online()
        await scene.ask_for_a_reminder("1 h 50 min")
        broken = scene.discord.fault("POST", MESSAGES, status=503, times=None)
        scene.pass_time(10)
        for attempts in range(1, 5):
            await scene.discord.until(lambda least=attempts: broken.hits >= least, 60, "another attempt")  # type: ignore[misc]
            scene.pass_time(17)
        assert scene.time.true() > (BEGINS + timedelta(hours=1, minutes=15)).timestamp()
        assert scene.reminders() == []
        scene.discord.faults.remove(broken)
        scene.pass_time(10)
        message = await scene.reminded(within=60)
        assert "late" in message.text
        # Attempts become rarer, to no more than one in ten minutes.
        assert broken.hits < 20
        assert await process.stop() == 0
    assert len(scene.reminders()) == 1


# ---------------------------------------------------------------- the clock


async def test_a_clock_that_is_wrong(scene: Scene) -> None:
    async with scene.bot() as process:
        await process.online()
        await scene.ask_for_a_reminder("1 h")
        scene.time.shift = -timedelta(hours=3).total_seconds()
        scene.pass_time(65)
        assert scene.reminders() == [], "by its own clock it isn't time yet"
        scene.time.shift = 0.0
        message = await scene.reminded(within=60)
        assert "late" in message.text
        scene.time.shift = -timedelta(hours=3).total_seconds()
        assert "episode 1" in (await scene.set_progress(1)).text
        scene.time.shift = timedelta(days=1).total_seconds()
        assert "ended" in (await scene.discord.slash(scene.jo, scene.channel, "next-episode")).text
        assert await process.stop() == 0
    assert len(scene.reminders()) == 1


# ----------------------------------------------------------------- the list


def test_the_list_of_faults_names_tests_that_there_are() -> None:
    operating = (REPOSITORY / "docs" / "operating.md").read_text("utf-8")
    _, _, listed = operating.partition("### What can go wrong around it")
    rows = [row for row in listed.splitlines() if row.startswith("| ")][2:]
    here = {name for name in globals() if name.startswith("test_a")}
    named: set[str] = set()
    for row in rows:
        proofs = re.findall(r"`([^`]*test_[^`]*)`", row.rpartition(" | ")[2])
        assert proofs, row
        for proof in proofs:
            path, _, name = proof.rpartition("::")
            if path:
                assert re.search(rf"^(?:async )?def {name}\(", (REPOSITORY / path).read_text("utf-8"), re.MULTILINE), (
                    proof
                )
            else:
                named.add(name)
    assert named == here
