"""Links to calendars, and since when entries say what they say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of entries that were handed out before it isn't known; any instant does that stays the same.
    op.add_column("calendar_entry", sa.Column("changed_at", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contents", sa.Text(), nullable=False),
        sa.Column("show_id", sa.Text(), nullable=True),
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("alarm_minutes", sa.Integer(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "contents IN ('show', 'rerun', 'parties', 'everything')",
            name=op.f("ck_calendar_feed_contents_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_index(op.f("ix_calendar_feed_user_id"), "calendar_feed", ["user_id"])
