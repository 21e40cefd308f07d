"""Links to calendars. Of the secret that a link holds only a hash is kept."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.calendar_wish import CalendarFeed, CalendarWish
from bot.core.errors import UserError
from bot.store.database import Transaction
from bot.store.kept import kept
from bot.store.tables import calendar_feed, values_of

#: How many links one person may have.
LIMIT = 10


async def create(tx: Transaction, token_hash: str, wish: CalendarWish, now: datetime) -> CalendarFeed:
    """Keep a wish under a hash. Raises UserError("calendar.too-many-links", limit) for somebody who has `LIMIT`."""
    await tx.alone("calendar-feed", wish.user_id)
    if len(await of(tx, wish.user_id)) >= LIMIT:
        raise UserError("calendar.too-many-links", limit=LIMIT)
    insert = sa.insert(calendar_feed).values(token_hash=token_hash, created_at=now, **asdict(wish))
    return _feed((await tx.execute(insert.returning(calendar_feed))).one())


async def find(tx: Transaction, token_hash: str) -> CalendarFeed | None:
    """What a hash stands for."""
    row = (await tx.execute(sa.select(calendar_feed).where(calendar_feed.c.token_hash == token_hash))).one_or_none()
    return None if row is None else _feed(row)


@kept
async def of(tx: Transaction, user_id: int) -> tuple[CalendarFeed, ...]:
    """Somebody's links, in the order in which they came."""
    query = sa.select(calendar_feed).where(calendar_feed.c.user_id == user_id).order_by(calendar_feed.c.id)
    return tuple(_feed(row) for row in await tx.execute(query))


async def revoke(tx: Transaction, user_id: int, feed_id: int | None) -> int:
    """Let one of somebody's links (None: all) lead nowhere from now on; how many that were."""
    theirs = calendar_feed.c.user_id == user_id
    which = theirs if feed_id is None else sa.and_(theirs, calendar_feed.c.id == feed_id)
    return (await tx.execute(sa.delete(calendar_feed).where(which))).rowcount


def _feed(row: sa.Row[Any]) -> CalendarFeed:
    values = values_of(row)
    feed_id, created_at = values.pop("id"), values.pop("created_at")
    del values["token_hash"]
    return CalendarFeed(feed_id, CalendarWish(**values), created_at)
