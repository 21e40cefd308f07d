"""Series of watch parties: drafting, announcing, joining and cancelling them, skipping a night, following air times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.app.clock import Clock
from bot.app.moves import Moved
from bot.app.parties import await_end, await_start, call_off
from bot.app.shows import Shows
from bot.app.timetables import Timetables
from bot.core.errors import UserError
from bot.core.party import Answer, Attendance, Party, PartyState, SeriesState
from bot.core.reminder import DueKind
from bot.core.series import Night, Rhythm, Series, too_early, without
from bot.core.show import Episode, Show
from bot.store import due, mirrors, parties, series
from bot.store.database import Database, Transaction
from bot.store.people import NOBODY

#: How long before it begins a night is announced by itself; the series was announced as a whole.
_ANNOUNCED_BEFORE = timedelta(days=1)
#: What is due at the same moment is sent in no fixed order, and the series is to come before its first night.
_AFTER_SERIES = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Draft:
    """A series as it would be. ``undated`` are its episodes that have no night yet."""

    series: Series
    nights: tuple[Night, ...]
    undated: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Season:
    """A series with its nights to come, soonest first."""

    series: Series
    nights: tuple[Attendance, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A night that was called off, and the series as it goes on."""

    night: Attendance
    season: Season


class PartySeries:
    """Series of a server. ``poke`` wakes whatever delivers what falls due."""

    def __init__(self, database: Database, clock: Clock, shows: Shows, poke: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._shows = shows
        self._poke = poke

    async def draft(
        self,
        *,
        guild_id: int,
        channel_id: int,
        creator_id: int,
        show: Show,
        episodes: Sequence[Episode],
        rhythm: Rhythm | None,
        zone: str,
        leads: Sequence[int],
        capacity: int | None,
        role_id: int | None,
        locale: str,
    ) -> Draft:
        """Keep a series to be announced, which nobody sees yet. ``rhythm`` None: at each air time.

        Raises UserError("series.no-night") where not one night can be told.
        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            found = await series.draft(
                tx,
                now=now,
                guild_id=guild_id,
                channel_id=channel_id,
                creator_id=creator_id,
                show_id=show.id,
                first_episode=episodes[0].number,
                last_episode=episodes[-1].number,
                weekdays=None if rhythm is None else tuple(sorted(rhythm.weekdays)),
                wall_first=None if rhythm is None else datetime.combine(rhythm.first_day, rhythm.wall),
                zone=zone,
                per_night=1 if rhythm is None else rhythm.per_night,
                lead_minutes=leads[0],
                more_leads=tuple(leads[1:]) or None,
                capacity=capacity,
                role_id=role_id,
                locale=locale,
            )
            return _drafted(found, show, now)

    async def get(self, series_id: int, guild_id: int | None) -> Season:
        """A series with its nights to come. Raises UserError("series.gone")."""
        async with self._database.read() as tx:
            return await self._season(tx, await _of_server(tx, series_id, guild_id))

    async def announce(self, series_id: int, guild_id: int | None, user_id: int) -> Season:
        """Plan all nights of a draft; what is due for them, and the announcement, are due with it, in one transaction.

        Raises UserError: "series.gone", "series.settled", "series.no-night", "series.too-many", "show.gone".
        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            found = await _of_server(tx, series_id, guild_id)
            show = self._shows.get(found.show_id)
            if found.creator_id != user_id:
                raise UserError("series.gone")
            if show is None:
                raise UserError("show.gone")
            drafted = _drafted(found, await Timetables(tx).watched(found.guild_id, show), now)
            if not await series.start(tx, series_id, now):
                raise UserError("series.settled")
            await due.add(tx, DueKind.SERIES_ANNOUNCEMENT, series_id, now)
            for night in drafted.nights:
                await self._add(tx, found, night, now)
            season = await self._season(tx, replace(found, state=SeriesState.RUNNING))
        self._poke()
        return season

    async def answer(self, series_id: int, guild_id: int | None, user_id: int, answer: Answer) -> Season:
        """Say of all nights to come whether one comes. Raises UserError: "series.gone", "series.over"."""
        now = self._clock.now()
        async with self._database.begin() as tx:
            found = await _of_server(tx, series_id, guild_id)
            nights = await parties.of_series(tx, series_id, now)
            if not nights:
                raise UserError("series.over")
            for night in nights:
                given = await parties.answer(tx, night, user_id, answer, now)
                if given.moved_up and night.id not in await due.waiting(tx, DueKind.PARTY_PLACE, (night.id,)):
                    await due.add(tx, DueKind.PARTY_PLACE, night.id, now)
            season = await self._season(tx, found)
        self._poke()
        return season

    async def cancel(self, series_id: int, guild_id: int | None, user_id: int, *, manages_events: bool) -> Season:
        """Call off all nights to come, and tell those who would have come to any, once.

        The series with the nights that it would have had. Raises UserError: "series.gone", "series.over",
        "party.not-yours".
        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            found = await _of_server(tx, series_id, guild_id)
            if not found.may_change(user_id, manages_events):
                raise UserError("party.not-yours", creator_id=found.creator_id)
            nights = await parties.of_series(tx, series_id, now)
            if not nights or not await series.cancel(tx, series_id):
                raise UserError("series.over")
            called_off = [await call_off(tx, night, now, tell=False) for night in nights]
            await due.withdraw(tx, (DueKind.SERIES_ANNOUNCEMENT,), series_id)
            if any(night.attending for night in called_off):
                await due.add(tx, DueKind.SERIES_CANCELLED, series_id, now)
        self._poke()
        return Season(replace(found, state=SeriesState.CANCELLED), tuple(called_off))

    async def skip(self, party_id: int, guild_id: int | None, user_id: int, *, manages_events: bool) -> Skipped:
        """Leave a night of a series out; its episodes, and all after them, move to the nights that follow.

        Its guests are told. No date but the last is new; a series at each air time has one night less. Raises
        UserError: "party.gone", "party.cancelled", "party.begun", "party.not-yours", "series.not-one".
        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            party = await parties.get(tx, party_id)
            if party is None or party.guild_id != guild_id:
                raise UserError("party.gone")
            if not party.may_change(user_id, manages_events):
                raise UserError("party.not-yours", creator_id=party.creator_id)
            found = None if party.series_id is None else await series.get(tx, party.series_id)
            if found is None:
                raise UserError("series.not-one")
            if party.state is PartyState.CANCELLED:
                raise UserError("party.cancelled")
            if now >= party.starts_at:
                raise UserError("party.begun")
            night = await self._skip(tx, found, party, now)
            season = await self._season(tx, found)
        self._poke()
        return Skipped(night, season)

    async def follow(self, tx: Transaction, shows: Shows, unsure: frozenset[tuple[int, str]]) -> list[Moved]:
        """See `bot.app.moves.Follower`. A series at each air time gets a night for what has a date now.

        In any other a night that would begin before its episodes have aired is skipped.
        """
        now = self._clock.now()
        moved: list[Moved] = []
        times = Timetables(tx)
        for found in await series.running(tx):
            loaded = shows.get(found.show_id)
            if loaded is None:
                continue
            show = await times.watched(found.guild_id, loaded)
            changed = await (
                self._add_dated(tx, found, show, now)
                if found.rhythm is None
                else self._skip_too_early(tx, found, show, now)
            )
            moved += [Moved(found.creator_id, found.show_id, known=True, comes_at=night.at) for night in changed]
        return moved

    async def _add_dated(self, tx: Transaction, found: Series, show: Show, now: datetime) -> list[Night]:
        had = {number for party in await parties.ever_of_series(tx, found.id) for number in party.episodes}
        added = [night for night in found.nights(show.episodes, now) if not had.intersection(night.episodes)]
        for night in added:
            await self._add(tx, found, night, now)
        return added

    async def _skip_too_early(self, tx: Transaction, found: Series, show: Show, now: datetime) -> list[Night]:
        episodes = {episode.number: episode for episode in show.episodes}
        skipped: list[Night] = []
        # As many nights at most as a rhythm may be searched through; a show that airs in years has no series.
        for _ in range(len(show.episodes) + 60):
            planned = await parties.of_series(tx, found.id, now)
            early = too_early([_night(party) for party in planned], episodes)
            if early is None:
                break
            await self._skip(tx, found, planned[early], now)
            skipped.append(_night(planned[early]))
        return skipped

    async def _skip(self, tx: Transaction, found: Series, party: Party, now: datetime) -> Attendance:
        planned = await parties.of_series(tx, found.id, now)
        rhythm = found.rhythm
        if rhythm is not None:
            index = next(index for index, one in enumerate(planned) if one.id == party.id)
            nights = without([_night(one) for one in planned], index, rhythm)
            kept = [one for one in planned if one.id != party.id]
            for one, night in zip(kept, nights, strict=False):
                if one.episodes != night.episodes:
                    values = {"episode": night.episodes[0], "last_episode": _last(night)}
                    changed = await parties.change(tx, one.id, values)
                    await await_end(tx, changed, changed.over_at(self._shows.minutes(found.show_id, night.episodes)))
                    await mirrors.follow(tx, one.id, now)
            await self._add(tx, found, nights[-1], now)
        return await call_off(tx, party, now)

    async def _add(self, tx: Transaction, found: Series, night: Night, now: datetime) -> None:
        party = await parties.create(
            tx,
            guild_id=found.guild_id,
            channel_id=found.channel_id,
            creator_id=found.creator_id,
            show_id=found.show_id,
            starts_at=night.at,
            wall_start=night.wall,
            zone=found.zone,
            lead_minutes=found.lead_minutes,
            more_leads=found.more_leads,
            locale=found.locale,
            now=now,
            follows_air_time=found.rhythm is None,
            capacity=found.capacity,
            role_id=found.role_id,
            series_id=found.id,
            episode=night.episodes[0],
            last_episode=_last(night),
        )
        if found.creator_id != NOBODY:
            await parties.answer(tx, party, found.creator_id, Answer.GOING, now)
        await due.add(tx, DueKind.PARTY_ANNOUNCEMENT, party.id, max(now + _AFTER_SERIES, night.at - _ANNOUNCED_BEFORE))
        await await_start(tx, party, self._shows.minutes(found.show_id, night.episodes), now)

    async def _season(self, tx: Transaction, found: Series) -> Season:
        nights = await parties.of_series(tx, found.id, self._clock.now())
        return Season(found, tuple([await parties.attendance(tx, night) for night in nights]))


async def _of_server(tx: Transaction, series_id: int, guild_id: int | None) -> Series:
    found = await series.get(tx, series_id)
    if found is None or found.guild_id != guild_id:
        raise UserError("series.gone")
    return found


def _drafted(found: Series, show: Show, now: datetime) -> Draft:
    nights = found.nights(show.episodes, now)
    if not nights:
        raise UserError("series.no-night")
    having = {number for night in nights for number in night.episodes}
    wanted = range(found.first_episode, found.last_episode + 1)
    return Draft(found, nights, tuple(number for number in wanted if number not in having))


def _night(party: Party) -> Night:
    return Night(party.starts_at, party.wall_start, party.episodes)


def _last(night: Night) -> int | None:
    return night.episodes[-1] if len(night.episodes) > 1 else None
