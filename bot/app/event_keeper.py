"""Keeps Discord's own events what their parties are, and parties' guests those who are interested in them.

What an event is to be is worked out anew at each attempt from what the party is then, so that an attempt may come
twice, late, or after others. The party is what counts: a time that is changed by hand in Discord is put back, and an
event that is deleted there is not made again; its host is told of either.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.app.clock import Clock
from bot.app.event_board import Deleted, EventBoard, EventPost, Shown
from bot.app.outbox import (
    Address,
    Channel,
    Delivered,
    Direct,
    EventNoticePost,
    Gone,
    Outbox,
    Outcome,
    PartyPost,
    TryLater,
)
from bot.app.shows import Shows
from bot.core.mirror import Mirror, MirrorState, Phase
from bot.core.party import Attendance, Party, PartyState
from bot.core.reminder import Due, DueKind, nonce
from bot.store import due, mirrors, parties
from bot.store.database import Database, Transaction
from bot.store.people import NOBODY

log = logging.getLogger(__name__)

#: Why a row is dropped that there is nothing to do for.
_NOTHING = "nothing-to-do"
#: How far Discord's times may be from ours and still be the same.
_SAME = timedelta(seconds=1)


class EventKeeper:
    """Works on what falls due for events. ``poke`` wakes whatever hands it out."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        shows: Shows,
        board: EventBoard,
        outbox: Outbox,
        poke: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._shows = shows
        self._board = board
        self._outbox = outbox
        self._poke = poke

    # ------------------------------------------------------------- what is due

    async def keep(self, row: Due, maybe_sent_since: datetime | None) -> Outcome:
        """Make an event what its party is. What is due next for it is queued."""
        now = self._clock.now()
        async with self._database.read() as tx:
            party = await parties.get(tx, row.subject)
            mirror = await mirrors.get(tx, row.subject)
        if party is None or mirror is None or not mirror.kept:
            return Gone(_NOTHING)
        watched = self._shows.episodes(party.show_id, party.episodes)
        minutes = self._shows.minutes(party.show_id, party.episodes)
        phase = mirror.phase(party, minutes, now)
        if watched is None and phase is Phase.AHEAD:
            return Gone("show-not-loaded")
        ends_at = party.over_at(minutes)
        found = await self._board.show(EventPost(party, mirror, phase, ends_at, watched))
        match found:
            case TryLater():
                return found
            case Gone(reason):
                log.warning("The event of party %s can't be made what it is to be: %s", party.id, reason)
                await self._refused(row, mirror, phase, reason, ends_at)
            case Deleted():
                await self._deleted(mirror)
            case Shown():
                await self._shown(row, party, mirror, phase, found, ends_at, looked_at=now)
        return Delivered(0, 0)

    async def tell(self, row: Due, maybe_sent_since: datetime | None) -> Outcome:
        """Tell a host what is to be known of their event: where the party is announced, or else by themselves."""
        async with self._database.read() as tx:
            party = await parties.get(tx, row.subject)
            mirror = await mirrors.get(tx, row.subject)
        if party is None or mirror is None or mirror.notice is None or party.creator_id == NOBODY:
            return Gone(_NOTHING)
        watched = self._shows.episodes(party.show_id, party.episodes)
        if watched is None:
            return Gone("show-not-loaded")
        post = EventNoticePost(party, *watched, mirror.notice)
        ways: tuple[Address, ...] = (Channel(party.channel_id), Direct(party.creator_id, None))
        outcome: Outcome = Gone(_NOTHING)
        for piece, to in enumerate(ways):
            outcome = await self._outbox.deliver(to, post, nonce(row.id, piece), maybe_sent_since=maybe_sent_since)
            if isinstance(outcome, Delivered):
                # Before the row is settled: after a crash in between there is nothing left to tell.
                async with self._database.begin() as tx:
                    await mirrors.told(tx, party.id, mirror.notice)
            if not isinstance(outcome, Gone):
                break
            log.warning("The host of party %s can't be told of its event: %s", party.id, outcome.reason)
        return outcome

    async def _shown(
        self, row: Due, party: Party, mirror: Mirror, phase: Phase, shown: Shown, ends_at: datetime, looked_at: datetime
    ) -> None:
        changed = False
        async with self._database.begin() as tx:
            current = await mirrors.get(tx, party.id)
            if current is None:
                return
            if phase in (Phase.AHEAD, Phase.RUNNING):
                values: dict[str, object] = {"event_id": shown.event_id, "shown_at": party.starts_at}
                if current.state is MirrorState.REFUSED:
                    values["state"] = MirrorState.WANTED
                await mirrors.change(tx, party.id, values)
                changed = current.event_id != shown.event_id
                if shown.interested is not None:
                    changed |= await self._reconcile(tx, party.id, shown.interested, looked_at)
                if shown.put_back:
                    await mirrors.tell(tx, party.id, "put-back", looked_at)
                await self._next(tx, row, party.starts_at if phase is Phase.AHEAD else ends_at)
            elif current.state is not mirror.state:
                # It is wanted again since: another one, as this one is no more.
                await mirrors.change(tx, party.id, {"event_id": None, "shown_at": None})
            elif mirror.state is MirrorState.UNWANTED:
                await mirrors.forget(tx, party.id)
                changed = mirror.event_id is not None
            else:
                await mirrors.change(tx, party.id, {"state": MirrorState.OVER})
        if changed:
            await self._redraw(party.id)

    async def _deleted(self, mirror: Mirror) -> None:
        async with self._database.begin() as tx:
            current = await mirrors.get(tx, mirror.party_id)
            if current is None or current.event_id != mirror.event_id:
                return
            await mirrors.change(tx, mirror.party_id, {"state": MirrorState.DELETED, "event_id": None})
            await mirrors.tell(tx, mirror.party_id, "deleted", self._clock.now())
        await self._redraw(mirror.party_id)

    async def _refused(self, row: Due, mirror: Mirror, phase: Phase, reason: str, ends_at: datetime) -> None:
        async with self._database.begin() as tx:
            if phase is Phase.RUNNING:
                # Discord begins most events by itself. What matters is that it ends.
                await self._next(tx, row, ends_at)
                return
            # What can't be made can be asked for again; what can't be taken away is left to whoever can.
            state = MirrorState.REFUSED if phase is Phase.AHEAD else MirrorState.OVER
            await mirrors.change(tx, mirror.party_id, {"state": state})
            if phase is not Phase.OVER:
                await mirrors.tell(tx, mirror.party_id, reason, self._clock.now())

    async def _next(self, tx: Transaction, row: Due, at: datetime) -> None:
        # A row that was added meanwhile, or before a crash, does it.
        if not await due.another_waits(tx, row.kind, row.subject, row.id):
            await due.add(tx, row.kind, row.subject, at)

    async def _reconcile(self, tx: Transaction, party_id: int, people: frozenset[int], looked_at: datetime) -> bool:
        """Catch up with the interest that was shown and lost while nobody listened; whether anything changed.

        Whoever has answered in any way since is left alone: nobody can say which came first.
        """
        party = await parties.get(tx, party_id)
        if party is None:
            return False
        answers = (await parties.attendance(tx, party)).answers
        changed = False
        for user_id in sorted(people - answers.keys()):
            changed |= await mirrors.interested(tx, party, user_id, looked_at) is not None
        for user_id, since in (await mirrors.by_interest(tx, party_id)).items():
            if user_id not in people and since < looked_at:
                changed |= await mirrors.uninterested(tx, party, user_id) is not None
        return changed

    async def _redraw(self, party_id: int) -> None:
        async with self._database.read() as tx:
            party = await parties.get(tx, party_id)
            found = None if party is None else await parties.attendance(tx, party)
        watched = None if party is None else self._shows.episodes(party.show_id, party.episodes)
        if found is not None and watched is not None:
            await self._outbox.refresh(PartyPost(DueKind.PARTY_EVENT, found, *watched, (), None))

    # ------------------------------------------------------ what Discord tells

    async def interest(self, event_id: int, user_id: int, *, interested: bool) -> Attendance | None:
        """Note that somebody is interested in an event, or no longer; the party, where that changes who comes."""
        now = self._clock.now()
        async with self._database.begin() as tx:
            mirror = await mirrors.of_event(tx, event_id)
            party = None if mirror is None else await parties.get(tx, mirror.party_id)
            if party is None or party.state is PartyState.CANCELLED:
                return None
            if now >= party.over_at(self._shows.minutes(party.show_id, party.episodes)):
                return None
            if interested:
                return await mirrors.interested(tx, party, user_id, now)
            return await mirrors.uninterested(tx, party, user_id)

    async def seen(self, event_id: int, starts_at: datetime, place_id: int | None, *, ended: bool) -> None:
        """Look after an event that was changed, where it isn't what its party is. ``ended``: it is over or gone."""
        now = self._clock.now()
        async with self._database.begin() as tx:
            mirror = await mirrors.of_event(tx, event_id)
            party = None if mirror is None else await parties.get(tx, mirror.party_id)
            if mirror is None or party is None or mirror.state is not MirrorState.WANTED:
                return
            minutes = self._shows.minutes(party.show_id, party.episodes)
            if mirror.phase(party, minutes, now) not in (Phase.AHEAD, Phase.RUNNING):
                return
            same = abs(starts_at - party.starts_at) < _SAME and place_id == mirror.place_id
            if same and not ended:
                return
            await mirrors.follow(tx, party.id, now)
        self._poke()

    async def look_again(self) -> None:
        """Look after all events, as after some time in which Discord told nothing."""
        async with self._database.begin() as tx:
            there_are = await mirrors.follow_all(tx, self._clock.now())
        if there_are:
            self._poke()
