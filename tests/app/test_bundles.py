"""What says the same in the same channel goes as one message, whatever breaks in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app.due_runner import MENTIONS_PER_MESSAGE
from bot.app.outbox import BundlePost, Channel, Direct, Gone, TryLater
from bot.core.reminder import Delivery, DueKind, DueState
from bot.store import due
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.tables import due as due_table
from tests.app.recording import Attempt
from tests.app.test_due_runner import AIRS, ANN, BO, DM, HERE, REMINDED, Office

LEASE_OVER = timedelta(seconds=121)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Office]:
    database = await Database.open(f"sqlite:///{folder}/bot.sqlite3")
    try:
        await migrate(database)
        yield Office(database)
    finally:
        await database.close()


@pytest.fixture
async def office(database: Database) -> Office:
    return Office(database)


def people(attempt: Attempt) -> tuple[int, ...]:
    """Whom a message tells."""
    if isinstance(attempt.post, BundlePost):
        return attempt.post.people
    return (attempt.reminder.reminder.user_id,)


def told(office: Office) -> Counter[int]:
    return Counter(user for attempt in office.outbox.shown.values() for user in people(attempt))


async def mention(office: Office, *users: int, **asked: Any) -> None:
    for user in users:
        await office.choose(user, delivery=Delivery.MENTION)
        await office.remind(user, **asked)


async def test_those_in_a_channel_are_mentioned_in_one_message(office: Office) -> None:
    await mention(office, ANN, BO, 13)
    await office.remind(14)
    await office.run_at(REMINDED)
    assert {attempt.to: people(attempt) for attempt in office.outbox.attempts} == {
        Channel(HERE): (ANN, BO, 13),
        Direct(14, DM): (14,),
    }
    assert [state for state, _ in await office.rows()] == [DueState.DELIVERED] * 4


async def test_no_more_are_mentioned_than_fit(office: Office) -> None:
    users = range(1000, 1000 + 2 * MENTIONS_PER_MESSAGE + 10)
    await mention(office, *users)
    await office.run_at(REMINDED)
    assert [len(people(attempt)) for attempt in office.outbox.attempts] == [70, 70, 10]
    assert told(office) == Counter(users)


async def test_closed_messages_fall_back_to_one_message(office: Office) -> None:
    await office.remind(ANN)
    await office.remind(BO)
    office.outbox.answer(Gone("dms-closed"), Gone("dms-closed"))
    await office.run_at(REMINDED)
    last = office.outbox.attempts[-1]
    assert isinstance(last.post, BundlePost)
    assert (last.to, last.post.people, last.post.instead) == (Channel(HERE), (ANN, BO), True)
    assert len(office.outbox.attempts) == 3


async def test_a_closed_channel_falls_back_to_everybodys_messages(office: Office) -> None:
    await mention(office, ANN, BO)
    office.outbox.answer(Gone("forbidden"))
    await office.run_at(REMINDED)
    assert [attempt.to for attempt in office.outbox.attempts] == [Channel(HERE), Direct(ANN, DM), Direct(BO, DM)]


async def test_two_leads_at_the_same_moment_are_one_message(office: Office) -> None:
    one, two = await office.remind(lead=30), await office.remind(lead=15)
    for reminder in (one, two):
        await office.reminders.snooze(reminder.id, ANN, REMINDED)
    await office.run_at(REMINDED)
    assert len(office.outbox.attempts) == 1
    assert [state for state, _ in await office.rows()].count(DueState.DELIVERED) == 2


async def test_whoever_comes_later_or_goes_does_not_change_what_may_have_been_sent(office: Office) -> None:
    await mention(office, ANN, BO)
    office.outbox.answer(TryLater("http 503"))
    await office.run_at(REMINDED)
    await mention(office, 13, lead=14)
    [hers] = await office.reminders.active(ANN)
    await office.reminders.cancel([hers.id], ANN)
    await office.run_at(AIRS - timedelta(minutes=14))
    first, *rest = office.outbox.attempts
    assert sorted((people(attempt), attempt.nonce == first.nonce) for attempt in rest) == [
        ((BO,), True),
        ((13,), False),
    ]


class Crash(BaseException):
    """The process is gone."""


@dataclass
class Power:
    """Fails at the ``left``-th step from now on, and at every one after it."""

    left: int

    def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Crash


async def interrupted(folder: Path, monkeypatch: pytest.MonkeyPatch, when: str, step: int) -> bool:
    """Lose the power at a step, start again, and look who was told; whether there was such a step."""
    closed, others = (15, 16), (BO, 13, 14, 15, 16, 17)
    async with opened(folder) as office:
        await mention(office, ANN, BO, 13, 14)
        for user in closed:
            await office.remind(user)
        power, deliver, begin = Power(step), office.outbox.deliver, Database.begin

        async def sends(to: Any, post: Any, nonce: str, **more: Any) -> Any:
            if when == "before":
                power.step()
            refused = isinstance(to, Direct) and to.user_id in closed
            outcome = Gone("dms-closed") if refused else await deliver(to, post, nonce, **more)
            if when == "after":
                power.step()
            return outcome

        @asynccontextmanager
        async def begins(database: Database) -> AsyncIterator[Any]:
            if when == "before":
                power.step()
            async with begin(database) as tx:
                yield tx
            if when == "after":
                power.step()

        crashed = False
        with monkeypatch.context() as patched:
            patched.setattr(office.outbox, "deliver", sends)
            patched.setattr(Database, "begin", begins)
            try:
                await office.run_at(REMINDED)
            except Crash:
                crashed = True
            # The power is back: somebody has become due since, and somebody does not want it any more.
            power.left = 10**6
            office.runner = office.another("second")
            await mention(office, 17, lead=14)
            before = told(office)
            for reminder in await office.reminders.active(ANN):
                await office.reminders.cancel([reminder.id], ANN)
            await office.run_at(REMINDED + LEASE_OVER)
            await office.run_at(REMINDED + 3 * LEASE_OVER)
        counted = told(office)
        assert {user: counted[user] for user in others} == dict.fromkeys(others, 1)
        assert counted[ANN] == before[ANN] <= 1
        return crashed


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crash_at_any_step_neither_loses_nor_doubles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    steps = 0
    while await interrupted(tmp_path / str(steps), monkeypatch, when, steps):
        steps += 1
    assert 6 <= steps < 100


async def after_a_failure(office: Office, *, accepted: bool) -> Attempt:
    """Ann's and Bo's reminders were tried in one message, whose answer was lost; that attempt."""
    await mention(office, ANN, BO)
    deliver = office.outbox.deliver

    async def loses_the_answer(*given: Any, **more: Any) -> Any:
        if accepted:
            await deliver(*given, **more)
        else:
            office.outbox.attempts.append(Attempt(*given, more["maybe_sent_since"]))
        return TryLater("network: TimeoutError")

    office.outbox.deliver = loses_the_answer  # type: ignore[method-assign]
    await office.run_at(REMINDED)
    office.outbox.deliver = deliver  # type: ignore[method-assign]
    [attempt] = office.outbox.attempts
    return attempt


async def test_a_repetition_is_looked_for_at_once(office: Office) -> None:
    first = await after_a_failure(office, accepted=True)
    await office.run_at(REMINDED + timedelta(seconds=5))
    _, again = office.outbox.attempts
    assert (first.maybe_sent_since, again.maybe_sent_since) == (None, REMINDED)
    assert again.nonce == first.nonce
    assert told(office) == {ANN: 1, BO: 1}


async def test_what_is_over_but_was_accepted_all_the_same_is_called_delivered(office: Office) -> None:
    await after_a_failure(office, accepted=True)
    await office.run_at(AIRS + timedelta(hours=2))
    assert len(office.outbox.attempts) == 1
    assert await office.rows(DueKind.REMINDER) == [(DueState.DELIVERED, None)] * 2


async def test_what_is_over_and_never_came_is_listed(office: Office) -> None:
    await after_a_failure(office, accepted=False)
    await office.run_at(AIRS + timedelta(hours=2))
    assert len(office.outbox.attempts) == 1
    assert await office.rows(DueKind.REMINDER) == [(DueState.UNDELIVERED, due.OVER_BEFORE_DELIVERY)] * 2


async def test_over_for_one_and_not_for_the_other(office: Office) -> None:
    # Bo put it off; both are due at one moment, but he has asked for that moment.
    late = AIRS + timedelta(minutes=55)
    await mention(office, ANN, BO)
    for user in (ANN, BO):
        [made] = await office.reminders.active(user)
        await office.reminders.snooze(made.id, user, late)
    office.outbox.answer(TryLater("http 503"))
    await office.run_at(late)
    [hers] = await office.reminders.active(ANN)
    async with office.database.begin() as tx:
        # Ann's was due an hour before.
        await tx.execute(
            sa.update(due_table)
            .where(due_table.c.subject == hers.id, due_table.c.state == DueState.WAITING)
            .values(due_at=late - timedelta(hours=1))
        )
    await office.run_at(late + timedelta(minutes=10))
    assert told(office) == {BO: 1}
    assert await office.rows(DueKind.REMINDER) == [
        (DueState.WITHDRAWN, None),
        (DueState.WITHDRAWN, None),
        (DueState.UNDELIVERED, due.OVER_BEFORE_DELIVERY),
        (DueState.DELIVERED, None),
    ]


async def test_whoever_wants_nothing_any_more_is_left_out_of_the_repetition(office: Office) -> None:
    await after_a_failure(office, accepted=False)
    await office.choose(ANN, delivery=Delivery.NONE)
    await office.run_at(REMINDED + timedelta(seconds=5))
    assert told(office) == {BO: 1}
    assert await office.rows(DueKind.REMINDER) == [(DueState.DROPPED, due.MUTED), (DueState.DELIVERED, None)]


async def test_what_falls_due_with_many_others_still_goes_together(office: Office) -> None:
    # More than are claimed at once, the mentions among them in between.
    for number in range(260):
        user = 2000 + number
        if number % 13 == 0:
            await mention(office, user)
        else:
            await office.remind(user)
    await office.run_at(REMINDED)
    bundles = [attempt for attempt in office.outbox.attempts if isinstance(attempt.post, BundlePost)]
    assert [len(people(attempt)) for attempt in bundles] == [20]
    assert told(office) == Counter(range(2000, 2260))
