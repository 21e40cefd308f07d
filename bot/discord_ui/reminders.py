"""`/remind`, and the buttons of reminders: changing, cancelling, and putting them off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.app.reminders import Reminders
from bot.app.services import Services
from bot.app.shows import chosen_episode, episode_of
from bot.app.standing_reminders import StandingReminders
from bot.core.airing import airing, airs_at
from bot.core.errors import UserError
from bot.core.reminder import Delivery, Reminder, StandingReminder
from bot.core.show import Show
from bot.core.text import cut, plain
from bot.core.when import HORIZON, MOST_LEADS, Unclear, read_lead, read_leads
from bot.core.zones import day_later
from bot.discord_ui import reply as replies
from bot.discord_ui import stamps
from bot.discord_ui.corrections import explained
from bot.discord_ui.desk import Ask, Desk, bot_is_here, message_channel
from bot.discord_ui.failures import Failures
from bot.discord_ui.options import Choices, episode_name
from bot.discord_ui.press import Presses, button, mark
from bot.discord_ui.reminder_words import (
    cancelled,
    every_name,
    lead_typed,
    lead_words,
    leads_words,
    name_of,
    own_time,
)
from bot.discord_ui.reply import Reply
from bot.discord_ui.services import service_name
from bot.discord_ui.typed_times import ask_back, instant, read_typed
from bot.l10n.speaker import Speaker


class RemindCommand(commands.Cog):
    """`/remind` and the buttons of reminders."""

    def __init__(
        self,
        desk: Desk,
        choices: Choices,
        presses: Presses,
        reminders: Reminders,
        standing: StandingReminders,
        services: Services,
        failures: Failures,
    ) -> None:
        self._desk = desk
        self._reminders = reminders
        self._standing = standing
        self._services = services
        self._failures = failures
        self.remind.autocomplete("episode")(choices.coming_episodes)
        self.remind.autocomplete("show")(choices.shows)
        presses.on("remind", self._press_remind, str, int)
        presses.on("lead", self._press_lead, int)
        presses.on("unremind", self._press_cancel, _ids)
        presses.on("leads", self._press_leads, int)
        presses.on("unremind-every", self._press_cancel_every, int)
        presses.on("snooze", self._press_snooze, int, int, mark)
        presses.on("snooze-day", self._press_snooze_day, int, mark)
        presses.on("snooze?", self._press_ask_snooze, int, mark)
        presses.on("snooze-at", self._press_snooze_at, int, instant)

    @app_commands.command(name="remind", description="Be told before an episode airs")
    @app_commands.describe(
        episode="Which episode; the next one if left out",
        lead="How long before, such as 30 min, or up to four: 1 day, 15 min",
        every="Before every episode, also those that have no date yet",
        show="Which show",
    )
    async def remind(
        self,
        interaction: discord.Interaction,
        episode: int | None = None,
        lead: str | None = None,
        every: bool = False,
        show: str | None = None,
    ) -> None:
        """Be reminded before an episode, or before every one."""
        ask = await self._desk.ask(interaction, show, private=True)
        leads = await self._leads(ask) if lead is None else read_leads(lead)
        if every:
            if episode is not None:
                raise UserError("reminder.one-or-every")
            await self._remind_every(ask, leads)
            return
        number = _next(ask) if episode is None else chosen_episode(ask.show, episode).number
        await self._remind(ask, number, leads)

    async def _leads(self, ask: Ask) -> tuple[int, ...]:
        """The leads of somebody who names none."""
        return await self._reminders.usual_leads(ask.asker.user_id, ask.asker.guild_id)

    async def _remind(self, ask: Ask, number: int, leads: tuple[int, ...]) -> None:
        interaction = ask.interaction
        reachable = bot_is_here(interaction)
        # Where the bot isn't itself, nobody can tell it of other times.
        show = ask.local if reachable else self._show(ask.show.id)
        episode = episode_of(show, number)
        plan = self._reminders.plan(show, episode, leads)
        dm_channel_id = await message_channel(interaction)
        made = await self._reminders.create(
            user_id=ask.asker.user_id,
            show=show,
            episode=episode,
            leads=leads,
            channel_id=ask.asker.channel_id if reachable else None,
            guild_id=ask.asker.guild_id if reachable else None,
            dm_channel_id=dm_channel_id,
            locale=ask.asker.locale,
        )
        await ask.answer(await self._confirmed(ask, made, plan.over))

    async def _remind_every(self, ask: Ask, leads: tuple[int, ...]) -> None:
        reachable = bot_is_here(ask.interaction)
        wish = await self._standing.create(
            user_id=ask.asker.user_id,
            show=self._show(ask.show.id),
            leads=leads,
            channel_id=ask.asker.channel_id if reachable else None,
            guild_id=ask.asker.guild_id if reachable else None,
            dm_channel_id=await message_channel(ask.interaction),
            locale=ask.asker.locale,
        )
        await ask.answer(await self.confirmed_every(ask, wish))

    async def confirmed_every(self, ask: Ask, wish: StandingReminder) -> Reply:
        """What a wish for every episode means."""
        say = ask.say
        reply = Reply().add(
            "🔁 "
            + say(
                "reminder.set-every",
                show=plain(say.text(ask.show.title)),
                leads=leads_words(say, wish.leads),
            )
        )
        active = await self._reminders.active(wish.user_id)
        coming = next((one for one in active if one.show_id == wish.show_id), None)
        episode = None if coming is None else ask.show.episode(coming.episode)
        if coming is not None and episode is not None:
            name = episode_name(say, ask.show, episode)
            at, relative = stamps.full(coming.fires_at), stamps.relative(coming.fires_at)
            reply.add(say("reminder.set-every-next", episode=name, at=at, relative=relative))
        if wish.on_service:
            service = await self._services.of(wish.user_id, ask.show)
            key = "subscribe.unpicked" if service is None else "subscribe.on-service"
            reply.add(say(key, service="" if service is None else service_name(say, service)))
        usual = (await self._reminders.habits(wish.user_id)).choice.delivery
        delivery = usual if wish.delivery is None or usual is Delivery.NONE else wish.delivery
        reply.add("-# " + how(say, delivery, here=wish.channel_id is not None))
        return reply.row(
            button(say("button.change-lead"), "leads", wish.id, emoji="⏱️"),
            button(say("button.cancel-reminder"), "unremind-every", wish.id, emoji="🗑️"),
        )

    async def _confirmed(self, ask: Ask, made: Sequence[Reminder], over: Sequence[int] = ()) -> Reply:
        say = ask.say
        first = made[0]
        about = {
            "show": plain(say.text(ask.show.title)),
            "episode": episode_name(say, ask.show, episode_of(ask.show, first.episode)),
        }
        times = [
            {
                "lead": lead_words(say, reminder.lead_minutes),
                "at": stamps.full(reminder.fires_at),
                "relative": stamps.relative(reminder.fires_at),
            }
            for reminder in made
        ]
        reply = Reply()
        if len(made) == 1:
            reply.add("🔔 " + say("reminder.set", **about, **times[0]))
        else:
            reply.add("🔔 " + say("reminder.set-several", **about))
            reply.add(*("- " + say("reminder.set-line", **time) for time in times))
        if over:
            reply.add("-# " + say("reminder.left-out", leads=leads_words(say, over)))
        if any(reminder.fires_at != own_time(reminder) for reminder in made if reminder.snoozed_at is None):
            reply.add("-# " + say("reminder.quiet"))
        episode = ask.local.episode(first.episode)
        reply.add(*(() if episode is None else explained(say, episode)))
        delivery = (await self._reminders.habits(ask.asker.user_id)).choice.delivery
        reply.add("-# " + how(say, delivery, here=first.channel_id is not None))
        ids = "-".join(str(reminder.id) for reminder in made)
        return reply.row(
            button(say("button.change-lead"), "lead", first.id, emoji="⏱️") if len(made) == 1 else None,
            button(say("button.cancel-reminder"), "unremind", ids, emoji="🗑️"),
        )

    # -------------------------------------------------------------- presses

    async def _press_remind(self, interaction: discord.Interaction, key: str, number: int) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        try:
            await self._remind(ask, number, await self._leads(ask))
        except UserError as error:
            if error.key != "reminder.lead-past":
                raise
            # Less than the usual lead is left; the moment itself still helps.
            await self._remind(ask, number, (0,))

    async def _press_lead(self, interaction: discord.Interaction, reminder_id: int) -> None:
        say = self._desk.speaker(interaction)
        reminder = await self._reminders.get(reminder_id, interaction.user.id)

        async def typed(interaction: discord.Interaction, lead: str) -> None:
            await self.change_lead(interaction, reminder.id, lead)

        await interaction.response.send_modal(LeadModal(say, self, lead_typed(reminder.lead_minutes), typed))

    async def _press_leads(self, interaction: discord.Interaction, standing_id: int) -> None:
        say = self._desk.speaker(interaction)
        wish = await self._standing.get(standing_id, interaction.user.id)

        async def typed(interaction: discord.Interaction, lead: str) -> None:
            await self.change_leads(interaction, wish.id, lead)

        now = ", ".join(lead_typed(lead) for lead in wish.leads)
        await interaction.response.send_modal(LeadModal(say, self, now, typed))

    async def change_leads(self, interaction: discord.Interaction, standing_id: int, typed: str) -> None:
        """Take other leads for a wish for every episode."""
        wish = await self._standing.get(standing_id, interaction.user.id)
        ask = await self._desk.ask(interaction, self._show(wish.show_id), private=True)
        changed = await self._standing.change_leads(wish.id, wish.user_id, self._show(wish.show_id), read_leads(typed))
        await ask.answer(await self.confirmed_every(ask, changed))

    def _show(self, show_id: str) -> Show:
        """A show that something is kept about. Raises UserError("show.gone")."""
        show = self._desk.shows.get(show_id)
        if show is None:
            raise UserError("show.gone")
        return show

    async def change_lead(self, interaction: discord.Interaction, reminder_id: int, typed: str) -> None:
        """Take another lead for a reminder."""
        reminder = await self._reminders.get(reminder_id, interaction.user.id)
        ask = await self._desk.ask(interaction, self._show(reminder.show_id), private=True)
        changed = await self._reminders.change_lead(
            reminder_id, interaction.user.id, self._show(reminder.show_id), read_lead(typed)
        )
        await ask.answer(await self._confirmed(ask, [changed]))

    async def tell_failure(self, interaction: discord.Interaction, error: Exception) -> None:
        """Answer a modal that failed."""
        await self._failures.tell(interaction, error)

    async def _press_cancel(self, interaction: discord.Interaction, reminder_ids: tuple[int, ...]) -> None:
        ask = await self._desk.ask(interaction, private=True)
        gone = await self._reminders.cancel(reminder_ids, interaction.user.id)
        await ask.answer(cancelled(ask.say, [name_of(ask.say, self._desk.shows, one) for one in gone]))

    async def _press_cancel_every(self, interaction: discord.Interaction, standing_id: int) -> None:
        ask = await self._desk.ask(interaction, private=True)
        wish = await self._standing.cancel(standing_id, interaction.user.id)
        await ask.answer(cancelled(ask.say, [every_name(ask.say, self._desk.shows, wish)]))

    async def _press_snooze(
        self, interaction: discord.Interaction, reminder_id: int, minutes: int, message: str
    ) -> None:
        ask = await self._desk.ask(interaction, private=True)
        reminder_id = await self._reminders.meant(reminder_id, interaction.user.id, message)
        if not 1 <= minutes <= 24 * 60:
            raise UserError("button.stale")
        await ask.answer(await self._snooze(ask, reminder_id, ask.now + timedelta(minutes=minutes)))

    async def _press_snooze_day(self, interaction: discord.Interaction, reminder_id: int, message: str) -> None:
        ask = await self._desk.ask(interaction, private=True)
        reminder_id = await self._reminders.meant(reminder_id, interaction.user.id, message)
        await ask.answer(await self._snooze(ask, reminder_id, day_later(ask.now, ask.asker.zone)))

    async def _press_ask_snooze(self, interaction: discord.Interaction, reminder_id: int, message: str) -> None:
        say = self._desk.speaker(interaction)
        reminder_id = await self._reminders.meant(reminder_id, interaction.user.id, message)
        await self._reminders.get(reminder_id, interaction.user.id)
        await interaction.response.send_modal(SnoozeModal(say, self, reminder_id))

    async def snooze_until(self, interaction: discord.Interaction, reminder_id: int, typed: str) -> None:
        """Take the time that was typed into the modal."""
        reminder = await self._reminders.get(reminder_id, interaction.user.id)
        ask = await self._desk.ask(interaction, self._show(reminder.show_id), private=True)
        found = read_typed(ask, typed, reminder.airs_at)
        if isinstance(found, Unclear):
            await ask.answer(ask_back(ask, found, lambda seconds: ("snooze-at", (reminder_id, seconds))))
            return
        await ask.answer(await self._snooze(ask, reminder_id, found.at))

    async def _press_snooze_at(self, interaction: discord.Interaction, reminder_id: int, at: datetime) -> None:
        ask = await self._desk.ask(interaction, private=True)
        if at <= ask.now:
            raise UserError("when.past", at=at)
        if at > ask.now + HORIZON:
            raise UserError("button.stale")
        # In place of the question, so that it isn't answered a second time.
        await replies.replace(interaction, await self._snooze(ask, reminder_id, at))

    async def _snooze(self, ask: Ask, reminder_id: int, at: datetime) -> Reply:
        await self._reminders.snooze(reminder_id, ask.asker.user_id, at)
        # On another day the time of day alone would mislead.
        shown = stamps.clock(at) if at - ask.now < timedelta(hours=12) else stamps.full(at)
        return Reply(["💤 " + ask.say("reminder.snoozed", at=shown, relative=stamps.relative(at))])


def how(say: Speaker, delivery: Delivery, *, here: bool) -> str:
    """In which way reminders come; ``here``: they were asked for in a channel that the bot can write in."""
    match delivery:
        case Delivery.DM:
            return say("reminder.how" if here else "reminder.how-direct")
        case Delivery.MENTION:
            return say("reminder.how-mention" if here else "reminder.how-direct")
        case Delivery.NONE:
            return say("reminder.how-none")


def _next(ask: Ask) -> int:
    """The number of the next episode. Raises UserError("reminder.no-next") where none has a date."""
    coming = [episode for episode in airing(ask.local, ask.now).next if airs_at(episode) is not None]
    if not coming:
        raise UserError("reminder.no-next", show=ask.show)
    return coming[0].number


def _ids(text: str) -> tuple[int, ...]:
    """The ids in a button, as many as there can be leads. Raises ValueError for anything else."""
    found = tuple(int(part) for part in text.split("-"))
    if len(found) > MOST_LEADS or any(not 0 < one < 2**63 for one in found):
        raise ValueError(text)
    return found


class LeadModal(ui.Modal):
    """Asks for another lead, or for others; ``now`` are those there are, and ``done`` is called with what was typed."""

    def __init__(
        self,
        say: Speaker,
        cog: RemindCommand,
        now: str,
        done: Callable[[discord.Interaction, str], Awaitable[None]],
    ) -> None:
        super().__init__(title=cut(say("lead.modal-title"), 45), timeout=15 * 60)
        self._cog = cog
        self._done = done
        self.typed: ui.TextInput[LeadModal] = ui.TextInput(
            placeholder=cut(say("lead.modal-example"), 100),
            default=now,
            max_length=100,
        )
        self.add_item(ui.Label(text=cut(say("lead.modal-label"), 45), component=self.typed))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await self._done(interaction, self.typed.value)

    async def on_error(self, interaction: discord.Interaction, error: Exception) -> None:
        await self._cog.tell_failure(interaction, error)


class SnoozeModal(ui.Modal):
    """Asks until when a reminder is put off."""

    def __init__(self, say: Speaker, cog: RemindCommand, reminder_id: int) -> None:
        super().__init__(title=cut(say("snooze.modal-title"), 45), timeout=15 * 60)
        self._cog = cog
        self._reminder_id = reminder_id
        self.typed: ui.TextInput[SnoozeModal] = ui.TextInput(
            placeholder=cut(say("snooze.modal-example"), 100), max_length=100
        )
        self.add_item(ui.Label(text=cut(say("snooze.modal-label"), 45), component=self.typed))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await self._cog.snooze_until(interaction, self._reminder_id, self.typed.value)

    async def on_error(self, interaction: discord.Interaction, error: Exception) -> None:
        await self._cog.tell_failure(interaction, error)
