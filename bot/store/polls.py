"""Votes on when to watch something, and what is known of those who take part. A vote's end is in the due queue."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.errors import UserError
from bot.core.party import ATTENDING, Party, PartyState
from bot.core.poll import Ballot, Choice, Poll, PollState
from bot.store.database import Transaction
from bot.store.tables import party, poll, poll_choice, poll_vote, rsvp, values_of

#: How many votes may go on in a server at once, and how many of those one person may have begun.
LIMIT = 5
LIMIT_EACH = 2


async def create(tx: Transaction, choices: Sequence[tuple[int, datetime]], **values: Any) -> Ballot:
    """Begin a vote between times, each with its rank in fairness; ``values`` are the columns of the vote.

    Raises UserError("poll.too-many", limit) for a server with `LIMIT` that go on, and "poll.too-many-of-yours" for a
    person with `LIMIT_EACH` there.
    """
    await tx.alone("poll", values["guild_id"])
    values = {**values, "state": PollState.OPEN}
    row = sa.select(*(sa.literal(value, poll.c[name].type) for name, value in values.items()))
    here = sa.text("state = 'open'"), poll.c.guild_id == values["guild_id"]
    every = sa.select(sa.func.count()).where(*here).select_from(poll)
    theirs = every.where(poll.c.creator_id == values["creator_id"]).scalar_subquery()
    row = row.where(every.scalar_subquery() < LIMIT, theirs < LIMIT_EACH)
    found = (await tx.execute(sa.insert(poll).from_select(list(values), row).returning(poll))).one_or_none()
    if found is None:
        if (await tx.execute(sa.select(theirs))).scalar_one() >= LIMIT_EACH:
            raise UserError("poll.too-many-of-yours", limit=LIMIT_EACH)
        raise UserError("poll.too-many", limit=LIMIT)
    made = _poll(found)
    by_time = sorted(choices, key=lambda choice: choice[1])
    rows = [Choice(number, rank, at) for number, (rank, at) in enumerate(by_time, 1)]
    await tx.execute(sa.insert(poll_choice).values([{"poll_id": made.id, **asdict(one)} for one in rows]))
    return Ballot(made, tuple(rows), {})


async def ballot(tx: Transaction, poll_id: int) -> Ballot | None:
    """A vote as it stands, whatever became of it."""
    row = (await tx.execute(sa.select(poll).where(poll.c.id == poll_id))).one_or_none()
    if row is None:
        return None
    query = sa.select(poll_choice.c.number, poll_choice.c.rank, poll_choice.c.starts_at)
    choices = await tx.execute(query.where(poll_choice.c.poll_id == poll_id).order_by(poll_choice.c.number))
    found = tuple(Choice(**values_of(one)) for one in choices)
    cast = (
        sa.select(poll_vote.c.number, poll_vote.c.user_id)
        .where(poll_vote.c.poll_id == poll_id)
        .order_by(poll_vote.c.voted_at, poll_vote.c.user_id)
    )
    votes: dict[int, tuple[int, ...]] = {}
    for vote in await tx.execute(cast):
        votes[vote.number] = (*votes.get(vote.number, ()), vote.user_id)
    return Ballot(_poll(row), found, votes)


async def turn(tx: Transaction, poll_id: int, number: int, user_id: int, now: datetime) -> None:
    """Vote for a time, or take that vote back. The time must exist."""
    theirs = poll_vote.c.poll_id == poll_id, poll_vote.c.number == number, poll_vote.c.user_id == user_id
    if not (await tx.execute(sa.delete(poll_vote).where(*theirs))).rowcount:
        insert = tx.insert(poll_vote).values(poll_id=poll_id, number=number, user_id=user_id, voted_at=now)
        await tx.execute(insert.on_conflict_do_nothing())


async def set_message(tx: Transaction, poll_id: int, message_id: int) -> None:
    """Note which message is the vote's."""
    await tx.execute(sa.update(poll).where(poll.c.id == poll_id).values(message_id=message_id))


async def closes_at(tx: Transaction, poll_id: int, at: datetime) -> None:
    """Let a vote that goes on end at another time."""
    changed = sa.update(poll).where(poll.c.id == poll_id, poll.c.state == PollState.OPEN)
    await tx.execute(changed.values(closes_at=at))


async def close(tx: Transaction, poll_id: int) -> bool:
    """End a vote; False where it had ended already. Of two at once only one ends it."""
    changed = sa.update(poll).where(poll.c.id == poll_id, poll.c.state == PollState.OPEN)
    return (await tx.execute(changed.values(state=PollState.CLOSED))).rowcount > 0


async def becomes(tx: Transaction, poll_id: int, party_id: int) -> None:
    """Note which party a vote has become."""
    await tx.execute(sa.update(poll).where(poll.c.id == poll_id).values(party_id=party_id))


async def company(tx: Transaction, guild_id: int, show_id: str) -> frozenset[int]:
    """Who said that they come, or may, to a party of this show in this server, cancelled ones aside."""
    query = (
        sa.select(rsvp.c.user_id)
        .join(party, party.c.id == rsvp.c.party_id)
        .where(
            party.c.guild_id == guild_id,
            party.c.show_id == show_id,
            party.c.state == PartyState.PLANNED,
            rsvp.c.answer.in_(ATTENDING),
        )
        .distinct()
    )
    return frozenset((await tx.execute(query)).scalars())


async def attended(
    tx: Transaction, guild_id: int, user_ids: Collection[int], now: datetime, limit: int
) -> Mapping[int, tuple[Party, ...]]:
    """The last parties in a server, at most ``limit`` each, that each of these people said they come to."""
    latest = (
        sa.func.row_number()
        .over(partition_by=rsvp.c.user_id, order_by=(party.c.starts_at.desc(), party.c.id.desc()))
        .label("latest")
    )
    theirs = (
        sa.select(rsvp.c.user_id.label("guest_id"), party.c.id.label("party_id"), latest)
        .join(party, party.c.id == rsvp.c.party_id)
        .where(
            party.c.guild_id == guild_id,
            party.c.state == PartyState.PLANNED,
            party.c.starts_at <= now,
            rsvp.c.user_id.in_(user_ids),
            rsvp.c.answer.in_(ATTENDING),
        )
        .subquery()
    )
    query = (
        sa.select(theirs.c.guest_id, party)
        .join(theirs, theirs.c.party_id == party.c.id)
        .where(theirs.c.latest <= limit)
        .order_by(party.c.starts_at.desc(), party.c.id.desc())
    )
    found: dict[int, tuple[Party, ...]] = {}
    for row in await tx.execute(query):
        values = values_of(row)
        guest = values.pop("guest_id")
        found[guest] = (*found.get(guest, ()), Party(**values))
    return found


def _poll(row: sa.Row[Any]) -> Poll:
    return Poll(**values_of(row))
