"""By when what is watched at a party is to have aired, as its host knows it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "party_air_time",
        sa.Column("party_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("aired_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_party_air_time_party_id_party"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_party_air_time")),
    )
