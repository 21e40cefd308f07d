"""A wall time around any change of any zone's clocks comes once, is kept, and is never early.

A sample of zones is looked at by default, and every zone with CLIFFHANGER_FULL_TESTS=1.
"""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.core.reminder import DueKind
from bot.core.zones import WallTime, day_later, resolve
from bot.store import due
from bot.store.database import Database
from bot.store.migrate import migrate
from tests.storm.transitions import Change, changes, wall_times, zones

FULL = os.environ.get("CLIFFHANGER_FULL_TESTS") == "1"
#: Zones with what is rare: half hours, a skipped day, changes at midnight, several in a year.
RARE = (
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Antarctica/Troll",
    "Asia/Gaza",
)
MICROSECOND = timedelta(microseconds=1)


def looked_at() -> list[str]:
    names = zones()
    return names if FULL else sorted({*RARE, *random.Random(4).sample(names, 30)})


def instants_showing(wall: datetime, change: Change) -> list[datetime]:
    """When clocks around a change show a wall time, reckoned from the two offsets alone: never, once or twice."""
    by_old, by_new = ((wall - offset).replace(tzinfo=UTC) for offset in (change.before, change.after))
    return [at for at, fits in ((by_old, by_old < change.at), (by_new, by_new >= change.at)) if fits]


def expected(wall: datetime, change: Change) -> datetime:
    """By the rules of `bot.core.zones`: the first of two; a skipped time as much later as clocks jump."""
    found = instants_showing(wall, change)
    return min(found) if found else (wall - change.before).replace(tzinfo=UTC)


def alone(change: Change, others: list[Change]) -> bool:
    """Whether nothing else changes so close that wall times around this change would be told by that."""
    return all(other is change or abs(other.at - change.at) > timedelta(days=3) for other in others)


def test_a_wall_time_around_every_change_is_kept() -> None:
    names, seen, walls = looked_at(), 0, 0
    for name in names:
        found = list(changes(name))
        for change in found:
            seen += 1
            if not alone(change, found):
                continue
            for wall in wall_times(change):
                walls += 1
                at = resolve(wall, name)
                assert at == expected(wall, change), (name, wall)
                shown = at.astimezone(ZoneInfo(name)).replace(tzinfo=None)
                skipped = not instants_showing(wall, change)
                assert shown == (wall + change.jump if skipped else wall), (name, wall)
                whole = wall.replace(second=0, microsecond=0)
                minutes = whole.hour * 60 + whole.minute
                assert WallTime(whole.date(), minutes, name).instant() == resolve(whole, name)
                assert day_later(at, name) == resolve(shown + timedelta(days=1), name)
    print(f"\n{len(names)} zones, {seen:,} changes 2000 to 2040, {walls:,} wall times")
    assert seen > (15_000 if FULL else 500)


async def test_what_is_due_around_every_change_is_handed_out_once_and_not_before(tmp_path: Path) -> None:
    wanted = sorted(
        {resolve(wall, name) for name in looked_at() for change in changes(name) for wall in wall_times(change)}
    )
    if not FULL:
        wanted = sorted(random.Random(4).sample(wanted, 600))
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'bot.sqlite3'}")
    try:
        await migrate(database)
        async with database.begin() as tx:
            ids = {await due.add(tx, DueKind.REMINDER, number, at): at for number, at in enumerate(wanted, 1)}
        came: list[int] = []
        for at in wanted:
            early = await due.claim(database, at - MICROSECOND, "w", 1000, timedelta(days=30_000))
            assert not early, (early, at)
            rows = await due.claim(database, at, "w", 1000, timedelta(days=30_000))
            assert all(row.due_at == ids[row.id] == at for row in rows)
            came += [row.id for row in rows]
        assert sorted(came) == sorted(ids)
    finally:
        await database.close()
    print(f"\n{len(wanted):,} instants")
