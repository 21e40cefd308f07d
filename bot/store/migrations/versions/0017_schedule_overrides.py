"""What servers' admins say about when episodes air."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only in a column declared INTEGER.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "schedule_change",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("show_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_change")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_schedule_change_guild_id_show_id"), "schedule_change", ["guild_id", "show_id"])
    op.create_table(
        "schedule_override",
        sa.Column("change_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("episode", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("airs_wall", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("unneeded_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(airs_wall IS NULL) = (zone IS NULL)", name=op.f("ck_schedule_override_zone_goes_with_wall")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["schedule_change.id"],
            name=op.f("fk_schedule_override_change_id_schedule_change"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("change_id", "episode", name=op.f("pk_schedule_override")),
    )
