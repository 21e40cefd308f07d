"""Votes on when to watch something together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only in a column declared INTEGER.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "poll",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("show_id", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("last_episode", sa.Integer(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("lead_minutes", sa.Integer(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.Column("party_id", ROW_ID, nullable=True),
        sa.CheckConstraint("episode >= 1", name=op.f("ck_poll_episode_counts")),
        sa.CheckConstraint("lead_minutes >= 0", name=op.f("ck_poll_lead_before_start")),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_poll_state_known")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_poll_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_poll_open",
        "poll",
        ["guild_id"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_poll_creator_id", "poll", ["creator_id"])
    op.create_table(
        "poll_choice",
        sa.Column("poll_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_choice_poll_id_poll"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("poll_id", "number", name=op.f("pk_poll_choice")),
    )
    op.create_table(
        "poll_vote",
        sa.Column("poll_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("voted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["poll_id", "number"],
            ["poll_choice.poll_id", "poll_choice.number"],
            name=op.f("fk_poll_vote_poll_id_poll_choice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("poll_id", "number", "user_id", name=op.f("pk_poll_vote")),
    )
    op.create_index("ix_poll_vote_user_id", "poll_vote", ["user_id"])
