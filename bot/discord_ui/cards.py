"""Announcements that are in a channel already, shown as things are now."""

from __future__ import annotations

import logging

import aiohttp
import discord

from bot.app.ceilings import Ceilings
from bot.app.outbox import PollPost, ScreeningPost
from bot.app.party_series import PartySeries, Season
from bot.app.shows import Shows
from bot.core.party import Attendance
from bot.discord_ui.places import ceiling_of
from bot.discord_ui.posts import announcement, series_card
from bot.discord_ui.reply import NO_MENTIONS, Reply
from bot.discord_ui.screening_words import screening_card
from bot.discord_ui.votes import vote_card
from bot.l10n.speaker import Speaker
from bot.l10n.words import Words

log = logging.getLogger(__name__)


class Cards:
    """Edits the announcements of parties."""

    def __init__(
        self, client: discord.Client, words: Words, shows: Shows, ceilings: Ceilings, seasons: PartySeries
    ) -> None:
        self._client = client
        self._words = words
        self._shows = shows
        self._ceilings = ceilings
        self._seasons = seasons

    async def redraw(self, found: Attendance, gone_to: int | None = None) -> None:
        """Show the new state of a party in its announcement, as far as that can still be edited.

        ``gone_to``: it only says in which channel the party is announced now. Never raises for anything Discord or
        the network does.
        """
        party = found.party
        shown = self._shows.episodes(party.show_id, party.episodes)
        if party.message_id is None or shown is None:
            return
        say = Speaker(self._words, party.locale)
        message = self._client.get_partial_messageable(party.channel_id).get_partial_message(party.message_id)
        try:
            ceiling = await ceiling_of(self._client, self._ceilings, party, shown[0])
            card = announcement(say, *shown, found, "-", ceiling)
            if gone_to is not None:
                card = Reply().add("🎬 " + say("party.announced-elsewhere", channel=f"<#{gone_to}>"))
            await message.edit(view=card.layouts()[0], allowed_mentions=NO_MENTIONS)
        except (discord.DiscordException, aiohttp.ClientError, OSError, RuntimeError) as error:
            # Its buttons stay, and are answered by what the party is; guests are told of changes in messages.
            log.info("The announcement of party %s can't be edited: %s", party.id, error)

    async def redraw_night(self, found: Attendance, gone_to: int | None = None) -> None:
        """The same, and the announcement of the series that it is a night of."""
        await self.redraw(found, gone_to)
        party = found.party
        if party.series_id is not None:
            await self.redraw_series(await self._seasons.get(party.series_id, party.guild_id))

    async def redraw_series(self, season: Season) -> None:
        """Show the nights of a series as they are now in its announcement. Never raises, as `redraw`."""
        series = season.series
        show = self._shows.get(series.show_id)
        if series.message_id is None or show is None:
            return
        message = self._client.get_partial_messageable(series.channel_id).get_partial_message(series.message_id)
        nights = [night.party for night in season.nights]
        card = series_card(Speaker(self._words, series.locale), show, series, nights, "-")
        try:
            await message.edit(view=card.layouts()[0], allowed_mentions=NO_MENTIONS)
        except (discord.DiscordException, aiohttp.ClientError, OSError, RuntimeError) as error:
            log.info("The announcement of series %s can't be edited: %s", series.id, error)

    async def redraw_screening(self, post: ScreeningPost) -> None:
        """Show what a party is at in the message with its buttons. Never raises, as `redraw`."""
        screening = post.screening
        if screening.message_id is None:
            return
        message = self._client.get_partial_messageable(screening.channel_id).get_partial_message(screening.message_id)
        card = screening_card(Speaker(self._words, post.party.locale), post)
        try:
            await message.edit(view=card.layouts()[0], allowed_mentions=NO_MENTIONS)
        except (discord.DiscordException, aiohttp.ClientError, OSError, RuntimeError) as error:
            # Its buttons stay, and are answered by what the party is at.
            log.info("What party %s is at can't be shown: %s", post.party.id, error)

    async def redraw_vote(self, post: PollPost) -> None:
        """Show in the card of a vote that it is over, as `redraw` does with a party."""
        ballot = post.decision.ballot
        poll = ballot.poll
        if poll.message_id is None:
            return
        card = vote_card(Speaker(self._words, poll.locale), post.show, post.episodes, ballot, post.decision)
        message = self._client.get_partial_messageable(poll.channel_id).get_partial_message(poll.message_id)
        try:
            await message.edit(view=card.layouts()[0], allowed_mentions=NO_MENTIONS)
        except (discord.DiscordException, aiohttp.ClientError, OSError, RuntimeError) as error:
            # Its buttons stay, and whoever presses one is told that the vote is over.
            log.info("The card of vote %s can't be edited: %s", poll.id, error)
