"""What is kept in memory is what the database says: after every write, beside writes, and across cancelled ones."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import pkgutil
from collections.abc import AsyncIterator, Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bot.store
from bot.core.progress import Progress
from bot.store import ceilings, followed, people, progress
from bot.store.database import Database, Transaction
from bot.store.kept import Kept, kept, read_by, written_by
from bot.store.migrate import migrate
from bot.store.tables import guild_show, metadata, person, zone_share
from tests.store.samples import NOW


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/kept.sqlite3")
    await migrate(made)
    yield made
    await made.close()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[sa.Executable]:
    """The statements that reach the database in transactions for reading."""
    seen: list[sa.Executable] = []
    original = Transaction.execute

    async def note(self: Transaction, statement: sa.Executable) -> Any:
        seen.append(statement)
        return await original(self, statement)

    monkeypatch.setattr(Transaction, "execute", note)
    return seen


async def zone(database: Database, user_id: int) -> str | None:
    async with database.read() as tx:
        return await people.zone(tx, user_id)


async def test_what_was_read_is_not_read_again(database: Database, asked: list[sa.Executable]) -> None:
    async with database.begin() as tx:
        await people.set_zone(tx, 1, "Asia/Seoul")
    asked.clear()
    assert [await zone(database, 1) for _ in range(3)] == ["Asia/Seoul"] * 3
    assert len(asked) == 1
    assert [await zone(database, 2) for _ in range(3)] == [None] * 3
    assert len(asked) == 2


async def test_a_write_makes_what_it_touches_be_read_again_and_nothing_else(
    database: Database, asked: list[sa.Executable]
) -> None:
    async def read() -> tuple[str | None, tuple[str, ...]]:
        async with database.read() as tx:
            return await people.zone(tx, 1), await followed.of(tx, 5)

    assert await read() == (None, ())
    async with database.begin() as tx:
        await people.set_zone(tx, 1, "Asia/Seoul")
    asked.clear()
    assert await read() == ("Asia/Seoul", ())
    assert len(asked) == 1
    async with database.begin() as tx:
        await followed.add(tx, 5, "the-defects", NOW)
    assert await read() == ("Asia/Seoul", ("the-defects",))


async def test_what_goes_along_with_a_deleted_row_is_read_again(database: Database) -> None:
    async with database.begin() as tx:
        await people.set_zone(tx, 1, "Asia/Seoul")
        await people.set_share(tx, 1, 5, share=True)

    async def shared() -> bool:
        async with database.read() as tx:
            return await people.shares(tx, 1, 5)

    assert await shared()
    async with database.begin() as tx:
        await tx.execute(sa.delete(person).where(person.c.user_id == 1))
    assert not await shared()


async def test_what_is_undone_was_never_there(database: Database) -> None:
    assert await zone(database, 1) is None
    with contextlib.suppress(ZeroDivisionError):
        async with database.begin() as tx:
            await people.set_zone(tx, 1, "Asia/Seoul")
            assert await people.zone(tx, 1) == "Asia/Seoul"
            assert await zone_elsewhere(database) is None
            raise ZeroDivisionError
    assert await zone(database, 1) is None


async def zone_elsewhere(database: Database) -> str | None:
    """The zone as another task sees it."""
    return await asyncio.create_task(zone(database, 1))


async def test_while_something_is_written_memory_is_not_asked(database: Database, asked: list[sa.Executable]) -> None:
    assert await zone(database, 1) is None
    async with database.begin() as tx:
        await people.set_zone(tx, 1, "Asia/Seoul")
        asked.clear()
        assert [await zone_elsewhere(database) for _ in range(2)] == [None, None]
        assert len(asked) == 2
    assert await zone(database, 1) == "Asia/Seoul"


async def test_a_write_that_is_cancelled_while_it_ends_is_seen_whatever_became_of_it(database: Database) -> None:
    assert await zone(database, 1) is None
    for step in range(30):
        written = f"Etc/GMT+{step % 10}"

        async def write(value: str) -> None:
            async with database.begin() as tx:
                await people.set_zone(tx, 1, value)

        task = asyncio.create_task(write(written))
        for _ in range(step):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        seen = await zone(database, 1)
        async with database.begin() as tx:
            truth = await people.zone(tx, 1)
        assert await zone(database, 1) == truth
        assert seen in (truth, None, *(f"Etc/GMT+{number}" for number in range(10)))


async def test_memory_and_database_show_one_transaction_the_same_state(database: Database) -> None:
    """A reader that has one half from memory gets the other half from before the write as well."""

    async def write(number: int) -> None:
        async with database.begin() as tx:
            await followed.add(tx, 5, f"show-{number:03}", NOW)
            await ceilings.set(tx, 6, 5, "the-defects", number)

    async def read(fresh: int) -> tuple[int, int | None]:
        async with database.read() as tx:
            count = len(await followed.of(tx, 5))
            # Nobody has asked for this before, so that it isn't in memory.
            await people.zone(tx, fresh)
            return count, await ceilings.get(tx, 6, "the-defects")

    for number in range(1, 40):
        writing = asyncio.create_task(write(number))
        found = await asyncio.gather(*(read(number * 100 + index) for index in range(4)))
        await writing
        assert all(count == (ceiling or 0) for count, ceiling in found), found


async def test_arbitrary_sql_makes_everything_be_read_again(database: Database) -> None:
    assert await zone(database, 1) is None
    async with database.begin() as tx:
        await tx.execute(sa.text("INSERT INTO person (user_id, zone) VALUES (1, 'Asia/Seoul')"))
    assert await zone(database, 1) == "Asia/Seoul"
    async with database.begin() as tx:
        await tx.run(lambda connection: connection.execute(sa.delete(person)))
    assert await zone(database, 1) is None


async def test_what_is_to_leave_no_trace_leaves_none_in_memory(database: Database) -> None:
    async with database.begin() as tx:
        await people.set_zone(tx, 1, "Asia/Seoul")
    async with database.read() as tx:
        await people.zone(tx, 1)
        assert tx.kept is not None
        memory = tx.kept
    assert memory.find((people.zone.__wrapped__, 1))  # type: ignore[attr-defined]
    async with database.begin() as tx:
        await people.forget(tx, 1)
    assert not memory._entries


# Any order of writes and reads

_PEOPLE, _SERVERS = (1, 2), (5, 6)
_ZONES = ("Asia/Seoul", "Europe/London")
WRITES: tuple[Callable[[Transaction, int, int, int], Any], ...] = (
    lambda tx, who, where, n: people.set_zone(tx, who, _ZONES[n % 2]),
    lambda tx, who, where, n: people.clear_zone(tx, who),
    lambda tx, who, where, n: progress.set(tx, who, "a", Progress(n, frozenset({n + 2}), n if n % 2 else None)),
    lambda tx, who, where, n: progress.clear(tx, who, "a"),
    lambda tx, who, where, n: followed.add(tx, where, f"show-{n}", NOW),
    lambda tx, who, where, n: followed.prefer(tx, where, f"show-{n}"),
    lambda tx, who, where, n: followed.set_channel(tx, where, where * 10, f"show-{n}"),
    lambda tx, who, where, n: followed.remove(tx, where, f"show-{n}"),
    lambda tx, who, where, n: ceilings.set(tx, where * 10, where, "a", n),
    lambda tx, who, where, n: ceilings.clear(tx, where * 10, "a"),
    lambda tx, who, where, n: people.forget(tx, who),
)


async def everything(tx: Transaction) -> list[Any]:
    found: list[Any] = []
    for who in _PEOPLE:
        found += [await people.zone(tx, who), await progress.get(tx, who, "a")]
        found += [await people.shares(tx, who, where) for where in _SERVERS]
    for where in _SERVERS:
        found += [
            await followed.of(tx, where),
            await followed.channels(tx, where),
            await followed.in_channel(tx, where * 10),
        ]
        found += [await ceilings.get(tx, where * 10, "a"), await people.zones_shared_in(tx, where)]
        found += [await progress.shared_in(tx, where, "a"), await people.sharing_in(tx, where)]
    return found


_STEP = st.tuples(
    st.integers(0, len(WRITES) - 1),
    st.sampled_from(_PEOPLE),
    st.sampled_from(_SERVERS),
    st.integers(1, 3),
    st.booleans(),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_STEP, min_size=1, max_size=12))
async def test_after_any_writes_memory_says_what_the_database_says(database: Database, steps: list[Any]) -> None:
    for index, who, where, number, fails in steps:
        with contextlib.suppress(ZeroDivisionError):
            async with database.begin() as tx:
                await WRITES[index](tx, who, where, number)
                if fails:
                    raise ZeroDivisionError
        async with database.read() as tx:
            from_memory = await everything(tx)
        # A transaction that may write takes nothing from memory.
        async with database.begin() as tx:
            assert from_memory == await everything(tx)


# What is known of statements


def test_a_write_names_its_table_and_those_tied_to_it() -> None:
    assert {"person", "zone_share"} <= written_by(sa.delete(person))
    assert written_by(sa.insert(zone_share)) == {"zone_share"}
    assert written_by(sa.select(person)) == frozenset()
    assert written_by(sa.text("SELECT 1")) == {"*"}


def test_a_read_names_all_its_tables() -> None:
    inner = sa.select(zone_share.c.user_id).where(zone_share.c.guild_id == 1)
    query = sa.select(sa.func.count()).where(person.c.user_id.in_(inner), sa.exists().where(guild_show.c.guild_id == 1))
    assert read_by(query) == {"person", "zone_share", "guild_show"}
    assert read_by(sa.select(sa.select(person.c.zone).limit(1).scalar_subquery())) == {"person"}
    assert read_by(sa.select(person.alias("p").c.zone)) == {"person"}
    assert read_by(sa.union(sa.select(person.c.zone), sa.select(guild_show.c.show_id))) == {"person", "guild_show"}


def functions() -> list[Any]:
    """The functions of the store whose results are kept."""
    modules = [import_module(f"bot.store.{one.name}") for one in pkgutil.iter_modules(bot.store.__path__)]
    return [
        one
        for module in modules
        for one in vars(module).values()
        if inspect.iscoroutinefunction(one) and one.__module__ == module.__name__ and hasattr(one, "__wrapped__")
    ]


@pytest.mark.parametrize("function", functions(), ids=lambda one: f"{one.__module__}.{one.__name__}")
async def test_what_a_function_rests_on_is_what_its_sql_says(
    database: Database, function: Any, asked: list[sa.Executable]
) -> None:
    """Every table that stands in its statements counts, and it asks nothing but for SELECTs."""
    count = len(inspect.signature(function).parameters) - 1
    names = list(inspect.signature(function).parameters)[1:]
    given = ["the-defects" if name == "show_id" else 1 for name in names]
    assert len(given) == count
    async with database.read() as tx:
        noted = tx.begin_noting()
        await function(tx, *given)
        tx.end_noting()
    assert asked
    for statement in asked:
        assert isinstance(statement, sa.SelectBase)
        words = set(str(statement).replace(".", " ").replace(",", " ").split())
        assert words & set(metadata.tables) <= set(noted)


async def test_what_was_not_asked_for_the_longest_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.kept._MOST", 2)
    memory = Kept()
    for key in ("a", "b"):
        memory.keep((key,), key, {})
    assert memory.find(("a",))
    memory.keep(("c",), "c", {})
    assert [memory.find((key,)) is not None for key in "abc"] == [True, False, True]


async def test_nothing_is_kept_where_others_may_write() -> None:
    database = await Database.open("sqlite://")
    try:
        await migrate(database)
        async with database.read() as tx:
            assert tx.kept is None
            assert await kept(people.zone.__wrapped__)(tx, 1) is None  # type: ignore[attr-defined]
    finally:
        await database.close()
