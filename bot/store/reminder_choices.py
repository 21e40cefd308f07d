"""How people want to be reminded, and what a server's members get who have said nothing."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from bot.core.quiet import QuietHours
from bot.core.reminder import Delivery, ReminderChoice
from bot.store.database import Transaction
from bot.store.kept import kept
from bot.store.tables import reminder_choice, server_leads


@kept
async def get(tx: Transaction, user_id: int) -> ReminderChoice:
    """What somebody has chosen; the usual where they have not."""
    row = (await tx.execute(sa.select(reminder_choice).where(reminder_choice.c.user_id == user_id))).one_or_none()
    if row is None:
        return ReminderChoice()
    quiet = None if row.quiet_from is None else QuietHours(row.quiet_from, row.quiet_until)
    return ReminderChoice(row.leads, row.delivery, quiet)


async def deliveries(tx: Transaction, user_ids: Collection[int]) -> dict[int, Delivery]:
    """Where each of these people wants to be told."""
    query = sa.select(reminder_choice.c.user_id, reminder_choice.c.delivery).where(
        reminder_choice.c.user_id.in_(user_ids)
    )
    chosen = {row.user_id: row.delivery for row in await tx.execute(query)}
    return {user_id: chosen.get(user_id, ReminderChoice().delivery) for user_id in user_ids}


async def put(tx: Transaction, user_id: int, choice: ReminderChoice) -> None:
    """Keep what somebody has chosen; nothing is kept of somebody who chose the usual."""
    if choice == ReminderChoice():
        await tx.execute(sa.delete(reminder_choice).where(reminder_choice.c.user_id == user_id))
        return
    quiet = choice.quiet
    values = {
        "leads": choice.leads,
        "delivery": choice.delivery,
        "quiet_from": None if quiet is None else quiet.begins,
        "quiet_until": None if quiet is None else quiet.ends,
    }
    insert = tx.insert(reminder_choice).values(user_id=user_id, **values)
    await tx.execute(insert.on_conflict_do_update(index_elements=["user_id"], set_=values))


@kept
async def of_server(tx: Transaction, guild_id: int) -> tuple[int, ...] | None:
    """A server's leads, in minutes; None where none were set."""
    query = sa.select(server_leads.c.leads).where(server_leads.c.guild_id == guild_id)
    return (await tx.execute(query)).scalar_one_or_none()


async def put_server(tx: Transaction, guild_id: int, leads: tuple[int, ...] | None) -> None:
    """Keep a server's leads (None: none)."""
    if leads is None:
        await tx.execute(sa.delete(server_leads).where(server_leads.c.guild_id == guild_id))
        return
    insert = tx.insert(server_leads).values(guild_id=guild_id, leads=leads)
    await tx.execute(insert.on_conflict_do_update(index_elements=["guild_id"], set_={"leads": leads}))
