"""Every table there is: what it says about a person or a server is known, found, handed out and deleted."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.personal_data import NOBODY
from bot.core.reminder import DueKind
from bot.store import people, personal_data, servers
from bot.store.database import Database, Transaction
from bot.store.tables import Instant, due, metadata
from tests.store.conftest import Place
from tests.store.every_table import TYPED, columns_typed_in, fill

#: Ids whose eight bytes, and digits, are nobody else's in the files.
MINA, JON, GUILD, OTHER_GUILD = 0x5AFE_1D_00_5AFE_11_01, 0x5AFE_1D_00_5AFE_22_02, 0x6B_5E_77_EA_6B_5E_77_EB, 424242

#: Columns of whole numbers that name no person, and why not.
NO_PERSON = {
    "guild_id": "a server",
    "channel_id": "a channel of a server, or of direct messages in a row that is deleted with its owner",
    "message_id": "a message of the bot's",
    "thread_id": "a thread of the bot's",
    "role_id": "a role",
    "place_id": "a voice channel",
    "event_id": "an event of the bot's",
    "dm_channel_id": "somebody's direct messages, in a row that is deleted with its owner",
    "id": "a number of our own",
    "party_id": "a number of our own",
    "poll_id": "a number of our own",
    "series_id": "a number of our own",
    "rerun_id": "a number of our own",
    "change_id": "a number of our own",
    "catch_up_id": "a number of our own",
    "standing_id": "a number of our own",
    "digest_id": "a number of our own",
    "due_id": "a number of our own",
    "subject": "a number of our own, of a digest a person, of a server that was left the server: both are deleted",
}
#: Columns of text that nobody types into: chosen from a list, or made by the program.
NOT_TYPED = {
    *("zone", "show_id", "locale", "service", "region", "notice", "reason", "leased_by", "bundle", "nonce", "uid"),
    *("token_hash", "key", "value"),
}


async def everything(tx: Transaction) -> dict[str, list[tuple[Any, ...]]]:
    return {table.name: [tuple(row) for row in await tx.execute(sa.select(table))] for table in metadata.sorted_tables}


def naming(rows: dict[str, list[tuple[Any, ...]]], *what: object) -> list[str]:
    """The tables with a row that holds one of these, as a value or within a text."""
    return [
        name
        for name, found in rows.items()
        if any(value == one or str(one) in str(value) for row in found for value in row for one in what)
    ]


def test_every_column_that_could_name_a_person_is_known() -> None:
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, sa.BigInteger) and not isinstance(column.type, Instant):
                assert (column.name in personal_data.NAMING) != (column.name in NO_PERSON), column
            elif isinstance(column.type, sa.Text) or type(column.type).__name__ == "Characters":
                typed = f"{table.name}.{column.name}" in columns_typed_in()
                assert typed != (column.name in NOT_TYPED), f"{column}: do people type into it?"


def test_every_table_that_names_a_person_is_among_those_that_are_handed_out() -> None:
    named = {table.name for table in metadata.sorted_tables if personal_data.NAMING & {c.name for c in table.columns}}
    assert named <= {held.table.name for held in personal_data.HELD}


async def test_all_that_is_kept_about_a_person_is_found_and_nobody_elses(database: Database) -> None:
    async with database.begin() as tx:
        for user_id, guild_id in ((MINA, GUILD), (JON, OTHER_GUILD)):
            await fill(tx, user_id, guild_id)
    async with database.read() as tx:
        found = await personal_data.rows(tx, MINA)
        counts = await personal_data.counts(tx, MINA)
        every = await everything(tx)
    assert set(found) == {held.table.name for held in personal_data.HELD}
    assert all(found.values()), "a row of every table"
    assert naming({name: [tuple(row.values()) for row in rows] for name, rows in found.items()}, JON, OTHER_GUILD) == []
    assert set(naming(every, MINA)) <= set(found)
    assert sum(counts.values()) == sum(map(len, found.values()))
    assert set(counts) == {held.kind for held in personal_data.HELD}


async def test_whose_correction_somebody_undid_is_not_told(database: Database) -> None:
    async with database.begin() as tx:
        made = await fill(tx, JON, GUILD)
        change = metadata.tables["schedule_change"]
        await tx.execute(sa.update(change).where(change.c.id == made["schedule_change"]["id"]).values(undone_by=MINA))
        [row] = (await personal_data.rows(tx, MINA))["schedule_change"]
    assert row["undone_by"] == MINA
    assert row["user_id"] is None


async def test_a_person_who_is_forgotten_is_in_no_table_any_more(database: Database) -> None:
    async with database.begin() as tx:
        await fill(tx, MINA, GUILD)
        await fill(tx, JON, OTHER_GUILD)
        before = {name: len(rows) for name, rows in (await everything(tx)).items()}
        await people.forget(tx, MINA)
        after = await everything(tx)
        assert await personal_data.counts(tx, MINA) == {}
        theirs = await personal_data.rows(tx, JON)
    assert naming(after, MINA) == []
    assert sorted(naming(after, TYPED)) == ["party", "schedule_change"], "what Jon wrote"
    assert all(theirs.values()), "Jon's are all there"
    # What others have a part in stays, and belongs to nobody.
    shared = {"party", "poll", "series", "rerun", "announcement_setup", "schedule_change", "screening"}
    for name in shared:
        assert len(after[name]) == before[name] == 2
        assert NOBODY in next(row for row in after[name] if JON not in row)


async def test_a_server_that_is_over_is_in_no_table_any_more(database: Database) -> None:
    async with database.begin() as tx:
        await fill(tx, MINA, GUILD)
        await fill(tx, JON, OTHER_GUILD)
        meta = metadata.tables["meta"]
        for guild_id in (GUILD, OTHER_GUILD):
            await tx.execute(sa.insert(meta).values(key=f"commands:1:{guild_id}", value="x"))
        others = await personal_data.rows(tx, JON)
        await servers.delete(tx, GUILD)
        after = await everything(tx)
        kept = await personal_data.rows(tx, MINA)
        assert await personal_data.rows(tx, JON) == others
    assert naming(after, GUILD) == []
    assert set(naming(after, OTHER_GUILD)) >= {"party", "zone_share", "meta", "server", "due"}
    # What is a person's own stays theirs, without the channel in which they asked for it.
    for name in ("reminder", "standing_reminder", "catch_up"):
        [row] = kept[name]
        assert row["guild_id"] is row["channel_id"] is None
    assert kept["calendar_feed"][0]["guild_id"] is None
    assert kept["progress"]
    assert kept["person"]
    assert [name for name in ("party", "rsvp", "zone_share") if kept[name]] == []


async def test_every_kind_of_the_queue_goes_with_its_person_or_with_its_server(database: Database) -> None:
    async with database.begin() as tx:
        await fill(tx, MINA, GUILD)
        await people.forget(tx, MINA)
        left = set((await tx.execute(sa.select(due.c.kind))).scalars())
        await servers.delete(tx, GUILD)
        assert (await tx.execute(sa.select(due.c.kind))).scalars().all() == []
    assert set(DueKind) - left == {DueKind.REMINDER, DueKind.CATCH_UP, DueKind.MOVED, DueKind.DIGEST}


@pytest.mark.parametrize("what", ["a person", "a server"])
async def test_no_byte_is_left_in_the_files(place: Place, tmp_path: Path, what: str) -> None:
    if place.backend != "sqlite":
        pytest.skip("PostgreSQL's files are its operator's")
    gone = MINA if what == "a person" else GUILD
    traces = (gone.to_bytes(8, "big"), str(gone).encode(), TYPED.encode())

    def found() -> set[str]:
        files = sorted((tmp_path / "kept").iterdir())
        assert any(file.name.endswith("-shm") for file in files), "these files are looked through, too"
        return {file.name for file in files for trace in traces if trace in file.read_bytes()}

    async with place.opened() as database:
        async with database.begin() as tx:
            await fill(tx, MINA, GUILD)
        assert found()
        # Readers of other connections must not keep the log alive.
        async with database.read() as tx:
            await everything(tx)
        async with database.begin() as tx:
            await (people.forget(tx, MINA) if what == "a person" else servers.delete(tx, GUILD))
        assert found() == set()
    assert all(trace not in file.read_bytes() for file in (tmp_path / "kept").iterdir() for trace in traces)


async def test_a_log_that_is_being_read_is_emptied_with_the_next_change(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if place.backend != "sqlite":
        pytest.skip("PostgreSQL's files are its operator's")
    monkeypatch.setattr("bot.store.database._BUSY_TIMEOUT", 0.05)
    log = tmp_path / "kept" / "bot.sqlite3-wal"
    async with place.opened() as database:
        async with database.begin() as tx:
            await fill(tx, MINA, GUILD)
        with closing(sqlite3.connect(tmp_path / "kept" / "bot.sqlite3", isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM person").fetchall()
            async with database.begin() as tx:
                await people.forget(tx, MINA)
            assert TYPED.encode() in log.read_bytes(), "the reader sees it still"
            assert "reads the database at length" in caplog.text
        async with database.begin() as tx:
            await people.set_zone(tx, JON, "Asia/Seoul")
        assert log.read_bytes() == b""
        assert TYPED.encode() not in (tmp_path / "kept" / "bot.sqlite3").read_bytes()
