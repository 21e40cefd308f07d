"""A look at a database that changes nothing in it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.announcement import AnnouncementSetup, Form
from bot.core.errors import OperatorError
from bot.core.mirror import EventWish
from bot.core.reminder import DueKind
from bot.core.venue import Use, Venue
from bot.store import announcements, due, mirrors, parties, polls
from bot.store.backup import back_up, keep_before_migration, newest_copy
from bot.store.database import Database
from bot.store.inspection import inspect
from bot.store.migrate import HEAD, migrate
from tests.store.conftest import Place, sqlite_place
from tests.store.samples import NOW, party_values
from tests.store.test_polls import poll_values

HERE = party_values()["guild_id"]


def files(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.iterdir()}


async def test_it_finds_what_waits_and_where_something_is_to_be_done(database: Database, place: Place) -> None:
    setup = AnnouncementSetup(HERE, "harbour", 11, 12, 0, Form.FORUM, False, "en", 1, NOW, None)
    async with database.begin() as tx:
        await announcements.set_up(tx, setup)
        to_come = await parties.create(tx, **party_values(channel_id=21, role_id=22))
        await mirrors.wish(tx, to_come.id, EventWish(True, 31), NOW)
        over = await parties.create(tx, **party_values(channel_id=41))
        await parties.cancel(tx, over.id)
        await polls.create(tx, [(1, NOW + timedelta(hours=30))], **poll_values(channel_id=51))
        await due.add(tx, DueKind.REMINDER, 1, NOW - timedelta(hours=1))
    found = await inspect(place.url, NOW)
    assert (found.revision, found.unwritable) == (HEAD, None)
    assert found.backlog is not None
    assert (found.backlog.overdue, found.backlog.oldest) == (1, NOW - timedelta(hours=1))
    assert found.venues == {
        Venue(HERE, 11, Use.FORUM_ANNOUNCEMENTS, 12),
        Venue(HERE, 21, Use.PARTY, 22),
        Venue(HERE, 31, Use.EVENT),
        Venue(HERE, 51, Use.POLL),
    }
    assert found.extent.kind == {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[place.backend]
    assert found.extent.size > 0


async def test_a_database_without_tables_stays_so(blank: Place) -> None:
    async with blank.opened():
        pass
    found = await inspect(blank.url, NOW)
    assert (found.revision, found.backlog, found.venues) == (None, None, None)


async def test_nothing_is_left_beside_a_file(tmp_path: Path) -> None:
    place = sqlite_place(tmp_path)
    with pytest.raises(OperatorError) as caught:
        await inspect(place.url, NOW)
    assert caught.value.key == "operator.database-absent"
    assert files(tmp_path) == {}
    async with place.opened() as database:
        await migrate(database)
        folder = tmp_path / "kept"
        used = files(folder)
        assert len(used) == 3
        await inspect(place.url, NOW)
        assert files(folder) == used
    still = files(folder)
    assert len(still) == 1
    await inspect(place.url, NOW)
    assert files(folder) == still


async def test_when_it_was_copied_last(tmp_path: Path) -> None:
    place = sqlite_place(tmp_path)
    async with place.opened() as database:
        await migrate(database)
        assert database.file is not None
        assert newest_copy(database.file) is None
        keep_before_migration(database.file, "0012", NOW, 5)
        assert newest_copy(database.file) == NOW
        later = NOW + timedelta(days=1)
        back_up(database.file, None, later)
        (database.file.parent / "another-20990101T000000Z.sqlite3").touch()
        assert newest_copy(database.file) == later
    assert (await inspect(place.url, NOW)).extent.copied_at == later
