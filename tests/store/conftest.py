"""Real databases for the tests of the store: SQLite files, and PostgreSQL where a URL is given."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.store.database import Database
from bot.store.migrate import VERSION_TABLE, migrate
from bot.store.tables import metadata

#: The URL of a PostgreSQL database that may be emptied, such as postgresql://postgres:password@localhost/test.
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


def postgres_place() -> Place:
    if not POSTGRES_URL:
        pytest.skip("DATABASE_TEST_POSTGRES_URL is not set")
    return Place(POSTGRES_URL, "postgresql")


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def blank(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A database without tables."""
    if request.param == "sqlite":
        return sqlite_place(tmp_path)
    place = postgres_place()
    async with place.opened() as database:
        await empty(database)
    return place


@pytest_asyncio.fixture
async def place(blank: Place) -> Place:
    """A database with the tables of this version."""
    async with blank.opened() as database:
        await migrate(database)
    return blank


@pytest_asyncio.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    """The same, opened."""
    async with place.opened() as opened:
        yield opened
