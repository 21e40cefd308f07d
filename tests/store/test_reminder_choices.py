"""How people want to be reminded, and the leads of servers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.core.quiet import QuietHours
from bot.core.reminder import Delivery, ReminderChoice
from bot.store import reminder_choices
from bot.store.database import Database
from bot.store.tables import reminder_choice

MINA = 80351110224678912
GUILD = 41771983423143937


@pytest.mark.parametrize(
    "choice",
    [
        ReminderChoice((1440, 15, 0)),
        ReminderChoice(delivery=Delivery.MENTION),
        ReminderChoice((15,), Delivery.NONE, QuietHours(1380, 480)),
        ReminderChoice(quiet=QuietHours(0, 1)),
    ],
)
async def test_a_choice_comes_back_as_it_was(database: Database, choice: ReminderChoice) -> None:
    async with database.begin() as tx:
        assert await reminder_choices.get(tx, MINA) == ReminderChoice()
        await reminder_choices.put(tx, MINA, ReminderChoice((1, 2, 3), Delivery.NONE, QuietHours(1, 2)))
        await reminder_choices.put(tx, MINA, choice)
        assert await reminder_choices.get(tx, MINA) == choice
        assert await reminder_choices.get(tx, MINA + 1) == ReminderChoice()


async def test_nothing_is_kept_of_the_usual(database: Database) -> None:
    async with database.begin() as tx:
        await reminder_choices.put(tx, MINA, ReminderChoice((15,)))
        await reminder_choices.put(tx, MINA, ReminderChoice())
        assert (await tx.execute(sa.select(reminder_choice))).all() == []


async def test_leads_of_a_server(database: Database) -> None:
    async with database.begin() as tx:
        assert await reminder_choices.of_server(tx, GUILD) is None
        await reminder_choices.put_server(tx, GUILD, (60,))
        await reminder_choices.put_server(tx, GUILD, (1440, 15))
        assert await reminder_choices.of_server(tx, GUILD) == (1440, 15)
        assert await reminder_choices.of_server(tx, GUILD + 1) is None
        await reminder_choices.put_server(tx, GUILD, None)
        await reminder_choices.put_server(tx, GUILD, None)
        assert await reminder_choices.of_server(tx, GUILD) is None
