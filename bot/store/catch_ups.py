"""Plans to catch up with a show, and their sittings. When one is due is `bot.store.due`'s, in the same transaction.

A plan that is active past its deadline is over: it no longer counts against its owner's limit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.catch_up import CatchUp, CatchUpState, Deadline, PlannedSitting, Sitting
from bot.core.errors import UserError
from bot.store.database import Transaction
from bot.store.kept import kept
from bot.store.tables import catch_up, sitting, values_of

#: How many plans that are not over a person may have.
LIMIT = 10

# Spelled like the condition of the index, so that both databases see that it applies.
_ACTIVE = sa.text("state = 'active'")


async def create(
    tx: Transaction,
    *,
    user_id: int,
    show_id: str,
    deadline: Deadline,
    per_day: int | None,
    channel_id: int | None,
    guild_id: int | None,
    dm_channel_id: int | None,
    locale: str,
    sittings: Sequence[Sitting],
    now: datetime,
) -> tuple[CatchUp, CatchUp | None]:
    """Keep a plan and end the one that its owner had for the show; the new one and that.

    Raises UserError("catch-up.too-many", limit) for somebody who has `LIMIT` others.
    """
    await tx.alone("catch-up", user_id)
    former = await current(tx, user_id, show_id)
    if former is not None:
        await end(tx, former.id)
    values: dict[str, Any] = {
        "user_id": user_id,
        "show_id": show_id,
        "deadline_at": deadline.at,
        "wall_deadline": deadline.wall,
        "zone": deadline.zone,
        "per_day": per_day,
        "channel_id": channel_id,
        "guild_id": guild_id,
        "dm_channel_id": dm_channel_id,
        "locale": locale,
        "state": CatchUpState.ACTIVE,
        "created_at": now,
    }
    to_come = (
        sa.select(sa.func.count())
        .where(_ACTIVE, catch_up.c.user_id == user_id, catch_up.c.deadline_at > now)
        .select_from(catch_up)
        .scalar_subquery()
    )
    row = sa.select(*(sa.literal(value, catch_up.c[name].type) for name, value in values.items()))
    insert = sa.insert(catch_up).from_select(list(values), row.where(to_come < LIMIT)).returning(catch_up.c.id)
    plan_id = (await tx.execute(insert)).scalar_one_or_none()
    if plan_id is None:
        raise UserError("catch-up.too-many", limit=LIMIT)
    rows = [
        {
            "catch_up_id": plan_id,
            "starts_at": one.starts_at,
            "episodes": one.episodes,
            "minutes": one.minutes,
            "sequence": 0,
        }
        for one in sittings
    ]
    await tx.execute(sa.insert(sitting).values(rows))
    made = await get(tx, plan_id)
    assert made is not None
    return made, former


async def get(tx: Transaction, plan_id: int) -> CatchUp | None:
    """A plan, whatever became of it."""
    return next(iter(await _plans(tx, catch_up.c.id == plan_id)), None)


async def with_sitting(tx: Transaction, sitting_id: int) -> tuple[CatchUp, PlannedSitting] | None:
    """A sitting with its plan, whatever became of it."""
    of = sa.select(sitting.c.catch_up_id).where(sitting.c.id == sitting_id)
    for plan in await _plans(tx, catch_up.c.id.in_(of)):
        return plan, next(planned for planned in plan.sittings if planned.id == sitting_id)
    return None


async def current(tx: Transaction, user_id: int, show_id: str) -> CatchUp | None:
    """Somebody's active plan for a show, over or not."""
    found = await _plans(tx, _ACTIVE, catch_up.c.user_id == user_id, catch_up.c.show_id == show_id)
    return next(iter(found), None)


async def list_active(tx: Transaction, user_id: int, now: datetime) -> tuple[CatchUp, ...]:
    """Somebody's active plans that are not over, in the order in which they were made."""
    return tuple(plan for plan in await _active(tx, user_id) if plan.deadline.at > now)


async def all_active(tx: Transaction) -> tuple[CatchUp, ...]:
    """Everybody's active plans, in the order in which they were made."""
    return await _plans(tx, _ACTIVE)


async def end(tx: Transaction, plan_id: int) -> bool:
    """End a plan; False if it is not an active one."""
    changed = await tx.execute(
        sa.update(catch_up)
        .where(catch_up.c.id == plan_id, catch_up.c.state == CatchUpState.ACTIVE)
        .values(state=CatchUpState.ENDED)
    )
    return changed.rowcount > 0


async def move(tx: Transaction, planned: PlannedSitting) -> None:
    """Keep another time for a sitting, how often it has been moved, and what its owner believes."""
    await tx.execute(
        sa.update(sitting)
        .where(sitting.c.id == planned.id)
        .values(starts_at=planned.sitting.starts_at, sequence=planned.sequence, moved_from=planned.moved_from)
    )


async def told(tx: Transaction, *moved: PlannedSitting) -> None:
    """Note that their owner knows of these moves; a sitting that moved again since is left as it is."""
    for one in moved:
        await tx.execute(
            sa.update(sitting)
            .where(sitting.c.id == one.id, sitting.c.starts_at == one.sitting.starts_at)
            .values(moved_from=None)
        )


@kept
async def _active(tx: Transaction, user_id: int) -> tuple[CatchUp, ...]:
    return await _plans(tx, _ACTIVE, catch_up.c.user_id == user_id)


async def _plans(tx: Transaction, *conditions: sa.ColumnElement[bool] | sa.TextClause) -> tuple[CatchUp, ...]:
    rows = (await tx.execute(sa.select(catch_up).where(*conditions).order_by(catch_up.c.id))).all()
    if not rows:
        return ()
    query = (
        sa.select(sitting)
        .where(sitting.c.catch_up_id.in_(sa.select(catch_up.c.id).where(*conditions)))
        .order_by(sitting.c.starts_at, sitting.c.id)
    )
    sittings: dict[int, list[PlannedSitting]] = defaultdict(list)
    for row in await tx.execute(query):
        planned = PlannedSitting(
            row.id, Sitting(row.starts_at, row.episodes, row.minutes), row.sequence, row.moved_from
        )
        sittings[row.catch_up_id].append(planned)
    return tuple(_plan(row, tuple(sittings[row.id])) for row in rows)


def _plan(row: sa.Row[Any], sittings: tuple[PlannedSitting, ...]) -> CatchUp:
    values = values_of(row)
    deadline = Deadline(values.pop("deadline_at"), values.pop("wall_deadline"), values.pop("zone"))
    return CatchUp(deadline=deadline, sittings=sittings, **values)
