"""The numbers that calendars tell a newer file by."""

from __future__ import annotations

from datetime import timedelta

from bot.store import calendar_entries
from bot.store.database import Database
from tests.store.samples import NOW

LATER = NOW + timedelta(hours=1)


async def test_it_grows_only_when_something_else_is_said(database: Database) -> None:
    said = [
        ("party-1@cliffhanger", NOW, 60, False, 0),
        ("party-1@cliffhanger", NOW, 60, False, 0),
        ("party-1@cliffhanger", LATER, 60, False, 1),
        ("party-2@cliffhanger", LATER, 60, False, 0),
        ("party-1@cliffhanger", LATER, 90, False, 2),
        ("party-1@cliffhanger", LATER, 90, True, 3),
        ("party-1@cliffhanger", LATER, 90, True, 3),
        ("party-1@cliffhanger", NOW, 60, False, 4),
        ("party-2@cliffhanger", LATER, 60, False, 0),
    ]
    for uid, starts_at, minutes, cancelled, expected in said:
        async with database.begin() as tx:
            found = await calendar_entries.sequence(tx, uid, starts_at, minutes, cancelled=cancelled)
        assert found == expected, (uid, starts_at, minutes, cancelled)
