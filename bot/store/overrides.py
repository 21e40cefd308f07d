"""What servers' admins have said about when episodes air, change by change; of several the newest counts.

A change that was undone, and one whose times the dataset has come to say itself, stay as history.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.core.errors import UserError
from bot.core.override import Change, Override
from bot.core.zones import WallTime
from bot.store.database import Transaction
from bot.store.kept import kept
from bot.store.tables import schedule_change, schedule_override

#: How many changes of one show may count at a time in a server; each has its button to undo it.
LIMIT = 20
#: How long a change is kept of which nobody said which of two times was meant.
_DRAFT_KEPT = timedelta(days=1)


async def draft(
    tx: Transaction, *, guild_id: int, show_id: str, user_id: int, note: str | None, now: datetime
) -> Change:
    """Keep a change that says nothing of any time yet. Raises UserError("override.too-many", limit)."""
    await tx.alone("override", guild_id)
    empty = ~sa.exists().where(schedule_override.c.change_id == schedule_change.c.id)
    old = schedule_change.c.made_at < now - _DRAFT_KEPT
    await tx.execute(sa.delete(schedule_change).where(schedule_change.c.guild_id == guild_id, empty, old))
    if len(await active(tx, guild_id, show_id)) >= LIMIT:
        raise UserError("override.too-many", limit=LIMIT)
    values = {"guild_id": guild_id, "show_id": show_id, "user_id": user_id, "note": note, "made_at": now}
    row = (await tx.execute(sa.insert(schedule_change).values(values).returning(schedule_change))).one()
    return _change(row, {})


async def fill(tx: Transaction, change_id: int, times: Mapping[int, WallTime | None]) -> Change | None:
    """Let a change say when episodes air; None where it is none, or has said something already."""
    found = await get(tx, change_id)
    if found is None:
        return None
    await tx.alone("override", found.guild_id)
    said = sa.select(schedule_override.c.episode).where(schedule_override.c.change_id == change_id)
    if (await tx.execute(said)).first() is not None:
        return None
    rows = [
        {
            "change_id": change_id,
            "episode": number,
            "airs_wall": None if at is None else at.civil(),
            "zone": None if at is None else at.zone,
        }
        for number, at in times.items()
    ]
    await tx.execute(sa.insert(schedule_override).values(rows))
    return await get(tx, change_id)


@kept
async def get(tx: Transaction, change_id: int) -> Change | None:
    """A change that wasn't undone."""
    return next(iter(await _changes(tx, schedule_change.c.id == change_id)), None)


@kept
async def active(tx: Transaction, guild_id: int, show_id: str) -> tuple[Change, ...]:
    """The changes of a server that count, newest first."""
    of_show = schedule_change.c.guild_id == guild_id, schedule_change.c.show_id == show_id
    return tuple(change for change in await _changes(tx, *of_show) if change.times)


@kept
async def of_guild(tx: Transaction, guild_id: int) -> Mapping[str, Mapping[int, Override]]:
    """What counts in a server: by show and number of the episode."""
    return (await _effective(tx, schedule_change.c.guild_id == guild_id))[guild_id]


async def everywhere(tx: Transaction) -> Mapping[int, Mapping[str, Mapping[int, Override]]]:
    """What counts in each server: by server, show and number of the episode."""
    return await _effective(tx)


async def undo(tx: Transaction, change_id: int, user_id: int, now: datetime) -> bool:
    """Let a change count no longer; False where it was undone already."""
    changed = await tx.execute(
        sa.update(schedule_change)
        .where(schedule_change.c.id == change_id, schedule_change.c.undone_at.is_(None))
        .values(undone_at=now, undone_by=user_id)
    )
    return changed.rowcount > 0


async def no_longer_needed(
    tx: Transaction, guild_id: int, show_id: str, episodes: Iterable[int], now: datetime
) -> None:
    """Let nothing count any more that a server's changes said of these episodes."""
    theirs = sa.select(schedule_change.c.id).where(
        schedule_change.c.guild_id == guild_id, schedule_change.c.show_id == show_id
    )
    await tx.execute(
        sa.update(schedule_override)
        .where(
            schedule_override.c.change_id.in_(theirs),
            schedule_override.c.episode.in_(tuple(episodes)),
            schedule_override.c.unneeded_at.is_(None),
        )
        .values(unneeded_at=now)
    )


async def _changes(tx: Transaction, *conditions: sa.ColumnElement[bool]) -> list[Change]:
    query = sa.select(schedule_change).where(schedule_change.c.undone_at.is_(None), *conditions)
    rows = (await tx.execute(query.order_by(schedule_change.c.id.desc()))).all()
    said = sa.select(schedule_override).where(
        schedule_override.c.change_id.in_([row.id for row in rows]), schedule_override.c.unneeded_at.is_(None)
    )
    times: dict[int, dict[int, WallTime | None]] = defaultdict(dict)
    for row in await tx.execute(said.order_by(schedule_override.c.episode)):
        times[row.change_id][row.episode] = _at(row)
    return [_change(row, times[row.id]) for row in rows]


async def _effective(tx: Transaction, *conditions: sa.ColumnElement[bool]) -> dict[int, dict[str, dict[int, Override]]]:
    query = (
        sa.select(
            schedule_change.c.guild_id,
            schedule_change.c.show_id,
            schedule_change.c.note,
            schedule_override.c.episode,
            schedule_override.c.airs_wall,
            schedule_override.c.zone,
        )
        .join(schedule_override, schedule_override.c.change_id == schedule_change.c.id)
        .where(schedule_change.c.undone_at.is_(None), schedule_override.c.unneeded_at.is_(None), *conditions)
        .order_by(schedule_change.c.id)
    )
    found: dict[int, dict[str, dict[int, Override]]] = defaultdict(lambda: defaultdict(dict))
    for row in await tx.execute(query):
        found[row.guild_id][row.show_id][row.episode] = Override(_at(row), row.note)
    return found


def _change(row: sa.Row[Any], times: Mapping[int, WallTime | None]) -> Change:
    return Change(row.id, row.guild_id, row.show_id, row.user_id, row.note, row.made_at, times)


def _at(row: sa.Row[Any]) -> WallTime | None:
    wall: datetime | None = row.airs_wall
    return None if wall is None else WallTime(wall.date(), wall.hour * 60 + wall.minute, row.zone)
