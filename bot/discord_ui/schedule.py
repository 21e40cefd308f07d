"""`/schedule`: the season at a glance, and the times that a server's admins set for their own server."""

from __future__ import annotations

from datetime import datetime

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import schedules
from bot.app.overrides import Overrides
from bot.app.services import Services
from bot.app.shows import chosen_episode, episode_of, show_key
from bot.app.zone_search import ZoneSearch
from bot.core.airing import airs_at
from bot.core.errors import UserError
from bot.core.override import Change, is_no_date
from bot.core.service import Service, comes_at
from bot.core.show import Episode, Show
from bot.core.text import clean, is_blank, plain
from bot.core.when import Unclear
from bot.discord_ui import stamps
from bot.discord_ui.corrections import compared
from bot.discord_ui.desk import Ask, Desk, bot_is_here
from bot.discord_ui.options import Choices, episode_name, episode_names
from bot.discord_ui.patience import put_off
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply
from bot.discord_ui.services import service_name
from bot.discord_ui.typed_times import ask_back, instant, read_typed
from bot.l10n.speaker import Speaker

#: How many characters admins may say about a change.
LONGEST_NOTE = 200
#: The most buttons that stand in a row.
_IN_A_ROW = 5


class Schedule(commands.GroupCog, group_name="schedule", group_description="When every episode airs"):
    """A show's schedule, and what is set for this server."""

    def __init__(
        self,
        desk: Desk,
        choices: Choices,
        presses: Presses,
        overrides: Overrides,
        services: Services,
        places: ZoneSearch,
    ) -> None:
        self._desk = desk
        self._overrides = overrides
        self._services = services
        self._places = places
        super().__init__()
        for command in (self.season, self.override, self.listed, self.undo):
            command.autocomplete("show")(choices.shows)
        for command in (self.override, self.undo):
            command.autocomplete("episode")(choices.all_episodes)
        presses.on("override-at", self._press_at, int, int, _flag, instant)
        presses.on("unoverride", self._press_undo, int)

    # ------------------------------------------------------------- commands

    @app_commands.command(name="show", description="The season at a glance, with dates in your own time")
    @app_commands.describe(show="Which show", private="Only you see the answer")
    async def season(self, interaction: discord.Interaction, show: str | None = None, private: bool = False) -> None:
        """The season at a glance."""
        ask = await self._desk.ask(interaction, show, private=private)
        # What service somebody uses is nobody else's business.
        service = None if ask.public else await self._services.of(ask.asker.user_id, ask.show)
        await ask.answer(self._season(ask, service))

    @app_commands.command(name="override", description="Set another time of an episode for this server (Manage Server)")
    @app_commands.describe(
        episode="Which episode",
        at="When it airs, such as 5 aug 22:00, or: no date",
        note="Why, for everybody to read",
        later="Move all later episodes by as much",
        show="Which show",
    )
    async def override(
        self,
        interaction: discord.Interaction,
        episode: int,
        at: str,
        note: str | None = None,
        later: bool = False,
        show: str | None = None,
    ) -> None:
        """Set another time of an episode for this server."""
        ask, guild_id = await self._ask_manager(interaction, show)
        number = chosen_episode(ask.show, episode).number
        said, user_id = _written(note), ask.asker.user_id
        when: datetime | None = None
        if not is_no_date(at):
            found = read_typed(ask, at, airs_at(episode_of(self._published(ask.show.id), number)))
            if isinstance(found, Unclear):
                change = await self._overrides.draft(guild_id, ask.show.id, user_id, said)
                await ask.answer(
                    ask_back(ask, found, lambda seconds: ("override-at", (change, number, int(later), seconds)))
                )
                return
            when = found.at
        await put_off(interaction)
        made = await self._overrides.make(guild_id, ask.show.id, user_id, said, number, when, later)
        await self._tell(interaction, made, "override.made")

    @app_commands.command(name="overrides", description="The times that were set for this server")
    @app_commands.describe(show="Which show")
    async def listed(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """What was set for this server."""
        if interaction.guild_id is None:
            raise UserError("override.server-only")
        ask = await self._desk.ask(interaction, show, private=True)
        changes = await self._overrides.active(interaction.guild_id, ask.show.id)
        await ask.answer(self._list(ask, changes))

    @app_commands.command(name="undo", description="Go by the published time again in this server (Manage Server)")
    @app_commands.describe(episode="What was set last for this episode; of all if left out", show="Which show")
    async def undo(self, interaction: discord.Interaction, episode: int | None = None, show: str | None = None) -> None:
        """Take back what was set last."""
        ask, guild_id = await self._ask_manager(interaction, show)
        number = None if episode is None else chosen_episode(ask.show, episode).number
        changes = await self._overrides.active(guild_id, ask.show.id)
        last = next((one for one in changes if number is None or number in one.times), None)
        if last is None:
            key = "override.none" if episode is None else "override.none-of-episode"
            raise UserError(key, show=ask.show, number=episode or 0)
        await put_off(interaction)
        undone = await self._overrides.undo(last.id, guild_id, ask.asker.user_id)
        await self._tell(interaction, undone, "override.undone")

    # -------------------------------------------------------------- replies

    def _season(self, ask: Ask, service: Service | None) -> Reply:
        say, show = ask.say, ask.show
        reply = Reply().add("## " + say("schedule.title", show=plain(say.text(show.title))))
        rows = schedules.season(show, ask.now, ask.horizon(0))
        headed = None
        for row in rows:
            heading = self._season_heading(say, show, row.episode)
            if heading != headed:
                headed = heading
                reply.add(f"### {heading}")
            name = episode_name(say, show, row.episode)
            if row.at is None:
                line = say("schedule.undated", episode=name)
            else:
                key = "schedule.aired" if row.aired else "schedule.coming"
                line = say(key, episode=name, at=stamps.short(row.at), relative=stamps.relative(row.at))
            if row.episode.derived and row.at is not None:
                line += " ≈"
            if row.title is not None:
                line += " " + say("schedule.episode-title", title=plain(say.text(row.title)))
            reply.add(line + compared(say, row.episode) + _on_service(row.episode, service))
        if service is not None:
            reply.add("-# 📍 " + say("schedule.service", service=service_name(say, service)))
        if any(row.episode.correction is not None for row in rows):
            reply.add("-# ✏️ " + say("schedule.corrected"))
        if any(row.episode.derived and row.at is not None for row in rows):
            reply.add("-# ≈ " + say("schedule.derived"))
        if ask.zone is None:
            reply.add("-# " + say("schedule.own-time"))
        else:
            reply.add("-# " + say("schedule.zone", place=self._places.place(ask.zone, say.language)))
        if any(row.at is not None for row in rows):
            reply.row(button(say("button.calendar-all"), "season", show_key(show), emoji="📅"))
        return reply

    def _season_heading(self, say: Speaker, show: Show, episode: Episode) -> str | None:
        """What stands above the episodes of a season or of its part; None where all there is is one whole season."""
        if episode.season_part is not None:
            return say("schedule.season-part", season=episode.season, part=episode.season_part)
        return None if len(show.seasons) == 1 else say("schedule.season", season=episode.season)

    def _list(self, ask: Ask, changes: tuple[Change, ...]) -> Reply:
        say, show = ask.say, ask.show
        title = plain(say.text(show.title))
        if not changes:
            return Reply([say("override.none", show=title)])
        reply = Reply().add("## " + say("override.title", show=title))
        for change in changes:
            numbers = [episode for episode in show.episodes if episode.number in change.times]
            who, when = f"<@{change.user_id}>", stamps.short(change.made_at)
            reply.add(f"### {episode_names(say, show, numbers)}" if numbers else "### ?")
            reply.add(*self._times(ask, show, change))
            if change.note is not None:
                reply.add(f"*{plain(change.note)}*")
            # Whoever wanted to be forgotten is nobody any more.
            reply.add("-# " + (say("override.by", who=who, when=when) if change.user_id else when))
        if ask.interaction.permissions.manage_guild:
            buttons = [
                button(
                    self._undo_label(say, show, change),
                    "unoverride",
                    change.id,
                    emoji="↩️",
                )
                for change in changes
            ]
            for start in range(0, len(buttons), _IN_A_ROW):
                reply.row(*buttons[start : start + _IN_A_ROW])
        return reply

    def _undo_label(self, say: Speaker, show: Show, change: Change) -> str:
        episodes = [episode for episode in show.episodes if episode.number in change.times]
        return say("button.undo-override", episodes=episode_names(say, show, episodes) if episodes else "?")

    def _times(self, ask: Ask, show: Show, change: Change) -> list[str]:
        """When the episodes of a change air now, whatever was set since."""
        say = ask.say
        lines: list[str] = []
        for number in sorted(change.times):
            episode = show.episode(number)
            if episode is None:
                continue
            at, name = airs_at(episode), episode_name(say, show, episode)
            if at is None:
                line = say("schedule.undated", episode=name)
            else:
                line = say("schedule.coming", episode=name, at=stamps.full(at), relative=stamps.relative(at))
            lines.append("- " + line + compared(say, episode))
        return lines

    async def _tell(self, interaction: discord.Interaction, change: Change, key: str) -> None:
        """Tell whoever made a change what is so now."""
        ask = await self._desk.ask(interaction, self._published(change.show_id), private=True)
        say = ask.say
        reply = Reply().add("✏️ " + say(key, show=plain(say.text(ask.show.title))))
        reply.add(*self._times(ask, ask.show, change))
        if change.note is not None and key == "override.made":
            reply.add(f"*{plain(change.note)}*")
        reply.add("-# " + say("override.followed"))
        if key == "override.made":
            reply.row(button(self._undo_label(say, ask.show, change), "unoverride", change.id, emoji="↩️"))
        await ask.answer(reply)

    # -------------------------------------------------------------- presses

    async def _press_at(
        self, interaction: discord.Interaction, change_id: int, number: int, later: bool, at: datetime
    ) -> None:
        guild_id = _managed(interaction)
        if at <= self._desk.clock.now():
            raise UserError("when.past", at=at)
        await put_off(interaction)
        made = await self._overrides.finish(change_id, guild_id, interaction.user.id, number, at, later)
        await self._tell(interaction, made, "override.made")

    async def _press_undo(self, interaction: discord.Interaction, change_id: int) -> None:
        guild_id = _managed(interaction)
        await put_off(interaction)
        undone = await self._overrides.undo(change_id, guild_id, interaction.user.id)
        await self._tell(interaction, undone, "override.undone")

    async def _ask_manager(self, interaction: discord.Interaction, show: str | None) -> tuple[Ask, int]:
        guild_id = _managed(interaction)
        return await self._desk.ask(interaction, show, private=True), guild_id

    def _published(self, show_id: str) -> Show:
        """A show as the dataset has it. Raises UserError("show.gone")."""
        show = self._desk.shows.get(show_id)
        if show is None:
            raise UserError("show.gone")
        return show


def _on_service(episode: Episode, service: Service | None) -> str:
    """When an episode comes out on somebody's service, where a source gives an hour that is another."""
    at = comes_at(episode, service)
    return "" if service is None or at is None or at == airs_at(episode) else f" · 📍 {stamps.short(at)}"


def _managed(interaction: discord.Interaction) -> int:
    """The server that somebody may set times for. Raises UserError."""
    if interaction.guild_id is None or not bot_is_here(interaction):
        raise UserError("override.server-only")
    if not interaction.permissions.manage_guild:
        raise UserError("override.not-allowed")
    return interaction.guild_id


def _written(note: str | None) -> str | None:
    """What was typed as a note. Raises UserError("override.note-too-long")."""
    written = clean(note or "")
    if is_blank(written):
        return None
    if len(written) > LONGEST_NOTE:
        raise UserError("override.note-too-long", longest=LONGEST_NOTE, length=len(written))
    return written


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(text)
    return text == "1"
