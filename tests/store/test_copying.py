"""Everything goes from one database into another one as it is, and nothing goes where it shouldn't."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.core.errors import OperatorError
from bot.core.reminder import DueKind
from bot.ops.moving import move
from bot.store import due
from bot.store.database import Database, Transaction
from bot.store.migrate import migrate
from bot.store.tables import due as due_table
from bot.store.tables import metadata
from tests.store.conftest import Place, empty, postgres_place, sqlite_place
from tests.store.every_table import fill
from tests.store.samples import NOW

TAKEN_BACK, ADDED = 8_000_001, 8_000_002


async def two(direction: str, folder: Path) -> tuple[Place, Place, int]:
    """A place to move from, with a row in every table and an id that was given and taken back, and an empty one."""
    places = {"sqlite": sqlite_place(folder), "postgresql": postgres_place()}
    async with places["postgresql"].opened() as database:
        await empty(database)
    source, target = (places[name] for name in direction.split("-"))
    async with source.opened() as database:
        await migrate(database)
        async with database.begin() as tx:
            await fill(tx, 11, 22)
            await due.add(tx, DueKind.REMINDER, TAKEN_BACK, NOW)
            taken_back = await id_of(tx, TAKEN_BACK)
            await tx.execute(sa.delete(due_table).where(due_table.c.id == taken_back))
    return source, target, taken_back


async def id_of(tx: Transaction, subject: int) -> int:
    return (await tx.execute(sa.select(due_table.c.id).where(due_table.c.subject == subject))).scalar_one()


async def held(database: Database) -> dict[str, list[str]]:
    async with database.read() as tx:
        return {
            table.name: sorted(repr(tuple(row)) for row in await tx.execute(sa.select(table)))
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("direction", ["sqlite-postgresql", "postgresql-sqlite"])
async def test_everything_arrives_as_it_was(direction: str, tmp_path: Path) -> None:
    source, target, taken_back = await two(direction, tmp_path)
    async with source.opened() as database:
        before = await held(database)
    out = io.StringIO()
    assert await move(source.url, target.url, out) == 0
    async with source.opened() as there, target.opened() as here:
        assert await held(there) == await held(here) == before
        assert all(before.values())
        for database in (there, here):
            async with database.begin() as tx:
                await due.add(tx, DueKind.REMINDER, ADDED, NOW)
                assert await id_of(tx, ADDED) > taken_back, "no id is given twice"
    for table, rows in before.items():
        assert [table, str(len(rows)), str(len(rows))] in [line.split() for line in out.getvalue().splitlines()]

    with pytest.raises(OperatorError) as again:
        await move(source.url, target.url, out)
    assert again.value.key == "operator.move-target"


async def test_what_is_of_another_version_or_in_use_is_refused(tmp_path: Path) -> None:
    source, target = (f"sqlite:///{tmp_path}/{name}.sqlite3" for name in ("one", "two"))
    with pytest.raises(OperatorError) as refused:
        await move(source, target, io.StringIO())
    assert refused.value.key == "operator.move-source"
    with pytest.raises(OperatorError) as refused:
        await move(source, source, io.StringIO())
    assert refused.value.key == "operator.database-locked"
