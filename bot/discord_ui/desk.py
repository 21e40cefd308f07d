"""The start of every request: who asks, about which show, in which language, and who will read the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import discord

from bot.app.asking import Asker
from bot.app.clock import Clock
from bot.app.people import People
from bot.app.shows import Shows
from bot.core.show import Show
from bot.core.spoilers import Horizon
from bot.discord_ui import reply
from bot.discord_ui.reply import Reply
from bot.l10n.speaker import Speaker
from bot.l10n.words import Words


@dataclass(frozen=True, slots=True)
class Ask:
    """One request with all that its answer depends on.

    ``revealed``: the asker has chosen to be shown everything up to here in this one answer, which only they see.
    """

    interaction: discord.Interaction
    asker: Asker
    show: Show
    say: Speaker
    now: datetime
    private: bool
    revealed: int = 0

    @property
    def public(self) -> bool:
        """Whether anybody but the asker reads the answer: never in their direct messages with the bot."""
        return not self.private and not alone_with_bot(self.interaction)

    def horizon(self, asked: int | None = None) -> Horizon:
        """The horizon of the answer; ``asked`` is what the request covers (None: the asker's progress)."""
        covered = self.asker.progress if asked is None else asked
        return self.asker.horizon(public=self.public, asked=covered, revealed=self.revealed)

    @property
    def private_horizon(self) -> Horizon:
        """The horizon of what only the asker sees, such as choices while they type."""
        return self.asker.horizon(public=False, asked=self.asker.progress)

    @property
    def zone(self) -> str | None:
        """The asker's zone where the readers of this answer may know it."""
        return self.asker.zone if not self.public or self.asker.zone_shared else None

    async def answer(self, made: Reply) -> None:
        """Send the answer."""
        await reply.send(self.interaction, made, private=self.private)


def alone_with_bot(interaction: discord.Interaction) -> bool:
    """Whether this happens in somebody's direct messages with the bot."""
    return interaction.guild_id is None and not interaction.context.private_channel


def bot_is_here(interaction: discord.Interaction) -> bool:
    """Whether the bot itself is in the server, and not only on the asker's account."""
    return interaction.guild_id is not None and interaction.client.get_guild(interaction.guild_id) is not None


def channel_ids(interaction: discord.Interaction) -> tuple[int, ...]:
    """The channel of an interaction, then, for a thread, its parent."""
    channel = interaction.channel
    own = interaction.channel_id or 0
    parent = channel.parent_id if isinstance(channel, discord.Thread) else None
    return (own,) if parent is None else (own, parent)


class Desk:
    """Takes requests in."""

    def __init__(self, shows: Shows, people: People, words: Words, clock: Clock) -> None:
        self.shows = shows
        self.people = people
        self.words = words
        self.clock = clock

    def speaker(self, interaction: discord.Interaction) -> Speaker:
        """Words in the asker's language."""
        return Speaker(self.words, interaction.locale.value)

    async def turn(
        self, interaction: discord.Interaction, show: Show, owner_id: int, made: Callable[[Ask], Reply]
    ) -> None:
        """Turn a page: in place for whoever asked for it, privately for everybody else."""
        message = interaction.message
        in_place = interaction.user.id == owner_id and message is not None
        private = not in_place or (message is not None and message.flags.ephemeral)
        ask = await self.ask(interaction, show, private=private)
        if in_place:
            await reply.replace(interaction, made(ask))
        else:
            await ask.answer(made(ask))

    async def ask(self, interaction: discord.Interaction, show: str | Show | None = None, *, private: bool) -> Ask:
        """The request behind an interaction. Raises UserError("show.unknown")."""
        meant = show if isinstance(show, Show) else self.shows.find(show)
        asker = await self.people.asker(
            user_id=interaction.user.id,
            guild_id=interaction.guild_id,
            channel_ids=channel_ids(interaction),
            locale=interaction.locale.value,
            show=meant,
        )
        return Ask(interaction, asker, meant, self.speaker(interaction), self.clock.now(), private)
