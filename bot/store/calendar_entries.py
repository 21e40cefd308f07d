"""What was said last in calendar files, so that a calendar can tell a newer file from an older one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice

import sqlalchemy as sa

from bot.store.database import Transaction
from bot.store.tables import calendar_entry

#: Entries that are looked up at once; databases take only so many values in one statement.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Said:
    """What a calendar is told of an entry besides words."""

    starts_at: datetime
    minutes: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Revision:
    """Which version of an entry is the newest, counted from 0, and since when there is that version."""

    sequence: int
    changed_at: datetime


async def said(tx: Transaction, uids: Iterable[str]) -> Mapping[str, tuple[Said, Revision]]:
    """What was said last of those of these entries that were handed out before."""
    found: dict[str, tuple[Said, Revision]] = {}
    for some in _in_parts(uids):
        for row in await tx.execute(sa.select(calendar_entry).where(calendar_entry.c.uid.in_(some))):
            told = Said(row.starts_at, row.minutes, row.cancelled)
            found[row.uid] = told, Revision(row.sequence, row.changed_at)
    return found


async def say(tx: Transaction, uid: str, told: Said, now: datetime) -> Revision:
    """Hand an entry out: a new version where it says something else than before, and else the one that there was."""
    values = asdict(told)
    new = tx.insert(calendar_entry).values(uid=uid, sequence=0, changed_at=now, **values)
    differs = sa.or_(*(calendar_entry.c[name] != new.excluded[name] for name in values))
    await tx.execute(
        new.on_conflict_do_update(
            index_elements=["uid"],
            set_={
                **{name: new.excluded[name] for name in (*values, "changed_at")},
                "sequence": calendar_entry.c.sequence + 1,
            },
            where=differs,
        )
    )
    return (await said(tx, (uid,)))[uid][1]


def _in_parts(uids: Iterable[str]) -> Iterator[list[str]]:
    left = iter(uids)
    while some := list(islice(left, _AT_ONCE)):
        yield some
