"""Planning, answering and cancelling watch parties."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.app.clock import Clock
from bot.core.errors import UserError
from bot.core.party import ATTENDING, Answer, Party, PartyState, PartyText
from bot.core.reminder import DueKind
from bot.core.show import Episode, Show
from bot.core.when import Understood
from bot.store import due, parties
from bot.store.database import Database

_NOTHING_WRITTEN = PartyText()
_UPCOMING_KINDS = (DueKind.PARTY_ANNOUNCEMENT, DueKind.PARTY_LEAD, DueKind.PARTY_START)


@dataclass(frozen=True, slots=True)
class Attendance:
    """A party with who answered what, in the order of the answers."""

    party: Party
    answers: Mapping[int, Answer]

    def who(self, answer: Answer) -> tuple[int, ...]:
        """The ids of those who gave this answer."""
        return tuple(user for user, given in self.answers.items() if given is answer)


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
            )
            await parties.answer(tx, party.id, creator_id, Answer.GOING, now)
            await due.add(tx, DueKind.PARTY_ANNOUNCEMENT, party.id, now)
            lead_at = when.at - timedelta(minutes=lead_minutes)
            if now < lead_at < when.at:
                await due.add(tx, DueKind.PARTY_LEAD, party.id, lead_at)
            await due.add(tx, DueKind.PARTY_START, party.id, when.at)
        self._poke()
        return party

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
            party = await parties.get(tx, party_id)
            if party is None or party.guild_id != guild_id:
                raise UserError("party.gone")
            if not party.may_cancel(user_id, manages_events):
                raise UserError("party.not-yours", creator_id=party.creator_id)
            if party.state is PartyState.CANCELLED:
                raise UserError("party.cancelled")
            if now >= party.starts_at:
                raise UserError("party.begun")
            await parties.cancel(tx, party_id)
            await due.withdraw(tx, _UPCOMING_KINDS, party_id)
            answers = await parties.answers(tx, party_id)
            if any(answer in ATTENDING for answer in answers.values()):
                await due.add(tx, DueKind.PARTY_CANCELLED, party_id, now)
            cancelled = await parties.get(tx, party_id)
        self._poke()
        return Attendance(cancelled or party, answers)
