"""A bot of a few lines, to try the loopback Discord with; run as a module it logs in with `DISCORD_TOKEN`."""

from __future__ import annotations

import io
import os
import sys

import discord
from discord import app_commands, ui


class Counter(ui.View):
    """A button that counts in its own label."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.button(label="0", custom_id="count")
    async def count(self, interaction: discord.Interaction, button: ui.Button[Counter]) -> None:
        button.label = str(int(button.label or 0) + 1)
        await interaction.response.edit_message(view=self)


class Question(ui.Modal, title="A question"):
    """A modal with one field."""

    when: ui.TextInput[Question] = ui.TextInput(label="When", custom_id="when", max_length=20)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"at {self.when.value}", ephemeral=True)


class SmallBot(discord.Client):
    """Knows a few commands and pings nobody."""

    def __init__(self) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            guild_ready_timeout=0,
        )
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(echo)
        self.tree.add_command(slow)
        self.tree.add_command(ask)
        self.tree.add_command(party)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Leave out the five seconds that discord.py waits before identifying again."""


@app_commands.command()
@app_commands.describe(words="What to say", twice="Say it again")
async def echo(interaction: discord.Interaction, words: str, twice: bool = False) -> None:
    """Say something."""
    await interaction.response.send_message(words, view=Counter())
    if twice:
        file = discord.File(io.BytesIO(b"BEGIN:VCALENDAR"), "party.ics")
        await interaction.followup.send(words, ephemeral=True, file=file)


@echo.autocomplete("words")
async def complete(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=f"{typed}{end}", value=f"{typed}{end}") for end in ("!", "?")]


@app_commands.command()
async def slow(interaction: discord.Interaction) -> None:
    """Think first."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await interaction.edit_original_response(content=f"done, {interaction.locale}")


@app_commands.command()
async def ask(interaction: discord.Interaction) -> None:
    """Open a modal."""
    await interaction.response.send_modal(Question())


party = app_commands.Group(name="party", description="Parties")


@party.command()
async def host(interaction: discord.Interaction, who: discord.Member, episode: app_commands.Range[int, 1, 8]) -> None:
    """Name a host."""
    await interaction.response.send_message(f"{who.name} hosts {episode}")


if __name__ == "__main__":
    try:
        SmallBot().run(os.environ["DISCORD_TOKEN"])
    except discord.LoginFailure:
        sys.exit("The token was refused.")
