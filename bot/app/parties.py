"""Planning, answering and cancelling watch parties."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.app.clock import Clock
from bot.app.moves import TOLD_AFTER, Moved
from bot.app.shows import Shows
from bot.app.timetables import Timetables
from bot.core.airing import all_air_by
from bot.core.errors import UserError
from bot.core.mirror import EventWish
from bot.core.party import Answer, Attendance, Party, PartyState, PartyText
from bot.core.reminder import DueKind
from bot.core.show import Episode, Show
from bot.core.when import Understood
from bot.store import due, mirrors, parties, party_air_times, screenings
from bot.store.database import Database, Transaction

_NOTHING_WRITTEN = PartyText()
_BEFORE_START = (DueKind.PARTY_LEAD, DueKind.PARTY_START, DueKind.PARTY_MOVED, DueKind.PARTY_OVER)
_UPCOMING_KINDS = (*_BEFORE_START, DueKind.PARTY_ANNOUNCEMENT, DueKind.PARTY_PLACE, DueKind.PARTY_AIR_TIME)
#: What an edit says for "none", where None means "as it is".
NOTHING = 0


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be otherwise about a party; None: as it is.

    ``follows_air_time`` goes with ``when``. A ``capacity`` of
    `NOTHING` takes the limit away.
    """

    when: Understood | None = None
    follows_air_time: bool = False
    episodes: Sequence[Episode] | None = None
    channel_id: int | None = None
    leads: tuple[int, ...] | None = None
    text: PartyText | None = None
    host_id: int | None = None
    capacity: int | None = None
    event: EventWish | None = None


class Parties:
    """Watch parties of a server. ``poke`` wakes whatever delivers what falls due."""

    def __init__(self, database: Database, clock: Clock, shows: Shows, poke: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._shows = shows
        self._poke = poke

    async def create(
        self,
        *,
        guild_id: int,
        channel_id: int,
        creator_id: int,
        show: Show,
        episodes: Sequence[Episode],
        when: Understood,
        leads: Sequence[int],
        locale: str,
        text: PartyText = _NOTHING_WRITTEN,
        follows_air_time: bool = False,
        capacity: int | None = None,
        role_id: int | None = None,
        event: EventWish | None = None,
    ) -> Party:
        """Plan a party of consecutive episodes; its announcement and its reminders are due with it, in one transaction.

        Its creator counts as going. Raises UserError("when.past"), "party.too-many" for a server that has as many
        planned as it may, and "party.too-many-of-yours" for its creator.
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
                episode=episodes[0].number,
                starts_at=when.at,
                wall_start=when.wall,
                zone=when.zone,
                lead_minutes=leads[0],
                more_leads=tuple(leads[1:]) or None,
                locale=locale,
                now=now,
                title=text.title,
                note=text.note,
                text_after=text.after,
                follows_air_time=follows_air_time,
                last_episode=last_of(episodes),
                capacity=capacity,
                role_id=role_id,
            )
            await parties.answer(tx, party, creator_id, Answer.GOING, now)
            await due.add(tx, DueKind.PARTY_ANNOUNCEMENT, party.id, now)
            await await_start(tx, party, self._shows.minutes(party.show_id, party.episodes), now)
            await party_air_times.note(tx, party.id, all_air_by(episodes))
            if event is not None and event.wanted:
                await mirrors.wish(tx, party.id, event, now)
        self._poke()
        return party

    async def edit(
        self, party_id: int, guild_id: int | None, user_id: int, edit: Edit, *, manages_events: bool
    ) -> Attendance:
        """Change a party that hasn't begun; what is due for it follows in the same transaction.

        Guests are told of another time a little later, once for all changes until then. In another channel it is
        announced anew. A new host counts as going. Whoever gets a place by it is told. Raises UserError: "party.gone",
        "party.cancelled", "party.begun", "party.not-yours", "when.past", "party.capacity-below" (``going``).
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
            if edit.episodes is not None:
                values |= {"episode": edit.episodes[0].number, "last_episode": last_of(edit.episodes)}
            if edit.leads is not None:
                values |= {"lead_minutes": edit.leads[0], "more_leads": edit.leads[1:] or None}
            if edit.text is not None:
                values |= {"title": edit.text.title, "note": edit.text.note, "text_after": edit.text.after}
            if edit.host_id is not None:
                values["creator_id"] = edit.host_id
            if edit.capacity is not None:
                going = len((await parties.attendance(tx, party)).who(Answer.GOING))
                if NOTHING < edit.capacity < going:
                    raise UserError("party.capacity-below", going=going)
                values["capacity"] = edit.capacity or None
            if edit.channel_id is not None and edit.channel_id != party.channel_id:
                values |= {"channel_id": edit.channel_id, "message_id": None}
                await due.withdraw(tx, (DueKind.PARTY_ANNOUNCEMENT,), party_id)
                await due.add(tx, DueKind.PARTY_ANNOUNCEMENT, party_id, now)
            changed = await parties.change(tx, party_id, values) if values else party
            if (changed.starts_at, changed.leads) != (party.starts_at, party.leads):
                changed = await self._moved(tx, party, changed, user_id)
            elif edit.episodes is not None:
                await await_end(tx, changed, changed.over_at(self._shows.minutes(changed.show_id, changed.episodes)))
            if edit.when is not None or edit.episodes is not None:
                await self._note_air_time(tx, changed)
            if edit.host_id is not None:
                await parties.answer(tx, changed, edit.host_id, Answer.GOING, now)
            if edit.event is not None:
                await mirrors.wish(tx, party_id, edit.event, now)
            else:
                await mirrors.follow(tx, party_id, now)
            found = await parties.attendance(tx, changed)
            await self._tell_of_places(tx, found)
        self._poke()
        return found

    async def follow(self, tx: Transaction, shows: Shows, unsure: frozenset[tuple[int, str]]) -> list[Moved]:
        """See `bot.app.moves.Follower`: parties that were planned for an air time. Guests are told in the channel."""
        moved: list[Moved] = []
        times = Timetables(tx)
        for party in await parties.following_air_times(tx, self._clock.now()):
            found = await times.watched_episodes(party.guild_id, shows.episodes(party.show_id, party.episodes))
            at = None if found is None else all_air_by(found[1])
            if at is None or at == party.starts_at:
                continue
            wall = at.astimezone(ZoneInfo(party.zone)).replace(tzinfo=None)
            changed = await parties.change(tx, party.id, {"starts_at": at, "wall_start": wall})
            await self._moved(tx, party, changed, None)
            await mirrors.follow(tx, party.id, self._clock.now())
            moved.append(Moved(party.creator_id, party.show_id, known=True, comes_at=at))
        return moved

    async def next_for(self, guild_id: int, user_id: int) -> Attendance | None:
        """The next party that somebody comes to, or may; None where there is none."""
        async with self._database.read() as tx:
            party = await parties.next_for(tx, guild_id, user_id, self._clock.now())
            return None if party is None else await parties.attendance(tx, party)

    async def get(self, party_id: int) -> Attendance:
        """A party with its answers. Raises UserError("party.gone")."""
        async with self._database.read() as tx:
            party = await parties.get(tx, party_id)
            if party is None:
                raise UserError("party.gone")
            return await parties.attendance(tx, party)

    async def upcoming(self, guild_id: int) -> tuple[Attendance, ...]:
        """The parties planned in a server that have not begun, soonest first."""
        async with self._database.read() as tx:
            planned = await parties.upcoming(tx, guild_id, self._clock.now())
            return tuple([await parties.attendance(tx, party) for party in planned])

    async def answer(self, party_id: int, guild_id: int | None, user_id: int, answer: Answer) -> Attendance:
        """Say or change whether one comes, until what is watched is over. Whoever gets a place by it is told.

        Raises UserError: "party.gone", "party.cancelled", "party.over".
        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            party = await parties.get(tx, party_id)
            if party is None or party.guild_id != guild_id:
                raise UserError("party.gone")
            if party.state is PartyState.CANCELLED:
                raise UserError("party.cancelled")
            if now >= party.over_at(self._shows.minutes(party.show_id, party.episodes)):
                raise UserError("party.over")
            found = await parties.answer(tx, party, user_id, answer, now)
            told = await self._tell_of_places(tx, found)
        if told:
            self._poke()
        return found

    async def cancel(self, party_id: int, guild_id: int | None, user_id: int, *, manages_events: bool) -> Attendance:
        """Cancel a party and tell those who said they would come, in one transaction.

        Raises UserError: "party.gone", "party.cancelled", "party.begun", "party.not-yours".
        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            party = await self._changeable(tx, party_id, guild_id, user_id, manages_events)
            cancelled = await call_off(tx, party, now)
        self._poke()
        return cancelled

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

    async def _tell_of_places(self, tx: Transaction, found: Attendance) -> bool:
        """Let those be told who have a place now; whether there are any."""
        party = found.party
        if not found.moved_up:
            return False
        if party.id not in await due.waiting(tx, DueKind.PARTY_PLACE, (party.id,)):
            await due.add(tx, DueKind.PARTY_PLACE, party.id, self._clock.now())
        return True

    async def _note_air_time(self, tx: Transaction, party: Party) -> None:
        """Note that whoever gave a party its hour or its episodes knows when those air; nobody has to tell them."""
        watched = self._shows.episodes(party.show_id, party.episodes)
        watched = await Timetables(tx).watched_episodes(party.guild_id, watched)
        await due.withdraw(tx, (DueKind.PARTY_AIR_TIME,), party.id)
        if watched is not None:
            await party_air_times.note(tx, party.id, all_air_by(watched[1]))

    async def _moved(self, tx: Transaction, before: Party, now: Party, mover_id: int | None) -> Party:
        """Let what is due follow a party to its new time, and its guests be told unless it is where they believe.

        ``mover_id``: who moved it, which they needn't be told (None: the schedule did).
        """
        await due.withdraw(tx, _BEFORE_START, now.id)
        await await_start(tx, now, self._shows.minutes(now.show_id, now.episodes), self._clock.now())
        # Whoever started it early begins anew.
        await screenings.forget(tx, now.id)
        believed = before.moved_from or before.starts_at
        guests = any(user != mover_id for user in (await parties.attendance(tx, now)).attending)
        if believed == now.starts_at or (mover_id is not None and not guests):
            return await parties.change(tx, now.id, {"moved_from": None})
        await due.add(tx, DueKind.PARTY_MOVED, now.id, self._clock.now() + TOLD_AFTER)
        return await parties.change(tx, now.id, {"moved_from": believed})


def last_of(episodes: Sequence[Episode]) -> int | None:
    """The last of a run of episodes as a party keeps it: None where it is the only one."""
    return episodes[-1].number if len(episodes) > 1 else None


async def await_start(tx: Transaction, party: Party, minutes: int, now: datetime) -> None:
    """Queue what is due before, at and after a party that takes so many ``minutes``."""
    for lead in party.leads:
        lead_at = party.starts_at - timedelta(minutes=lead)
        if now < lead_at < party.starts_at:
            await due.add(tx, DueKind.PARTY_LEAD, party.id, lead_at)
    await due.add(tx, DueKind.PARTY_START, party.id, party.starts_at)
    await await_end(tx, party, party.over_at(minutes))


async def await_end(tx: Transaction, party: Party, at: datetime) -> None:
    """Let those who come be asked then whether they watched, and not before."""
    await due.withdraw(tx, (DueKind.PARTY_OVER,), party.id)
    await due.add(tx, DueKind.PARTY_OVER, party.id, at)


async def call_off(tx: Transaction, party: Party, now: datetime, *, tell: bool = True) -> Attendance:
    """Cancel a planned party, and let those be told who would have come, unless they are told in another way."""
    await parties.cancel(tx, party.id)
    await due.withdraw(tx, _UPCOMING_KINDS, party.id)
    await mirrors.follow(tx, party.id, now)
    found = await parties.attendance(tx, replace(party, state=PartyState.CANCELLED))
    if tell and found.attending:
        await due.add(tx, DueKind.PARTY_CANCELLED, party.id, now)
    return found
