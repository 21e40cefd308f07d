"""The numbers that calendars tell a newer file by."""

from __future__ import annotations

from datetime import timedelta

from bot.store import calendar_entries
from bot.store.calendar_entries import Revision, Said
from bot.store.database import Database
from tests.store.samples import NOW

LATER = NOW + timedelta(hours=1)


async def test_it_grows_only_when_something_else_is_said(database: Database) -> None:
    told = [
        ("party-1@cliffhanger", Said(NOW, 60, False), Revision(0, NOW)),
        ("party-1@cliffhanger", Said(NOW, 60, False), Revision(0, NOW)),
        ("party-1@cliffhanger", Said(LATER, 60, False), Revision(1, NOW + timedelta(days=2))),
        ("party-2@cliffhanger", Said(LATER, 60, False), Revision(0, NOW + timedelta(days=3))),
        ("party-1@cliffhanger", Said(LATER, 90, False), Revision(2, NOW + timedelta(days=4))),
        ("party-1@cliffhanger", Said(LATER, 90, True), Revision(3, NOW + timedelta(days=5))),
        ("party-1@cliffhanger", Said(LATER, 90, True), Revision(3, NOW + timedelta(days=5))),
        ("party-1@cliffhanger", Said(NOW, 60, False), Revision(4, NOW + timedelta(days=7))),
        ("party-2@cliffhanger", Said(LATER, 60, False), Revision(0, NOW + timedelta(days=3))),
    ]
    for day, (uid, said, expected) in enumerate(told):
        async with database.begin() as tx:
            assert await calendar_entries.say(tx, uid, said, NOW + timedelta(days=day)) == expected, (day, uid)
        async with database.read() as tx:
            assert (await calendar_entries.said(tx, [uid]))[uid] == (said, expected)


async def test_a_great_many_are_looked_up_at_once(database: Database) -> None:
    said = Said(NOW, 60, False)
    async with database.begin() as tx:
        for number in range(0, 1200, 3):
            await calendar_entries.say(tx, f"show-{number}@cliffhanger", said, NOW)
    async with database.read() as tx:
        found = await calendar_entries.said(tx, (f"show-{number}@cliffhanger" for number in range(1200)))
    assert set(found) == {f"show-{number}@cliffhanger" for number in range(0, 1200, 3)}
