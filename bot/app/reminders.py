"""Personal reminders: asking for one, listing, putting off and cancelling them, and following the schedule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.app.clock import Clock
from bot.app.moves import Moved
from bot.app.shows import Shows
from bot.core.airing import airs_at
from bot.core.errors import UserError
from bot.core.reminder import DueKind, Reminder, ReminderState, moved_from
from bot.core.show import Episode, Show
from bot.store import due, reminders
from bot.store.database import Database, Transaction


class Reminders:
    """Reminders of one person. ``poke`` wakes whatever delivers what falls due."""

    def __init__(self, database: Database, clock: Clock, poke: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._poke = poke

    def plan(self, show: Show, episode: Episode, lead_minutes: int) -> tuple[datetime, datetime]:
        """When the episode airs and when its reminder would come, both UTC.

        Raises UserError: "reminder.no-date", "reminder.aired", or "reminder.lead-past" where only the lead is
        over.
        """
        air_at = airs_at(episode)
        now = self._clock.now()
        if air_at is None:
            raise UserError("reminder.no-date", number=episode.number)
        if air_at <= now:
            raise UserError("reminder.aired", number=episode.number, at=air_at)
        fires_at = air_at - timedelta(minutes=lead_minutes)
        if fires_at <= now:
            raise UserError("reminder.lead-past", number=episode.number, at=air_at, lead=lead_minutes)
        return air_at, fires_at

    async def create(
        self,
        *,
        user_id: int,
        show: Show,
        episode: Episode,
        lead_minutes: int,
        channel_id: int | None,
        guild_id: int | None,
        dm_channel_id: int | None,
        locale: str,
    ) -> Reminder:
        """Remind somebody ``lead_minutes`` before an episode; the same wish twice is one reminder.

        Raises UserError as `plan`, or "reminder.too-many".
        """
        air_at, fires_at = self.plan(show, episode, lead_minutes)
        async with self._database.begin() as tx:
            reminder, new = await reminders.create(
                tx,
                user_id=user_id,
                show_id=show.id,
                episode=episode.number,
                lead_minutes=lead_minutes,
                airs_at=air_at,
                fires_at=fires_at,
                channel_id=channel_id,
                guild_id=guild_id,
                dm_channel_id=dm_channel_id,
                locale=locale,
                now=self._clock.now(),
            )
            if new:
                await due.add(tx, DueKind.REMINDER, reminder.id, fires_at)
        self._poke()
        return reminder

    async def active(self, user_id: int) -> tuple[Reminder, ...]:
        """Reminders still to come, soonest first."""
        async with self._database.read() as tx:
            return tuple(await reminders.list_active(tx, user_id))

    async def undelivered(self, user_id: int) -> tuple[tuple[Reminder, str], ...]:
        """Reminders that could not be delivered or were dropped, newest first, each with the reason."""
        async with self._database.read() as tx:
            return tuple(await due.undelivered_reminders(tx, user_id))

    async def cancel(self, reminder_id: int, user_id: int) -> Reminder:
        """Cancel a reminder of one's own. Raises UserError("reminder.gone")."""
        async with self._database.begin() as tx:
            reminder = await reminders.get(tx, reminder_id)
            if reminder is None or not await reminders.cancel(tx, reminder_id, user_id):
                raise UserError("reminder.gone")
            await due.withdraw(tx, (DueKind.REMINDER,), reminder_id)
        return reminder

    async def change_lead(self, reminder_id: int, user_id: int, show: Show, lead_minutes: int) -> Reminder:
        """Another lead for a reminder of one's own, in one transaction."""
        async with self._database.begin() as tx:
            reminder = await reminders.get(tx, reminder_id)
            if reminder is None or reminder.user_id != user_id or reminder.state is not ReminderState.ACTIVE:
                raise UserError("reminder.gone")
            episode = show.episode(reminder.episode)
            if episode is None:
                raise UserError("reminder.gone")
            air_at, fires_at = self.plan(show, episode, lead_minutes)
            changed = await reminders.move(
                tx, reminder_id, airs_at=air_at, fires_at=fires_at, lead_minutes=lead_minutes
            )
            await due.move(tx, DueKind.REMINDER, reminder_id, fires_at)
        self._poke()
        return changed

    async def snooze(self, reminder_id: int, user_id: int, at: datetime) -> None:
        """Be reminded again at ``at`` instead of whenever it would have been.

        Raises UserError: "reminder.gone", or "reminder.too-many" where it is one that was sent already.
        """
        async with self._database.begin() as tx:
            if not await reminders.snooze(tx, reminder_id, user_id, at, self._clock.now()):
                raise UserError("reminder.gone")
            await due.withdraw(tx, (DueKind.REMINDER,), reminder_id)
            await due.add(tx, DueKind.REMINDER, reminder_id, at)
        self._poke()

    async def get(self, reminder_id: int, user_id: int) -> Reminder:
        """A reminder of one's own. Raises UserError("reminder.gone")."""
        async with self._database.read() as tx:
            reminder = await reminders.get(tx, reminder_id)
        if reminder is None or reminder.user_id != user_id:
            raise UserError("reminder.gone")
        return reminder

    async def follow(self, tx: Transaction, shows: Shows, unsure: frozenset[tuple[int, str]]) -> list[Moved]:
        """See `bot.app.moves.Follower`. What its owner has put off stays where they put it."""
        now = self._clock.now()
        moved: list[Moved] = []
        for reminder in await reminders.all_active(tx):
            found = shows.episode(reminder.show_id, reminder.episode)
            air_at = None if found is None else airs_at(found[1])
            if air_at is None or air_at == reminder.airs_at:
                continue
            whose = reminder.user_id, reminder.show_id
            believed = moved_from(reminder.airs_at, air_at, reminder.moved_from, sure=whose not in unsure)
            fires_at = reminder.fires_at
            if reminder.snoozed_at is None:
                # A lead that is over already is no lateness of ours.
                fires_at = max(air_at - timedelta(minutes=reminder.lead_minutes), now)
                await due.move(tx, DueKind.REMINDER, reminder.id, fires_at)
            await reminders.follow(tx, reminder.id, airs_at=air_at, fires_at=fires_at, moved_from=believed)
            moved.append(Moved(*whose, known=believed is None))
        return moved
