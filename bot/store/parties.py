"""Watch parties and the answers to them. What falls due for a party is `bot.store.due`'s, in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.errors import UserError
from bot.core.mirror import MirrorState
from bot.core.party import ATTENDING, Answer, Attendance, Party, PartyState
from bot.store.database import Transaction
from bot.store.tables import interest, mirror, party, rsvp, values_of

#: How many parties still to come a server may have, and how many of those one person; nights of series aside.
LIMIT = 25
LIMIT_EACH = 10


async def create(
    tx: Transaction,
    *,
    guild_id: int,
    channel_id: int,
    creator_id: int,
    show_id: str,
    episode: int,
    starts_at: datetime,
    wall_start: datetime,
    zone: str,
    lead_minutes: int,
    locale: str,
    now: datetime,
    title: str | None = None,
    note: str | None = None,
    text_after: int = 0,
    follows_air_time: bool = False,
    last_episode: int | None = None,
    capacity: int | None = None,
    role_id: int | None = None,
    series_id: int | None = None,
    more_leads: tuple[int, ...] | None = None,
) -> Party:
    """Keep a planned party.

    Raises UserError("party.too-many", limit) for a server with `LIMIT` of them to come, and
    "party.too-many-of-yours" for a person with `LIMIT_EACH` there. The nights of a series are not counted.
    """
    await tx.alone("party", guild_id)
    values: dict[str, Any] = {
        "guild_id": guild_id,
        "channel_id": channel_id,
        "creator_id": creator_id,
        "show_id": show_id,
        "episode": episode,
        "starts_at": starts_at,
        "wall_start": wall_start,
        "zone": zone,
        "lead_minutes": lead_minutes,
        "more_leads": more_leads,
        "locale": locale,
        "state": PartyState.PLANNED,
        "created_at": now,
        "title": title,
        "note": note,
        "text_after": text_after,
        "follows_air_time": follows_air_time,
        "last_episode": last_episode,
        "capacity": capacity,
        "role_id": role_id,
        "series_id": series_id,
    }
    row = sa.select(*(sa.literal(value, party.c[name].type) for name, value in values.items()))
    here = sa.text("state = 'planned'"), party.c.guild_id == guild_id, party.c.starts_at > now
    single = sa.select(sa.func.count()).where(*here, party.c.series_id.is_(None)).select_from(party)
    theirs = single.where(party.c.creator_id == creator_id).scalar_subquery()
    if series_id is None:
        row = row.where(single.scalar_subquery() < LIMIT, theirs < LIMIT_EACH)
    found = (await tx.execute(sa.insert(party).from_select(list(values), row).returning(party))).one_or_none()
    if found is not None:
        return _party(found)
    if (await tx.execute(sa.select(theirs))).scalar_one() >= LIMIT_EACH:
        raise UserError("party.too-many-of-yours", limit=LIMIT_EACH)
    raise UserError("party.too-many", limit=LIMIT)


async def get(tx: Transaction, party_id: int) -> Party | None:
    """A party, whatever became of it."""
    row = (await tx.execute(sa.select(party).where(party.c.id == party_id))).one_or_none()
    return None if row is None else _party(row)


async def set_message(tx: Transaction, party_id: int, message_id: int) -> None:
    """Note which message announced a party."""
    await tx.execute(sa.update(party).where(party.c.id == party_id).values(message_id=message_id))


async def change(tx: Transaction, party_id: int, values: Mapping[str, Any]) -> Party:
    """Keep other values of a party's columns; the party as it is then. It must exist."""
    changed = await tx.execute(sa.update(party).where(party.c.id == party_id).values(**values).returning(party))
    return _party(changed.one())


async def told_of_move(tx: Transaction, party_id: int, moved_from: datetime) -> None:
    """Note that guests have been told where a party moved from, unless it has moved again from elsewhere since."""
    await tx.execute(
        sa.update(party).where(party.c.id == party_id, party.c.moved_from == moved_from).values(moved_from=None)
    )


async def following_air_times(tx: Transaction, now: datetime) -> tuple[Party, ...]:
    """The planned parties that begin whenever their episode airs and haven't begun."""
    query = sa.select(party).where(sa.text("state = 'planned'"), party.c.follows_air_time, party.c.starts_at > now)
    return tuple(_party(row) for row in await tx.execute(query.order_by(party.c.id)))


async def at_their_own_hour(tx: Transaction, now: datetime) -> tuple[Party, ...]:
    """The planned parties, nights of series aside, that begin whenever their host said and haven't begun."""
    planned = sa.text("state = 'planned'"), ~party.c.follows_air_time, party.c.series_id.is_(None)
    query = sa.select(party).where(*planned, party.c.starts_at > now)
    return tuple(_party(row) for row in await tx.execute(query.order_by(party.c.id)))


async def next_for(tx: Transaction, guild_id: int, user_id: int, now: datetime) -> Party | None:
    """The soonest planned party of a server that somebody has said they come to, or may; None where there is none."""
    query = (
        sa.select(party)
        .join(rsvp, rsvp.c.party_id == party.c.id)
        .where(
            party.c.state == PartyState.PLANNED,
            party.c.guild_id == guild_id,
            party.c.starts_at > now,
            rsvp.c.user_id == user_id,
            rsvp.c.answer.in_(ATTENDING),
        )
        .order_by(party.c.starts_at, party.c.id)
        .limit(1)
    )
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else _party(row)


async def of_guest(tx: Transaction, user_id: int, since: datetime, limit: int) -> tuple[Party, ...]:
    """The parties of all servers that somebody has said they come to, or may; those that were called off, too.

    Of those that begin after ``since`` the ``limit`` latest, the latest first.
    """
    query = (
        sa.select(party)
        .join(rsvp, rsvp.c.party_id == party.c.id)
        .where(party.c.starts_at > since, rsvp.c.user_id == user_id, rsvp.c.answer.in_(ATTENDING))
        .order_by(party.c.starts_at.desc(), party.c.id.desc())
        .limit(limit)
    )
    return tuple(_party(row) for row in await tx.execute(query))


async def cancel(tx: Transaction, party_id: int) -> bool:
    """Cancel a party; False if it was not planned (any more)."""
    changed = await tx.execute(
        sa.update(party)
        .where(party.c.id == party_id, party.c.state == PartyState.PLANNED)
        .values(state=PartyState.CANCELLED)
    )
    return changed.rowcount > 0


async def upcoming(
    tx: Transaction, guild_id: int, now: datetime, limit: int | None = None, offset: int = 0
) -> tuple[Party, ...]:
    """The planned parties of a server that have not begun, soonest first; all of them without a limit."""
    query = (
        sa.select(party)
        .where(sa.text("state = 'planned'"), party.c.guild_id == guild_id, party.c.starts_at > now)
        .order_by(party.c.starts_at, party.c.id)
        .limit(limit)
        .offset(offset)
    )
    return tuple(_party(row) for row in await tx.execute(query))


async def channels_begun(tx: Transaction, guild_id: int, now: datetime) -> frozenset[int]:
    """Where the parties of `begun` were announced."""
    query = sa.select(party.c.channel_id).where(*_begun(guild_id, now)).distinct()
    return frozenset((await tx.execute(query)).scalars())


async def begun(
    tx: Transaction, guild_id: int, now: datetime, limit: int, offset: int, without: Collection[int] = ()
) -> tuple[Party, ...]:
    """The parties of a server that have begun, without those that were called off, the latest first.

    Those of the channels ``without`` are left out.
    """
    query = (
        sa.select(party).where(*_begun(guild_id, now, without)).order_by(party.c.starts_at.desc(), party.c.id.desc())
    )
    return tuple(_party(row) for row in await tx.execute(query.limit(limit).offset(offset)))


async def count_begun(tx: Transaction, guild_id: int, now: datetime, without: Collection[int] = ()) -> int:
    """How many there are of `begun`."""
    query = sa.select(sa.func.count()).select_from(party).where(*_begun(guild_id, now, without))
    return (await tx.execute(query)).scalar_one()


async def answer(tx: Transaction, party: Party, user_id: int, answer: Answer, now: datetime) -> Attendance:
    """Note or change somebody's answer; who comes then. The same answer again keeps its place among the others.

    Whoever finds no place is on the waiting list, which is noted with their answer.
    """
    # Two who take the last place at once are told different things only if one of them comes second.
    await tx.alone("rsvp", party.id)
    insert = tx.insert(rsvp).values(party_id=party.id, user_id=user_id, answer=answer, answered_at=now)
    await tx.execute(
        insert.on_conflict_do_update(
            index_elements=["party_id", "user_id"],
            set_={"answer": insert.excluded.answer, "answered_at": insert.excluded.answered_at},
            where=rsvp.c.answer != insert.excluded.answer,
        )
    )
    # What they say themselves is no longer what their interest in an event says.
    await tx.execute(sa.delete(interest).where(interest.c.party_id == party.id, interest.c.user_id == user_id))
    found = await attendance(tx, party)
    waits = user_id in found.waiting
    if waits or user_id in found.waited:
        theirs = rsvp.c.party_id == party.id, rsvp.c.user_id == user_id
        await tx.execute(sa.update(rsvp).where(*theirs).values(waited=waits))
    return replace(found, waited=found.waited | {user_id} if waits else found.waited - {user_id})


async def attendance(tx: Transaction, party: Party) -> Attendance:
    """A party with who answered what, in the order in which they did."""
    query = (
        sa.select(rsvp.c.user_id, rsvp.c.answer, rsvp.c.waited)
        .where(rsvp.c.party_id == party.id)
        .order_by(rsvp.c.answered_at, rsvp.c.user_id)
    )
    rows = list(await tx.execute(query))
    waited = frozenset(row.user_id for row in rows if row.waited)
    event = sa.select(mirror.c.event_id).where(mirror.c.party_id == party.id, mirror.c.state == MirrorState.WANTED)
    event_id = (await tx.execute(event)).scalar_one_or_none()
    return Attendance(party, {row.user_id: row.answer for row in rows}, waited, event_id)


async def told_of_place(tx: Transaction, party_id: int, user_ids: Collection[int]) -> None:
    """Note that people know that they have a place now."""
    await tx.execute(
        sa.update(rsvp).where(rsvp.c.party_id == party_id, rsvp.c.user_id.in_(user_ids)).values(waited=False)
    )


async def of_series(tx: Transaction, series_id: int, now: datetime) -> tuple[Party, ...]:
    """The nights of a series that are planned and haven't begun, soonest first."""
    query = sa.select(party).where(
        party.c.series_id == series_id, party.c.state == PartyState.PLANNED, party.c.starts_at > now
    )
    return tuple(_party(row) for row in await tx.execute(query.order_by(party.c.starts_at, party.c.id)))


def _begun(guild_id: int, now: datetime, without: Collection[int] = ()) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        party.c.guild_id == guild_id,
        party.c.state == PartyState.PLANNED,
        party.c.starts_at <= now,
        party.c.channel_id.not_in(without),
    )


async def to_come_of(tx: Transaction, user_id: int, now: datetime) -> tuple[int, ...]:
    """The ids of the planned parties that haven't begun and that somebody hosts or has answered to, soonest first."""
    answered = sa.select(rsvp.c.party_id).where(rsvp.c.user_id == user_id)
    query = (
        sa.select(party.c.id)
        .where(
            party.c.state == PartyState.PLANNED,
            party.c.starts_at > now,
            sa.or_(party.c.creator_id == user_id, party.c.id.in_(answered)),
        )
        .order_by(party.c.starts_at, party.c.id)
    )
    return tuple((await tx.execute(query)).scalars())


async def ever_of_series(tx: Transaction, series_id: int) -> tuple[Party, ...]:
    """All nights that a series has ever had, whatever became of them."""
    query = sa.select(party).where(party.c.series_id == series_id).order_by(party.c.id)
    return tuple(_party(row) for row in await tx.execute(query))


def _party(row: sa.Row[Any]) -> Party:
    return Party(**values_of(row))
