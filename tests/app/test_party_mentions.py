"""A party with more guests than a message can mention, whose answers change between two attempts at telling them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app.outbox import Outcome, PartyPost, TryLater
from bot.app.parties import Edit
from bot.app.reminding import MENTIONS_PER_MESSAGE
from bot.core.party import Answer, Party
from bot.core.reminder import DueKind, DueState
from bot.core.when import Understood
from bot.store import parties, people
from bot.store.tables import due_guests
from tests.app.test_bundles import opened
from tests.app.test_due_runner import AIRS, ANN, NOW, Office

LEAD = AIRS - timedelta(minutes=30)
GUESTS = range(1000, 1000 + 2 * MENTIONS_PER_MESSAGE)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(tmp_path) as made:
        yield made


async def say(office: Office, party: Party, answer: Answer, *users: int) -> None:
    async with office.database.begin() as tx:
        for user in users:
            await parties.answer(tx, party, user, answer, office.clock.now())


async def coming(office: Office, party: Party) -> set[int]:
    async with office.database.read() as tx:
        return set((await parties.attendance(tx, party)).attending)


async def kept(office: Office) -> int:
    async with office.database.read() as tx:
        return (await tx.execute(sa.select(sa.func.count()).select_from(due_guests))).scalar_one()


def told(office: Office) -> Counter[int]:
    """How often everybody was told that the party begins soon."""
    leads = [one.party for one in office.outbox.shown.values() if one.party.kind is DueKind.PARTY_LEAD]
    return Counter(user for post in leads for user in post.mentions)


async def announced(office: Office) -> Party:
    party = await office.party(*GUESTS)
    await office.run_at(NOW)
    return party


async def test_a_repetition_mentions_those_that_the_first_attempt_did(office: Office) -> None:
    party = await announced(office)
    office.outbox.answer(TryLater("http 502"))
    await office.run_at(LEAD)
    # The first is out again, so that everybody after them would move up; two are new.
    await say(office, party, Answer.CANNOT, ANN, *GUESTS[:3])
    await say(office, party, Answer.GOING, 5001, 5002)
    await office.run_at(LEAD + timedelta(minutes=1))
    _, first, *again = [attempt.party.mentions for attempt in office.outbox.attempts]
    assert [len(mentions) for mentions in again] == [MENTIONS_PER_MESSAGE - 4, MENTIONS_PER_MESSAGE, 1, 2]
    assert set(again[0]) == set(first) - {ANN, *GUESTS[:3]}
    assert set(again[3]) == {5001, 5002}
    assert told(office) == Counter(await coming(office, party))
    assert await office.rows(DueKind.PARTY_LEAD) == [(DueState.DELIVERED, None)]


async def test_nobody_is_kept_once_all_are_told(office: Office) -> None:
    await announced(office)
    office.outbox.answer(TryLater("http 502"))
    await office.run_at(LEAD)
    assert await kept(office) == len(GUESTS) + 1
    await office.run_at(LEAD + timedelta(minutes=1))
    assert await kept(office) == 0


async def test_a_piece_whose_people_have_all_left_is_not_sent(office: Office) -> None:
    party = await announced(office)
    office.outbox.answer(TryLater("http 502"))
    await office.run_at(LEAD)
    [_, first] = office.outbox.attempts
    await say(office, party, Answer.CANNOT, *first.party.mentions)
    await office.run_at(LEAD + timedelta(minutes=1))
    assert all(attempt.party.mentions for attempt in office.outbox.attempts[1:])
    assert told(office) == Counter(await coming(office, party))


async def test_a_party_that_moves_starts_afresh(office: Office) -> None:
    party = await announced(office)
    office.outbox.answer(TryLater("http 502"))
    await office.run_at(LEAD)
    later = Understood(AIRS + timedelta(hours=1), (AIRS + timedelta(hours=1)).replace(tzinfo=None), "UTC")
    await office.parties.edit(party.id, 1, ANN, Edit(when=later), manages_events=False)
    assert await kept(office) == 0
    await say(office, party, Answer.CANNOT, *GUESTS[:9])
    await office.run_at(LEAD + timedelta(hours=1))
    pieces = [one.party for one in office.outbox.attempts if one.party.kind is DueKind.PARTY_LEAD][1:]
    assert [len(post.mentions) for post in pieces] == [70, 62]


async def test_a_party_that_is_cancelled_keeps_nobody(office: Office) -> None:
    party = await announced(office)
    office.outbox.answer(TryLater("http 502"))
    await office.run_at(LEAD)
    await office.parties.cancel(party.id, 1, ANN, manages_events=False)
    assert await kept(office) == 0
    await office.run_at(LEAD + timedelta(minutes=1))
    cancelled = [one.party for one in office.outbox.attempts if one.party.kind is DueKind.PARTY_CANCELLED]
    assert [len(post.mentions) for post in cancelled] == [70, 70, 1]


async def test_whoever_is_forgotten_is_not_kept(office: Office) -> None:
    await announced(office)
    office.outbox.answer(TryLater("http 502"))
    await office.run_at(LEAD)
    async with office.database.begin() as tx:
        await people.forget(tx, GUESTS[0])
    assert await kept(office) == len(GUESTS)


@pytest.mark.parametrize("seed", range(12))
async def test_nobody_twice_and_nobody_forgotten_whatever_happens(
    office: Office, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    party = await announced(office)
    deliver, strangers, left = office.outbox.deliver, iter(range(5000, 9000)), set[int]()
    troubles = 7

    async def delivers(to: Any, post: Any, nonce: str, **more: Any) -> Outcome:
        nonlocal troubles
        assert isinstance(post, PartyPost)
        assert set(post.mentions) <= await coming(office, party)
        assert len(post.mentions) <= MENTIONS_PER_MESSAGE
        trouble = rng.random() if troubles > 0 else 1.0
        troubles -= trouble < 0.6
        if trouble < 0.3:
            return TryLater("http 503")
        outcome = await deliver(to, post, nonce, **more)
        # What was accepted though the answer was lost is looked for at the next attempt; here its name tells.
        return TryLater("network: TimeoutError") if trouble < 0.6 else outcome

    monkeypatch.setattr(office.outbox, "deliver", delivers)
    at = LEAD
    while DueState.WAITING in [state for state, _ in await office.rows(DueKind.PARTY_LEAD)]:
        await office.run_at(at)
        if rng.random() < 0.3:
            # As after a crash: nobody knows what the last one did.
            office.runner = office.another(f"worker {at}")
        here = sorted(await coming(office, party))
        gone = rng.sample(here, 5)
        left.update(gone)
        await say(office, party, Answer.CANNOT, *gone)
        await say(office, party, Answer.GOING, *(next(strangers) for _ in range(rng.randrange(6))))
        back = [user for user in sorted(left - set(gone)) if rng.random() < 0.2]
        await say(office, party, Answer.MAYBE, *back)
        at = max(at, await office.next_at() or at)
        told_to = set(here)
    counted = told(office)
    assert await office.rows(DueKind.PARTY_LEAD) == [(DueState.DELIVERED, None)]
    assert max(counted.values()) == 1
    # Those who were there all the time, and those who came while it was tried and stayed.
    assert told_to - left <= set(counted)
