"""Opens the database, hands out transactions, and says what is wrong with it in the operator's terms.

SQLite is the default and needs nothing; PostgreSQL is there by URL. The same statements run on both. What differs
is kept in this module:

* SQLite has one writer at a time. Within a process writers queue for the one writing connection; between processes
  they wait for up to two seconds. A writing transaction takes the lock when it begins (``BEGIN IMMEDIATE``), so
  nothing that it has read can change before it commits.
* On PostgreSQL transactions run side by side, and those which count before they insert exclude each other with
  `Transaction.alone`.
* What a process reads of its own SQLite file it keeps in memory while nothing writes it (`bot.store.kept`).
* A commit is on the disk before `Database.begin` returns (``synchronous=FULL``).

A transaction must not be opened inside another one of the same task: the second would wait for the first for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sqlite3
import time
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool

from bot.core.errors import OperatorError
from bot.store.kept import Kept, read_by

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")

#: How long a SQLite connection waits for a lock that another process holds, in seconds.
_BUSY_TIMEOUT = 2.0
#: How long until a file that somebody else is giving its log is tried again, in seconds.
_LOG_PAUSE = 0.01
#: How many reads of a SQLite file go on at once; each has a thread.
_READERS = 4
#: How long to wait for PostgreSQL to accept a connection, in seconds.
_CONNECT_TIMEOUT = 10.0
_CONNECT_ARGUMENTS = {"timeout": _CONNECT_TIMEOUT, "server_settings": {"application_name": "cliffhanger"}}

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


class Transaction:
    """One transaction. What is written in it becomes visible to others at its end, all of it or nothing."""

    def __init__(self, connection: AsyncConnection, writes_to: Kept | None = None) -> None:
        self._connection = connection
        self._written: list[str] = []
        self._writes_to = writes_to
        self.scrubs = False

    @property
    def kept(self) -> Kept | None:
        """What was read before and may be taken from memory; nothing where something may be written."""
        return None

    async def execute(self, statement: sa.Executable) -> sa.CursorResult[Any]:
        """Run a statement; a result's rows are all there already."""
        return await self._execute(statement)

    async def _execute(self, statement: sa.Executable) -> sa.CursorResult[Any]:
        if self._writes_to is not None:
            self._written += self._writes_to.written(statement)
        return await self._connection.execute(statement)

    def note(self, seen: Mapping[str, int]) -> None:
        """Let what is being read rest on these versions of tables as well."""

    def begin_noting(self) -> Mapping[str, int]:
        """The versions of the tables that are read from now on, filled until `end_noting`."""
        return {}

    def end_noting(self) -> None:
        """What was begun last ends here."""

    async def run(self, function: Callable[[sa.Connection], _Result]) -> _Result:
        """Call a function that needs SQLAlchemy's synchronous connection."""
        if self._writes_to is not None:
            self._written += self._writes_to.written(sa.text(""))
        return await self._connection.run_sync(function)

    def insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT of this database's dialect, which both spell with the same ``on_conflict_do_update``."""
        if self._connection.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)

    async def alone(self, what: str, key: int) -> None:
        """Wait until no other writing transaction is alone with the same ``what`` and ``key``, until the end.

        For whoever counts rows and then inserts one. SQLite lets nobody else write anyway.
        """
        if self._connection.dialect.name == "postgresql":
            lock = sa.func.hashtextextended(what, key)
            await self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))

    def scrub(self) -> None:
        """After the commit leave no trace of what was deleted in a SQLite file or in its write-ahead log.

        Where somebody else reads at length, the log is emptied after the next change instead.
        """
        self.scrubs = True

    def ended(self, *, cancelled: bool = False) -> None:
        """It was committed or undone: what was kept of the tables that it wrote is of no use.

        ``cancelled``: which of both, and when, isn't known yet.
        """
        if self._writes_to is not None:
            (self._writes_to.broken_off if cancelled else self._writes_to.ended)(self._written)
            if self.scrubs:
                self._writes_to.forget()


class _Reading(Transaction):
    """A transaction for reading that goes to the database only for what isn't kept in memory."""

    def __init__(self, reader: AsyncEngine, kept: Kept, stack: AsyncExitStack) -> None:
        self._reader = reader
        self._kept = kept
        self._stack = stack
        self._opened: AsyncConnection | None = None
        self._versions: Mapping[str, int] = {}
        self._noting: list[dict[str, int]] = []
        self.scrubs = False

    @property
    def kept(self) -> Kept | None:
        return self._kept

    async def _execute(self, statement: sa.Executable) -> sa.CursorResult[Any]:
        if self._opened is None:
            return await self._open(statement)
        self._note_tables(statement)
        return await self._opened.execute(statement)

    def insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        return sqlite.insert(table)

    async def alone(self, what: str, key: int) -> None:
        """Nobody who reads has anything to wait for."""

    async def run(self, function: Callable[[sa.Connection], _Result]) -> _Result:
        if self._opened is None:
            await self._open(sa.select(1))
        assert self._opened is not None
        return await self._opened.run_sync(function)

    async def _open(self, statement: sa.Executable) -> sa.CursorResult[Any]:
        # SQLite decides what a transaction sees at its first statement. What is read must not be taken for newer than
        # it is, so the versions are those from before.
        self._kept.begin_opening()
        try:
            connection = await self._stack.enter_async_context(self._reader.connect())
            await self._stack.enter_async_context(connection.begin())
            self._versions = self._kept.versions()
            self._note_tables(statement)
            result = await connection.execute(statement)
        finally:
            self._kept.end_opening()
        self._opened = connection
        return result

    def _note_tables(self, statement: sa.Executable) -> None:
        if self._noting:
            self.note({table: self._versions.get(table, 0) for table in read_by(statement)})

    def note(self, seen: Mapping[str, int]) -> None:
        for noted in self._noting:
            for table, version in seen.items():
                # Of two moments the earlier one counts: then it is no longer so, and is read again.
                noted[table] = min(version, noted.get(table, version))

    def begin_noting(self) -> Mapping[str, int]:
        self._noting.append({})
        return self._noting[-1]

    def end_noting(self) -> None:
        self._noting.pop()


#: How long closing waits for transactions that are under way, and then for those that it breaks off, in seconds.
#: Answers and deliveries have had their own time before; a process has five seconds in all.
_LAST_WORK = 0.8
_BREAKING_OFF = 0.5


class Database:
    """An open database. `open` it, and `close` it whatever happens."""

    def __init__(
        self,
        writer: AsyncEngine,
        reader: AsyncEngine,
        name: str,
        file: Path | None = None,
        kept: Kept | None = None,
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._kept = kept
        """What was read before; None where others write to this database as well."""
        self.name = name
        """What an operator recognises: the path of the file, or the URL without its password."""
        self.file = file
        """The SQLite file, or None where the database is none."""
        self._users: set[asyncio.Task[Any]] = set()
        self._still = False
        # Somebody read on while the log was to be emptied: the next that writes tries again.
        self._log_is_full = False

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect to ``sqlite:///path``, ``sqlite://`` (in memory) or ``postgresql://user:password@host/name``.

        Creates a SQLite file and its folder, readable by nobody else. Makes no tables: that is `migrate`'s job.
        Raises OperatorError with the key "operator.database-" followed by ``url``, ``driver``, ``folder``,
        ``unwritable``, ``corrupt``, ``locked``, ``full``, ``unreachable``, ``refused`` or ``missing``.
        """
        parsed = _parse(url)
        if parsed.get_backend_name() == "postgresql":
            return await cls._open_postgresql(parsed)
        return await cls._open_sqlite(parsed)

    @classmethod
    async def _open_sqlite(cls, url: sa.URL) -> Self:
        path = url.database
        if path in (None, "", ":memory:"):
            # A database in memory belongs to one connection, so that reads and writes have to share it.
            engine = _sqlite_engine(url, connections=1, begin="BEGIN IMMEDIATE", pragmas=_WRITER_PRAGMAS)
            return cls(engine, engine, "memory")
        if path.startswith("file:"):
            raise OperatorError("operator.database-url", os.EX_CONFIG, reason="file: names are not supported")
        await asyncio.to_thread(_prepare_file, Path(path))
        database = cls(
            _sqlite_engine(url, connections=1, begin="BEGIN IMMEDIATE", pragmas=_WRITER_PRAGMAS),
            _sqlite_engine(url, connections=_READERS, begin="BEGIN", pragmas=_READER_PRAGMAS),
            path,
            Path(path),
            Kept(),
        )
        try:
            async with database.begin() as tx:
                await tx.execute(sa.text("SELECT count(*) FROM sqlite_master"))
        except BaseException as error:
            await database.close()
            cause = error.orig if isinstance(error, DBAPIError) else error
            if isinstance(cause, sqlite3.Error) and (complaint := _sqlite_complaint(cause, path)) is not None:
                raise complaint from error
            raise
        return database

    @classmethod
    async def open_to_look(cls, url: str) -> Self:
        """Connect for reading alone, also while a bot runs on it: nothing is made or changed, not even a SQLite log.

        Raises OperatorError as `open`, and "operator.database-absent" where there is no such file.
        """
        parsed = _parse(url)
        path = parsed.database
        if parsed.get_backend_name() == "postgresql" or path in (None, "", ":memory:") or path.startswith("file:"):
            return await cls.open(url)
        file = Path(path)
        looked_at = await asyncio.to_thread(_read_only, parsed, file)
        engine = _sqlite_engine(looked_at, connections=1, begin="BEGIN", pragmas=_READER_PRAGMAS)
        database = cls(engine, engine, path, file)
        database._still = "immutable" in looked_at.query
        return database

    @property
    def is_as_opened(self) -> bool:
        """False where somebody has begun to use a file that `open_to_look` took for one that nobody uses."""
        return not self._still or not Path(f"{self.file}-wal").exists()

    @classmethod
    async def _open_postgresql(cls, url: sa.URL) -> Self:
        name = url.render_as_string(hide_password=True)
        if "sslmode" in url.query:
            # What libpq and every hosting panel call sslmode, asyncpg calls ssl.
            mode = url.query["sslmode"]
            url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
        try:
            engine = create_async_engine(
                url,
                pool_pre_ping=True,
                connect_args=_CONNECT_ARGUMENTS,
            )
        except ModuleNotFoundError as error:
            raise OperatorError("operator.database-driver", os.EX_CONFIG, driver=error.name) from error
        reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        database = cls(engine, reader, name)
        try:
            async with database.begin() as tx:
                await tx.execute(sa.select(1))
        except BaseException as error:
            await database.close()
            if (complaint := _postgresql_complaint(error, name)) is not None:
                raise complaint from error
            raise
        return database

    @asynccontextmanager
    async def held(self, what: str, keys: Sequence[int]) -> AsyncGenerator[int | None]:
        """Hold a PostgreSQL lock for each of ``keys`` until the end of the block or of the process.

        Yields the first key of which somebody else has the lock, None where all are ours, and on SQLite.
        """
        if self._writer.dialect.name != "postgresql":
            yield None
            return
        # A connection that is nobody else's, since these locks are its own. Without the transaction that would
        # otherwise stay open for as long.
        engine = create_async_engine(
            self._writer.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=_CONNECT_ARGUMENTS
        )
        try:
            async with engine.connect() as connection:
                taken = None
                for key in keys:
                    lock = sa.func.pg_try_advisory_lock(sa.func.hashtextextended(what, key))
                    if not (await connection.execute(sa.select(lock))).scalar_one():
                        taken = key
                        break
                yield taken
        finally:
            await engine.dispose()

    async def close(self) -> None:
        """Close every connection. Closing twice does no harm.

        Transactions that are under way, or wait for their turn, get a moment to end; after it they are cancelled.
        """
        if not await self._idle(_LAST_WORK):
            for task in self._users:
                task.cancel()
            await self._idle(_BREAKING_OFF)
        await self._reader.dispose()
        await self._writer.dispose()

    async def _idle(self, seconds: float) -> bool:
        """Wait until nobody holds a connection or waits for one; whether that came to be in time."""
        until = time.monotonic() + seconds
        while self._users or self._checked_out():
            if time.monotonic() >= until:
                return False
            # In a thread, which goes on where a test's clock stands still.
            await asyncio.to_thread(time.sleep, 0.005)
        return True

    def _checked_out(self) -> int:
        # A task that was cancelled gives its connection back in another one, and a little later.
        pools = (self._reader.pool, self._writer.pool)
        return sum(pool.checkedout() for pool in pools if isinstance(pool, AsyncAdaptedQueuePool))

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[Transaction]:
        """A transaction that may write; committed at the end of the block, undone if that raises."""
        with self._in_use():
            async with self._writer.connect() as connection:
                tx = Transaction(connection, self._kept)
                if self._kept is not None:
                    self._kept.begun()
                try:
                    async with connection.begin():
                        yield tx
                        if self._kept is not None:
                            await self._kept.may_end()
                except BaseException as error:
                    tx.ended(cancelled=not isinstance(error, Exception))
                    raise
                tx.ended()
                if (tx.scrubs or self._log_is_full) and connection.dialect.name == "sqlite":
                    self._log_is_full = not await _empty_log(connection)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Transaction]:
        """A transaction for reading, which sees one state of everything; a write in it is an error."""
        with self._in_use():
            if self._kept is not None:
                async with AsyncExitStack() as stack:
                    yield _Reading(self._reader, self._kept, stack)
                return
            async with self._reader.connect() as connection, connection.begin():
                yield Transaction(connection)

    @contextmanager
    def _in_use(self) -> Generator[None]:
        task = asyncio.current_task()
        assert task is not None
        self._users.add(task)
        try:
            yield
        finally:
            self._users.discard(task)


def file_of(url: str) -> Path | None:
    """The SQLite file that a URL names; None for one in memory.

    Raises OperatorError "operator.database-url" for what is no URL, "operator.backup-postgresql" for PostgreSQL.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() != "sqlite":
        raise OperatorError("operator.backup-postgresql", os.EX_USAGE)
    path = parsed.database
    return None if path in (None, "", ":memory:") or path.startswith("file:") else Path(path)


def folder_of(url: str) -> Path | None:
    """The folder of the SQLite file that a URL names; `var` for another server's, None for one in memory.

    Raises OperatorError("operator.database-url") for what is no URL.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() != "sqlite":
        return Path("var")
    path = parsed.database
    return None if path in (None, "", ":memory:") or path.startswith("file:") else Path(path).parent


def _parse(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        # Not repeated, since there may be a password in it.
        raise OperatorError("operator.database-url", os.EX_CONFIG, reason="it is not a URL") from None
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        reason = f"there is no support for {parsed.drivername}"
        raise OperatorError("operator.database-url", os.EX_CONFIG, reason=reason)
    return parsed.set(drivername=driver)


# secure_delete writes zeros over what is deleted: what people ask to be forgotten is not left in free pages.
_WRITER_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON")
_READER_PRAGMAS = ("query_only = ON",)


def _sqlite_engine(url: sa.URL, *, connections: int, begin: str, pragmas: tuple[str, ...]) -> AsyncEngine:
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=connections,
        max_overflow=0,
        # Without isolation_level Python's sqlite3 begins nothing by itself; left alone it would begin late, at the
        # first write, and not at all before a CREATE TABLE.
        connect_args={"timeout": _BUSY_TIMEOUT, "isolation_level": None},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _set_pragmas(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        try:
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")
        finally:
            cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    del _set_pragmas, _begin
    return engine


async def _empty_log(connection: AsyncConnection) -> bool:
    """Whether nothing is left in the log; not so while somebody reads what it held for longer than we wait."""
    raw = await connection.get_raw_connection()
    cursor = await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    row = await cursor.fetchone()
    await cursor.close()
    if row is None or row[0] == 0:
        return True
    log.warning("Something reads the database at length; what was deleted is in its log until the next change")
    return False


def _read_only(url: sa.URL, file: Path) -> sa.URL:
    """The URL by which SQLite only reads a file."""
    if not file.exists():
        raise OperatorError("operator.database-absent", os.EX_CONFIG, path=str(file))
    query = {"mode": "ro", "uri": "true"}
    if not Path(f"{file}-wal").exists():
        # Its last user has closed it. Opened in the usual way it would be given a log.
        query["immutable"] = "1"
    return sa.URL.create(url.drivername, database=f"file:{quote(str(file.absolute()))}", query=query)


def _prepare_file(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorError(
            "operator.database-folder", os.EX_CANTCREAT, path=str(path.parent), reason=error.strerror
        ) from error
    try:
        # SQLite gives its journals the permissions of the database.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise OperatorError(
            "operator.database-unwritable", os.EX_NOPERM, path=str(path), reason=error.strerror
        ) from error
    _begin_log(path)


def _begin_log(path: Path) -> None:
    """Let a new file have a write-ahead log. What else may be wrong with it is said by whoever opens it."""
    with contextlib.closing(sqlite3.connect(path, timeout=_BUSY_TIMEOUT)) as connection:
        until = time.monotonic() + _BUSY_TIMEOUT
        # SQLite doesn't wait for another process that does the same at this moment.
        while time.monotonic() < until:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.Error as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    return
                time.sleep(_LOG_PAUSE)
            else:
                return


def complaint_of(error: Exception, database: Database) -> OperatorError | None:
    """What an operator is told of an error that came while ``database`` was used; None for one that is no matter of it.

    An OperatorError stays what it is.
    """
    if isinstance(error, OperatorError):
        return error
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _sqlite_complaint(cause, database.name)
    return None if database.file is not None else _postgresql_complaint(error, database.name)


def _sqlite_complaint(error: sqlite3.Error, path: str) -> OperatorError | None:
    # The lower eight bits are the kind of error, the rest its details.
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return OperatorError("operator.database-corrupt", os.EX_CONFIG, path=path, reason=str(error))
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return OperatorError("operator.database-locked", os.EX_TEMPFAIL, path=path)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_AUTH:
            return OperatorError("operator.database-unwritable", os.EX_NOPERM, path=path, reason=str(error))
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return OperatorError("operator.database-full", os.EX_CANTCREAT, path=path, reason=str(error))
        case _:
            return None


def _postgresql_complaint(error: BaseException, name: str) -> OperatorError | None:
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    # SQLAlchemy's errors come from asyncpg's own.
    cause = error if cause is None else cause.__cause__ or cause
    sqlstate = str(getattr(cause, "sqlstate", None) or "")
    if sqlstate.startswith("28"):
        return OperatorError("operator.database-refused", os.EX_NOPERM, url=name)
    if sqlstate == "3D000":
        return OperatorError("operator.database-missing", os.EX_CONFIG, url=name)
    if sqlstate or isinstance(cause, (OSError, TimeoutError)):
        reason = str(cause) or type(cause).__name__
        return OperatorError("operator.database-unreachable", os.EX_TEMPFAIL, url=name, reason=reason)
    if isinstance(cause, (TypeError, ValueError)):
        # An option in the URL that asyncpg doesn't know.
        return OperatorError("operator.database-url", os.EX_CONFIG, reason=str(cause))
    return None
