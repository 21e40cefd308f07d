"""What was said last in calendar files, so that a calendar can tell a newer file from an older one."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Transaction
from bot.store.tables import calendar_entry


async def sequence(tx: Transaction, uid: str, starts_at: datetime, minutes: int, *, cancelled: bool) -> int:
    """The SEQUENCE of an entry that is handed out now: one more than before where it says something else than then."""
    said = {"starts_at": starts_at, "minutes": minutes, "cancelled": cancelled}
    new = tx.insert(calendar_entry).values(uid=uid, sequence=0, **said)
    differs = sa.or_(*(calendar_entry.c[name] != new.excluded[name] for name in said))
    await tx.execute(
        new.on_conflict_do_update(
            index_elements=["uid"],
            set_={**{name: new.excluded[name] for name in said}, "sequence": calendar_entry.c.sequence + 1},
            where=differs,
        )
    )
    return (await tx.execute(sa.select(calendar_entry.c.sequence).where(calendar_entry.c.uid == uid))).scalar_one()
