"""Re-runs of servers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rerun",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("show_id", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("weekdays", sa.Text(), nullable=True),
        sa.Column("per_night", sa.Integer(), nullable=False),
        sa.Column("wall_first", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("paused_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("per_night >= 1", name=op.f("ck_rerun_per_night_counts")),
        sa.CheckConstraint("(state = 'paused') = (paused_at IS NOT NULL)", name=op.f("ck_rerun_paused_since")),
        sa.CheckConstraint("state IN ('draft', 'running', 'paused', 'ended')", name=op.f("ck_rerun_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rerun")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_rerun_guild_id_show_id"), "rerun", ["guild_id", "show_id"])
    on = sa.text("state IN ('running', 'paused')")
    op.create_index("uq_rerun_on", "rerun", ["guild_id", "show_id"], unique=True, sqlite_where=on, postgresql_where=on)
    op.create_table(
        "rerun_slot",
        sa.Column(
            "rerun_id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            sa.ForeignKey("rerun.id", ondelete="CASCADE", name=op.f("fk_rerun_slot_rerun_id_rerun")),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("episode", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wall", sa.Text(), nullable=False),
        sa.CheckConstraint("episode >= 1", name=op.f("ck_rerun_slot_episode_counts")),
        sa.PrimaryKeyConstraint("rerun_id", "episode", name=op.f("pk_rerun_slot")),
    )
