"""Plans to catch up with a show."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.core.catch_up import CatchUp, CatchUpState, Deadline, PlannedSitting, Sitting
from bot.core.errors import UserError
from bot.core.reminder import DueKind, DueState
from bot.store import catch_ups, due
from bot.store.database import Database
from bot.store.tables import catch_up
from tests.store.conftest import Place
from tests.store.samples import NOW, catch_up_values

USER = catch_up_values()["user_id"]
SHOW = catch_up_values()["show_id"]


async def create(database: Database, **changed: object) -> CatchUp:
    async with database.begin() as tx:
        made, _ = await catch_ups.create(tx, **catch_up_values(**changed))
        return made


async def get(database: Database, plan_id: int) -> CatchUp | None:
    async with database.read() as tx:
        return await catch_ups.get(tx, plan_id)


async def test_a_plan_comes_back_as_it_was_created(database: Database) -> None:
    values = catch_up_values()
    made = await create(database)
    created_at, sittings = values.pop("now"), values.pop("sittings")
    assert [planned.sitting for planned in made.sittings] == list(sittings)
    assert made == CatchUp(
        id=made.id, state=CatchUpState.ACTIVE, created_at=created_at, sittings=made.sittings, **values
    )
    assert await get(database, made.id) == made
    assert await get(database, made.id + 1) is None
    async with database.read() as tx:
        for planned in made.sittings:
            assert await catch_ups.with_sitting(tx, planned.id) == (made, planned)
        assert await catch_ups.with_sitting(tx, 99) is None
        assert await catch_ups.current(tx, USER, SHOW) == made
        assert await catch_ups.current(tx, USER, "another") is None
        assert await catch_ups.current(tx, 5, SHOW) is None


async def test_a_new_plan_ends_the_former_for_the_same_show(database: Database) -> None:
    first, other, theirs = (
        await create(database),
        await create(database, show_id="x"),
        await create(database, user_id=5),
    )
    async with database.begin() as tx:
        second, former = await catch_ups.create(tx, **catch_up_values(per_day=None))
    assert former == first
    async with database.read() as tx:
        assert await catch_ups.current(tx, USER, SHOW) == second
        assert await catch_ups.list_active(tx, USER, NOW) == (other, second)
        assert await catch_ups.all_active(tx) == (other, theirs, second)
        ended = await catch_ups.get(tx, first.id)
    assert ended is not None
    assert ended.state is CatchUpState.ENDED


async def test_plans_made_at_the_same_moment_leave_one(place: Place) -> None:
    async with place.opened() as one, place.opened() as two:
        made = await asyncio.gather(*(create((one, two)[number % 2]) for number in range(12)))
        async with one.read() as tx:
            [active] = await catch_ups.all_active(tx)
    assert active.id == max(plan.id for plan in made)


async def test_the_database_itself_refuses_two_active_plans(database: Database) -> None:
    first = await create(database)
    await create(database)
    with pytest.raises(sa.exc.IntegrityError):
        async with database.begin() as tx:
            await tx.execute(sa.update(catch_up).where(catch_up.c.id == first.id).values(state=CatchUpState.ACTIVE))


async def test_a_plan_is_ended_once(database: Database) -> None:
    made = await create(database)
    async with database.begin() as tx:
        assert await catch_ups.end(tx, made.id)
        assert not await catch_ups.end(tx, made.id)
        assert not await catch_ups.end(tx, 99)
        assert await catch_ups.current(tx, USER, SHOW) is None


async def test_a_person_may_have_so_many_plans_and_no_more(place: Place) -> None:
    async with place.opened() as one, place.opened() as two:
        over = Deadline(NOW, NOW.replace(tzinfo=None), "UTC")
        await create(one, show_id="over", deadline=over)
        made = await asyncio.gather(
            *(create((one, two)[number % 2], show_id=f"show-{number}") for number in range(15)), return_exceptions=True
        )
        refused = [error for error in made if isinstance(error, UserError)]
        assert {(error.key, error.arguments["limit"]) for error in refused} == {("catch-up.too-many", 10)}
        assert len(refused) == 5
        kept = [plan for plan in made if isinstance(plan, CatchUp)]
        await create(one, show_id=kept[0].show_id)
        await create(two, user_id=5)
        async with one.begin() as tx:
            await catch_ups.end(tx, kept[1].id)
        await create(one, show_id="after")


async def test_a_refused_plan_keeps_the_former(database: Database) -> None:
    kept = await create(database, deadline=Deadline(NOW, NOW.replace(tzinfo=None), "UTC"))
    for number in range(10):
        await create(database, show_id=f"show-{number}")
    with pytest.raises(UserError):
        await create(database)
    assert await get(database, kept.id) == kept


async def test_a_sitting_is_moved(database: Database) -> None:
    made = await create(database)
    first, second = made.sittings
    later = Sitting(second.sitting.starts_at + timedelta(days=1), first.sitting.episodes, first.sitting.minutes)
    async with database.begin() as tx:
        await catch_ups.move(tx, PlannedSitting(first.id, later, 1))
    found = await get(database, made.id)
    assert found is not None
    assert found.sittings == (second, PlannedSitting(first.id, later, 1)), "in the order of their times"


async def test_what_failed_is_listed_until_it_is_due_again(database: Database) -> None:
    made = await create(database)
    ended = await create(database, show_id="x")
    theirs = await create(database, user_id=5)
    async with database.begin() as tx:
        for plan in (made, ended, theirs):
            for planned in plan.sittings:
                await due.add(tx, DueKind.CATCH_UP, planned.id, NOW)
        # Something else with the same number.
        await due.add(tx, DueKind.REMINDER, made.sittings[0].id, NOW)
        await catch_ups.end(tx, ended.id)
        assert await due.waiting(tx, DueKind.CATCH_UP, [one.id for one in made.sittings]) == {1, 2}
    claimed = await due.claim(database, NOW, "worker")
    rows = {(row.kind, row.subject): row.id for row in claimed}
    ids = [rows[DueKind.CATCH_UP, planned.id] for plan in (made, ended, theirs) for planned in plan.sittings]
    await due.finish(database, ids[:1], NOW, "worker", DueState.UNDELIVERED, "dms-closed")
    await due.finish(database, ids[1:2], NOW, "worker", DueState.DROPPED, due.ALREADY_SEEN)
    await due.finish(database, ids[2:], NOW, "worker", DueState.DROPPED, "over")
    await due.finish(database, [rows[DueKind.REMINDER, made.sittings[0].id]], NOW, "worker")
    async with database.begin() as tx:
        assert await due.waiting(tx, DueKind.CATCH_UP, [one.id for one in made.sittings]) == frozenset()
        assert await due.undelivered_sittings(tx, USER) == ((SHOW, made.sittings[0].sitting, "dms-closed"),)
        await due.add(tx, DueKind.CATCH_UP, made.sittings[0].id, NOW)
        assert await due.undelivered_sittings(tx, USER) == ()
        assert await due.withdraw(tx, (DueKind.CATCH_UP,), *(planned.id for planned in made.sittings)) == 1


async def test_sittings_go_with_their_plan(database: Database) -> None:
    made, kept = await create(database), await create(database, user_id=5)
    async with database.begin() as tx:
        await tx.execute(sa.delete(catch_up).where(catch_up.c.id == made.id))
        assert await catch_ups.with_sitting(tx, made.sittings[0].id) is None
        assert await catch_ups.all_active(tx) == (kept,)
