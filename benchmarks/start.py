"""From the start of the process to the first overdue reminder, beside a Python that only imports discord.py."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.bots import MeasuredDiscord, Side, running_show, undisturbed
from benchmarks.figures import Line, Report, Size, compared, median, ms
from benchmarks.libraries import write_shows
from bot.app.clock import SystemClock
from tests.loopback.process import REPOSITORY, bot_process

_START, _YAML, _COMPILED = 2.5, 2.0, 0.3


async def measure(size: Size) -> Report:
    """Starts with one show and with many, and bare imports between them."""
    with tempfile.TemporaryDirectory() as folder, undisturbed():
        return await _measure(Path(folder), size)


async def _measure(folder: Path, size: Size) -> Report:
    many, rounds = size.pick(3, 1_000, 1_000), size.pick(1, 7, 25)
    data = running_show(folder)
    both = folder / "both"
    shutil.copytree(data, both)
    write_shows(both, many)
    async with MeasuredDiscord() as discord:
        # It is the same reminder each time, which Discord would recognise.
        discord.nonce_window = 0
        return await _compare(discord, folder, data, both, many, rounds)


async def _compare(discord: MeasuredDiscord, folder: Path, data: Path, both: Path, many: int, rounds: int) -> Report:
    kept = await _with_a_reminder(discord, folder, data)
    imports: list[float] = []
    again: list[float] = []
    one: list[float] = []
    yaml: list[float] = []
    compiled: list[float] = []
    for turn in range(rounds):
        imports.append(await _import())
        one.append(await _start(discord, folder, data, kept, folder / "cache-one"))
        again.append(await _import())
        if turn < max(rounds // 2, 1):
            shutil.rmtree(folder / "cache-many", ignore_errors=True)
            yaml.append(await _start(discord, folder, both, kept, folder / "cache-many"))
        compiled.append(await _start(discord, folder, both, kept, folder / "cache-many"))
    base = median([*imports, *again])
    report = Report(f"Process start to the first overdue reminder; with {many:,} shows more")
    report.lines = [
        compared("one show, beside `import discord`", median(one), base, at_most=_START),
        compared("A/A: `import discord` twice", median(imports), median(again)),
        _more(f"{many:,} shows more, from YAML", median(yaml), median(one), _YAML),
        _more(f"{many:,} shows more, compiled", median(compiled), median(one), _COMPILED),
    ]
    return report


def _more(what: str, ours: float, baseline: float, at_most: float) -> Line:
    more = ours - baseline
    return Line(what, ms(ours), ms(baseline), f"{more:+.2f} s", f"≤ +{at_most:g} s", more <= at_most)


async def _with_a_reminder(discord: MeasuredDiscord, folder: Path, data: Path) -> Path:
    """A database in which a reminder is overdue, with nothing else to do at the start."""
    side = Side(discord)
    async with bot_process(discord, "bot", "run", folder=folder, environment=_environment(data)) as process:
        await process.online(60.0)
        await side.ask(side.asker, side.channel, "remind", {"episode": 4})
        await process.stop()
    made = folder / "var" / "cliffhanger.sqlite3"
    with closing(sqlite3.connect(made)) as database:
        with database:
            database.execute("UPDATE due SET due_at = ?", (int((SystemClock().now().timestamp() - 60) * 1_000_000),))
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = folder / "kept.sqlite3"
    shutil.copy(made, kept)
    return kept


def _environment(data: Path, **more: str) -> dict[str, str]:
    return {"DATA_DIR": str(data), "LOG_LEVEL": "WARNING"} | more


async def _import() -> float:
    before = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "import discord", cwd=REPOSITORY)
    await process.wait()
    return time.perf_counter() - before


async def _start(discord: MeasuredDiscord, folder: Path, data: Path, kept: Path, cache: Path) -> float:
    database = folder / "var" / "cliffhanger.sqlite3"
    for left in database.parent.glob(f"{database.name}-*"):
        left.unlink()
    shutil.copy(kept, database)
    seen = len(discord.accepted)
    environment = _environment(data, CACHE_DIR=str(cache))
    before = time.perf_counter()
    async with bot_process(discord, "bot", "run", folder=folder, environment=environment):
        await discord.until(lambda: len(discord.accepted) > seen, 60.0, "the reminder")
        return discord.accepted[seen].accepted_at - before
