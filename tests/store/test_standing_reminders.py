"""Wishes to be reminded before every episode."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from bot.core.errors import UserError
from bot.core.reminder import ReminderState, StandingReminder
from bot.store import reminders, standing_reminders
from bot.store.database import Database
from tests.store.conftest import Place
from tests.store.samples import reminder_values, wish_values

MINA = reminder_values()["user_id"]


async def create(database: Database, **changed: Any) -> StandingReminder:
    async with database.begin() as tx:
        return await standing_reminders.create(tx, **wish_values(**changed))


async def test_a_wish_comes_back_as_it_was_made(database: Database) -> None:
    made = await create(database)
    assert made == StandingReminder(id=made.id, state=ReminderState.ACTIVE, **wish_values())
    async with database.read() as tx:
        assert await standing_reminders.get(tx, made.id, MINA) == made
        assert await standing_reminders.get(tx, made.id, MINA + 1) is None
        assert await standing_reminders.of(tx, MINA, "the-defects") == made
        assert await standing_reminders.of(tx, MINA, "another") is None


async def test_one_for_each_person_and_show(database: Database) -> None:
    first = await create(database)
    assert await create(database, leads=(60,), locale="ko") == replace(first, leads=(60,))
    others = [await create(database, show_id="another"), await create(database, user_id=5)]
    async with database.begin() as tx:
        assert await standing_reminders.all_active(tx) == (replace(first, leads=(60,)), *others)
        await standing_reminders.cancel(tx, first.id)
        assert await standing_reminders.list_active(tx, MINA) == (others[0],)
        assert await standing_reminders.get(tx, first.id, MINA) is None
    assert (await create(database)).id != first.id


async def test_so_many_and_no_more_also_at_the_same_moment(place: Place) -> None:
    async with place.opened() as one, place.opened() as two:
        made = await asyncio.gather(
            *(create((one, two)[number % 2], show_id=f"show-{number}") for number in range(30)),
            return_exceptions=True,
        )
        refused = [error for error in made if isinstance(error, UserError)]
        assert {(error.key, error.arguments["limit"]) for error in refused} == {("reminder.too-many-shows", 10)}
        assert len(refused) == 20
        same = await asyncio.gather(*(create((one, two)[number % 2], user_id=5) for number in range(10)))
        assert len({wish.id for wish in same}) == 1


async def test_a_reminder_of_a_wish_belongs_to_it_until_it_is_asked_for_by_itself(database: Database) -> None:
    wish = await create(database)
    values = reminder_values()
    async with database.begin() as tx:
        made = await reminders.create_standing(
            tx,
            wish,
            **{name: values[name] for name in ("episode", "lead_minutes", "airs_at", "fires_at", "now")},
        )
        assert (made.standing_id, made.by_itself, made.channel_id) == (wish.id, False, wish.channel_id)
        asked, new = await reminders.create(tx, **values)
        assert not new
        assert asked == replace(made, standing_id=None)
        await reminders.hand_over(tx, made.id, wish.id)
        assert await reminders.get(tx, made.id) == made
        assert await reminders.list_of_show(tx, MINA, wish.show_id) == (made,)
        assert await reminders.list_of_show(tx, MINA, "another") == ()
