"""What it takes for a party to move: whether it follows the air time, and what its guests were told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("party", sa.Column("follows_air_time", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("party", sa.Column("moved_from", sa.BigInteger(), nullable=True))
