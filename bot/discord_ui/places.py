"""Channels and threads as places that have a ceiling."""

from __future__ import annotations

import discord

from bot.app.ceilings import Ceilings
from bot.app.places import Place
from bot.core.party import Party
from bot.core.show import Show


def place_of(channel: object, channel_id: int, guild_id: int | None) -> Place:
    """The place that a channel, as far as it is known, is; for a thread with its name and its parent."""
    if not isinstance(channel, discord.Thread):
        return Place(channel_id, guild_id)
    parent = channel.parent
    return Place(channel_id, guild_id, channel.name, channel.parent_id, None if parent is None else parent.name)


async def ceiling_of(client: discord.Client, ceilings: Ceilings, party: Party, show: Show) -> int:
    """How far a party's channel is open; 0 where nothing that was written on the party asks for more.

    Discord is asked for a thread that isn't known, such as an archived one; raises discord.HTTPException or aiohttp's
    errors where it can't say.
    """
    if not party.text_after:
        return 0
    known = client.get_channel(party.channel_id)
    channel = await client.fetch_channel(party.channel_id) if known is None else known
    return (await ceilings.of(place_of(channel, party.channel_id, party.guild_id), show)).episode
