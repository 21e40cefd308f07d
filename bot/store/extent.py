"""How large a database is, how much room is left beside it, and when it was last copied."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from bot.store.backup import newest_copy
from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Extent:
    """``kind`` is None for a database in memory. ``size`` and ``free`` are in bytes.

    ``free`` and ``copied_at`` are known of a SQLite file alone; the second is when the newest copy that lies beside it
    was made (None: there is none).
    """

    kind: str | None
    size: int
    free: int | None = None
    copied_at: datetime | None = None


async def extent_of(database: Database) -> Extent:
    """Measure a database that is open."""
    if database.file is not None:
        return await asyncio.to_thread(_of_file, database.file)
    if database.name == "memory":
        return Extent(None, 0)
    async with database.read() as tx:
        size = (await tx.execute(sa.text("SELECT pg_database_size(current_database())"))).scalar_one()
    return Extent("PostgreSQL", int(size))


def _of_file(file: Path) -> Extent:
    size = 0
    for path in (file, Path(f"{file}-wal")):
        with contextlib.suppress(OSError):  # the log comes and goes
            size += path.stat().st_size
    return Extent("SQLite", size, free_at(file.parent), newest_copy(file))


def free_at(folder: Path) -> int:
    """How many bytes can still be written into a folder, or into the one where it would be made."""
    folder = folder.absolute()
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free
