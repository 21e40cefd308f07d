"""The migrations make the schema that the program expects, all of it or nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.core.errors import OperatorError
from bot.store import meta
from bot.store import migrate as migrating
from bot.store.database import Database
from bot.store.migrate import HEAD, VERSION_TABLE, migrate
from bot.store.tables import metadata
from tests.store.conftest import Place

ROOT = Path(__file__).parents[2]

BROKEN = '''"""Breaks halfway."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "<newest>"


def upgrade():
    op.create_table("halfway", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO meta (key, value) VALUES ('halfway', 'written')")
    op.execute("INSERT INTO no_such_table VALUES (1)")
'''


async def schema_of(database: Database) -> list[str]:
    """Every statement that made the schema, on SQLite."""
    async with database.read() as tx:
        rows = await tx.execute(sa.text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
        return sorted(" ".join(row.sql.split()) for row in rows if VERSION_TABLE not in row.sql)


def without_order(statement: str) -> list[str]:
    # Constraints may stand in any order.
    return sorted(part.strip(" ()") for part in statement.split(", "))


async def tables_of(database: Database) -> set[str]:
    async with database.read() as tx:
        return set(await tx.run(lambda connection: sa.inspect(connection).get_table_names()))


async def test_the_migrations_make_the_tables_of_the_program(database: Database) -> None:
    def compare(connection: sa.Connection) -> list[Any]:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        )
        with warnings.catch_warnings():
            # SQLite can't tell Alembic about the index on an expression; the next test looks at it.
            warnings.filterwarnings("ignore", message=".*expression-based index")
            return compare_metadata(context, metadata)

    async with database.read() as tx:
        assert await tx.run(compare) == []


async def test_the_migrations_make_the_same_checks_and_indexes(tmp_path: Path) -> None:
    migrated = await Database.open(f"sqlite:///{tmp_path}/migrated.sqlite3")
    made = await Database.open(f"sqlite:///{tmp_path}/made.sqlite3")
    try:
        await migrate(migrated)
        async with made.begin() as tx:
            await tx.run(metadata.create_all)
        of_migrations, of_tables = await schema_of(migrated), await schema_of(made)
        assert sorted(map(without_order, of_migrations)) == sorted(map(without_order, of_tables))
    finally:
        await migrated.close()
        await made.close()


async def test_starting_twice_migrates_once(blank: Place) -> None:
    async with blank.opened() as database:
        assert await migrate(database)
        async with database.begin() as tx:
            await meta.put(tx, "key", "value")
        assert not await migrate(database)
    async with blank.opened() as database:
        assert not await migrate(database)
        async with database.read() as tx:
            assert await meta.get(tx, "key") == "value"


async def test_starting_together_migrates_once(blank: Place) -> None:
    async with blank.opened() as one, blank.opened() as two:
        done = await asyncio.gather(migrate(one), migrate(two), migrate(one), migrate(two))
    assert sorted(done) == [False, False, False, True]


def test_the_newest_revision_is_the_one_the_program_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "bot" / "store" / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [HEAD]


async def test_a_migration_that_fails_leaves_the_old_schema(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = tmp_path / "100% migrations"
    shutil.copytree(ROOT / "bot" / "store" / "migrations", scripts)
    (scripts / "versions" / "9999_broken.py").write_text(BROKEN.replace("<newest>", HEAD))
    async with place.opened() as database:
        before = await tables_of(database)
        with monkeypatch.context() as patched:
            patched.setattr(migrating, "_SCRIPTS", scripts)
            patched.setattr(migrating, "HEAD", "9999")
            with pytest.raises(sa.exc.DBAPIError, match="no_such_table"):
                await migrate(database)
        assert await tables_of(database) == before
        async with database.read() as tx:
            assert await meta.get(tx, "halfway") is None
        assert not await migrate(database)


async def test_a_database_of_a_later_version_is_refused(place: Place) -> None:
    async with place.opened() as database:
        async with database.begin() as tx:
            version = sa.table(VERSION_TABLE, sa.column("version_num"))
            await tx.execute(sa.update(version).values(version_num="9999"))
        with pytest.raises(OperatorError) as caught:
            await migrate(database)
    assert (caught.value.key, caught.value.exit_code) == ("operator.database-newer", os.EX_CONFIG)
    assert caught.value.arguments == {"path": database.name, "revision": "9999"}


def test_alembic_is_imported_only_when_there_is_something_to_migrate(tmp_path: Path) -> None:
    script = """
import asyncio, sys
from bot.store.database import Database
from bot.store.migrate import migrate

async def start():
    database = await Database.open(sys.argv[1])
    await migrate(database)
    await database.close()

asyncio.run(start())
print("alembic" in sys.modules)
"""
    for expected in ("True\n", "False\n"):
        run = subprocess.run(
            [sys.executable, "-c", script, f"sqlite:///{tmp_path}/bot.sqlite3"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert (run.stdout, run.stderr) == (expected, "")
