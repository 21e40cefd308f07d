"""Messages that tell of several reminders, and whom the messages about a party mention."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only in a column declared INTEGER.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("due", sa.Column("bundle", sa.Text(), nullable=True))
    op.create_index(
        "ix_due_bundle",
        "due",
        ["bundle"],
        sqlite_where=sa.text("bundle IS NOT NULL"),
        postgresql_where=sa.text("bundle IS NOT NULL"),
    )
    op.create_table(
        "bundle",
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("instead", sa.Boolean(), nullable=False),
        sa.Column("formed_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_bundle")),
    )
    op.create_table(
        "due_guests",
        sa.Column("due_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("piece", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("piece >= 0", name=op.f("ck_due_guests_piece_counts")),
        sa.ForeignKeyConstraint(["due_id"], ["due.id"], name=op.f("fk_due_guests_due_id_due"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("due_id", "piece", "user_id", name=op.f("pk_due_guests")),
    )
