"""Personal reminders."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.errors import UserError
from bot.core.reminder import DueKind, Reminder, ReminderState
from bot.store import due, reminders
from bot.store.database import Database
from tests.store.conftest import Place
from tests.store.samples import NOW, reminder_values

USER = reminder_values()["user_id"]


async def create(database: Database, **changed: object) -> Reminder:
    async with database.begin() as tx:
        reminder, _ = await reminders.create(tx, **reminder_values(**changed))
        return reminder


async def state(database: Database, reminder_id: int) -> ReminderState | None:
    async with database.read() as tx:
        found = await reminders.get(tx, reminder_id)
        return None if found is None else found.state


async def test_a_reminder_comes_back_as_it_was_created(database: Database) -> None:
    async with database.begin() as tx:
        made, new = await reminders.create(tx, **reminder_values())
    values = reminder_values()
    created_at = values.pop("now")
    assert new
    assert made == Reminder(id=made.id, state=ReminderState.ACTIVE, created_at=created_at, **values)
    async with database.read() as tx:
        assert await reminders.get(tx, made.id) == made
        assert await reminders.get(tx, made.id + 1) is None


async def test_the_same_wish_twice_is_one_reminder(database: Database) -> None:
    first = await create(database)
    async with database.begin() as tx:
        assert await reminders.create(tx, **reminder_values(locale="ko")) == (first, False)
        for changed in ({"user_id": 5}, {"show_id": "other"}, {"episode": 4}, {"lead_minutes": 16}):
            other, new = await reminders.create(tx, **reminder_values(**changed))
            assert new, changed
            assert other.id != first.id
        await reminders.cancel(tx, first.id, USER)
        again, new = await reminders.create(tx, **reminder_values())
        assert new
        assert again.id != first.id


async def test_the_same_wish_at_the_same_moment_is_one_reminder(place: Place) -> None:
    async with place.opened() as one, place.opened() as two:
        made = await asyncio.gather(*(create((one, two)[number % 2]) for number in range(20)))
    assert len({reminder.id for reminder in made}) == 1


async def test_active_ones_come_soonest_first(database: Database) -> None:
    later = await create(database, episode=2, fires_at=NOW + timedelta(hours=5))
    sooner = await create(database, episode=1, fires_at=NOW + timedelta(hours=1))
    cancelled = await create(database, episode=4)
    others = await create(database, user_id=6)
    async with database.begin() as tx:
        assert await reminders.cancel(tx, cancelled.id, USER)
        assert await reminders.list_active(tx, USER) == (sooner, later)
        assert await reminders.all_active(tx) == (later, sooner, others)


async def test_only_the_owner_cancels_and_only_once(database: Database) -> None:
    made = await create(database)
    async with database.begin() as tx:
        assert not await reminders.cancel(tx, made.id, USER + 1)
        assert await reminders.cancel(tx, made.id, USER)
        assert not await reminders.cancel(tx, made.id, USER)
    assert await state(database, made.id) is ReminderState.CANCELLED


async def test_a_reminder_that_was_sent_is_done_and_can_be_put_off(database: Database) -> None:
    sent, cancelled = await create(database), await create(database, episode=4)
    later = NOW + timedelta(hours=9)
    async with database.begin() as tx:
        await reminders.cancel(tx, cancelled.id, USER)
        await reminders.done(tx, [sent.id, cancelled.id])
    assert await state(database, sent.id) is ReminderState.DONE
    assert await state(database, cancelled.id) is ReminderState.CANCELLED
    async with database.begin() as tx:
        assert await reminders.snooze(tx, sent.id, USER, later, NOW)
        assert not await reminders.snooze(tx, sent.id, USER + 1, NOW, NOW)
        assert not await reminders.snooze(tx, cancelled.id, USER, later, NOW)
        assert not await reminders.snooze(tx, 99, USER, later, NOW)
        assert await reminders.list_active(tx, USER) == (replace(sent, fires_at=later, snoozed_at=NOW),)
    assert await state(database, cancelled.id) is ReminderState.CANCELLED


async def test_a_snoozed_reminder_is_not_done(database: Database) -> None:
    snoozed = await create(database)
    async with database.begin() as tx:
        await due.add(tx, DueKind.PARTY_START, snoozed.id, NOW)
        await reminders.done(tx, [snoozed.id])
        await reminders.snooze(tx, snoozed.id, USER, NOW, NOW)
        await due.add(tx, DueKind.REMINDER, snoozed.id, NOW)
        await reminders.done(tx, [snoozed.id])
    assert await state(database, snoozed.id) is ReminderState.ACTIVE


async def test_putting_off_is_no_way_round_the_limit(database: Database) -> None:
    sent = await create(database)
    async with database.begin() as tx:
        await reminders.done(tx, [sent.id])
    active = [await create(database, lead_minutes=100 + number) for number in range(reminders.LIMIT)]
    with pytest.raises(UserError) as caught:
        async with database.begin() as tx:
            await reminders.snooze(tx, sent.id, USER, NOW, NOW)
    assert caught.value.key == "reminder.too-many"
    async with database.begin() as tx:
        assert await reminders.snooze(tx, active[0].id, USER, NOW, NOW), "one that is active is no new one"
        await reminders.cancel(tx, active[1].id, USER)
        assert await reminders.snooze(tx, sent.id, USER, NOW, NOW)


async def test_moves_are_kept_until_they_are_told(database: Database) -> None:
    made, other, foreign = await create(database), await create(database, episode=4), await create(database, user_id=5)
    later = NOW + timedelta(days=1)
    async with database.begin() as tx:
        for one in (made, foreign):
            await reminders.follow(tx, one.id, airs_at=later, fires_at=later, moved_from=made.airs_at)
        await reminders.follow(tx, other.id, airs_at=later, fires_at=later, moved_from=None)
        [moved] = await reminders.list_moved(tx, USER, made.show_id)
        assert moved == replace(made, airs_at=later, fires_at=later, moved_from=made.airs_at)
        assert await reminders.list_moved(tx, USER, "another") == ()
        await reminders.follow(tx, made.id, airs_at=NOW, fires_at=NOW, moved_from=made.airs_at)
        await reminders.told(tx, moved)
        [again] = await reminders.list_moved(tx, USER, made.show_id)
        assert again.airs_at == NOW, "it has moved again since"
        await reminders.told(tx, again)
        assert await reminders.list_moved(tx, USER, made.show_id) == ()
        assert len(await reminders.list_moved(tx, 5, made.show_id)) == 1


async def test_a_reminder_is_moved(database: Database) -> None:
    made = await create(database)
    airs_at, fires_at = NOW + timedelta(days=1), NOW + timedelta(hours=23)
    async with database.begin() as tx:
        moved = await reminders.move(tx, made.id, airs_at=airs_at, fires_at=fires_at, lead_minutes=60)
        assert (moved.airs_at, moved.fires_at, moved.lead_minutes) == (airs_at, fires_at, 60)
        assert await reminders.get(tx, made.id) == moved
        with pytest.raises(LookupError):
            await reminders.move(tx, made.id + 1, airs_at=airs_at, fires_at=fires_at, lead_minutes=60)


async def test_a_lead_that_another_reminder_has_is_refused(database: Database) -> None:
    made, other = await create(database), await create(database, lead_minutes=60)
    times = {"airs_at": made.airs_at, "fires_at": made.fires_at}
    with pytest.raises(UserError) as caught:
        async with database.begin() as tx:
            await reminders.move(tx, made.id, **times, lead_minutes=other.lead_minutes)
    assert (caught.value.key, caught.value.arguments) == ("reminder.same", {"lead": 60})
    async with database.begin() as tx:
        await reminders.move(tx, made.id, **times, lead_minutes=made.lead_minutes)


async def test_a_person_may_have_so_many_reminders_and_no_more(place: Place) -> None:
    async with place.opened() as one, place.opened() as two:
        for lead in range(25):
            await create(one, lead_minutes=lead)
        made = await asyncio.gather(
            *(create((one, two)[number % 2], lead_minutes=100 + number) for number in range(50)),
            return_exceptions=True,
        )
        refused = [error for error in made if isinstance(error, UserError)]
        assert len(refused) == 25
        assert {(error.key, error.arguments["limit"]) for error in refused} == {("reminder.too-many", 50)}
        async with one.read() as tx:
            active = await reminders.list_active(tx, USER)
        assert len(active) == 50
        assert await create(one, lead_minutes=0) in active, "the same wish is no new one"
        await create(one, user_id=6)
        async with one.begin() as tx:
            await reminders.done(tx, [active[0].id])
        await create(one, lead_minutes=9999)
