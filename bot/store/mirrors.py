"""Discord's own events of watch parties, and who comes by pressing "Interested" there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.core.mirror import EventWish, Mirror, MirrorState
from bot.core.party import Answer, Attendance, Party
from bot.core.reminder import DueKind
from bot.store import due, parties
from bot.store.database import Transaction
from bot.store.tables import interest, mirror, rsvp, values_of

#: How long after a change an event follows: by then the announcement that it links to mostly stands.
_FOLLOWS_AFTER = timedelta(seconds=2)


async def get(tx: Transaction, party_id: int) -> Mirror | None:
    """The event of a party; None where none was ever asked for."""
    row = (await tx.execute(sa.select(mirror).where(mirror.c.party_id == party_id))).one_or_none()
    return None if row is None else _mirror(row)


async def of_event(tx: Transaction, event_id: int) -> Mirror | None:
    """What is known of one of Discord's events; None where it is none of ours."""
    row = (await tx.execute(sa.select(mirror).where(mirror.c.event_id == event_id))).one_or_none()
    return None if row is None else _mirror(row)


async def wish(tx: Transaction, party_id: int, wished: EventWish, now: datetime) -> None:
    """Want an event for a party, or none. Without a place one that is wanted already stays where it is."""
    known = await get(tx, party_id)
    if not wished.wanted:
        await change(tx, party_id, {"state": MirrorState.UNWANTED, "place_id": None, "notice": None})
    elif known is None:
        await tx.execute(
            sa.insert(mirror).values(party_id=party_id, place_id=wished.place_id, state=MirrorState.WANTED)
        )
    else:
        place_id = known.place_id if wished.place_id is None else wished.place_id
        await change(tx, party_id, {"state": MirrorState.WANTED, "place_id": place_id, "notice": None})
    await follow(tx, party_id, now)


async def change(tx: Transaction, party_id: int, values: Mapping[str, Any]) -> None:
    """Keep other values of what is known of a party's event, if it has one."""
    await tx.execute(sa.update(mirror).where(mirror.c.party_id == party_id).values(**values))


async def forget(tx: Transaction, party_id: int) -> None:
    """Let a party have no event. Those who came by it stay as they are."""
    await tx.execute(sa.delete(interest).where(interest.c.party_id == party_id))
    await tx.execute(sa.delete(mirror).where(mirror.c.party_id == party_id))


async def follow(tx: Transaction, party_id: int, now: datetime) -> None:
    """Let a party's event, if it has one, become what the party is. To be called wherever that changes."""
    known = await get(tx, party_id)
    if known is not None and known.kept:
        await due.withdraw(tx, (DueKind.PARTY_EVENT,), party_id)
        await due.add(tx, DueKind.PARTY_EVENT, party_id, now + _FOLLOWS_AFTER)


async def follow_all(tx: Transaction, now: datetime) -> int:
    """The same for all events that there are to be; how many those are."""
    known = sa.select(mirror.c.party_id).where(mirror.c.state.in_((MirrorState.WANTED, MirrorState.UNWANTED)))
    ids = tuple((await tx.execute(known.order_by(mirror.c.party_id))).scalars())
    for party_id in ids:
        await follow(tx, party_id, now)
    return len(ids)


async def tell(tx: Transaction, party_id: int, notice: str, now: datetime) -> None:
    """Let a party's host be told something of its event, in place of what they haven't been told yet."""
    await change(tx, party_id, {"notice": notice})
    if party_id not in await due.waiting(tx, DueKind.PARTY_EVENT_NOTICE, (party_id,)):
        await due.add(tx, DueKind.PARTY_EVENT_NOTICE, party_id, now)


async def told(tx: Transaction, party_id: int, notice: str) -> None:
    """Note that a party's host has been told this."""
    await tx.execute(
        sa.update(mirror).where(mirror.c.party_id == party_id, mirror.c.notice == notice).values(notice=None)
    )


# ------------------------------------------------------------------ interest


async def interested(tx: Transaction, party: Party, user_id: int, now: datetime) -> Attendance | None:
    """Let somebody count as Maybe who is interested in a party's event; None where that changes nothing.

    Whoever answered Going or Maybe themselves has said more than that.
    """
    found = await parties.attendance(tx, party)
    if found.answers.get(user_id) not in (None, Answer.CANNOT):
        return None
    found = await parties.answer(tx, party, user_id, Answer.MAYBE, now)
    await tx.execute(sa.insert(interest).values(party_id=party.id, user_id=user_id, since=now))
    return found


async def uninterested(tx: Transaction, party: Party, user_id: int) -> Attendance | None:
    """Take back what `interested` answered, unless they have answered themselves since; None if nothing changes."""
    theirs = interest.c.party_id == party.id, interest.c.user_id == user_id
    if not (await tx.execute(sa.delete(interest).where(*theirs))).rowcount:
        return None
    await tx.execute(sa.delete(rsvp).where(rsvp.c.party_id == party.id, rsvp.c.user_id == user_id))
    return await parties.attendance(tx, party)


async def by_interest(tx: Transaction, party_id: int) -> dict[int, datetime]:
    """Those who count as Maybe by their interest alone, each with since when."""
    query = sa.select(interest.c.user_id, interest.c.since).where(interest.c.party_id == party_id)
    return {row.user_id: row.since for row in await tx.execute(query)}


def _mirror(row: sa.Row[Any]) -> Mirror:
    return Mirror(**values_of(row))
