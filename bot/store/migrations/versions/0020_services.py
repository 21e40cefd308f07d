"""The services that people use, and subscriptions that go by them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_service",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("show_id", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "show_id", name=op.f("pk_person_service")),
    )
    op.add_column("standing_reminder", sa.Column("on_service", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("standing_reminder", sa.Column("delivery", sa.Text(), nullable=True))
