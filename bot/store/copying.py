"""Copies everything that one database holds into another one, which is empty, and compares both afterwards."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from bot.core.errors import OperatorError
from bot.store.database import Database
from bot.store.migrate import HEAD, VERSION_TABLE, migrate
from bot.store.tables import metadata

#: Rows that are read and written at once.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Copied:
    """A table, and how many rows it has: both sides have the same."""

    table: str
    rows: int


async def copy(source: Database, target: Database) -> tuple[Copied, ...]:
    """Copy all tables in one transaction, with the numbers that ids go on from; ``source`` is only read.

    Raises OperatorError: "operator.move-source" for a source of another version than the program's,
    "operator.move-target" for a target that holds something, and "operator.move-differs" where a table didn't arrive
    as it was. Then nothing is in the target but, perhaps, empty tables.
    """
    async with source.read() as tx:
        revision = await tx.run(_revision)
    if revision != HEAD:
        raise OperatorError("operator.move-source", os.EX_DATAERR, url=source.name, revision=revision)
    async with target.read() as tx:
        strange = await tx.run(lambda there: {*sa.inspect(there).get_table_names()} - {*metadata.tables, VERSION_TABLE})
    if strange:
        raise OperatorError("operator.move-target", os.EX_DATAERR, url=target.name, table=min(strange))
    await migrate(target)
    async with source.read() as there, target.begin() as here:
        to = await here.run(lambda connection: connection)
        return await there.run(lambda connection: _copy(connection, to, target.name))


def _revision(connection: sa.Connection) -> str:
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return "none"
    version = sa.select(sa.column("version_num", sa.Text)).select_from(sa.table(VERSION_TABLE))
    return connection.execute(version).scalar_one()


def _copy(source: sa.Connection, target: sa.Connection, name: str) -> tuple[Copied, ...]:
    for table in metadata.sorted_tables:
        if target.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None:
            raise OperatorError("operator.move-target", os.EX_DATAERR, url=name, table=table.name)
    done: list[Copied] = []
    for table in metadata.sorted_tables:
        rows = source.execute(sa.select(table), execution_options={"yield_per": _BATCH})
        for part in rows.mappings().partitions(_BATCH):
            target.execute(sa.insert(table), [dict(row) for row in part])
        last = _last_id(source, table)
        if last is not None:
            _go_on_from(target, table, last)
        before, after = _summed(source, table), _summed(target, table)
        if before != after:
            raise OperatorError("operator.move-differs", os.EX_DATAERR, table=table.name)
        done.append(Copied(table.name, after[0]))
    return tuple(done)


def _summed(connection: sa.Connection, table: sa.Table) -> tuple[int, int]:
    """How many rows there are, and the sum of their digests, which is the same in any order."""
    count = total = 0
    for row in connection.execute(sa.select(table), execution_options={"yield_per": _BATCH}):
        count += 1
        total += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest())
    return count, total


def _sequence(connection: sa.Connection, table: sa.Table) -> str | None:
    column = table.autoincrement_column
    if column is None:
        return None
    named = sa.select(sa.func.pg_get_serial_sequence(table.name, column.name))
    return connection.execute(named).scalar_one()


def _last_id(connection: sa.Connection, table: sa.Table) -> int | None:
    """The last id that a table has given, also to a row that is gone; None where it has given none."""
    if connection.dialect.name == "sqlite":
        numbers: Any = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq", sa.BigInteger))
        if not table.dialect_options["sqlite"]["autoincrement"]:
            return None
        return connection.execute(sa.select(numbers.c.seq).where(numbers.c.name == table.name)).scalar_one_or_none()
    sequence = _sequence(connection, table)
    if sequence is None:
        return None
    given = sa.select(sa.func.pg_sequence_last_value(sa.cast(sequence, postgresql.REGCLASS)))
    return connection.execute(given).scalar_one()


def _go_on_from(connection: sa.Connection, table: sa.Table, last: int) -> None:
    """Let the next id be another than all that were given: messages are known by them."""
    if connection.dialect.name == "sqlite":
        numbers: Any = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq", sa.BigInteger))
        connection.execute(sa.delete(numbers).where(numbers.c.name == table.name))
        connection.execute(sa.insert(numbers).values(name=table.name, seq=last))
        return
    sequence = _sequence(connection, table)
    if sequence is not None:
        connection.execute(sa.select(sa.func.setval(sa.cast(sequence, postgresql.REGCLASS), last)))
