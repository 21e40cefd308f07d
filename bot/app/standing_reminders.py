"""Being reminded before every episode of a show: one wish, with reminders for each episode that has a date.

A wish makes a reminder for every episode to come and every lead that isn't over, and more as episodes get dates. It
makes none where its owner has asked for the same by itself, or has been told at that lead already and the episode has
not moved since.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Literal

from bot.app.clock import Clock
from bot.app.moves import Moved
from bot.app.reminders import habits
from bot.app.shows import Shows
from bot.app.timetables import Timetables
from bot.core.airing import Phase, airing
from bot.core.errors import UserError
from bot.core.reminder import Delivery, DueKind, ReminderState, StandingReminder
from bot.core.service import Service, together
from bot.core.show import Show
from bot.store import due, reminders, services, standing_reminders
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
        subscribed: Delivery | Literal["usual"] | None = None,
    ) -> StandingReminder:
        """Remind somebody before every episode, at each of ``leads`` (minutes); other leads for the wish there is.

        ``subscribed``: before it comes out on the service that they use, told there or as usual; such a wish takes
        the place of the one there is. ``show`` is as it is published; what the server goes by counts.
        Raises UserError: "reminder.finished" where no episode is to come, or "reminder.too-many-shows".
        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            if airing(await Timetables(tx).watched(guild_id, show), now).phase is Phase.FINISHED:
                raise UserError("reminder.finished", show=show)
            chosen = subscribed if isinstance(subscribed, Delivery) else None
            others = {} if subscribed is None else {"on_service": True, "delivery": chosen}
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
                **others,
            )
            if subscribed is not None:
                # Their times and places may all be others now.
                await self._withdraw(tx, wish)
            await self._keep_to(tx, show, wish)
        self._poke()
        return wish

    async def get(self, standing_id: int, user_id: int) -> StandingReminder:
        """A wish of one's own. Raises UserError("reminder.gone")."""
        async with self._database.read() as tx:
            return _own(await standing_reminders.get(tx, standing_id, user_id))

    async def of(self, user_id: int, show: Show) -> StandingReminder | None:
        """Somebody's wish for a show."""
        async with self._database.read() as tx:
            return await standing_reminders.of(tx, user_id, show.id)

    async def replace(self, tx: Transaction, user_id: int, shows: Shows) -> None:
        """Let somebody's subscriptions go by the service that they use now; `tell` once that is committed."""
        for wish in await standing_reminders.list_active(tx, user_id):
            show = shows.get(wish.show_id)
            if wish.on_service and show is not None:
                await self._withdraw(tx, wish)
                await self._keep_to(tx, show, wish)

    def tell(self) -> None:
        """Let what has been queued be delivered."""
        self._poke()

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

    async def _withdraw_second(
        self, tx: Transaction, show: Show, service: Service | None, wish: StandingReminder
    ) -> None:
        """Withdraw the reminders of what has come to come out together with an episode before it."""
        first = {episodes[0].number for episodes in together(show, service).values()}
        for reminder in await reminders.list_active(tx, wish.user_id):
            ours = reminder.standing_id == wish.id and not reminder.by_itself and reminder.undated_at is None
            if ours and reminder.episode not in first:
                await reminders.cancel(tx, reminder.id, wish.user_id)
                await due.withdraw(tx, (DueKind.REMINDER,), reminder.id)

    async def _withdraw(self, tx: Transaction, wish: StandingReminder, but: tuple[int, ...] = ()) -> None:
        for reminder in await reminders.list_active(tx, wish.user_id):
            if reminder.standing_id == wish.id and reminder.lead_minutes not in but:
                await reminders.cancel(tx, reminder.id, wish.user_id)
                await due.withdraw(tx, (DueKind.REMINDER,), reminder.id)

    async def _fill(self, tx: Transaction, times: Timetables, show: Show, wish: StandingReminder) -> None:
        now = self._clock.now()
        here = await times.watched(wish.guild_id, show)
        service = await services.get(tx, wish.user_id, show.id) if wish.on_service else None
        # What comes out together is told together, by the reminder before the first of it.
        coming = [(episodes[0], at) for at, episodes in sorted(together(here, service).items()) if at > now]
        if not coming:
            return
        await self._withdraw_second(tx, here, service, wish)
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
