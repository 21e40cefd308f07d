"""What reminders need that are put off, repeat, and follow a schedule which changes, and how people want them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only in a column declared INTEGER.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("reminder", sa.Column("snoozed_at", sa.BigInteger(), nullable=True))
    op.add_column("reminder", sa.Column("moved_from", sa.BigInteger(), nullable=True))
    op.add_column("reminder", sa.Column("standing_id", ROW_ID, nullable=True))
    op.add_column("sitting", sa.Column("moved_from", sa.BigInteger(), nullable=True))
    op.add_column("due", sa.Column("digest_id", ROW_ID, nullable=True))
    op.create_index(
        "ix_due_digest",
        "due",
        ["digest_id"],
        sqlite_where=sa.text("digest_id IS NOT NULL"),
        postgresql_where=sa.text("digest_id IS NOT NULL"),
    )
    op.create_table(
        "move_notice",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("show_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_notice")),
        sa.UniqueConstraint("user_id", "show_id", name=op.f("uq_move_notice_user_id_show_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "reminder_choice",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leads", sa.Text(), nullable=True),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.CheckConstraint("delivery IN ('dm', 'mention', 'none')", name=op.f("ck_reminder_choice_delivery_known")),
        sa.CheckConstraint("leads <> ''", name=op.f("ck_reminder_choice_leads_named")),
        sa.CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name=op.f("ck_reminder_choice_quiet_whole")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_reminder_choice")),
    )
    op.create_table(
        "server_leads",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leads", sa.Text(), nullable=False),
        sa.CheckConstraint("leads <> ''", name=op.f("ck_server_leads_leads_named")),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_server_leads")),
    )
    op.create_table(
        "standing_reminder",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("show_id", sa.Text(), nullable=False),
        sa.Column("leads", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("dm_channel_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("leads <> ''", name=op.f("ck_standing_reminder_leads_named")),
        sa.CheckConstraint("state IN ('active', 'done', 'cancelled')", name=op.f("ck_standing_reminder_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_reminder")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_standing_reminder_user_id", "standing_reminder", ["user_id"])
    op.create_index(
        "ix_standing_reminder_active",
        "standing_reminder",
        ["user_id", "show_id"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
