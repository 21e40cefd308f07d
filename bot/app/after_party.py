"""What follows when a party is over: the question who watched, and a thread to talk about it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from bot.app.clock import Clock
from bot.app.outbox import AfterPartyPost, Channel, Delivered, Gone, Outbox, Outcome, ScreeningPost
from bot.app.shows import Shows
from bot.core.party import Party, PartyState
from bot.core.reminder import Due, nonce
from bot.core.screening import Screening
from bot.core.show import Episode, Show
from bot.store import ceilings, parties, screenings
from bot.store.database import Database
from bot.store.people import NOBODY

log = logging.getLogger(__name__)

#: Later than this after a party nobody is asked any more.
_ASKED_UNTIL = timedelta(hours=12)


class AfterParty:
    """Works on what falls due while and after a party watches."""

    def __init__(self, database: Database, clock: Clock, shows: Shows, outbox: Outbox) -> None:
        self._database = database
        self._clock = clock
        self._shows = shows
        self._outbox = outbox

    async def draw(self, row: Due, maybe_sent_since: datetime | None) -> Outcome:
        """Show what a party is at once more, after a countdown that may have been cut off."""
        async with self._database.read() as tx:
            party = await parties.get(tx, row.subject)
            screening = await screenings.get(tx, row.subject)
        watched = None if party is None else self._shows.episodes(party.show_id, party.episodes)
        if party is None or screening is None or watched is None:
            return Gone("nothing-to-do")
        await self._show(party, watched, screening)
        return Delivered(0, 0)

    async def ask(self, row: Due, maybe_sent_since: datetime | None) -> Outcome:
        """Ask in the channel who watched, and make a thread under the question."""
        now = self._clock.now()
        async with self._database.read() as tx:
            party = await parties.get(tx, row.subject)
            found = None if party is None else await parties.attendance(tx, party)
            screening = await screenings.get(tx, row.subject)
            viewers = (await screenings.viewers(tx, (row.subject,))).get(row.subject, ())
        if party is None or found is None or party.state is PartyState.CANCELLED:
            return Gone("cancelled")
        watched = self._shows.episodes(party.show_id, party.episodes)
        if watched is None:
            return Gone("show-not-loaded")
        if screening is not None and screening.ended_at is None:
            screening = screening.ended(now)
            async with self._database.begin() as tx:
                await screenings.put(tx, screening)
            await self._show(party, watched, screening)
        if now > row.due_at + _ASKED_UNTIL:
            return Gone("over")
        if not (viewers or screening or any(user != NOBODY for user in found.attending)):
            return Gone("nobody-to-ask")
        may_open = await self._outbox.may_open_thread(party.channel_id)
        post = AfterPartyPost(party, *watched, viewers, thread_missing=may_open is False)
        outcome = await self._outbox.deliver(
            Channel(party.channel_id), post, nonce(row.id, 0), maybe_sent_since=maybe_sent_since
        )
        if not isinstance(outcome, Delivered) or not outcome.message_id:
            return outcome
        async with self._database.begin() as tx:
            await screenings.note_question(tx, party.id, outcome.message_id)
        return await self._open_thread(party, watched, outcome) if may_open else outcome

    async def _open_thread(self, party: Party, watched: tuple[Show, tuple[Episode, ...]], asked: Delivered) -> Outcome:
        opened = await self._outbox.open_thread(asked.channel_id, asked.message_id, party.locale, *watched)
        match opened:
            case Delivered(thread_id):
                # It is open up to what was watched, whatever somebody calls it later.
                async with self._database.begin() as tx:
                    await ceilings.set(tx, thread_id, party.guild_id, party.show_id, party.episodes[-1])
                    await screenings.note_thread(tx, party.id, thread_id)
                return asked
            case Gone(reason):
                log.warning("There is no thread for party %s: %s", party.id, reason)
                return asked
            case _:
                # Tried again as a whole: the question that stands is found, and not asked twice.
                return opened

    async def _show(self, party: Party, watched: tuple[Show, tuple[Episode, ...]], screening: Screening) -> None:
        await self._outbox.refresh(ScreeningPost(party, *watched, screening, self._clock.now()))
