"""The crash storm: a real bot is killed again and again while its reminders fall due, in whatever weather.

The bot runs as a process of its own and knows nothing of this. The server, here, makes the troubles, and pulls the
plug at moments of its choice; the counts are made from what it accepted and from the database that is left.
"""

from __future__ import annotations

import asyncio
import random
import re
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.loopback.faults import Fault
from tests.loopback.process import BotProcess, bot_process
from tests.loopback.server import LoopbackDiscord
from tests.loopback.world import Message
from tests.storm.launch import Variant
from tests.storm.tally import Tally, count, reasons
from tests.storm.timing import StormTime
from tests.storm.wishes import Wish, ask, people

BEGINS = datetime(2027, 3, 1, 12, tzinfo=UTC)
_MESSAGES = "/channels/*/messages"
#: Discord's window for nonces in a storm, as in `tests.loopback.rest`, and longer than that.
_OUTAGE = (185.0, 420.0)
#: What must go wrong with a mistake in the bot.
_CONTROLLED = {Variant.DELETE_THEN_SEND: "lost", Variant.RANDOM_NONCE: "doubled"}
#: How long a message may be on its way after the bot looked at its clock, in seconds.
_ON_ITS_WAY = 60.0


@dataclass(frozen=True)
class Weather:
    """What goes wrong besides the kills. `after` is the share of each of 502, reset and time-out after creation,
    `before` that of each of six troubles before it; `outages` that of restarts after the nonces were forgotten."""

    after: float = 0.0
    before: float = 0.0
    outages: float = 0.0
    gateway: bool = False
    disk: bool = False
    locks: bool = False
    clock: bool = False
    closed: bool = False


CALM = Weather()
AFTER_CREATION = Weather(after=0.1, outages=0.5)
EVERYTHING = Weather(after=0.1, before=0.02, outages=0.2, gateway=True, disk=True, locks=True, clock=True, closed=True)


@dataclass(frozen=True)
class Size:
    """How often the bot is killed, and how much falls due meanwhile."""

    kills: int
    reminders: int
    rate: float = 6.0


class Storm:
    """One scenario, from the seeding to the counts."""

    def __init__(self, name: str, folder: Path, size: Size, weather: Weather, seed: int, variant: Variant) -> None:
        self.tally = Tally(name, _CONTROLLED.get(variant, ""))
        self.size, self.weather, self.variant = size, weather, variant
        self.rng = random.Random(f"{seed} {name}")
        self.folder = folder
        self.time = StormTime.start(folder / "time", BEGINS, size.rate)
        self.discord = LoopbackDiscord(timer=self.time.true, clock=self.time.true)
        # A kill takes about half a minute, so that the bot is killed to the end.
        self.minutes = max(size.kills // 2, 3)
        self.path = folder / "var" / "cliffhanger.sqlite3"
        self.wishes: list[Wish] = []
        self.steps: list[tuple[float, float]] = [(0.0, 0.0)]
        self.output = ""
        self._persistent: list[tuple[str, Fault]] = []

    # Before

    async def seed(self) -> None:
        """Let people ask for what will fall due, through the bot's own use cases."""
        discord, rng = self.discord, self.rng
        guild = discord.add_guild("Watchers")
        rooms = [discord.add_channel(guild, f"room-{number}") for number in range(8)]
        self.wishes = await ask(
            discord,
            guild,
            rooms,
            self.folder / "data",
            self.path,
            begins=BEGINS,
            count=self.size.reminders,
            minutes=self.minutes,
            rng=rng,
        )
        if self.weather.closed:
            for user in people(discord, self.wishes):
                user.dms_open = rng.random() > 0.05
            rooms[-1].writable = False

    # During

    async def run(self) -> Tally:
        """Seed, storm, let it calm down, and count."""
        async with self.discord:
            await self.seed()
            self.time.begin(BEGINS)
            self._brew()
            while self.tally.kills < self.size.kills:
                await self._round()
            self._calm()
            await self._drain()
        self._count()
        return self.tally

    def _brew(self) -> None:
        """Let requests fail from now on, each time by the throw of a die."""
        weather, left, rate = self.weather, 1.0, self.size.rate
        made: list[tuple[str, float, Fault]] = []
        for name, fault in (
            ("502 after creation", Fault("POST", _MESSAGES, status=502)),
            ("reset after creation", Fault("POST", _MESSAGES, reset=True)),
            ("time-out after creation", Fault("POST", _MESSAGES, delay=15 / rate)),
        ):
            fault.after = True
            made.append((name, weather.after, fault))
        made += [
            (name, weather.before, fault)
            for name, fault in (
                ("500", Fault("POST", _MESSAGES, status=500)),
                ("503", Fault("*", "/[cu]*", status=503)),
                ("504", Fault("POST", _MESSAGES, status=504)),
                ("429 of a bucket", Fault("POST", _MESSAGES, status=429, retry_after=1.5)),
                ("429 of all", Fault("*", "/[cu]*", status=429, retry_after=1.0, everywhere=True)),
                ("dropped before creation", Fault("*", "/[cu]*", drop=True)),
                ("reset before creation", Fault("POST", _MESSAGES, reset=True)),
            )
        ]
        for name, share, fault in made:
            if share:
                # The dice are thrown one after the other, so each is loaded by what those before have left.
                fault.times, fault.rng, fault.chance = None, self.rng, share / left
                left -= share
                self._persistent.append((name, fault))
        self.discord.faults += [fault for _, fault in self._persistent]

    def _calm(self) -> None:
        gateway = self.discord.gateway
        # Requests go on failing as before; that is no reason for anything to be lost or doubled.
        self.discord.faults[:] = [fault for _, fault in self._persistent]
        self.tally.hits["accepted before the last kill"] = len(self.discord.accepted)
        gateway.acknowledge = gateway.open = gateway.resumable = True
        self._step(0.0)
        self.time.disk_full = False

    async def _round(self) -> None:
        """Let time pass, start the bot, and kill it."""
        self._pass_time()
        rng = self.rng
        async with self._bot() as bot:
            troubles = [asyncio.create_task(trouble(bot)) for trouble in self._troubles()]
            try:
                await self._until_killed(bot, rng)
            finally:
                for task in troubles:
                    task.cancel()
                await asyncio.gather(*troubles, return_exceptions=True)
                self._end_troubles()
            self._read(bot)

    def _bot(self) -> Any:
        self.tally.starts += 1
        settings = {
            "DATA_DIR": str(self.folder / "data"),
            "STORM_TIME": str(self.time.path),
            "STORM_VARIANT": self.variant.value,
        }
        launcher = "tests.storm.launch"
        return bot_process(self.discord, "bot", "run", folder=self.folder, environment=settings, launcher=launcher)

    def _read(self, bot: BotProcess) -> None:
        self.output = bot.output
        errors = re.findall(r"^\w*(?:Error|Exception)\b[^\n]*", bot.output, re.MULTILINE)
        self.tally.hits.update(f"logged {error[:60]}" for error in errors)

    def _pass_time(self) -> None:
        """While the bot is down time passes: a moment, or until Discord has forgotten every nonce."""
        if self.rng.random() < self.weather.outages:
            self.time.leap(self.rng.uniform(*_OUTAGE))
            self.tally.hits["outage past the nonce window"] += 1
        next_at = self._next_at()
        starting = 2.0 * self.size.rate
        if next_at is not None and next_at > self.time.shown() + starting:
            self.time.leap(next_at - self.time.shown() - self.rng.uniform(0, starting))

    def _next_at(self) -> float | None:
        with closing(sqlite3.connect(self.path)) as database:
            [found] = database.execute(
                "SELECT min(coalesce(leased_until, not_before, due_at)) FROM due WHERE state = 'waiting'"
                " AND due_at < ?",
                ((BEGINS + timedelta(days=10)).timestamp() * 1e6,),
            ).fetchone()
        return None if found is None else found / 1e6

    async def _until_killed(self, bot: BotProcess, rng: random.Random) -> None:
        """Kill the bot at a moment of the server's choice, at any moment, or while it starts."""
        requests = len(self.discord.requests)
        killed = Counter[str]()

        def kill() -> None:
            killed["by the server"] += 1
            bot.signal(signal.SIGKILL)

        moment = rng.choice(("starting", "any", "any", "received", "created", "created", "answered", "answered"))
        plug: Fault | None = None
        match moment:
            case "starting":
                await self._ended(bot, rng.uniform(0, 1.0))
            case "any":
                with suppress(TimeoutError):
                    await self.discord.until(
                        lambda: bot.returncode is not None or len(self.discord.requests) > requests, 20
                    )
                await self._ended(bot, rng.uniform(0, 1.5))
            case _:
                plug = Fault(
                    "POST",
                    _MESSAGES,
                    after=moment != "received",
                    answered=moment == "answered",
                    drop=moment != "answered",
                    chance=rng.choice((1.0, 0.2, 0.05)),
                    rng=rng,
                    then=kill,
                )
                self.discord.faults.insert(0, plug)
                with suppress(TimeoutError):
                    await self.discord.until(
                        lambda: bot.returncode is not None or len(self.discord.requests) > requests, 20
                    )
                await self._ended(bot, 3.0)
                self.discord.faults.remove(plug)
        if bot.returncode is None and not killed:
            await bot.kill()
            killed[moment] += 1
        code = await bot.wait()
        if killed:
            self.tally.kills += 1
            at = {"received": "before creation", "created": "after creation", "answered": "after the answer"}
            name = at[moment] if plug is not None and plug.hits else "any moment" if moment != "starting" else moment
            self.tally.hits[f"killed: {name}"] += 1
        else:
            self.tally.hits[f"ended by itself with {code}"] += 1

    @staticmethod
    async def _ended(bot: BotProcess, within: float) -> None:
        with suppress(TimeoutError):
            await bot.wait(within)

    async def _drain(self) -> None:
        """No kills any more: let the bot finish, and time pass between its runs, until nothing waits."""
        for _ in range(60 + 4 * self.minutes):
            next_at = self._next_at()
            if next_at is None:
                return
            if next_at > self.time.shown():
                self.time.leap(next_at - self.time.shown())
            async with self._bot() as bot:
                with suppress(TimeoutError, RuntimeError):
                    await bot.online()
                    while (next_at := self._next_at()) is not None and next_at <= self.time.shown() + 5:
                        await asyncio.sleep(0.2)
                        if bot.returncode is not None:
                            break
                await bot.stop()
                self._read(bot)

    # Troubles beside the requests

    def _troubles(self) -> list[Callable[[BotProcess], Any]]:
        weather, rng = self.weather, self.rng
        made: list[Callable[[BotProcess], Any]] = []
        for wanted, share, trouble in (
            (weather.gateway, 0.5, self._gateway),
            (weather.disk, 0.2, self._full_disk),
            (weather.locks, 0.15, self._lock),
            (weather.clock, 0.3, self._clock_steps),
        ):
            if wanted and rng.random() < share:
                made.append(trouble)
        return made

    def _end_troubles(self) -> None:
        self.time.disk_full = False
        gateway = self.discord.gateway
        gateway.acknowledge = gateway.open = gateway.resumable = True
        gateway.heartbeat_interval_ms = 41_250

    async def _gateway(self, _: BotProcess) -> None:
        gateway, rng = self.discord.gateway, self.rng
        kind = rng.choice(("deaf", "drop", "close", "resume refused", "invalid", "unreachable", "reconnect"))
        self.tally.hits[f"gateway: {kind}"] += 1
        if kind == "deaf":
            gateway.acknowledge, gateway.heartbeat_interval_ms = False, 500
        elif kind == "unreachable":
            gateway.open = False
        await self.discord.connected(20)
        await asyncio.sleep(rng.uniform(0, 0.7))
        if kind == "drop":
            await gateway.drop()
        elif kind == "close":
            await gateway.close()
        elif kind == "resume refused":
            gateway.resumable = False
            await gateway.drop()
        elif kind == "invalid":
            await gateway.invalidate()
        elif kind == "reconnect":
            await gateway.ask_to_reconnect()

    async def _full_disk(self, _: BotProcess) -> None:
        await asyncio.sleep(self.rng.uniform(0, 3))
        self.tally.hits["disk full"] += 1
        self.time.disk_full = True
        await asyncio.sleep(self.rng.uniform(0.2, 2))
        self.time.disk_full = False

    async def _lock(self, _: BotProcess) -> None:
        await asyncio.sleep(self.rng.uniform(0, 2))
        self.tally.hits["database locked"] += 1
        with closing(sqlite3.connect(self.path, timeout=0.2, isolation_level=None)) as database:
            with suppress(sqlite3.OperationalError):
                database.execute("BEGIN IMMEDIATE")
            # Longer than the bot waits for a lock.
            await asyncio.sleep(self.rng.uniform(1, 3))

    async def _clock_steps(self, _: BotProcess) -> None:
        await asyncio.sleep(self.rng.uniform(0, 3))
        forth = self.rng.choice((0, 0, 30, 90, 150, 600, 1500))
        self.tally.hits["clock stepped"] += 1
        self._step(self.rng.choice((-1, 1)) * forth)

    def _step(self, shift: float) -> None:
        self.steps.append((self.time.true(), shift))
        self.time.shift = shift

    # After

    def _shown_at(self, message: Message) -> tuple[float, float]:
        # Of the shifts in force while the message was on its way the one that puts it latest.
        at, shifts = message.accepted_at, [shift for since, shift in self.steps if since <= message.accepted_at][-1:]
        shifts += [before for (_, before), (until, _) in pairwise(self.steps) if at - _ON_ITS_WAY <= until <= at]
        return at + min(shifts), at + max(shifts)

    def _count(self) -> None:
        tally, discord = self.tally, self.discord
        tally.absorbed = len(discord.absorbed)
        tally.wrong += discord.refused
        tally.hits.update({name: fault.hits for name, fault in self._persistent})
        tally.hits["history searched"] = len(discord.sent("GET", _MESSAGES))
        if back := sum(after < before for (_, before), (_, after) in pairwise(self.steps)):
            tally.hits["clock stepped back"] = back
        tally.steps = [(round(at), shift) for at, shift in self.steps]
        count(tally, self.wishes, reasons(self.path), discord.accepted, self._shown_at)


async def storm(
    name: str,
    folder: Path,
    size: Size,
    weather: Weather,
    *,
    seed: int = 0,
    variant: Variant = Variant.PRODUCT,
) -> Tally:
    """Run one scenario in an empty folder and return its counts."""
    return await Storm(name, folder, size, weather, seed, variant).run()
