"""Backups hold one state, are never written over, and come back as they were made."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.errors import OperatorError
from bot.store import meta
from bot.store.backup import back_up, keep_before_migration, restore
from bot.store.database import Database
from bot.store.migrate import HEAD, migrate

NOW = datetime(2025, 7, 28, 9, 0, tzinfo=UTC)


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    path = tmp_path / "kept" / "bot.sqlite3"
    database = await Database.open(f"sqlite+aiosqlite:///{path}")
    await migrate(database)
    async with database.begin() as tx:
        await meta.put(tx, "key", "before")
    await database.close()
    return path


def value(path: Path) -> str:
    with closing(sqlite3.connect(path)) as opened:
        return opened.execute("SELECT value FROM meta WHERE key = 'key'").fetchone()[0]


def put(path: Path, text: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as opened:
        opened.execute("UPDATE meta SET value = ? WHERE key = 'key'", (text,))


def test_a_backup_comes_back(file: Path, tmp_path: Path) -> None:
    made = back_up(file, tmp_path / "copy.sqlite3", NOW)
    assert (made.revision, made.rows["meta"], made.path.stat().st_mode & 0o777) == (HEAD, 1, 0o600)
    put(file, "after")
    restored, kept = restore(made.path, file, NOW)
    assert restored.rows == made.rows
    assert kept is not None
    assert (value(file), value(kept)) == ("before", "after")
    assert sorted(path.name for path in file.parent.iterdir() if "-shm" not in path.name) == [file.name, kept.name]


def test_a_backup_in_the_midst_of_writes_holds_one_state(file: Path, tmp_path: Path) -> None:
    """Two rows are always written together; a copy has them alike."""
    done, written = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as opened:
            opened.execute("PRAGMA journal_mode = WAL")
            number = 0
            while not done.is_set():
                number += 1
                opened.execute("BEGIN IMMEDIATE")
                for key in ("one", "two"):
                    opened.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, str(number)))
                    opened.execute("INSERT INTO meta (key, value) VALUES (?, 'x')", (f"{key} {number}",))
                opened.execute("COMMIT")
                written.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert written.wait(20)
        copies = [back_up(file, tmp_path / f"{number}.sqlite3", NOW) for number in range(5)]
    finally:
        done.set()
        writer.join()
    for copy in copies:
        restore(copy.path, file, NOW + timedelta(seconds=copies.index(copy)))
        with closing(sqlite3.connect(file)) as opened:
            [one, two] = opened.execute("SELECT value FROM meta WHERE key IN ('one', 'two')").fetchall()
            [(rows,)] = opened.execute("SELECT count(*) FROM meta").fetchall()
        assert one == two
        assert rows == 2 * int(one[0]) + 3


def test_what_is_there_is_never_written_over(file: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine", "utf-8")
    with pytest.raises(OperatorError) as caught:
        back_up(file, taken, NOW)
    assert (caught.value.key, taken.read_text("utf-8")) == ("operator.backup-exists", "mine")


def test_a_folder_that_is_not_there_is_said(file: Path, tmp_path: Path) -> None:
    with pytest.raises(OperatorError) as caught:
        back_up(file, tmp_path / "nowhere" / "copy", NOW)
    assert caught.value.key == "operator.backup-failed"
    with pytest.raises(OperatorError) as caught:
        back_up(tmp_path / "none", None, NOW)
    assert caught.value.key == "operator.backup-none"


@pytest.mark.parametrize("content", [None, b"", b"Dear diary, " * 400])
def test_what_is_no_backup_is_not_restored(file: Path, tmp_path: Path, content: bytes | None) -> None:
    other = tmp_path / "other"
    if content is not None:
        other.write_bytes(content)
    with pytest.raises(OperatorError) as caught:
        restore(other, file, NOW)
    assert (caught.value.key, value(file)) == ("operator.restore-file", "before")


async def test_before_a_migration_a_copy_is_kept_and_a_failed_one_stops_it(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as opened:
        opened.execute("UPDATE schema_version SET version_num = '0001'")
    database = await Database.open(f"sqlite+aiosqlite:///{file}")

    def fail(revision: str) -> None:
        raise OperatorError("operator.backup-failed", 73, path=revision)

    try:
        with pytest.raises(OperatorError) as caught:
            await migrate(database, fail)
        assert caught.value.arguments == {"path": "0001"}
    finally:
        await database.close()
    for second in range(4):
        copy = keep_before_migration(file, "0001", NOW + timedelta(seconds=second), 2)
        assert copy is not None
        assert value(copy) == "before"
    names = sorted(path.name for path in file.parent.glob("*.schema-*"))
    assert names == ["bot.sqlite3.schema-0001-20250728T090002Z", "bot.sqlite3.schema-0001-20250728T090003Z"]
