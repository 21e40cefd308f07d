"""What parties are at while they watch, who watched, and where that was asked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.screening import Screening
from bot.store.database import Transaction
from bot.store.tables import after_party, screening, values_of, viewer


async def get(tx: Transaction, party_id: int) -> Screening | None:
    """What a party is at; None where nobody has started it."""
    row = (await tx.execute(sa.select(screening).where(screening.c.party_id == party_id))).one_or_none()
    return None if row is None else Screening(**values_of(row))


async def put(tx: Transaction, found: Screening) -> None:
    """Keep what a party is at now."""
    values: dict[str, Any] = {column.name: getattr(found, column.name) for column in screening.columns}
    insert = tx.insert(screening).values(**values)
    changed = {name: insert.excluded[name] for name in values if name != "party_id"}
    await tx.execute(insert.on_conflict_do_update(index_elements=["party_id"], set_=changed))


async def forget(tx: Transaction, party_id: int) -> None:
    """Let a party not have begun."""
    await tx.execute(sa.delete(screening).where(screening.c.party_id == party_id))


async def add_viewer(tx: Transaction, party_id: int, user_id: int, now: datetime) -> bool:
    """Note that somebody has watched; False where that was noted."""
    insert = tx.insert(viewer).values(party_id=party_id, user_id=user_id, seen_at=now)
    return bool((await tx.execute(insert.on_conflict_do_nothing())).rowcount)


async def remove_viewer(tx: Transaction, party_id: int, user_id: int) -> bool:
    """Take that back; False where it wasn't noted."""
    theirs = viewer.c.party_id == party_id, viewer.c.user_id == user_id
    return bool((await tx.execute(sa.delete(viewer).where(*theirs))).rowcount)


async def viewers(tx: Transaction, party_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Who has watched at each of these parties, in the order in which they said so. Where nobody did it misses."""
    query = (
        sa.select(viewer.c.party_id, viewer.c.user_id)
        .where(viewer.c.party_id.in_(party_ids))
        .order_by(viewer.c.party_id, viewer.c.seen_at, viewer.c.user_id)
    )
    found: dict[int, tuple[int, ...]] = {}
    for row in await tx.execute(query):
        found[row.party_id] = (*found.get(row.party_id, ()), row.user_id)
    return found


async def note_question(tx: Transaction, party_id: int, message_id: int) -> None:
    """Note in which message it is asked who watched."""
    insert = tx.insert(after_party).values(party_id=party_id, message_id=message_id)
    await tx.execute(
        insert.on_conflict_do_update(index_elements=["party_id"], set_={"message_id": insert.excluded.message_id})
    )


async def question(tx: Transaction, party_id: int) -> int | None:
    """The message in which it is asked who watched; None where it isn't."""
    query = sa.select(after_party.c.message_id).where(after_party.c.party_id == party_id)
    return (await tx.execute(query)).scalar_one_or_none()


async def note_thread(tx: Transaction, party_id: int, thread_id: int) -> None:
    """Note where it is talked about afterwards."""
    await tx.execute(sa.update(after_party).where(after_party.c.party_id == party_id).values(thread_id=thread_id))


async def threads(tx: Transaction, party_ids: Collection[int]) -> dict[int, int]:
    """Where these parties are talked about; those that have no thread miss."""
    query = sa.select(after_party).where(after_party.c.party_id.in_(party_ids), after_party.c.thread_id.is_not(None))
    return {row.party_id: row.thread_id for row in await tx.execute(query)}
