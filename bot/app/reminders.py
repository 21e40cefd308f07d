"""Personal reminders: asking for one, listing, putting off and cancelling them, and following the schedule."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.app.clock import Clock
from bot.app.moves import Moved
from bot.app.shows import Shows
from bot.app.timetables import Timetables
from bot.core.airing import airs_at
from bot.core.errors import UserError
from bot.core.quiet import placed
from bot.core.reminder import DueKind, Reminder, ReminderChoice, ReminderState, moved_from
from bot.core.service import comes_at
from bot.core.show import Episode, Show
from bot.store import bundles, due, people, reminder_choices, reminders, services, standing_reminders
from bot.store.database import Database, Transaction

#: How long before an episode a reminder comes where nobody has said anything, in minutes.
USUAL_LEAD = 15
#: In the place of a reminder's id: the reminder of whoever presses the button, of which its message told.
OF_WHOEVER_PRESSES = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """When an episode airs, UTC, and the leads for it, in minutes: those that can be kept, and those that are over."""

    airs_at: datetime
    leads: tuple[int, ...]
    over: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Habits:
    """How somebody wants to be reminded, and the zone that their quiet hours are in (None: not known)."""

    choice: ReminderChoice
    zone: str | None

    def placed(self, at: datetime, useful_until: datetime, now: datetime) -> datetime:
        """When something comes that is to come at ``at``, with regard to their quiet hours."""
        return placed(at, useful_until, now, self.choice.quiet, self.zone)


async def habits(tx: Transaction, user_id: int) -> Habits:
    """How somebody wants to be reminded."""
    return Habits(await reminder_choices.get(tx, user_id), await people.zone(tx, user_id))


class Reminders:
    """Reminders of one person. ``poke`` wakes whatever delivers what falls due."""

    def __init__(
        self, database: Database, clock: Clock, poke: Callable[[], None], usual_lead: int = USUAL_LEAD
    ) -> None:
        self._database = database
        self._clock = clock
        self._poke = poke
        self._usual = (usual_lead,)

    def plan(self, show: Show, episode: Episode, leads: tuple[int, ...]) -> Plan:
        """What can be done about reminders before an episode.

        Raises UserError: "reminder.no-date", "reminder.aired", or "reminder.lead-past" where only the leads are
        over.
        """
        air_at = airs_at(episode)
        now = self._clock.now()
        if air_at is None:
            raise UserError("reminder.no-date", number=episode)
        if air_at <= now:
            raise UserError("reminder.aired", number=episode, at=air_at)
        over = tuple(lead for lead in leads if air_at - timedelta(minutes=lead) <= now)
        if len(over) == len(leads):
            raise UserError("reminder.lead-past", number=episode, at=air_at, lead=min(leads))
        return Plan(air_at, tuple(lead for lead in leads if lead not in over), over)

    async def create(
        self,
        *,
        user_id: int,
        show: Show,
        episode: Episode,
        leads: tuple[int, ...],
        channel_id: int | None,
        guild_id: int | None,
        dm_channel_id: int | None,
        locale: str,
    ) -> tuple[Reminder, ...]:
        """Remind somebody before an episode, once for each of ``leads`` (minutes) that is not over.

        The same wish twice is one reminder. All or none: raises UserError as `plan`, or "reminder.too-many".
        """
        plan = self.plan(show, episode, leads)
        now = self._clock.now()
        made: list[Reminder] = []
        async with self._database.begin() as tx:
            theirs = await habits(tx, user_id)
            for lead in plan.leads:
                fires_at = theirs.placed(plan.airs_at - timedelta(minutes=lead), plan.airs_at, now)
                reminder, new = await reminders.create(
                    tx,
                    user_id=user_id,
                    show_id=show.id,
                    episode=episode.number,
                    lead_minutes=lead,
                    airs_at=plan.airs_at,
                    fires_at=fires_at,
                    channel_id=channel_id,
                    guild_id=guild_id,
                    dm_channel_id=dm_channel_id,
                    locale=locale,
                    now=now,
                )
                if new:
                    await due.add(tx, DueKind.REMINDER, reminder.id, fires_at)
                made.append(reminder)
        self._poke()
        return tuple(made)

    async def habits(self, user_id: int) -> Habits:
        """How somebody wants to be reminded."""
        async with self._database.read() as tx:
            return await habits(tx, user_id)

    async def usual_leads(self, user_id: int, guild_id: int | None) -> tuple[int, ...]:
        """The leads of somebody who names none, in minutes: their own, else the server's, else the bot's."""
        async with self._database.read() as tx:
            chosen = (await reminder_choices.get(tx, user_id)).leads
            if chosen is None and guild_id is not None:
                chosen = await reminder_choices.of_server(tx, guild_id)
        return chosen or self._usual

    async def server_leads(self, guild_id: int) -> tuple[tuple[int, ...], bool]:
        """The leads of a server's members who have said nothing, in minutes, and whether they were set there."""
        async with self._database.read() as tx:
            chosen = await reminder_choices.of_server(tx, guild_id)
        return chosen or self._usual, chosen is not None

    async def save_server_leads(self, guild_id: int, leads: tuple[int, ...] | None) -> None:
        """Keep a server's leads, in minutes (None: the usual)."""
        async with self._database.begin() as tx:
            await reminder_choices.put_server(tx, guild_id, leads)

    async def choose(self, user_id: int, change: Callable[[ReminderChoice], ReminderChoice]) -> Habits:
        """Change how somebody wants to be reminded; what they asked for already follows.

        Raises UserError("quiet.no-zone") for quiet hours of somebody whose zone isn't known.
        """
        async with self._database.begin() as tx:
            before = await habits(tx, user_id)
            after = Habits(change(before.choice), before.zone)
            if after.choice.quiet is not None and after.choice.quiet != before.choice.quiet and after.zone is None:
                raise UserError("quiet.no-zone")
            await reminder_choices.put(tx, user_id, after.choice)
            await self._replan(tx, user_id, after)
        self._poke()
        return after

    async def replan(self, user_id: int) -> None:
        """Move somebody's reminders with their quiet hours, after their zone has changed."""
        async with self._database.begin() as tx:
            await self._replan(tx, user_id, await habits(tx, user_id))
        self._poke()

    async def _replan(self, tx: Transaction, user_id: int, theirs: Habits) -> None:
        now = self._clock.now()
        for reminder in await reminders.list_active(tx, user_id):
            # What is due already is being sent, what was put off comes when its owner said, and some have no date.
            if reminder.fires_at <= now or reminder.snoozed_at is not None or reminder.undated_at is not None:
                continue
            fires_at = self._fires_at(reminder.airs_at, reminder.lead_minutes, theirs)
            if fires_at != reminder.fires_at:
                await reminders.follow(
                    tx, reminder.id, airs_at=reminder.airs_at, fires_at=fires_at, moved_from=reminder.moved_from
                )
                await due.move(tx, DueKind.REMINDER, reminder.id, fires_at)

    def _fires_at(self, air_at: datetime, lead_minutes: int, theirs: Habits) -> datetime:
        """When a reminder comes; one whose lead is over comes at once, which is no lateness of ours."""
        now = self._clock.now()
        return theirs.placed(max(air_at - timedelta(minutes=lead_minutes), now), air_at, now)

    async def active(self, user_id: int) -> tuple[Reminder, ...]:
        """Reminders still to come, soonest first; also those that come of a wish for every episode."""
        async with self._database.read() as tx:
            return await reminders.list_active(tx, user_id)

    async def undelivered(self, user_id: int) -> tuple[tuple[Reminder, str], ...]:
        """Reminders that could not be delivered or were dropped, newest first, each with the reason."""
        async with self._database.read() as tx:
            return tuple(await due.undelivered_reminders(tx, user_id))

    async def cancel(self, reminder_ids: Collection[int], user_id: int) -> tuple[Reminder, ...]:
        """Cancel reminders of one's own; those that were still to come.

        What a wish for every episode asks for as well comes all the same, of that wish. Raises
        UserError("reminder.gone") where none of them was still to come, or only as a part of such a wish.
        """
        gone: list[Reminder] = []
        async with self._database.begin() as tx:
            for reminder_id in reminder_ids:
                reminder = await reminders.get(tx, reminder_id)
                if reminder is None or not _dealt_with(reminder, user_id):
                    continue
                wish = await standing_reminders.of(tx, user_id, reminder.show_id)
                if wish is not None and reminder.lead_minutes in wish.leads and reminder.snoozed_at is None:
                    await reminders.hand_over(tx, reminder_id, wish.id)
                else:
                    await reminders.cancel(tx, reminder_id, user_id)
                    await due.withdraw(tx, (DueKind.REMINDER,), reminder_id)
                gone.append(reminder)
        if not gone:
            raise UserError("reminder.gone")
        return tuple(gone)

    async def change_lead(self, reminder_id: int, user_id: int, show: Show, lead_minutes: int) -> Reminder:
        """Another lead for a reminder of one's own, in one transaction. ``show`` is as it is published."""
        async with self._database.begin() as tx:
            reminder = await reminders.get(tx, reminder_id)
            if reminder is None or not _dealt_with(reminder, user_id):
                raise UserError("reminder.gone")
            show = await Timetables(tx).watched(reminder.guild_id, show)
            episode = show.episode(reminder.episode)
            if episode is None:
                raise UserError("reminder.gone")
            air_at = self.plan(show, episode, (lead_minutes,)).airs_at
            fires_at = self._fires_at(air_at, lead_minutes, await habits(tx, user_id))
            changed = await reminders.move(
                tx, reminder_id, airs_at=air_at, fires_at=fires_at, lead_minutes=lead_minutes
            )
            await due.move(tx, DueKind.REMINDER, reminder_id, fires_at)
            wish = await standing_reminders.of(tx, user_id, reminder.show_id)
            if wish is not None and reminder.lead_minutes in wish.leads and reminder.snoozed_at is None:
                # It stood for the wish as well, which asks for the former lead still.
                left = await reminders.create_standing(
                    tx,
                    wish,
                    episode=reminder.episode,
                    lead_minutes=reminder.lead_minutes,
                    airs_at=reminder.airs_at,
                    fires_at=reminder.fires_at,
                    now=self._clock.now(),
                )
                await due.add(tx, DueKind.REMINDER, left.id, left.fires_at)
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

    async def meant(self, reminder_id: int, user_id: int, mark: str) -> int:
        """The id of the reminder that a button is about for this person; ``mark`` is its message's nonce.

        In a message for several people everybody's own is meant. Raises UserError("reminder.gone").
        """
        if reminder_id != OF_WHOEVER_PRESSES:
            return reminder_id
        async with self._database.read() as tx:
            found = await bundles.theirs(tx, mark, user_id)
        if found is None:
            raise UserError("reminder.gone")
        return found

    async def get(self, reminder_id: int, user_id: int) -> Reminder:
        """A reminder of one's own. Raises UserError("reminder.gone")."""
        async with self._database.read() as tx:
            reminder = await reminders.get(tx, reminder_id)
        if reminder is None or reminder.user_id != user_id:
            raise UserError("reminder.gone")
        return reminder

    async def follow(self, tx: Transaction, shows: Shows, unsure: frozenset[tuple[int, str]]) -> list[Moved]:
        """See `bot.app.moves.Follower`. What its owner has put off stays where they put it.

        Where there is no date any more, reminders wait until there is one again.
        """
        known: dict[int, Habits] = {}
        moved: list[Moved] = []
        times = Timetables(tx)
        on_service = {wish.id for wish in await standing_reminders.all_active(tx) if wish.on_service}
        used = await services.everybody(tx)
        for reminder in await reminders.all_active(tx):
            found = await times.watched_episodes(
                reminder.guild_id, shows.episodes(reminder.show_id, (reminder.episode,))
            )
            service = (
                services.used_for(used, reminder.user_id, reminder.show_id)
                if reminder.standing_id in on_service
                else None
            )
            air_at = None if found is None else comes_at(found[1][0], service)
            whose = reminder.user_id, reminder.show_id
            sure = whose not in unsure
            if found is not None and air_at is None and reminder.undated_at is None and reminder.snoozed_at is None:
                believed = _believed_of_none(reminder, sure=sure)
                await due.withdraw(tx, (DueKind.REMINDER,), reminder.id)
                await reminders.lose_date(tx, reminder.id, self._clock.now(), believed)
                moved.append(Moved(*whose, believed is None, reminder.fires_at))
                continue
            if air_at is None or (air_at == reminder.airs_at and reminder.undated_at is None):
                continue
            if _knows_of_none(reminder, sure=sure):
                believed = air_at
            else:
                believed = moved_from(reminder.airs_at, air_at, reminder.moved_from, sure=sure)
            if reminder.undated_at is not None:
                # When it is due is said below.
                await due.add(tx, DueKind.REMINDER, reminder.id, reminder.fires_at)
            fires_at = reminder.fires_at
            if reminder.snoozed_at is None:
                if reminder.user_id not in known:
                    known[reminder.user_id] = await habits(tx, reminder.user_id)
                fires_at = self._fires_at(air_at, reminder.lead_minutes, known[reminder.user_id])
                await due.move(tx, DueKind.REMINDER, reminder.id, fires_at)
            await reminders.follow(tx, reminder.id, airs_at=air_at, fires_at=fires_at, moved_from=believed)
            moved.append(Moved(*whose, believed is None, fires_at))
        return moved


def _knows_of_none(reminder: Reminder, *, sure: bool) -> bool:
    """Whether its owner may believe that the episode has no date."""
    if reminder.undated_at is not None:
        return reminder.moved_from is None or not sure
    return reminder.moved_from == reminder.airs_at


def _believed_of_none(reminder: Reminder, *, sure: bool) -> datetime | None:
    """What its owner believes of an episode that has lost its date; None where they believe just that."""
    if sure and reminder.moved_from == reminder.airs_at:
        return None
    return reminder.airs_at if reminder.moved_from is None else reminder.moved_from


def _dealt_with(reminder: Reminder, user_id: int) -> bool:
    """Whether this person can still change a reminder, by itself."""
    return reminder.user_id == user_id and reminder.state is ReminderState.ACTIVE and reminder.by_itself
