"""What came to nothing, gathered for each person."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.core.reminder import DueKind, DueState
from bot.store import catch_ups, digests, due, reminders
from bot.store.database import Database
from tests.store.conftest import Place
from tests.store.samples import NOW, catch_up_values, reminder_values

MINA = reminder_values()["user_id"]
SOON = NOW + timedelta(seconds=30)


async def fall_due(database: Database, count: int, **changed: object) -> list[int]:
    """Reminders that are due now; the ids of their rows."""
    async with database.begin() as tx:
        rows: list[int] = []
        for number in range(count):
            made, _ = await reminders.create(tx, **reminder_values(lead_minutes=number, **changed))
            rows.append(await due.add(tx, DueKind.REMINDER, made.id, NOW))
    return rows


async def settle(database: Database, rows: list[int], worker: str = "a") -> int:
    return await digests.settle(database, rows, NOW, worker, DueState.DROPPED, due.OVER, SOON)


async def told(database: Database) -> list[tuple[int, int, int]]:
    """For every digest that is due: whose, and how many reminders and sittings it tells of."""
    found: list[tuple[int, int, int]] = []
    for row in await due.claim(database, SOON, "teller"):
        async with database.read() as tx:
            missed = await digests.missed(tx, row.id)
        assert row.kind is DueKind.DIGEST
        found.append((row.subject, len(missed.reminders), len(missed.sittings)) if missed else (row.subject, 0, 0))
    return found


async def test_one_digest_for_each_person_however_often_something_is_settled(database: Database) -> None:
    mine, theirs = await fall_due(database, 3), await fall_due(database, 1, user_id=5)
    await due.claim(database, NOW, "a")
    assert await settle(database, [mine[0], theirs[0]]) == 2
    assert await settle(database, mine[1:]) == 2
    assert await settle(database, mine) == 0, "none of them is held any more"
    assert sorted(await told(database)) == [(5, 1, 0), (MINA, 3, 0)]


async def test_a_digest_that_was_tried_takes_in_nothing_more(database: Database) -> None:
    first, second = await fall_due(database, 2)
    await due.claim(database, NOW, "a")
    await settle(database, [first])
    assert await told(database) == [(MINA, 1, 0)]
    await settle(database, [second])
    assert await told(database) == [(MINA, 1, 0)]


async def test_two_processes_make_one_digest(place: Place) -> None:
    async with place.opened() as one, place.opened() as two:
        rows = await fall_due(one, 20)
        await due.claim(one, NOW, "a")
        await asyncio.gather(*(settle((one, two)[number % 2], [row]) for number, row in enumerate(rows)))
        assert await told(one) == [(MINA, 20, 0)]


async def test_sittings_are_told_of_as_well_and_what_was_cancelled_is_not(database: Database) -> None:
    [row] = await fall_due(database, 1)
    async with database.begin() as tx:
        plan, _ = await catch_ups.create(tx, **catch_up_values())
        sittings = [await due.add(tx, DueKind.CATCH_UP, planned.id, NOW) for planned in plan.sittings]
        party = await due.add(tx, DueKind.PARTY_LEAD, 1, NOW)
    await due.claim(database, NOW, "a")
    assert await settle(database, [row, *sittings, party]) == 4
    digest_id = party + 1
    async with database.begin() as tx:
        missed = await digests.missed(tx, digest_id)
        assert missed is not None
        assert missed.sittings == tuple((plan.show_id, planned.sitting) for planned in plan.sittings)
        assert (missed.dm_channel_id, missed.locale) == (None, "en-GB")
        await reminders.snooze(tx, missed.reminders[0].id, MINA, SOON, NOW)
        await reminders.cancel(tx, missed.reminders[0].id, MINA)
        missed = await digests.missed(tx, digest_id)
        assert missed is not None
        assert (len(missed.reminders), len(missed.sittings)) == (0, 2)
        await catch_ups.end(tx, plan.id)
        assert await digests.missed(tx, digest_id) is None


async def test_only_a_final_state_settles(database: Database) -> None:
    with pytest.raises(ValueError, match="waiting"):
        await digests.settle(database, [1], NOW, "a", DueState.WAITING, due.OVER, SOON)
