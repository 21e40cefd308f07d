"""Channels and threads as places that have a ceiling."""

from __future__ import annotations

from dataclasses import replace

import discord
from discord.abc import GuildChannel

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
    channel = client.get_channel(party.channel_id)
    place = place_of(channel, party.channel_id, party.guild_id)
    if channel is None:
        channel = await client.fetch_channel(party.channel_id)
        place = place_of(channel, party.channel_id, party.guild_id)
        if isinstance(channel, discord.Thread) and channel.parent is None:
            # In a server that another process listens to. What its channel is called says of which show it is.
            parent = await client.fetch_channel(channel.parent_id)
            place = replace(place, parent_name=getattr(parent, "name", None))
    return (await ceilings.of(place, show)).episode


async def guild_channel(client: discord.Client, channel_id: int) -> tuple[GuildChannel, discord.Member] | None:
    """A channel of a server, whose roles are known, and the bot as its member; None where there is none to be seen.

    What isn't known, as before the servers have come and in those that another process listens to, is asked for;
    raises discord.HTTPException or aiohttp's errors where Discord can't say.
    """
    known = client.get_channel(channel_id)
    if isinstance(known, GuildChannel):
        return known, known.guild.me
    try:
        found = await client.fetch_channel(channel_id)
        if client.user is None or not isinstance(found, GuildChannel):
            return None
        guild = await client.fetch_guild(found.guild.id, with_counts=False)
        channel = await guild.fetch_channel(channel_id)
        me = await guild.fetch_member(client.user.id)
    except (discord.NotFound, discord.Forbidden):
        return None
    return (channel, me) if isinstance(channel, GuildChannel) else None
