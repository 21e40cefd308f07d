"""Warns the host of a party whose episode is no longer to have aired by the hour that they chose.

The hour stays: only the host knows whether the party moves, watches something else or waits for nobody. Parties that
were planned for an air time follow it by themselves, and series skip a night that comes too early.
"""

from __future__ import annotations

import logging
from datetime import datetime

from bot.app.clock import Clock
from bot.app.moves import TOLD_AFTER, Moved
from bot.app.outbox import Address, AirTimePost, Channel, Delivered, Direct, Gone, Outbox, Outcome
from bot.app.shows import Shows
from bot.app.timetables import Timetables
from bot.core.airing import all_air_by
from bot.core.party import Party, PartyState
from bot.core.reminder import Due, DueKind, nonce
from bot.store import due, parties, party_air_times
from bot.store.database import Database, Transaction
from bot.store.people import NOBODY

log = logging.getLogger(__name__)

_NOTHING = "nothing-to-do"


class AirWarnings:
    """Finds the parties, and tells their hosts once of what is so by then."""

    def __init__(self, database: Database, clock: Clock, shows: Shows, outbox: Outbox) -> None:
        self._database = database
        self._clock = clock
        self._shows = shows
        self._outbox = outbox

    async def follow(self, tx: Transaction, shows: Shows, unsure: frozenset[tuple[int, str]]) -> list[Moved]:
        """See `bot.app.moves.Follower`: moves nothing, but queues a warning, or takes one back that isn't true now."""
        now, times = self._clock.now(), Timetables(tx)
        planned = await parties.at_their_own_hour(tx, now)
        known = await party_air_times.known(tx, [party.id for party in planned])
        for party in planned:
            found = await times.watched_episodes(party.guild_id, shows.episodes(party.show_id, party.episodes))
            if found is None:
                continue
            aired_by = all_air_by(found[1])
            if known.get(party.id, aired_by) == aired_by or not _in_the_way(party, aired_by):
                await due.withdraw(tx, (DueKind.PARTY_AIR_TIME,), party.id)
                await party_air_times.note(tx, party.id, aired_by)
            else:
                # What waits already waits anew, so that a schedule that is corrected twice is told of once.
                await due.withdraw(tx, (DueKind.PARTY_AIR_TIME,), party.id)
                await due.add(tx, DueKind.PARTY_AIR_TIME, party.id, now + TOLD_AFTER)
        return []

    async def tell(self, row: Due, maybe_sent_since: datetime | None) -> Outcome:
        """Warn a host where their party is announced, or else by themselves."""
        async with self._database.read() as tx:
            party = await parties.get(tx, row.subject)
            watched = None if party is None else self._shows.episodes(party.show_id, party.episodes)
            watched = await Timetables(tx).watched_episodes(None if party is None else party.guild_id, watched)
        if party is None or party.state is PartyState.CANCELLED or party.creator_id == NOBODY:
            return Gone(_NOTHING)
        if self._clock.now() >= party.starts_at:
            return Gone("party-begun")
        if watched is None:
            return Gone("show-not-loaded")
        aired_by = all_air_by(watched[1])
        if not _in_the_way(party, aired_by):
            return Gone(_NOTHING)
        post = AirTimePost(party, *watched, aired_by)
        ways: tuple[Address, ...] = (Channel(party.channel_id), Direct(party.creator_id, None))
        outcome: Outcome = Gone(_NOTHING)
        for piece, to in enumerate(ways):
            outcome = await self._outbox.deliver(to, post, nonce(row.id, piece), maybe_sent_since=maybe_sent_since)
            if isinstance(outcome, Delivered):
                async with self._database.begin() as tx:
                    await party_air_times.note(tx, party.id, aired_by)
            if not isinstance(outcome, Gone):
                break
            log.warning("The host of party %s can't be told of its air time: %s", party.id, outcome.reason)
        return outcome


def _in_the_way(party: Party, aired_by: datetime | None) -> bool:
    """Whether what is watched won't have aired when the party begins, or nobody knows."""
    return aired_by is None or aired_by > party.starts_at
