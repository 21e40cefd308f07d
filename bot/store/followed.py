"""Which shows a server follows, and which are meant in its channels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Transaction
from bot.store.kept import kept
from bot.store.tables import channel_show, guild_show


@kept
async def of(tx: Transaction, guild_id: int) -> tuple[str, ...]:
    """The ids of the shows that a server follows: the one that is meant where none is named, then by when it began."""
    query = (
        sa.select(guild_show.c.show_id)
        .where(guild_show.c.guild_id == guild_id)
        .order_by(guild_show.c.is_default.desc(), guild_show.c.followed_at, guild_show.c.show_id)
    )
    return tuple((await tx.execute(query)).scalars())


async def add(tx: Transaction, guild_id: int, show_id: str, now: datetime) -> bool:
    """Follow a show; False where the server follows it already."""
    insert = tx.insert(guild_show).values(guild_id=guild_id, show_id=show_id, followed_at=now, is_default=False)
    return (await tx.execute(insert.on_conflict_do_nothing())).rowcount > 0


async def prefer(tx: Transaction, guild_id: int, show_id: str) -> None:
    """Let one of the shows that a server follows be the one that is meant where none is named."""
    chosen = guild_show.c.show_id == show_id
    await tx.execute(sa.update(guild_show).where(guild_show.c.guild_id == guild_id).values(is_default=chosen))


async def remove(tx: Transaction, guild_id: int, show_id: str) -> bool:
    """Stop following a show, also in all channels where it is meant; False where the server doesn't follow it."""
    await tx.execute(
        sa.delete(channel_show).where(channel_show.c.guild_id == guild_id, channel_show.c.show_id == show_id)
    )
    deleted = await tx.execute(
        sa.delete(guild_show).where(guild_show.c.guild_id == guild_id, guild_show.c.show_id == show_id)
    )
    return deleted.rowcount > 0


@kept
async def in_channel(tx: Transaction, channel_id: int) -> str | None:
    """The id of the show that is meant in a channel, or None where nobody said."""
    query = sa.select(channel_show.c.show_id).where(channel_show.c.channel_id == channel_id)
    return (await tx.execute(query)).scalar_one_or_none()


async def set_channel(tx: Transaction, guild_id: int, channel_id: int, show_id: str) -> None:
    """Let a show be the one that is meant in a channel."""
    insert = tx.insert(channel_show).values(channel_id=channel_id, guild_id=guild_id, show_id=show_id)
    await tx.execute(
        insert.on_conflict_do_update(index_elements=["channel_id"], set_={"guild_id": guild_id, "show_id": show_id})
    )


async def clear_channel(tx: Transaction, guild_id: int, channel_id: int) -> bool:
    """Forget what was said for a channel; False where nothing was."""
    deleted = await tx.execute(
        sa.delete(channel_show).where(channel_show.c.channel_id == channel_id, channel_show.c.guild_id == guild_id)
    )
    return deleted.rowcount > 0


@kept
async def channels(tx: Transaction, guild_id: int) -> Mapping[int, str]:
    """The channels of a server for which a show was said."""
    query = (
        sa.select(channel_show.c.channel_id, channel_show.c.show_id)
        .where(channel_show.c.guild_id == guild_id)
        .order_by(channel_show.c.channel_id)
    )
    return {row.channel_id: row.show_id for row in await tx.execute(query)}
