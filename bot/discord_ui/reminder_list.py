"""`/reminders`: somebody's list of them, what failed, and how they want them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.app.catch_ups import CatchUps
from bot.app.reminders import Habits, Reminders
from bot.app.standing_reminders import StandingReminders
from bot.app.zone_search import ZoneSearch
from bot.core.catch_up import Sitting
from bot.core.errors import UserError
from bot.core.progress import Progress, ranges
from bot.core.quiet import read_quiet
from bot.core.reminder import Delivery, Reminder
from bot.core.text import clean, cut, plain
from bot.core.when import read_leads
from bot.discord_ui import reply as replies
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.options import episode_names
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reminder_words import cancelled, every_name, leads_words, line_of, name_of, reason_words
from bot.discord_ui.reminders import RemindCommand
from bot.discord_ui.reply import Reply
from bot.l10n.speaker import Speaker

#: Lines on a page of what is to come, and of what was not delivered.
_LISTED = 10
#: After everything that has a date.
_NEVER = datetime.max.replace(tzinfo=UTC)
#: What people type to have what is usual.
_USUAL = frozenset(("default", "usual", "기본", "기본값"))


class ReminderList(commands.GroupCog, group_name="reminders", group_description="Your reminders"):
    """Looking after one's own reminders."""

    def __init__(
        self,
        desk: Desk,
        presses: Presses,
        reminders: Reminders,
        standing: StandingReminders,
        commands: RemindCommand,
        catch_ups: CatchUps,
        places: ZoneSearch,
    ) -> None:
        self._desk = desk
        self._reminders = reminders
        self._standing = standing
        self._commands = commands
        self._catch_ups = catch_ups
        self._places = places
        super().__init__()
        presses.on("reminders", self._press_list, str)
        presses.on("reminders-at", self._press_page, int, int)

    @app_commands.command(name="list", description="Your reminders, and those that could not be delivered")
    async def list(self, interaction: discord.Interaction) -> None:
        """What is planned, and what failed."""
        ask = await self._desk.ask(interaction, private=True)
        await ask.answer(await self._listed(ask))

    async def _press_list(self, interaction: discord.Interaction, _mark: str) -> None:
        ask = await self._desk.ask(interaction, private=True)
        await ask.answer(await self._listed(ask))

    async def _press_page(self, interaction: discord.Interaction, page: int, failed_page: int) -> None:
        ask = await self._desk.ask(interaction, private=True)
        listed = await self._listed(ask, page, failed_page)
        if interaction.message is not None and interaction.message.flags.ephemeral:
            await replies.replace(interaction, listed)
        else:
            await ask.answer(listed)

    async def _listed(self, ask: Ask, page: int = 0, failed_page: int = 0) -> Reply:
        """A page of what is to come, and a page of what was not delivered."""
        say = ask.say
        reply = Reply().add("## " + say("reminders.title"))
        to_come = await self._to_come(say, ask.asker.user_id, ask.now)
        if not to_come:
            reply.add(say("reminders.none"))
        failed = await self._failed(say, ask.asker.user_id)
        pages, failed_pages = _pages(to_come), _pages(failed)
        page, failed_page = _within(page, pages), _within(failed_page, failed_pages)
        if pages:
            reply.add(*pages[page])
        if len(pages) > 1:
            reply.add("-# " + say("reminders.page", page=page + 1, pages=len(pages)))
            reply.row(
                _turn(say("button.previous"), page - 1, failed_page, page > 0),
                _turn(say("button.next"), page + 1, failed_page, page + 1 < len(pages)),
            )
        if failed_pages:
            reply.add("### " + say("reminders.undelivered"), *failed_pages[failed_page])
        if len(failed_pages) > 1:
            reply.add("-# " + say("reminders.page", page=failed_page + 1, pages=len(failed_pages)))
            reply.row(
                _turn(say("button.failed-previous"), page, failed_page - 1, failed_page > 0),
                _turn(say("button.failed-next"), page, failed_page + 1, failed_page + 1 < len(failed_pages)),
            )
        return reply

    @app_commands.command(name="cancel", description="Cancel one of your reminders")
    @app_commands.describe(reminder="Which reminder")
    async def cancel(self, interaction: discord.Interaction, reminder: int) -> None:
        """Cancel a reminder."""
        ask = await self._desk.ask(interaction, private=True)
        shows, user_id = self._desk.shows, ask.asker.user_id
        _check(reminder)
        if reminder < 0:
            names = [every_name(ask.say, shows, await self._standing.cancel(-reminder, user_id))]
        else:
            names = [name_of(ask.say, shows, one) for one in await self._reminders.cancel((reminder,), user_id)]
        await ask.answer(cancelled(ask.say, names))

    @app_commands.command(name="edit", description="Change how early you are reminded")
    @app_commands.describe(
        reminder="Which reminder", lead="How long before, such as 30 min; before every episode up to four"
    )
    async def edit(self, interaction: discord.Interaction, reminder: int, lead: str) -> None:
        """Another lead for a reminder, or others for a wish for every episode."""
        _check(reminder)
        if reminder < 0:
            await self._commands.change_leads(interaction, -reminder, lead)
        else:
            await self._commands.change_lead(interaction, reminder, lead)

    @edit.autocomplete("reminder")
    @cancel.autocomplete("reminder")
    async def _active(self, interaction: discord.Interaction, typed: int | str) -> list[app_commands.Choice[int]]:
        """What can be changed or cancelled; the number of a wish for every episode is below zero."""
        ask = await self._desk.ask(interaction, private=True)
        say, shows, user_id = ask.say, self._desk.shows, interaction.user.id
        wanted = str(typed).strip().casefold()
        named = [(every_name(say, shows, wish), -wish.id) for wish in await self._standing.active(user_id)]
        named += [
            (name_of(say, shows, found), found.id) for found in await self._reminders.active(user_id) if found.by_itself
        ]
        return [
            app_commands.Choice(name=cut(clean(name), 100), value=value)
            for name, value in named
            if wanted in name.casefold()
        ][:25]

    @app_commands.command(name="settings", description="How you want to be reminded")
    @app_commands.describe(
        leads="How long before, up to four: 1 day, 15 min; or default",
        delivery="Where you are told",
        quiet="When you don't want to be told, in your time zone, such as 23:00-08:00; or off",
    )
    @app_commands.choices(
        delivery=[
            app_commands.Choice(name="direct message", value=Delivery.DM.value),
            app_commands.Choice(name="mention where you asked", value=Delivery.MENTION.value),
            app_commands.Choice(name="nothing is sent", value=Delivery.NONE.value),
        ]
    )
    async def settings(
        self,
        interaction: discord.Interaction,
        leads: str | None = None,
        delivery: str | None = None,
        quiet: str | None = None,
    ) -> None:
        """Show or change how somebody wants to be reminded."""
        ask = await self._desk.ask(interaction, private=True)
        changes: dict[str, Any] = {}
        if leads is not None:
            changes["leads"] = _leads_or_usual(leads)
        if delivery is not None:
            changes["delivery"] = Delivery(delivery)
        if quiet is not None:
            changes["quiet"] = read_quiet(quiet)
        user_id = ask.asker.user_id
        if changes:
            theirs = await self._reminders.choose(user_id, lambda choice: replace(choice, **changes))
        else:
            theirs = await self._reminders.habits(user_id)
        await ask.answer(await self._settings(ask, theirs))

    async def _settings(self, ask: Ask, theirs: Habits) -> Reply:
        say, choice = ask.say, theirs.choice
        usual = await self._reminders.usual_leads(ask.asker.user_id, ask.asker.guild_id)
        own = "reminders.leads-own" if choice.leads is not None else "reminders.leads-usual"
        reply = Reply().add("## " + say("reminders.settings-title"))
        reply.add("- " + say(own, leads=leads_words(say, usual)))
        match choice.delivery:
            case Delivery.DM:
                reply.add("- " + say("reminders.delivery-dm"))
            case Delivery.MENTION:
                reply.add("- " + say("reminders.delivery-mention"))
            case Delivery.NONE:
                reply.add("- " + say("reminders.delivery-none"))
        if choice.quiet is None:
            reply.add("- " + say("reminders.quiet-off"))
        else:
            hours = {"begins": _clock(say, choice.quiet.begins), "ends": _clock(say, choice.quiet.ends)}
            if theirs.zone is None:
                reply.add("- " + say("reminders.quiet-no-zone", **hours))
            else:
                place = self._places.place(theirs.zone, say.language)
                reply.add("- " + say("reminders.quiet-on", place=place, **hours))
        return reply.add("-# " + say("reminders.settings-how"))

    @app_commands.command(name="defaults", description="How early this server's members are reminded (Manage Server)")
    @app_commands.describe(leads="How long before, up to four: 1 day, 15 min; or default")
    async def defaults(self, interaction: discord.Interaction, leads: str | None = None) -> None:
        """Show or change a server's leads."""
        if interaction.guild_id is None:
            raise UserError("reminders.server-only")
        ask = await self._desk.ask(interaction, private=True)
        if leads is not None:
            if not interaction.permissions.manage_guild:
                raise UserError("reminders.not-allowed")
            await self._reminders.save_server_leads(interaction.guild_id, _leads_or_usual(leads))
        found, was_set = await self._reminders.server_leads(interaction.guild_id)
        key = "reminders.server-leads" if was_set else "reminders.server-usual"
        await ask.answer(Reply([ask.say(key, leads=leads_words(ask.say, found))]))

    async def _to_come(self, say: Speaker, user_id: int, now: datetime) -> list[str]:
        """A line for every reminder, and for the next sitting of every plan that there is something left of."""
        active = await self._reminders.active(user_id)
        lines = [
            (reminder.fires_at, self._line(say, reminder))
            if reminder.undated_at is None
            else (_NEVER, "- " + say("reminders.line-undated", what=plain(name_of(say, self._desk.shows, reminder))))
            for reminder in active
            if reminder.by_itself
        ]
        active = [reminder for reminder in active if reminder.undated_at is None]
        for wish in await self._standing.active(user_id):
            name = every_name(say, self._desk.shows, wish)
            # Also one that was asked for by itself stands for the wish.
            coming = next((one.fires_at for one in active if one.show_id == wish.show_id), None)
            if coming is None:
                lines.append((_NEVER, "- 🔁 " + say("reminders.line-undated", what=plain(name))))
            else:
                lines.append((coming, line_of(say, name, coming).replace("- ", "- 🔁 ", 1)))
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
            self._line(say, reminder) + " · " + reason_words(say, reason)
            for reminder, reason in await self._reminders.undelivered(user_id)
        ]
        sittings = [
            self._sitting_line(say, show_id, sitting) + " · " + reason_words(say, reason, sitting=True)
            for show_id, sitting, reason in await self._catch_ups.undelivered(user_id)
        ]
        return [*reminders, *sittings]

    def _line(self, say: Speaker, reminder: Reminder) -> str:
        return line_of(say, name_of(say, self._desk.shows, reminder), reminder.fires_at)

    def _sitting_line(self, say: Speaker, show_id: str, sitting: Sitting) -> str:
        show = self._desk.shows.get(show_id)
        if show is None:
            return line_of(say, f"{show_id} {ranges(sitting.episodes)}", sitting.starts_at)
        episodes = [episode for episode in show.episodes if episode.number in sitting.episodes]
        name = say("reminders.plan", show=say.text(show.title), episodes=episode_names(say, show, episodes))
        return line_of(say, name, sitting.starts_at)


def _check(number: int) -> None:
    """Raise UserError("reminder.gone") for a number that no reminder can have."""
    if abs(number) >= 2**63:
        raise UserError("reminder.gone")


def _pages(lines: Sequence[str]) -> list[Sequence[str]]:
    return [lines[start : start + _LISTED] for start in range(0, len(lines), _LISTED)]


def _within(page: int, pages: Sequence[object]) -> int:
    return max(0, min(page, len(pages) - 1))


def _turn(label: str, page: int, failed_page: int, there: bool) -> ui.Button[ui.LayoutView]:
    """A button that leads to other pages; dead where there are none."""
    # Both buttons of a row need ids of their own, also where neither leads anywhere.
    return button(label, "reminders-at", page, failed_page, disabled=not there)


def _leads_or_usual(typed: str) -> tuple[int, ...] | None:
    """Leads that were typed; None for the usual ones."""
    return None if typed.strip().casefold() in _USUAL else read_leads(typed)


def _clock(say: Speaker, minutes: int) -> str:
    """A time of day, in minutes since midnight."""
    return say.clock(datetime.fromtimestamp(minutes * 60, UTC))
