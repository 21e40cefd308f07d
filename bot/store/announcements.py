"""How servers have shows announced, and the announcements that there are and are to be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.announcement import Announcement, AnnouncementSetup, AnnouncementState, Planned
from bot.store.database import Transaction
from bot.store.kept import kept
from bot.store.tables import announcement, announcement_setup, values_of

_LIVE = (AnnouncementState.PLANNED, AnnouncementState.POSTED)


async def set_up(tx: Transaction, setup: AnnouncementSetup) -> None:
    """Keep how a show is announced, in place of how it was."""
    values = {column.name: getattr(setup, column.name) for column in announcement_setup.columns}
    insert = tx.insert(announcement_setup).values(**values)
    await tx.execute(insert.on_conflict_do_update(index_elements=["guild_id", "show_id"], set_=values))


@kept
async def setup_of(tx: Transaction, guild_id: int, show_id: str) -> AnnouncementSetup | None:
    """How a server has a show announced, or None."""
    query = sa.select(announcement_setup).where(
        announcement_setup.c.guild_id == guild_id, announcement_setup.c.show_id == show_id
    )
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else AnnouncementSetup(**values_of(row))


@kept
async def setups(tx: Transaction, guild_id: int | None = None) -> tuple[AnnouncementSetup, ...]:
    """How all servers, or one, have shows announced."""
    query = sa.select(announcement_setup).order_by(announcement_setup.c.guild_id, announcement_setup.c.created_at)
    if guild_id is not None:
        query = query.where(announcement_setup.c.guild_id == guild_id)
    return tuple(AnnouncementSetup(**values_of(row)) for row in await tx.execute(query))


async def stop(tx: Transaction, guild_id: int, show_id: str) -> bool:
    """Have a show announced no longer; False where it wasn't."""
    deleted = await tx.execute(
        sa.delete(announcement_setup).where(
            announcement_setup.c.guild_id == guild_id, announcement_setup.c.show_id == show_id
        )
    )
    return deleted.rowcount > 0


async def note(tx: Transaction, guild_id: int, show_id: str, notice: str | None) -> None:
    """Keep why the last announcement could not be posted as it should (None: it could)."""
    await tx.execute(
        sa.update(announcement_setup)
        .where(announcement_setup.c.guild_id == guild_id, announcement_setup.c.show_id == show_id)
        .values(notice=notice)
    )


@kept
async def get(tx: Transaction, announcement_id: int) -> Announcement | None:
    """An announcement, or None."""
    row = (await tx.execute(sa.select(announcement).where(announcement.c.id == announcement_id))).one_or_none()
    return None if row is None else Announcement(**values_of(row))


async def of(tx: Transaction, guild_id: int, show_id: str, now: datetime) -> tuple[Announcement, ...]:
    """Those of a show in a server that aren't closed, or are yet to air."""
    said = await _of(tx, guild_id, show_id)
    return tuple(one for one in said if one.state in _LIVE or (one.airs_at is not None and one.airs_at > now))


@kept
async def _of(tx: Transaction, guild_id: int, show_id: str) -> tuple[Announcement, ...]:
    query = (
        sa.select(announcement)
        .where(announcement.c.guild_id == guild_id, announcement.c.show_id == show_id)
        .order_by(announcement.c.airs_at, announcement.c.id)
    )
    return tuple(Announcement(**values_of(row)) for row in await tx.execute(query))


async def plan(tx: Transaction, guild_id: int, show_id: str, planned: Planned) -> int:
    """Keep that something is to be announced; the id of the announcement."""
    insert = (
        sa.insert(announcement)
        .values(
            guild_id=guild_id,
            show_id=show_id,
            episodes=planned.episodes,
            airs_at=planned.airs_at,
            thread_id=planned.thread_id,
            again=False,
            state=AnnouncementState.PLANNED,
        )
        .returning(announcement.c.id)
    )
    return (await tx.execute(insert)).scalar_one()


async def change(tx: Transaction, announcement_id: int, **values: Any) -> None:
    """Change what is kept of an announcement."""
    await tx.execute(sa.update(announcement).where(announcement.c.id == announcement_id).values(**values))


async def drop(tx: Transaction, ids: Sequence[int]) -> None:
    """Forget announcements that nobody has seen."""
    await tx.execute(sa.delete(announcement).where(announcement.c.id.in_(ids)))
