"""Finding a time: who takes part, the fairest times for them, a vote between those, and the party it becomes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from bot.app.clock import Clock
from bot.app.parties import await_start, last_of
from bot.app.shows import Shows
from bot.app.timetables import Timetables
from bot.core.airing import all_air_by, minutes_of
from bot.core.errors import UserError
from bot.core.fair_times import Guest, PartOfDay, Slot, anonymous, burden, clocks, fairest, part_of_day
from bot.core.party import Answer, Party
from bot.core.poll import Ballot, PollState
from bot.core.reminder import DueKind
from bot.core.show import Episode, Show
from bot.store import due, parties, party_air_times, people, polls
from bot.store.database import Database, Transaction

#: So many of somebody's last parties count when it is their turn to have the better hour.
_REMEMBERED = 10
#: The widest window in which times are looked for.
WIDEST = timedelta(days=31)


class Company(Enum):
    """Who is counted besides whoever asks: those who came before, else those who let the server see their zone."""

    CAME = "came"
    SHARES = "shares"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The fairest times, the fairest first, and what may be told of how they were found.

    ``counted`` is how many people's zones they suit, ``without_zone`` how many more take part. ``clocks`` are the local
    times at the times in the order of their dates, one row for each different clock; None where they would tell whose
    is whose.
    """

    slots: tuple[Slot, ...]
    company: Company
    counted: int
    without_zone: int
    minutes: int
    clocks: tuple[tuple[datetime, ...], ...] | None


class Outcome(Enum):
    """What a vote that is over has led to."""

    PLANNED = "planned"
    NO_VOTES = "no-votes"
    TOO_LATE = "too-late"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Decision:
    """A vote that is over. ``party`` is None unless one was planned."""

    ballot: Ballot
    outcome: Outcome
    party: Party | None = None

    @property
    def guests(self) -> tuple[int, ...]:
        """Those who voted for the time that won."""
        if self.party is None:
            return ()
        created = self.party.starts_at
        chosen = (choice for choice in self.ballot.choices if choice.starts_at == created)
        return next((self.ballot.voters(choice.number) for choice in chosen), ())


class Polls:
    """Proposes times and holds votes. ``poke`` wakes whatever delivers what falls due."""

    def __init__(
        self, database: Database, clock: Clock, shows: Shows, poke: Callable[[], None], lead_minutes: int
    ) -> None:
        self._database = database
        self._clock = clock
        self._shows = shows
        self._poke = poke
        self._lead_minutes = lead_minutes

    async def propose(
        self, guild_id: int, user_id: int, show: Show, episodes: Sequence[Episode], begins_at: datetime, until: datetime
    ) -> Proposal:
        """The fairest times in a window for those who watch this show in a server.

        Raises UserError: "find.no-zones" where nobody has saved where they are, "find.no-time" where the window has no
        room.
        """
        minutes = sum(minutes_of(show, episode) for episode in episodes)
        async with self._database.read() as tx:
            company = Company.CAME
            taking_part = await polls.company(tx, guild_id, show.id) - {people.NOBODY, user_id}
            if not taking_part:
                company = Company.SHARES
                taking_part = await people.sharing_in(tx, guild_id) - {user_id}
            if not taking_part:
                company = Company.NONE
            taking_part |= {user_id}
            zones = await people.zones_of(tx, taking_part)
            shared = await people.sharing_in(tx, guild_id)
            past = await polls.attended(tx, guild_id, tuple(zones), self._clock.now(), _REMEMBERED)
        if not zones:
            raise UserError("find.no-zones")
        guests = [Guest(zone, self._carried(zone, past.get(user, ()))) for user, zone in zones.items()]
        slots = await asyncio.to_thread(fairest, guests, begins_at, until, minutes)
        if not slots:
            raise UserError("find.no-time")
        starts = sorted(slot.starts_at for slot in slots)
        rows = tuple(walls for walls, _ in clocks(zones.values(), starts))
        hidden = len(zones.keys() - shared)
        return Proposal(
            slots,
            company,
            len(zones),
            len(taking_part) - len(zones),
            minutes,
            rows if anonymous(len(rows), hidden) else None,
        )

    async def open(
        self,
        proposal: Proposal,
        *,
        guild_id: int,
        channel_id: int,
        creator_id: int,
        show: Show,
        episodes: Sequence[Episode],
        zone: str,
        locale: str,
        closes_at: datetime,
    ) -> Ballot:
        """Begin a vote between the proposed times; its end is due with it, in one transaction.

        Raises UserError("poll.too-many") and "poll.too-many-of-yours".
        """
        async with self._database.begin() as tx:
            ballot = await polls.create(
                tx,
                [(rank, slot.starts_at) for rank, slot in enumerate(proposal.slots, 1)],
                guild_id=guild_id,
                channel_id=channel_id,
                creator_id=creator_id,
                show_id=show.id,
                episode=episodes[0].number,
                last_episode=last_of(episodes),
                zone=zone,
                lead_minutes=self._lead_minutes,
                locale=locale,
                created_at=self._clock.now(),
                closes_at=closes_at,
            )
            await due.add(tx, DueKind.POLL, ballot.poll.id, closes_at)
        self._poke()
        return ballot

    async def posted(self, poll_id: int, message_id: int) -> None:
        """Note which message is the vote's."""
        async with self._database.begin() as tx:
            await polls.set_message(tx, poll_id, message_id)

    async def withdraw(self, poll_id: int) -> None:
        """Take back a vote that nobody was shown."""
        async with self._database.begin() as tx:
            await polls.close(tx, poll_id)
            await due.withdraw(tx, (DueKind.POLL,), poll_id)

    async def vote(self, poll_id: int, number: int, guild_id: int | None, user_id: int) -> Ballot:
        """Vote for a time, or take that vote back. Raises UserError: "poll.gone", "poll.closed"."""
        async with self._database.begin() as tx:
            ballot = await self._open(tx, poll_id, guild_id)
            if number not in {choice.number for choice in ballot.choices}:
                raise UserError("poll.gone")
            await polls.turn(tx, poll_id, number, user_id, self._clock.now())
            after = await polls.ballot(tx, poll_id)
        assert after is not None
        return after

    async def end(self, poll_id: int, guild_id: int | None, user_id: int, *, manages_events: bool) -> None:
        """Let a vote end now instead of at its time. Raises UserError: "poll.gone", "poll.closed", "poll.not-yours"."""
        now = self._clock.now()
        async with self._database.begin() as tx:
            ballot = await self._open(tx, poll_id, guild_id)
            if not ballot.poll.may_close(user_id, manages_events):
                raise UserError("poll.not-yours", creator_id=ballot.poll.creator_id)
            await polls.closes_at(tx, poll_id, now)
            await due.move(tx, DueKind.POLL, poll_id, now)
        self._poke()

    async def _open(self, tx: Transaction, poll_id: int, guild_id: int | None) -> Ballot:
        ballot = await polls.ballot(tx, poll_id)
        if ballot is None or ballot.poll.guild_id != guild_id:
            raise UserError("poll.gone")
        if ballot.poll.state is not PollState.OPEN or self._clock.now() >= ballot.poll.closes_at:
            raise UserError("poll.closed")
        return ballot

    def _carried(self, zone: str, past: Sequence[Party]) -> int:
        """The burden of somebody's last parties."""
        return sum(burden(zone, party.starts_at, self._shows.minutes(party.show_id, party.episodes)) for party in past)


async def decide(tx: Transaction, poll_id: int, shows: Shows, now: datetime) -> Decision | None:
    """End a vote whose time has come: what wins becomes a party with its voters as guests, in this transaction.

    A vote that is over already stays as it is; None for one that isn't known any more.
    """
    ends = await polls.close(tx, poll_id)
    ballot = await polls.ballot(tx, poll_id)
    if ballot is None:
        return None
    poll = ballot.poll
    if not ends:
        party = None if poll.party_id is None else await parties.get(tx, poll.party_id)
        return Decision(ballot, _outcome(ballot, now, party), party)
    winner = ballot.winner(now)
    if winner is None:
        return Decision(ballot, _outcome(ballot, now, None))
    try:
        party = await parties.create(
            tx,
            guild_id=poll.guild_id,
            channel_id=poll.channel_id,
            creator_id=poll.creator_id,
            show_id=poll.show_id,
            episode=poll.episode,
            last_episode=poll.last_episode,
            starts_at=winner.starts_at,
            wall_start=winner.starts_at.astimezone(ZoneInfo(poll.zone)).replace(tzinfo=None),
            zone=poll.zone,
            lead_minutes=poll.lead_minutes,
            locale=poll.locale,
            now=now,
        )
    except UserError:
        # As many are planned as may be: nothing was written.
        return Decision(ballot, Outcome.REFUSED)
    hosts = () if poll.creator_id == people.NOBODY else (poll.creator_id,)
    for user in dict.fromkeys((*hosts, *ballot.voters(winner.number))):
        await parties.answer(tx, party, user, Answer.GOING, now)
    await polls.becomes(tx, poll_id, party.id)
    await due.add(tx, DueKind.PARTY_ANNOUNCEMENT, party.id, now)
    await await_start(tx, party, shows.minutes(party.show_id, party.episodes), now)
    watched = await Timetables(tx).watched_episodes(party.guild_id, shows.episodes(party.show_id, party.episodes))
    if watched is not None:
        await party_air_times.note(tx, party.id, all_air_by(watched[1]))
    return Decision(ballot, Outcome.PLANNED, party)


def _outcome(ballot: Ballot, now: datetime, party: Party | None) -> Outcome:
    if party is not None:
        return Outcome.PLANNED
    if not any(ballot.votes.values()):
        return Outcome.NO_VOTES
    return Outcome.TOO_LATE if ballot.winner(now) is None else Outcome.REFUSED


def parts(clock: Sequence[datetime], minutes: int) -> tuple[PartOfDay, ...]:
    """What each of these local times feels like to whoever watches something of so many ``minutes`` then."""
    found: list[PartOfDay] = []
    for wall in clock:
        ends = wall + timedelta(minutes=max(minutes, 1) - 1)
        late = part_of_day(ends) is PartOfDay.NIGHT
        found.append(PartOfDay.NIGHT if late else part_of_day(wall))
    return tuple(found)
