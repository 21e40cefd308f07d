"""A row in every table, about one person in one server, made from the tables alone.

A table that is added is filled, and so tried, without a word here, unless its own rules want certain values.
"""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

import sqlalchemy as sa

from bot.core.reminder import DueKind, DueState
from bot.store.database import Transaction
from bot.store.personal_data import NAMING
from bot.store.tables import Instant, OneOf, WallTime, WholeNumbers, metadata
from tests.store.samples import NOW

#: Stands in every text that people type.
TYPED = "Tresterberg's own words"

#: What the rules of tables want.
_WANTED: dict[str, dict[str, Any]] = {
    "rerun": {"paused_at": None, "state": "running"},
    "series": {"state": "running", "weekdays": None, "wall_first": None, "first_episode": 1, "last_episode": 2},
    "reminder_choice": {"quiet_from": None, "quiet_until": None},
    "due": {
        "kind": DueKind.DIGEST,
        "state": DueState.WAITING,
        "leased_until": None,
        "leased_by": None,
        "not_before": None,
        "finished_at": None,
        "bundle": None,
    },
}
_IDS = count(7_000_000)


def columns_typed_in() -> set[str]:
    """The columns that hold what people type, by table and name."""
    return {"party.title", "party.note", "schedule_change.note"}


async def fill(tx: Transaction, user_id: int, guild_id: int) -> dict[str, dict[str, Any]]:
    """A row in every table, ``user_id``'s and ``guild_id``'s where it names anybody; what was put in, by table."""
    made: dict[str, dict[str, Any]] = {}
    for table in metadata.sorted_tables:
        values = {column.name: _value(column, user_id, guild_id, made) for column in table.columns}
        values |= _WANTED.get(table.name, {})
        if table.name == "due":
            values["subject"] = user_id
        made[table.name] = values
        await tx.execute(sa.insert(table).values({k: _as_kept(table.c[k], v) for k, v in values.items()}))
    await _queue(tx, made, user_id, guild_id)
    return made


async def _queue(tx: Transaction, made: dict[str, dict[str, Any]], user_id: int, guild_id: int) -> None:
    """A row of the due queue of every kind besides."""
    due = metadata.tables["due"]
    for kind in DueKind:
        subject = {
            DueKind.REMINDER: made["reminder"]["id"],
            DueKind.CATCH_UP: made["sitting"]["id"],
            DueKind.MOVED: made["move_notice"]["id"],
            DueKind.DIGEST: user_id,
            DueKind.SERIES_ANNOUNCEMENT: made["series"]["id"],
            DueKind.SERIES_CANCELLED: made["series"]["id"],
            DueKind.POLL: made["poll"]["id"],
            DueKind.RERUN_OVER: made["rerun"]["id"],
            DueKind.SERVER_LEFT: guild_id,
        }.get(kind)
        if subject is None:
            subject = made["party" if kind.value.startswith("party") else "announcement"]["id"]
        row = {"kind": kind, "subject": subject, "due_at": NOW, "state": DueState.WAITING, "attempts": 0, "sent": 0}
        await tx.execute(sa.insert(due).values(row))


def _as_kept(column: sa.Column[Any], value: Any) -> Any:
    return column.type.members(value) if isinstance(column.type, OneOf) and isinstance(value, str) else value


def _value(column: sa.Column[Any], user_id: int, guild_id: int, made: dict[str, dict[str, Any]]) -> Any:
    if column.name in NAMING:
        return user_id
    if column.name == "guild_id":
        return guild_id
    for key in column.foreign_keys:
        return made[key.column.table.name][key.column.name]
    if f"{column.table.name}.{column.name}" in columns_typed_in():
        return TYPED
    kind = column.type
    if isinstance(kind, Instant):
        return NOW
    if isinstance(kind, WallTime):
        return datetime.fromisoformat("2025-07-28T22:00")
    if isinstance(kind, WholeNumbers):
        return (1, 2)
    if isinstance(kind, OneOf):
        return next(iter(kind.members))
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.BigInteger):
        return next(_IDS)
    if isinstance(kind, sa.Integer):
        return 1
    return f"text-{next(_IDS)}"
