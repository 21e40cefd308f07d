"""Real databases for the tests of the store: SQLite files, and PostgreSQL where a URL is given."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from bot.store.database import Database
from bot.store.migrate import HEAD, VERSION_TABLE, migrate
from bot.store.tables import metadata

#: The URL of a PostgreSQL database that may be emptied, such as postgresql://postgres:password@localhost/test.
#: Test processes that run side by side make databases of their own beside it, and empty those.
POSTGRES_URL = os.environ.get("DATABASE_TEST_POSTGRES_URL", "")


@dataclass(frozen=True)
class Place:
    """Where a test keeps its database."""

    url: str
    backend: str

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Database]:
        """One more connection to the same database, as another process would have it."""
        database = await Database.open(self.url)
        try:
            yield database
        finally:
            await database.close()


async def empty(database: Database) -> None:
    """Drop every table of ours."""

    def drop(connection: sa.Connection) -> None:
        metadata.drop_all(connection)
        connection.execute(sa.text(f"DROP TABLE IF EXISTS {VERSION_TABLE}"))

    async with database.begin() as tx:
        await tx.run(drop)


def sqlite_place(folder: Path) -> Place:
    return Place(f"sqlite+aiosqlite:///{folder / 'kept' / 'bot.sqlite3'}", "sqlite")


def postgres_place(name: str = "") -> Place:
    """A database of this test process, and with a ``name`` one more; what an earlier test left in it is still there."""
    if not POSTGRES_URL:
        pytest.skip("DATABASE_TEST_POSTGRES_URL is not set")
    worker = "_".join(part for part in (os.environ.get("PYTEST_XDIST_WORKER", ""), name) if part)
    return Place(_own(worker) if worker else POSTGRES_URL, "postgresql")


@cache
def _own(worker: str) -> str:
    """The URL of a process's own database, which is made unless an earlier run has left it."""
    url = sa.make_url(POSTGRES_URL)
    own = url.set(database=f"{url.database}_{worker}")

    async def make() -> None:
        engine = create_async_engine(url.set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT")
        try:
            async with engine.connect() as connection:
                known = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
                if (await connection.execute(known, {"name": own.database})).first() is None:
                    # One after the other: the template may be in use by nobody else.
                    await connection.execute(sa.text("SELECT pg_advisory_lock(1)"))
                    await connection.execute(sa.text(f'CREATE DATABASE "{own.database}" TEMPLATE template0'))
        finally:
            await engine.dispose()

    # In a thread of its own, since whoever asks may have a loop that runs.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, make()).result()
    return own.render_as_string(hide_password=False)


async def fresh(database: Database) -> None:
    """The tables of this version without a row in them. Rows are quicker to be rid of than tables."""

    def ready(connection: sa.Connection) -> bool:
        if not {*metadata.tables, VERSION_TABLE} <= set(sa.inspect(connection).get_table_names()):
            return False
        version = sa.select(sa.column("version_num")).select_from(sa.table(VERSION_TABLE))
        return connection.execute(version).scalar_one_or_none() == HEAD

    async with database.begin() as tx:
        if await tx.run(ready):
            await tx.execute(sa.text(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY"))
            return
    await empty(database)
    await migrate(database)


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def blank(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A database without tables."""
    if request.param == "sqlite":
        return sqlite_place(tmp_path)
    place = postgres_place()
    async with place.opened() as database:
        await empty(database)
    return place


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A database with the tables of this version."""
    place = sqlite_place(tmp_path) if request.param == "sqlite" else postgres_place()
    async with place.opened() as database:
        await (migrate if place.backend == "sqlite" else fresh)(database)
    return place


@pytest_asyncio.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    """The same, opened."""
    async with place.opened() as opened:
        yield opened
