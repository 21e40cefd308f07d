"""Several episodes a night, places, roles and waiting lists of parties, and series of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only in a column declared INTEGER.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("party", sa.Column("last_episode", sa.Integer(), nullable=True))
    op.add_column("party", sa.Column("capacity", sa.Integer(), nullable=True))
    op.add_column("party", sa.Column("role_id", sa.BigInteger(), autoincrement=False, nullable=True))
    op.add_column("party", sa.Column("series_id", ROW_ID, nullable=True))
    op.create_index(
        "ix_party_series",
        "party",
        ["series_id"],
        sqlite_where=sa.text("series_id IS NOT NULL"),
        postgresql_where=sa.text("series_id IS NOT NULL"),
    )
    op.add_column("rsvp", sa.Column("waited", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "series",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("show_id", sa.Text(), nullable=False),
        sa.Column("first_episode", sa.Integer(), nullable=False),
        sa.Column("last_episode", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.Text(), nullable=True),
        sa.Column("wall_first", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("per_night", sa.Integer(), nullable=False),
        sa.Column("lead_minutes", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "first_episode >= 1 AND last_episode >= first_episode", name=op.f("ck_series_episodes_in_order")
        ),
        sa.CheckConstraint("per_night >= 1", name=op.f("ck_series_per_night_counts")),
        sa.CheckConstraint("lead_minutes >= 0", name=op.f("ck_series_lead_before_start")),
        sa.CheckConstraint("(weekdays IS NULL) = (wall_first IS NULL)", name=op.f("ck_series_rhythm_whole")),
        sa.CheckConstraint("state IN ('draft', 'running', 'cancelled')", name=op.f("ck_series_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_series_guild_id", "series", ["guild_id"])
    op.create_index("ix_series_creator_id", "series", ["creator_id"])
