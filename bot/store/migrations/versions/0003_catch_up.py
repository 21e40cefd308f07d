"""Plans to catch up with a show, and their sittings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only in a column declared INTEGER.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "catch_up",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("show_id", sa.Text(), nullable=False),
        sa.Column("deadline_at", sa.BigInteger(), nullable=False),
        sa.Column("wall_deadline", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=True),
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("dm_channel_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("per_day >= 1", name=op.f("ck_catch_up_per_day_counts")),
        sa.CheckConstraint("state IN ('active', 'ended')", name=op.f("ck_catch_up_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catch_up")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_catch_up_user_id", "catch_up", ["user_id"])
    op.create_index(
        "ix_catch_up_active",
        "catch_up",
        ["user_id", "show_id"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "sitting",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("catch_up_id", ROW_ID, nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("episodes", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.CheckConstraint("episodes <> ''", name=op.f("ck_sitting_episodes_named")),
        sa.CheckConstraint("minutes >= 0 AND sequence >= 0", name=op.f("ck_sitting_counters_count")),
        sa.ForeignKeyConstraint(
            ["catch_up_id"], ["catch_up.id"], name=op.f("fk_sitting_catch_up_id_catch_up"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sitting_catch_up_id", "sitting", ["catch_up_id"])
