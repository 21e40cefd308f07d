"""`/spoilers`: up to which episode a place may be talked in openly, and what somebody may be shown there and why."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.ceilings import Ceiling, Ceilings, Origin
from bot.app.shows import chosen_episode
from bot.core.errors import UserError
from bot.core.text import plain
from bot.discord_ui.desk import Ask, Desk, alone_with_bot
from bot.discord_ui.options import Choices
from bot.discord_ui.reply import Reply
from bot.l10n.episode_numbers import number_in, numbered, numbers_in


class Spoilers(commands.GroupCog, group_name="spoilers", group_description="What may be said openly here"):
    """What may be shown where, and the ceilings of a server's channels."""

    ceiling = app_commands.Group(name="ceiling", description="Up to which episode may be talked about openly here")

    def __init__(self, desk: Desk, choices: Choices, ceilings: Ceilings) -> None:
        self._desk = desk
        self._ceilings = ceilings
        super().__init__()
        self.set.autocomplete("episode")(choices.aired_episodes)
        for command in (self.explain, self.set, self.show, self.clear):
            command.autocomplete("show")(choices.shows)

    @app_commands.command(name="explain", description="What you may be shown here, and why")
    @app_commands.describe(show="Which show")
    async def explain(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """What the asker may be shown, here and now."""
        ask = await self._desk.ask(interaction, show, private=True)
        await ask.answer(_explained(ask))

    # -------------------------------------------------------------- ceilings

    @ceiling.command(name="set", description="Let this channel talk openly up to an episode (Manage Channels)")
    @app_commands.describe(
        episode="The last episode that may be talked about openly here; 0 for none", show="Which show"
    )
    async def set(self, interaction: discord.Interaction, episode: int, show: str | None = None) -> None:
        """Open this channel up to an episode, or close it."""
        ask = await self._ask_manager(interaction, show)
        found = None if episode == 0 else chosen_episode(ask.show, episode)
        await self._ceilings.save(ask.asker.channel_id, interaction.guild_id or 0, ask.show, found)
        number = None if found is None else numbered(ask.say, found)
        await ask.answer(Reply([_about(ask, "ceiling.saved" if found else "ceiling.saved-closed", number=number)]))

    @ceiling.command(name="show", description="Up to which episode may be talked about openly here")
    @app_commands.describe(show="Which show")
    async def show(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """What is open here, and why."""
        ask = await self._ask(interaction, show)
        await ask.answer(Reply([_here(ask, ask.asker.opened)]))

    @ceiling.command(name="clear", description="Forget what was set for this channel (Manage Channels)")
    @app_commands.describe(show="Which show")
    async def clear(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """Forget what was set here."""
        ask = await self._ask_manager(interaction, show)
        had = await self._ceilings.clear(ask.asker.channel_id, ask.show)
        left = await self._ceilings.of(ask.place, ask.show)
        if not had:
            await ask.answer(Reply([_here(ask, left)]))
        elif left.origin is Origin.NONE:
            await ask.answer(Reply([_about(ask, "ceiling.cleared")]))
        else:
            await ask.answer(Reply([f"{ask.say('ceiling.cleared-here')} {_here(ask, left)}"]))

    async def _ask_manager(self, interaction: discord.Interaction, show: str | None) -> Ask:
        ask = await self._ask(interaction, show)
        if not interaction.permissions.manage_channels:
            raise UserError("ceiling.not-allowed")
        return ask

    async def _ask(self, interaction: discord.Interaction, show: str | None) -> Ask:
        if interaction.guild_id is None:
            raise UserError("ceiling.server-only")
        return await self._desk.ask(interaction, show, private=True)


def _about(ask: Ask, key: str, **arguments: object) -> str:
    return ask.say(key, show=plain(ask.say.text(ask.show.title)), **arguments)


def _here(ask: Ask, opened: Ceiling) -> str:
    """How far the asker's channel or thread is open, and why."""
    if opened.origin is Origin.NONE:
        return _about(ask, "ceiling.none")
    number = number_in(ask.say, ask.show, opened.episode)
    is_open = _about(ask, "ceiling.is" if opened.episode else "ceiling.closed", number=number)
    return f"{is_open} {_why(ask, opened.origin)}"


def _why(ask: Ask, origin: Origin) -> str:
    match origin:
        case Origin.SET_HERE:
            return ask.say("ceiling.set-here")
        case Origin.THREAD_NAME:
            return ask.say("ceiling.by-name")
        case Origin.PARENT:
            return ask.say("ceiling.by-parent", parent=f"<#{ask.place.parent_id}>")
        case Origin.NONE:
            return ask.say("ceiling.not-set")


def _explained(ask: Ask) -> Reply:
    """What the asker may be shown here and now, why, and how to change it."""
    say, asker = ask.say, ask.asker
    ceiling, progress = (number_in(say, ask.show, number) for number in (asker.ceiling, asker.progress))
    with_others = not alone_with_bot(ask.interaction)
    reply = Reply().add("## " + _about(ask, "spoilers.title"), *_yours(ask))
    if with_others:
        is_open = _about(ask, "ceiling.is" if asker.ceiling else "ceiling.closed", number=ceiling)
        reply.add(f"{is_open} {_why(ask, asker.opened.origin)}")
    own = say("spoilers.private" if asker.progress else "spoilers.private-start", number=progress)
    reply.add("### " + say("spoilers.so"))
    if with_others:
        public = say("spoilers.public" if asker.ceiling else "spoilers.public-start", number=ceiling)
        reply.add("- " + public)
    reply.add("- " + own)
    if asker.progress < len(ask.show.episodes):
        card = say("ahead.title", episode="…")
        reply.add("- " + say("spoilers.ahead", card=card, reveal=say("button.reveal"), seen=say("button.seen-it")))
        if with_others and asker.progress < asker.ceiling:
            reply.add("- " + say("spoilers.ahead-here"))
    reply.add("-# " + say("spoilers.change-yours"))
    if ask.asker.guild_id is not None:
        manages = ask.interaction.permissions.manage_channels
        reply.add("-# " + say("spoilers.change-here" if manages else "spoilers.change-here-others"))
    return reply


def _yours(ask: Ask) -> list[str]:
    """How far the asker has watched, as far as the bot knows."""
    say, asker = ask.say, ask.asker
    watched = asker.watched
    if not asker.told:
        return [say("spoilers.untold")]
    up_to = number_in(say, ask.show, watched.up_to)
    lines = [say("spoilers.seen" if watched.up_to else "spoilers.seen-none", number=up_to)]
    if watched.apart:
        lines.append(say("spoilers.apart", episodes=numbers_in(say, ask.show, watched.apart)))
    if watched.rewatch is not None:
        again = number_in(say, ask.show, watched.rewatch)
        lines.append(say("spoilers.again" if watched.rewatch else "spoilers.again-start", number=again))
    return lines
