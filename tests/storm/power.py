"""Power cuts: what a database file holds when the machine stops between two writes and the disk forgets the last ones.

A program writes through the bot's own store while every write and every sync is recorded. Then the recording is cut at
random places. Up to a file's last sync everything is on the disk; of what came after, each write is there, lost or
torn, whatever came before or after it. Names are kept in order, as journalling file systems do: a file that was deleted
before a sync of any other is gone. The file that is left is opened, checked, and asked for everything whose commit
had been acknowledged before the cut.
"""

from __future__ import annotations

import asyncio
import bisect
import random
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.core.reminder import DueKind, DueState
from bot.store import database as store
from bot.store import due
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.tables import meta
from tests.storm.vfs import Layer, Operation

_NOW = datetime(2027, 3, 1, tzinfo=UTC)
_SECTOR = 512
_CHECKPOINT_PAGES = 40


@dataclass
class Cuts:
    """How many cuts there were, and how many of them lost an acknowledged commit or left a damaged file."""

    synchronous: str | None
    commits: int
    cuts: int = 0
    lossy: int = 0
    lost: int = 0
    damaged: int = 0


def record(folder: Path, commits: int, synchronous: str | None) -> tuple[list[Operation], str]:
    """Write with the store and record it. Marks in the log are the numbers of acknowledged commits.

    `synchronous` takes the place of the store's own setting (None: that stays). The log is checkpointed often, so that
    cuts fall there too. Raises LayerError.
    """
    layer = Layer(recording=True)
    path = folder / "bot.sqlite3"

    pragmas: tuple[str, ...] = store._WRITER_PRAGMAS
    changed = (*pragmas, f"wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    if synchronous is not None:
        changed += (f"synchronous = {synchronous}",)

    async def write() -> None:
        database = await Database.open(f"sqlite+aiosqlite:///{path}")
        try:
            await migrate(database)
            layer.mark("ready")
            for number in range(commits):
                async with database.begin() as tx:
                    await due.add(tx, DueKind.REMINDER, number, _NOW)
                if number % 7 == 3:
                    claimed = await due.claim(database, _NOW, "writer", 4, timedelta(minutes=2))
                    await due.finish(database, [row.id for row in claimed], _NOW, "writer", DueState.DELIVERED)
                if number % 29 == 28:
                    async with database.begin() as tx:
                        await tx.execute(sa.delete(meta).where(meta.c.key == "nothing"))
                        tx.scrub()
                layer.mark(str(number))
        finally:
            await database.close()

    with layer.installed():
        store._WRITER_PRAGMAS = changed
        try:
            asyncio.run(write())
        finally:
            store._WRITER_PRAGMAS = pragmas
    return layer.log, str(path)


def after_cut(log: list[Operation], at: int, rng: random.Random) -> dict[str, bytearray]:
    """The files as they are when the power goes after `at` operations."""
    synced: defaultdict[str, int] = defaultdict(lambda: -1)
    last_sync = -1
    for index in range(at):
        if log[index].kind == "sync":
            synced[log[index].path] = last_sync = index
    files: dict[str, bytearray] = {}
    # Some cuts lose all that was not synced, some almost nothing, most a part of it.
    lossy = rng.choice((1.0, 0.5, 0.5, 0.1))
    for index in range(at):
        operation = log[index]
        if operation.kind in ("mark", "sync"):
            continue
        certain = index <= (last_sync if operation.kind == "delete" else synced[operation.path])
        if not certain and rng.random() < lossy:
            if operation.kind != "write" or rng.random() < 0.6:
                continue
            operation = operation._replace(data=_torn(operation.data, rng))
        _perform(files, operation)
    return files


def _torn(data: bytes, rng: random.Random) -> bytes:
    """The first sectors of a write; the rest never reached the disk."""
    sectors = len(data) // _SECTOR
    return data[: rng.randint(0, max(sectors - 1, 0)) * _SECTOR]


def _perform(files: dict[str, bytearray], operation: Operation) -> None:
    if operation.kind == "delete":
        files.pop(operation.path, None)
        return
    content = files.setdefault(operation.path, bytearray())
    end = operation.offset + (len(operation.data) if operation.kind == "write" else 0)
    if len(content) < end or operation.kind == "truncate":
        content.extend(bytes(max(end - len(content), 0)))
    if operation.kind == "truncate":
        del content[operation.offset :]
    else:
        content[operation.offset : end] = operation.data


def cut(folder: Path, commits: int, cuts: int, *, synchronous: str | None = None, seed: int = 0) -> Cuts:
    """Record once, cut the power `cuts` times, and look at what is left each time. Raises LayerError."""
    source = folder / f"recorded-{synchronous}"
    source.mkdir()
    log, path = record(source, commits, synchronous)
    rng = random.Random(seed)
    ready = next(index for index, operation in enumerate(log) if operation.kind == "mark")
    marks = [index for index, operation in enumerate(log) if operation.kind == "mark"]
    made = Cuts(synchronous, commits)
    for number in range(cuts):
        at = rng.randint(ready + 1, len(log))
        acknowledged = bisect.bisect_left(marks, at) - 1  # without "ready"
        place = folder / f"cut-{synchronous}-{number}"
        place.mkdir()
        for name, content in after_cut(log, at, rng).items():
            (place / Path(name).name).write_bytes(content)
        made.cuts += 1
        missing = _missing(place / Path(path).name, acknowledged)
        if missing is None:
            made.damaged += 1
        elif missing:
            made.lossy += 1
            made.lost += missing
    return made


def _missing(path: Path, acknowledged: int) -> int | None:
    """How many acknowledged commits a file has lost; None where it is damaged."""
    try:
        with closing(sqlite3.connect(path)) as database:
            if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                return None
            kept = {subject for (subject,) in database.execute("SELECT subject FROM due")}
    except sqlite3.DatabaseError:
        return None
    return len(set(range(acknowledged)) - kept)
