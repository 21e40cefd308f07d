"""The rules of the due queue, one test each."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.core.reminder import Due, DueKind, DueState, ReminderState
from bot.store import due, reminders
from bot.store.database import Database
from bot.store.tables import due as due_table
from tests.store.conftest import Place
from tests.store.samples import NOW, reminder_values

ROOT = Path(__file__).parents[2]
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LEASE = due.LEASE


async def add(
    database: Database, *offsets: timedelta, kind: DueKind = DueKind.PARTY_START, subject: int = 1
) -> list[int]:
    async with database.begin() as tx:
        return [await due.add(tx, kind, subject, NOW + offset) for offset in offsets]


async def claimed(database: Database, now_after: timedelta = timedelta(), worker: str = "a") -> list[int]:
    return [row.id for row in await due.claim(database, NOW + now_after, worker)]


async def state(database: Database, due_id: int) -> tuple[DueState, str | None]:
    async with database.read() as tx:
        row = (await tx.execute(sa.select(due_table).where(due_table.c.id == due_id))).one()
        return row.state, row.reason


async def remind(database: Database, due_after: timedelta = timedelta(), **changed: object) -> tuple[int, int]:
    """A reminder and its due row."""
    async with database.begin() as tx:
        reminder, _ = await reminders.create(tx, **reminder_values(**changed))
        return reminder.id, await due.add(tx, DueKind.REMINDER, reminder.id, NOW + due_after)


async def reminder_state(database: Database, reminder_id: int) -> ReminderState | None:
    async with database.read() as tx:
        found = await reminders.get(tx, reminder_id)
        return None if found is None else found.state


# Claiming


async def test_a_claimed_row_says_all_about_itself(database: Database) -> None:
    [due_id] = await add(database, -SECOND, kind=DueKind.PARTY_LEAD, subject=2**62)
    assert await due.claim(database, NOW, "a") == (
        Due(due_id, DueKind.PARTY_LEAD, 2**62, NOW - SECOND, attempts=1, first_claimed_at=NOW, sent=0),
    )


async def test_a_row_is_claimed_from_its_time_on(database: Database) -> None:
    [due_id] = await add(database, HOUR)
    assert await claimed(database, HOUR - timedelta(microseconds=1)) == []
    assert await claimed(database, HOUR) == [due_id]


async def test_rows_come_in_the_order_in_which_they_are_due(database: Database) -> None:
    third, first, second, tied = await add(database, -MINUTE, -HOUR, -2 * MINUTE, -MINUTE)
    rows = await due.claim(database, NOW, "a", limit=3)
    assert [row.id for row in rows] == [first, second, third]
    assert await claimed(database) == [tied]


async def test_an_empty_queue_gives_nothing(database: Database) -> None:
    assert await due.claim(database, NOW, "a") == ()
    assert await due.next_at(database) is None


async def test_two_workers_never_hold_one_row(place: Place) -> None:
    async with place.opened() as one, place.opened() as two:
        ids = await add(one, *(-SECOND * number for number in range(300)))
        batches = await asyncio.gather(
            *(due.claim((one, two)[number % 2], NOW, f"worker {number}", limit=40) for number in range(10))
        )
        got = [row.id for batch in batches for row in batch]
        assert len(got) == len(set(got))
        # PostgreSQL's workers skip what another is looking at, so some of it may be left for the next look.
        rest = await due.claim(one, NOW, "last", limit=300)
        assert sorted(got + [row.id for row in rest]) == ids


async def test_a_leased_row_is_claimed_again_when_the_lease_ends(database: Database) -> None:
    [due_id] = await add(database, timedelta())
    assert await claimed(database) == [due_id]
    assert await claimed(database, LEASE - SECOND, worker="b") == []
    [row] = await due.claim(database, NOW + LEASE, "b")
    assert (row.id, row.attempts, row.first_claimed_at) == (due_id, 2, NOW)


async def test_a_lease_is_as_long_as_asked_for_and_can_be_extended(database: Database) -> None:
    first, second = await add(database, timedelta(), timedelta())
    assert len(await due.claim(database, NOW, "a", lease=HOUR)) == 2
    assert await due.extend(database, [first], NOW + 3 * HOUR, "a") == 1
    assert await due.extend(database, [first, second], NOW + 9 * HOUR, "b") == 0
    assert await due.extend(database, [], NOW + 9 * HOUR, "a") == 0
    assert await claimed(database, HOUR, worker="b") == [second]
    assert await due.finish(database, [second], NOW, "b") == 1
    assert await claimed(database, 3 * HOUR - SECOND, worker="b") == []
    assert await claimed(database, 3 * HOUR, worker="b") == [first]


CLAIMER = """
import asyncio, sys
from datetime import datetime
from bot.store import due
from bot.store.database import Database

async def claim():
    database = await Database.open(sys.argv[1])
    rows = await due.claim(database, datetime.fromisoformat(sys.argv[2]), "the one that dies")
    await due.note_sent(database, rows[0].id, 1, "the one that dies")
    print(len(rows), flush=True)
    await asyncio.sleep(600)

asyncio.run(claim())
"""


async def test_what_a_killed_worker_held_is_claimed_by_the_next(place: Place) -> None:
    async with place.opened() as database:
        ids = await add(database, -MINUTE, -SECOND)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CLAIMER, place.url, NOW.isoformat(), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"2\n"
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    async with place.opened() as database:
        assert await claimed(database, LEASE - SECOND) == []
        assert await due.next_at(database) == NOW + LEASE
        rows = await due.claim(database, NOW + LEASE, "the next one")
        assert [(row.id, row.attempts, row.sent) for row in rows] == [(ids[0], 2, 1), (ids[1], 2, 0)]
        assert await due.finish(database, ids, NOW + LEASE, "the next one") == 2


async def test_an_id_is_never_used_again(database: Database) -> None:
    [first] = await add(database, HOUR)
    async with database.begin() as tx:
        await tx.execute(sa.delete(due_table))
    [second] = await add(database, HOUR)
    assert second > first


async def test_a_row_added_in_a_transaction_that_fails_is_not_there(database: Database) -> None:
    async def fail() -> None:
        async with database.begin() as tx:
            await due.add(tx, DueKind.PARTY_START, 1, NOW)
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        await fail()
    assert await claimed(database) == []


# Settling


async def test_a_finished_row_is_never_claimed_again(database: Database) -> None:
    ids = await add(database, timedelta(), -SECOND)
    await claimed(database)
    assert await due.finish(database, ids, NOW, "a") == 2
    assert await due.finish(database, ids, NOW, "a") == 0
    assert await claimed(database, HOUR) == []
    assert await due.next_at(database) is None
    assert await state(database, ids[0]) == (DueState.DELIVERED, None)


async def test_nothing_to_finish_is_fine(database: Database) -> None:
    assert await due.finish(database, [], NOW, "a") == 0


async def test_many_are_finished_at_once(database: Database) -> None:
    ids = await add(database, *[timedelta()] * 2000)
    assert len(await due.claim(database, NOW, "a", limit=5000)) == 2000
    assert await due.finish(database, ids, NOW, "a") == 2000


@pytest.mark.parametrize("wrong", [DueState.WAITING, DueState.WITHDRAWN])
async def test_a_row_is_finished_only_as_something_final(database: Database, wrong: DueState) -> None:
    with pytest.raises(ValueError, match=wrong.value):
        await due.finish(database, [1], NOW, "a", wrong)


async def test_only_who_holds_a_row_changes_it(database: Database) -> None:
    [due_id] = await add(database, timedelta())

    async def try_everything(worker: str) -> list[object]:
        later = NOW + HOUR
        return [
            await due.finish(database, [due_id], NOW, worker),
            await due.note_sent(database, due_id, 5, worker),
            await due.postpone(database, due_id, later, "why", worker),
            await due.finish(database, (due_id,), NOW, worker, DueState.UNDELIVERED, "why"),
            await due.finish(database, (due_id,), NOW, worker, DueState.DROPPED, "why"),
            await due.extend(database, [due_id], later, worker),
        ]

    nothing = [0, False, False, False, False, 0]
    assert await try_everything("a") == nothing, "not claimed yet"
    await claimed(database, worker="a")
    assert await try_everything("b") == nothing, "claimed by another"
    await claimed(database, LEASE, worker="b")
    assert await try_everything("a") == nothing, "taken over"
    assert await due.finish(database, [due_id], NOW, "b") == 1
    assert await try_everything("b") == nothing, "finished"


async def test_an_expired_lease_counts_until_another_takes_over(database: Database) -> None:
    [due_id] = await add(database, timedelta())
    await claimed(database)
    assert await due.finish(database, [due_id], NOW + HOUR, "a") == 1


async def test_progress_inside_a_row_outlives_its_worker(database: Database) -> None:
    [due_id] = await add(database, timedelta())
    await claimed(database)
    assert await due.note_sent(database, due_id, 3, "a")
    [row] = await due.claim(database, NOW + LEASE, "b")
    assert row.sent == 3


async def test_a_postponed_row_comes_back_later_and_knows_its_history(database: Database) -> None:
    [due_id] = await add(database, -SECOND)
    await claimed(database)
    assert await due.postpone(database, due_id, NOW + HOUR, "503", "a")
    assert await state(database, due_id) == (DueState.WAITING, "503")
    assert await due.next_at(database) == NOW + HOUR
    assert await claimed(database, HOUR - SECOND) == []
    [row] = await due.claim(database, NOW + HOUR, "b")
    assert (row.id, row.attempts, row.first_claimed_at, row.due_at) == (due_id, 2, NOW, NOW - SECOND)


async def test_a_row_is_never_postponed_to_before_it_is_due(database: Database) -> None:
    [due_id] = await add(database, timedelta())
    await claimed(database)
    assert await due.postpone(database, due_id, NOW - HOUR, "the clock was put back", "a")
    assert await due.next_at(database) == NOW
    assert await claimed(database, -SECOND) == []
    assert await claimed(database) == [due_id]


async def test_what_is_given_up_or_dropped_keeps_the_reason(database: Database) -> None:
    refused, pointless = await add(database, timedelta(), timedelta())
    await claimed(database)
    assert await due.finish(database, (refused,), NOW, "a", DueState.UNDELIVERED, "'; DROP TABLE due; --")
    assert await due.finish(database, (pointless,), NOW, "a", DueState.DROPPED, "over")
    assert await state(database, refused) == (DueState.UNDELIVERED, "'; DROP TABLE due; --")
    assert await state(database, pointless) == (DueState.DROPPED, "over")
    assert await claimed(database, HOUR) == []


async def test_rows_are_counted_by_state(database: Database) -> None:
    assert await due.counts(database) == dict.fromkeys(DueState, 0)
    ids = await add(database, *[timedelta()] * 6)
    await add(database, HOUR, subject=2)
    await claimed(database)
    await due.finish(database, ids[:3], NOW, "a")
    await due.finish(database, (ids[3],), NOW, "a", DueState.DROPPED, "over")
    await due.finish(database, (ids[4],), NOW, "a", DueState.UNDELIVERED, "403")
    async with database.begin() as tx:
        await due.withdraw(tx, [DueKind.PARTY_START], 2)
    assert await due.counts(database) == {
        DueState.WAITING: 1,
        DueState.DELIVERED: 3,
        DueState.UNDELIVERED: 1,
        DueState.DROPPED: 1,
        DueState.WITHDRAWN: 1,
    }


# Withdrawing and moving


async def test_only_what_waits_for_the_subject_is_withdrawn(database: Database) -> None:
    [sent] = await add(database, -HOUR, kind=DueKind.PARTY_LEAD)
    await claimed(database)
    await due.finish(database, [sent], NOW, "a")
    await add(database, HOUR, kind=DueKind.PARTY_LEAD)
    await add(database, HOUR, kind=DueKind.PARTY_START)
    kept = await add(database, HOUR, kind=DueKind.PARTY_CANCELLED) + await add(database, HOUR, subject=2)
    async with database.begin() as tx:
        assert await due.withdraw(tx, [DueKind.PARTY_LEAD, DueKind.PARTY_START], 1) == 2
        assert await due.withdraw(tx, [DueKind.PARTY_LEAD, DueKind.PARTY_START], 1) == 0
        assert await due.withdraw(tx, [], 2) == 0
    assert await claimed(database, HOUR) == kept
    assert (await state(database, sent))[0] is DueState.DELIVERED


async def test_what_is_being_sent_or_postponed_can_be_withdrawn(database: Database) -> None:
    leased, postponed = await add(database, timedelta(), timedelta())
    await claimed(database)
    await due.postpone(database, postponed, NOW + HOUR, "503", "a")
    async with database.begin() as tx:
        assert await due.withdraw(tx, [DueKind.PARTY_START], 1) == 2
    assert await due.finish(database, [leased], NOW, "a") == 0
    assert await claimed(database, HOUR) == []


async def test_a_moved_row_starts_afresh(database: Database) -> None:
    leased, postponed = await add(database, timedelta(), timedelta())
    await claimed(database)
    await due.note_sent(database, leased, 2, "a")
    await due.postpone(database, postponed, NOW + 9 * HOUR, "503", "a")
    async with database.begin() as tx:
        assert await due.move(tx, DueKind.PARTY_START, 1, NOW + HOUR) == 2
        assert await due.move(tx, DueKind.PARTY_LEAD, 1, NOW) == 0
        assert await due.move(tx, DueKind.PARTY_START, 2, NOW) == 0
    assert await due.finish(database, [leased], NOW, "a") == 0, "sent for the old time, so due again at the new one"
    assert await due.next_at(database) == NOW + HOUR
    assert await claimed(database, HOUR - SECOND) == []
    rows = await due.claim(database, NOW + HOUR, "b")
    assert [(row.id, row.attempts, row.first_claimed_at, row.sent) for row in rows] == [
        (leased, 1, NOW + HOUR, 0),
        (postponed, 1, NOW + HOUR, 0),
    ]


async def test_a_row_can_be_moved_forward(database: Database) -> None:
    [due_id] = await add(database, HOUR)
    async with database.begin() as tx:
        await due.move(tx, DueKind.PARTY_START, 1, NOW - SECOND)
    assert await claimed(database) == [due_id]


# When to look next


async def test_the_next_look_is_at_the_earliest_of_due_postponed_and_leased(database: Database) -> None:
    soon, sooner = await add(database, HOUR, MINUTE)
    assert await due.next_at(database) == NOW + MINUTE
    await claimed(database, MINUTE)
    assert await due.next_at(database) == NOW + MINUTE + LEASE
    await due.postpone(database, sooner, NOW + 2 * HOUR, "503", "a")
    assert await due.next_at(database) == NOW + HOUR
    assert await claimed(database, 2 * HOUR) == [sooner, soon]
    assert await due.next_at(database) == NOW + 2 * HOUR + LEASE


# Reminders


@pytest.mark.parametrize("final", [DueState.DELIVERED, DueState.UNDELIVERED, DueState.DROPPED])
async def test_a_reminder_is_done_when_its_last_row_is_settled(database: Database, final: DueState) -> None:
    reminder_id, due_id = await remind(database)
    await claimed(database)
    assert await reminder_state(database, reminder_id) is ReminderState.ACTIVE
    assert await due.finish(database, [due_id], NOW, "a", final, "why") == 1
    assert await reminder_state(database, reminder_id) is ReminderState.DONE


async def test_a_reminder_that_was_snoozed_while_it_was_sent_stays_active(database: Database) -> None:
    reminder_id, due_id = await remind(database)
    await claimed(database)
    async with database.begin() as tx:
        await due.add(tx, DueKind.REMINDER, reminder_id, NOW + HOUR)
    await due.finish(database, [due_id], NOW, "a")
    assert await reminder_state(database, reminder_id) is ReminderState.ACTIVE


async def test_a_party_with_the_number_of_a_reminder_does_not_end_it(database: Database) -> None:
    reminder_id, _ = await remind(database, HOUR)
    ids = await add(database, timedelta(), subject=reminder_id)
    await claimed(database)
    await due.finish(database, ids, NOW, "a")
    assert await reminder_state(database, reminder_id) is ReminderState.ACTIVE


async def test_the_owner_sees_what_was_not_delivered_the_latest_first(database: Database) -> None:
    user_id = reminder_values()["user_id"]
    refused, over, sent, snoozed, others, cancelled = [
        await remind(database, -MINUTE, episode=number, **({"user_id": 5} if number == 5 else {}))
        for number in range(1, 7)
    ]
    await claimed(database)
    await due.finish(database, (refused[1],), NOW, "a", DueState.UNDELIVERED, "50007")
    await due.finish(database, (over[1],), NOW + SECOND, "a", DueState.DROPPED, "over")
    await due.finish(database, [sent[1]], NOW, "a")
    for row in (snoozed, others, cancelled):
        await due.finish(database, (row[1],), NOW, "a", DueState.UNDELIVERED, "50007")
    async with database.begin() as tx:
        await due.add(tx, DueKind.REMINDER, snoozed[0], NOW + HOUR)
        for row in (snoozed, cancelled):
            await reminders.snooze(tx, row[0], user_id, NOW + HOUR, NOW)
        await reminders.cancel(tx, cancelled[0], user_id)
    async with database.read() as tx:
        listed = await due.undelivered_reminders(tx, user_id)
        assert [(reminder.id, reason) for reminder, reason in listed] == [(over[0], "over"), (refused[0], "50007")]
        assert [row[0].id for row in await due.undelivered_reminders(tx, user_id, limit=1)] == [over[0]]
        assert await due.undelivered_reminders(tx, 999) == ()


# Speed


async def test_the_questions_of_the_loop_are_answered_by_indexes(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[sa.Executable] = []
    original = due.Transaction.execute

    async def note(self: due.Transaction, statement: sa.Executable) -> object:
        statements.append(statement)
        return await original(self, statement)

    async with place.opened() as database:
        monkeypatch.setattr(due.Transaction, "execute", note)
        await due.claim(database, NOW, "a")
        await due.next_at(database)
        await due.finish(database, [1], NOW, "a")
        monkeypatch.undo()
        claim, next_at, finish = [await plan(database, statement) for statement in statements]
    assert "ix_due_waiting" in claim
    assert "ix_due_claimable" in next_at
    for found in (claim, next_at, finish):
        assert "SCAN due\n" not in found
        assert "TEMP B-TREE FOR ORDER BY" not in found
        assert "Sort" not in found


async def plan(database: Database, statement: sa.Executable) -> str:
    """How the database means to answer; PostgreSQL asked not to read the (small) table as a whole."""
    async with database.begin() as tx:
        on_sqlite = isinstance(tx.insert(due_table), sqlite.Insert)
        dialect = sqlite.dialect() if on_sqlite else postgresql.dialect()
        sql = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))  # type: ignore[attr-defined]
        if not on_sqlite:
            await tx.execute(sa.text("SET LOCAL enable_seqscan = off"))
            await tx.execute(sa.text("SET LOCAL enable_bitmapscan = off"))
        rows = await tx.execute(sa.text(("EXPLAIN QUERY PLAN " if on_sqlite else "EXPLAIN ") + sql.replace(":", "\\:")))
        return "".join(f"{row[-1]}\n" for row in rows)
