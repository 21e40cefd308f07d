"""Discord's own events: the Discord end of `bot.app.event_board`.

Discord knows no nonce for events. Each bears a mark in its description instead: before one is made, and after, the
server's events are looked through for it, so that a crash, or a repetition inside discord.py, leaves one.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Literal

import aiohttp
import discord

from bot.app.event_board import Deleted, EventPost, Shown
from bot.app.outbox import Gone, TryLater
from bot.core.mirror import Phase, mark
from bot.core.party import Party
from bot.discord_ui import grants
from bot.discord_ui.event_words import announced_at, event_description, event_name
from bot.l10n.speaker import Speaker
from bot.l10n.words import Words

log = logging.getLogger(__name__)

#: For all requests about one event; as with messages it is tried again instead.
_TIMEOUT = 20.0
#: How far Discord's times may be from ours and still be the same.
_SAME = timedelta(seconds=1)
#: The most people on a page.
_PAGE = 100
_UNKNOWN_EVENT = 10070
_TOO_MANY_EVENTS = 30038
_ENDED = frozenset({discord.EventStatus.completed, discord.EventStatus.canceled})

VoicePlace = discord.VoiceChannel | discord.StageChannel


class _PlaceGoneError(Exception):
    """The channel of an event isn't there, or is none for events."""


class ScheduledEvents:
    """Shows events with a client that is logged in."""

    def __init__(self, client: discord.Client, words: Words) -> None:
        self._client = client
        self._words = words

    async def show(self, post: EventPost) -> Shown | Deleted | Gone | TryLater:
        """See `bot.app.event_board.EventBoard.show`."""
        try:
            async with asyncio.timeout(_TIMEOUT):
                return await self._show(post)
        except _PlaceGoneError:
            return Gone("place-gone")
        except discord.HTTPException as error:
            return self._refused(error, post)
        except discord.RateLimited as error:
            return TryLater("rate-limited", timedelta(seconds=error.retry_after))
        except (TimeoutError, OSError, aiohttp.ClientError) as error:
            return TryLater(f"network: {type(error).__name__}")
        except RuntimeError as error:
            # aiohttp says so of a session that was closed under it, as in a shutdown.
            return TryLater(f"not connected: {error}")

    async def _show(self, post: EventPost) -> Shown | Deleted:
        guild_id, event_id = post.party.guild_id, post.mirror.event_id
        # Before the servers have come, as right after the login, it has to be asked for.
        guild = self._client.get_guild(guild_id) or await self._client.fetch_guild(guild_id, with_counts=False)
        if event_id is None:
            event = next(iter(await self._ours(guild, post.party)), None)
        else:
            try:
                event = await guild.fetch_scheduled_event(event_id)
            except discord.NotFound as error:
                if error.code != _UNKNOWN_EVENT:
                    raise
                event = None
            if (event is None or event.status in _ENDED) and post.phase is Phase.AHEAD:
                return Deleted()
        if post.phase in (Phase.OVER, Phase.CALLED_OFF):
            await _finish(event)
            return Shown(event_id)
        if post.phase is Phase.RUNNING:
            if event is not None and event.status is discord.EventStatus.scheduled:
                event = await event.start()
            # Discord begins and ends events in voice channels by who is there, too: all of that is right.
            return Shown(event_id if event is None else event.id)
        if event is None:
            return Shown((await self._make(guild, post)).id)
        return await self._put_right(event, post)

    async def _ours(self, guild: discord.Guild, party: Party) -> list[discord.ScheduledEvent]:
        """The events of a party that aren't over, the first one made first."""
        me = self._client.user
        found = [
            event
            for event in await guild.fetch_scheduled_events(with_counts=False)
            if me is not None
            and event.creator_id == me.id
            and event.status not in _ENDED
            and mark(party) in (event.description or "")
        ]
        return sorted(found, key=lambda event: event.id)

    async def _make(self, guild: discord.Guild, post: EventPost) -> discord.ScheduledEvent:
        name, description = self._words_of(post)
        place = await self._place(post)
        if place is None:
            made = await guild.create_scheduled_event(
                name=name,
                description=description,
                start_time=post.party.starts_at,
                end_time=post.ends_at,
                privacy_level=discord.PrivacyLevel.guild_only,
                entity_type=discord.EntityType.external,
                location=announced_at(post.party),
            )
        else:
            made = await guild.create_scheduled_event(
                name=name,
                description=description,
                start_time=post.party.starts_at,
                end_time=post.ends_at,
                privacy_level=discord.PrivacyLevel.guild_only,
                entity_type=_kind(place),
                channel=place,
            )
        # discord.py repeats a request that came to nothing, and what came to nothing may have been done.
        first, *more = await self._ours(guild, post.party) or [made]
        for event in more:
            await event.cancel()
        return first

    async def _put_right(self, event: discord.ScheduledEvent, post: EventPost) -> Shown:
        party, shown_at = post.party, post.mirror.shown_at
        interested = await self._interested(event)
        if event.status is not discord.EventStatus.scheduled:
            # Begun early, by hand: there is no way back.
            return Shown(event.id, interested)
        name, description = self._words_of(post)
        ends_right = event.end_time is not None and abs(event.end_time - post.ends_at) < _SAME
        starts_right = abs(event.start_time - party.starts_at) < _SAME
        where = announced_at(party) if post.mirror.place_id is None else None
        if not (
            starts_right
            and ends_right
            and (event.name, event.description) == (name, description)
            and (event.channel_id, event.location) == (post.mirror.place_id, where)
        ):
            place = await self._place(post)
            if place is None:
                await event.edit(
                    name=name,
                    description=description,
                    start_time=party.starts_at,
                    end_time=post.ends_at,
                    entity_type=discord.EntityType.external,
                    location=announced_at(party),
                )
            else:
                await event.edit(
                    name=name,
                    description=description,
                    start_time=party.starts_at,
                    end_time=post.ends_at,
                    entity_type=_kind(place),
                    channel=place,
                )
        by_hand = shown_at is not None and abs(event.start_time - shown_at) >= _SAME
        return Shown(event.id, interested, put_back=by_hand and not starts_right)

    async def _interested(self, event: discord.ScheduledEvent) -> frozenset[int]:
        """Everybody who is interested in an event, page by page."""
        me = self._client.user
        found: set[int] = set()
        while True:
            # discord.py's own paging goes back to where it came from.
            after = discord.Object(max(found, default=0))
            page = {user.id async for user in event.users(limit=_PAGE, after=after)}
            if len(page) < _PAGE or page <= found:
                return frozenset((found | page) - ({me.id} if me is not None else set()))
            found |= page

    async def _place(self, post: EventPost) -> VoicePlace | None:
        """The channel of an event (None: it is in none). Raises _PlaceGoneError."""
        place_id = post.mirror.place_id
        if place_id is None:
            return None
        try:
            found = self._client.get_channel(place_id) or await self._client.fetch_channel(place_id)
        except discord.NotFound as error:
            raise _PlaceGoneError from error
        if not isinstance(found, VoicePlace):
            raise _PlaceGoneError
        return found

    def _words_of(self, post: EventPost) -> tuple[str, str]:
        """Name and description."""
        assert post.watched is not None
        say = Speaker(self._words, post.party.locale)
        return event_name(say, *post.watched), event_description(say, post.party)

    def _refused(self, error: discord.HTTPException, post: EventPost) -> Gone | TryLater:
        # 401: the token was changed. That is put right by an operator.
        if error.status in (401, 429) or error.status >= 500:
            return TryLater(f"http {error.status}")
        if error.status == 403:
            return Gone("forbidden:" + ",".join(self._missing(post)))
        if error.code == _TOO_MANY_EVENTS:
            return Gone("full")
        log.warning("Discord refused the event of party %s: %s %s", post.party.id, error.status, error.text)
        return Gone(f"refused {error.code}")

    def _missing(self, post: EventPost) -> tuple[str, ...]:
        """What the bot may not and would have to; all that is needed where nobody can say."""
        guild = self._client.get_guild(post.party.guild_id)
        place = self._client.get_channel(post.mirror.place_id or 0)
        if isinstance(place, VoicePlace):
            needed, ours = grants.for_event(_kind(place)), place.permissions_for(place.guild.me)
        else:
            needed = grants.for_event(discord.EntityType.external)
            ours = discord.Permissions.none() if guild is None else guild.me.guild_permissions
        return grants.missing(needed, ours) or needed


def _kind(place: VoicePlace) -> Literal[discord.EntityType.voice, discord.EntityType.stage_instance]:
    return discord.EntityType.stage_instance if isinstance(place, discord.StageChannel) else discord.EntityType.voice


async def _finish(event: discord.ScheduledEvent | None) -> None:
    """End an event that runs, cancel one that was never begun, and leave one that is over."""
    if event is None or event.status in _ENDED:
        return
    if event.status is discord.EventStatus.active:
        await event.end()
    else:
        await event.cancel()
