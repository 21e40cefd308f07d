"""Wishes to be reminded before every episode of a show; somebody has one for each show at most.

The reminders that come of one carry its id and are otherwise like any other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from bot.core.errors import UserError
from bot.core.reminder import ReminderState, StandingReminder
from bot.store.database import Transaction
from bot.store.kept import kept
from bot.store.tables import standing_reminder, values_of

#: For how many shows somebody may be reminded of every episode.
LIMIT = 10

# Spelled like the condition of the index, so that both databases see that it applies.
_ACTIVE = sa.text("state = 'active'")


async def create(tx: Transaction, **values: Any) -> StandingReminder:
    """Keep a wish, or other leads for the one that there is; all else as well where ``on_service`` is given.

    ``values`` are the fields of `StandingReminder` but for ``id`` and ``state``.
    Raises UserError("reminder.too-many-shows", limit) for somebody who has `LIMIT` others.
    """
    user_id, show_id = values["user_id"], values["show_id"]
    await tx.alone("standing-reminder", user_id)
    if (existing := await of(tx, user_id, show_id)) is not None:
        others = {name: value for name, value in values.items() if name != "created_at"}
        return await _change(tx, existing.id, others if "on_service" in values else {"leads": values["leads"]})
    values = {**values, "state": ReminderState.ACTIVE}
    kept = (
        sa.select(sa.func.count())
        .where(_ACTIVE, standing_reminder.c.user_id == user_id)
        .select_from(standing_reminder)
        .scalar_subquery()
    )
    row = sa.select(*(sa.literal(value, standing_reminder.c[name].type) for name, value in values.items()))
    insert = sa.insert(standing_reminder).from_select(list(values), row.where(kept < LIMIT))
    found = (await tx.execute(insert.returning(standing_reminder))).one_or_none()
    if found is None:
        raise UserError("reminder.too-many-shows", limit=LIMIT)
    return StandingReminder(**values_of(found))


@kept
async def of(tx: Transaction, user_id: int, show_id: str) -> StandingReminder | None:
    """Somebody's active wish for a show."""
    return next(iter(await _all(tx, _ACTIVE, _is(user_id), standing_reminder.c.show_id == show_id)), None)


async def get(tx: Transaction, standing_id: int, user_id: int) -> StandingReminder | None:
    """An active wish of this person."""
    return next(iter(await _all(tx, _ACTIVE, _is(user_id), standing_reminder.c.id == standing_id)), None)


async def get_all(tx: Transaction, standing_ids: Collection[int]) -> Mapping[int, StandingReminder]:
    """Active wishes by their ids."""
    return {wish.id: wish for wish in await _all(tx, _ACTIVE, standing_reminder.c.id.in_(standing_ids))}


@kept
async def list_active(tx: Transaction, user_id: int) -> tuple[StandingReminder, ...]:
    """Somebody's active wishes, in the order in which they came."""
    return await _all(tx, _ACTIVE, _is(user_id))


async def all_active(tx: Transaction) -> tuple[StandingReminder, ...]:
    """Everybody's active wishes, in the order in which they came."""
    return await _all(tx, _ACTIVE)


async def set_leads(tx: Transaction, standing_id: int, leads: tuple[int, ...]) -> StandingReminder:
    """Keep other leads."""
    return await _change(tx, standing_id, {"leads": leads})


async def cancel(tx: Transaction, standing_id: int) -> None:
    """Let a wish no longer be active."""
    await tx.execute(
        sa.update(standing_reminder).where(standing_reminder.c.id == standing_id).values(state=ReminderState.CANCELLED)
    )


async def _change(tx: Transaction, standing_id: int, values: Mapping[str, Any]) -> StandingReminder:
    changed = await tx.execute(
        sa.update(standing_reminder)
        .where(standing_reminder.c.id == standing_id)
        .values(**values)
        .returning(standing_reminder)
    )
    return StandingReminder(**values_of(changed.one()))


def _is(user_id: int) -> sa.ColumnElement[bool]:
    return standing_reminder.c.user_id == user_id


async def _all(tx: Transaction, *conditions: sa.ColumnElement[bool] | sa.TextClause) -> tuple[StandingReminder, ...]:
    query = sa.select(standing_reminder).where(*conditions).order_by(standing_reminder.c.id)
    return tuple(StandingReminder(**values_of(row)) for row in await tx.execute(query))
