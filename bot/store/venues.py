"""The venues of everything that is planned: announcements, parties with their events, votes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.core.announcement import Form
from bot.core.mirror import MirrorState
from bot.core.party import PartyState
from bot.core.poll import PollState
from bot.core.venue import Use, Venue
from bot.store import announcements
from bot.store.database import Transaction
from bot.store.tables import mirror, party, poll

_OF_FORM = {
    Form.MESSAGE: Use.ANNOUNCEMENTS,
    Form.THREAD: Use.THREADED_ANNOUNCEMENTS,
    Form.FORUM: Use.FORUM_ANNOUNCEMENTS,
}


async def in_use(tx: Transaction, now: datetime) -> frozenset[Venue]:
    """Where the bot will have to do something after ``now``, in all servers."""
    found = {
        Venue(setup.guild_id, setup.channel_id, _OF_FORM[setup.form], setup.role_id)
        for setup in await announcements.setups(tx)
    }
    to_come = (party.c.state == PartyState.PLANNED, party.c.starts_at > now)
    parties = sa.select(party.c.guild_id, party.c.channel_id, party.c.role_id).where(*to_come)
    found |= {Venue(row.guild_id, row.channel_id, Use.PARTY, row.role_id) for row in await tx.execute(parties)}
    events = sa.select(party.c.guild_id, mirror.c.place_id).where(
        mirror.c.party_id == party.c.id, mirror.c.state == MirrorState.WANTED, *to_come
    )
    found |= {Venue(row.guild_id, row.place_id, Use.EVENT) for row in await tx.execute(events)}
    polls = sa.select(poll.c.guild_id, poll.c.channel_id).where(poll.c.state == PollState.OPEN)
    found |= {Venue(row.guild_id, row.channel_id, Use.POLL) for row in await tx.execute(polls)}
    return frozenset(found)
