"""Discord's own events of parties, and those who come by them."""

from __future__ import annotations

from datetime import timedelta

from bot.core.mirror import EventWish, Mirror, MirrorState, Phase, mark
from bot.core.party import Answer, Party
from bot.core.reminder import DueKind
from bot.store import due, mirrors, parties, people
from bot.store.database import Database
from tests.store.samples import NOW, party_values

BO = 7


async def a_party(database: Database, **changed: object) -> Party:
    async with database.begin() as tx:
        return await parties.create(tx, **party_values(**changed))


async def wish(database: Database, party: Party, wanted: bool, place_id: int | None = None) -> Mirror | None:
    async with database.begin() as tx:
        await mirrors.wish(tx, party.id, EventWish(wanted, place_id), NOW)
        return await mirrors.get(tx, party.id)


async def waiting(database: Database, party: Party) -> bool:
    async with database.read() as tx:
        return party.id in await due.waiting(tx, DueKind.PARTY_EVENT, (party.id,))


async def test_nothing_follows_a_party_without_an_event(database: Database) -> None:
    party = await a_party(database)
    async with database.begin() as tx:
        await mirrors.follow(tx, party.id, NOW)
    assert await wish(database, party, False) is None
    assert not await waiting(database, party)


async def test_an_event_that_is_wanted_is_due_once_however_often_its_party_changes(database: Database) -> None:
    party = await a_party(database)
    assert await wish(database, party, True, 5) == Mirror(party.id, 5, None, MirrorState.WANTED)
    for _ in range(3):
        async with database.begin() as tx:
            await mirrors.follow(tx, party.id, NOW)
    later = NOW + timedelta(minutes=1)
    assert [row.kind for row in await due.claim(database, later, "worker")] == [DueKind.PARTY_EVENT]
    again = await wish(database, party, True)
    assert again is not None
    assert again.place_id == 5, "it stays where it is"
    gone = await wish(database, party, False)
    assert gone is not None
    assert (gone.state, gone.place_id) == (MirrorState.UNWANTED, None)


async def test_a_deleted_event_is_left_alone_until_it_is_wanted_again(database: Database) -> None:
    party = await a_party(database)
    await wish(database, party, True)
    async with database.begin() as tx:
        await due.withdraw(tx, (DueKind.PARTY_EVENT,), party.id)
        await mirrors.change(tx, party.id, {"state": MirrorState.DELETED, "event_id": None})
        await mirrors.follow(tx, party.id, NOW)
        assert await mirrors.follow_all(tx, NOW) == 0
    assert not await waiting(database, party)
    await wish(database, party, True)
    assert await waiting(database, party)


async def test_the_card_knows_an_event_only_while_it_is_wanted(database: Database) -> None:
    party = await a_party(database)
    await wish(database, party, True)
    async with database.begin() as tx:
        await mirrors.change(tx, party.id, {"event_id": 2**62})
        assert (await parties.attendance(tx, party)).event_id == 2**62
        found = await mirrors.of_event(tx, 2**62)
        assert found is not None
        assert found.party_id == party.id
        await mirrors.change(tx, party.id, {"state": MirrorState.OVER})
        assert (await parties.attendance(tx, party)).event_id is None


async def test_interest_counts_as_maybe_until_somebody_says_more(database: Database) -> None:
    party = await a_party(database)
    async with database.begin() as tx:
        found = await mirrors.interested(tx, party, BO, NOW)
        assert found is not None
        assert found.answers == {BO: Answer.MAYBE}
        assert await mirrors.by_interest(tx, party.id) == {BO: NOW}
        assert await mirrors.interested(tx, party, BO, NOW) is None
        lost = await mirrors.uninterested(tx, party, BO)
        assert lost is not None
        assert lost.answers == {}
        await mirrors.interested(tx, party, BO, NOW)
        await parties.answer(tx, party, BO, Answer.MAYBE, NOW)
        assert await mirrors.uninterested(tx, party, BO) is None
        assert (await parties.attendance(tx, party)).answers == {BO: Answer.MAYBE}


async def test_who_is_forgotten_is_interested_in_nothing(database: Database) -> None:
    party = await a_party(database)
    async with database.begin() as tx:
        await mirrors.interested(tx, party, BO, NOW)
        await people.forget(tx, BO)
        assert await mirrors.by_interest(tx, party.id) == {}
        assert (await parties.attendance(tx, party)).answers == {}


async def test_a_notice_that_was_replaced_is_still_to_be_told(database: Database) -> None:
    party = await a_party(database)
    await wish(database, party, True)
    async with database.begin() as tx:
        await mirrors.tell(tx, party.id, "put-back", NOW)
        await mirrors.tell(tx, party.id, "deleted", NOW)
        await mirrors.told(tx, party.id, "put-back")
        found = await mirrors.get(tx, party.id)
        assert found is not None
        assert found.notice == "deleted"
    rows = await due.claim(database, NOW, "worker")
    assert [row.kind for row in rows] == [DueKind.PARTY_EVENT_NOTICE]


async def test_what_an_event_shows_goes_by_its_party_and_the_clock(database: Database) -> None:
    party = await a_party(database)
    mirror = Mirror(party.id, None, 1, MirrorState.WANTED)
    before, begun, over = NOW, party.starts_at, party.starts_at + timedelta(hours=1)
    assert [mirror.phase(party, 60, at) for at in (before, begun, over)] == [Phase.AHEAD, Phase.RUNNING, Phase.OVER]
    assert Mirror(party.id, None, 1, MirrorState.UNWANTED).phase(party, 60, before) is Phase.CALLED_OFF
    other = await a_party(database)
    assert mark(party) != mark(other)
