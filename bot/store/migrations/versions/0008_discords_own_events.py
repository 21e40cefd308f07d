"""Discord's own events of watch parties, and who comes by them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "mirror",
        sa.Column("party_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("place_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.BigInteger(), nullable=True),
        sa.Column("notice", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('wanted', 'unwanted', 'deleted', 'refused', 'over')", name=op.f("ck_mirror_state_known")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_mirror_party_id_party"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_mirror")),
    )
    op.create_index("ix_mirror_event_id", "mirror", ["event_id"])
    op.create_table(
        "interest",
        sa.Column("party_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_interest_party_id_party"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("party_id", "user_id", name=op.f("pk_interest")),
    )
    op.create_index("ix_interest_user_id", "interest", ["user_id"])
