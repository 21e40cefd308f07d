"""How long the loop stands still while many shows are read anew, beside how long it does while nothing happens."""

from __future__ import annotations

import asyncio
import re
import signal
import tempfile
from pathlib import Path

from benchmarks.bots import MeasuredDiscord, running_show, undisturbed
from benchmarks.figures import Line, Report, Size, median, ms
from benchmarks.libraries import write_shows
from tests.loopback.process import BotProcess, bot_process

_STALL = 0.020
_READ = "Dataset read again"
_TOLD = "longest stall: "


async def measure(size: Size) -> Report:
    """Reloads of a folder in which one show has changed, and pauses as long."""
    many, rounds = size.pick(3, 1_000, 1_000), size.pick(1, 7, 30)
    with tempfile.TemporaryDirectory() as made, undisturbed():
        folder = Path(made)
        data = write_shows(running_show(folder), many)
        changed = data / "shows" / "the-defects" / "show.yaml"
        reloads: list[float] = []
        idle: list[float] = []
        async with MeasuredDiscord() as discord:
            environment = {"DATA_DIR": str(data), "LOG_LEVEL": "INFO"}
            launcher = "benchmarks.watched_launch"
            async with bot_process(
                discord, "bot", "run", folder=folder, environment=environment, launcher=launcher
            ) as process:
                await process.online(60.0)
                # What happens after the login is none of it.
                await asyncio.sleep(0.1 if size is Size.TINY else 2.0)
                await _longest(process)
                for turn in range(rounds):
                    changed.write_text(changed.read_text("utf-8") + "\n", "utf-8")
                    before = asyncio.get_running_loop().time()
                    process.signal(signal.SIGHUP)
                    await _count(process, _READ, turn + 1)
                    took = asyncio.get_running_loop().time() - before
                    reloads.append(await _longest(process))
                    await asyncio.sleep(took)
                    idle.append(await _longest(process))
    report = Report(f"A reload of {many:,} shows, one of which has changed")
    stall = median(reloads)
    report.lines.append(
        Line(
            "the longest that the loop stands still (median of the reloads)",
            ms(stall),
            f"{ms(median(idle))} while nothing happens",
            f"{stall / median(idle):.1f}",
            f"≤ {ms(_STALL)}",
            stall <= _STALL,
        )
    )
    report.lines.append(Line("the same, of the worst reload", ms(max(reloads)), ms(max(idle)), ""))
    return report


async def _count(process: BotProcess, text: str, count: int) -> None:
    while process.output.count(text) < count:
        if process.returncode is not None:
            raise RuntimeError(process.output)
        await asyncio.sleep(0.01)


async def _longest(process: BotProcess) -> float:
    """The longest stall since this was last asked, in seconds."""
    count = process.output.count(_TOLD) + 1
    process.signal(signal.SIGUSR1)
    await _count(process, _TOLD, count)
    return float(re.findall(rf"{_TOLD}([0-9.]+)", process.output)[-1])
