"""Re-runs of servers, and when their episodes are on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.core.rerun import Rerun, RerunState, Slot
from bot.store.database import Transaction
from bot.store.kept import kept
from bot.store.tables import rerun, rerun_slot, values_of

_ON = (RerunState.RUNNING, RerunState.PAUSED)


async def draft(tx: Transaction, slots: Sequence[Slot], **values: Any) -> Rerun:
    """Keep a re-run that nobody sees yet, in place of other drafts of the same person in the same server."""
    stale = sa.select(rerun.c.id).where(
        rerun.c.guild_id == values["guild_id"],
        rerun.c.creator_id == values["creator_id"],
        rerun.c.state == RerunState.DRAFT,
    )
    for old in (await tx.execute(stale)).scalars().all():
        await tx.execute(sa.delete(rerun_slot).where(rerun_slot.c.rerun_id == old))
        await tx.execute(sa.delete(rerun).where(rerun.c.id == old))
    insert = tx.insert(rerun).values(state=RerunState.DRAFT, paused_at=None, **values).returning(rerun)
    row = (await tx.execute(insert)).one()
    await _put(tx, row.id, slots)
    return Rerun(**values_of(row), slots=tuple(slots))


@kept
async def get(tx: Transaction, rerun_id: int) -> Rerun | None:
    """A re-run, or None."""
    row = (await tx.execute(sa.select(rerun).where(rerun.c.id == rerun_id))).one_or_none()
    return None if row is None else await _whole(tx, row)


@kept
async def on(tx: Transaction, guild_id: int, show_id: str) -> Rerun | None:
    """The re-run of a show that is running or paused in a server, or None."""
    query = sa.select(rerun).where(rerun.c.guild_id == guild_id, rerun.c.show_id == show_id, rerun.c.state.in_(_ON))
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else await _whole(tx, row)


@kept
async def of_guild(tx: Transaction, guild_id: int) -> tuple[Rerun, ...]:
    """All that are running or paused in a server, the oldest first."""
    query = sa.select(rerun).where(rerun.c.guild_id == guild_id, rerun.c.state.in_(_ON)).order_by(rerun.c.id)
    return tuple([await _whole(tx, row) for row in (await tx.execute(query)).all()])


async def save(tx: Transaction, changed: Rerun) -> None:
    """Keep a re-run as it is now: its state, its episodes and when they are on."""
    await tx.execute(
        sa.update(rerun).where(rerun.c.id == changed.id).values(state=changed.state, paused_at=changed.paused_at)
    )
    await tx.execute(sa.delete(rerun_slot).where(rerun_slot.c.rerun_id == changed.id))
    await _put(tx, changed.id, changed.slots)


async def _whole(tx: Transaction, row: sa.Row[Any]) -> Rerun:
    query = (
        sa.select(rerun_slot.c.episode, rerun_slot.c.wall)
        .where(rerun_slot.c.rerun_id == row.id)
        .order_by(rerun_slot.c.wall, rerun_slot.c.episode)
    )
    slots = tuple(Slot(**values_of(slot)) for slot in await tx.execute(query))
    return Rerun(**values_of(row), slots=slots)


async def _put(tx: Transaction, rerun_id: int, slots: Sequence[Slot]) -> None:
    rows = [{"rerun_id": rerun_id, "episode": slot.episode, "wall": slot.wall} for slot in slots]
    await tx.execute(sa.insert(rerun_slot).values(rows))
