"""What goes in one message: formed once, joined by nobody afterwards, known to whoever comes next."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from bot.core.reminder import Bundle, Delivery, Due, DueKind, DueState, ReminderChoice
from bot.store import bundles, due, party_mentions, reminder_choices, reminders
from bot.store.database import Database
from bot.store.tables import bundle as bundle_table
from bot.store.tables import due_guests
from tests.store.samples import NOW, reminder_values

MINUTE = timedelta(minutes=1)
CHANNEL = 290926798999357250
BUNDLE = Bundle("00ff" * 6, CHANNEL, instead=False, formed_at=NOW)


async def remind(database: Database, *users: int, after: timedelta = timedelta(), **changed: object) -> list[int]:
    """The reminders of people who want to be mentioned."""
    made: list[int] = []
    async with database.begin() as tx:
        for user in users:
            await reminder_choices.put(tx, user, ReminderChoice(delivery=Delivery.MENTION))
            reminder, _ = await reminders.create(tx, **reminder_values(user_id=user, **changed))
            await due.add(tx, DueKind.REMINDER, reminder.id, NOW + after)
            made.append(reminder.id)
    return made


async def claim(database: Database, worker: str = "a", after: timedelta = timedelta()) -> tuple[Due, ...]:
    return await due.claim(database, NOW + after, worker)


async def form(database: Database, rows: tuple[Due, ...], worker: str = "a") -> frozenset[int]:
    async with database.begin() as tx:
        return await bundles.form(tx, BUNDLE, [row.id for row in rows], worker)


async def test_whoever_claims_it_next_knows_its_bundle(database: Database) -> None:
    ids = await remind(database, 1, 2)
    rows = await claim(database)
    assert [row.bundle for row in rows] == [None, None]
    assert await form(database, rows) == {row.id for row in rows}
    again = await claim(database, "b", due.LEASE)
    assert [row.bundle for row in again] == [BUNDLE.nonce] * 2
    async with database.begin() as tx:
        assert await bundles.get_all(tx, [BUNDLE.nonce, "another"]) == {BUNDLE.nonce: BUNDLE}
        told = await bundles.waiting(tx, [BUNDLE.nonce])
        assert [reminder.id for reminder in told[BUNDLE.nonce]] == ids
        await bundles.sent(tx, BUNDLE.nonce, NOW + MINUTE)
        [sent] = (await bundles.get_all(tx, [BUNDLE.nonce])).values()
        assert sent.sent_at == NOW + MINUTE


async def test_only_what_is_held_is_bundled_and_nothing_makes_no_bundle(database: Database) -> None:
    await remind(database, 1)
    rows = await claim(database)
    await claim(database, "b", due.LEASE)
    assert await form(database, rows) == frozenset()
    async with database.read() as tx:
        assert (await tx.execute(sa.select(bundle_table))).all() == []


async def test_what_is_cancelled_settled_or_moved_does_not_wait_in_it(database: Database) -> None:
    cancelled, moved, stays, done = await remind(database, 1, 2, 3, 4)
    rows = await claim(database)
    await form(database, rows)
    async with database.begin() as tx:
        await due.withdraw(tx, (DueKind.REMINDER,), cancelled)
        await due.move(tx, DueKind.REMINDER, moved, NOW + 9 * MINUTE)
    await due.finish(database, [rows[3].id], NOW, "a")
    async with database.begin() as tx:
        told = await bundles.waiting(tx, [BUNDLE.nonce])
        assert [reminder.id for reminder in told[BUNDLE.nonce]] == [stays]
        # Its button works for those whom it told, and not for those who are told another time.
        assert await bundles.theirs(tx, BUNDLE.nonce, 4) == done
        assert await bundles.theirs(tx, BUNDLE.nonce, 2) is None
        assert await bundles.theirs(tx, BUNDLE.nonce, 5) is None
        await bundles.leave(tx, [stays])
        assert await bundles.waiting(tx, [BUNDLE.nonce]) == {}
    [later] = [row for row in await claim(database, "b", 9 * MINUTE) if row.subject == moved]
    assert (later.bundle, later.attempts) == (None, 1)


async def test_what_goes_along_is_claimed_with_it(database: Database) -> None:
    await remind(database, 1)
    [first] = await claim(database)
    same = await remind(database, 2, 3)
    own = await remind(database, 1, lead_minutes=30, channel_id=7)
    await remind(database, 4, channel_id=8)
    await remind(database, 5, episode=4)
    await remind(database, 6, after=MINUTE)
    async with database.begin() as tx:
        private, _ = await reminders.create(tx, **reminder_values(user_id=9))
        await due.add(tx, DueKind.REMINDER, private.id, NOW)
        await due.add(tx, DueKind.PARTY_START, same[0], NOW)
    along = await due.claim_along(database, [first], NOW, "a", 100)
    assert {row.subject for row in along if row.kind is DueKind.REMINDER} == {*same, *own}
    assert len(along) == 3
    assert await due.claim_along(database, [first], NOW, "b", 100) == ()
    assert await due.claim_along(database, [], NOW, "b", 100) == ()


async def test_guests_are_kept_in_their_messages(database: Database) -> None:
    async with database.begin() as tx:
        row = await due.add(tx, DueKind.PARTY_LEAD, 1, NOW)
        other = await due.add(tx, DueKind.PARTY_START, 1, NOW)
        assert await party_mentions.keep(tx, row, (5, 3, 4), 2) == ((5, 3), (4,))
        # One has left, one has come; who is in which message stays.
        assert await party_mentions.keep(tx, row, (3, 4, 9), 2) == ((3,), (4,), (9,))
        assert await party_mentions.keep(tx, row, (), 2) == ((), (), ())
        assert await party_mentions.keep(tx, other, (9,), 2) == ((9,),)
    [lead, _] = await claim(database)
    assert await due.finish(database, [lead.id], NOW, "a", DueState.DELIVERED) == 1
    async with database.read() as tx:
        left = (await tx.execute(sa.select(due_guests.c.due_id))).scalars().all()
    assert left == [other]
