"""The due queue: what has to be sent, when, and by whom.

A row waits until it is due, is claimed by a worker under a lease, and is settled: delivered, undelivered, dropped,
or withdrawn by whoever added it. These rules hold:

* Whoever adds, moves or withdraws a row does so in the transaction that changes what the row is about.
* A waiting row can be claimed from its due time on, unless it is postponed (then from ``not_before`` on) or leased
  (then from the end of the lease on). Two workers never hold one row at the same time.
* A claim counts an attempt. A worker that dies after it leaves the row leased; when the lease ends, the next one
  claims the row and sees in ``attempts`` and ``first_claimed_at`` that some of it may have been sent before.
* Only the worker that holds a row can settle, postpone or extend it or note what was sent, and no longer once
  another one has claimed it, or it was moved or withdrawn meanwhile: then the call changes nothing and says so by
  its result. An expired lease that nobody else has taken over still counts as held. A worker's name must therefore
  be its own among all processes and restarts.
* Settling the last row of a reminder makes the reminder done, in the same transaction.

Nothing here reads the clock. What the queue does with a time in the past is to hand the row out at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.core.catch_up import Sitting
from bot.core.reminder import Delivery, Due, DueKind, DueState, Reminder, ReminderState
from bot.store import reminders
from bot.store.database import Database, Transaction
from bot.store.kept import kept
from bot.store.tables import (
    Instant,
    catch_up,
    claimable_at,
    due,
    due_guests,
    reminder,
    reminder_choice,
    sitting,
    values_of,
)

#: Why a row is dropped whose episodes have all been watched in the meantime.
ALREADY_SEEN = "already-seen"
#: Why a row is dropped whose owner wants nothing sent.
MUTED = "muted"
#: Why a notice of a move is dropped when there is nothing left to tell.
TAKEN_BACK = "taken-back"
#: Why a row is dropped that was for something which was over before it was tried.
OVER = "over"
#: Why a row is given up that was for something which was over before Discord accepted it.
OVER_BEFORE_DELIVERY = "over-before-delivery"
#: How long a claimed row belongs to its worker unless it says otherwise.
LEASE = timedelta(seconds=60)

# Spelled like the condition of the indexes, so that both databases see that these apply.
_WAITING = sa.text("state = 'waiting'")
_RELEASED: dict[str, Any] = {"leased_by": None, "leased_until": None}
_PERSONAL = frozenset({DueKind.REMINDER, DueKind.CATCH_UP, DueKind.MOVED, DueKind.DIGEST})
_FINAL = frozenset({DueState.DELIVERED, DueState.UNDELIVERED, DueState.DROPPED})


@dataclass(frozen=True, slots=True)
class Settled:
    """A row that was settled."""

    id: int
    kind: DueKind
    subject: int


async def add(tx: Transaction, kind: DueKind, subject: int, due_at: datetime) -> int:
    """Queue something; the id of its row, which is never used again."""
    added = await tx.execute(
        sa.insert(due)
        .values(kind=kind, subject=subject, due_at=due_at, state=DueState.WAITING, attempts=0, sent=0)
        .returning(due.c.id)
    )
    return added.scalar_one()


async def withdraw(tx: Transaction, kinds: Collection[DueKind], *subjects: int) -> int:
    """Take back what waits for subjects, also what is being sent at this moment; how many rows that were."""
    withdrawn = await tx.execute(
        sa.update(due)
        .where(_WAITING, due.c.kind.in_(kinds), due.c.subject.in_(subjects))
        .values(state=DueState.WITHDRAWN, not_before=None, **_RELEASED)
        .returning(due.c.id)
    )
    ids = withdrawn.scalars().all()
    if not _PERSONAL.issuperset(kinds):
        await _forget_guests(tx, *ids)
    return len(ids)


async def move(tx: Transaction, kind: DueKind, subject: int, due_at: datetime) -> int:
    """Another time for what waits for a subject; how many rows were moved.

    A moved row starts afresh: not postponed, not leased, nothing of it sent.
    """
    which = _WAITING, due.c.kind == kind, due.c.subject == subject
    if kind not in _PERSONAL:
        await _forget_guests(tx, *(await tx.execute(sa.select(due.c.id).where(*which))).scalars())
    moved = await tx.execute(
        sa.update(due)
        .where(*which)
        .values(
            due_at=due_at,
            not_before=None,
            attempts=0,
            first_claimed_at=None,
            sent=0,
            reason=None,
            bundle=None,
            **_RELEASED,
        )
    )
    return moved.rowcount


async def waiting(tx: Transaction, kind: DueKind, subjects: Collection[int]) -> frozenset[int]:
    """Those of the subjects for which something still waits."""
    query = sa.select(due.c.subject).where(_WAITING, due.c.kind == kind, due.c.subject.in_(subjects))
    return frozenset((await tx.execute(query)).scalars())


async def another_waits(tx: Transaction, kind: DueKind, subject: int, besides: int) -> bool:
    """Whether something waits for a subject that isn't the row ``besides``."""
    query = sa.select(due.c.id).where(_WAITING, due.c.kind == kind, due.c.subject == subject, due.c.id != besides)
    return (await tx.execute(query.limit(1))).first() is not None


async def claim(
    database: Database, now: datetime, worker: str, limit: int = 100, lease: timedelta = LEASE
) -> tuple[Due, ...]:
    """Lease what can be claimed now, at most ``limit`` rows, in the order in which they were due."""
    async with database.begin() as tx:
        return await _claim(tx, sa.select(due.c.id), now, worker, limit, lease)


async def claim_along(
    database: Database, claimed: Collection[Due], now: datetime, worker: str, limit: int, lease: timedelta = LEASE
) -> tuple[Due, ...]:
    """Lease what can go in one message with what was claimed, though other things were due before it.

    That is: reminders of the same episode for the same person, or for people mentioned in the same channel.
    """
    subjects = [row.subject for row in claimed if row.kind is DueKind.REMINDER]
    mentioned = sa.select(reminder_choice.c.user_id).where(reminder_choice.c.delivery == Delivery.MENTION)
    to_mention = reminder.c.user_id.in_(mentioned)
    query = sa.select(
        reminder.c.show_id, reminder.c.episode, reminder.c.user_id, reminder.c.channel_id, to_mention.label("mention")
    ).where(reminder.c.id.in_(subjects))
    async with database.read() as tx:
        told = (await tx.execute(query)).all()
        people: dict[tuple[str, int], set[int]] = defaultdict(set)
        channels: dict[tuple[str, int], set[int]] = defaultdict(set)
        for row in told:
            people[row.show_id, row.episode].add(row.user_id)
            if row.mention and row.channel_id is not None:
                channels[row.show_id, row.episode].add(row.channel_id)
        alike = [
            sa.and_(
                reminder.c.show_id == show_id,
                reminder.c.episode == episode,
                sa.or_(
                    reminder.c.user_id.in_(who),
                    sa.and_(reminder.c.channel_id.in_(channels[show_id, episode]), to_mention),
                ),
            )
            for (show_id, episode), who in people.items()
        ]
        if not alike:
            return ()
        found = await tx.execute(
            sa.select(due.c.id)
            .join(reminder, reminder.c.id == due.c.subject)
            .where(
                sa.text("due.state = 'waiting'"),
                due.c.kind == DueKind.REMINDER,
                due.c.due_at <= now,
                claimable_at <= now,
                sa.or_(*alike),
            )
            .order_by(due.c.due_at, due.c.id)
            .limit(limit)
        )
        ids = found.scalars().all()
    if not ids:
        return ()
    async with database.begin() as tx:
        return await _claim(tx, sa.select(due.c.id).where(due.c.id.in_(ids)), now, worker, limit, lease)


async def _claim(
    tx: Transaction, what: sa.Select[tuple[int]], now: datetime, worker: str, limit: int, lease: timedelta
) -> tuple[Due, ...]:
    ripe = (
        # The second condition follows from the third; it is what the index is in the order of.
        what.where(_WAITING, due.c.due_at <= now, claimable_at <= now)
        .order_by(due.c.due_at, due.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("ripe")
    )
    claimed = (
        sa.update(due)
        .where(due.c.id.in_(sa.select(ripe.c.id)))
        .values(
            leased_by=worker,
            leased_until=now + lease,
            attempts=due.c.attempts + 1,
            first_claimed_at=sa.func.coalesce(due.c.first_claimed_at, sa.literal(now, Instant())),
            not_before=None,
        )
        .returning(
            due.c.id,
            due.c.kind,
            due.c.subject,
            due.c.due_at,
            due.c.attempts,
            due.c.first_claimed_at,
            due.c.sent,
            due.c.reason,
            due.c.bundle,
        )
    )
    rows = [Due(**values_of(row)) for row in await tx.execute(claimed)]
    return tuple(sorted(rows, key=lambda row: (row.due_at, row.id)))


async def finish(
    database: Database,
    ids: Collection[int],
    now: datetime,
    worker: str,
    state: DueState = DueState.DELIVERED,
    reason: str | None = None,
) -> int:
    """Settle rows that ``worker`` holds; how many of them it still held.

    ``state`` is DELIVERED, UNDELIVERED or DROPPED, anything else a ValueError.
    """
    if not ids:
        _check_final(state)
        return 0
    async with database.begin() as tx:
        return len(await settle(tx, ids, now, worker, state, reason))


async def settle(
    tx: Transaction, ids: Collection[int], now: datetime, worker: str, state: DueState, reason: str | None
) -> tuple[Settled, ...]:
    """What `finish` does, as a part of more; the rows that were still held."""
    _check_final(state)
    settled = await tx.execute(
        sa.update(due)
        .where(*_held(ids, worker))
        .values(state=state, finished_at=now, reason=reason, **_RELEASED)
        .returning(due.c.id, due.c.kind, due.c.subject)
    )
    rows = tuple(Settled(row.id, row.kind, row.subject) for row in settled)
    if subjects := {row.subject for row in rows if row.kind is DueKind.REMINDER}:
        await reminders.done(tx, subjects)
    await _forget_guests(tx, *(row.id for row in rows if row.kind not in _PERSONAL))
    return rows


async def _forget_guests(tx: Transaction, *due_ids: int) -> None:
    """Nobody has to know any more whom the messages of these rows mention."""
    if due_ids:
        await tx.execute(sa.delete(due_guests).where(due_guests.c.due_id.in_(due_ids)))


def _check_final(state: DueState) -> None:
    if state not in _FINAL:
        raise ValueError(f"A row can't be finished as {state.value}")


async def note_sent(database: Database, due_id: int, sent: int, worker: str) -> bool:
    """Note that the first ``sent`` messages of a row were accepted; False if ``worker`` holds it no more."""
    return await _change(database, (due_id,), worker, sent=sent) > 0


async def postpone(database: Database, due_id: int, until: datetime, reason: str, worker: str) -> bool:
    """Give a row back, to be claimed no earlier than ``until``; False if ``worker`` holds it no more."""
    # A clock that was put back must not make it come before it was due.
    later = sa.case((due.c.due_at > until, due.c.due_at), else_=sa.literal(until, Instant()))
    return await _change(database, (due_id,), worker, not_before=later, reason=reason, **_RELEASED) > 0


async def extend(database: Database, ids: Collection[int], until: datetime, worker: str) -> int:
    """Hold rows until ``until``; how many of them ``worker`` still held."""
    return await _change(database, ids, worker, leased_until=until) if ids else 0


async def next_at(database: Database) -> datetime | None:
    """The earliest moment at which something can be claimed, also in the past, or None if nothing waits."""
    async with database.read() as tx:
        query = sa.select(claimable_at).where(_WAITING).order_by(claimable_at).limit(1)
        return (await tx.execute(query.select_from(due))).scalar_one_or_none()


@kept
async def undelivered_reminders(tx: Transaction, user_id: int, limit: int = 100) -> tuple[tuple[Reminder, str], ...]:
    """Somebody's reminders that were given up or dropped, the latest first, each with the reason.

    Only what happened last to a reminder counts: one that was snoozed since is not in the list.
    """
    query = (
        sa.select(reminder, due.c.reason)
        .join(due, sa.and_(due.c.kind == DueKind.REMINDER, due.c.subject == reminder.c.id))
        .where(reminder.c.user_id == user_id, *failed_reminder())
        .order_by(due.c.finished_at.desc(), due.c.id.desc())
        .limit(limit)
    )
    found: list[tuple[Reminder, str]] = []
    for row in await tx.execute(query):
        values = values_of(row)
        reason = values.pop("reason")
        found.append((Reminder(**values), reason or ""))
    return tuple(found)


@kept
async def undelivered_sittings(tx: Transaction, user_id: int, limit: int = 100) -> tuple[tuple[str, Sitting, str], ...]:
    """The same of the sittings of somebody's active plans: the show's id, the sitting and the reason.

    A sitting that was dropped because all of it had been watched (`ALREADY_SEEN`) is nothing that failed, nor is
    anything that was not wanted (`MUTED`).
    """
    query = (
        sa.select(catch_up.c.show_id, sitting.c.starts_at, sitting.c.episodes, sitting.c.minutes, due.c.reason)
        .join(sitting, sitting.c.catch_up_id == catch_up.c.id)
        .join(due, sa.and_(due.c.kind == DueKind.CATCH_UP, due.c.subject == sitting.c.id))
        .where(catch_up.c.user_id == user_id, *failed_sitting())
        .order_by(due.c.finished_at.desc(), due.c.id.desc())
        .limit(limit)
    )
    return tuple(
        (row.show_id, Sitting(row.starts_at, row.episodes, row.minutes), row.reason) for row in await tx.execute(query)
    )


def failed_reminder() -> tuple[sa.ColumnElement[bool], ...]:
    """Where a row is of a reminder that came to nothing, cancelled and unwanted ones aside."""
    return reminder.c.state != ReminderState.CANCELLED, due.c.reason != MUTED, *_failed_at_last()


def failed_sitting() -> tuple[sa.ColumnElement[bool] | sa.TextClause, ...]:
    """Where a row is of a sitting of an active plan that came to nothing, seen and unwanted ones aside."""
    active = sa.text("catch_up.state = 'active'")
    return active, due.c.reason.not_in((ALREADY_SEEN, MUTED)), *_failed_at_last()


def _failed_at_last() -> tuple[sa.ColumnElement[bool], ...]:
    """What was given up or dropped, and nothing was due for the same since."""
    later = due.alias("later")
    superseded = sa.exists().where(later.c.kind == due.c.kind, later.c.subject == due.c.subject, later.c.id > due.c.id)
    return due.c.state.in_((DueState.UNDELIVERED, DueState.DROPPED)), ~superseded


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in the queue, and what of it is due already; ``oldest``: since when."""

    waiting: int
    overdue: int
    oldest: datetime | None


async def backlog(database: Database, now: datetime) -> Backlog:
    """What waits at ``now``."""
    overdue = due.c.due_at <= now
    async with database.read() as tx:
        asked = sa.select(
            sa.func.count().label("waiting"),
            sa.func.count().filter(overdue).label("overdue"),
            sa.func.min(due.c.due_at, type_=Instant).filter(overdue).label("oldest"),
        ).where(_WAITING)
        row = (await tx.execute(asked.select_from(due))).one()
        return Backlog(row.waiting, row.overdue, row.oldest)


async def counts(database: Database) -> dict[DueState, int]:
    """How many rows are in each state."""
    async with database.read() as tx:
        rows = await tx.execute(sa.select(due.c.state, sa.func.count().label("rows")).group_by(due.c.state))
        return dict.fromkeys(DueState, 0) | {row.state: row.rows for row in rows}


async def _change(database: Database, ids: Collection[int], worker: str, **values: Any) -> int:
    async with database.begin() as tx:
        return (await tx.execute(sa.update(due).where(*_held(ids, worker)).values(**values))).rowcount


def _held(ids: Collection[int], worker: str) -> tuple[sa.ColumnElement[bool], ...]:
    return due.c.id.in_(ids), due.c.leased_by == worker
