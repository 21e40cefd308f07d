"""The start of every request: who asks, about which show, in which language, and who will read the answer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import discord

from bot.app.asking import Asker
from bot.app.clock import Clock
from bot.app.following import Following
from bot.app.people import People
from bot.app.places import Place
from bot.app.shows import Shows, chosen_episode, episode_of
from bot.core.airing import aired
from bot.core.errors import UserError
from bot.core.show import Show
from bot.core.spoilers import Horizon
from bot.discord_ui import reply
from bot.discord_ui.places import place_of
from bot.discord_ui.reply import Reply
from bot.l10n.episode_numbers import number_in
from bot.l10n.speaker import Speaker
from bot.l10n.words import Words


@dataclass(frozen=True, slots=True)
class Ask:
    """One request with all that its answer depends on.

    ``show`` is as it is broadcast, ``local`` at the times at which this server watches it. ``revealed``: the asker
    has chosen to be shown everything up to here in this one answer, which only they see.
    ``up_to``: how far the answer is to go (None: as far as the asker has watched).
    """

    interaction: discord.Interaction
    asker: Asker
    place: Place
    show: Show
    local: Show
    say: Speaker
    now: datetime
    private: bool
    revealed: int = 0
    up_to: int | None = None

    @property
    def public(self) -> bool:
        """Whether anybody but the asker reads the answer: never in their direct messages with the bot."""
        return not self.private and not alone_with_bot(self.interaction)

    def horizon(self, asked: int | None = None) -> Horizon:
        """The horizon of the answer; ``asked`` is what the request covers (None: ``up_to``)."""
        if asked is None:
            asked = self.asker.progress if self.up_to is None else self.up_to
        seen = self.asker.horizon(public=self.public, asked=asked, revealed=self.revealed)
        return seen if self.up_to is None else replace(seen, shown=min(seen.shown, self.up_to))

    @property
    def private_horizon(self) -> Horizon:
        """The horizon of what only the asker sees, such as choices while they type."""
        return self.asker.horizon(public=False, asked=self.asker.progress)

    @property
    def horizon_note(self) -> str:
        """As of which episode the answer is, in words."""
        shown = self.horizon().shown
        number = number_in(self.say, self.show, shown)
        if self.public:
            return self.say("horizon.public", ceiling=number) if shown else self.say("horizon.public-start")
        if shown != self.asker.progress:
            return self.say("horizon.asked", number=number) if shown else self.say("horizon.asked-start")
        return self.say("horizon.private", progress=number) if shown else self.say("horizon.private-start")

    @property
    def zone(self) -> str | None:
        """The asker's zone where the readers of this answer may know it."""
        return self.asker.zone if not self.public or self.asker.zone_shared else None

    async def answer(self, made: Reply) -> None:
        """Send the answer."""
        await reply.send(self.interaction, made, private=self.private)


def asked_up_to(ask: Ask, number: int | None) -> Ask:
    """The same request going as far as episode ``number`` (None: as far as the asker has watched; 0: before the first).

    Raises UserError("episode.unknown"), or "ahead.not-aired" for an episode that nobody has seen yet.
    """
    if number is None:
        return ask
    if number != 0:
        episode = episode_of(ask.show, number)
        if not aired(episode, ask.now):
            raise UserError("ahead.not-aired", number=number, show=ask.show)
    return replace(ask, up_to=number)


def chosen_up_to(ask: Ask, typed: int | None) -> Ask:
    """The same for a number that somebody typed or chose from a list."""
    return asked_up_to(ask, typed if typed is None or typed == 0 else chosen_episode(ask.show, typed).number)


def alone_with_bot(interaction: discord.Interaction) -> bool:
    """Whether this happens in somebody's direct messages with the bot."""
    return interaction.guild_id is None and not interaction.context.private_channel


def bot_is_here(interaction: discord.Interaction) -> bool:
    """Whether the bot itself is in the server, and not only on the asker's account."""
    return interaction.guild_id is not None and interaction.client.get_guild(interaction.guild_id) is not None


async def message_channel(interaction: discord.Interaction) -> int | None:
    """The channel of the asker's direct messages with the bot, opened; None where that can't be.

    To be asked for while they are here and asking: Discord distrusts a bot that opens many at once later.
    """
    if alone_with_bot(interaction):
        return interaction.channel_id
    with contextlib.suppress(discord.HTTPException):
        return (await interaction.user.create_dm()).id
    return None


class Desk:
    """Takes requests in."""

    def __init__(self, shows: Shows, following: Following, people: People, words: Words, clock: Clock) -> None:
        self.shows = shows
        self.following = following
        self.people = people
        self.words = words
        self.clock = clock

    def speaker(self, interaction: discord.Interaction) -> Speaker:
        """Words in the asker's language."""
        return Speaker(self.words, interaction.locale.value)

    async def turn(
        self,
        interaction: discord.Interaction,
        show: Show,
        owner_id: int,
        made: Callable[[Ask], Reply],
        instead: Callable[[Ask], Reply | None] = lambda ask: None,
    ) -> None:
        """Turn a page: in place for whoever asked for it, privately for everybody else.

        ``instead`` may have something to tell the asker alone before the page is turned; then that is the answer.
        """
        message = interaction.message
        in_place = interaction.user.id == owner_id and message is not None
        private = not in_place or (message is not None and message.flags.ephemeral)
        ask = await self.ask(interaction, show, private=private)
        aside = instead(ask)
        if aside is not None and (ask.public or not in_place):
            await replace(ask, private=True).answer(aside)
        elif in_place:
            await reply.replace(interaction, aside or made(ask))
        else:
            await ask.answer(made(ask))

    async def ask(self, interaction: discord.Interaction, show: str | Show | None = None, *, private: bool) -> Ask:
        """The request behind an interaction. Raises UserError("show.unknown")."""
        place = place_of(interaction.channel, interaction.channel_id or 0, interaction.guild_id)
        scene = await self.following.scene(place, show)
        asker = await self.people.asker(
            user_id=interaction.user.id,
            guild_id=interaction.guild_id,
            place=place,
            locale=interaction.locale.value,
            show=scene.show,
        )
        say, now = self.speaker(interaction), self.clock.now()
        return Ask(interaction, asker, place, scene.show, scene.local, say, now, private)
