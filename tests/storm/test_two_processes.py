"""Two processes on PostgreSQL empty one queue, are killed meanwhile, and everything is accepted exactly once."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import sqlalchemy as sa

from bot.core.reminder import DueKind, DueState
from bot.store import due
from bot.store.database import Database
from bot.store.migrate import migrate
from tests.loopback.process import REPOSITORY
from tests.store.conftest import empty, postgres_place
from tests.storm.queue_worker import LEASE, NOW

FULL = os.environ.get("CLIFFHANGER_FULL_TESTS") == "1"
ROWS, KILLS = (20_000, 40) if FULL else (1_500, 6)


@asynccontextmanager
async def queue() -> AsyncIterator[Database]:
    """An emptied database with `ROWS` rows that are due; skipped where no server is given."""
    place = postgres_place()
    async with place.opened() as database:
        await empty(database)
        await migrate(database)
        async with database.begin() as tx:
            await tx.execute(sa.text("DROP TABLE IF EXISTS accepted"))
            await tx.execute(
                sa.text(
                    "CREATE TABLE accepted (nonce text PRIMARY KEY, due_id bigint NOT NULL, worker text NOT NULL,"
                    " repeated integer NOT NULL DEFAULT 0)"
                )
            )
            for number in range(ROWS):
                await due.add(tx, DueKind.REMINDER, number + 1, NOW)
        try:
            yield database
        finally:
            async with database.begin() as tx:
                await tx.execute(sa.text("DROP TABLE accepted"))


class Worker:
    """A process that works on the queue as it is at `now`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, name: str, now: datetime) -> Worker:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.storm.queue_worker", postgres_place().url, name, now.isoformat()),
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            stdout=asyncio.subprocess.PIPE,
        )
        return cls(process)

    async def accepted(self, count: int) -> None:
        """Wait until it has had so many accepted, or has ended."""
        assert self._process.stdout is not None
        for _ in range(count):
            if not await self._process.stdout.readline():
                return

    async def ended(self) -> int:
        await self._process.communicate()
        return await self._process.wait()

    async def kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        await self.ended()


async def test_two_processes_empty_one_queue_with_the_same_result() -> None:
    rng = random.Random(4)
    async with queue() as database:
        now = NOW
        steady = await Worker.start("steady", now)
        for _ in range(KILLS):
            other = await Worker.start("killed", now)
            await asyncio.wait_for(other.accepted(rng.randint(1, 40)), 60)
            await other.kill()
        assert await steady.ended() == 0
        # What the killed ones held is free when their leases end.
        workers = [await Worker.start(name, now + LEASE) for name in ("a", "b")]
        assert [await worker.ended() for worker in workers] == [0, 0]
        async with database.read() as tx:
            accepted = list(await tx.execute(sa.text("SELECT due_id, worker, repeated FROM accepted")))
        states = await due.counts(database)
    absorbed = sum(row.repeated for row in accepted)
    print(f"\n{ROWS:,} rows, {KILLS} kills, {absorbed} absorbed, by {sorted({row.worker for row in accepted})}")
    assert len(accepted) == len({row.due_id for row in accepted}) == ROWS
    assert states == dict.fromkeys(DueState, 0) | {DueState.DELIVERED: ROWS}
    assert {"steady", "killed"} <= {row.worker for row in accepted}
