"""Copies of a SQLite database: made while the bot runs, read back before they count, and put in its place again."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.core.errors import OperatorError
from bot.store.migrate import HEAD, VERSION_TABLE

#: How the names of copies say when they were made, in UTC.
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Copy:
    """A copy that was read back: where it is, its schema's revision, and how many rows its tables have."""

    path: Path
    revision: str
    rows: dict[str, int]


def back_up(database: Path, target: Path | None, now: datetime) -> Copy:
    """Copy one state of ``database`` to the file ``target``, or into that folder (None: beside the database).

    The bot may be running. Never writes over a file. Raises OperatorError "operator.backup-none", "-exists",
    "-failed".
    """
    if not database.is_file():
        raise OperatorError("operator.backup-none", os.EX_CONFIG, path=str(database))
    path = database.parent if target is None else target
    if path.is_dir():
        path = path / f"{database.stem}-{_stamp(now)}{database.suffix}"
    return _copy(database, path, path)


def keep_before_migration(database: Path, revision: str, now: datetime, kept: int) -> Path | None:
    """Copy ``database`` beside itself before its schema changes; of such copies the newest ``kept`` stay (0: none).

    Raises OperatorError("operator.backup-failed").
    """
    if kept == 0:
        return None
    path = database.with_name(f"{database.name}.schema-{revision}-{_stamp(now)}")
    _copy(database, path, path)
    copies = sorted(database.parent.glob(f"{database.name}.schema-*"), key=lambda copy: (copy.name[-16:], copy.name))
    for old in copies[:-kept]:
        with contextlib.suppress(OSError):  # that there is one more does no harm
            old.unlink()
    return path


def newest_copy(database: Path) -> datetime | None:
    """When the newest copy that lies beside ``database`` was made, as its name says; None where there is none."""
    whole, stem, ending = map(re.escape, (database.name, database.stem, database.suffix))
    named = re.compile(rf"(?:{whole}\.schema-\w+|{stem})-(\d{{8}}T\d{{6}}Z)(?:{ending})?")
    found = [match[1] for path in database.parent.iterdir() if (match := named.fullmatch(path.name))]
    return max((datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC) for stamp in found), default=None)


def restore(backup: Path, database: Path, now: datetime) -> tuple[Copy, Path | None]:
    """Put a copy of ``backup`` in the place of ``database``; what was there before is kept under the second result.

    No bot may run on it. Raises OperatorError "operator.restore-file", "operator.database-newer",
    "operator.backup-failed".
    """
    if not backup.is_file():
        raise OperatorError("operator.restore-file", os.EX_DATAERR, path=str(backup), reason="there is no such file")
    if database.exists() and backup.samefile(database):
        raise OperatorError("operator.restore-file", os.EX_DATAERR, path=str(backup), reason="it is the database")
    try:
        found = _read_back(backup)
    except (sqlite3.Error, ValueError) as error:
        raise OperatorError("operator.restore-file", os.EX_DATAERR, path=str(backup), reason=str(error)) from error
    if found.revision > HEAD:
        raise OperatorError("operator.database-newer", os.EX_CONFIG, path=str(backup), revision=found.revision)
    fresh = database.with_name(f"{database.name}.restoring-{_stamp(now)}")
    made = _copy(backup, fresh, database)
    kept = database.with_name(f"{database.name}.before-restore-{_stamp(now)}") if database.exists() else None
    try:
        if kept is not None:
            _set_aside(database, kept)
        fresh.replace(database)
        _make_durable(database.parent)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise _failed(database, error) from error
    return Copy(database, made.revision, made.rows), kept


def _set_aside(database: Path, kept: Path) -> None:
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(database)) as old:
        # Closed by the last who uses it, its log becomes part of it; unless it is damaged.
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    # A second name first: at every moment there is a database under the first.
    try:
        os.link(database, kept)
    except OSError:
        shutil.copy2(database, kept)
    # The log of the old one would be taken for that of the new one.
    for ending in ("-wal", "-shm"):
        beside = Path(f"{database}{ending}")
        if beside.exists():
            beside.replace(f"{kept}{ending}")


def _copy(source: Path, path: Path, named: Path) -> Copy:
    """Copy ``source`` to ``path``, which appears there whole or not at all; complaints are about ``named``."""
    if path.exists():
        raise OperatorError("operator.backup-exists", os.EX_CANTCREAT, path=str(path))
    part = path.with_name(f"{path.name}.part")
    try:
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        reason = f"{part} is there; delete it unless a backup is being made right now"
        raise OperatorError("operator.backup-failed", os.EX_CANTCREAT, path=str(named), reason=reason) from None
    except OSError as error:
        raise _failed(named, error) from error
    try:
        expected = _copy_one_state(source, part)
        found = _read_back(part)
        if found.rows != expected:
            raise ValueError("read back, it has other rows than the database")
        with part.open("rb") as copied:
            os.fsync(copied.fileno())
        part.rename(path)
        _make_durable(path.parent)
    except (sqlite3.Error, OSError, ValueError) as error:
        raise _failed(named, error) from error
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            Path(f"{part}{ending}").unlink(missing_ok=True)
    return Copy(path, found.revision, found.rows)


def _copy_one_state(source: Path, target: Path) -> dict[str, int]:
    """Copy the state that ``source`` has now, whoever writes meanwhile; how many rows its tables have in it."""
    with contextlib.closing(_connect(source)) as reading, contextlib.closing(_connect(target)) as writing:
        reading.execute("BEGIN")
        # Counted and copied within one transaction, which sees one state.
        rows = _rows(reading)
        reading.backup(writing)
        reading.execute("ROLLBACK")
        # One file, to which no log belongs.
        writing.execute("PRAGMA journal_mode = DELETE")
    return rows


def _read_back(path: Path) -> Copy:
    """Look a copy over; raises sqlite3.Error, or ValueError with what is wrong."""
    with contextlib.closing(_connect(path)) as copy:
        [(verdict,), *more] = copy.execute("PRAGMA integrity_check").fetchall()
        if more or verdict != "ok":
            raise ValueError(f"it is damaged: {verdict}")
        rows = _rows(copy)
        if VERSION_TABLE not in rows:
            raise ValueError("it is no database of this program")
        versions = copy.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall()  # noqa: S608
    if len(versions) != 1:
        raise ValueError("it doesn't say which schema it has")
    return Copy(path, str(versions[0][0]), rows)


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def _rows(connection: sqlite3.Connection) -> dict[str, int]:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in names}  # noqa: S608


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _failed(path: Path, error: Exception) -> OperatorError:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return OperatorError("operator.backup-failed", os.EX_CANTCREAT, path=str(path), reason=reason)


def _stamp(now: datetime) -> str:
    return now.strftime(_STAMP)
