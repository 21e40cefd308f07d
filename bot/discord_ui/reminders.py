"""`/remind` and `/reminders`: being told before an episode, in direct messages."""

from __future__ import annotations

import contextlib

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.app.reminders import Reminders as ReminderDesk
from bot.app.shows import episode_of
from bot.core.errors import UserError
from bot.core.reminder import Reminder
from bot.core.text import cut, plain
from bot.core.when import read_lead
from bot.discord_ui import stamps
from bot.discord_ui.desk import Ask, Desk, alone_with_bot, bot_is_here
from bot.discord_ui.failures import Failures
from bot.discord_ui.options import Choices, episode_name
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply
from bot.l10n.speaker import Speaker

#: A message holds at most this many rows of buttons; the list shows no more than that at once.
_LISTED = 10


class RemindCommand(commands.Cog):
    """`/remind` and the buttons of reminders."""

    def __init__(
        self,
        desk: Desk,
        choices: Choices,
        presses: Presses,
        reminders: ReminderDesk,
        failures: Failures,
        default_lead: int,
    ) -> None:
        self._desk = desk
        self._reminders = reminders
        self._failures = failures
        self._default_lead = default_lead
        self.remind.autocomplete("episode")(choices.coming_episodes)
        self.remind.autocomplete("show")(choices.shows)
        presses.on("remind", self._press_remind, str, int)
        presses.on("lead", self._press_lead, int)
        presses.on("unremind", self._press_cancel, int)
        presses.on("snooze", self._press_snooze, int, int, str)

    @app_commands.command(name="remind", description="Get a direct message before an episode airs")
    @app_commands.describe(episode="Which episode", lead="How long before, such as 30 min or 1 h", show="Which show")
    async def remind(
        self,
        interaction: discord.Interaction,
        episode: int,
        lead: str | None = None,
        show: str | None = None,
    ) -> None:
        """Be reminded before an episode."""
        ask = await self._desk.ask(interaction, show, private=True)
        minutes = self._default_lead if lead is None else read_lead(lead)
        await self._remind(ask, episode, minutes)

    async def _remind(self, ask: Ask, number: int, lead: int) -> None:
        episode = episode_of(ask.show, number)
        self._reminders.plan(ask.show, episode, lead)
        interaction = ask.interaction
        # Opened while they are here and asking: Discord distrusts a bot that opens many at once later.
        dm_channel_id = interaction.channel_id if alone_with_bot(interaction) else None
        if dm_channel_id is None:
            with contextlib.suppress(discord.HTTPException):
                dm_channel_id = (await interaction.user.create_dm()).id
        reachable = bot_is_here(interaction)
        reminder = await self._reminders.create(
            user_id=ask.asker.user_id,
            show=ask.show,
            episode=episode,
            lead_minutes=lead,
            channel_id=ask.asker.channel_id if reachable else None,
            guild_id=ask.asker.guild_id if reachable else None,
            dm_channel_id=dm_channel_id,
            locale=ask.asker.locale,
        )
        await ask.answer(self._confirmed(ask.say, ask, reminder))

    def _confirmed(self, say: Speaker, ask: Ask, reminder: Reminder) -> Reply:
        name = episode_name(say, ask.show, episode_of(ask.show, reminder.episode))
        return (
            Reply()
            .add(
                "🔔 "
                + say(
                    "reminder.set",
                    show=plain(say.text(ask.show.title)),
                    episode=name,
                    at=stamps.full(reminder.fires_at),
                    relative=stamps.relative(reminder.fires_at),
                    lead=_lead(say, reminder.lead_minutes),
                ),
                "-# " + say("reminder.how" if reminder.channel_id is not None else "reminder.how-direct"),
            )
            .row(
                button(say("button.change-lead"), "lead", reminder.id, emoji="⏱️"),
                button(say("button.cancel-reminder"), "unremind", reminder.id, emoji="🗑️"),
            )
        )

    # -------------------------------------------------------------- presses

    async def _press_remind(self, interaction: discord.Interaction, key: str, number: int) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        try:
            await self._remind(ask, number, self._default_lead)
        except UserError as error:
            if error.key != "reminder.lead-past":
                raise
            # Less than the usual lead is left; the moment itself still helps.
            await self._remind(ask, number, 0)

    async def _press_lead(self, interaction: discord.Interaction, reminder_id: int) -> None:
        say = self._desk.speaker(interaction)
        reminder = await self._reminders.get(reminder_id, interaction.user.id)
        await interaction.response.send_modal(LeadModal(say, self, reminder))

    async def change_lead(self, interaction: discord.Interaction, reminder_id: int, typed: str) -> None:
        """Take the lead that was typed into the modal."""
        reminder = await self._reminders.get(reminder_id, interaction.user.id)
        ask = await self._desk.ask(interaction, self._desk.shows.find(reminder.show_id), private=True)
        changed = await self._reminders.change_lead(reminder_id, interaction.user.id, ask.show, read_lead(typed))
        await ask.answer(self._confirmed(ask.say, ask, changed))

    async def tell_failure(self, interaction: discord.Interaction, error: Exception) -> None:
        """Answer a modal that failed."""
        await self._failures.tell(interaction, error)

    async def _press_cancel(self, interaction: discord.Interaction, reminder_id: int) -> None:
        ask = await self._desk.ask(interaction, private=True)
        cancelled = await self._reminders.cancel(reminder_id, interaction.user.id)
        await ask.answer(Reply([_cancelled(ask.say, self._desk, cancelled)]))

    async def _press_snooze(self, interaction: discord.Interaction, reminder_id: int, minutes: int, _mark: str) -> None:
        ask = await self._desk.ask(interaction, private=True)
        if not 1 <= minutes <= 24 * 60:
            raise UserError("button.stale")
        at = await self._reminders.snooze(reminder_id, interaction.user.id, minutes)
        await ask.answer(
            Reply(["💤 " + ask.say("reminder.snoozed", at=stamps.clock(at), relative=stamps.relative(at))])
        )


class LeadModal(ui.Modal):
    """Asks for another lead."""

    def __init__(self, say: Speaker, cog: RemindCommand, reminder: Reminder) -> None:
        super().__init__(title=cut(say("lead.modal-title"), 45), timeout=15 * 60)
        self._cog = cog
        self._reminder_id = reminder.id
        self.typed: ui.TextInput[LeadModal] = ui.TextInput(
            placeholder=cut(say("lead.modal-example"), 100),
            default=_lead_typed(reminder.lead_minutes),
            max_length=100,
        )
        self.add_item(ui.Label(text=cut(say("lead.modal-label"), 45), component=self.typed))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await self._cog.change_lead(interaction, self._reminder_id, self.typed.value)

    async def on_error(self, interaction: discord.Interaction, error: Exception) -> None:
        await self._cog.tell_failure(interaction, error)


class Reminders(commands.GroupCog, group_name="reminders", group_description="Your reminders"):
    """Listing and cancelling one's own reminders."""

    def __init__(self, desk: Desk, reminders: ReminderDesk) -> None:
        self._desk = desk
        self._reminders = reminders
        super().__init__()

    @app_commands.command(name="list", description="Your reminders, and those that could not be delivered")
    async def list(self, interaction: discord.Interaction) -> None:
        """What is planned, and what failed."""
        ask = await self._desk.ask(interaction, private=True)
        say = ask.say
        active = await self._reminders.active(ask.asker.user_id)
        failed = await self._reminders.undelivered(ask.asker.user_id)
        reply = Reply().add("## " + say("reminders.title"))
        if not active:
            reply.add(say("reminders.none"))
        for reminder in active[:_LISTED]:
            reply.add("- " + self._line(say, reminder))
        if len(active) > _LISTED:
            reply.add("-# " + say("reminders.more", count=len(active) - _LISTED))
        if failed:
            reply.add("### " + say("reminders.undelivered"))
            for reminder, reason in failed[:_LISTED]:
                reply.add("- " + self._line(say, reminder) + " · " + _reason(say, reason))
        await ask.answer(reply)

    @app_commands.command(name="cancel", description="Cancel one of your reminders")
    @app_commands.describe(reminder="Which reminder")
    async def cancel(self, interaction: discord.Interaction, reminder: int) -> None:
        """Cancel a reminder."""
        ask = await self._desk.ask(interaction, private=True)
        cancelled = await self._reminders.cancel(reminder, ask.asker.user_id)
        await ask.answer(Reply([_cancelled(ask.say, self._desk, cancelled)]))

    @cancel.autocomplete("reminder")
    async def _active(self, interaction: discord.Interaction, typed: int | str) -> list[app_commands.Choice[int]]:
        ask = await self._desk.ask(interaction, private=True)
        wanted = str(typed).strip().casefold()
        return [
            app_commands.Choice(name=cut(name, 100), value=found.id)
            for found in await self._reminders.active(interaction.user.id)
            if wanted in (name := _name(ask.say, self._desk, found)).casefold()
        ][:25]

    def _line(self, say: Speaker, reminder: Reminder) -> str:
        return say(
            "reminders.line",
            what=plain(_name(say, self._desk, reminder)),
            at=stamps.full(reminder.fires_at),
            relative=stamps.relative(reminder.fires_at),
        )


def _name(say: Speaker, desk: Desk, reminder: Reminder) -> str:
    """ "The Defects, episode 4 (15 minutes before)", not escaped."""
    found = desk.shows.episode(reminder.show_id, reminder.episode)
    if found is None:
        return f"{reminder.show_id} {reminder.episode}"
    show, episode = found
    return say(
        "reminders.name",
        show=say.text(show.title),
        episode=episode_name(say, show, episode),
        lead=_lead(say, reminder.lead_minutes),
    )


def _cancelled(say: Speaker, desk: Desk, reminder: Reminder) -> str:
    return say("reminder.cancelled", what=plain(_name(say, desk, reminder)))


def _lead(say: Speaker, minutes: int) -> str:
    return say("lead.at-start") if minutes == 0 else say("lead.before", duration=say.duration(minutes))


def _lead_typed(minutes: int) -> str:
    return f"{minutes} min" if minutes % 60 or minutes == 0 else f"{minutes // 60} h"


def _reason(say: Speaker, reason: str) -> str:
    known = {"dms-closed", "channel-gone", "forbidden", "over", "over-before-delivery", "show-not-loaded"}
    return say(f"undelivered.{reason}" if reason in known else "undelivered.other")
