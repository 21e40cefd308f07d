"""Choices while somebody types, fuzzy and cut off at what they have watched, beside an autocomplete without any."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.bots import Side, our_bot, two_bare_bots, undisturbed
from benchmarks.figures import Report, Size, compared, median, percentile
from benchmarks.libraries import EPISODES, NAMES, write_shows

_MEDIAN, _P99, _THROUGHPUT = 1.1, 1.25, 0.8
_AT_ONCE = 100


@dataclass
class _Typing:
    """Something being typed into an option, and the times of all three bots in seconds."""

    command: str
    option: str
    typed: str
    given: Mapping[str, Any] = field(default_factory=dict)
    ours: list[float] = field(default_factory=list)
    bare: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))

    @property
    def baseline(self) -> list[float]:
        return self.bare[0] + self.bare[1]


async def measure(size: Size) -> Report:
    """Every kind of autocomplete in turn on our bot and two bare ones, then many at once."""
    with tempfile.TemporaryDirectory() as folder, undisturbed():
        return await _measure(Path(folder), size)


async def _measure(folder: Path, size: Size) -> Report:
    shows = size.pick(5, 1_000, 1_000)
    data = write_shows(folder / "data", shows)
    some = f"show-{shows // 2:04}"
    names = json.loads((data / "shows" / some / "characters.yaml").read_text("utf-8"))["characters"]
    title = json.loads((data / "shows" / some / "show.yaml").read_text("utf-8"))["title"]
    name = names[0]["names"][0]["text"]
    slip = name[:3] + name[4:]
    typings = [
        _Typing("character", "show", ""),
        _Typing("character", "show", title[:4], {"name": "x"}),
        _Typing("character", "name", "", {"show": some}),
        _Typing("character", "name", slip, {"show": some}),
        _Typing("recap", "episode", "", {"show": some}),
        _Typing("remind", "episode", "1", {"show": some}),
        _Typing("timezone set", "zone", "seul"),
    ]
    rounds = size.pick(1, 150, 800)
    async with our_bot(folder, data) as ours:
        commands = ours.discord.commands[None]
        await ours.ask(ours.asker, ours.channel, "progress set", {"episode": 3, "show": some})
        async with two_bare_bots(folder, commands, {}) as bare:
            offered = [len(await _choices(ours, each)) for each in typings]
            for turn in range(rounds + 2):
                for each in typings:
                    for times, other in zip(each.bare, bare, strict=True):
                        took = await _time(ours, each)
                        baseline = await _time(other, each)
                        if turn >= 2 or size is Size.TINY:
                            each.ours.append(took)
                            times.append(baseline)
            many = [each for each in typings if each.typed]
            ours_at_once, bare_at_once = [], []
            for turn in range(size.pick(1, 12, 40)):
                for times, side in ((ours_at_once, ours), (bare_at_once, bare[turn % 2])):
                    times.append(await _at_once(side, many))
    report = Report(f"Autocomplete with {shows:,} shows, {shows * EPISODES:,} episodes and {shows * NAMES:,} names")
    ours_all = [took for each in typings for took in each.ours]
    bare_all = [took for each in typings for took in each.baseline]
    first, second = ([took for each in typings for took in each.bare[side]] for side in (0, 1))
    report.lines = [
        compared(f"median of all {len(ours_all)}", median(ours_all), median(bare_all), at_most=_MEDIAN),
        compared("p99 of all", percentile(ours_all, 0.99), percentile(bare_all, 0.99), at_most=_P99),
        compared("A/A: median of two bare bots", median(first), median(second)),
        compared("A/A: p99 of two bare bots", percentile(first, 0.99), percentile(second, 0.99)),
    ]
    for each, count in zip(typings, offered, strict=True):
        what = f"`/{each.command} {each.option}:{each.typed}` ({count} choices)"
        report.lines.append(compared(what, median(each.ours), median(each.baseline), at_most=_MEDIAN))
    speed = compared(f"{_AT_ONCE} at once, until the last is answered", median(ours_at_once), median(bare_at_once))
    throughput = median(bare_at_once) / median(ours_at_once)
    met = throughput >= _THROUGHPUT
    report.lines.append(
        type(speed)(speed.what, speed.ours, speed.baseline, f"{throughput:.2f}×", f"≥ {_THROUGHPUT:g}× as many", met)
    )
    return report


async def _choices(side: Side, typing: _Typing) -> list[dict[str, Any]]:
    return await side.discord.autocomplete(
        side.asker, side.channel, typing.command, typing.option, typing.typed, typing.given
    )


async def _time(side: Side, typing: _Typing) -> float:
    asked = len(side.discord.answers)
    await _choices(side, typing)
    answer = list(side.discord.answers.values())[asked]
    return side.discord.of[answer.token][0].at - answer.asked_at


async def _at_once(side: Side, typings: list[_Typing]) -> float:
    before = time.perf_counter()
    await asyncio.gather(*(_choices(side, typings[index % len(typings)]) for index in range(_AT_ONCE)))
    return time.perf_counter() - before
