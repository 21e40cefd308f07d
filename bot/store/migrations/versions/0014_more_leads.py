"""Several reminders before a party, and before each night of a series."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("party", sa.Column("more_leads", sa.Text(), nullable=True))
    op.add_column("series", sa.Column("more_leads", sa.Text(), nullable=True))
