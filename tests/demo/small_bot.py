"""A bot of forty lines, for what the demo promises to any bot."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import discord
from discord import app_commands

from bot.app.clock import Clock


class _Korean(app_commands.Translator):
    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        words = {"greet": "인사", "Says hello": "인사합니다"}
        return words.get(string.message) if locale is discord.Locale.korean else None


class SmallBot(discord.Client):
    """Greets, fails, and writes to somebody at an instant."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.clock = clock
        self.tree = app_commands.CommandTree(self)
        self.tasks: set[asyncio.Task[None]] = set()
        self.tree.command(name="greet", description="Says hello")(self.greet)
        self.tree.command(name="write", description="Writes in 3:45 hours")(self.write)
        self.tree.command(name="fail", description="Does not work")(self.fail)

    async def setup_hook(self) -> None:
        await self.tree.set_translator(_Korean())
        await self.tree.sync()

    async def greet(self, interaction: discord.Interaction) -> None:
        at = int(self.clock.now().timestamp()) + 7_200
        await interaction.response.send_message(f"Hello in {interaction.locale.value}, <t:{at}:R>")

    async def fail(self, interaction: discord.Interaction) -> None:
        raise RuntimeError("on purpose")

    async def write(self, interaction: discord.Interaction) -> None:
        due_at = self.clock.now().replace(microsecond=0) + timedelta(hours=3, minutes=45)
        task = asyncio.create_task(self._write(interaction.user, due_at))
        self.tasks.add(task)
        await interaction.response.send_message("I will", ephemeral=True)

    async def _write(self, user: discord.abc.User, due_at: datetime) -> None:
        await asyncio.sleep((due_at - self.clock.now()).total_seconds())
        await user.send(f"Written at {self.clock.now().isoformat()}, not {due_at.isoformat()}")
