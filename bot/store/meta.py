"""Small texts by key: what the bot remembers about itself between runs."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.database import Transaction
from bot.store.tables import meta


async def get(tx: Transaction, key: str) -> str | None:
    """What was put under ``key``, or None."""
    return (await tx.execute(sa.select(meta.c.value).where(meta.c.key == key))).scalar_one_or_none()


async def put(tx: Transaction, key: str, value: str) -> None:
    """Keep ``value`` under ``key``, instead of what was there."""
    insert = tx.insert(meta).values(key=key, value=value)
    await tx.execute(insert.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
