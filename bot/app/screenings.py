"""Watching together: start, pause, go on, where everybody is, and who watched.

Whatever is due for it, the question who watched among it, follows in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.app.clock import Clock
from bot.app.parties import await_end
from bot.app.people import check_aired
from bot.app.shows import Shows
from bot.core.errors import UserError
from bot.core.party import Answer, Attendance, Party, PartyState
from bot.core.progress import Progress
from bot.core.reminder import DueKind
from bot.core.screening import Screening, Stage, next_start
from bot.store import due, parties, progress, screenings
from bot.store.database import Database, Transaction

#: How long before its hour a party can be started, how long guests wait for their host, and until when it can be.
STARTS_BEFORE = timedelta(minutes=30)
GUESTS_WAIT = timedelta(minutes=10)
STARTS_UNTIL = timedelta(hours=12)
#: Who goes on after a pause as long as this does so with another start.
_LONGEST_PAUSE = timedelta(hours=3)
#: After the countdown its message is drawn once more, also when the process that counted is no more.
_DRAWN_AFTER = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Running:
    """A party, and what it is at (None: nobody has started it)."""

    found: Attendance
    screening: Screening | None

    @property
    def party(self) -> Party:
        return self.found.party


@dataclass(frozen=True, slots=True)
class Watched:
    """That somebody watched: whether it is news, what was kept of their progress before (None: nothing), and is now."""

    new: bool
    before: Progress | None
    after: Progress
    viewers: tuple[int, ...]


class Screenings:
    """Starts and steers what parties watch. ``poke`` wakes whatever delivers what falls due."""

    def __init__(self, database: Database, clock: Clock, shows: Shows, poke: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._shows = shows
        self._poke = poke

    async def get(self, party_id: int, guild_id: int | None) -> Running:
        """What a party of a server is at. Raises UserError: "party.gone", "party.cancelled"."""
        async with self._database.read() as tx:
            party = await _of_server(tx, party_id, guild_id)
            return Running(await parties.attendance(tx, party), await screenings.get(tx, party_id))

    async def start(
        self, party_id: int, guild_id: int | None, channel_id: int, user_id: int, *, manages_events: bool
    ) -> tuple[Running, bool]:
        """Let a party begin after a countdown; what it is at, and whether that is new.

        Its host and those who may manage events can from `STARTS_BEFORE` on, guests with a place once they have waited
        for their host. Raises UserError as `get`, "screening.too-early" (``at``), "screening.too-late", and
        "screening.not-yours" (``host_id``, ``at``).
        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            party = await _of_server(tx, party_id, guild_id)
            found = await parties.attendance(tx, party)
            known = await screenings.get(tx, party_id)
            if known is not None:
                return Running(found, known), False
            if now < party.starts_at - STARTS_BEFORE:
                raise UserError("screening.too-early", at=party.starts_at - STARTS_BEFORE)
            if now > party.starts_at + STARTS_UNTIL:
                raise UserError("screening.too-late")
            waited = now >= party.starts_at + GUESTS_WAIT and user_id in found.who(Answer.GOING)
            if not (waited or party.may_change(user_id, manages_events)):
                raise UserError("screening.not-yours", host_id=party.creator_id, at=party.starts_at + GUESTS_WAIT)
            made = Screening(party_id, party.episode, 0, next_start(now), None, user_id, channel_id)
            await self._keep(tx, party, made)
        self._poke()
        return Running(found, made), True

    async def posted(self, party_id: int, message_id: int) -> None:
        """Note which message shows what a party is at."""
        async with self._database.begin() as tx:
            known = await screenings.get(tx, party_id)
            if known is not None:
                await screenings.put(tx, replace(known, message_id=message_id))

    async def steer(
        self,
        party_id: int,
        guild_id: int | None,
        user_id: int,
        change: Callable[[Screening, datetime], Screening],
        *,
        manages_events: bool,
    ) -> Running:
        """Change what a party is at, as its host, whoever started it and those who may manage events can.

        ``change`` makes the next state of the present one. Raises UserError as `get`, "screening.none",
        "screening.over", "screening.not-yours-to-steer" (``host_id``), and whatever ``change`` raises.
        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            party = await _of_server(tx, party_id, guild_id)
            found = await parties.attendance(tx, party)
            known = await screenings.get(tx, party_id)
            if known is None:
                raise UserError("screening.none")
            if known.stage(now) is Stage.ENDED:
                raise UserError("screening.over")
            if user_id != known.starter_id and not party.may_change(user_id, manages_events):
                raise UserError("screening.not-yours-to-steer", host_id=party.creator_id)
            changed = change(known, now)
            if changed != known:
                await self._keep(tx, party, changed)
        self._poke()
        return Running(found, changed)

    async def _keep(self, tx: Transaction, party: Party, found: Screening) -> None:
        now = self._clock.now()
        await screenings.put(tx, found)
        await due.withdraw(tx, (DueKind.PARTY_PLAYING,), party.id)
        if found.ended_at is not None:
            await await_end(tx, party, now)
            return
        rest = [number for number in party.episodes if number >= found.episode]
        left = timedelta(minutes=self._shows.minutes(party.show_id, rest), seconds=-found.position)
        if found.plays_at is None:
            await await_end(tx, party, now + _LONGEST_PAUSE)
            return
        await due.add(tx, DueKind.PARTY_PLAYING, party.id, found.plays_at + _DRAWN_AFTER)
        await await_end(tx, party, max(found.plays_at + left, now))

    # ---------------------------------------------------------------- afterwards

    async def watch(self, party_id: int, guild_id: int | None, user_id: int) -> Watched:
        """Note that somebody has watched, and what was watched as seen by them.

        What they have not seen before it stays unseen; a second run goes on if it had come this far. Raises UserError
        as `get`, "screening.not-begun" (``at``), "progress.not-aired", "show.gone".
        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            party = await _of_server(tx, party_id, guild_id)
            known = await screenings.get(tx, party_id)
            if now < party.starts_at and known is None:
                raise UserError("screening.not-begun", at=party.starts_at)
            watched = self._shows.episodes(party.show_id, party.episodes)
            if watched is None:
                raise UserError("show.gone")
            check_aired(watched[0], party.episodes[-1], now)
            new = await screenings.add_viewer(tx, party_id, user_id, now)
            before = await progress.get(tx, user_id, party.show_id)
            after = (before or Progress()).with_seen(party.episodes)
            if after != before:
                await progress.set(tx, user_id, party.show_id, after)
            everybody = (await screenings.viewers(tx, (party_id,))).get(party_id, ())
        return Watched(new, before, after, everybody)

    async def unwatch(self, party_id: int, guild_id: int | None, user_id: int) -> tuple[Party, bool]:
        """Take back that somebody has watched, but not what they have seen; the party, and whether it was noted.

        Raises UserError as `get`.
        """
        async with self._database.begin() as tx:
            party = await _of_server(tx, party_id, guild_id)
            return party, await screenings.remove_viewer(tx, party_id, user_id)

    async def question(self, party_id: int) -> tuple[int | None, tuple[int, ...]]:
        """The message in which it is asked who watched (None: there is none), and who has."""
        async with self._database.read() as tx:
            asked_in = await screenings.question(tx, party_id)
            return asked_in, (await screenings.viewers(tx, (party_id,))).get(party_id, ())


async def _of_server(tx: Transaction, party_id: int, guild_id: int | None) -> Party:
    party = await parties.get(tx, party_id)
    if party is None or party.guild_id != guild_id:
        raise UserError("party.gone")
    if party.state is PartyState.CANCELLED:
        raise UserError("party.cancelled")
    return party
