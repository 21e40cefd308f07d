"""Who is to be told that a show's schedule has changed: one notice for each person and show, however much moved.

What they believe until then is kept with what was moved (``moved_from`` of reminders and sittings). When a notice is
sent is `bot.store.due`'s, as for everything else.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.core.reminder import DueKind, DueState
from bot.store import due
from bot.store.database import Transaction
from bot.store.tables import due as due_table
from bot.store.tables import move_notice


async def get(tx: Transaction, notice_id: int) -> tuple[int, str] | None:
    """The person and the show's id of a notice."""
    query = sa.select(move_notice.c.user_id, move_notice.c.show_id).where(move_notice.c.id == notice_id)
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else (row.user_id, row.show_id)


async def in_hand(tx: Transaction) -> frozenset[tuple[int, str]]:
    """The people and shows of notices that may have been sent already: claimed once at least, and not settled."""
    query = (
        sa.select(move_notice.c.user_id, move_notice.c.show_id)
        .join(due_table, sa.and_(due_table.c.kind == DueKind.MOVED, due_table.c.subject == move_notice.c.id))
        .where(due_table.c.state == DueState.WAITING, due_table.c.attempts > 0)
    )
    return frozenset((row.user_id, row.show_id) for row in await tx.execute(query))


async def queue(tx: Transaction, user_id: int, show_id: str, due_at: datetime) -> None:
    """Let a notice be due, in place of the one that was waiting."""
    insert = tx.insert(move_notice).values(user_id=user_id, show_id=show_id)
    await tx.execute(insert.on_conflict_do_nothing())
    query = sa.select(move_notice.c.id).where(move_notice.c.user_id == user_id, move_notice.c.show_id == show_id)
    notice_id = (await tx.execute(query)).scalar_one()
    # What is being sent at this moment says what is no longer so: another row has another nonce.
    await due.withdraw(tx, (DueKind.MOVED,), notice_id)
    await due.add(tx, DueKind.MOVED, notice_id, due_at)
