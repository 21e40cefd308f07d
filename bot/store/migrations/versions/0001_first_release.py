"""What the first release keeps: zones, progress, ceilings, parties with answers, reminders and the due queue."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only in a column declared INTEGER.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def only(condition: str) -> dict[str, Any]:
    """The options of an index that covers some rows."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "ceiling",
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("show_id", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.CheckConstraint("episode >= 0", name=op.f("ck_ceiling_episode_counts")),
        sa.PrimaryKeyConstraint("channel_id", "show_id", name=op.f("pk_ceiling")),
    )
    op.create_index("ix_ceiling_guild_id", "ceiling", ["guild_id"])
    op.create_table(
        "due",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('waiting', 'withdrawn')) = (finished_at IS NULL)", name=op.f("ck_due_finished_once")
        ),
        sa.CheckConstraint("state = 'waiting' OR leased_by IS NULL", name=op.f("ck_due_only_waiting_leased")),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'undelivered', 'dropped', 'withdrawn')", name=op.f("ck_due_state_known")
        ),
        sa.CheckConstraint("(leased_by IS NULL) = (leased_until IS NULL)", name=op.f("ck_due_lease_whole")),
        sa.CheckConstraint("attempts >= 0 AND sent >= 0", name=op.f("ck_due_counters_count")),
        sa.CheckConstraint("leased_by IS NULL OR not_before IS NULL", name=op.f("ck_due_leased_or_postponed")),
        sa.CheckConstraint("not_before IS NULL OR not_before >= due_at", name=op.f("ck_due_postponed_later")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_due_kind_subject", "due", ["kind", "subject"])
    op.create_index("ix_due_waiting", "due", ["due_at", "id"], **only("state = 'waiting'"))
    op.create_index(
        "ix_due_claimable", "due", [sa.text("coalesce(leased_until, not_before, due_at)")], **only("state = 'waiting'")
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "party",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("creator_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("show_id", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("wall_start", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("lead_minutes", sa.Integer(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('planned', 'cancelled')", name=op.f("ck_party_state_known")),
        sa.CheckConstraint("episode >= 1", name=op.f("ck_party_episode_counts")),
        sa.CheckConstraint("lead_minutes >= 0", name=op.f("ck_party_lead_before_start")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_party_creator_id", "party", ["creator_id"])
    op.create_index("ix_party_planned", "party", ["guild_id", "starts_at"], **only("state = 'planned'"))
    op.create_table(
        "person",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_person")),
    )
    op.create_table(
        "progress",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("show_id", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.CheckConstraint("episode >= 0", name=op.f("ck_progress_episode_counts")),
        sa.PrimaryKeyConstraint("user_id", "show_id", name=op.f("pk_progress")),
    )
    op.create_table(
        "reminder",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("show_id", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("lead_minutes", sa.Integer(), nullable=False),
        sa.Column("airs_at", sa.BigInteger(), nullable=False),
        sa.Column("fires_at", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("dm_channel_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'done', 'cancelled')", name=op.f("ck_reminder_state_known")),
        sa.CheckConstraint("episode >= 1", name=op.f("ck_reminder_episode_counts")),
        sa.CheckConstraint("lead_minutes >= 0", name=op.f("ck_reminder_lead_before_airing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reminder_active", "reminder", ["user_id", "fires_at"], **only("state = 'active'"))
    op.create_index("ix_reminder_user_id", "reminder", ["user_id"])
    op.create_table(
        "rsvp",
        sa.Column("party_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("answer IN ('going', 'maybe', 'cannot')", name=op.f("ck_rsvp_answer_known")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_rsvp_party_id_party"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("party_id", "user_id", name=op.f("pk_rsvp")),
    )
    op.create_index("ix_rsvp_user_id", "rsvp", ["user_id"])
    op.create_table(
        "zone_share",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["person.user_id"], name=op.f("fk_zone_share_user_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "guild_id", name=op.f("pk_zone_share")),
    )
    op.create_index("ix_zone_share_guild_id", "zone_share", ["guild_id"])
