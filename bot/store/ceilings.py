"""Up to which episode may be talked about openly in a channel."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.database import Transaction
from bot.store.kept import kept
from bot.store.tables import ceiling


@kept
async def get(tx: Transaction, channel_id: int, show_id: str) -> int | None:
    """The ceiling of a channel or thread for a show, or None if nobody set one."""
    query = sa.select(ceiling.c.episode).where(ceiling.c.channel_id == channel_id, ceiling.c.show_id == show_id)
    return (await tx.execute(query)).scalar_one_or_none()


async def set(tx: Transaction, channel_id: int, guild_id: int, show_id: str, episode: int) -> None:
    """Let a channel of a server talk about a show up to ``episode``."""
    insert = tx.insert(ceiling).values(channel_id=channel_id, guild_id=guild_id, show_id=show_id, episode=episode)
    await tx.execute(
        insert.on_conflict_do_update(
            index_elements=["channel_id", "show_id"], set_={"guild_id": guild_id, "episode": episode}
        )
    )


async def clear(tx: Transaction, channel_id: int, show_id: str) -> bool:
    """Delete the ceiling; False where there was none."""
    deleted = await tx.execute(
        sa.delete(ceiling).where(ceiling.c.channel_id == channel_id, ceiling.c.show_id == show_id)
    )
    return deleted.rowcount > 0
