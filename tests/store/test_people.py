"""Zones, shares, progress, ceilings, and being forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.party import Answer
from bot.core.progress import Progress
from bot.core.reminder import Delivery, DueKind, ReminderChoice
from bot.core.service import Service
from bot.store import (
    catch_ups,
    ceilings,
    due,
    move_notices,
    parties,
    people,
    progress,
    reminder_choices,
    reminders,
    services,
    standing_reminders,
)
from bot.store.database import Database
from tests.store.conftest import Place
from tests.store.samples import NOW, catch_up_values, party_values, reminder_values, wish_values

MINA, JON, GUILD, OTHER_GUILD = 2**63 - 1, 80351110224678912, 41771983423143937, 5


async def test_a_zone_is_kept_changed_and_cleared(database: Database) -> None:
    async with database.begin() as tx:
        assert await people.zone(tx, MINA) is None
        assert not await people.clear_zone(tx, MINA)
        await people.set_zone(tx, MINA, "Asia/Seoul")
        await people.set_zone(tx, MINA, "Pacific/Auckland")
        await people.set_zone(tx, JON, "Europe/London")
        assert await people.zone(tx, MINA) == "Pacific/Auckland"
        assert await people.clear_zone(tx, MINA)
        assert await people.zone(tx, MINA) is None
        assert await people.zone(tx, JON) == "Europe/London"


async def test_a_zone_is_shared_with_one_server_at_a_time(database: Database) -> None:
    async with database.begin() as tx:
        await people.set_zone(tx, MINA, "Asia/Seoul")
        assert not await people.shares(tx, MINA, GUILD)
        for _ in range(2):
            await people.set_share(tx, MINA, GUILD, True)
        assert await people.shares(tx, MINA, GUILD)
        assert not await people.shares(tx, MINA, OTHER_GUILD)
        await people.set_zone(tx, MINA, "Asia/Kolkata")
        assert await people.shares(tx, MINA, GUILD), "another zone keeps the shares"
        await people.set_share(tx, MINA, GUILD, False)
        assert not await people.shares(tx, MINA, GUILD)


async def test_clearing_a_zone_ends_every_share(database: Database) -> None:
    async with database.begin() as tx:
        await people.set_zone(tx, MINA, "Asia/Seoul")
        await people.set_share(tx, MINA, GUILD, True)
        await people.clear_zone(tx, MINA)
        await people.set_zone(tx, MINA, "Asia/Seoul")
        assert not await people.shares(tx, MINA, GUILD)


async def test_zones_of_a_server_come_with_the_commonest_first_and_without_names(database: Database) -> None:
    async with database.begin() as tx:
        zones = ["Europe/London", "Asia/Seoul", "Asia/Seoul", "America/New_York", "Africa/Lagos"]
        for user_id, zone in enumerate(zones, 1):
            await people.set_zone(tx, user_id, zone)
            await people.set_share(tx, user_id, GUILD if zone != "Africa/Lagos" else OTHER_GUILD, True)
        assert await people.zones_shared_in(tx, GUILD) == ("Asia/Seoul", "America/New_York", "Europe/London")
        assert await people.zones_shared_in(tx, 999) == ()


async def test_progress_belongs_to_one_person_and_one_show(database: Database) -> None:
    async with database.begin() as tx:
        assert await progress.get(tx, MINA, "the-defects") is None
        await progress.set(tx, MINA, "the-defects", Progress(7))
        await progress.set(tx, MINA, "the-defects", Progress(4))
        await progress.set(tx, JON, "the-defects", Progress())
        await progress.set(tx, MINA, "'; DROP TABLE progress; --", Progress(2))
        assert await progress.get(tx, MINA, "the-defects") == Progress(4)
        assert await progress.get(tx, JON, "the-defects") == Progress()
        assert await progress.clear(tx, MINA, "the-defects")
        assert not await progress.clear(tx, MINA, "the-defects")
        assert await progress.get(tx, MINA, "the-defects") is None
        assert await progress.get(tx, MINA, "'; DROP TABLE progress; --") == Progress(2)


async def test_progress_keeps_episodes_apart_and_the_second_run(database: Database) -> None:
    gaps = Progress(2, frozenset({5, 7, 8}), 1)
    async with database.begin() as tx:
        await progress.set(tx, MINA, "the-defects", gaps)
        await progress.set(tx, MINA, "another", Progress(3, frozenset({6})))
        assert await progress.get(tx, MINA, "the-defects") == gaps
        await progress.set(tx, MINA, "the-defects", Progress(2, frozenset({5})))
        assert await progress.get(tx, MINA, "the-defects") == Progress(2, frozenset({5}))
        await progress.clear(tx, MINA, "the-defects")
        await progress.set(tx, MINA, "the-defects", Progress(1))
        assert await progress.get(tx, MINA, "the-defects") == Progress(1), "nothing of before comes back"
        assert await progress.get(tx, MINA, "another") == Progress(3, frozenset({6}))


async def test_a_server_sees_only_what_was_shared_with_it(database: Database) -> None:
    async with database.begin() as tx:
        for user_id, seen in ((MINA, Progress(2, frozenset({5}))), (JON, Progress(8, rewatch=3)), (99, Progress(4))):
            await progress.set(tx, user_id, "the-defects", seen)
        for user_id in (MINA, JON):
            await progress.set_share(tx, user_id, 1, "the-defects", True)
            await progress.set_share(tx, user_id, 1, "the-defects", True)
        assert await progress.shared_in(tx, 1, "the-defects") == {
            JON: Progress(8, rewatch=3),
            MINA: Progress(2, frozenset({5})),
        }
        assert await progress.shared_in(tx, 2, "the-defects") == {}
        assert await progress.shared_in(tx, 1, "another") == {}
        assert await progress.shares(tx, MINA, 1, "the-defects")
        await progress.set_share(tx, MINA, 1, "the-defects", False)
        assert not await progress.shares(tx, MINA, 1, "the-defects")
        await progress.clear(tx, JON, "the-defects")
        await progress.set(tx, JON, "the-defects", Progress(8))
        assert await progress.shared_in(tx, 1, "the-defects") == {}, "a share goes with the progress"


async def test_a_ceiling_belongs_to_one_channel_and_one_show(database: Database) -> None:
    async with database.begin() as tx:
        assert await ceilings.get(tx, 10, "the-defects") is None
        await ceilings.set(tx, 10, GUILD, "the-defects", 3)
        await ceilings.set(tx, 10, GUILD, "the-defects", 5)
        await ceilings.set(tx, 10, GUILD, "another", 1)
        assert await ceilings.get(tx, 10, "the-defects") == 5
        assert await ceilings.get(tx, 11, "the-defects") is None
        assert await ceilings.clear(tx, 10, "the-defects")
        assert not await ceilings.clear(tx, 10, "the-defects")
        assert await ceilings.get(tx, 10, "another") == 1


async def save_everything(database: Database, user_id: int) -> tuple[int, int]:
    """A party and a reminder of somebody who uses everything there is."""
    async with database.begin() as tx:
        await people.set_zone(tx, user_id, "Antarctica/Troll")
        await people.set_share(tx, user_id, GUILD, True)
        await progress.set(tx, user_id, "the-defects", Progress(4, frozenset({7}), 2))
        await progress.set_share(tx, user_id, 1, "the-defects", True)
        party = await parties.create(tx, **party_values(creator_id=user_id))
        await parties.answer(tx, party, user_id, Answer.GOING, NOW)
        reminder, _ = await reminders.create(tx, **reminder_values(user_id=user_id))
        await due.add(tx, DueKind.REMINDER, reminder.id, NOW)
        await due.add(tx, DueKind.PARTY_START, reminder.id, NOW)
        plan, _ = await catch_ups.create(tx, **catch_up_values(user_id=user_id))
        for planned in plan.sittings:
            await due.add(tx, DueKind.CATCH_UP, planned.id, NOW)
        await move_notices.queue(tx, user_id, "the-defects", NOW)
        await due.add(tx, DueKind.DIGEST, user_id, NOW)
        await reminder_choices.put(tx, user_id, ReminderChoice(delivery=Delivery.NONE))
        await standing_reminders.create(tx, **wish_values(user_id=user_id))
        await services.put(tx, user_id, None, Service("TVING", "KR"))
        await services.put(tx, user_id, "the-defects", Service("ENA"))
    return party.id, reminder.id


async def test_a_person_who_is_forgotten_leaves_only_their_parties(database: Database) -> None:
    party_id, reminder_id = await save_everything(database, MINA)
    _, kept_id = await save_everything(database, JON)
    async with database.begin() as tx:
        await people.forget(tx, MINA)
        await people.forget(tx, 12345)
    async with database.read() as tx:
        assert await people.zone(tx, MINA) is None
        assert not await people.shares(tx, MINA, GUILD)
        assert await progress.get(tx, MINA, "the-defects") is None
        assert await reminders.get(tx, reminder_id) is None
        assert await reminder_choices.get(tx, MINA) == ReminderChoice()
        assert await services.said(tx, MINA) == {}
        assert await services.get(tx, JON, "the-defects") == Service("ENA")
        assert await services.get(tx, JON, "lighthouse-shift") == Service("TVING", "KR")
        assert await reminder_choices.get(tx, JON) != ReminderChoice()
        assert [wish.user_id for wish in await standing_reminders.all_active(tx)] == [JON]
        [plan] = await catch_ups.all_active(tx)
        assert plan.user_id == JON
        party = await parties.get(tx, party_id)
        assert party is not None
        assert party.creator_id == people.NOBODY
        assert (await parties.attendance(tx, party)).answers == {}
        assert await people.zone(tx, JON) == "Antarctica/Troll"
        assert await people.zones_shared_in(tx, GUILD) == ("Antarctica/Troll",)
        assert await reminders.get(tx, kept_id) is not None
    claimed = await due.claim(database, NOW, "worker")
    assert sorted((row.kind.value, row.subject) for row in claimed) == [
        *(("catch-up", planned.id) for planned in plan.sittings),
        ("digest", JON),
        ("moved", 2),
        ("party-start", reminder_id),
        ("party-start", kept_id),
        ("reminder", kept_id),
    ]


async def test_the_bytes_of_a_forgotten_person_are_gone(place: Place, tmp_path: Path) -> None:
    if place.backend != "sqlite":
        pytest.skip("PostgreSQL's files are its operator's")
    secret = MINA.to_bytes(8, "big")
    async with place.opened() as database:
        await save_everything(database, MINA)

        def anywhere() -> bool:
            return any(secret in file.read_bytes() for file in (tmp_path / "kept").iterdir())

        assert anywhere()
        async with database.begin() as tx:
            await people.forget(tx, MINA)
        assert not anywhere()
