"""Where people are: their time zones, and which servers may see them. Also forgets everything about a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from bot.core.party import SeriesState
from bot.core.personal_data import NOBODY
from bot.store.database import Transaction
from bot.store.kept import kept
from bot.store.personal_data import queued_for
from bot.store.tables import (
    announcement_setup,
    calendar_feed,
    catch_up,
    due,
    due_guests,
    interest,
    move_notice,
    party,
    person,
    person_service,
    poll,
    poll_vote,
    progress,
    progress_share,
    reminder,
    reminder_choice,
    rerun,
    rewatch,
    rsvp,
    schedule_change,
    screening,
    seen_apart,
    series,
    standing_reminder,
    viewer,
    zone_share,
)


@kept
async def zone(tx: Transaction, user_id: int) -> str | None:
    """The IANA name of the zone that this person has saved, or None."""
    return (await tx.execute(sa.select(person.c.zone).where(person.c.user_id == user_id))).scalar_one_or_none()


async def set_zone(tx: Transaction, user_id: int, zone: str) -> None:
    """Save a zone. Which servers may see it stays as it was; at first, none."""
    insert = tx.insert(person).values(user_id=user_id, zone=zone)
    await tx.execute(insert.on_conflict_do_update(index_elements=["user_id"], set_={"zone": zone}))


async def clear_zone(tx: Transaction, user_id: int) -> bool:
    """Delete the zone and with it every share; False where there was none."""
    deleted = await tx.execute(sa.delete(person).where(person.c.user_id == user_id))
    return deleted.rowcount > 0


@kept
async def shares(tx: Transaction, user_id: int, guild_id: int) -> bool:
    """Whether this server may see this person's zone."""
    query = sa.select(zone_share.c.user_id).where(zone_share.c.user_id == user_id, zone_share.c.guild_id == guild_id)
    return (await tx.execute(query)).first() is not None


async def set_share(tx: Transaction, user_id: int, guild_id: int, share: bool) -> None:
    """Let a server see a person's zone, or no longer. The person must have saved one."""
    if share:
        insert = tx.insert(zone_share).values(user_id=user_id, guild_id=guild_id)
        await tx.execute(insert.on_conflict_do_nothing())
    else:
        await tx.execute(
            sa.delete(zone_share).where(zone_share.c.user_id == user_id, zone_share.c.guild_id == guild_id)
        )


@kept
async def zones_shared_in(tx: Transaction, guild_id: int) -> tuple[str, ...]:
    """The different zones that people share with a server, the commonest first; never whose they are."""
    query = (
        sa.select(person.c.zone)
        .join(zone_share, zone_share.c.user_id == person.c.user_id)
        .where(zone_share.c.guild_id == guild_id)
        .group_by(person.c.zone)
        .order_by(sa.func.count().desc(), person.c.zone)
    )
    return tuple((await tx.execute(query)).scalars())


async def zones_of(tx: Transaction, user_ids: Collection[int]) -> Mapping[int, str]:
    """The zones of those of these people who have saved one."""
    query = sa.select(person.c.user_id, person.c.zone).where(person.c.user_id.in_(user_ids))
    return {row.user_id: row.zone for row in await tx.execute(query)}


@kept
async def sharing_in(tx: Transaction, guild_id: int) -> frozenset[int]:
    """Who lets a server see their zone."""
    query = sa.select(zone_share.c.user_id).where(zone_share.c.guild_id == guild_id)
    return frozenset((await tx.execute(query)).scalars())


async def forget(tx: Transaction, user_id: int) -> None:
    """Delete everything about a person: zone, shares, progress, answers, reminders and plans, how they want them, links
    to their calendars, what was due for them, and whatever they wrote.

    What they began for a server stays for the others, with `NOBODY` in their place: parties, series, votes, re-runs,
    announcements and corrections of schedules. In a SQLite file the deleted bytes are overwritten.
    """
    await tx.execute(sa.delete(due).where(queued_for(user_id)))
    # A plan's sittings go with it.
    wishes = (
        due_guests,
        reminder,
        standing_reminder,
        reminder_choice,
        catch_up,
        move_notice,
        rsvp,
        interest,
        viewer,
        poll_vote,
        calendar_feed,
    )
    for table in (*wishes, progress, seen_apart, rewatch, progress_share, person_service, person):
        await tx.execute(sa.delete(table).where(table.c.user_id == user_id))
    await tx.execute(sa.delete(series).where(series.c.creator_id == user_id, series.c.state == SeriesState.DRAFT))
    await tx.execute(sa.update(party).where(party.c.creator_id == user_id).values(title=None, note=None))
    await tx.execute(sa.update(schedule_change).where(schedule_change.c.user_id == user_id).values(note=None))
    for column in (
        *(table.c.creator_id for table in (party, series, poll, rerun, announcement_setup)),
        schedule_change.c.user_id,
        schedule_change.c.undone_by,
        screening.c.starter_id,
    ):
        await tx.execute(sa.update(column.table).where(column == user_id).values({column: NOBODY}))
    tx.scrub()
