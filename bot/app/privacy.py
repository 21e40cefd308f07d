"""What is kept about a person: telling them in numbers, handing all of it out, and deleting it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, cast

from bot.app.clock import Clock
from bot.app.parties import call_off
from bot.core.party import Attendance
from bot.core.personal_data import Kind
from bot.core.reminder import DueKind
from bot.store import due, expiry, parties, people, personal_data
from bot.store.database import Database, Transaction

#: The shape of an export; it counts up whenever that changes, and is described in PRIVACY.md.
EXPORT_FORMAT = 1


#: How long what is over is kept: reminders and plans, and what became of messages.
KEPT_WHEN_OVER = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was deleted, and what it changed for others: parties that were called off, and those without a host now."""

    had: Mapping[Kind, int]
    changed: Sequence[Attendance]


class Privacy:
    """Answers people about their own data. ``poke`` wakes whatever delivers what falls due."""

    def __init__(self, database: Database, clock: Clock, poke: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._poke = poke

    async def held(self, user_id: int) -> Mapping[Kind, int]:
        """How many entries of each kind are kept about somebody, kinds without any left out."""
        async with self._database.read() as tx:
            return await personal_data.counts(tx, user_id)

    async def export(self, user_id: int) -> bytes:
        """Everything that is kept about somebody, as JSON in UTF-8."""
        async with self._database.read() as tx:
            found = await personal_data.rows(tx, user_id)
        made = {
            "format": EXPORT_FORMAT,
            "exported_at": _readable(self._clock.now()),
            "user_id": str(user_id),
            "tables": {
                name: [{column: _readable(value, column) for column, value in row.items()} for row in rows]
                for name, rows in found.items()
                if rows
            },
        }
        return (json.dumps(made, ensure_ascii=False, indent=2) + "\n").encode()

    async def forget(self, user_id: int) -> Forgotten:
        """Delete everything that is kept about somebody, in one transaction.

        Parties of theirs that haven't begun go on without a host where others come, and are called off where nobody
        does. Whoever gets the place that they leave is told.
        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            had = await personal_data.counts(tx, user_id)
            affected = await parties.to_come_of(tx, user_id, now)
            await people.forget(tx, user_id)
            changed = [await self._without(tx, party_id, now) for party_id in affected]
        self._poke()
        return Forgotten(had, tuple(changed))

    async def expire(self) -> int:
        """Delete what has been over for `KEPT_WHEN_OVER`; how many rows that were."""
        return await expiry.expire(self._database, self._clock.now() - KEPT_WHEN_OVER)

    async def _without(self, tx: Transaction, party_id: int, now: datetime) -> Attendance:
        """What becomes of a party that somebody was the host or a guest of."""
        without = await parties.get(tx, party_id)
        assert without is not None, "parties are never deleted while their servers are there"
        found = await parties.attendance(tx, without)
        if without.creator_id == people.NOBODY and not found.attending:
            return await call_off(tx, without, now)
        if found.moved_up and not await due.waiting(tx, DueKind.PARTY_PLACE, (party_id,)):
            await due.add(tx, DueKind.PARTY_PLACE, party_id, now)
        return found


def _readable(value: Any, column: str = "") -> Any:
    """A value as JSON has it: instants in UTC, enumerations by their words, ids as text, which no reader rounds."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat() if value.tzinfo is not None else value.isoformat()
        case Enum():
            return value.value
        case tuple():
            return list(cast("tuple[int, ...]", value))
        case bool():
            return value
        case int() if column in personal_data.NAMING or column.endswith("_id") or column == "subject":
            return str(value)
        case _:
            return value
