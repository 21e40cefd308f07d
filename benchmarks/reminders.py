"""How long it takes until everybody has been told of one moment, beside the best that Discord's limits allow."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from benchmarks.figures import Line, Report, Size
from bot.app.clock import ManualClock, SystemClock
from bot.app.reminders import Reminders
from bot.core.reminder import Delivery, ReminderChoice
from bot.dataset.catalogue import load
from bot.store import reminder_choices
from bot.store.database import Database
from bot.store.migrate import migrate
from tests.loopback.pacing import Limits
from tests.loopback.process import bot_process
from tests.loopback.server import LoopbackDiscord
from tests.loopback.world import Channel
from tests.wire.show_folder import write_show

#: The goals, as ratios to the best that can be.
_MAKESPAN, _MEAN = 1.05, 1.05
#: People whose mentions fit in one message of 2,000 characters, at 23 each, beside its own words.
_PER_MESSAGE = 82
#: How long the bot has to start before it all falls due, in seconds.
_HEAD_START = 20


@dataclass(frozen=True)
class Crowd:
    """So many channels with so many people each, and so many people in direct messages."""

    channels: int
    people: int
    direct: int

    def __str__(self) -> str:
        rooms = f"{self.channels:,} × {self.people:,} in channels" if self.channels else ""
        return " + ".join(part for part in (rooms, f"{self.direct:,} direct" if self.direct else "") if part)


@dataclass(frozen=True)
class Told:
    """Seconds until the last was told, and on average; how many requests Discord refused as too many."""

    makespan: float
    mean: float
    refused: int = 0


async def measure(size: Size) -> Report:
    """The scenarios one after the other, each with a bot and a database of its own."""
    crowds = {
        Size.TINY: (Crowd(1, 3, 2),),
        Size.USUAL: (Crowd(50, 30, 1_000), Crowd(20, 400, 200), Crowd(1, 1_000, 0), Crowd(0, 0, 1_000)),
        Size.FULL: (Crowd(200, 30, 4_000), Crowd(20, 400, 200), Crowd(1, 1_000, 0), Crowd(0, 0, 1_000)),
    }[size]
    report = Report("Reminders that fall due at once, beside the best order under Discord's limits")
    for crowd in crowds:
        with tempfile.TemporaryDirectory() as folder:
            found, best = await _run(Path(folder), crowd), best_order(crowd)
        report.lines += [
            _line(f"{crowd}: until the last", found.makespan, best.makespan, _MAKESPAN),
            _line(f"{crowd}: mean wait", found.mean, best.mean, _MEAN),
            Line(f"{crowd}: requests refused", str(found.refused), "0", "", "0", found.refused == 0),
        ]
    report.notes = [
        "The baseline is computed: messages go out 50 a second, those to most people first, five to a channel in five "
        f"seconds, with {_PER_MESSAGE} mentions in each."
    ]
    return report


def best_order(crowd: Crowd, limits: Limits | None = None) -> Told:
    """The best that can be done: at each turn the message to most people whose channel may be written to."""
    limits = limits or Limits()
    waiting: dict[int, list[int]] = {}
    for room in range(crowd.channels):
        full, rest = divmod(crowd.people, _PER_MESSAGE)
        waiting[room] = [_PER_MESSAGE] * full + [rest] * (rest > 0)
    direct, sent = crowd.direct, Counter[int]()
    waits: list[tuple[float, int]] = []
    for turn in count():
        at = turn / limits.overall.requests
        window = int(at // limits.send.seconds)
        free = [room for room, left in waiting.items() if left and sent[room] < limits.send.requests * (window + 1)]
        if free:
            room = max(free, key=lambda one: waiting[one][0])
            sent[room] += 1
            waits.append((at, waiting[room].pop(0)))
        elif direct:
            direct -= 1
            waits.append((at, 1))
        elif not any(waiting.values()):
            break
    people = sum(number for _, number in waits)
    return Told(max(at for at, _ in waits), sum(at * number for at, number in waits) / people)


def _line(what: str, ours: float, best: float, goal: float) -> Line:
    # Where all of it fits in one instant there is nothing to compare with.
    if best < 1:
        return Line(what, f"{ours:.2f} s", f"{best:.2f} s", "")
    return Line(what, f"{ours:.2f} s", f"{best:.2f} s", f"{ours / best:.2f}", f"≤ {goal:g}", ours / best <= goal)


async def _run(folder: Path, crowd: Crowd) -> Told:
    clock = SystemClock()
    airs_at = clock.now().replace(second=0, microsecond=0) + timedelta(days=1)
    write_show(folder / "data", "soon", airs_at, minutes=60)
    async with LoopbackDiscord() as discord:
        guild = discord.add_guild("Watchers")
        rooms = [discord.add_channel(guild, f"room-{number}") for number in range(crowd.channels)]
        database = await Database.open(f"sqlite+aiosqlite:///{folder}/var/cliffhanger.sqlite3")
        try:
            await _ask(discord, database, folder, crowd, rooms, airs_at)
        finally:
            await database.close()
        due_at = clock.now() + timedelta(seconds=_HEAD_START)
        with closing(sqlite3.connect(folder / "var" / "cliffhanger.sqlite3")) as opened, opened:
            opened.execute("UPDATE due SET due_at = ?", (int(due_at.timestamp() * 1_000_000),))
        settings = {"DATA_DIR": str(folder / "data"), "LOG_LEVEL": "ERROR"}
        expected = crowd.channels * crowd.people + crowd.direct
        began = discord.now() + (due_at - clock.now()).total_seconds()
        async with bot_process(discord, "bot", "run", folder=folder, environment=settings) as process:
            await process.online(_HEAD_START)
            before = len(discord.requests)

            def told() -> int:
                return sum(max(len(message.pinged_users), 1) for message in discord.accepted)

            await discord.until(lambda: told() >= expected, 600, "everybody to be told")
            await process.stop()
        waits = [(message.accepted_at - began, max(len(message.pinged_users), 1)) for message in discord.accepted]
        if any(wait < 0 for wait, _ in waits):
            raise AssertionError("somebody was told early")
        refused = sum(request.status == 429 for request in discord.requests[before:])
        people = sum(number for _, number in waits)
        return Told(max(wait for wait, _ in waits), sum(wait * number for wait, number in waits) / people, refused)


async def _ask(
    discord: LoopbackDiscord,
    database: Database,
    folder: Path,
    crowd: Crowd,
    rooms: Sequence[Channel],
    airs_at: datetime,
) -> None:
    """Let everybody ask for a reminder of the same instant."""
    await migrate(database)
    show = load(folder / "data").shows["soon"]
    reminders = Reminders(database, ManualClock(airs_at - timedelta(hours=2)), lambda: None)
    for room in (*(room for room in rooms for _ in range(crowd.people)), *[None] * crowd.direct):
        user = discord.add_user("someone", guild=None if room is None else room.guild)
        if room is not None:
            async with database.begin() as tx:
                await reminder_choices.put(tx, user.id, ReminderChoice(delivery=Delivery.MENTION))
        await reminders.create(
            user_id=user.id,
            show=show,
            episode=show.episodes[0],
            leads=(0,),
            channel_id=None if room is None else room.id,
            guild_id=None if room is None or room.guild is None else room.guild.id,
            dm_channel_id=discord.dm(user).id,
            locale="en-US",
        )
