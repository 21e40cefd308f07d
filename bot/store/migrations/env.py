"""Runs the steps on the connection that `bot.store.migrate` has opened, inside its transaction."""

from __future__ import annotations

from alembic import context

from bot.store.migrate import VERSION_TABLE
from bot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    # SQLite undoes a CREATE TABLE as well as anything else, once Python's sqlite3 lets it.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
