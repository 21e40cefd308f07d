"""Deletes what nobody needs any more: reminders and plans that are over, and what became of messages long ago.

Parties stay, since servers look back on them; so do progress and whatever else somebody saved and may use again.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.core.reminder import DueKind, DueState, ReminderState
from bot.store.database import Database
from bot.store.tables import bundle, catch_up, due, reminder, sitting, standing_reminder

#: How many rows are deleted in one transaction, so that nobody waits long for theirs.
_AT_ONCE = 500


async def expire(database: Database, before: datetime) -> int:
    """Delete what was over ``before`` an instant; how many rows that were.

    A row of the queue that still waits keeps everything that it is about.
    """
    waiting = sa.select(due.c.subject).where(sa.text("state = 'waiting'"), due.c.kind == DueKind.REMINDER)
    sittings = (
        sa.select(sitting.c.catch_up_id)
        .join(due, sa.and_(due.c.kind == DueKind.CATCH_UP, due.c.subject == sitting.c.id))
        .where(due.c.state == DueState.WAITING)
    )
    formed = sa.select(due.c.bundle).where(due.c.bundle.is_not(None))
    settled = sa.or_(due.c.finished_at < before, sa.and_(due.c.state == DueState.WITHDRAWN, due.c.due_at < before))
    deleted = 0
    for key, over in (
        (
            reminder.c.id,
            (
                reminder.c.state != ReminderState.ACTIVE,
                reminder.c.fires_at < before,
                reminder.c.airs_at < before,
                reminder.c.id.not_in(waiting),
            ),
        ),
        (catch_up.c.id, (catch_up.c.deadline_at < before, catch_up.c.id.not_in(sittings))),
        (
            standing_reminder.c.id,
            (
                standing_reminder.c.state != ReminderState.ACTIVE,
                standing_reminder.c.created_at < before,
                standing_reminder.c.id.not_in(
                    sa.select(reminder.c.standing_id).where(reminder.c.standing_id.is_not(None))
                ),
            ),
        ),
        (due.c.id, (settled,)),
        (bundle.c.nonce, (bundle.c.formed_at < before, bundle.c.nonce.not_in(formed))),
    ):
        while ids := await _some(database, key, over):
            async with database.begin() as tx:
                # What has come back to life since it was looked at stays.
                found = await tx.execute(sa.delete(key.table).where(key.in_(ids), *over))
            deleted += found.rowcount
            if len(ids) < _AT_ONCE:
                break
    return deleted


async def _some(
    database: Database, key: sa.Column[int] | sa.Column[str], over: tuple[sa.ColumnElement[bool], ...]
) -> tuple[int | str, ...]:
    async with database.read() as tx:
        return tuple((await tx.execute(sa.select(key).where(*over).order_by(key).limit(_AT_ONCE))).scalars())
