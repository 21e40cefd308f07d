"""Series of parties: how they were planned. Their nights are `bot.store.parties`'."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.core.errors import UserError
from bot.core.party import PartyState, SeriesState
from bot.core.series import Series
from bot.store.database import Transaction
from bot.store.tables import party, series, values_of

#: How many series with nights to come a server may have.
LIMIT = 3
#: How long a draft that nobody announced is kept.
_DRAFT_KEPT = timedelta(days=1)


async def draft(tx: Transaction, *, now: datetime, **values: Any) -> Series:
    """Keep a series that has been shown to whoever typed it; drafts of theirs and old ones make room for it."""
    theirs = sa.or_(series.c.creator_id == values["creator_id"], series.c.created_at < now - _DRAFT_KEPT)
    await tx.execute(sa.delete(series).where(series.c.state == SeriesState.DRAFT, theirs))
    row = sa.insert(series).values(**values, state=SeriesState.DRAFT, created_at=now).returning(series)
    return _series((await tx.execute(row)).one())


async def get(tx: Transaction, series_id: int) -> Series | None:
    """A series, whatever became of it."""
    row = (await tx.execute(sa.select(series).where(series.c.id == series_id))).one_or_none()
    return None if row is None else _series(row)


async def start(tx: Transaction, series_id: int, now: datetime) -> bool:
    """Let a draft run; False where it is none (any more). Raises UserError("series.too-many") beyond `LIMIT`."""
    found = await get(tx, series_id)
    if found is None:
        return False
    await tx.alone("series", found.guild_id)
    going_on = sa.select(sa.func.count(sa.distinct(party.c.series_id))).where(
        party.c.guild_id == found.guild_id,
        party.c.series_id.is_not(None),
        party.c.state == PartyState.PLANNED,
        party.c.starts_at > now,
    )
    if (await tx.execute(going_on)).scalar_one() >= LIMIT:
        raise UserError("series.too-many", limit=LIMIT)
    return await _change(tx, series_id, SeriesState.DRAFT, SeriesState.RUNNING)


async def cancel(tx: Transaction, series_id: int) -> bool:
    """End a series before its time; False where it isn't running."""
    return await _change(tx, series_id, SeriesState.RUNNING, SeriesState.CANCELLED)


async def set_message(tx: Transaction, series_id: int, message_id: int) -> None:
    """Note which message announced a series."""
    await tx.execute(sa.update(series).where(series.c.id == series_id).values(message_id=message_id))


async def running(tx: Transaction) -> tuple[Series, ...]:
    """The series that are running, those included whose last night is over."""
    query = sa.select(series).where(series.c.state == SeriesState.RUNNING).order_by(series.c.id)
    return tuple(_series(row) for row in await tx.execute(query))


async def _change(tx: Transaction, series_id: int, before: SeriesState, after: SeriesState) -> bool:
    changed = await tx.execute(
        sa.update(series).where(series.c.id == series_id, series.c.state == before).values(state=after)
    )
    return changed.rowcount > 0


def _series(row: sa.Row[Any]) -> Series:
    return Series(**values_of(row))
