"""Messages that tell of several reminders: kept before they are sent, with the rows of the queue that they tell of.

Discord takes a message with the same nonce for the first one. So nobody ever joins a bundle once it is formed: a
repetition mentions no more people than the first attempt did, and whoever it mentions was told either way. Leaving
does no harm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.reminder import Bundle, DueKind, DueState, Reminder, ReminderState
from bot.store.database import Transaction
from bot.store.tables import bundle, due, reminder, values_of


async def form(tx: Transaction, formed: Bundle, due_ids: Collection[int], worker: str) -> frozenset[int]:
    """Keep a bundle of those rows that ``worker`` still holds, which leave any other; their ids. None: no bundle."""
    held = await tx.execute(
        sa.update(due)
        .where(due.c.id.in_(due_ids), due.c.leased_by == worker)
        .values(bundle=formed.nonce)
        .returning(due.c.id)
    )
    ids = frozenset(held.scalars())
    if ids:
        values: dict[str, Any] = {
            "nonce": formed.nonce,
            "channel_id": formed.channel_id,
            "instead": formed.instead,
            "formed_at": formed.formed_at,
            "sent_at": formed.sent_at,
        }
        await tx.execute(sa.insert(bundle).values(values))
    return ids


async def get_all(tx: Transaction, nonces: Collection[str]) -> dict[str, Bundle]:
    """Bundles by their nonces."""
    found = await tx.execute(sa.select(bundle).where(bundle.c.nonce.in_(nonces)))
    return {row.nonce: Bundle(**values_of(row)) for row in found}


async def waiting(tx: Transaction, nonces: Collection[str]) -> dict[str, tuple[Reminder, ...]]:
    """The reminders for which bundles still have to be sent, by the nonce, in the order in which they were due."""
    query = (
        sa.select(due.c.bundle, reminder)
        .join(reminder, reminder.c.id == due.c.subject)
        .where(
            due.c.bundle.in_(nonces),
            due.c.kind == DueKind.REMINDER,
            due.c.state == DueState.WAITING,
            reminder.c.state != ReminderState.CANCELLED,
        )
        .order_by(due.c.due_at, due.c.id)
    )
    found: dict[str, list[Reminder]] = defaultdict(list)
    for row in await tx.execute(query):
        values = values_of(row)
        found[values.pop("bundle")].append(Reminder(**values))
    return {nonce: tuple(theirs) for nonce, theirs in found.items()}


async def leave(tx: Transaction, reminder_ids: Collection[int]) -> None:
    """Take what waits for reminders out of its bundles."""
    await tx.execute(
        sa.update(due)
        .where(
            due.c.kind == DueKind.REMINDER,
            due.c.subject.in_(reminder_ids),
            due.c.state == DueState.WAITING,
            due.c.bundle.is_not(None),
        )
        .values(bundle=None)
    )


async def sent(tx: Transaction, nonce: str, now: datetime) -> None:
    """Note that Discord has accepted a bundle."""
    await tx.execute(sa.update(bundle).where(bundle.c.nonce == nonce).values(sent_at=now))


async def theirs(tx: Transaction, nonce: str, user_id: int) -> int | None:
    """The id of the first of somebody's reminders that a bundle told of."""
    query = (
        sa.select(reminder.c.id)
        .join(due, sa.and_(due.c.kind == DueKind.REMINDER, due.c.subject == reminder.c.id))
        .where(
            due.c.bundle == nonce,
            reminder.c.user_id == user_id,
            reminder.c.state != ReminderState.CANCELLED,
        )
        .order_by(reminder.c.id)
        .limit(1)
    )
    return (await tx.execute(query)).scalar_one_or_none()
