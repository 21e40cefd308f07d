"""Opening, closing, transactions, and what an operator is told when a database can't be used."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.core.errors import OperatorError
from bot.store import meta
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.tables import meta as meta_table
from tests.store.conftest import POSTGRES_URL, Place, sqlite_place

ROOT = Path(__file__).parents[2]


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may write everywhere, so tests of what is forbidden do without."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody can get into, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="cliffhanger-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


async def refusal(url: str) -> OperatorError:
    with pytest.raises(OperatorError) as caught:
        await Database.open(url)
    return caught.value


async def put(place: Place, key: str, value: str) -> None:
    async with place.opened() as database, database.begin() as tx:
        await meta.put(tx, key, value)


async def get(database: Database, key: str) -> str | None:
    async with database.read() as tx:
        return await meta.get(tx, key)


async def pragma(database: Database, name: str) -> object:
    async with database.begin() as tx:
        return (await tx.execute(sa.text(f"PRAGMA {name}"))).scalar_one()


# Opening


async def test_the_folder_and_the_file_belong_to_the_operator_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "bot.sqlite3"
    database = await Database.open(f"sqlite+aiosqlite:///{path}")
    try:
        await migrate(database)
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
        assert database.name == str(path)
    finally:
        await database.close()


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+aiosqlite"])
async def test_a_sqlite_file_is_safe_against_power_cuts_and_checks_its_references(tmp_path: Path, scheme: str) -> None:
    database = await Database.open(f"{scheme}:///{tmp_path / 'bot.sqlite3'}")
    try:
        assert await pragma(database, "journal_mode") == "wal"
        assert await pragma(database, "synchronous") == 2, "FULL"
        assert await pragma(database, "foreign_keys") == 1
        assert await pragma(database, "busy_timeout") == 2000
    finally:
        await database.close()


async def test_closing_leaves_one_file_and_may_be_done_twice(tmp_path: Path) -> None:
    place = sqlite_place(tmp_path)
    async with place.opened() as database:
        await migrate(database)
        await database.close()
    assert [file.name for file in (tmp_path / "kept").iterdir()] == ["bot.sqlite3"]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite+aiosqlite:///:memory:"])
async def test_a_database_in_memory_works(url: str) -> None:
    database = await Database.open(url)
    try:
        assert await migrate(database)
        async with database.begin() as tx:
            await meta.put(tx, "key", "value")
        assert await asyncio.gather(*(get(database, "key") for _ in range(5))) == ["value"] * 5
    finally:
        await database.close()


async def test_two_that_open_a_new_file_together_both_succeed(tmp_path: Path) -> None:
    place = sqlite_place(tmp_path)
    opened = await asyncio.gather(*(Database.open(place.url) for _ in range(8)))
    await asyncio.gather(*(database.close() for database in opened))


# What is refused


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "it is not a URL"),
        ("cliffhanger.sqlite3", "it is not a URL"),
        ("mysql://root@localhost/bot", "there is no support for mysql"),
        ("sqlite+pysqlcipher:///x", "there is no support for sqlite+pysqlcipher"),
        ("postgresql+psycopg2://localhost/bot", "there is no support for postgresql+psycopg2"),
        ("postgresql://localhost:port/bot", "it is not a URL"),
        ("sqlite:///file:x?mode=ro&uri=true", "file: names are not supported"),
    ],
)
async def test_a_url_that_means_nothing_here_is_refused(url: str, reason: str) -> None:
    error = await refusal(url)
    assert (error.key, error.exit_code) == ("operator.database-url", os.EX_CONFIG)
    assert error.arguments == {"reason": reason}


async def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    error = await refusal("postgresql://me:hunter2@localhost/bot")
    assert (error.key, error.exit_code) == ("operator.database-driver", os.EX_CONFIG)
    assert error.arguments == {"driver": "asyncpg"}


async def test_a_folder_that_cannot_be_created_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    error = await refusal(f"sqlite:///{tmp_path}/file/deeper/bot.sqlite3")
    assert (error.key, error.exit_code) == ("operator.database-folder", os.EX_CANTCREAT)
    assert error.arguments == {"path": f"{tmp_path}/file/deeper", "reason": "Not a directory"}


async def test_a_folder_that_may_not_be_created_is_named(open_folder: Path) -> None:
    with without_privileges():
        error = await refusal(f"sqlite:///{open_folder}/new/bot.sqlite3")
    assert (error.key, error.exit_code) == ("operator.database-folder", os.EX_CANTCREAT)
    assert error.arguments["reason"] == "Permission denied"


async def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    error = await refusal(f"sqlite:///{tmp_path}")
    assert (error.key, error.exit_code) == ("operator.database-unwritable", os.EX_NOPERM)
    assert error.arguments == {"path": str(tmp_path), "reason": "Is a directory"}


async def test_a_file_that_may_only_be_read_is_refused(open_folder: Path) -> None:
    path = open_folder / "bot.sqlite3"
    sqlite3.connect(path).close()
    path.chmod(0o444)
    with without_privileges():
        error = await refusal(f"sqlite:///{path}")
    assert (error.key, error.exit_code) == ("operator.database-unwritable", os.EX_NOPERM)
    assert error.arguments == {"path": str(path), "reason": "Permission denied"}


async def test_a_folder_that_takes_no_journal_is_refused(open_folder: Path) -> None:
    path = open_folder / "bot.sqlite3"
    sqlite3.connect(path).close()
    path.chmod(0o666)
    await asyncio.to_thread(open_folder.chmod, 0o555)
    with without_privileges():
        error = await refusal(f"sqlite:///{path}")
    assert (error.key, error.exit_code) == ("operator.database-unwritable", os.EX_NOPERM)
    assert error.arguments["path"] == str(path)


@pytest.mark.parametrize("content", [b"Dear diary, " * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bot.sqlite3"
    path.write_bytes(content)
    error = await refusal(f"sqlite:///{path}")
    assert (error.key, error.exit_code) == ("operator.database-corrupt", os.EX_CONFIG)
    assert error.arguments["path"] == str(path)
    assert path.read_bytes() == content


async def test_a_file_that_another_process_has_locked_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.database._BUSY_TIMEOUT", 0.05)
    path = tmp_path / "bot.sqlite3"
    holder = sqlite3.connect(path, isolation_level=None)
    try:
        holder.execute("BEGIN EXCLUSIVE")
        error = await refusal(f"sqlite:///{path}")
    finally:
        holder.close()
    assert (error.key, error.exit_code) == ("operator.database-locked", os.EX_TEMPFAIL)
    assert error.arguments == {"path": str(path)}


async def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    pytest.importorskip("asyncpg")
    error = await refusal("postgresql://me:hunter2@127.0.0.1:1/bot")
    assert (error.key, error.exit_code) == ("operator.database-unreachable", os.EX_TEMPFAIL)
    assert error.arguments["url"] == "postgresql+asyncpg://me:***@127.0.0.1:1/bot"
    assert "hunter2" not in str(error)


@pytest.mark.skipif(not POSTGRES_URL, reason="DATABASE_TEST_POSTGRES_URL is not set")
@pytest.mark.parametrize(
    ("change", "key", "exit_code"),
    [
        ({"password": "wrong-one"}, "operator.database-refused", os.EX_NOPERM),
        ({"database": "no_such_database"}, "operator.database-missing", os.EX_CONFIG),
        ({"query": {"no_such_option": "1"}}, "operator.database-url", os.EX_CONFIG),
        ({"query": {"sslmode": "sometimes"}}, "operator.database-url", os.EX_CONFIG),
        ({"port": 1, "query": {"sslmode": "require"}}, "operator.database-unreachable", os.EX_TEMPFAIL),
    ],
)
async def test_a_server_that_refuses_says_why(change: dict[str, object], key: str, exit_code: int) -> None:
    url = sa.make_url(POSTGRES_URL).set(**change)
    error = await refusal(url.render_as_string(hide_password=False))
    assert (error.key, error.exit_code) == (key, exit_code)
    assert str(url.password) not in str(error)


# Transactions


async def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.begin() as tx:
            await meta.put(tx, "key", "value")
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        await fail()
    assert await get(database, "key") is None


async def test_a_block_that_is_cancelled_leaves_nothing_and_blocks_nobody(database: Database) -> None:
    entered = asyncio.Event()

    async def dawdle() -> None:
        async with database.begin() as tx:
            await meta.put(tx, "key", "value")
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(dawdle())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await get(database, "key") is None
    async with database.begin() as tx:
        await meta.put(tx, "key", "later")


async def test_a_table_made_in_a_block_that_raises_is_gone(database: Database) -> None:
    async def fail() -> None:
        async with database.begin() as tx:
            await tx.execute(sa.text("CREATE TABLE halfway (id INTEGER)"))
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        await fail()
    async with database.read() as tx:
        assert not await tx.run(lambda connection: sa.inspect(connection).has_table("halfway"))


async def test_what_is_not_committed_is_not_read(database: Database) -> None:
    async with database.begin() as tx:
        await meta.put(tx, "key", "value")
        assert await get(database, "key") is None
    assert await get(database, "key") == "value"


async def test_a_read_sees_one_state_of_everything(database: Database) -> None:
    async with database.begin() as tx:
        await meta.put(tx, "key", "before")
    async with database.read() as reading:
        assert await meta.get(reading, "key") == "before"
        async with database.begin() as tx:
            await meta.put(tx, "key", "after")
        assert await meta.get(reading, "key") == "before"
    assert await get(database, "key") == "after"


async def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError, match=r"readonly|read-only"):
        async with database.read() as tx:
            await meta.put(tx, "key", "value")
    async with database.begin() as tx:
        await meta.put(tx, "key", "value")


async def test_a_sqlite_transaction_has_the_lock_from_its_beginning(tmp_path: Path) -> None:
    place = sqlite_place(tmp_path)
    async with place.opened() as first:
        await migrate(first)
        other = sqlite3.connect(tmp_path / "kept" / "bot.sqlite3", timeout=0, isolation_level=None)
        try:
            async with first.begin():
                with pytest.raises(sqlite3.OperationalError, match="locked"):
                    other.execute("BEGIN IMMEDIATE")
            other.execute("BEGIN IMMEDIATE")
        finally:
            other.close()


async def test_a_second_writer_waits_for_the_first(place: Place) -> None:
    if place.backend != "sqlite":
        pytest.skip("PostgreSQL lets both write")
    async with place.opened() as one, place.opened() as two:
        async with one.begin() as tx:
            await meta.put(tx, "key", "first")
            waiting = asyncio.create_task(append(two, "second"))
            await asyncio.wait({waiting}, timeout=0.1)
            assert not waiting.done()
        await waiting
        assert await get(one, "key") == "first second"


async def append(database: Database, word: str) -> None:
    """Read, then write: the pattern that loses updates unless the lock is taken first."""
    async with database.begin() as tx:
        await tx.alone("append", 0)
        before = await meta.get(tx, "key")
        await meta.put(tx, "key", word if before is None else f"{before} {word}")


async def test_many_writers_lose_nothing_and_are_never_refused(place: Place) -> None:
    async with place.opened() as one, place.opened() as two:
        words = [str(number) for number in range(40)]
        await asyncio.gather(*(append(two if int(word) % 2 else one, word) for word in words))
        kept = await get(one, "key")
        assert kept is not None
        assert sorted(kept.split(), key=int) == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "'; DROP TABLE meta; --",
        '"quoted" \\ %s %(x)s :name ? $1 {brace}',
        "||spoiler|| @everyone `code`",
        "아현 🤝 \u202eright to left\u202c \u200b",
        "line\nbreak\ttab\r",
        "x" * 100_000,
    ],
)
async def test_hostile_text_comes_back_unchanged(database: Database, text: str) -> None:
    async with database.begin() as tx:
        await meta.put(tx, text, text)
    assert await get(database, text) == text


@pytest.mark.parametrize("text", ["nul\0", "\ud800"])
async def test_text_that_a_database_cannot_hold_is_refused(database: Database, text: str) -> None:
    with pytest.raises((ValueError, sa.exc.StatementError, sa.exc.DBAPIError)):
        async with database.begin() as tx:
            await meta.put(tx, "key", text)
    assert await get(database, "key") is None


# Killed processes

WRITER = """
import asyncio, sys
from bot.store import meta
from bot.store.database import Database

async def write():
    database = await Database.open(sys.argv[1])
    number = 0
    while True:
        async with database.begin() as tx:
            await meta.put(tx, f"{sys.argv[2]}-{number}", "kept")
            await meta.put(tx, f"{sys.argv[2]}-{number}-too", "kept")
        print(number, flush=True)
        number += 1

asyncio.run(write())
"""


async def test_what_was_acknowledged_before_a_kill_is_there(place: Place) -> None:
    for run in range(3):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, place.url, str(run), cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        acknowledged = [int(await process.stdout.readline()) for _ in range(20 + 7 * run)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in (await process.stdout.read()).split(b"\n") if line]
        assert await process.wait() == -signal.SIGKILL
        async with place.opened() as database, database.read() as tx:
            kept = {row.key for row in await tx.execute(sa.select(meta_table.c.key))}
        for number in acknowledged:
            assert {f"{run}-{number}", f"{run}-{number}-too"} <= kept
        halves = [key for key in kept if key.startswith(f"{run}-") and not key.endswith("-too")]
        assert {f"{key}-too" for key in halves} <= kept, "a transaction is there as a whole"


async def test_closing_waits_for_a_transaction_that_is_under_way(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'bot.sqlite3'}")
    under_way, ended = asyncio.Event(), False

    async def work() -> None:
        nonlocal ended
        async with database.begin() as tx:
            under_way.set()
            await asyncio.sleep(0.05)
            await tx.execute(sa.text("SELECT 1"))
            ended = True

    task = asyncio.create_task(work())
    await under_way.wait()
    await database.close()
    assert ended
    await task


async def test_closing_breaks_off_what_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.database._LAST_WORK", 0.05)
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'bot.sqlite3'}")
    under_way = asyncio.Event()

    async def work() -> None:
        async with database.begin() as tx:
            await tx.execute(sa.text("CREATE TABLE half (done)"))
            under_way.set()
            await asyncio.Event().wait()

    async def wait_for_a_turn() -> None:
        async with database.begin() as tx:
            await tx.execute(sa.text("CREATE TABLE other (done)"))
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(work()), asyncio.create_task(wait_for_a_turn())]
    await under_way.wait()
    await database.close()
    assert all(task.cancelled() for task in tasks)
    again = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'bot.sqlite3'}")
    async with again.read() as tx:
        assert (await tx.execute(sa.text("SELECT count(*) FROM sqlite_master"))).scalar_one() == 0
    await again.close()
