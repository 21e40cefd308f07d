"""Notices of moves: one for each person and show, due once however often there is something new."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from bot.core.reminder import DueKind, DueState
from bot.store import due, move_notices
from bot.store.database import Database
from bot.store.tables import due as due_table
from tests.store.samples import NOW

MINA = 80351110224678912


async def waiting(database: Database) -> list[tuple[int, object]]:
    async with database.read() as tx:
        query = sa.select(due_table.c.subject, due_table.c.due_at).where(due_table.c.state == DueState.WAITING)
        return [(row.subject, row.due_at) for row in await tx.execute(query.order_by(due_table.c.id))]


async def test_something_new_takes_the_place_of_what_was_waiting(database: Database) -> None:
    later = NOW + timedelta(seconds=30)
    async with database.begin() as tx:
        await move_notices.queue(tx, MINA, "the-defects", NOW)
        await move_notices.queue(tx, MINA, "another", NOW)
        await move_notices.queue(tx, MINA, "the-defects", later)
        assert await move_notices.get(tx, 1) == (MINA, "the-defects")
        assert await move_notices.get(tx, 99) is None
    # An insert that meets a row takes a number from PostgreSQL all the same.
    subjects = [subject for subject, _ in await waiting(database)]
    assert await waiting(database) == [(subjects[0], NOW), (1, later)]


async def test_only_what_was_claimed_may_have_been_sent(database: Database) -> None:
    async with database.begin() as tx:
        await move_notices.queue(tx, MINA, "the-defects", NOW)
        await move_notices.queue(tx, MINA, "another", NOW + timedelta(hours=1))
        assert await move_notices.in_hand(tx) == frozenset()
    [row] = await due.claim(database, NOW, "worker")
    assert row.kind is DueKind.MOVED
    async with database.read() as tx:
        assert await move_notices.in_hand(tx) == {(MINA, "the-defects")}
    await due.finish(database, [row.id], NOW, "worker")
    async with database.read() as tx:
        assert await move_notices.in_hand(tx) == frozenset()
