"""Brings a database to the schema of this program: all of the way, or not at all."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from bot.core.errors import OperatorError
from bot.store.database import Database, Transaction

#: The newest revision in `bot/store/migrations/versions`.
HEAD = "0021"
#: Keeps the revision that a database is at.
VERSION_TABLE = "schema_version"

_SCRIPTS = Path(__file__).with_name("migrations")


async def migrate(database: Database, before: Callable[[str], object] | None = None) -> bool:
    """Run the migrations that this database lacks, in one transaction; False where it lacks none.

    ``before`` is called, in a thread, with the revision of a database that has data, before anything is changed;
    what it raises stops the migration. Processes that start together run them once.
    Raises OperatorError("operator.database-newer") for a database that a later version of the program has migrated.
    """
    async with database.read() as tx:
        if await revision_of(tx) == HEAD:
            return False
    # Only now, since importing Alembic takes longer than everything else here.
    from alembic.util.exc import CommandError

    async with database.begin() as tx:
        await tx.alone("migrate", 0)
        revision = await revision_of(tx)
        if revision == HEAD:
            return False
        if before is not None and revision is not None and revision < HEAD:
            await asyncio.to_thread(before, revision)
        try:
            await tx.run(_upgrade)
        except CommandError as error:
            if revision is None:
                raise
            raise OperatorError(
                "operator.database-newer", os.EX_CONFIG, path=database.name, revision=revision
            ) from error
    return True


async def revision_of(tx: Transaction) -> str | None:
    """The revision that a database is at; None for a new one."""
    if not await tx.run(lambda connection: sa.inspect(connection).has_table(VERSION_TABLE)):
        return None
    versions = sa.table(VERSION_TABLE, sa.column("version_num", sa.Text))
    return (await tx.execute(sa.select(versions.c.version_num))).scalar_one_or_none()


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    # No alembic.ini: the connection is an open one, and logging is nobody's business but the program's.
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
