"""Every slash command beside a bare one that sends the same reply from constants."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.bots import Side, messages_of, our_bot, running_show, two_bare_bots, undisturbed
from benchmarks.figures import Line, Report, Size, compared, median, percentile
from benchmarks.scenarios import READS, SETTING, WRITES, Scenario, Step
from tests.loopback.world import Channel, User

#: What is asked where it only has to be seen that everything runs.
_FEW = ("next-episode", "relationships", "timezone show", "watch-party find", "reminders cancel")
_READ_MEDIAN, _READ_P99, _WRITE_MEDIAN = 1.15, 1.25, 2.0


@dataclass
class _Case:
    """A scenario, what our bot answered to it, and the times of all three bots in seconds."""

    scenario: Scenario
    messages: list[dict[str, Any]]
    requests: int
    writes: bool
    text: str
    ours: list[float] = field(default_factory=list)
    bare: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))

    @property
    def name(self) -> str:
        return self.scenario.step.command

    @property
    def baseline(self) -> list[float]:
        return self.bare[0] + self.bare[1]

    def line(self) -> Line:
        goal = _WRITE_MEDIAN if self.writes else _READ_MEDIAN
        return compared(f"`/{self.name}`", median(self.ours), median(self.baseline), at_most=goal)


async def measure(size: Size) -> Report:
    """All commands, each asked of our bot and of two bare ones in turn."""
    with tempfile.TemporaryDirectory() as folder, undisturbed():
        return await _measure(Path(folder), size)


async def _measure(folder: Path, size: Size) -> Report:
    reads, writes = size.pick(1, 40, 200), size.pick(1, 3, 40)
    async with our_bot(folder, running_show(folder)) as ours:
        commands = ours.discord.commands[None]
        missing = _not_asked(commands)
        ours_home = ours.asker, ours.channel
        for each in SETTING:
            await _ask(ours, *ours_home, each)
        database = folder / "var" / "cliffhanger.sqlite3"
        cases = [await _case(ours, scenario, ours_home, database) for scenario in _asked(size)]
        answers = {case.name: case.messages for case in cases}
        async with two_bare_bots(folder, commands, answers) as (first, second):
            home = {id(ours): ours_home} | {id(side): (side.asker, side.channel) for side in (first, second)}
            if size is not Size.TINY:
                for case in cases:
                    await _round(case, ours, (first, second), home)
                for case in cases:
                    case.ours.clear()
                    for times in case.bare:
                        times.clear()
            # In rounds over all commands, so that no command has the machine's bad minute to itself.
            for turn in range(max(reads, writes)):
                for case in cases:
                    if turn < (writes if case.scenario.fresh or case.scenario.owner else reads):
                        await _round(case, ours, (first, second), home)
    return _report(cases, missing)


def _asked(size: Size) -> tuple[Scenario, ...]:
    everything = (*READS, *WRITES)
    return tuple(one for one in everything if one.step.command in _FEW) if size is Size.TINY else everything


def _not_asked(commands: list[dict[str, Any]]) -> list[str]:
    """Commands that have no scenario. Raises LookupError for scenarios that have no command."""
    asked = {scenario.step.command for scenario in (*READS, *WRITES)}
    there = {path for command in commands for path in _paths(command, command["name"])}
    if asked - there:
        raise LookupError(f"there is no {sorted(asked - there)}")
    return sorted(there - asked)


def _paths(command: Mapping[str, Any], path: str) -> list[str]:
    below = [one for one in command.get("options") or [] if one["type"] in (1, 2)]
    return [deep for one in below for deep in _paths(one, f"{path} {one['name']}")] if below else [path]


async def _ask(side: Side, user: User, channel: Channel, asked: Step) -> None:
    _, answer = await side.ask(user, channel, asked.command, await side.options(user, channel, asked))
    if asked.press is not None:
        await side.press(answer, asked.press)


async def _ready(side: Side, scenario: Scenario, home: tuple[User, Channel]) -> tuple[User, Channel]:
    """Who asks, and where; what has to be so before is so on our bot."""
    if not scenario.fresh:
        return (side.discord.owner if scenario.owner else home[0]), home[1]
    return await side.newcomer()


async def _case(ours: Side, scenario: Scenario, home: tuple[User, Channel], database: Path) -> _Case:
    user, channel = await _ready(ours, scenario, home)
    for each in scenario.before:
        await _ask(ours, user, channel, each)
    options = await ours.options(user, channel, scenario.step)
    with closing(sqlite3.connect(database)) as watch:
        if not scenario.fresh:
            # What is noted the first time only doesn't make it a command that writes.
            await ours.whole(user, channel, scenario.step.command, options)
        before = watch.execute("PRAGMA data_version").fetchone()
        requests = await ours.whole(user, channel, scenario.step.command, options)
        writes = watch.execute("PRAGMA data_version").fetchone() != before
        if writes and not scenario.fresh:
            # Unless it was something else that happened at the time.
            before = watch.execute("PRAGMA data_version").fetchone()
            await ours.whole(user, channel, scenario.step.command, options)
            writes = watch.execute("PRAGMA data_version").fetchone() != before
    messages = messages_of(requests)
    text = " / ".join(_texts(messages[0]["components"]))
    return _Case(scenario, messages, len(requests), writes, text)


def _texts(components: list[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    for one in components:
        found += [one["content"]] if "content" in one else _texts(one.get("components", []))
    return found


async def _round(case: _Case, ours: Side, bare: tuple[Side, Side], home: Mapping[int, tuple[User, Channel]]) -> None:
    """Ours, one bare bot, ours, the other bare bot."""
    for times, other in zip(case.bare, bare, strict=True):
        user, channel = await _ready(ours, case.scenario, home[id(ours)])
        for each in case.scenario.before:
            await _ask(ours, user, channel, each)
        options = await ours.options(user, channel, case.scenario.step)
        if case.scenario.fresh:
            # Hardly anybody writes before they have read anything.
            await ours.ask(user, channel, "timezone show", {})
        took, _ = await ours.ask(user, channel, case.name, options, case.requests)
        case.ours.append(took)
        user, channel = await _ready(other, case.scenario, home[id(other)])
        if case.scenario.fresh:
            await other.ask(user, channel, "timezone show", {})
        took, _ = await other.ask(user, channel, case.name, options, len(case.messages))
        times.append(took)


def _report(cases: list[_Case], missing: list[str]) -> Report:
    report = Report("Slash commands beside a bare bot's with the same replies")
    reads = [case for case in cases if not case.writes]
    writes = [case for case in cases if case.writes]
    ours = [took for case in reads for took in case.ours]
    bare = [took for case in reads for took in case.baseline]
    first, second = ([took for case in reads for took in case.bare[side]] for side in (0, 1))
    report.lines = [
        compared(f"p99 of all {len(ours)} reads", percentile(ours, 0.99), percentile(bare, 0.99), at_most=_READ_P99),
        compared(f"median of all {len(ours)} reads", median(ours), median(bare)),
        compared("A/A: p99 of two bare bots", percentile(first, 0.99), percentile(second, 0.99)),
        compared("A/A: median of two bare bots", median(first), median(second)),
        *(case.line() for case in reads),
        *(case.line() for case in writes),
    ]
    spread = sorted(median(case.bare[0]) / median(case.bare[1]) for case in cases)
    held = sum(bool(case.line().met) for case in reads), sum(bool(case.line().met) for case in writes)
    report.notes = [
        f"Reads within {_READ_MEDIAN}: {held[0]} of {len(reads)}. Commands that write to the disk before they answer, "
        f"within {_WRITE_MEDIAN}: {held[1]} of {len(writes)}. Medians of one bare bot by the other's, command by "
        f"command: {spread[0]:.2f} to {spread[-1]:.2f}."
    ]
    report.lines += [Line(f"`/{name}`: has no scenario", "", "", "", "asked", met=False) for name in missing]
    return report
