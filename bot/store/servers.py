"""The servers that the bot is in or has left, and the end of everything that belongs to one.

Data of a server is whatever it set up, and whatever somebody did in it or shares with it. A reminder or a plan is its
owner's: it loses the channel in which it was asked for, and comes in direct messages from then on. So is a link to a
calendar, unless it is about the server's own re-run.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from bot.core.calendar_wish import Contents
from bot.core.reminder import DueKind
from bot.store.database import Transaction
from bot.store.tables import (
    announcement,
    announcement_setup,
    bundle,
    calendar_feed,
    catch_up,
    ceiling,
    channel_show,
    due,
    guild_show,
    meta,
    party,
    poll,
    progress_share,
    reminder,
    rerun,
    schedule_change,
    series,
    server,
    server_leads,
    standing_reminder,
    zone_share,
)

#: What can't be without the bot itself in the server; everything else may come from somebody who brought it along.
_NEEDS_THE_BOT = (party, series, poll, announcement_setup)
#: What is a person's, though it came from a server.
_KEPT_FOR_THEIR_OWNERS = (reminder, standing_reminder, catch_up)
#: What goes with a server. Votes come before the parties that they have become; what hangs on a row goes with it.
_OWNED = (
    poll,
    party,
    series,
    announcement,
    announcement_setup,
    rerun,
    schedule_change,
    ceiling,
    guild_show,
    channel_show,
    server_leads,
    zone_share,
    progress_share,
    server,
)
#: What the rows of the due queue are about that belong to servers, by the kind.
_QUEUED: Mapping[sa.Table, tuple[DueKind, ...]] = {
    party: tuple(kind for kind in DueKind if kind.value.startswith("party-")),
    series: (DueKind.SERIES_ANNOUNCEMENT, DueKind.SERIES_CANCELLED),
    poll: (DueKind.POLL,),
    rerun: (DueKind.RERUN_OVER,),
    announcement: (
        DueKind.ANNOUNCEMENT,
        DueKind.ANNOUNCEMENT_CHANGED,
        DueKind.ANNOUNCEMENT_AIRED,
        DueKind.SEASON_END,
    ),
}
#: As many as a statement takes in one go on both databases.
_AT_ONCE = 500


async def noted(tx: Transaction) -> Mapping[int, datetime | None]:
    """The servers that the bot is noted to be in, and those that it has left with when it did."""
    return {row.guild_id: row.left_at for row in await tx.execute(sa.select(server))}


async def in_use(tx: Transaction) -> frozenset[int]:
    """The servers that the bot must have been in, whether that was noted or not."""
    query = sa.union(*(sa.select(table.c.guild_id) for table in _NEEDS_THE_BOT))
    return frozenset((await tx.execute(query)).scalars())


async def left_at(tx: Transaction, guild_id: int) -> datetime | None:
    """When the bot left a server; None for one that it hasn't left."""
    query = sa.select(server.c.left_at).where(server.c.guild_id == guild_id)
    return (await tx.execute(query)).scalar_one_or_none()


async def here(tx: Transaction, guild_ids: Collection[int]) -> None:
    """Note that the bot is in these servers."""
    ids = sorted(guild_ids)
    for start in range(0, len(ids), _AT_ONCE):
        insert = tx.insert(server).values([{"guild_id": one, "left_at": None} for one in ids[start : start + _AT_ONCE]])
        await tx.execute(insert.on_conflict_do_update(index_elements=["guild_id"], set_={"left_at": None}))


async def left(tx: Transaction, guild_id: int, now: datetime) -> None:
    """Note that the bot has left a server."""
    insert = tx.insert(server).values(guild_id=guild_id, left_at=now)
    await tx.execute(insert.on_conflict_do_update(index_elements=["guild_id"], set_={"left_at": now}))


async def delete(tx: Transaction, guild_id: int) -> None:
    """Delete everything that belongs to a server. In a SQLite file the deleted bytes are overwritten."""
    for table, kinds in _QUEUED.items():
        theirs = sa.select(table.c.id).where(table.c.guild_id == guild_id)
        await tx.execute(sa.delete(due).where(due.c.kind.in_(kinds), due.c.subject.in_(theirs)))
    await tx.execute(sa.delete(due).where(due.c.kind == DueKind.SERVER_LEFT, due.c.subject == guild_id))
    channels = sa.union(
        *(
            sa.select(table.c.channel_id).where(table.c.guild_id == guild_id, table.c.channel_id.is_not(None))
            for table in _KEPT_FOR_THEIR_OWNERS
        )
    )
    nonces = sa.select(bundle.c.nonce).where(bundle.c.channel_id.in_(channels))
    await tx.execute(sa.update(due).where(due.c.bundle.in_(nonces)).values(bundle=None))
    await tx.execute(sa.delete(bundle).where(bundle.c.channel_id.in_(channels)))
    for table in _KEPT_FOR_THEIR_OWNERS:
        await tx.execute(sa.update(table).where(table.c.guild_id == guild_id).values(guild_id=None, channel_id=None))
    theirs = calendar_feed.c.guild_id == guild_id
    await tx.execute(sa.delete(calendar_feed).where(theirs, calendar_feed.c.contents == Contents.RERUN))
    await tx.execute(sa.update(calendar_feed).where(theirs).values(guild_id=None))
    for table in _OWNED:
        await tx.execute(sa.delete(table).where(table.c.guild_id == guild_id))
    await tx.execute(sa.delete(meta).where(meta.c.key.like(f"commands:%:{guild_id}")))
    tx.scrub()
