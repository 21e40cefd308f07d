"""Where something is kept about a person: every table whose rows name one, and how to find theirs.

A test goes through all tables and complains of a column that could name somebody and isn't here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.core.personal_data import Kind
from bot.core.reminder import DueKind
from bot.store.database import Transaction
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
    sitting,
    standing_reminder,
    viewer,
    zone_share,
)

#: The names of columns that hold a person's id, in whichever table.
NAMING = frozenset({"user_id", "creator_id", "starter_id", "undone_by"})


@dataclass(frozen=True, slots=True)
class Held:
    """A table that says something about people, and which of its rows are about one."""

    kind: Kind
    table: sa.Table
    theirs: Callable[[int], sa.ColumnElement[bool]]


def _named_in(*columns: sa.Column[Any]) -> Callable[[int], sa.ColumnElement[bool]]:
    return lambda user_id: sa.or_(*(column == user_id for column in columns))


def _of_their_plans(user_id: int) -> sa.ColumnElement[bool]:
    return sitting.c.catch_up_id.in_(sa.select(catch_up.c.id).where(catch_up.c.user_id == user_id))


def queued_for(user_id: int) -> sa.ColumnElement[bool]:
    """Where a row of the due queue is about what somebody wants to be told alone."""
    sittings = sa.select(sitting.c.id).where(_of_their_plans(user_id))
    return sa.or_(
        *(
            sa.and_(due.c.kind == kind, due.c.subject.in_(subjects))
            for kind, subjects in (
                (DueKind.REMINDER, sa.select(reminder.c.id).where(reminder.c.user_id == user_id)),
                (DueKind.CATCH_UP, sittings),
                (DueKind.MOVED, sa.select(move_notice.c.id).where(move_notice.c.user_id == user_id)),
            )
        ),
        sa.and_(due.c.kind == DueKind.DIGEST, due.c.subject == user_id),
    )


HELD = (
    *(Held(Kind.ZONE, table, _named_in(table.c.user_id)) for table in (person, zone_share)),
    *(
        Held(Kind.PROGRESS, table, _named_in(table.c.user_id))
        for table in (progress, seen_apart, rewatch, progress_share)
    ),
    Held(Kind.SERVICES, person_service, _named_in(person_service.c.user_id)),
    *(
        Held(Kind.REMINDERS, table, _named_in(table.c.user_id))
        for table in (reminder, standing_reminder, reminder_choice, move_notice)
    ),
    Held(Kind.PLANS, catch_up, _named_in(catch_up.c.user_id)),
    Held(Kind.PLANS, sitting, _of_their_plans),
    *(Held(Kind.ANSWERS, table, _named_in(table.c.user_id)) for table in (rsvp, interest, viewer, poll_vote)),
    *(Held(Kind.HOSTED, table, _named_in(table.c.creator_id)) for table in (party, series, poll)),
    Held(Kind.HOSTED, screening, _named_in(screening.c.starter_id)),
    Held(Kind.CALENDARS, calendar_feed, _named_in(calendar_feed.c.user_id)),
    *(Held(Kind.SETTINGS, table, _named_in(table.c.creator_id)) for table in (announcement_setup, rerun)),
    Held(Kind.SETTINGS, schedule_change, _named_in(schedule_change.c.user_id, schedule_change.c.undone_by)),
    Held(Kind.MESSAGES, due, queued_for),
    Held(Kind.MESSAGES, due_guests, _named_in(due_guests.c.user_id)),
)


async def counts(tx: Transaction, user_id: int) -> Mapping[Kind, int]:
    """How many rows of each kind there are about a person, kinds without any left out."""
    found: dict[Kind, int] = {}
    for held in HELD:
        query = sa.select(sa.func.count()).select_from(held.table).where(held.theirs(user_id))
        if rows := (await tx.execute(query)).scalar_one():
            found[held.kind] = found.get(held.kind, 0) + rows
    return found


async def rows(tx: Transaction, user_id: int) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    """Every row about a person by its table, as values by column. Other people that a row names are None in it."""
    found: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for held in HELD:
        query = sa.select(held.table).where(held.theirs(user_id)).order_by(*held.table.primary_key.columns)
        found[held.table.name] = tuple(
            {
                name: None if name in NAMING and value != user_id else value
                for name, value in row._mapping.items()  # pyright: ignore[reportPrivateUsage] (public, named so)
            }
            for row in await tx.execute(query)
        )
    return found
