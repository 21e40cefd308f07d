"""`/remind` and `/reminders`: being told before an episode, in direct messages."""

from __future__ import annotations

from datetime import datetime, timedelta

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.app.catch_ups import CatchUps
from bot.app.reminders import Reminders as ReminderDesk
from bot.app.shows import episode_of
from bot.core.catch_up import Sitting
from bot.core.errors import UserError
from bot.core.progress import Progress, ranges
from bot.core.reminder import Reminder
from bot.core.text import cut, plain
from bot.core.when import HORIZON, Unclear, read_lead
from bot.core.zones import day_later
from bot.discord_ui import reply as replies
from bot.discord_ui import stamps
from bot.discord_ui.desk import Ask, Desk, bot_is_here, message_channel
from bot.discord_ui.failures import Failures
from bot.discord_ui.options import Choices, episode_name, episode_names
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply
from bot.discord_ui.typed_times import ask_back, instant, read_typed
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
        presses.on("snooze-day", self._press_snooze_day, int, str)
        presses.on("snooze?", self._press_ask_snooze, int, str)
        presses.on("snooze-at", self._press_snooze_at, int, instant)

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
        dm_channel_id = await message_channel(interaction)
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
        await ask.answer(await self._snooze(ask, reminder_id, ask.now + timedelta(minutes=minutes)))

    async def _press_snooze_day(self, interaction: discord.Interaction, reminder_id: int, _mark: str) -> None:
        ask = await self._desk.ask(interaction, private=True)
        await ask.answer(await self._snooze(ask, reminder_id, day_later(ask.now, ask.asker.zone)))

    async def _press_ask_snooze(self, interaction: discord.Interaction, reminder_id: int, _mark: str) -> None:
        say = self._desk.speaker(interaction)
        await self._reminders.get(reminder_id, interaction.user.id)
        await interaction.response.send_modal(SnoozeModal(say, self, reminder_id))

    async def snooze_until(self, interaction: discord.Interaction, reminder_id: int, typed: str) -> None:
        """Take the time that was typed into the modal."""
        reminder = await self._reminders.get(reminder_id, interaction.user.id)
        ask = await self._desk.ask(interaction, self._desk.shows.find(reminder.show_id), private=True)
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


class Reminders(commands.GroupCog, group_name="reminders", group_description="Your reminders"):
    """Listing and cancelling one's own reminders."""

    def __init__(self, desk: Desk, presses: Presses, reminders: ReminderDesk, catch_ups: CatchUps) -> None:
        self._desk = desk
        self._reminders = reminders
        self._catch_ups = catch_ups
        super().__init__()
        presses.on("reminders", self._press_list, str)

    @app_commands.command(name="list", description="Your reminders, and those that could not be delivered")
    async def list(self, interaction: discord.Interaction) -> None:
        """What is planned, and what failed."""
        ask = await self._desk.ask(interaction, private=True)
        await ask.answer(await self._listed(ask))

    async def _press_list(self, interaction: discord.Interaction, _mark: str) -> None:
        ask = await self._desk.ask(interaction, private=True)
        await ask.answer(await self._listed(ask))

    async def _listed(self, ask: Ask) -> Reply:
        say = ask.say
        reply = Reply().add("## " + say("reminders.title"))
        to_come = await self._to_come(say, ask.asker.user_id, ask.now)
        if not to_come:
            reply.add(say("reminders.none"))
        reply.add(*to_come[:_LISTED])
        if len(to_come) > _LISTED:
            reply.add("-# " + say("reminders.more", count=len(to_come) - _LISTED))
        failed = await self._failed(say, ask.asker.user_id)
        if failed:
            reply.add("### " + say("reminders.undelivered"), *failed)
        return reply

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

    async def _to_come(self, say: Speaker, user_id: int, now: datetime) -> list[str]:
        """A line for every reminder, and for the next sitting of every plan that there is something left of."""
        lines = [(reminder.fires_at, self._line(say, reminder)) for reminder in await self._reminders.active(user_id)]
        for plan in await self._catch_ups.active(user_id):
            show = self._desk.shows.get(plan.show_id)
            if show is None:
                continue
            watched = await self._desk.people.watched(user_id, show) or Progress()
            unseen = watched.unseen(len(show.episodes))
            ahead = (planned.sitting for planned in plan.sittings if planned.left(unseen))
            following = next((sitting for sitting in ahead if sitting.starts_at > now), None)
            if following is not None:
                lines.append((following.starts_at, self._sitting_line(say, plan.show_id, following)))
        return [line for _, line in sorted(lines, key=lambda entry: entry[0])]

    async def _failed(self, say: Speaker, user_id: int) -> list[str]:
        """A line with the reason for everything that was not delivered."""
        reminders = [
            self._line(say, reminder) + " · " + _reason(say, reason)
            for reminder, reason in await self._reminders.undelivered(user_id)
        ]
        sittings = [
            self._sitting_line(say, show_id, sitting) + " · " + _sitting_reason(say, reason)
            for show_id, sitting, reason in await self._catch_ups.undelivered(user_id)
        ]
        return [*reminders[:_LISTED], *sittings[:_LISTED]]

    def _line(self, say: Speaker, reminder: Reminder) -> str:
        return _listed(say, _name(say, self._desk, reminder), reminder.fires_at)

    def _sitting_line(self, say: Speaker, show_id: str, sitting: Sitting) -> str:
        show = self._desk.shows.get(show_id)
        if show is None:
            return _listed(say, f"{show_id} {ranges(sitting.episodes)}", sitting.starts_at)
        episodes = [episode for episode in show.episodes if episode.number in sitting.episodes]
        name = say("reminders.plan", show=say.text(show.title), episodes=episode_names(say, show, episodes))
        return _listed(say, name, sitting.starts_at)


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


def _listed(say: Speaker, what: str, at: datetime) -> str:
    return "- " + say("reminders.line", what=plain(what), at=stamps.full(at), relative=stamps.relative(at))


def _cancelled(say: Speaker, desk: Desk, reminder: Reminder) -> str:
    return say("reminder.cancelled", what=plain(_name(say, desk, reminder)))


def _lead(say: Speaker, minutes: int) -> str:
    return say("lead.at-start") if minutes == 0 else say("lead.before", duration=say.duration(minutes))


def _lead_typed(minutes: int) -> str:
    return f"{minutes} min" if minutes % 60 or minutes == 0 else f"{minutes // 60} h"


def _reason(say: Speaker, reason: str) -> str:
    known = {"dms-closed", "channel-gone", "forbidden", "over", "over-before-delivery", "show-not-loaded"}
    return say(f"undelivered.{reason}" if reason in known else "undelivered.other")


def _sitting_reason(say: Speaker, reason: str) -> str:
    return say("undelivered.too-late") if reason in {"over", "over-before-delivery"} else _reason(say, reason)
