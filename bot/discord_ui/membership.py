"""Listens for servers that the bot comes to and leaves."""

from __future__ import annotations

import aiohttp
import discord
from discord.ext import commands

from bot.app.left_servers import LeftServers

#: Discord's codes for a server that it doesn't know, and for one that the bot isn't in.
_NOT_THERE = frozenset({10004, 50001})


async def is_member(client: discord.Client, guild_id: int) -> bool | None:
    """Whether the bot is in a server, as Discord says now; None where it doesn't say."""
    try:
        await client.fetch_guild(guild_id, with_counts=False)
    except (discord.NotFound, discord.Forbidden) as error:
        # Something between here and Discord that is in trouble may say "not found" as well, but without a code.
        return False if error.code in _NOT_THERE else None
    except (discord.DiscordException, aiohttp.ClientError, OSError, RuntimeError):
        # Also while the client isn't logged in yet.
        return None
    return True


class Membership(commands.Cog):
    """Hands on what Discord tells. A server that is only unavailable was not left, and Discord says which it is."""

    def __init__(self, client: commands.Bot, left_servers: LeftServers) -> None:
        self._client = client
        self._left = left_servers

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Look after what happened while nobody listened. Unavailable servers are in the list as well."""
        await self._left.look({guild.id for guild in self._client.guilds}, self._listed_here)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot was added to a server."""
        await self._left.joined(guild.id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was taken out of a server, or the server was deleted."""
        await self._left.left(guild.id)

    def _listed_here(self, guild_id: int) -> bool:
        """Whether this process is one that hears of a server: others may be for other shards."""
        count = self._client.shard_count
        ids = getattr(self._client, "shard_ids", None) or (self._client.shard_id,)
        return count is None or ids == (None,) or (guild_id >> 22) % count in ids
