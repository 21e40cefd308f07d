"""Every cap on what one person may have holds when fifty things are added at once, by two connections."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.core.calendar_wish import CalendarWish, Contents
from bot.core.errors import UserError
from bot.store import calendar_feeds, catch_ups, standing_reminders
from bot.store.database import Transaction
from tests.store.conftest import Place
from tests.store.samples import NOW, catch_up_values, wish_values

USER = 80351110224678912
AT_ONCE = 50


async def _standing(tx: Transaction, number: int) -> object:
    return await standing_reminders.create(tx, **wish_values(show_id=f"show-{number}"))


async def _plan(tx: Transaction, number: int) -> object:
    return await catch_ups.create(tx, **catch_up_values(show_id=f"show-{number}"))


async def _link(tx: Transaction, number: int) -> object:
    wish = CalendarWish(USER, Contents.EVERYTHING, None, None, None, "en-GB")
    return await calendar_feeds.create(tx, f"hash-{number}", wish, NOW)


@pytest.mark.parametrize(
    ("make", "key", "limit"),
    [
        (_standing, "reminder.too-many-shows", standing_reminders.LIMIT),
        (_plan, "catch-up.too-many", catch_ups.LIMIT),
        (_link, "calendar.too-many-links", calendar_feeds.LIMIT),
    ],
)
async def test_the_next_is_refused_however_many_come_at_once(
    place: Place, make: Callable[[Transaction, int], Awaitable[object]], key: str, limit: int
) -> None:
    async with place.opened() as one, place.opened() as two:

        async def add(number: int) -> None:
            async with (one, two)[number % 2].begin() as tx:
                await make(tx, number)

        made = await asyncio.gather(*(add(number) for number in range(AT_ONCE)), return_exceptions=True)
    refused = [error for error in made if error is not None]
    assert {error.key for error in refused if isinstance(error, UserError)} == {key}
    assert len(refused) == AT_ONCE - limit
