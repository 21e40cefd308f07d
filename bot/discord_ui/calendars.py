"""`/calendar`: episodes and watch parties as a calendar file, or under a secret link that calendars come back to."""

from __future__ import annotations

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.calendar_feeds import CalendarFeeds
from bot.app.calendars import Calendars
from bot.app.reminders import Reminders
from bot.app.reruns import Reruns
from bot.core.calendar_wish import CalendarFeed, CalendarWish, Contents
from bot.core.errors import UserError
from bot.core.text import clean, cut, plain
from bot.core.when import read_lead
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.options import Choices
from bot.discord_ui.reminder_words import lead_words
from bot.discord_ui.reply import Reply
from bot.l10n.speaker import Speaker
from bot.render import ical

#: What is chosen, or typed, for a calendar that doesn't remind.
_NO_ALARM = "none"
#: What is chosen, or typed, for all links.
_ALL = "all"
#: Alarms that are offered besides the asker's own, in minutes.
_ALARMS = (0, 10, 30, 60, 1440)
_CONTENTS = [
    app_commands.Choice(name="this show", value=Contents.SHOW.value),
    app_commands.Choice(name="this server's re-run", value=Contents.RERUN.value),
    app_commands.Choice(name="my watch parties", value=Contents.PARTIES.value),
    app_commands.Choice(name="everything I follow", value=Contents.EVERYTHING.value),
]
_ABOUT_ONE_SHOW = (Contents.SHOW, Contents.RERUN)


class CalendarCommands(
    commands.GroupCog, group_name="calendar", group_description="Episodes and watch parties in your calendar"
):
    """Calendars of one's own; nobody else sees the answers."""

    def __init__(
        self,
        desk: Desk,
        choices: Choices,
        calendars: Calendars,
        feeds: CalendarFeeds,
        reminders: Reminders,
        reruns: Reruns,
    ) -> None:
        self._desk = desk
        self._calendars = calendars
        self._feeds = feeds
        self._reminders = reminders
        self._reruns = reruns
        super().__init__()
        for command in (self.get, self.feed):
            command.autocomplete("show")(choices.shows)
            command.autocomplete("alarm")(self._alarms)
        self.revoke.autocomplete("link")(self._links)

    @app_commands.command(name="get", description="A file to open in your calendar")
    @app_commands.describe(
        what="What is in it",
        show="Which show",
        alarm="How long before it reminds you, such as 30 min; or none",
    )
    @app_commands.choices(what=_CONTENTS)
    async def get(
        self, interaction: discord.Interaction, what: str, show: str | None = None, alarm: str | None = None
    ) -> None:
        """A calendar file."""
        ask, wish = await self._wish(interaction, what, show, alarm)
        file = await self._calendars.file(wish)
        if not file.entries:
            raise self._nothing(ask, wish)
        reply = Reply([ask.say.count("calendar.file-ready", file.entries, name=plain(file.name))])
        reply.add("-# " + _alarm_line(ask.say, wish))
        if self._feeds.offered:
            reply.add("-# " + ask.say("calendar.file-or-link"))
        stem = wish.show_id or "cliffhanger"
        reply.files.append(discord.File(io.BytesIO(file.data), filename=ical.filename(stem, wish.contents.value)))
        await ask.answer(reply)

    @app_commands.command(name="feed", description="A secret link that your calendar subscribes to")
    @app_commands.describe(
        what="What is in it",
        show="Which show",
        alarm="How long before it reminds you, such as 30 min; or none",
    )
    @app_commands.choices(what=_CONTENTS)
    async def feed(
        self, interaction: discord.Interaction, what: str, show: str | None = None, alarm: str | None = None
    ) -> None:
        """A link to a calendar."""
        if not self._feeds.offered:
            raise UserError("calendar.no-links")
        ask, wish = await self._wish(interaction, what, show, alarm)
        link = await self._feeds.make(wish)
        say = ask.say
        reply = Reply().add("## " + plain(self._calendars.name(say, wish)))
        # Discord opens neither, and no preview of either is fetched: to it both are code.
        reply.add(say("calendar.link"), f"`{link.subscribe}`", say("calendar.link-web"), f"`{link.url}`")
        reply.add("-# " + _alarm_line(say, wish), "-# " + say("calendar.link-secret"))
        await ask.answer(reply)

    @app_commands.command(name="revoke", description="Let a calendar link lead nowhere from now on")
    @app_commands.describe(link="Which link")
    async def revoke(self, interaction: discord.Interaction, link: str) -> None:
        """Revoke a link."""
        ask = await self._desk.ask(interaction, private=True)
        typed = link.strip()
        if typed.casefold() == _ALL:
            count = await self._feeds.revoke(ask.asker.user_id, None)
            if not count:
                raise UserError("calendar.no-links-yet")
            await ask.answer(Reply([ask.say.count("calendar.revoked-all", count)]))
            return
        number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else None
        if number is None or not await self._feeds.revoke(ask.asker.user_id, number):
            raise UserError("calendar.no-such-link")
        left = len(await self._feeds.of(ask.asker.user_id))
        await ask.answer(Reply([ask.say("calendar.revoked"), "-# " + ask.say.count("calendar.links-left", left)]))

    # -------------------------------------------------------------- options

    async def _wish(
        self, interaction: discord.Interaction, what: str, show: str | None, alarm: str | None
    ) -> tuple[Ask, CalendarWish]:
        contents = Contents(what)
        ask = await self._desk.ask(interaction, show, private=True)
        named = show is not None and bool(show.strip())
        if contents is Contents.RERUN and ask.asker.guild_id is None:
            raise UserError("calendar.server-only")
        wish = CalendarWish(
            user_id=ask.asker.user_id,
            contents=contents,
            show_id=ask.show.id if named or contents in _ABOUT_ONE_SHOW else None,
            guild_id=ask.asker.guild_id,
            alarm_minutes=await self._alarm(ask, alarm),
            locale=ask.asker.locale,
        )
        if contents is Contents.RERUN and await self._reruns.of(ask.asker.guild_id or 0, ask.show) is None:
            raise UserError("calendar.no-rerun", show=ask.show)
        return ask, wish

    async def _alarm(self, ask: Ask, typed: str | None) -> int | None:
        """How many minutes before an entry a calendar reminds: what was typed, else as the asker's reminders come."""
        if typed is None:
            return min(await self._reminders.usual_leads(ask.asker.user_id, ask.asker.guild_id))
        return None if typed.strip().casefold() == _NO_ALARM else read_lead(typed)

    def _nothing(self, ask: Ask, wish: CalendarWish) -> UserError:
        match wish.contents:
            case Contents.SHOW:
                return UserError("calendar.nothing-dated", show=ask.show)
            case Contents.RERUN:
                return UserError("calendar.no-rerun-dates", show=ask.show)
            case Contents.PARTIES:
                return UserError("calendar.no-parties")
            case Contents.EVERYTHING:
                return UserError("calendar.nothing-followed")

    # -------------------------------------------------------------- choices

    async def _alarms(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The asker's usual leads and a few others, and none."""
        say = self._desk.speaker(interaction)
        usual = await self._reminders.usual_leads(interaction.user.id, interaction.guild_id)
        offered = {lead_words(say, minutes): str(minutes) for minutes in sorted({*usual, *_ALARMS})}
        offered[say("calendar.alarm-none")] = _NO_ALARM
        wanted = typed.strip().casefold()
        return [
            app_commands.Choice(name=cut(name, 100), value=value)
            for name, value in offered.items()
            if wanted in name.casefold() or value.startswith(wanted)
        ][:25]

    async def _links(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The asker's links, and all of them."""
        say = self._desk.speaker(interaction)
        found = await self._feeds.of(interaction.user.id)
        offered = [(self._link_words(say, feed), str(feed.id)) for feed in found]
        if len(found) > 1:
            offered.append((say("calendar.all-links"), _ALL))
        wanted = typed.strip().casefold()
        return [
            app_commands.Choice(name=cut(clean(name), 100), value=value)
            for name, value in offered
            if wanted in name.casefold()
        ][:25]

    def _link_words(self, say: Speaker, feed: CalendarFeed) -> str:
        return say("calendar.link-made", name=self._calendars.name(say, feed.wish), day=say.day(feed.created_at))


def _alarm_line(say: Speaker, wish: CalendarWish) -> str:
    if wish.alarm_minutes is None:
        return say("calendar.no-alarm")
    return say("calendar.alarm", when=lead_words(say, wish.alarm_minutes))
