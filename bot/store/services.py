"""Which services people use: one for all shows, and others for single shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

import sqlalchemy as sa

from bot.core.service import Service
from bot.store.database import Transaction
from bot.store.kept import kept
from bot.store.tables import person_service

#: In the place of a show's id: all of them.
_ALL = ""


@kept
async def get(tx: Transaction, user_id: int, show_id: str) -> Service | None:
    """The service that somebody uses for a show, be it because they use it for all."""
    return (await of_all(tx, (user_id,), show_id)).get(user_id)


async def of_all(tx: Transaction, user_ids: Collection[int], show_id: str) -> Mapping[int, Service]:
    """The service that each of these people uses for a show; those who have said nothing are left out."""
    query = (
        sa.select(person_service)
        .where(person_service.c.user_id.in_(user_ids), person_service.c.show_id.in_((_ALL, show_id)))
        # What was said for the show itself comes last, and counts.
        .order_by(person_service.c.show_id != _ALL)
    )
    return {row.user_id: Service(row.service, row.region) for row in await tx.execute(query)}


@kept
async def everybody(tx: Transaction) -> Mapping[int, Mapping[str | None, Service]]:
    """What everybody has said: by person and show (None: all shows)."""
    found: dict[int, dict[str | None, Service]] = defaultdict(dict)
    for row in await tx.execute(sa.select(person_service)):
        found[row.user_id][row.show_id or None] = Service(row.service, row.region)
    return found


def used_for(everybody: Mapping[int, Mapping[str | None, Service]], user_id: int, show_id: str) -> Service | None:
    """Of what everybody has said: the service that somebody uses for a show."""
    theirs = everybody.get(user_id)
    return None if theirs is None else theirs.get(show_id, theirs.get(None))


@kept
async def said(tx: Transaction, user_id: int) -> Mapping[str | None, Service]:
    """What somebody has said, by show (None: all shows)."""
    query = sa.select(person_service).where(person_service.c.user_id == user_id).order_by(person_service.c.show_id)
    return {row.show_id or None: Service(row.service, row.region) for row in await tx.execute(query)}


async def put(tx: Transaction, user_id: int, show_id: str | None, service: Service) -> None:
    """Keep which service somebody uses for a show (None: for all that they say nothing else of)."""
    values = {"service": service.name, "region": service.region}
    insert = tx.insert(person_service).values(user_id=user_id, show_id=show_id or _ALL, **values)
    await tx.execute(insert.on_conflict_do_update(index_elements=["user_id", "show_id"], set_=values))


async def clear(tx: Transaction, user_id: int, show_id: str | None) -> bool:
    """Forget what somebody said for a show, or (None) all that they ever said; False where that is nothing."""
    theirs = [person_service.c.user_id == user_id]
    if show_id is not None:
        theirs.append(person_service.c.show_id == show_id)
    return (await tx.execute(sa.delete(person_service).where(*theirs))).rowcount > 0
