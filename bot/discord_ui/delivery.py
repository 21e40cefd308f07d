"""The Discord end of the outbox: sends one message, and says what became of it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import aiohttp
import discord

from bot.app.ceilings import Ceilings
from bot.app.outbox import (
    Address,
    AnnouncementPost,
    Channel,
    Delivered,
    Direct,
    Gone,
    Outcome,
    PartyPost,
    PollPost,
    Post,
    ScreeningPost,
    TryLater,
)
from bot.core.show import Episode, Show
from bot.discord_ui.announcement_words import announcement_card
from bot.discord_ui.cards import Cards
from bot.discord_ui.places import ceiling_of, guild_channel
from bot.discord_ui.posts import CardSending, render
from bot.discord_ui.reply import NO_MENTIONS
from bot.discord_ui.screening_words import thread_name
from bot.l10n.speaker import Speaker
from bot.l10n.words import Words

log = logging.getLogger(__name__)

#: discord.py would wait for minutes; we try again with the same nonce instead.
_TIMEOUT = 10.0
#: Discord allows 50 requests a second over all; some are left for everything else.
_PER_SECOND = 40.0
#: How far back an earlier attempt's message is looked for, in messages, of which Discord gives a hundred at once.
_HISTORY = 2_000
#: By how much our clock may have been ahead when it was sent, so that Discord dates it before that.
_CLOCK_DOUBT = timedelta(hours=1)

_CANNOT_MESSAGE_USER = 50007
_UNKNOWN_MESSAGE = 10008
_HAS_THREAD = 160004


class DiscordOutbox:
    """Delivers posts with a client that is logged in."""

    def __init__(self, client: discord.Client, words: Words, ceilings: Ceilings, cards: Cards) -> None:
        self._client = client
        self._cards = cards
        self._ceilings = ceilings
        self._words = words
        self._next_at = 0.0

    async def deliver(self, to: Address, post: Post, nonce: str, *, maybe_sent_since: datetime | None) -> Outcome:
        """See `bot.app.outbox.Outbox.deliver`."""

        async def unless_sent(channel: discord.PartialMessageable) -> Outcome:
            if maybe_sent_since is not None:
                earlier = await self._find(channel, nonce, maybe_sent_since)
                if earlier is not None:
                    return Delivered(channel.id, earlier)
            return await self._send(channel, post, nonce)

        return await self._attempt(to, unless_sent)

    async def earlier(self, to: Address, nonce: str, *, since: datetime) -> Outcome:
        """See `bot.app.outbox.Outbox.earlier`."""

        async def found(channel: discord.PartialMessageable) -> Outcome:
            message_id = await self._find(channel, nonce, since)
            return Gone("never-sent") if message_id is None else Delivered(channel.id, message_id)

        return await self._attempt(to, found)

    async def _attempt(self, to: Address, act: Callable[[discord.PartialMessageable], Awaitable[Outcome]]) -> Outcome:
        """Do something in a channel, within its time; what can go wrong there is an outcome, too."""
        try:
            await self._pace()
            async with asyncio.timeout(_TIMEOUT):
                return await act(await self._channel(to))
        except discord.HTTPException as error:
            return _refused(error, to)
        except discord.RateLimited as error:
            return TryLater("rate-limited", timedelta(seconds=error.retry_after))
        except (TimeoutError, OSError, aiohttp.ClientError) as error:
            return TryLater(f"network: {type(error).__name__}")
        except RuntimeError as error:
            # aiohttp says so of a session that was closed under it, as in a shutdown.
            return TryLater(f"not connected: {error}")

    async def refresh(self, post: PartyPost | PollPost | ScreeningPost) -> None:
        """See `bot.app.outbox.Outbox.refresh`."""
        await self._pace()
        # What is cut off here is said in a message of its own.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_TIMEOUT):
                if isinstance(post, PollPost):
                    await self._cards.redraw_vote(post)
                elif isinstance(post, ScreeningPost):
                    await self._cards.redraw_screening(post)
                else:
                    await self._cards.redraw_night(post.found)

    async def edit(self, channel_id: int, message_id: int, post: AnnouncementPost) -> Outcome:
        """See `bot.app.outbox.Outbox.edit`."""
        # It has been found, so nothing has to find it by its name any more.
        card = announcement_card(Speaker(self._words, post.locale), post, "0")

        async def edited(channel: discord.PartialMessageable) -> Outcome:
            await channel.get_partial_message(message_id).edit(view=card.layouts()[0], allowed_mentions=NO_MENTIONS)
            return Delivered(channel_id, message_id)

        return await self._attempt(Channel(channel_id), edited)

    async def open_post(
        self, forum_id: int, post: AnnouncementPost, nonce: str, *, maybe_sent_since: datetime | None
    ) -> Outcome:
        """See `bot.app.outbox.Outbox.open_post`."""
        say = Speaker(self._words, post.locale)
        name = thread_name(say, post.show, post.episodes)
        card = announcement_card(say, post, nonce)
        role = [] if post.setup.role_id is None else [discord.Object(post.setup.role_id)]

        async def opened(_: discord.PartialMessageable) -> Outcome:
            found = await guild_channel(self._client, forum_id)
            if found is None or not isinstance(found[0], discord.ForumChannel):
                return Gone("no-forum")
            forum, me = found[0], found[1]
            ours = forum.permissions_for(me)
            tags = [tag for tag in forum.available_tags if not tag.moderated or ours.manage_threads]
            if forum.flags.require_tag and not tags:
                return Gone("tag-needed")
            if maybe_sent_since is not None:
                earlier = await self._find_post(forum, nonce, maybe_sent_since)
                if earlier is not None:
                    return Delivered(earlier, earlier)
            made = await forum.create_thread(
                name=name,
                view=card.layouts()[0],
                allowed_mentions=discord.AllowedMentions(everyone=False, users=False, roles=role),
                applied_tags=tags[:1] if forum.flags.require_tag else [],
            )
            return Delivered(made.thread.id, made.message.id)

        return await self._attempt(Channel(forum_id), opened)

    async def _find_post(self, forum: discord.ForumChannel, nonce: str, since: datetime) -> int | None:
        """The post that an earlier attempt left: forums take no nonces, so it is found by the mark in its buttons."""
        for thread in await forum.guild.active_threads():
            made_at = thread.created_at
            if thread.parent_id == forum.id and made_at is not None and made_at >= since - _CLOCK_DOUBT:
                with contextlib.suppress(discord.NotFound):
                    # The first message of a post has the id of its thread.
                    if nonce in _custom_ids(await thread.fetch_message(thread.id)):
                        return thread.id
        return None

    async def may_open_thread(self, channel_id: int) -> bool | None:
        """See `bot.app.outbox.Outbox.may_open_thread`."""
        try:
            async with asyncio.timeout(_TIMEOUT):
                found = await guild_channel(self._client, channel_id)
        except (discord.DiscordException, TimeoutError, OSError, aiohttp.ClientError, RuntimeError):
            return None
        if found is None or not isinstance(found[0], discord.TextChannel):
            return None
        ours = found[0].permissions_for(found[1])
        return ours.create_public_threads and ours.send_messages_in_threads

    async def open_thread(
        self, channel_id: int, message_id: int, locale: str, show: Show, episodes: Sequence[Episode]
    ) -> Outcome:
        """See `bot.app.outbox.Outbox.open_thread`."""
        name = thread_name(Speaker(self._words, locale), show, episodes)

        async def opened(_: discord.PartialMessageable) -> Outcome:
            found = await guild_channel(self._client, channel_id)
            if found is None or not isinstance(found[0], discord.TextChannel):
                return Gone("no-threads-there")
            channel = found[0]
            try:
                thread = await channel.get_partial_message(message_id).create_thread(name=name)
            except discord.HTTPException as error:
                # A message's thread has its id.
                if error.code != _HAS_THREAD:
                    raise
                return Delivered(message_id, message_id)
            return Delivered(thread.id, message_id)

        return await self._attempt(Channel(channel_id), opened)

    async def _pace(self) -> None:
        """Space requests out, so that a storm of reminders provokes no 429."""
        now = asyncio.get_running_loop().time()
        self._next_at = max(self._next_at, now) + 1 / _PER_SECOND
        wait = self._next_at - 1 / _PER_SECOND - now
        if wait > 0:
            await asyncio.sleep(wait)

    async def _channel(self, to: Address) -> discord.PartialMessageable:
        if isinstance(to, Direct) and to.channel_id is None:
            opened = await self._client.create_dm(discord.Object(to.user_id))
            return self._client.get_partial_messageable(opened.id)
        return self._client.get_partial_messageable(to.channel_id or 0)

    async def _send(self, channel: discord.PartialMessageable, post: Post, nonce: str) -> Outcome:
        sending = render(Speaker(self._words, post.locale), post, nonce, await self._ceiling(post))
        role_id = sending.role_id if isinstance(sending, CardSending) else None
        mentions = discord.AllowedMentions(
            everyone=False,
            roles=False if role_id is None else [discord.Object(role_id)],
            users=[discord.Object(user) for user in sending.mentions],
        )
        if isinstance(sending, CardSending):
            message = await channel.send(view=sending.view, nonce=nonce, allowed_mentions=mentions)
        else:
            # A title that somebody wrote could hold an invitation to elsewhere.
            message = await channel.send(
                sending.content, view=sending.view, nonce=nonce, allowed_mentions=mentions, suppress_embeds=True
            )
        return Delivered(channel.id, message.id)

    async def _ceiling(self, post: Post) -> int:
        """How far the channel of a post is open; 0 where nothing in it asks for more."""
        if not isinstance(post, PartyPost):
            return 0
        return await ceiling_of(self._client, self._ceilings, post.party, post.show)

    async def _find(self, channel: discord.PartialMessageable, nonce: str, since: datetime) -> int | None:
        """The message that an earlier attempt left, found by the mark in its buttons."""
        user = self._client.user
        try:
            async for message in channel.history(limit=_HISTORY):
                if user is not None and message.author.id == user.id and nonce in _custom_ids(message):
                    return message.id
                if message.created_at < since - _CLOCK_DOUBT:
                    break
        except discord.Forbidden:
            log.info("May not read the history of channel %s; sending again", channel.id)
        return None


def _custom_ids(message: discord.Message) -> set[str]:
    """The last argument of every custom_id in a message."""
    found: set[str] = set()
    pending = list(message.components)
    while pending:
        component = pending.pop()
        pending.extend(getattr(component, "children", ()))
        custom_id = getattr(component, "custom_id", None)
        if isinstance(custom_id, str):
            found.add(custom_id.rpartition(":")[2])
    return found


def _refused(error: discord.HTTPException, to: Address) -> Outcome:
    if error.code == _UNKNOWN_MESSAGE:
        # A repeated nonce whose first message was deleted since: it had been delivered.
        return Delivered(to.channel_id or 0, 0)
    if error.status == 403:
        return Gone("dms-closed" if isinstance(to, Direct) or error.code == _CANNOT_MESSAGE_USER else "forbidden")
    if error.status == 404:
        return Gone("channel-gone")
    # 401: the token was changed. That is put right by an operator, and no reason to lose anything.
    if error.status in (401, 429) or error.status >= 500:
        return TryLater(f"http {error.status}")
    log.error("Discord refused a message: %s %s", error.status, error.text)
    return Gone(f"refused {error.code}")
