"""One of several processes that empty a queue on PostgreSQL: claim, accept, finish, until nothing is left.

Usage: `python -m tests.storm.queue_worker URL NAME`. A message is accepted by adding its row to `accepted`, whose
unique id stands for Discord's nonce check: a repetition is absorbed and counted there.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bot.core.reminder import nonce
from bot.store import due
from bot.store.database import Database

#: The queue's time stands still; a lease ends when the one who kills moves it on.
NOW = datetime(2027, 3, 1, tzinfo=UTC)
LEASE = timedelta(minutes=2)
_BATCH = 20


async def work(url: str, name: str, now: datetime) -> None:
    """Empty the queue as it is at `now`."""
    database = await Database.open(url)
    try:
        while rows := await due.claim(database, now, f"{name}-{os.getpid()}", _BATCH, LEASE):
            for row in rows:
                async with database.begin() as tx:
                    await tx.execute(
                        sa.text(
                            "INSERT INTO accepted (nonce, due_id, worker) VALUES (:nonce, :due_id, :worker)"
                            " ON CONFLICT (nonce) DO UPDATE SET repeated = accepted.repeated + 1"
                        ).bindparams(nonce=nonce(row.id, 0), due_id=row.id, worker=name)
                    )
                print(row.id, flush=True)
            await due.finish(database, [row.id for row in rows], now, f"{name}-{os.getpid()}")
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], datetime.fromisoformat(sys.argv[3])))
