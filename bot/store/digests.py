"""What came to nothing, gathered for each person: one row of the due queue tells of all of it.

A digest is due for a person, whose id is its subject; the rows that it tells of carry its id. What comes to nothing
before a digest was tried is told with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.core.catch_up import Sitting
from bot.core.quiet import placed
from bot.core.reminder import Delivery, DueKind, DueState, Reminder
from bot.store import due, people, reminder_choices
from bot.store.database import Database, Transaction
from bot.store.tables import catch_up, reminder, sitting, values_of
from bot.store.tables import due as due_table

#: A digest that quiet hours put off longer than this comes all the same.
_PATIENCE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Missed:
    """What came to nothing for somebody: reminders, and sittings with the show's id. Where to tell them, and how."""

    reminders: tuple[Reminder, ...]
    sittings: tuple[tuple[str, Sitting], ...]
    dm_channel_id: int | None
    locale: str


async def settle(
    database: Database,
    ids: Collection[int],
    now: datetime,
    worker: str,
    state: DueState,
    reason: str,
    told_at: datetime,
) -> int:
    """Settle rows that came to nothing as `due.finish` does, and let their owners be told at ``told_at`` or later.

    All in one transaction. Whoever wants nothing sent is not told.
    """
    async with database.begin() as tx:
        settled = await due.settle(tx, ids, now, worker, state, reason)
        for user_id, rows in sorted((await _by_owner(tx, settled)).items()):
            theirs = await reminder_choices.get(tx, user_id)
            if theirs.delivery is Delivery.NONE:
                continue
            await tx.alone("digest", user_id)
            query = sa.select(due_table.c.id).where(
                due_table.c.kind == DueKind.DIGEST,
                due_table.c.subject == user_id,
                due_table.c.state == DueState.WAITING,
                due_table.c.attempts == 0,
            )
            digest_id = (await tx.execute(query.order_by(due_table.c.id).limit(1))).scalar_one_or_none()
            if digest_id is None:
                at = placed(told_at, told_at + _PATIENCE, now, theirs.quiet, await people.zone(tx, user_id))
                digest_id = await due.add(tx, DueKind.DIGEST, user_id, at)
            await tx.execute(sa.update(due_table).where(due_table.c.id.in_(rows)).values(digest_id=digest_id))
    return len(settled)


async def _by_owner(tx: Transaction, settled: Collection[due.Settled]) -> dict[int, list[int]]:
    """The rows of reminders and sittings among those that were settled, by whose they are."""
    owners: dict[int, list[int]] = defaultdict(list)
    of_reminder = sa.select(reminder.c.id, reminder.c.user_id)
    of_sitting = sa.select(sitting.c.id, catch_up.c.user_id).join(catch_up, sitting.c.catch_up_id == catch_up.c.id)
    for kind, query, column in (
        (DueKind.REMINDER, of_reminder, reminder.c.id),
        (DueKind.CATCH_UP, of_sitting, sitting.c.id),
    ):
        by_subject = {row.subject: row.id for row in settled if row.kind is kind}
        if by_subject:
            for row in await tx.execute(query.where(column.in_(by_subject))):
                owners[row.user_id].append(by_subject[row.id])
    return owners


async def missed(tx: Transaction, digest_id: int) -> Missed | None:
    """What a digest tells of; None where all of it was cancelled or put off since."""
    query = (
        sa.select(reminder)
        .join(due_table, sa.and_(due_table.c.kind == DueKind.REMINDER, due_table.c.subject == reminder.c.id))
        .where(due_table.c.digest_id == digest_id, *due.failed_reminder())
        .order_by(reminder.c.airs_at, reminder.c.id)
    )
    reminders = tuple(Reminder(**values_of(row)) for row in await tx.execute(query))
    plans = (
        sa.select(
            catch_up.c.show_id,
            catch_up.c.dm_channel_id,
            catch_up.c.locale,
            sitting.c.starts_at,
            sitting.c.episodes,
            sitting.c.minutes,
        )
        .join(sitting, sitting.c.catch_up_id == catch_up.c.id)
        .join(due_table, sa.and_(due_table.c.kind == DueKind.CATCH_UP, due_table.c.subject == sitting.c.id))
        .where(due_table.c.digest_id == digest_id, *due.failed_sitting())
        .order_by(sitting.c.starts_at, sitting.c.id)
    )
    rows = (await tx.execute(plans)).all()
    sittings = tuple((row.show_id, Sitting(row.starts_at, row.episodes, row.minutes)) for row in rows)
    if reminders:
        latest = max(reminders, key=lambda one: one.id)
        return Missed(reminders, sittings, latest.dm_channel_id, latest.locale)
    return Missed((), sittings, rows[-1].dm_channel_id, rows[-1].locale) if rows else None
