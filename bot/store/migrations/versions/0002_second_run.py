"""What watching with gaps, again, or together needs, and what people write on a party."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seen_apart",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("show_id", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), autoincrement=False, nullable=False),
        sa.CheckConstraint("episode >= 1", name=op.f("ck_seen_apart_episode_counts")),
        sa.PrimaryKeyConstraint("user_id", "show_id", "episode", name=op.f("pk_seen_apart")),
    )
    op.create_table(
        "rewatch",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("show_id", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.CheckConstraint("episode >= 0", name=op.f("ck_rewatch_episode_counts")),
        sa.PrimaryKeyConstraint("user_id", "show_id", name=op.f("pk_rewatch")),
    )
    op.create_table(
        "progress_share",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("show_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "guild_id", "show_id", name=op.f("pk_progress_share")),
    )
    op.create_index("ix_progress_share_guild_id_show_id", "progress_share", ["guild_id", "show_id"])
    op.add_column("party", sa.Column("title", sa.Text(), nullable=True))
    op.add_column("party", sa.Column("note", sa.Text(), nullable=True))
    op.add_column("party", sa.Column("text_after", sa.Integer(), nullable=False, server_default="0"))
