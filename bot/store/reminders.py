"""Personal reminders, also those that come of a wish for every episode.

When one is sent is `bot.store.due`'s, in the same transaction.

A reminder is active as long as something is due for it: whoever settles its last due row marks it as done, and it
no longer counts against its owner's limit.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.errors import UserError
from bot.core.reminder import DueKind, DueState, Reminder, ReminderState, StandingReminder
from bot.store.database import Transaction
from bot.store.kept import kept
from bot.store.tables import due, reminder, values_of

#: How many reminders still to come a person may have, those not counted that came of a wish for every episode.
LIMIT = 50


async def create(
    tx: Transaction,
    *,
    user_id: int,
    show_id: str,
    episode: int,
    lead_minutes: int,
    airs_at: datetime,
    fires_at: datetime,
    channel_id: int | None,
    guild_id: int | None,
    dm_channel_id: int | None,
    locale: str,
    now: datetime,
) -> tuple[Reminder, bool]:
    """Keep a reminder; with False, the active one with the same person, episode and lead that there was already.

    One that there was because of a wish for every episode is from here on asked for by itself.
    Raises UserError("reminder.too-many", limit) for somebody who has `LIMIT` of them.
    """
    await tx.alone("reminder", user_id)
    if (existing := await _same(tx, user_id, show_id, episode, lead_minutes)) is not None:
        if not existing.by_itself:
            existing = await _set_apart(tx, existing)
        return existing, False
    values: dict[str, Any] = {
        "user_id": user_id,
        "show_id": show_id,
        "episode": episode,
        "lead_minutes": lead_minutes,
        "airs_at": airs_at,
        "fires_at": fires_at,
        "channel_id": channel_id,
        "guild_id": guild_id,
        "dm_channel_id": dm_channel_id,
        "locale": locale,
        "state": ReminderState.ACTIVE,
        "created_at": now,
    }
    row = sa.select(*(sa.literal(value, reminder.c[name].type) for name, value in values.items()))
    found = (
        await tx.execute(
            sa.insert(reminder).from_select(list(values), row.where(_to_come(user_id) < LIMIT)).returning(reminder)
        )
    ).one_or_none()
    if found is None:
        raise UserError("reminder.too-many", limit=LIMIT)
    return _reminder(found), True


async def create_standing(
    tx: Transaction,
    wish: StandingReminder,
    *,
    episode: int,
    lead_minutes: int,
    airs_at: datetime,
    fires_at: datetime,
    now: datetime,
) -> Reminder:
    """Keep a reminder that comes of a wish for every episode. No limit: there is one for wishes."""
    values: dict[str, Any] = {
        "user_id": wish.user_id,
        "show_id": wish.show_id,
        "episode": episode,
        "lead_minutes": lead_minutes,
        "airs_at": airs_at,
        "fires_at": fires_at,
        "channel_id": wish.channel_id,
        "guild_id": wish.guild_id,
        "dm_channel_id": wish.dm_channel_id,
        "locale": wish.locale,
        "state": ReminderState.ACTIVE,
        "created_at": now,
        "standing_id": wish.id,
    }
    return _reminder((await tx.execute(sa.insert(reminder).values(values).returning(reminder))).one())


async def hand_over(tx: Transaction, reminder_id: int, standing_id: int) -> None:
    """Let a reminder come of a wish for every episode from here on, instead of being asked for by itself."""
    await tx.execute(sa.update(reminder).where(reminder.c.id == reminder_id).values(standing_id=standing_id))


async def get(tx: Transaction, reminder_id: int) -> Reminder | None:
    """A reminder, whatever became of it."""
    row = (await tx.execute(sa.select(reminder).where(reminder.c.id == reminder_id))).one_or_none()
    return None if row is None else _reminder(row)


async def get_all(tx: Transaction, reminder_ids: Collection[int]) -> dict[int, Reminder]:
    """Reminders by their ids, whatever became of them."""
    found = await tx.execute(sa.select(reminder).where(reminder.c.id.in_(reminder_ids)))
    return {row.id: _reminder(row) for row in found}


@kept
async def list_active(tx: Transaction, user_id: int) -> tuple[Reminder, ...]:
    """Somebody's reminders still to come, soonest first."""
    query = (
        sa.select(reminder)
        .where(sa.text("state = 'active'"), reminder.c.user_id == user_id)
        .order_by(reminder.c.fires_at, reminder.c.id)
    )
    return tuple(_reminder(row) for row in await tx.execute(query))


async def list_of_show(tx: Transaction, user_id: int, show_id: str) -> tuple[Reminder, ...]:
    """Somebody's reminders of a show, whatever became of them."""
    query = sa.select(reminder).where(reminder.c.user_id == user_id, reminder.c.show_id == show_id)
    return tuple(_reminder(row) for row in await tx.execute(query.order_by(reminder.c.id)))


async def all_active(tx: Transaction) -> tuple[Reminder, ...]:
    """Everybody's reminders still to come, in the order in which they were asked for."""
    query = sa.select(reminder).where(sa.text("state = 'active'")).order_by(reminder.c.id)
    return tuple(_reminder(row) for row in await tx.execute(query))


async def cancel(tx: Transaction, reminder_id: int, user_id: int) -> bool:
    """Cancel a reminder; False if it is not an active one of this person."""
    changed = await tx.execute(
        sa.update(reminder)
        .where(reminder.c.id == reminder_id, reminder.c.user_id == user_id, reminder.c.state == ReminderState.ACTIVE)
        .values(state=ReminderState.CANCELLED)
    )
    return changed.rowcount > 0


async def move(
    tx: Transaction, reminder_id: int, *, airs_at: datetime, fires_at: datetime, lead_minutes: int
) -> Reminder:
    """Another time or lead for a reminder, which is then no longer put off.

    Raises UserError("reminder.same", lead) where its owner has another active one for the episode with that lead,
    and LookupError where there is no such reminder.
    """
    before = await get(tx, reminder_id)
    if before is None:
        raise LookupError(f"There is no reminder {reminder_id}")
    if lead_minutes != before.lead_minutes:
        await tx.alone("reminder", before.user_id)
        if await _same(tx, before.user_id, before.show_id, before.episode, lead_minutes) is not None:
            raise UserError("reminder.same", lead=lead_minutes)
    changed = await tx.execute(
        sa.update(reminder)
        .where(reminder.c.id == reminder_id)
        .values(airs_at=airs_at, fires_at=fires_at, lead_minutes=lead_minutes, snoozed_at=None)
        .returning(reminder)
    )
    return _reminder(changed.one())


async def follow(
    tx: Transaction, reminder_id: int, *, airs_at: datetime, fires_at: datetime, moved_from: datetime | None
) -> None:
    """Keep that a reminder's episode airs at another time, and what its owner believes (None: just that)."""
    await tx.execute(
        sa.update(reminder)
        .where(reminder.c.id == reminder_id)
        .values(airs_at=airs_at, fires_at=fires_at, moved_from=moved_from, undated_at=None)
    )


async def lose_date(tx: Transaction, reminder_id: int, now: datetime, moved_from: datetime | None) -> None:
    """Keep that a reminder's episode has no date any more, and what its owner believes (None: just that)."""
    await tx.execute(
        sa.update(reminder).where(reminder.c.id == reminder_id).values(undated_at=now, moved_from=moved_from)
    )


async def list_moved(tx: Transaction, user_id: int, show_id: str) -> tuple[Reminder, ...]:
    """Somebody's reminders still to come of whose move they have not been told, by episode, soonest first."""
    query = (
        sa.select(reminder)
        .where(
            sa.text("state = 'active'"),
            reminder.c.user_id == user_id,
            reminder.c.show_id == show_id,
            reminder.c.moved_from.is_not(None),
        )
        .order_by(reminder.c.episode, reminder.c.fires_at, reminder.c.id)
    )
    return tuple(_reminder(row) for row in await tx.execute(query))


async def told(tx: Transaction, *moved: Reminder) -> None:
    """Note that their owner knows of these moves; a reminder that moved again since is left as it is."""
    for one in moved:
        await tx.execute(
            sa.update(reminder)
            .where(
                reminder.c.id == one.id,
                reminder.c.airs_at == one.airs_at,
                reminder.c.undated_at.is_not_distinct_from(one.undated_at),
            )
            .values(moved_from=None)
        )


async def snooze(tx: Transaction, reminder_id: int, user_id: int, at: datetime, now: datetime) -> bool:
    """Let a reminder come again at ``at``, also one that was sent; False for one that is not theirs or cancelled.

    Raises UserError("reminder.too-many", limit) where that would make one more than `LIMIT` of them.
    """
    await tx.alone("reminder", user_id)
    found = await get(tx, reminder_id)
    if found is None or found.user_id != user_id or found.state is ReminderState.CANCELLED:
        return False
    changed = await tx.execute(
        sa.update(reminder)
        .where(
            reminder.c.id == reminder_id,
            sa.or_(sa.and_(reminder.c.state == ReminderState.ACTIVE, _by_itself(reminder)), _to_come(user_id) < LIMIT),
        )
        .values(state=ReminderState.ACTIVE, fires_at=at, snoozed_at=now, undated_at=None)
    )
    if not changed.rowcount:
        raise UserError("reminder.too-many", limit=LIMIT)
    return True


async def done(tx: Transaction, reminder_ids: Collection[int]) -> None:
    """Mark active reminders as done, except those for which something is still due (they were snoozed)."""
    still_due = sa.exists().where(
        due.c.kind == DueKind.REMINDER, due.c.subject == reminder.c.id, due.c.state == DueState.WAITING
    )
    await tx.execute(
        sa.update(reminder)
        .where(reminder.c.id.in_(reminder_ids), reminder.c.state == ReminderState.ACTIVE, ~still_due)
        .values(state=ReminderState.DONE)
    )


async def _same(tx: Transaction, user_id: int, show_id: str, episode: int, lead_minutes: int) -> Reminder | None:
    query = sa.select(reminder).where(
        sa.text("state = 'active'"),
        reminder.c.user_id == user_id,
        reminder.c.show_id == show_id,
        reminder.c.episode == episode,
        reminder.c.lead_minutes == lead_minutes,
    )
    row = (await tx.execute(query.order_by(reminder.c.id).limit(1))).one_or_none()
    return None if row is None else _reminder(row)


async def _set_apart(tx: Transaction, made: Reminder) -> Reminder:
    """Let a reminder no longer belong to a wish for every episode. Raises UserError("reminder.too-many", limit)."""
    changed = await tx.execute(
        sa.update(reminder)
        .where(reminder.c.id == made.id, _to_come(made.user_id) < LIMIT)
        .values(standing_id=None)
        .returning(reminder)
    )
    if (row := changed.one_or_none()) is None:
        raise UserError("reminder.too-many", limit=LIMIT)
    return _reminder(row)


def _by_itself(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """What `Reminder.by_itself` says."""
    return sa.or_(table.c.standing_id.is_(None), table.c.snoozed_at.is_not(None))


def _to_come(user_id: int) -> sa.ScalarSelect[int]:
    """How many reminders somebody has still to come, as the limit counts them."""
    counted = reminder.alias("counted")
    return (
        sa.select(sa.func.count())
        .select_from(counted)
        .where(sa.text("counted.state = 'active'"), counted.c.user_id == user_id, _by_itself(counted))
        .scalar_subquery()
    )


def _reminder(row: sa.Row[Any]) -> Reminder:
    return Reminder(**values_of(row))
