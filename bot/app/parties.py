"""Planning, answering and cancelling watch parties."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.app.clock import Clock
from bot.app.moves import TOLD_AFTER, Moved
from bot.app.shows import Shows
from bot.core.airing import airs_at
from bot.core.errors import UserError
from bot.core.party import ATTENDING, Answer, Party, PartyState, PartyText
from bot.core.reminder import DueKind
from bot.core.show import Episode, Show
from bot.core.when import Understood
from bot.store import due, parties
from bot.store.database import Database, Transaction

_NOTHING_WRITTEN = PartyText()
_UPCOMING_KINDS = (DueKind.PARTY_ANNOUNCEMENT, DueKind.PARTY_LEAD, DueKind.PARTY_START, DueKind.PARTY_MOVED)


@dataclass(frozen=True, slots=True)
class Attendance:
    """A party with who answered what, in the order of the answers."""

    party: Party
    answers: Mapping[int, Answer]

    def who(self, answer: Answer) -> tuple[int, ...]:
        """The ids of those who gave this answer."""
        return tuple(user for user, given in self.answers.items() if given is answer)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be otherwise about a party; None: as it is. ``follows_air_time`` goes with ``when``."""

    when: Understood | None = None
    follows_air_time: bool = False
    episode: Episode | None = None
    channel_id: int | None = None
    lead_minutes: int | None = None
    text: PartyText | None = None
    host_id: int | None = None


class Parties:
    """Watch parties of a server. ``poke`` wakes whatever delivers what falls due."""

    def __init__(self, database: Database, clock: Clock, poke: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._poke = poke

    async def create(
        self,
        *,
        guild_id: int,
        channel_id: int,
        creator_id: int,
        show: Show,
        episode: Episode,
        when: Understood,
        lead_minutes: int,
        locale: str,
        text: PartyText = _NOTHING_WRITTEN,
        follows_air_time: bool = False,
    ) -> Party:
        """Plan a party; its announcement and its reminders are due with it, in one transaction.

        Its creator counts as going. Raises UserError("when.past"), or "party.too-many" for a server that has
        as many planned as it may.
        """
        now = self._clock.now()
        if when.at <= now:
            raise UserError("when.past", at=when.at)
        async with self._database.begin() as tx:
            party = await parties.create(
                tx,
                guild_id=guild_id,
                channel_id=channel_id,
                creator_id=creator_id,
                show_id=show.id,
                episode=episode.number,
                starts_at=when.at,
                wall_start=when.wall,
                zone=when.zone,
                lead_minutes=lead_minutes,
                locale=locale,
                now=now,
                title=text.title,
                note=text.note,
                text_after=text.after,
                follows_air_time=follows_air_time,
            )
            await parties.answer(tx, party.id, creator_id, Answer.GOING, now)
            await due.add(tx, DueKind.PARTY_ANNOUNCEMENT, party.id, now)
            await self._await_start(tx, party)
        self._poke()
        return party

    async def edit(
        self, party_id: int, guild_id: int | None, user_id: int, edit: Edit, *, manages_events: bool
    ) -> Attendance:
        """Change a party that hasn't begun; what is due for it follows in the same transaction.

        Guests are told of another time a little later, once for all changes until then. In another channel it is
        announced anew. A new host counts as going. Raises UserError: "party.gone", "party.cancelled",
        "party.begun", "party.not-yours", "when.past".
        """
        now = self._clock.now()
        if edit.when is not None and edit.when.at <= now:
            raise UserError("when.past", at=edit.when.at)
        async with self._database.begin() as tx:
            party = await self._changeable(tx, party_id, guild_id, user_id, manages_events)
            values: dict[str, object] = {}
            if edit.when is not None:
                values |= {"starts_at": edit.when.at, "wall_start": edit.when.wall, "zone": edit.when.zone}
                values["follows_air_time"] = edit.follows_air_time
            if edit.episode is not None:
                values["episode"] = edit.episode.number
            if edit.lead_minutes is not None:
                values["lead_minutes"] = edit.lead_minutes
            if edit.text is not None:
                values |= {"title": edit.text.title, "note": edit.text.note, "text_after": edit.text.after}
            if edit.host_id is not None:
                values["creator_id"] = edit.host_id
                await parties.answer(tx, party_id, edit.host_id, Answer.GOING, now)
            if edit.channel_id is not None and edit.channel_id != party.channel_id:
                values |= {"channel_id": edit.channel_id, "message_id": None}
                await due.withdraw(tx, (DueKind.PARTY_ANNOUNCEMENT,), party_id)
                await due.add(tx, DueKind.PARTY_ANNOUNCEMENT, party_id, now)
            changed = await parties.change(tx, party_id, values) if values else party
            if (changed.starts_at, changed.lead_minutes) != (party.starts_at, party.lead_minutes):
                changed = await self._moved(tx, party, changed, user_id)
            answers = await parties.answers(tx, party_id)
        self._poke()
        return Attendance(changed, answers)

    async def follow(self, tx: Transaction, shows: Shows, unsure: frozenset[tuple[int, str]]) -> list[Moved]:
        """See `bot.app.moves.Follower`: parties that were planned for an air time. Guests are told in the channel."""
        moved: list[Moved] = []
        for party in await parties.following_air_times(tx, self._clock.now()):
            found = shows.episode(party.show_id, party.episode)
            at = None if found is None else airs_at(found[1])
            if at is None or at == party.starts_at:
                continue
            wall = at.astimezone(ZoneInfo(party.zone)).replace(tzinfo=None)
            changed = await parties.change(tx, party.id, {"starts_at": at, "wall_start": wall})
            await self._moved(tx, party, changed, None)
            moved.append(Moved(party.creator_id, party.show_id, known=True, comes_at=at))
        return moved

    async def next_for(self, guild_id: int, user_id: int) -> Attendance | None:
        """The next party that somebody comes to, or may; else the server's next; None where none is planned."""
        now = self._clock.now()
        async with self._database.read() as tx:
            party = await parties.next_for(tx, guild_id, user_id, now)
            if party is None:
                party = next(iter(await parties.upcoming(tx, guild_id, now, limit=1)), None)
            return None if party is None else Attendance(party, await parties.answers(tx, party.id))

    async def get(self, party_id: int) -> Attendance:
        """A party with its answers. Raises UserError("party.gone")."""
        async with self._database.read() as tx:
            party = await parties.get(tx, party_id)
            if party is None:
                raise UserError("party.gone")
            return Attendance(party, await parties.answers(tx, party_id))

    async def upcoming(self, guild_id: int) -> tuple[Attendance, ...]:
        """The parties planned in a server that have not begun, soonest first."""
        async with self._database.read() as tx:
            planned = await parties.upcoming(tx, guild_id, self._clock.now())
            return tuple([Attendance(party, await parties.answers(tx, party.id)) for party in planned])

    async def answer(self, party_id: int, guild_id: int | None, user_id: int, answer: Answer) -> Attendance:
        """Say or change whether one comes. Raises UserError: "party.gone", "party.cancelled", "party.begun"."""
        now = self._clock.now()
        async with self._database.begin() as tx:
            party = await parties.get(tx, party_id)
            if party is None or party.guild_id != guild_id:
                raise UserError("party.gone")
            if party.state is PartyState.CANCELLED:
                raise UserError("party.cancelled")
            if now >= party.starts_at + timedelta(hours=1):
                raise UserError("party.begun")
            await parties.answer(tx, party_id, user_id, answer, now)
            return Attendance(party, await parties.answers(tx, party_id))

    async def cancel(self, party_id: int, guild_id: int | None, user_id: int, *, manages_events: bool) -> Attendance:
        """Cancel a party and tell those who said they would come, in one transaction.

        Raises UserError: "party.gone", "party.cancelled", "party.begun", "party.not-yours".
        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            party = await self._changeable(tx, party_id, guild_id, user_id, manages_events)
            await parties.cancel(tx, party_id)
            await due.withdraw(tx, _UPCOMING_KINDS, party_id)
            answers = await parties.answers(tx, party_id)
            if any(answer in ATTENDING for answer in answers.values()):
                await due.add(tx, DueKind.PARTY_CANCELLED, party_id, now)
            cancelled = await parties.get(tx, party_id)
        self._poke()
        return Attendance(cancelled or party, answers)

    async def _changeable(
        self, tx: Transaction, party_id: int, guild_id: int | None, user_id: int, manages_events: bool
    ) -> Party:
        party = await parties.get(tx, party_id)
        if party is None or party.guild_id != guild_id:
            raise UserError("party.gone")
        if not party.may_change(user_id, manages_events):
            raise UserError("party.not-yours", creator_id=party.creator_id)
        if party.state is PartyState.CANCELLED:
            raise UserError("party.cancelled")
        if self._clock.now() >= party.starts_at:
            raise UserError("party.begun")
        return party

    async def _await_start(self, tx: Transaction, party: Party) -> None:
        """Queue what is due before and at the start."""
        lead_at = party.starts_at - timedelta(minutes=party.lead_minutes)
        if self._clock.now() < lead_at < party.starts_at:
            await due.add(tx, DueKind.PARTY_LEAD, party.id, lead_at)
        await due.add(tx, DueKind.PARTY_START, party.id, party.starts_at)

    async def _moved(self, tx: Transaction, before: Party, now: Party, mover_id: int | None) -> Party:
        """Let what is due follow a party to its new time, and its guests be told unless it is where they believe.

        ``mover_id``: who moved it, which they needn't be told (None: the schedule did).
        """
        await due.withdraw(tx, (DueKind.PARTY_LEAD, DueKind.PARTY_START, DueKind.PARTY_MOVED), now.id)
        await self._await_start(tx, now)
        believed = before.moved_from or before.starts_at
        answers = await parties.answers(tx, now.id)
        guests = any(answer in ATTENDING and user != mover_id for user, answer in answers.items())
        if believed == now.starts_at or (mover_id is not None and not guests):
            return await parties.change(tx, now.id, {"moved_from": None})
        await due.add(tx, DueKind.PARTY_MOVED, now.id, self._clock.now() + TOLD_AFTER)
        return await parties.change(tx, now.id, {"moved_from": believed})
