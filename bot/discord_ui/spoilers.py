"""`/spoilers ceiling`: up to which episode may be talked about openly in a channel or thread."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.ceilings import Ceilings
from bot.app.shows import episode_of
from bot.core.errors import UserError
from bot.core.text import plain
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.options import Choices
from bot.discord_ui.reply import Reply


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class Spoilers(commands.GroupCog, group_name="spoilers", group_description="What may be said openly here"):
    """The ceilings of a server's channels."""

    ceiling = app_commands.Group(name="ceiling", description="Up to which episode may be talked about openly here")

    def __init__(self, desk: Desk, choices: Choices, ceilings: Ceilings) -> None:
        self._desk = desk
        self._ceilings = ceilings
        super().__init__()
        self.set.autocomplete("episode")(choices.aired_episodes)
        for command in (self.set, self.show, self.clear):
            command.autocomplete("show")(choices.shows)

    @ceiling.command(name="set", description="Let this channel talk openly up to an episode (Manage Channels)")
    @app_commands.describe(episode="The last episode that may be talked about openly here", show="Which show")
    async def set(self, interaction: discord.Interaction, episode: int, show: str | None = None) -> None:
        """Open this channel up to an episode."""
        ask = await self._ask_manager(interaction, show)
        found = episode_of(ask.show, episode)
        await self._ceilings.save(ask.asker.channel_id, interaction.guild_id or 0, ask.show, found)
        await self._answer(ask, "ceiling.saved", found.number)

    @ceiling.command(name="show", description="Up to which episode may be talked about openly here")
    @app_commands.describe(show="Which show")
    async def show(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """What is open here."""
        ask = await self._desk.ask(interaction, show, private=True)
        await self._answer(ask, "ceiling.is" if ask.asker.ceiling else "ceiling.none", ask.asker.ceiling)

    @ceiling.command(name="clear", description="Close this channel again (Manage Channels)")
    @app_commands.describe(show="Which show")
    async def clear(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """Close this channel."""
        ask = await self._ask_manager(interaction, show)
        had = await self._ceilings.clear(ask.asker.channel_id, ask.show)
        await self._answer(ask, "ceiling.cleared" if had else "ceiling.none", 0)

    async def _ask_manager(self, interaction: discord.Interaction, show: str | None) -> Ask:
        if not interaction.permissions.manage_channels:
            raise UserError("ceiling.not-allowed")
        return await self._desk.ask(interaction, show, private=True)

    async def _answer(self, ask: Ask, key: str, number: int) -> None:
        await ask.answer(Reply([ask.say(key, show=plain(ask.say.text(ask.show.title)), number=number)]))
