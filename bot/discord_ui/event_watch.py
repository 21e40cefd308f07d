"""Listens for what people do with Discord's own events: their interest, and changes by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

import discord
from discord.ext import commands

from bot.app.event_keeper import EventKeeper
from bot.app.parties import Parties
from bot.core.errors import UserError
from bot.discord_ui.cards import Cards

_ENDED = frozenset({discord.EventStatus.completed, discord.EventStatus.canceled})


class EventWatch(commands.Cog):
    """Hands on what Discord tells. What it can't tell, while the bot is away, is asked for afterwards."""

    def __init__(self, client: commands.Bot, keeper: EventKeeper, parties: Parties, cards: Cards) -> None:
        self._client = client
        self._keeper = keeper
        self._parties = parties
        self._cards = cards
        self._turn = asyncio.Lock()
        self._drawing: set[int] = set()
        self._again: set[int] = set()

    async def cog_load(self) -> None:
        # discord.py hands these on only for people whom it knows, and this bot keeps none.
        parsers = self._client._connection.parsers  # pyright: ignore[reportPrivateUsage]
        for word, interested in (("ADD", True), ("REMOVE", False)):
            parsers[f"GUILD_SCHEDULED_EVENT_USER_{word}"] = partial(_heard, self._client, interested)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Look after what happened while nobody listened."""
        await self._keeper.look_again()

    @commands.Cog.listener()
    async def on_resumed(self) -> None:
        """The same after a gap that Discord may not have remembered all of."""
        await self._keeper.look_again()

    @commands.Cog.listener()
    async def on_event_interest(self, event_id: int, user_id: int, interested: bool) -> None:
        """Somebody is interested, or no longer."""
        # In the order in which it was told.
        async with self._turn:
            found = await self._keeper.interest(event_id, user_id, interested=interested)
        if found is not None:
            await self._draw(found.party.id)

    @commands.Cog.listener()
    async def on_scheduled_event_update(self, _before: discord.ScheduledEvent, after: discord.ScheduledEvent) -> None:
        """An event was changed, by us or by hand."""
        await self._seen(after, ended=after.status in _ENDED)

    @commands.Cog.listener()
    async def on_scheduled_event_delete(self, event: discord.ScheduledEvent) -> None:
        """An event was deleted."""
        await self._seen(event, ended=True)

    async def _seen(self, event: discord.ScheduledEvent, *, ended: bool) -> None:
        await self._keeper.seen(event.id, event.start_time, event.channel_id, ended=ended)

    async def _draw(self, party_id: int) -> None:
        """Show a party in its announcement, at most once at a time, however many answer at once."""
        self._again.add(party_id)
        if party_id in self._drawing:
            return
        self._drawing.add(party_id)
        try:
            while party_id in self._again:
                self._again.discard(party_id)
                try:
                    found = await self._parties.get(party_id)
                except UserError:
                    return
                await self._cards.redraw_night(found)
        finally:
            self._drawing.discard(party_id)


def _heard(client: commands.Bot, interested: bool, data: Mapping[str, Any]) -> None:
    client.dispatch("event_interest", int(data["guild_scheduled_event_id"]), int(data["user_id"]), interested)
