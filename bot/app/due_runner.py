"""Delivers what falls due: claim, judge, send, finish; for ever, in bounded steps.

A row is finished only after Discord accepted its message. A crash in between leaves the row leased; when the
lease ends it is claimed again and sent with the same nonce, so that nobody is told twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.app.clock import Clock
from bot.app.outbox import (
    Address,
    CatchUpPost,
    Channel,
    Delivered,
    DigestPost,
    Direct,
    Gone,
    Lateness,
    MissedItem,
    MovedPost,
    Outbox,
    Outcome,
    PartyPost,
    PollPost,
    Post,
    SeriesPost,
    TryLater,
)
from bot.app.polls import decide
from bot.app.reminding import DMS_CLOSED, MENTIONS_PER_MESSAGE, SNOOZED_GRACE, Ledger, Reminding
from bot.app.shows import Shows
from bot.app.timetables import Timetables
from bot.core.airing import minutes_of
from bot.core.catch_up import CatchUp, CatchUpState
from bot.core.party import Party, PartyState, SeriesState
from bot.core.progress import Progress
from bot.core.reminder import (
    ON_TIME,
    Delivery,
    Due,
    DueKind,
    DueState,
    Judgement,
    Reminder,
    Verdict,
    cause,
    judge,
    nonce,
)
from bot.store import (
    catch_ups,
    digests,
    due,
    mirrors,
    move_notices,
    parties,
    party_mentions,
    progress,
    reminder_choices,
    reminders,
    series,
)
from bot.store.database import Database
from bot.store.people import NOBODY

log = logging.getLogger(__name__)

#: Rows claimed at once, and how long they are ours.
_BATCH = 100
_ALONG = 1000
_LEASE = timedelta(seconds=120)
#: After a failure wait this long, twice as long each time, up to the second figure.
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(minutes=10)
#: A pause after an error in the loop itself, in seconds.
_AFTER_ERROR = 5.0
#: What comes to nothing within this time is told at once; after a long absence that is all of it.
_DIGEST_AFTER = timedelta(seconds=30)
#: The piece number of a reminder in a channel, which is another message than the same in direct messages.
_MENTION_PIECE = 1000


@dataclass(slots=True)
class Counts:
    """What became of due rows since the process started."""

    delivered: int = 0
    late: int = 0
    dropped: int = 0
    undelivered: int = 0
    postponed: int = 0
    errors: int = 0


#: Works on a row that may have been tried before, at the earliest at the instant that it is given, if it is.
Handler = Callable[[Due, datetime | None], Awaitable[Outcome]]

#: The rows of a batch by what became of them and why, so that each outcome is written in one go.
_Settled = defaultdict[tuple[DueState, str | None], list[int]]


class DueRunner:
    """The loop that empties the due queue."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        clock: Clock,
        shows: Shows,
        worker: str,
        step: float = 60.0,
        others: Mapping[DueKind, Handler] | None = None,
    ) -> None:
        """``others`` work on the kinds of rows that are no messages of parties, plans or reminders."""
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._shows = shows
        self._worker = worker
        self._reminding = Reminding(database, outbox, clock, shows, worker)
        self._step = step
        self._others = others or {}
        # When the queue was last looked at, and since when that was never longer ago than it should be.
        self._looked_at: datetime | None = None
        self._up_since: datetime | None = None
        self._nap: asyncio.Future[None] | None = None
        self._poked = False
        self._stopping = False
        self.counts = Counts()

    @property
    def looked_at(self) -> datetime | None:
        """When it last looked at the queue; None before it began."""
        return self._looked_at

    def stop(self) -> None:
        """Claim nothing more; `run_forever` returns when what is under way has been delivered."""
        self._stopping = True
        self.poke()

    def poke(self) -> None:
        """Look at the queue now: something was added that may be due before the next look."""
        self._poked = True
        if self._nap is not None:
            self._nap.cancel()

    async def run_forever(self) -> None:
        """Deliver until told to stop. No error ends it."""
        while not self._stopping:
            self._poked = False
            try:
                handled = await self.run_due()
                pause = 0.0 if handled else await self._pause()
            except Exception:
                log.exception("The due queue could not be worked on; trying again")
                self.counts.errors += 1
                pause = _AFTER_ERROR
            if pause > 0 and not self._poked:
                await self._sleep(pause)

    async def _pause(self) -> float:
        next_at = await due.next_at(self._database)
        if next_at is None:
            return self._step
        # A clock may be put forward or back while we sleep, hence the bounded step.
        return min(max((next_at - self._clock.now()).total_seconds(), 0.001), self._step)

    async def _sleep(self, seconds: float) -> None:
        self._nap = asyncio.ensure_future(asyncio.sleep(seconds))
        try:
            await asyncio.wait({self._nap})
        finally:
            self._nap.cancel()
            self._nap = None

    async def run_due(self) -> int:
        """Deliver everything that is due now; how many rows were handled."""
        handled = 0
        while not self._stopping:
            self._look()
            batch = await due.claim(self._database, self._clock.now(), self._worker, _BATCH, _LEASE)
            if not batch:
                break
            if len(batch) == _BATCH:
                # There may be more, and what goes in the same message shall not wait for its turn.
                more = await due.claim_along(self._database, batch, self._clock.now(), self._worker, _ALONG, _LEASE)
                batch = (*batch, *more)
            handled += len(batch)
            settled: _Settled = defaultdict(list)
            reminded = [row for row in batch if row.kind is DueKind.REMINDER]
            others = [row for row in batch if row.kind is not DueKind.REMINDER]
            try:
                *results, failed = await asyncio.gather(
                    *(self._handle(row, settled) for row in others),
                    self._reminding.deliver(reminded, self._ledger(settled)),
                    return_exceptions=True,
                )
            finally:
                # Also when the process is being stopped and the rest of the batch is cut off.
                for (state, reason), ids in settled.items():
                    await self._settle(ids, state, reason)
            for row, result in (*zip(others, results, strict=True), *((row, failed) for row in reminded)):
                # A cancellation that reaches us here was not ours: something that was waited for was cancelled.
                if isinstance(result, Exception | asyncio.CancelledError):
                    await self._failed(row, result)
        return handled

    async def _failed(self, row: Due, error: BaseException) -> None:
        """Give a row back that was not dealt with because of an error of ours, unless it was settled since."""
        log.error("Due row %s (%s) failed; trying again", row.id, row.kind.value, exc_info=error)
        self.counts.errors += 1
        await self._postpone(row, "internal-error", None)

    async def _settle(self, ids: list[int], state: DueState, reason: str | None) -> None:
        now = self._clock.now()
        if reason in (due.OVER, due.OVER_BEFORE_DELIVERY):
            told_at = now + _DIGEST_AFTER
            await digests.settle(self._database, ids, now, self._worker, state, reason, told_at)
        else:
            await due.finish(self._database, ids, now, self._worker, state, reason)

    def _look(self) -> None:
        """Note that somebody is at work now, and whether nobody was for a while, as when a laptop slept."""
        now = self._clock.now()
        most = timedelta(seconds=self._step) + ON_TIME
        if self._looked_at is None or now - self._looked_at > most:
            self._up_since = now
        self._looked_at = now

    async def _handle(self, row: Due, settled: _Settled) -> None:
        """Deal with one row: it is settled, postponed, or an exception tells why neither."""
        match row.kind:
            case DueKind.CATCH_UP:
                await self._catch_up(row, settled)
            case DueKind.MOVED:
                await self._moved(row, settled)
            case DueKind.DIGEST:
                await self._digest(row, settled)
            case DueKind.SERIES_ANNOUNCEMENT | DueKind.SERIES_CANCELLED:
                await self._series(row, settled)
            case DueKind.POLL:
                await self._poll(row, settled)
            case kind if kind in self._others:
                await self._other(row, settled)
            case _:
                await self._party(row, settled)

    async def _catch_up(self, row: Due, settled: _Settled) -> None:
        async with self._database.read() as tx:
            found = await catch_ups.with_sitting(tx, row.subject)
            plan, planned = found if found is not None else (None, None)
            watched = None if plan is None else await progress.get(tx, plan.user_id, plan.show_id)
        if plan is None or planned is None or plan.state is not CatchUpState.ACTIVE:
            self._drop(row, settled, "cancelled")
            return
        show = self._shows.get(plan.show_id)
        if show is None or any(show.episode(number) is None for number in planned.sitting.episodes):
            self._undeliverable(row, settled, "show-not-loaded")
            return
        left = planned.left((watched or Progress()).unseen(len(show.episodes)))
        if not left:
            self._drop(row, settled, due.ALREADY_SEEN)
            return
        pointless_at = max(plan.pointless_at(planned.id), row.due_at + SNOOZED_GRACE)
        judgement = judge(row.due_at, self._clock.now(), pointless_at)
        if judgement.verdict is Verdict.POINTLESS:
            await self._too_late(row, settled, judgement, *_ways(plan))
            return
        episodes = tuple(episode for episode in show.episodes if episode.number in left)
        late = self._apology(row, judgement)
        await self._tell(
            row,
            settled,
            judgement,
            plan,
            lambda mention, instead: CatchUpPost(plan, planned, show, episodes, late, mention=mention, instead=instead),
        )

    async def _moved(self, row: Due, settled: _Settled) -> None:
        async with self._database.read() as tx:
            whose = await move_notices.get(tx, row.subject)
            ours = () if whose is None else await reminders.list_moved(tx, *whose)
            plan = None if whose is None else await catch_ups.current(tx, *whose)
            wish = ours[0] if ours else plan
            show = None if wish is None else self._shows.get(wish.show_id)
            if wish is not None and show is not None:
                show = await Timetables(tx).watched(wish.guild_id, show)
        planned = () if plan is None else tuple(one for one in plan.sittings if one.moved_from is not None)
        if wish is None or not (ours or planned):
            # Moved back in the meantime, or nobody waits for it any more.
            self._drop(row, settled, due.TAKEN_BACK)
            return
        if show is None:
            self._undeliverable(row, settled, "show-not-loaded")
            return
        first = {reminder.episode: reminder for reminder in reversed(ours)}
        told = tuple(first[number] for number in sorted(first) if show.episode(number) is not None)
        accepted = await self._tell(
            row,
            settled,
            judge(row.due_at, self._clock.now(), None),
            wish,
            lambda mention, instead: MovedPost(wish, show, told, planned, mention=mention, instead=instead),
        )
        if accepted:
            # Before the row is settled: after a crash in between there is nothing left to tell.
            async with self._database.begin() as tx:
                await reminders.told(tx, *ours)
                await catch_ups.told(tx, *planned)

    async def _digest(self, row: Due, settled: _Settled) -> None:
        async with self._database.read() as tx:
            missed = await digests.missed(tx, row.id)
            delivery = (await reminder_choices.get(tx, row.subject)).delivery
        if missed is None:
            self._drop(row, settled, due.TAKEN_BACK)
            return
        if delivery is Delivery.NONE:
            self._drop(row, settled, due.MUTED)
            return
        items = [self._missed(one.show_id, (one.episode,), one.lead_minutes) for one in missed.reminders]
        items += [self._missed(show_id, sitting.episodes, None) for show_id, sitting in missed.sittings]
        named = tuple(item for item in items if item is not None)
        # To them alone: nobody else need read what they wanted to be told.
        outcome = await self._outbox.deliver(
            Direct(row.subject, missed.dm_channel_id),
            DigestPost(row.subject, named, len(items), missed.locale),
            nonce(row.id, 0),
            maybe_sent_since=self._maybe_sent_since(row),
        )
        match outcome:
            case Delivered():
                self._delivered(row, settled, judge(row.due_at, self._clock.now(), None))
            case Gone(reason):
                self._undeliverable(row, settled, reason)
            case TryLater(reason, after):
                await self._postpone(row, reason, after)

    def _missed(self, show_id: str, numbers: tuple[int, ...], lead_minutes: int | None) -> MissedItem | None:
        show = self._shows.get(show_id)
        episodes = () if show is None else tuple(one for one in show.episodes if one.number in numbers)
        return MissedItem(show, episodes, lead_minutes) if show is not None and episodes else None

    async def _tell(
        self,
        row: Due,
        settled: _Settled,
        judgement: Judgement,
        wish: Reminder | CatchUp,
        made: Callable[[bool, bool], Post],
    ) -> bool:
        """Send somebody what they asked for, in the way that they chose, or in the other where that is closed.

        ``made`` makes the message, with a mention or without, and in the way they chose or instead of it. Whether
        Discord accepted it.
        """
        async with self._database.read() as tx:
            delivery = (await reminder_choices.get(tx, wish.user_id)).delivery
        if delivery is Delivery.NONE:
            self._drop(row, settled, due.MUTED)
            return False
        ways = _ways(wish)
        if delivery is Delivery.MENTION:
            ways.reverse()
        refused: list[str] = []
        for to, piece in ways:
            mention = piece == _MENTION_PIECE
            outcome = await self._outbox.deliver(
                to,
                made(mention, bool(refused)),
                nonce(row.id, piece),
                maybe_sent_since=self._maybe_sent_since(row),
            )
            match outcome:
                case Delivered():
                    self._delivered(row, settled, judgement)
                    return True
                case TryLater(reason, after):
                    await self._postpone(row, reason, after)
                    return False
                case Gone(reason):
                    log.info("Due row %s (%s) is refused: %s", row.id, row.kind.value, reason)
                    refused.append(reason)
        # What the person can put right themselves comes first.
        self._undeliverable(row, settled, DMS_CLOSED if DMS_CLOSED in refused else refused[0])
        return False

    async def _party(self, row: Due, settled: _Settled) -> None:
        async with self._database.read() as tx:
            party = await parties.get(tx, row.subject)
            attendance = None if party is None else await parties.attendance(tx, party)
            series_id = None if party is None else party.series_id
            rest = () if series_id is None else await parties.of_series(tx, series_id, self._clock.now())
        if party is None or attendance is None:
            self._drop(row, settled, "party-gone")
            return
        if (party.state is PartyState.CANCELLED) != (row.kind is DueKind.PARTY_CANCELLED):
            self._drop(row, settled, "cancelled")
            return
        found = self._shows.episodes(party.show_id, party.episodes)
        if found is None:
            self._undeliverable(row, settled, "show-not-loaded")
            return
        show, episodes = found
        minutes = sum(minutes_of(show, episode) for episode in episodes)
        if row.kind is DueKind.PARTY_MOVED and party.moved_from is None:
            self._drop(row, settled, "moved-back")
            return
        judgement = judge(row.due_at, self._clock.now(), _party_pointless_at(row.kind, party, minutes))
        if judgement.verdict is Verdict.POINTLESS:
            await self._too_late(row, settled, judgement, (Channel(party.channel_id), row.sent))
            return
        if row.kind is DueKind.PARTY_MOVED:
            await self._outbox.refresh(PartyPost(row.kind, attendance, show, episodes, (), None))
        attending = attendance.moved_up if row.kind is DueKind.PARTY_PLACE else attendance.attending
        announcing = row.kind is DueKind.PARTY_ANNOUNCEMENT
        if not attending and not announcing:
            self._drop(row, settled, "nobody-to-tell")
            return
        told = await self._mentioned(row, attending)
        if not told and row.kind is DueKind.PARTY_LEAD:
            self._drop(row, settled, due.MUTED)
            return
        # What it begins with is there for all, also where nobody wants to be mentioned.
        for_all = announcing or not told
        groups = [()] if for_all else await self._groups(row, told)
        for piece, mentions in enumerate(groups):
            if piece < row.sent or not (mentions or for_all):
                continue
            post = PartyPost(
                kind=row.kind,
                found=attendance,
                show=show,
                episodes=episodes,
                mentions=mentions,
                late=self._apology(row, judgement),
                goes_on=rest[0] if rest and row.kind is DueKind.PARTY_CANCELLED else None,
            )
            outcome = await self._outbox.deliver(
                Channel(party.channel_id),
                post,
                nonce(row.id, piece),
                maybe_sent_since=self._maybe_sent_since(row),
            )
            match outcome:
                case Delivered(_, message_id):
                    if announcing and message_id:
                        async with self._database.begin() as tx:
                            await parties.set_message(tx, party.id, message_id)
                            await mirrors.follow(tx, party.id, self._clock.now())
                    elif piece + 1 < len(groups):
                        await due.note_sent(self._database, row.id, piece + 1, self._worker)
                case Gone(reason):
                    self._undeliverable(row, settled, reason)
                    return
                case TryLater(reason, after):
                    await self._postpone(row, reason, after)
                    return
        # Before the row is settled: after a crash in between there is nothing left to tell.
        if row.kind is DueKind.PARTY_MOVED and party.moved_from is not None:
            async with self._database.begin() as tx:
                await parties.told_of_move(tx, party.id, party.moved_from)
        elif row.kind is DueKind.PARTY_PLACE:
            async with self._database.begin() as tx:
                await parties.told_of_place(tx, party.id, attending)
        self._delivered(row, settled, judgement)

    async def _mentioned(self, row: Due, attending: Sequence[int]) -> tuple[int, ...]:
        """Those of a party's guests who want to be told: of its hour not those who want to be reminded of nothing."""
        if row.kind not in (DueKind.PARTY_LEAD, DueKind.PARTY_START):
            return tuple(attending)
        async with self._database.read() as tx:
            wanted = await reminder_choices.deliveries(tx, attending)
        return tuple(user for user in attending if wanted[user] is not Delivery.NONE)

    async def _series(self, row: Due, settled: _Settled) -> None:
        announcing = row.kind is DueKind.SERIES_ANNOUNCEMENT
        async with self._database.read() as tx:
            found = await series.get(tx, row.subject)
            planned = () if found is None else await parties.ever_of_series(tx, found.id)
            state = PartyState.PLANNED if announcing else PartyState.CANCELLED
            nights = tuple(night for night in planned if night.state is state and night.starts_at > row.due_at)
            attending = [user for night in nights for user in (await parties.attendance(tx, night)).attending]
        if found is None or (found.state is SeriesState.CANCELLED) == announcing:
            self._drop(row, settled, "cancelled")
            return
        show = self._shows.get(found.show_id)
        if show is None:
            self._undeliverable(row, settled, "show-not-loaded")
            return
        judgement = judge(row.due_at, self._clock.now(), nights[-1].starts_at if announcing and nights else None)
        if judgement.verdict is Verdict.POINTLESS:
            await self._too_late(row, settled, judgement, (Channel(found.channel_id), row.sent))
            return
        groups = [()] if announcing else await self._groups(row, tuple(dict.fromkeys(attending)))
        for piece, mentions in enumerate(groups):
            if piece < row.sent or not (mentions or announcing):
                continue
            outcome = await self._outbox.deliver(
                Channel(found.channel_id),
                SeriesPost(row.kind, found, show, nights, mentions, self._apology(row, judgement)),
                nonce(row.id, piece),
                maybe_sent_since=self._maybe_sent_since(row),
            )
            match outcome:
                case Delivered(_, message_id):
                    if announcing and message_id:
                        async with self._database.begin() as tx:
                            await series.set_message(tx, found.id, message_id)
                    elif piece + 1 < len(groups):
                        await due.note_sent(self._database, row.id, piece + 1, self._worker)
                case Gone(reason):
                    self._undeliverable(row, settled, reason)
                    return
                case TryLater(reason, after):
                    await self._postpone(row, reason, after)
                    return
        self._delivered(row, settled, judgement)

    async def _poll(self, row: Due, settled: _Settled) -> None:
        async with self._database.begin() as tx:
            decision = await decide(tx, row.subject, self._shows, self._clock.now())
        if decision is None:
            self._drop(row, settled, "poll-gone")
            return
        poll, party = decision.ballot.poll, decision.party
        if poll.message_id is None and not any(decision.ballot.votes.values()):
            # The process ended before it could be shown: nobody knows of it.
            self._drop(row, settled, "never-shown")
            return
        found = self._shows.episodes(poll.show_id, poll.episodes)
        if found is None:
            self._undeliverable(row, settled, "show-not-loaded")
            return
        if party is not None and party.state is PartyState.CANCELLED:
            # After an attempt that failed: its guests have been told of that.
            self._drop(row, settled, "cancelled")
            return
        guests = () if party is None else decision.guests
        told = tuple(dict.fromkeys((*(user for user in (poll.creator_id,) if user != NOBODY), *guests)))
        judgement = judge(row.due_at, self._clock.now(), None)
        late = self._apology(row, judgement)
        post = PollPost(decision, *found, told[:MENTIONS_PER_MESSAGE], late)
        await self._outbox.refresh(post)
        outcome = await self._outbox.deliver(
            Channel(poll.channel_id), post, nonce(row.id, 0), maybe_sent_since=self._maybe_sent_since(row)
        )
        match outcome:
            case Delivered():
                self._delivered(row, settled, judgement)
            case Gone(reason):
                self._undeliverable(row, settled, reason)
            case TryLater(reason, after):
                await self._postpone(row, reason, after)

    async def _other(self, row: Due, settled: _Settled) -> None:
        match await self._others[row.kind](row, self._maybe_sent_since(row)):
            case Delivered():
                self._delivered(row, settled, judge(row.due_at, self._clock.now(), None))
            case Gone(reason):
                self._drop(row, settled, reason)
            case TryLater(reason, after):
                await self._postpone(row, reason, after)

    async def _groups(self, row: Due, people: tuple[int, ...]) -> Sequence[tuple[int, ...]]:
        """Whom the messages of a row mention, as many in each as it can hold; the same at every attempt."""
        async with self._database.begin() as tx:
            return await party_mentions.keep(tx, row.id, people, MENTIONS_PER_MESSAGE)

    def _ledger(self, settled: _Settled) -> Ledger:
        return Ledger(
            apology=self._apology,
            delivered=lambda row, judgement: self._delivered(row, settled, judgement),
            dropped=lambda row, reason: self._drop(row, settled, reason),
            undeliverable=lambda row, reason: self._undeliverable(row, settled, reason),
            postpone=self._postpone,
            failed=self._failed,
        )

    def _apology(self, row: Due, judgement: Judgement) -> Lateness | None:
        """How late a message says it is, and why; nothing where it needn't."""
        if judgement.verdict is not Verdict.LATE:
            return None
        return Lateness(judgement.late, cause(row, self._up_since or self._clock.now()))

    def _maybe_sent_since(self, row: Due) -> datetime | None:
        # Even if that seems to be within the time that nonces are remembered: our clock may have been put back since.
        return row.first_claimed_at if row.attempts > 1 else None

    def _delivered(self, row: Due, settled: _Settled, judgement: Judgement) -> None:
        settled[DueState.DELIVERED, None].append(row.id)
        self.counts.delivered += 1
        self.counts.late += judgement.verdict is Verdict.LATE

    def _drop(self, row: Due, settled: _Settled, reason: str) -> None:
        settled[DueState.DROPPED, reason].append(row.id)
        self.counts.dropped += 1

    def _undeliverable(self, row: Due, settled: _Settled, reason: str) -> None:
        log.warning("Due row %s (%s) can't be delivered: %s", row.id, row.kind.value, reason)
        settled[DueState.UNDELIVERED, reason].append(row.id)
        self.counts.undelivered += 1

    async def _too_late(self, row: Due, settled: _Settled, judgement: Judgement, *ways: tuple[Address, int]) -> None:
        """Settle what nobody is helped by any more. ``ways`` are where it went, if it did, and as which piece."""
        if row.attempts == 1:
            self._drop(row, settled, due.OVER)
            return
        # What was tried may have come all the same, and then needn't be told of as failed.
        for to, piece in ways:
            match await self._outbox.earlier(to, nonce(row.id, piece), since=row.first_claimed_at):
                case Delivered():
                    self._delivered(row, settled, judgement)
                    return
                case TryLater(reason, after):
                    await self._postpone(row, reason, after)
                    return
                case Gone():
                    pass
        self._undeliverable(row, settled, due.OVER_BEFORE_DELIVERY)

    async def _postpone(self, row: Due, reason: str, after: timedelta | None) -> None:
        pause = min(_FIRST_PAUSE * 2 ** min(row.attempts - 1, 10), _LONGEST_PAUSE)
        until = self._clock.now() + max(pause, after or timedelta())
        log.info("Due row %s (%s) postponed: %s", row.id, row.kind.value, reason)
        await due.postpone(self._database, row.id, until, reason, self._worker)
        self.counts.postponed += 1


def _ways(wish: Reminder | CatchUp) -> list[tuple[Address, int]]:
    """Where somebody may be told what they asked for, in direct messages first, and as which piece."""
    ways: list[tuple[Address, int]] = [(Direct(wish.user_id, wish.dm_channel_id), 0)]
    # Another message, in another channel, needs a name of its own.
    return ways if wish.channel_id is None else [*ways, (Channel(wish.channel_id), _MENTION_PIECE)]


def _party_pointless_at(kind: DueKind, party: Party, minutes: int) -> datetime | None:
    match kind:
        case DueKind.PARTY_LEAD | DueKind.PARTY_MOVED:
            # From the start on, the message of the start says it.
            return party.starts_at
        case DueKind.PARTY_START | DueKind.PARTY_ANNOUNCEMENT | DueKind.PARTY_PLACE:
            return party.over_at(minutes)
        case _:
            return None
