"""How far people have watched."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.database import Transaction
from bot.store.tables import progress


async def get(tx: Transaction, user_id: int, show_id: str) -> int | None:
    """The last episode that this person marked as seen (0: none of them), or None if they never said."""
    query = sa.select(progress.c.episode).where(progress.c.user_id == user_id, progress.c.show_id == show_id)
    return (await tx.execute(query)).scalar_one_or_none()


async def set(tx: Transaction, user_id: int, show_id: str, episode: int) -> None:
    """Mark everything up to ``episode`` as seen and nothing after it."""
    insert = tx.insert(progress).values(user_id=user_id, show_id=show_id, episode=episode)
    await tx.execute(insert.on_conflict_do_update(index_elements=["user_id", "show_id"], set_={"episode": episode}))


async def clear(tx: Transaction, user_id: int, show_id: str) -> bool:
    """Delete what this person said about a show; False where they said nothing."""
    deleted = await tx.execute(sa.delete(progress).where(progress.c.user_id == user_id, progress.c.show_id == show_id))
    return deleted.rowcount > 0
