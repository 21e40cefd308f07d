"""By when what is watched at a party with an hour of its own is to have aired, as its host knows it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Transaction
from bot.store.tables import party_air_time


async def known(tx: Transaction, party_ids: Collection[int]) -> dict[int, datetime | None]:
    """What the hosts of parties know, UTC; None where they know of no date. Parties of which nothing is noted miss."""
    query = sa.select(party_air_time).where(party_air_time.c.party_id.in_(party_ids))
    return {row.party_id: row.aired_by for row in await tx.execute(query)}


async def note(tx: Transaction, party_id: int, aired_by: datetime | None) -> None:
    """Note what the host of a party knows now."""
    insert = tx.insert(party_air_time).values(party_id=party_id, aired_by=aired_by)
    await tx.execute(
        insert.on_conflict_do_update(index_elements=["party_id"], set_={"aired_by": insert.excluded.aired_by})
    )
