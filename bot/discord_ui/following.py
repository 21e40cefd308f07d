"""`/follow`: the shows of a server, which one is meant where none is named, and when each goes on."""

from __future__ import annotations

from datetime import datetime

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.following import Followed
from bot.core.airing import airing, airs_at
from bot.core.errors import UserError
from bot.core.show import Show
from bot.core.text import plain
from bot.discord_ui import stamps
from bot.discord_ui.corrections import marked
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.options import Choices, episode_name
from bot.discord_ui.party_options import may_see
from bot.discord_ui.reply import Reply
from bot.l10n.speaker import Speaker

_ChannelOption = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.ForumChannel


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class Follow(commands.GroupCog, group_name="follow", group_description="The shows that this server follows"):
    """What a server follows."""

    def __init__(self, desk: Desk, choices: Choices) -> None:
        self._desk = desk
        self._following = desk.following
        super().__init__()
        self.start.autocomplete("show")(choices.shows)
        self.stop.autocomplete("show")(choices.followed_shows)
        self.default.autocomplete("show")(choices.shows)

    @app_commands.command(name="show", description="Follow a show in this server (Manage Server)")
    @app_commands.describe(show="Which show")
    async def start(self, interaction: discord.Interaction, show: str) -> None:
        """Follow a show."""
        ask, guild_id = await self._ask_manager(interaction, _named(show))
        added = await self._following.follow(guild_id, ask.show)
        followed = await self._following.of(guild_id)
        key = "follow.already" if not added else "follow.started" if len(followed.shows) > 1 else "follow.started-first"
        await ask.answer(Reply([_about(ask, key)]))

    @app_commands.command(name="stop", description="Follow a show no longer (Manage Server)")
    @app_commands.describe(show="Which show")
    async def stop(self, interaction: discord.Interaction, show: str) -> None:
        """Follow a show no longer."""
        ask, guild_id = await self._ask_manager(interaction, _named(show))
        meant = await self._following.stop(guild_id, ask.show)
        if meant is None:
            await ask.answer(Reply([_about(ask, "follow.stopped-last")]))
        else:
            now_meant = plain(ask.say.text(meant.title))
            await ask.answer(Reply([_about(ask, "follow.stopped", default=now_meant)]))

    @app_commands.command(name="default", description="Which show is meant here when none is named (Manage Server)")
    @app_commands.describe(
        show="Which show; leave it out to let a channel go by the server again",
        channel="Only in this channel and its threads; in the whole server if left out",
    )
    async def default(
        self, interaction: discord.Interaction, show: str | None = None, channel: _ChannelOption | None = None
    ) -> None:
        """Say which show is meant."""
        ask, guild_id = await self._ask_manager(interaction, show)
        if show is None or not show.strip():
            if channel is None:
                raise UserError("follow.default-what")
            had = await self._following.clear_channel(guild_id, channel.id)
            key = "follow.channel-cleared" if had else "follow.channel-had-none"
            await ask.answer(Reply([ask.say(key, channel=channel.mention)]))
        elif channel is None:
            await self._following.prefer(guild_id, ask.show)
            await ask.answer(Reply([_about(ask, "follow.default-server")]))
        else:
            await self._following.set_channel(guild_id, channel.id, ask.show)
            await ask.answer(Reply([_about(ask, "follow.default-channel", channel=channel.mention)]))

    @app_commands.command(name="list", description="The shows that this server follows, and when each goes on")
    async def list(self, interaction: discord.Interaction) -> None:
        """What is followed here."""
        if interaction.guild_id is None:
            raise UserError("follow.server-only")
        ask = await self._desk.ask(interaction, private=True)
        say, followed = ask.say, await self._following.of(interaction.guild_id)
        reply = Reply().add("## " + say("follow.title"))
        if not followed.shows:
            key = "follow.none-manager" if interaction.permissions.manage_guild else "follow.none"
            await ask.answer(reply.add(_about(ask, key)))
            return
        local = {show.id: show for show in (ask.local, *await self._following.others(ask.place, ask.show))}
        lines = [coming_line(say, local.get(show.id, show), ask.now) for show in followed.shows]
        reply.add("\n".join(lines))
        reply.add(say("follow.meant", show=plain(say.text(followed.shows[0].title))))
        reply.add(*_channel_lines(ask, followed))
        await ask.answer(reply)

    async def _ask_manager(self, interaction: discord.Interaction, show: str | None) -> tuple[Ask, int]:
        if interaction.guild_id is None:
            raise UserError("follow.server-only")
        if not interaction.permissions.manage_guild:
            raise UserError("follow.not-allowed")
        return await self._desk.ask(interaction, show, private=True), interaction.guild_id


def _named(typed: str) -> str:
    if not typed.strip():
        raise UserError("follow.which")
    return typed


def coming_line(say: Speaker, show: Show, now: datetime) -> str:
    """A show in one line, with what comes next and when."""
    title = plain(say.text(show.title))
    state = airing(show, now)
    if state.on_air:
        names = say.listing(episode_name(say, show, episode) for episode in state.on_air)
        return "- " + say("follow.on-air", show=title, episode=names)
    at = airs_at(state.next[0]) if state.next else None
    if at is None:
        return "- " + say("follow.no-date", show=title)
    names = say.listing(episode_name(say, show, episode) for episode in state.next)
    line = say("follow.coming", show=title, episode=names, at=stamps.short(at), relative=stamps.relative(at))
    return "- " + marked(say, state.next[0], line)


def _about(ask: Ask, key: str, **arguments: object) -> str:
    return ask.say(key, show=plain(ask.say.text(ask.show.title)), **arguments)


def _channel_lines(ask: Ask, followed: Followed) -> list[str]:
    """The channels with a show of their own, of those that the asker may see."""
    return [
        "- " + ask.say("follow.in-channel", channel=f"<#{channel_id}>", show=plain(ask.say.text(show.title)))
        for channel_id, show in followed.channels.items()
        if may_see(ask, channel_id)
    ]
