"""Being reminded before every episode of a show: one wish, with reminders for each episode that has a date.

A wish makes a reminder for every episode to come and every lead that isn't over, and more as episodes get dates. It
makes none where its owner has asked for the same by itself, or has been told at that lead already and the episode has
not moved since.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.app.clock import Clock
from bot.app.moves import Moved
from bot.app.reminders import habits
from bot.app.shows import Shows
from bot.app.timetables import Timetables
from bot.core.airing import Phase, airing, airs_at
from bot.core.errors import UserError
from bot.core.reminder import DueKind, ReminderState, StandingReminder
from bot.core.show import Show
from bot.store import due, reminders, standing_reminders
from bot.store.database import Database, Transaction


class StandingReminders:
    """Wishes of one person. ``poke`` wakes whatever delivers what falls due."""

    def __init__(self, database: Database, clock: Clock, poke: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._poke = poke

    async def create(
        self,
        *,
        user_id: int,
        show: Show,
        leads: tuple[int, ...],
        channel_id: int | None,
        guild_id: int | None,
        dm_channel_id: int | None,
        locale: str,
    ) -> StandingReminder:
        """Remind somebody before every episode, at each of ``leads`` (minutes); other leads for the wish there is.

        ``show`` is as it is published; what the server goes by counts. Raises UserError: "reminder.finished" where no
        episode is to come, or "reminder.too-many-shows".
        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            if airing(await Timetables(tx).watched(guild_id, show), now).phase is Phase.FINISHED:
                raise UserError("reminder.finished", show=show)
            wish = await standing_reminders.create(
                tx,
                user_id=user_id,
                show_id=show.id,
                leads=leads,
                channel_id=channel_id,
                guild_id=guild_id,
                dm_channel_id=dm_channel_id,
                locale=locale,
                created_at=now,
            )
            await self._keep_to(tx, show, wish)
        self._poke()
        return wish

    async def get(self, standing_id: int, user_id: int) -> StandingReminder:
        """A wish of one's own. Raises UserError("reminder.gone")."""
        async with self._database.read() as tx:
            return _own(await standing_reminders.get(tx, standing_id, user_id))

    async def active(self, user_id: int) -> tuple[StandingReminder, ...]:
        """Somebody's wishes, in the order in which they came."""
        async with self._database.read() as tx:
            return await standing_reminders.list_active(tx, user_id)

    async def change_leads(
        self, standing_id: int, user_id: int, show: Show, leads: tuple[int, ...]
    ) -> StandingReminder:
        """Other leads for a wish of one's own; ``show`` is as it is published. Raises UserError("reminder.gone")."""
        async with self._database.begin() as tx:
            wish = _own(await standing_reminders.get(tx, standing_id, user_id))
            wish = await standing_reminders.set_leads(tx, wish.id, leads)
            await self._keep_to(tx, show, wish)
        self._poke()
        return wish

    async def cancel(self, standing_id: int, user_id: int) -> StandingReminder:
        """Cancel a wish of one's own with all its reminders. Raises UserError("reminder.gone")."""
        async with self._database.begin() as tx:
            wish = _own(await standing_reminders.get(tx, standing_id, user_id))
            await standing_reminders.cancel(tx, wish.id)
            await self._withdraw(tx, wish)
        return wish

    async def follow(self, tx: Transaction, shows: Shows, unsure: frozenset[tuple[int, str]]) -> list[Moved]:
        """See `bot.app.moves.Follower`: reminders for episodes that have a date now. Those there were have moved."""
        times = Timetables(tx)
        for wish in await standing_reminders.all_active(tx):
            show = shows.get(wish.show_id)
            if show is not None:
                await self._fill(tx, times, show, wish)
        return []

    async def _keep_to(self, tx: Transaction, show: Show, wish: StandingReminder) -> None:
        """Make its reminders those of its leads, no more and no fewer."""
        await self._withdraw(tx, wish, but=wish.leads)
        await self._fill(tx, Timetables(tx), show, wish)

    async def _withdraw(self, tx: Transaction, wish: StandingReminder, but: tuple[int, ...] = ()) -> None:
        for reminder in await reminders.list_active(tx, wish.user_id):
            if reminder.standing_id == wish.id and reminder.lead_minutes not in but:
                await reminders.cancel(tx, reminder.id, wish.user_id)
                await due.withdraw(tx, (DueKind.REMINDER,), reminder.id)

    async def _fill(self, tx: Transaction, times: Timetables, show: Show, wish: StandingReminder) -> None:
        now = self._clock.now()
        here = await times.watched(wish.guild_id, show)
        coming = [(episode, at) for episode in here.episodes if (at := airs_at(episode)) is not None and at > now]
        if not coming:
            return
        theirs = await habits(tx, wish.user_id)
        asked: set[tuple[int, int]] = set()
        told: set[tuple[object, ...]] = set()
        for reminder in await reminders.list_of_show(tx, wish.user_id, show.id):
            if reminder.state is ReminderState.ACTIVE:
                asked.add((reminder.episode, reminder.lead_minutes))
            elif reminder.state is ReminderState.DONE:
                told.add((reminder.episode, reminder.lead_minutes, reminder.airs_at))
        for episode, at in coming:
            for lead in wish.leads:
                own_time = at - timedelta(minutes=lead)
                if own_time <= now or (episode.number, lead) in asked or (episode.number, lead, at) in told:
                    continue
                fires_at = theirs.placed(own_time, at, now)
                made = await reminders.create_standing(
                    tx, wish, episode=episode.number, lead_minutes=lead, airs_at=at, fires_at=fires_at, now=now
                )
                await due.add(tx, DueKind.REMINDER, made.id, fires_at)


def _own(wish: StandingReminder | None) -> StandingReminder:
    if wish is None:
        raise UserError("reminder.gone")
    return wish
