"""Watch parties and their answers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.core.errors import UserError
from bot.core.party import Answer, Party, PartyState
from bot.store import parties
from bot.store.database import Database
from tests.store.conftest import Place
from tests.store.samples import NOW, party_values

HOUR = timedelta(hours=1)


async def create(database: Database, **changed: object) -> Party:
    async with database.begin() as tx:
        return await parties.create(tx, **party_values(**changed))


async def test_a_party_comes_back_as_it_was_created(database: Database) -> None:
    made = await create(database)
    values = party_values()
    created_at = values.pop("now")
    assert made == Party(id=made.id, message_id=None, state=PartyState.PLANNED, created_at=created_at, **values)
    async with database.begin() as tx:
        assert await parties.get(tx, made.id) == made
        await parties.set_message(tx, made.id, 2**63 - 1)
    async with database.read() as tx:
        found = await parties.get(tx, made.id)
        assert found is not None
        assert found.message_id == 2**63 - 1
        assert await parties.get(tx, made.id + 1) is None


@pytest.mark.parametrize("text", ["'); DROP TABLE party; --", "아이쇼핑 || @everyone \u202e", ""])
async def test_hostile_text_in_a_party_stays_text(database: Database, text: str) -> None:
    made = await create(database, show_id=text, zone=text, locale=text, title=text, note=text, text_after=8)
    async with database.read() as tx:
        assert await parties.get(tx, made.id) == made
    assert (made.show_id, made.zone, made.locale, made.title, made.note) == (text,) * 5
    assert made.text_after == 8


async def test_a_party_is_cancelled_once(database: Database) -> None:
    made = await create(database)
    async with database.begin() as tx:
        assert await parties.cancel(tx, made.id)
        assert not await parties.cancel(tx, made.id)
        assert not await parties.cancel(tx, made.id + 1)
        found = await parties.get(tx, made.id)
    assert found is not None
    assert found.state is PartyState.CANCELLED


async def test_upcoming_are_the_planned_ones_of_the_server_soonest_first(database: Database) -> None:
    later = await create(database, starts_at=NOW + 3 * HOUR)
    sooner = await create(database, starts_at=NOW + HOUR)
    await create(database, starts_at=NOW - HOUR)
    await create(database, starts_at=NOW)
    await create(database, guild_id=7)
    cancelled = await create(database)
    async with database.begin() as tx:
        await parties.cancel(tx, cancelled.id)
        guild_id = sooner.guild_id
        assert await parties.upcoming(tx, guild_id, NOW) == (sooner, later)
        assert await parties.upcoming(tx, guild_id, NOW, limit=1) == (sooner,)
        assert await parties.upcoming(tx, guild_id, NOW, limit=1, offset=1) == (later,)
        assert await parties.upcoming(tx, guild_id, NOW + HOUR) == (later,)


async def test_answers_come_in_the_order_in_which_they_were_given(database: Database) -> None:
    party, other = await create(database), await create(database)
    async with database.begin() as tx:
        for minute, (user_id, answer) in enumerate(
            [(3, Answer.GOING), (1, Answer.MAYBE), (2, Answer.CANNOT), (1, Answer.MAYBE), (3, Answer.MAYBE)]
        ):
            await parties.answer(tx, party, user_id, answer, NOW + timedelta(minutes=minute))
    async with database.read() as tx:
        found = await parties.attendance(tx, party)
        assert list(found.answers.items()) == [(1, Answer.MAYBE), (2, Answer.CANNOT), (3, Answer.MAYBE)]
        assert (await parties.attendance(tx, other)).answers == {}


async def test_a_server_may_have_so_many_parties_to_come_and_no_more(database: Database) -> None:
    for hour in range(parties.LIMIT - 1):
        await create(database, starts_at=NOW + (hour + 1) * HOUR, creator_id=hour)
    over = await create(database, starts_at=NOW - HOUR)
    cancelled = await create(database)
    with pytest.raises(UserError) as caught:
        await create(database)
    assert (caught.value.key, caught.value.arguments) == ("party.too-many", {"limit": 25})
    await create(database, guild_id=8)
    async with database.begin() as tx:
        await parties.cancel(tx, cancelled.id)
    await create(database)
    assert over.starts_at < NOW, "what is over takes no place"


async def test_one_person_may_have_so_many_parties_to_come_in_a_server_beside_series(database: Database) -> None:
    for _ in range(parties.LIMIT_EACH):
        await create(database)
    with pytest.raises(UserError) as caught:
        await create(database)
    assert (caught.value.key, caught.value.arguments) == ("party.too-many-of-yours", {"limit": 10})
    await create(database, guild_id=8)
    for _ in range(parties.LIMIT):
        await create(database, series_id=1)
    await create(database, creator_id=12345)


async def test_whoever_finds_no_place_waits_and_moves_up(database: Database) -> None:
    party = await create(database, capacity=2, creator_id=1)
    async with database.begin() as tx:
        for minute, user_id in enumerate((2, 3, 4, 5, 1)):
            found = await parties.answer(tx, party, user_id, Answer.GOING, NOW + timedelta(minutes=minute))
        assert found.who(Answer.GOING) == (2, 3, 1), "there is always a place for the host"
        assert found.waiting == (4, 5)
        assert found.waited == frozenset({4, 5})
        assert found.moved_up == ()
        assert set(found.attending) == {1, 2, 3}
        await parties.answer(tx, party, 5, Answer.MAYBE, NOW + HOUR)
        found = await parties.answer(tx, party, 2, Answer.CANNOT, NOW + HOUR)
        assert found.moved_up == (4,)
        assert found.waited == frozenset({4}), "who gave up waiting waits no more"
        await parties.told_of_place(tx, party.id, found.moved_up)
        assert (await parties.attendance(tx, party)).moved_up == ()


async def test_the_limit_holds_when_fifty_are_created_at_once(place: Place) -> None:
    async with place.opened() as one, place.opened() as two:
        made = await asyncio.gather(
            *(create((one, two)[number % 2], creator_id=number) for number in range(50)), return_exceptions=True
        )
        refused = [error for error in made if isinstance(error, BaseException)]
        assert {type(error) for error in refused} == {UserError}
        assert len(refused) == 25
        async with one.read() as tx:
            assert len(await parties.upcoming(tx, party_values()["guild_id"], NOW, limit=100)) == 25
