"""`/privacy`: what is kept about whoever asks, all of it as a file, and the end of it."""

from __future__ import annotations

import io
from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.privacy import KEPT_WHEN_OVER, Privacy
from bot.core.errors import UserError
from bot.core.personal_data import Kind
from bot.discord_ui import reply as replies
from bot.discord_ui.cards import Cards
from bot.discord_ui.desk import Desk
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply, send
from bot.l10n.speaker import Speaker

#: Discord takes files up to this many bytes from anybody.
_LARGEST_FILE = 10_000_000


class PrivacyCommands(commands.GroupCog, group_name="privacy", group_description="What is kept about you"):
    """One's own data, wherever one asks; nobody else sees the answers."""

    def __init__(self, desk: Desk, presses: Presses, privacy: Privacy, cards: Cards, left_kept: timedelta) -> None:
        """``left_kept``: how long what belongs to a server is kept after the bot has left it."""
        self._desk = desk
        self._privacy = privacy
        self._cards = cards
        self._left_days = left_kept.days
        super().__init__()
        presses.on("forget-me", self._press_forget)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Delete what has long been over: with every start, and whenever Discord begins a new session."""
        await self._privacy.expire()

    @app_commands.command(name="show", description="See what is kept about you, and until when")
    async def show(self, interaction: discord.Interaction) -> None:
        """What is kept, by kind."""
        say = self._desk.speaker(interaction)
        held = await self._privacy.held(interaction.user.id)
        if not held:
            await send(interaction, Reply([say("privacy.nothing")]), private=True)
            return
        reply = Reply().add("## " + say("privacy.title"))
        reply.add(*("- " + _line(say, kind, held[kind]) for kind in Kind if kind in held))
        reply.add(say.count("privacy.until", self._left_days) if self._left_days else say("privacy.until-left"))
        reply.add(say("privacy.over", days=KEPT_WHEN_OVER.days))
        await send(interaction, reply.add("-# " + say("privacy.how")), private=True)

    @app_commands.command(name="export", description="All that is kept about you, as a file")
    async def export(self, interaction: discord.Interaction) -> None:
        """Everything as JSON."""
        say = self._desk.speaker(interaction)
        if not await self._privacy.held(interaction.user.id):
            await send(interaction, Reply([say("privacy.nothing")]), private=True)
            return
        data = await self._privacy.export(interaction.user.id)
        if len(data) > _LARGEST_FILE:
            raise UserError("privacy.too-large", size=-(-len(data) // 1_000_000))
        reply = Reply([say("privacy.exported")])
        reply.files.append(discord.File(io.BytesIO(data), filename="cliffhanger-privacy.json"))
        await send(interaction, reply, private=True)

    @app_commands.command(name="delete", description="Delete everything that is kept about you")
    async def delete(self, interaction: discord.Interaction) -> None:
        """Ask once whether all of it is to go."""
        say = self._desk.speaker(interaction)
        if not await self._privacy.held(interaction.user.id):
            await send(interaction, Reply([say("privacy.nothing")]), private=True)
            return
        sure = button(say("privacy.yes"), "forget-me", style=discord.ButtonStyle.danger)
        await send(interaction, Reply([say("privacy.really"), "-# " + say("privacy.how")]).row(sure), private=True)

    async def _press_forget(self, interaction: discord.Interaction) -> None:
        # Whoever presses means themselves: nobody can be named in the button.
        forgotten = await self._privacy.forget(interaction.user.id)
        say = self._desk.speaker(interaction)
        done = Reply([say("privacy.deleted"), "-# " + say("privacy.left-over")])
        try:
            if interaction.message is not None and interaction.message.flags.ephemeral:
                await replies.replace(interaction, done)
            else:
                await send(interaction, done, private=True)
        finally:
            for found in forgotten.changed:
                await self._cards.redraw_night(found)


def _line(say: Speaker, kind: Kind, count: int) -> str:
    match kind:
        case Kind.ZONE:
            return say("privacy.kind.zone", count=count)
        case Kind.PROGRESS:
            return say("privacy.kind.progress", count=count)
        case Kind.SERVICES:
            return say("privacy.kind.services", count=count)
        case Kind.REMINDERS:
            return say("privacy.kind.reminders", count=count)
        case Kind.PLANS:
            return say("privacy.kind.plans", count=count)
        case Kind.ANSWERS:
            return say("privacy.kind.answers", count=count)
        case Kind.HOSTED:
            return say("privacy.kind.hosted", count=count)
        case Kind.CALENDARS:
            return say("privacy.kind.calendars", count=count)
        case Kind.SETTINGS:
            return say("privacy.kind.settings", count=count)
        case Kind.MESSAGES:
            return say("privacy.kind.messages", count=count)
