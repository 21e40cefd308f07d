"""Votes on times, and what is known of those who take part."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from bot.app.polls import Outcome, decide
from bot.app.shows import Shows
from bot.core.errors import UserError
from bot.core.party import Answer
from bot.core.poll import Ballot, PollState
from bot.core.reminder import DueKind
from bot.core.show import Catalogue
from bot.store import due, parties, people, polls
from bot.store.database import Database
from tests.harbour import harbour
from tests.store.conftest import Place
from tests.store.samples import NOW, party_values

HOUR = timedelta(hours=1)
SHOWS = Shows(Catalogue({"harbour": harbour(NOW, NOW + timedelta(days=7))}))
HOST, ANN, BO = 80351110224678912, 1, 2


def poll_values(**changed: Any) -> dict[str, Any]:
    values = party_values()
    kept = ("guild_id", "channel_id", "creator_id", "show_id", "episode", "zone", "lead_minutes", "locale")
    return {
        **{name: values[name] for name in kept},
        "last_episode": None,
        "created_at": NOW,
        "closes_at": NOW + HOUR,
        **changed,
    }


async def a_poll(database: Database, **changed: Any) -> Ballot:
    """Three times, of which the last is the fairest."""
    async with database.begin() as tx:
        choices = [(1, NOW + 30 * HOUR), (2, NOW + 10 * HOUR), (3, NOW + 20 * HOUR)]
        return await polls.create(tx, choices, **poll_values(**changed))


async def votes(database: Database, ballot: Ballot, *cast: tuple[int, int]) -> Ballot:
    for turn, (user, number) in enumerate(cast):
        async with database.begin() as tx:
            await polls.turn(tx, ballot.poll.id, number, user, NOW + timedelta(seconds=turn))
    async with database.read() as tx:
        found = await polls.ballot(tx, ballot.poll.id)
    assert found is not None
    return found


async def test_a_vote_comes_back_as_it_was_begun_with_its_times_in_order(database: Database) -> None:
    made = await a_poll(database, last_episode=4)
    assert [(one.number, one.rank) for one in made.choices] == [(1, 2), (2, 3), (3, 1)]
    assert made.poll.episodes == (3, 4)
    async with database.begin() as tx:
        assert await polls.ballot(tx, made.poll.id) == made
        assert await polls.ballot(tx, made.poll.id + 1) is None


async def test_votes_are_turned_and_counted(database: Database) -> None:
    ballot = await votes(database, await a_poll(database), (BO, 1), (ANN, 1), (ANN, 3), (BO, 1))
    assert ballot.votes == {1: (ANN,), 3: (ANN,)}
    assert ballot.votes_of(ANN) == (1, 3)
    assert ballot.votes_of(BO) == ()


async def test_most_votes_win_then_fairness_and_only_what_is_still_to_come(database: Database) -> None:
    ballot = await a_poll(database)
    assert ballot.winner(NOW) is None
    tied = await votes(database, ballot, (ANN, 1), (BO, 2), (HOST, 3))
    winner = tied.winner(NOW)
    assert winner is not None
    assert winner.number == 3
    more = await votes(database, ballot, (BO, 1))
    winner = more.winner(NOW)
    assert winner is not None
    assert winner.number == 1
    winner = more.winner(NOW + 25 * HOUR)
    assert winner is not None
    assert winner.number == 3
    assert more.winner(NOW + 31 * HOUR) is None


async def test_the_winner_becomes_one_party_with_its_voters_however_often_it_is_decided(place: Place) -> None:
    async with place.opened() as one, place.opened() as two:
        ballot = await votes(one, await a_poll(one), (BO, 2), (ANN, 2), (ANN, 1))

        async def end(database: Database) -> Any:
            async with database.begin() as tx:
                return await decide(tx, ballot.poll.id, SHOWS, NOW + HOUR)

        first, second = await asyncio.gather(end(one), end(two))
        third = await end(one)
        assert first.outcome is second.outcome is third.outcome is Outcome.PLANNED
        assert first.party.id == second.party.id == third.party.id
        assert third.guests == (BO, ANN)
        async with one.read() as tx:
            party = await parties.get(tx, first.party.id)
            assert party is not None
            assert await parties.get(tx, first.party.id + 1) is None
            assert party.starts_at == NOW + 20 * HOUR
            assert set((await parties.attendance(tx, party)).who(Answer.GOING)) == {HOST, BO, ANN}
            for kind in (DueKind.PARTY_ANNOUNCEMENT, DueKind.PARTY_LEAD, DueKind.PARTY_START):
                assert await due.waiting(tx, kind, (party.id,)) == {party.id}


async def test_without_votes_nothing_is_planned(database: Database) -> None:
    ballot = await a_poll(database)
    for _ in range(2):
        async with database.begin() as tx:
            decided = await decide(tx, ballot.poll.id, SHOWS, NOW + HOUR)
        assert decided is not None
        assert (decided.outcome, decided.party) == (Outcome.NO_VOTES, None)
        assert decided.ballot.poll.state is PollState.CLOSED
    async with database.begin() as tx:
        assert await decide(tx, ballot.poll.id + 1, SHOWS, NOW) is None


async def test_what_was_voted_for_has_passed_or_the_server_is_full(database: Database) -> None:
    late = await votes(database, await a_poll(database), (ANN, 1))
    async with database.begin() as tx:
        decided = await decide(tx, late.poll.id, SHOWS, NOW + 11 * HOUR)
        assert decided is not None
        assert decided.outcome is Outcome.TOO_LATE
    full = await votes(database, await a_poll(database), (ANN, 1))
    async with database.begin() as tx:
        for _ in range(parties.LIMIT_EACH):
            await parties.create(tx, **party_values(starts_at=NOW + 50 * HOUR))
        decided = await decide(tx, full.poll.id, SHOWS, NOW + HOUR)
        assert decided is not None
        assert decided.outcome is Outcome.REFUSED
        assert len(await parties.upcoming(tx, full.poll.guild_id, NOW)) == parties.LIMIT_EACH


async def test_only_so_many_votes_go_on_at_once_also_when_begun_together(place: Place) -> None:
    async with place.opened() as one, place.opened() as two:

        async def begin(database: Database, creator_id: int) -> str:
            try:
                await a_poll(database, creator_id=creator_id)
            except UserError as refused:
                return refused.key
            return "begun"

        found = await asyncio.gather(*(begin(one if turn % 2 else two, HOST) for turn in range(4)))
        assert sorted(found) == ["begun"] * polls.LIMIT_EACH + ["poll.too-many-of-yours"] * 2
        others = await asyncio.gather(*(begin(one if turn % 2 else two, 100 + turn) for turn in range(6)))
        assert sorted(others) == ["begun"] * (polls.LIMIT - polls.LIMIT_EACH) + ["poll.too-many"] * 3
        async with one.begin() as tx:
            assert await polls.close(tx, 1)
            assert not await polls.close(tx, 1)
        assert await begin(two, HOST) == "begun"


async def test_company_and_past_are_those_of_this_server_and_show(database: Database) -> None:
    async with database.begin() as tx:
        ours = await parties.create(tx, **party_values())
        older = await parties.create(tx, **party_values(starts_at=NOW + HOUR))
        other = await parties.create(tx, **party_values(show_id="another"))
        away = await parties.create(tx, **party_values(guild_id=5))
        off = await parties.create(tx, **party_values())
        for party, user, answer in (
            (ours, ANN, Answer.GOING),
            (ours, BO, Answer.CANNOT),
            (older, ANN, Answer.MAYBE),
            (other, BO, Answer.GOING),
            (away, 3, Answer.GOING),
            (off, 4, Answer.GOING),
        ):
            await parties.answer(tx, party, user, answer, NOW)
        await parties.cancel(tx, off.id)
        guild = ours.guild_id
        assert await polls.company(tx, guild, ours.show_id) == {ANN}
        everybody, later = (ANN, BO, 3, 4), NOW + 9 * HOUR
        assert await polls.attended(tx, guild, everybody, NOW, 5) == {}
        found = await polls.attended(tx, guild, everybody, later, 5)
        assert {user: [one.id for one in theirs] for user, theirs in found.items()} == {
            ANN: [ours.id, older.id],
            BO: [other.id],
        }
        assert [one.id for one in (await polls.attended(tx, guild, (ANN,), later, 1))[ANN]] == [ours.id]


async def test_whoever_is_forgotten_leaves_no_vote_and_no_name(database: Database) -> None:
    ballot = await votes(database, await a_poll(database, creator_id=ANN), (ANN, 1), (BO, 1))
    async with database.begin() as tx:
        await people.forget(tx, ANN)
        after = await polls.ballot(tx, ballot.poll.id)
        assert after is not None
        assert (after.poll.creator_id, after.votes) == (people.NOBODY, {1: (BO,)})
        decided = await decide(tx, ballot.poll.id, SHOWS, NOW + HOUR)
    assert decided is not None
    assert decided.party is not None
    assert decided.party.creator_id == people.NOBODY
