"""Resident memory beside an empty bot's, and whether days of use leave everything where it was."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from benchmarks.bots import Side, bare_bot, our_bot, running_show, undisturbed
from benchmarks.figures import Line, Report, Size
from benchmarks.libraries import write_shows
from benchmarks.processes import open_files, resident, threads
from benchmarks.scenarios import READS, SETTING
from tests.loopback.world import ALL_PERMISSIONS, Channel, User

_MORE, _MORE_WITH_MANY = 40, 60
_MEGABYTE = 1_000_000


async def measure(size: Size) -> Report:
    """An empty bot, ours with one show and with many, and ours in use for a while."""
    report = Report("Memory")
    many, people = size.pick(3, 1_000, 1_000), size.pick(50, 50_000, 50_000)
    with tempfile.TemporaryDirectory() as made, undisturbed():
        folder = Path(made)
        empty_folder, one, big = (folder / name for name in ("empty", "one", "many"))
        for each in (empty_folder, one, big):
            each.mkdir()
        async with bare_bot(empty_folder, [], {}) as bare:
            await asyncio.sleep(0.5)
            empty = resident(bare.process.pid)
        data = running_show(one)
        async with our_bot(one, data) as ours:
            await asyncio.sleep(0.5)
            report.lines.append(_line("one show, after the start", resident(ours.process.pid), empty, _MORE))
            await _use(ours, ours.asker, ours.channel)
            used = resident(ours.process.pid)
            report.lines.append(_line("one show, after every command that reads", used, empty, _MORE))
            report.lines += await _for_a_week(ours, size)
        write_shows(running_show(big), many)
        async with our_bot(big, big / "data") as ours:
            # Reads the shows anew and writes them to the cache, which takes more memory than is needed later.
            await ours.process.stop()
        _people(big / "var" / "cliffhanger.sqlite3", people)
        async with our_bot(big, big / "data") as ours:
            await _use(ours, ours.asker, ours.channel)
            after = resident(ours.process.pid)
            what = f"{many:,} shows more and {people:,} people, after every command that reads"
            report.lines.append(_line(what, after, empty, _MORE_WITH_MANY))
    return report


def _line(what: str, ours: int, empty: int, at_most: int) -> Line:
    more = (ours - empty) / _MEGABYTE
    cells = (f"{ours / _MEGABYTE:.0f} MB", f"{empty / _MEGABYTE:.0f} MB", f"+{more:.0f} MB")
    return Line(what, *cells, f"≤ +{at_most} MB", more <= at_most)


async def _use(side: Side, user: User, channel: Channel) -> None:
    """Set everything up and read everything once."""
    for each in SETTING:
        options = await side.options(user, channel, each)
        await side.ask(user, channel, each.command, options)
    for scenario in READS:
        await side.ask(user, channel, scenario.step.command, scenario.step.options)


def _people(database: Path, count: int) -> None:
    """Put people with a zone and progress into a database."""
    with closing(sqlite3.connect(database)) as opened, opened:
        ids = [(10**17 + index,) for index in range(count)]
        opened.executemany("INSERT INTO person (user_id, zone) VALUES (?, 'Asia/Seoul')", ids)
        opened.executemany("INSERT INTO progress (user_id, show_id, episode) VALUES (?, 'the-defects', 2)", ids)


async def _for_a_week(side: Side, size: Size) -> list[Line]:
    """Let people of many servers use everything, over and over; the last rounds ought to add nothing."""
    servers, members, asks = size.pick(2, 20, 100), size.pick(2, 10, 100), size.pick(1, 20, 100)
    places: list[tuple[Channel, list[User]]] = []
    for _ in range(servers):
        owner, channel = await side.newcomer()
        users = [owner, *(side.discord.add_user(f"member{index}") for index in range(members - 1))]
        if channel.guild is not None:
            for user in users:
                side.discord.add_member(channel.guild, user, permissions=ALL_PERMISSIONS)
        places.append((channel, users))
    pid = side.process.pid
    levels: list[tuple[int, int, int]] = []
    for part in range(4):
        for turn in range(asks):
            for index, (channel, users) in enumerate(places):
                user = users[(turn + index) % len(users)]
                await side.ask(user, channel, "progress set", {"episode": 1 + turn % 2})
                scenario = READS[(turn + index + part) % len(READS)]
                await side.ask(user, channel, scenario.step.command, scenario.step.options)
        levels.append((resident(pid), open_files(pid), threads(pid)))
    done = asks * servers * 2
    (early, files, running), (late, files_late, running_late) = levels[1], levels[3]
    grown = (late - early) / early
    return [
        Line(
            f"memory after {done * 2:,} and {done * 4:,} commands by {servers * members:,} people in {servers} servers",
            f"{late / _MEGABYTE:.1f} MB",
            f"{early / _MEGABYTE:.1f} MB",
            f"{grown:+.1%}",
            "≤ +3%",
            grown <= 0.03 if size is not Size.TINY else None,
        ),
        Line("files and connections open then", str(files_late), str(files), "", "the same", files_late <= files),
        Line("threads then", str(running_late), str(running), "", "the same", running_late <= running),
    ]
