"""Looks a database over without changing anything in it, also while a bot runs on it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.core.errors import OperatorError
from bot.core.venue import Venue
from bot.store import due, venues
from bot.store.database import Database, Transaction, complaint_of
from bot.store.due import Backlog
from bot.store.extent import Extent, extent_of
from bot.store.migrate import HEAD, revision_of


@dataclass(frozen=True, slots=True)
class Inspection:
    """What there is. ``revision`` is None where there are no tables yet, ``unwritable`` where it can be written.

    ``backlog`` and ``venues`` are None in a database of another revision, which this program can't read.
    """

    name: str
    revision: str | None
    unwritable: str | None
    extent: Extent
    backlog: Backlog | None = None
    venues: frozenset[Venue] | None = None


async def inspect(url: str, now: datetime) -> Inspection:
    """Look over the database of a URL as it is at ``now``.

    Raises OperatorError as `Database.open`, "operator.database-absent" where there is no such file, and
    "operator.database-corrupt" where SQLite finds damage in it.
    """
    while True:
        database = await Database.open_to_look(url)
        try:
            try:
                found = await _inspect(database, now)
            finally:
                await database.close()
        except Exception as error:
            if database.is_as_opened:
                complaint = complaint_of(error, database)
                if complaint is None:
                    raise
                raise complaint from error
        else:
            if database.is_as_opened:
                return found


async def _inspect(database: Database, now: datetime) -> Inspection:
    async with database.read() as tx:
        revision = await revision_of(tx)
        if database.file is not None:
            damage = (await tx.execute(sa.text("PRAGMA quick_check(1)"))).scalar_one()
            if damage != "ok":
                reason = str(damage).splitlines()[-1]
                raise OperatorError("operator.database-corrupt", os.EX_CONFIG, path=str(database.file), reason=reason)
        unwritable = await _why_unwritable(database, tx, revision)
    extent = await extent_of(database)
    if revision != HEAD:
        return Inspection(database.name, revision, unwritable, extent)
    async with database.read() as tx:
        used = await venues.in_use(tx, now)
    return Inspection(database.name, revision, unwritable, extent, await due.backlog(database, now), used)


async def _why_unwritable(database: Database, tx: Transaction, revision: str | None) -> str | None:
    file = database.file
    if file is not None:
        refused = [str(path) for path in (file, file.parent) if not os.access(path, os.W_OK)]
        return f"{' and '.join(refused)}: no permission, or a read-only disk" if refused else None
    if database.name == "memory":
        return None
    if (await tx.execute(sa.text("SELECT pg_is_in_recovery()"))).scalar_one():
        return "the server is a standby, which only reads"
    if revision is not None:
        allowed = sa.text("SELECT has_table_privilege('due', 'INSERT') AND has_table_privilege('due', 'UPDATE')")
        if not (await tx.execute(allowed)).scalar_one():
            return "the user of DATABASE_URL may not write its tables"
    return None
