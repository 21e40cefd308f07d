"""`/progress`: how far somebody has watched, which decides what they may be shown."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.shows import episode_of, show_key
from bot.core.airing import aired
from bot.core.text import plain
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.options import Choices, episode_name
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply


class Progress(commands.GroupCog, group_name="progress", group_description="How far you have watched"):
    """Everybody's own progress, seen by nobody else."""

    def __init__(self, desk: Desk, choices: Choices, presses: Presses) -> None:
        self._desk = desk
        super().__init__()
        self.set.autocomplete("episode")(choices.aired_episodes)
        for command in (self.set, self.show, self.clear):
            command.autocomplete("show")(choices.shows)
        presses.on("seen", self._press_seen, str, int)
        presses.on("unsee", self._press_unsee, str, int)

    @app_commands.command(name="set", description="Say up to which episode you have watched")
    @app_commands.describe(episode="The last episode you have seen; 0 for none", show="Which show")
    async def set(self, interaction: discord.Interaction, episode: int, show: str | None = None) -> None:
        """Save how far one has watched."""
        ask = await self._desk.ask(interaction, show, private=True)
        meant = None if episode == 0 else episode_of(ask.show, episode)
        await self._desk.people.save_progress(ask.asker.user_id, ask.show, meant, ask.now)
        await ask.answer(self._saved(ask, episode, ask.asker.progress))

    @app_commands.command(name="show", description="How far you have watched, as the bot knows it")
    @app_commands.describe(show="Which show")
    async def show(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """What is saved."""
        ask = await self._desk.ask(interaction, show, private=True)
        say = ask.say
        title = plain(say.text(ask.show.title))
        seen = await self._desk.people.progress(ask.asker.user_id, ask.show)
        if seen is None:
            await ask.answer(Reply([say("progress.none", show=title)]))
            return
        reply = Reply([say("progress.yours", show=title, number=ask.asker.progress, last=len(ask.show.episodes))])
        following = ask.show.episode(ask.asker.progress + 1)
        if following is not None and aired(following, ask.now):
            name = episode_name(say, ask.show, following)
            reply.row(
                button(say("button.seen", episode=name), "seen", show_key(ask.show), following.number, emoji="✅")
            )
        await ask.answer(reply)

    @app_commands.command(name="clear", description="Delete how far you have watched")
    @app_commands.describe(show="Which show")
    async def clear(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """Delete the progress."""
        ask = await self._desk.ask(interaction, show, private=True)
        had = await self._desk.people.forget_progress(ask.asker.user_id, ask.show)
        key = "progress.cleared" if had else "progress.none"
        await ask.answer(Reply([ask.say(key, show=plain(ask.say.text(ask.show.title)))]))

    def _saved(self, ask: Ask, number: int, before: int) -> Reply:
        say = ask.say
        title = plain(say.text(ask.show.title))
        if number == 0:
            return Reply([say("progress.saved-none", show=title)])
        reply = Reply([say("progress.saved", show=title, number=number)])
        key = show_key(ask.show)
        reply.row(
            button(say("button.undo"), "unsee", key, before, emoji="↩️") if before != number else None,
        )
        return reply

    async def _press_seen(self, interaction: discord.Interaction, key: str, number: int) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        episode = episode_of(ask.show, number)
        before = ask.asker.progress
        after = await self._desk.people.advance_progress(ask.asker.user_id, ask.show, episode, ask.now)
        if after == before:
            title = plain(ask.say.text(ask.show.title))
            await ask.answer(Reply([ask.say("progress.already", show=title, number=before)]))
            return
        await ask.answer(self._saved(ask, after, before))

    async def _press_unsee(self, interaction: discord.Interaction, key: str, number: int) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        meant = None if number == 0 else episode_of(ask.show, number)
        await self._desk.people.save_progress(ask.asker.user_id, ask.show, meant, ask.now)
        await ask.answer(self._saved(ask, number, number))
