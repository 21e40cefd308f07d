"""`/help`, `/about` and the owner's `/reload`."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.library import Library
from bot.core.errors import UserError
from bot.core.text import cut, plain
from bot.dataset.catalogue import DatasetError
from bot.discord_ui.desk import Desk
from bot.discord_ui.patience import put_off
from bot.discord_ui.reply import Reply, send

_PROBLEMS_SHOWN = 8
_LONGEST_PROBLEM = 350


def program_version() -> str:
    """The installed version, or "development" in a checkout that isn't installed."""
    try:
        return version("cliffhanger")
    except PackageNotFoundError:
        return "development"


async def check_owner(interaction: discord.Interaction) -> None:
    """Raises UserError("reload.owner-only") for whoever is neither the application's owner nor in its team."""
    if not await cast(commands.Bot, interaction.client).is_owner(interaction.user):
        raise UserError("reload.owner-only")


class About(commands.Cog):
    """What the bot is and does."""

    def __init__(self, desk: Desk, library: Library, policy_url: str | None) -> None:
        """``policy_url``: where the whole privacy policy is (None: nowhere on the web)."""
        self._desk = desk
        self._library = library
        self._policy_url = policy_url

    @app_commands.command(name="help", description="What this bot can do")
    async def help(self, interaction: discord.Interaction) -> None:
        """What the bot can do, by what people want."""
        say = self._desk.speaker(interaction)
        reply = Reply().add("## " + say("help.title"), say("help.promise"))
        for topic in ("times", "story", "you", "together", "reminders"):
            reply.add("### " + say(f"help.{topic}.title"), say(f"help.{topic}"))
        await send(interaction, reply, private=True)

    @app_commands.command(name="about", description="Where this bot's knowledge comes from, and your privacy")
    async def about(self, interaction: discord.Interaction) -> None:
        """Version, sources and privacy in plain words."""
        say = self._desk.speaker(interaction)
        reply = Reply().add(
            "## " + say("about.title", version=program_version()),
            say("about.what"),
            "### " + say("about.sources.title"),
        )
        for show in self._desk.shows.catalogue.shows.values():
            # Not how many sources there are: that depends on episodes which the reader has yet to see.
            reply.add("- " + plain(say.text(show.title)))
        reply.add(say("about.sources"), "### " + say("about.privacy.title"), say("about.privacy"))
        if self._policy_url is not None:
            reply.add(say("about.policy", url=f"<{self._policy_url}>"))
        await send(interaction, reply, private=True)

    @app_commands.command(name="reload", description="Read the dataset again (the bot's owner only)")
    async def reload(self, interaction: discord.Interaction) -> None:
        """Read the dataset again."""
        say = self._desk.speaker(interaction)
        await check_owner(interaction)
        await put_off(interaction)
        try:
            moved = await self._library.reload()
        except DatasetError as error:
            problems = [plain(cut(str(problem), _LONGEST_PROBLEM)) for problem in error.problems]
            reply = Reply().add(say.count("reload.broken", len(problems)))
            reply.add(*("- " + problem for problem in problems[:_PROBLEMS_SHOWN]))
            if len(problems) > _PROBLEMS_SHOWN:
                reply.add("-# " + say("reload.more", count=len(problems) - _PROBLEMS_SHOWN))
            await send(interaction, reply, private=True)
            return
        shows = self._desk.shows.catalogue.shows
        reply = Reply().add(say.count("reload.done", len(shows)))
        if moved:
            reply.add(say.count("reload.moved", moved))
        await send(interaction, reply, private=True)
