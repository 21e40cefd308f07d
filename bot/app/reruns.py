"""Re-runs of a server: drafting, starting, pausing, skipping, extending and ending them.

Whatever goes by a server's times, from reminders to announcements, follows in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.app.clock import Clock
from bot.app.moves import Moves
from bot.app.outbox import Gone, Outcome
from bot.app.shows import Shows
from bot.core.airing import minutes_of
from bot.core.errors import UserError
from bot.core.reminder import Due, DueKind
from bot.core.rerun import Rerun, RerunState, Slot, as_aired, extended, on_evenings, resumed, skipped
from bot.core.series import Rhythm
from bot.core.show import Episode, Show
from bot.core.zones import resolve
from bot.store import due, reruns
from bot.store.database import Database, Transaction

#: How long after its last episode a re-run counts as over, so that all that comes at its end is told by its times.
_ENDS_AFTER = timedelta(days=1)
#: As many episodes as one re-run may have.
MOST_EPISODES = 400


@dataclass(frozen=True, slots=True)
class Showing:
    """A re-run with its show as it is broadcast."""

    rerun: Rerun
    show: Show


class Reruns:
    """Re-runs of servers; who may change them is decided by whoever asks."""

    def __init__(self, database: Database, clock: Clock, shows: Shows, moves: Moves) -> None:
        self._database = database
        self._clock = clock
        self._shows = shows
        self._moves = moves

    async def draft(
        self,
        *,
        guild_id: int,
        creator_id: int,
        show: Show,
        episodes: Sequence[Episode],
        first_at: datetime,
        zone: str,
        rhythm: Rhythm | None,
    ) -> Rerun:
        """Keep a re-run of ``episodes`` to be started, which nobody sees yet.

        ``first_at`` is the naive local time in ``zone`` at which it begins; ``rhythm`` None: as it aired. Raises
        UserError: "rerun.on-already", "rerun.no-dates", "rerun.too-long".
        """
        if len(episodes) > MOST_EPISODES:
            raise UserError("rerun.too-long", limit=MOST_EPISODES)
        now = self._clock.now()
        if rhythm is None:
            slots = as_aired(episodes, first_at)
        else:
            slots = on_evenings([episode.number for episode in episodes], rhythm, now)
        async with self._database.begin() as tx:
            if await reruns.on(tx, guild_id, show.id) is not None:
                raise UserError("rerun.on-already", show=show)
            return await reruns.draft(
                tx,
                slots,
                guild_id=guild_id,
                show_id=show.id,
                creator_id=creator_id,
                zone=zone,
                weekdays=None if rhythm is None else tuple(sorted(rhythm.weekdays)),
                per_night=1 if rhythm is None else rhythm.per_night,
                wall_first=first_at,
                created_at=now,
            )

    async def start(self, rerun_id: int, guild_id: int | None, user_id: int) -> Showing:
        """Let a draft run.

        Raises UserError: "rerun.gone", "rerun.started", "rerun.begun-already", "rerun.on-already".
        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            found = await reruns.get(tx, rerun_id)
            if found is None or found.guild_id != guild_id or found.creator_id != user_id:
                raise UserError("rerun.gone")
            if found.state is not RerunState.DRAFT:
                raise UserError("rerun.started")
            show = self._loaded(found)
            if found.at(found.slots[0]) <= now:
                raise UserError("rerun.begun-already")
            await tx.alone("rerun", found.guild_id)
            if await reruns.on(tx, found.guild_id, found.show_id) is not None:
                raise UserError("rerun.on-already", show=show)
            started = await self._keep(tx, replace(found, state=RerunState.RUNNING), show)
        self._moves.tell()
        return Showing(started, show)

    async def of(self, guild_id: int, show: Show) -> Rerun | None:
        """The re-run of a show that is on in a server, or None."""
        async with self._database.read() as tx:
            return await reruns.on(tx, guild_id, show.id)

    async def all_of(self, guild_id: int) -> tuple[Showing, ...]:
        """Everything that a server re-runs, as far as it is loaded."""
        async with self._database.read() as tx:
            found = [(one, self._shows.get(one.show_id)) for one in await reruns.of_guild(tx, guild_id)]
        return tuple(Showing(one, show) for one, show in found if show is not None)

    async def pause(self, guild_id: int, show: Show) -> Showing:
        """Let a re-run have no dates until it is resumed.

        Raises UserError: "rerun.none", "rerun.paused", "rerun.over".
        """
        now = self._clock.now()

        def paused(found: Rerun) -> Rerun:
            if found.state is RerunState.PAUSED:
                raise UserError("rerun.paused")
            if not found.to_come(now):
                raise UserError("rerun.over")
            return replace(found, state=RerunState.PAUSED, paused_at=now)

        return await self._change(guild_id, show, paused)

    async def resume(self, guild_id: int, show: Show) -> Showing:
        """Let a re-run go on. Raises UserError: "rerun.none", "rerun.not-paused"."""
        now = self._clock.now()

        def going_on(found: Rerun) -> Rerun:
            if found.state is not RerunState.PAUSED:
                raise UserError("rerun.not-paused")
            return resumed(found, now)

        return await self._change(guild_id, show, going_on)

    async def skip(self, guild_id: int, show: Show) -> Showing:
        """Leave the next evening out. Raises UserError: "rerun.none", "rerun.paused", "rerun.over"."""
        now = self._clock.now()

        def without_next(found: Rerun) -> Rerun:
            if found.state is RerunState.PAUSED:
                raise UserError("rerun.paused")
            return skipped(found, now)

        return await self._change(guild_id, show, without_next)

    async def extend(self, guild_id: int, show: Show, last_episode: int) -> Showing:
        """Go on to ``last_episode``.

        Raises UserError: "rerun.none", "rerun.paused", "rerun.not-longer", "rerun.no-dates", "rerun.too-long".
        """
        now = self._clock.now()

        def longer(found: Rerun) -> Rerun:
            if found.state is RerunState.PAUSED:
                raise UserError("rerun.paused")
            if last_episode - found.first_episode >= MOST_EPISODES:
                raise UserError("rerun.too-long", limit=MOST_EPISODES)
            return extended(found, show, last_episode, now)

        return await self._change(guild_id, show, longer)

    async def end(self, guild_id: int, show: Show) -> Showing:
        """End a re-run before its time; what has been on stays as it was. Raises UserError("rerun.none")."""
        return await self._change(guild_id, show, lambda found: replace(found, state=RerunState.ENDED, paused_at=None))

    async def close(self, row: Due, maybe_sent_since: datetime | None) -> Outcome:
        """End what is over; see `bot.app.due_runner`."""
        async with self._database.begin() as tx:
            found = await reruns.get(tx, row.subject)
            if found is None or found.state is not RerunState.RUNNING or found.to_come(self._clock.now()):
                return Gone("nothing-to-do")
            await reruns.save(tx, replace(found, state=RerunState.ENDED))
            await self._moves.within(tx, self._shows)
        self._moves.tell()
        return Gone("over")

    async def _change(self, guild_id: int, show: Show, changed: Callable[[Rerun], Rerun]) -> Showing:
        async with self._database.begin() as tx:
            found = await reruns.on(tx, guild_id, show.id)
            if found is None:
                raise UserError("rerun.none", show=show)
            kept = await self._keep(tx, changed(found), show)
        self._moves.tell()
        return Showing(kept, show)

    async def _keep(self, tx: Transaction, changed: Rerun, show: Show) -> Rerun:
        await reruns.save(tx, changed)
        await due.withdraw(tx, (DueKind.RERUN_OVER,), changed.id)
        if changed.state is RerunState.RUNNING:
            await due.add(tx, DueKind.RERUN_OVER, changed.id, _over_at(changed, show) + _ENDS_AFTER)
        await self._moves.within(tx, self._shows)
        return changed

    def _loaded(self, found: Rerun) -> Show:
        show = self._shows.get(found.show_id)
        if show is None:
            raise UserError("show.gone")
        return show


def _over_at(found: Rerun, show: Show) -> datetime:
    """When the last episode has been watched, UTC."""

    def ends_at(slot: Slot) -> datetime:
        episode = show.episode(slot.episode)
        minutes = 60 if episode is None else minutes_of(show, episode)
        return resolve(slot.wall, found.zone) + timedelta(minutes=minutes)

    return max(ends_at(slot) for slot in found.slots)
