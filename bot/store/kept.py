"""What was read from the database before, kept in memory for as long as nothing has written what it came from.

A function of the store that only reads is marked with `kept`. What it returns is kept by its arguments, together with
the tables that its statements named. Every statement that writes goes through `Transaction.execute` of the one process
that owns the file, and at the end of its transaction makes everything useless that came from the tables it wrote, or
from tables that a foreign key ties to those. From the first such statement until then nothing of these tables is taken
from memory. What isn't an INSERT, UPDATE or DELETE of SQLAlchemy's may have written anything.

There is one `Kept` for each open SQLite file. Where others write as well, as on PostgreSQL, there is none, and every
read goes to the database (`Database.open`). A function that is marked so returns what nobody changes, and its arguments
are all that its result depends on.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.sql import visitors

if TYPE_CHECKING:
    from bot.store.database import Transaction

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")

#: How many results are kept; the one that wasn't asked for the longest goes first.
_MOST: Final = 20_000
_EVERYTHING: Final = "*"


class _Entry:
    __slots__ = ("seen", "value")

    def __init__(self, value: Any, seen: Mapping[str, int]) -> None:
        self.value = value
        self.seen = seen


class Kept:
    """Results by function and arguments, and how often each table has been written."""

    def __init__(self) -> None:
        self._entries: OrderedDict[tuple[Any, ...], _Entry] = OrderedDict()
        self._versions: Counter[str] = Counter()
        self._writing: Counter[str] = Counter()
        self._opening = 0
        self._opened = asyncio.Event()
        self._broken_off: list[str] = []

    def find(self, key: tuple[Any, ...]) -> _Entry | None:
        """What is kept under a key and still so."""
        entry = self._entries.get(key)
        if entry is None or self._writing[_EVERYTHING]:
            return None
        versions, writing = self._versions, self._writing
        for table, version in entry.seen.items():
            if versions[table] != version or writing[table]:
                return None
        self._entries.move_to_end(key)
        return entry

    def keep(self, key: tuple[Any, ...], value: Any, seen: Mapping[str, int]) -> None:
        """Keep a result that was read when the tables were of these versions."""
        self._entries[key] = _Entry(value, seen)
        self._entries.move_to_end(key)
        while len(self._entries) > _MOST:
            self._entries.popitem(last=False)

    def forget(self) -> None:
        """Keep nothing of what was read so far: what people ask to be deleted doesn't stay in memory."""
        self._entries.clear()

    def versions(self) -> Mapping[str, int]:
        """The versions of all tables now."""
        return dict(self._versions)

    def written(self, statement: sa.Executable) -> frozenset[str]:
        """Note that a transaction has begun to write; what it may have changed."""
        tables = written_by(statement)
        self._writing.update(tables)
        return tables

    def ended(self, tables: Iterable[str]) -> None:
        """The transaction that wrote these tables (each as often as it said so) has ended, one way or another."""
        for table in tables:
            if table == _EVERYTHING:
                self._entries.clear()
                # What is being read now must not be kept either.
                self._versions.update(_all_tables())
            self._versions[table] += 1
            self._writing[table] -= 1

    def broken_off(self, tables: Iterable[str]) -> None:
        """The transaction that wrote these tables was cancelled: what became of it shows when the next one begins."""
        self._broken_off += tables

    def begun(self) -> None:
        """A transaction that may write has the connection to itself: those broken off before are over."""
        ended, self._broken_off = self._broken_off, []
        self.ended(ended)

    def begin_opening(self) -> None:
        """A reader that has taken something from memory goes on in the database: until it sees that, nothing ends."""
        self._opening += 1
        self._opened.clear()

    def end_opening(self) -> None:
        self._opening -= 1
        if not self._opening:
            self._opened.set()

    async def may_end(self) -> None:
        """Wait until no reader is between memory and the database, so that both show it the same state."""
        while self._opening:
            await self._opened.wait()


def kept(
    function: Callable[Concatenate[Transaction, _Given], Awaitable[_Result]],
) -> Callable[Concatenate[Transaction, _Given], Awaitable[_Result]]:
    """Mark a function of the store that only reads: in a transaction for reading its results are kept."""

    @wraps(function)
    async def found(tx: Transaction, /, *given: _Given.args, **named: _Given.kwargs) -> _Result:
        memory = tx.kept
        if memory is None or named:
            return await function(tx, *given, **named)
        key = (function, *given)
        entry = memory.find(key)
        if entry is not None:
            tx.note(entry.seen)
            return entry.value
        seen = tx.begin_noting()
        try:
            value = await function(tx, *given, **named)
        finally:
            tx.end_noting()
        memory.keep(key, value, seen)
        return value

    return found


def read_by(statement: sa.Executable) -> frozenset[str]:
    """The tables that a statement reads."""
    found: set[str] = set()
    for part in visitors.iterate(statement):  # pyright: ignore[reportArgumentType]
        table = cast("object", part if isinstance(part, sa.Table) else getattr(part, "table", None))
        if isinstance(table, sa.Table):
            found.add(table.name)
    return frozenset(found)


def written_by(statement: sa.Executable) -> frozenset[str]:
    """The tables that a statement may change; SQLite knows no SELECT that writes."""
    if isinstance(statement, sa.SelectBase):
        return frozenset()
    if isinstance(statement, sa.UpdateBase):
        table: Any = getattr(statement, "table", None)
        if isinstance(table, sa.Table):
            return _tied_to(cast("Any", table))
    return frozenset({_EVERYTHING})


@cache
def _tied_to(table: sa.Table) -> frozenset[str]:
    """A table with those whose rows may go or change with its own."""
    found = {table}
    while True:
        more = {one for one in table.metadata.tables.values() if {key.column.table for key in one.foreign_keys} & found}
        if more <= found:
            return frozenset(one.name for one in found)
        found |= more


@cache
def _all_tables() -> frozenset[str]:
    from bot.store.tables import metadata

    return frozenset(metadata.tables)
