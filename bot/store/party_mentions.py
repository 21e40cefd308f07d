"""Whom the messages about a party mention: kept before they are sent, so that each is the same after a crash.

A party's guests may change between two attempts at a message that may have been accepted. Whoever comes later gets a
message after those that were kept; whoever left is left out of what is sent again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa

from bot.store.database import Transaction
from bot.store.tables import due_guests


async def keep(tx: Transaction, due_id: int, guests: Sequence[int], size: int) -> tuple[tuple[int, ...], ...]:
    """Keep whom a row's messages mention, ``size`` people each at most; the messages, some of which may be empty."""
    query = sa.select(due_guests.c.piece, due_guests.c.user_id).where(due_guests.c.due_id == due_id)
    kept: dict[int, list[int]] = defaultdict(list)
    for row in await tx.execute(query.order_by(due_guests.c.piece, due_guests.c.user_id)):
        kept[row.piece].append(row.user_id)
    named = {user for users in kept.values() for user in users}
    later = [user for user in guests if user not in named]
    first = max(kept, default=-1) + 1
    for start in range(0, len(later), size):
        piece, users = first + start // size, later[start : start + size]
        kept[piece] = users
        await tx.execute(
            sa.insert(due_guests).values([{"due_id": due_id, "piece": piece, "user_id": user} for user in users])
        )
    coming = set(guests)
    return tuple(tuple(user for user in kept[piece] if user in coming) for piece in range(len(kept)))
