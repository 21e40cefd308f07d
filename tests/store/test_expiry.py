"""What is over goes, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.core.reminder import DueKind, DueState, ReminderState
from bot.store import catch_ups, due, expiry, reminders, standing_reminders
from bot.store.database import Database, Transaction
from bot.store.tables import bundle, metadata
from bot.store.tables import due as due_table
from tests.store.every_table import fill
from tests.store.samples import NOW, catch_up_values, reminder_values, wish_values

DAY = timedelta(days=1)
#: After the airing and the deadlines of the samples.
LATER = NOW + 10 * DAY


async def settle(tx: Transaction, at: datetime) -> None:
    """Let everything that waits have been sent."""
    await tx.execute(sa.update(due_table).values(state=DueState.DELIVERED, finished_at=at))


async def rows(database: Database) -> dict[str, int]:
    async with database.read() as tx:
        return {
            table.name: (await tx.execute(sa.select(sa.func.count()).select_from(table))).scalar_one()
            for table in metadata.sorted_tables
        }


async def test_what_is_over_goes(database: Database) -> None:
    async with database.begin() as tx:
        made, _ = await reminders.create(tx, **reminder_values())
        await due.add(tx, DueKind.REMINDER, made.id, NOW)
        plan, _ = await catch_ups.create(tx, **catch_up_values())
        for one in plan.sittings:
            await due.add(tx, DueKind.CATCH_UP, one.id, NOW)
        wish = await standing_reminders.create(tx, **wish_values())
        await standing_reminders.cancel(tx, wish.id)
        values = {"nonce": "n", "channel_id": 1, "instead": False, "formed_at": NOW}
        await tx.execute(sa.insert(bundle).values(values))
    assert await expiry.expire(database, LATER) == 2, "the wish and the bundle: what waits keeps the rest"
    async with database.begin() as tx:
        await settle(tx, NOW)
        await reminders.done(tx, [made.id])
    assert await expiry.expire(database, NOW) == 0, "not yet"
    assert await expiry.expire(database, LATER) > 0
    assert {name: count for name, count in (await rows(database)).items() if count} == {}


async def test_what_is_not_over_stays(database: Database) -> None:
    async with database.begin() as tx:
        await fill(tx, 5, 6)
        reminder = metadata.tables["reminder"]
        await tx.execute(sa.update(reminder).values(state=ReminderState.ACTIVE))
        plan = metadata.tables["catch_up"]
        await tx.execute(sa.update(plan).values(deadline_at=LATER + DAY))
        await tx.execute(sa.update(bundle).values(formed_at=LATER + DAY))
    before = await rows(database)
    assert await expiry.expire(database, LATER) == 0
    assert await rows(database) == before


async def test_many_go_in_several_steps(database: Database) -> None:
    async with database.begin() as tx:
        for number in range(1100):
            await due.add(tx, DueKind.PARTY_LEAD, number, NOW)
        await settle(tx, NOW)
        await due.add(tx, DueKind.PARTY_LEAD, 1, NOW)
    assert await expiry.expire(database, LATER) == 1100
    assert (await rows(database))["due"] == 1
