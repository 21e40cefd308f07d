"""What reminders need that are put off, and that follow a schedule which changes."""

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
    op.add_column("sitting", sa.Column("moved_from", sa.BigInteger(), nullable=True))
    op.create_table(
        "move_notice",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("show_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_notice")),
        sa.UniqueConstraint("user_id", "show_id", name=op.f("uq_move_notice_user_id_show_id")),
        sqlite_autoincrement=True,
    )
