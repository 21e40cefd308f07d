"""Delivers the reminders that are due: what says the same in the same place goes as one message.

A message for several rows is a bundle, which is stored before it is sent. So it has the same name and the same
people after a crash, whatever else has become due since; a row is settled only after Discord accepted the message
that tells of it. A reminder by itself in direct messages needs none: its row names the message.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.app.clock import Clock
from bot.app.outbox import (
    Address,
    BundlePost,
    Channel,
    Delivered,
    Direct,
    Gone,
    Lateness,
    Outbox,
    Post,
    ReminderPost,
    TryLater,
)
from bot.app.shows import Shows
from bot.app.timetables import Timetables
from bot.core.airing import minutes_of
from bot.core.reminder import (
    Bundle,
    Delivery,
    Due,
    Judgement,
    Reminder,
    ReminderState,
    StandingReminder,
    Verdict,
    bundle_nonce,
    judge,
    nonce,
)
from bot.core.service import together
from bot.core.show import Episode, Show
from bot.store import bundles, due, reminder_choices, reminders, services, standing_reminders
from bot.store.database import Database, Transaction

log = logging.getLogger(__name__)

#: Mentions of 23 characters each have to fit in a message beside its own words.
MENTIONS_PER_MESSAGE = 70
#: However late what was snoozed is for, it comes when its owner asked for it.
SNOOZED_GRACE = timedelta(hours=1)
#: Why a direct message is refused that its reader could have.
DMS_CLOSED = "dms-closed"


@dataclass(frozen=True, slots=True)
class Ledger:
    """Keeps what became of rows. ``apology`` says how late a message says it is (None: it needn't)."""

    apology: Callable[[Due, Judgement], Lateness | None]
    delivered: Callable[[Due, Judgement], None]
    dropped: Callable[[Due, str], None]
    undeliverable: Callable[[Due, str], None]
    postpone: Callable[[Due, str, timedelta | None], Awaitable[None]]
    failed: Callable[[Due, BaseException], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A row that has to be told of. ``refused`` is why that could not be done in the way that its owner chose."""

    row: Due
    reminder: Reminder
    show: Show
    episode: Episode
    judgement: Judgement
    late: Lateness | None
    delivery: Delivery
    refused: str | None = None
    along: tuple[Episode, ...] = ()

    @property
    def channel_id(self) -> int | None:
        """The channel that it is to go to now (None: direct messages)."""
        mention = (self.delivery is Delivery.MENTION) != (self.refused is not None)
        return self.reminder.channel_id if mention else None

    @property
    def has_another_way(self) -> bool:
        return self.refused is None and self.reminder.channel_id is not None


@dataclass(frozen=True, slots=True)
class _Message:
    """A message to be sent: the rows it settles, and whose reminders it tells of, which may be more."""

    nonce: str
    to: Address
    instead: bool
    maybe_sent_since: datetime | None
    wanted: tuple[_Wanted, ...]
    told: tuple[Reminder, ...]
    bundled: bool

    def post(self) -> Post:
        first = self.wanted[0]
        mention = isinstance(self.to, Channel)
        late = max((one.late for one in self.wanted if one.late), key=lambda late: late.by, default=None)
        if mention and len({one.user_id for one in self.told}) > 1:
            return BundlePost(self.told, first.show, first.episode, late, self.instead, first.along)
        return ReminderPost(
            self.told[0], first.show, first.episode, late, mention=mention, instead=self.instead, along=first.along
        )


class Reminding:
    """Tells people what they asked to be reminded of. ``worker`` is whoever claimed the rows."""

    def __init__(self, database: Database, outbox: Outbox, clock: Clock, shows: Shows, worker: str) -> None:
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._shows = shows
        self._worker = worker

    async def deliver(self, rows: Sequence[Due], ledger: Ledger) -> None:
        """Deal with rows of reminders: each is settled or postponed in the ledger."""
        wanted, formed = await self._wanted(rows, ledger)
        messages = [*await self._repeated(formed), *await self._first(wanted)]
        refused = await self._send(messages, ledger)
        # Only once all have been tried, so that those who are left go together.
        await self._send(await self._bundled(refused), ledger)

    async def _wanted(self, rows: Sequence[Due], ledger: Ledger) -> tuple[list[_Wanted], dict[Bundle, list[_Wanted]]]:
        """What has to be told anew, and what in which bundle once more; the rest is settled."""
        async with self._database.read() as tx:
            known = await bundles.get_all(tx, {row.bundle for row in rows if row.bundle is not None})
            asked = await reminders.get_all(tx, [row.subject for row in rows])
            deliveries = await reminder_choices.deliveries(tx, {one.user_id for one in asked.values()})
            wishes = await standing_reminders.get_all(tx, {one.standing_id or 0 for one in asked.values()})
            times = Timetables(tx)
            about = {
                one.id: await self._about(tx, times, one, wishes.get(one.standing_id or 0)) for one in asked.values()
            }
        ways = {one.id: _way(deliveries[one.user_id], wishes.get(one.standing_id or 0)) for one in asked.values()}
        fresh: list[_Wanted] = []
        again: dict[Bundle, list[_Wanted]] = defaultdict(list)
        over: dict[Bundle | int, list[_Wanted]] = defaultdict(list)
        left: list[int] = []
        for row in rows:
            bundle = known.get(row.bundle or "")
            if bundle is not None and bundle.sent_at is not None:
                # Somebody else sent it, or we did and were cut off.
                ledger.delivered(row, judge(row.due_at, self._clock.now(), None))
                continue
            try:
                wanted = self._judged(row, asked.get(row.subject), about.get(row.subject), ways, ledger)
            except Exception as error:
                await ledger.failed(row, error)
                continue
            if wanted is None:
                left.append(row.subject)
            elif wanted.judgement.verdict is Verdict.POINTLESS:
                over[bundle or row.id].append(wanted)
            elif bundle is None:
                fresh.append(wanted)
            else:
                again[bundle].append(replace(wanted, delivery=_chosen(bundle), refused=_refused(bundle)))
        for lost in await asyncio.gather(*(self._over(one, late, again, ledger) for one, late in over.items())):
            left += lost
        if known and left:
            # Whoever is left out now could not come back to the same message.
            async with self._database.begin() as tx:
                await bundles.leave(tx, left)
        return fresh, again

    async def _over(
        self, bundle: Bundle | int, late: Sequence[_Wanted], again: dict[Bundle, list[_Wanted]], ledger: Ledger
    ) -> list[int]:
        """Settle what is over, all of a bundle or one row; the reminders that leave their bundle by that."""
        first = late[0]
        if first.row.attempts == 1:
            for one in late:
                ledger.dropped(one.row, due.OVER)
            return []
        if isinstance(bundle, Bundle):
            to, name, since = _address(bundle, first.reminder), bundle.nonce, bundle.formed_at
        else:
            to, name = Direct(first.reminder.user_id, first.reminder.dm_channel_id), nonce(first.row.id, 0)
            since = first.row.first_claimed_at
        # What was tried may have come all the same, and then needn't be told of as failed.
        match await self._outbox.earlier(to, name, since=since):
            case Delivered():
                others = again.pop(bundle, []) if isinstance(bundle, Bundle) else []
                for one in (*late, *others):
                    ledger.delivered(one.row, one.judgement)
                if isinstance(bundle, Bundle):
                    async with self._database.begin() as tx:
                        await bundles.sent(tx, bundle.nonce, self._clock.now())
                return []
            case TryLater(reason, after):
                for one in late:
                    await ledger.postpone(one.row, reason, after)
                return []
            case Gone():
                for one in late:
                    ledger.undeliverable(one.row, due.OVER_BEFORE_DELIVERY)
                return [one.reminder.id for one in late]

    def _judged(
        self,
        row: Due,
        reminder: Reminder | None,
        about: tuple[Show, tuple[Episode, ...]] | None,
        ways: dict[int, Delivery],
        ledger: Ledger,
    ) -> _Wanted | None:
        """What has to be told, or is over; None where it is settled already."""
        if reminder is None or reminder.state is ReminderState.CANCELLED:
            ledger.dropped(row, "cancelled")
            return None
        if about is None:
            ledger.undeliverable(row, "show-not-loaded")
            return None
        show, (episode, *along) = about
        over_at = reminder.airs_at + timedelta(minutes=minutes_of(show, episode))
        judgement = judge(row.due_at, self._clock.now(), max(over_at, row.due_at + SNOOZED_GRACE))
        delivery = ways[reminder.id]
        if delivery is Delivery.NONE and judgement.verdict is not Verdict.POINTLESS:
            ledger.dropped(row, due.MUTED)
            return None
        if reminder.channel_id is None:
            delivery = Delivery.DM
        late = ledger.apology(row, judgement)
        return _Wanted(row, reminder, show, episode, judgement, late, delivery, along=tuple(along))

    async def _about(
        self, tx: Transaction, times: Timetables, reminder: Reminder, wish: StandingReminder | None
    ) -> tuple[Show, tuple[Episode, ...]] | None:
        """The show and the episode of a reminder; of a wish for every episode all that come out at that moment."""
        found = self._shows.episodes(reminder.show_id, (reminder.episode,))
        found = await times.watched_episodes(reminder.guild_id, found)
        if found is None or wish is None or reminder.by_itself:
            return found
        show, (first,) = found
        service = await services.get(tx, wish.user_id, show.id) if wish.on_service else None
        others = together(show, service).get(reminder.airs_at, ())
        return show, (first, *(one for one in others if one.number > first.number))

    async def _first(self, wanted: Sequence[_Wanted]) -> list[_Message]:
        """The messages of what was not tried in a bundle yet."""
        single: list[_Message] = []
        together: list[_Wanted] = []
        for alike in _groups(wanted):
            # What has been tried by itself stays so: under another name it could come twice.
            if alike[0].channel_id is None:
                alone = [one for one in alike if len(alike) == 1 or one.row.attempts > 1]
                single += [self._by_itself(one) for one in alone]
                alike = [one for one in alike if one not in alone]
            together += alike
        return [*await self._bundled(together), *single]

    def _by_itself(self, one: _Wanted) -> _Message:
        row, reminder = one.row, one.reminder
        return _Message(
            nonce(row.id, 0),
            Direct(reminder.user_id, reminder.dm_channel_id),
            instead=False,
            # Even if that seems to be within the time that nonces are remembered: our clock may have been put back.
            maybe_sent_since=row.first_claimed_at if row.attempts > 1 else None,
            wanted=(one,),
            told=(reminder,),
            bundled=False,
        )

    async def _bundled(self, wanted: Sequence[_Wanted]) -> list[_Message]:
        """Form bundles, all in one transaction, and their messages."""
        if not wanted:
            return []
        now = self._clock.now()
        messages: list[_Message] = []
        async with self._database.begin() as tx:
            for alike in _groups(wanted):
                for some in _pieces(alike):
                    instead = some[0].refused is not None
                    name = bundle_nonce(some[0].row.id, now, instead=instead)
                    formed = Bundle(name, some[0].channel_id, instead, now)
                    held = await bundles.form(tx, formed, [one.row.id for one in some], self._worker)
                    # Whatever was cancelled meanwhile is not held any more.
                    some = tuple(one for one in some if one.row.id in held)
                    if some:
                        told = tuple(one.reminder for one in some)
                        messages.append(self._message(formed, some, told, None))
        return messages

    async def _repeated(self, formed: dict[Bundle, list[_Wanted]]) -> list[_Message]:
        """The messages of bundles that were formed before; they may have been sent."""
        if not formed:
            return []
        nonces = [bundle.nonce for bundle in formed]
        async with self._database.begin() as tx:
            told = await bundles.waiting(tx, nonces)
            everybody = {one.user_id for theirs in told.values() for one in theirs}
            deliveries = await reminder_choices.deliveries(tx, everybody)
            mute = {user for user, delivery in deliveries.items() if delivery is Delivery.NONE}
            left = [one.id for theirs in told.values() for one in theirs if one.user_id in mute]
            await bundles.leave(tx, left)
        messages: list[_Message] = []
        for bundle, wanted in formed.items():
            # Also those whose rows somebody else has in hand, who sends the same message for them.
            people = tuple(one for one in told.get(bundle.nonce, ()) if one.user_id not in mute)
            ids = {one.id for one in people}
            ours = tuple(one for one in wanted if one.reminder.id in ids)
            if ours:
                messages.append(self._message(bundle, ours, people, bundle.formed_at))
        return messages

    def _message(
        self, bundle: Bundle, wanted: tuple[_Wanted, ...], told: tuple[Reminder, ...], since: datetime | None
    ) -> _Message:
        to = _address(bundle, told[0])
        return _Message(bundle.nonce, to, bundle.instead, since, wanted, told, bundled=True)

    async def _send(self, messages: Sequence[_Message], ledger: Ledger) -> list[_Wanted]:
        """Send messages, all at the same time; what was refused and has another way."""
        refused: list[_Wanted] = []
        results = await asyncio.gather(
            *(self._send_one(message, ledger, refused) for message in messages), return_exceptions=True
        )
        for message, result in zip(messages, results, strict=True):
            # A cancellation that reaches us here was not ours: something that was waited for was cancelled.
            if isinstance(result, Exception | asyncio.CancelledError):
                for one in message.wanted:
                    await ledger.failed(one.row, result)
            elif result is not None:
                raise result
        return sorted(refused, key=lambda one: (one.row.due_at, one.row.id))

    async def _send_one(self, message: _Message, ledger: Ledger, refused: list[_Wanted]) -> None:
        outcome = await self._outbox.deliver(
            message.to, message.post(), message.nonce, maybe_sent_since=message.maybe_sent_since
        )
        match outcome:
            case Delivered():
                if message.bundled:
                    async with self._database.begin() as tx:
                        await bundles.sent(tx, message.nonce, self._clock.now())
                for one in message.wanted:
                    ledger.delivered(one.row, one.judgement)
            case TryLater(reason, after):
                for one in message.wanted:
                    await ledger.postpone(one.row, reason, after)
            case Gone(reason):
                for one in message.wanted:
                    log.info("Due row %s is refused: %s", one.row.id, reason)
                    if one.has_another_way:
                        refused.append(replace(one, refused=reason))
                    else:
                        # What the person can put right themselves comes first.
                        reasons = (one.refused or reason, reason)
                        ledger.undeliverable(one.row, DMS_CLOSED if DMS_CLOSED in reasons else reasons[0])


def _way(usual: Delivery, wish: StandingReminder | None) -> Delivery:
    """Where somebody wants to be told; who wants to be told nothing isn't, whatever they said of one show."""
    return usual if wish is None or wish.delivery is None or usual is Delivery.NONE else wish.delivery


def _address(bundle: Bundle, reminder: Reminder) -> Address:
    """Where a bundle goes, with this reminder in it."""
    if bundle.channel_id is not None:
        return Channel(bundle.channel_id)
    return Direct(reminder.user_id, reminder.dm_channel_id)


def _chosen(bundle: Bundle) -> Delivery:
    """The way that those in a bundle had chosen when it was formed."""
    return Delivery.MENTION if (bundle.channel_id is not None) != bundle.instead else Delivery.DM


def _refused(bundle: Bundle) -> str | None:
    """Why it was not sent in that way; what nobody has to know afterwards is not kept."""
    if not bundle.instead:
        return None
    return "" if bundle.channel_id is None else DMS_CLOSED


def _groups(wanted: Iterable[_Wanted]) -> list[list[_Wanted]]:
    """What says the same in the same place."""
    groups: dict[object, list[_Wanted]] = defaultdict(list)
    for one in wanted:
        reminder, late, channel_id = one.reminder, one.late, one.channel_id
        minutes = None if late is None else (int(late.by.total_seconds() // 60), late.cause)
        reader = reminder.user_id if channel_id is None else None
        about = reminder.show_id, reminder.episode, reminder.airs_at, *(episode.number for episode in one.along)
        groups[channel_id, reader, one.refused is not None, *about, minutes].append(one)
    return list(groups.values())


def _pieces(alike: Sequence[_Wanted]) -> list[tuple[_Wanted, ...]]:
    """Messages of as many people as can be mentioned in one; what is for one person stays together."""
    people: dict[int, list[_Wanted]] = defaultdict(list)
    for one in alike:
        people[one.reminder.user_id].append(one)
    each = list(people.values())
    return [
        tuple(one for theirs in each[start : start + MENTIONS_PER_MESSAGE] for one in theirs)
        for start in range(0, len(each), MENTIONS_PER_MESSAGE)
    ]
