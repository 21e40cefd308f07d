"""Which shows a server follows, which one is meant where none is named, and at which times a server watches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.app.clock import Clock
from bot.app.places import Place
from bot.app.shows import Shows
from bot.app.timetables import Timetables
from bot.core.errors import UserError
from bot.core.show import Show
from bot.store import followed
from bot.store.database import Database, Transaction

#: As many shows as a list of them has room for.
MOST_FOLLOWED = 25


@dataclass(frozen=True, slots=True)
class Scene:
    """A show as it is broadcast, by what a server knows, and ``local``: at the times at which the server watches it."""

    show: Show
    local: Show


@dataclass(frozen=True, slots=True)
class Followed:
    """The shows that a server follows, the one that is meant where none is named first, and those of its channels."""

    shows: tuple[Show, ...]
    channels: Mapping[int, Show]


class Following:
    """Knows and changes what the shows are in a server; who may do so is decided by whoever asks."""

    def __init__(self, database: Database, shows: Shows, clock: Clock) -> None:
        self._database = database
        self._shows = shows
        self._clock = clock

    async def scene(self, place: Place, meant: Show | str | None) -> Scene:
        """The show that is meant in a place, at its times there.

        ``meant`` is the show itself, what somebody typed for it, or None. Raises UserError("show.unknown").
        """
        show = meant if isinstance(meant, Show) else None
        if isinstance(meant, str) and meant.strip():
            show = self._shows.find(meant)
        async with self._database.read() as tx:
            times = Timetables(tx)
            if show is None:
                show = await default_show(tx, self._shows, place)
            return Scene(await times.broadcast(place.guild_id, show), await times.watched(place.guild_id, show))

    async def others(self, place: Place, show: Show) -> tuple[Show, ...]:
        """The shows besides this one that the place's server follows, at the times at which it watches them."""
        if place.guild_id is None:
            return ()
        async with self._database.read() as tx:
            times = Timetables(tx)
            others = [other for other in await self._loaded(tx, place.guild_id) if other.id != show.id]
            return tuple([await times.watched(place.guild_id, other) for other in others])

    async def of(self, guild_id: int) -> Followed:
        """What a server follows, as far as it is loaded."""
        async with self._database.read() as tx:
            channels = await followed.channels(tx, guild_id)
            found = {channel: self._shows.get(show_id) for channel, show_id in channels.items()}
            here = {channel: show for channel, show in found.items() if show is not None}
            return Followed(await self._loaded(tx, guild_id), here)

    async def follow(self, guild_id: int, show: Show) -> bool:
        """Follow a show; the first one is meant where none is named. False where the server follows it already.

        Raises UserError("follow.too-many").
        """
        async with self._database.begin() as tx:
            before = await followed.of(tx, guild_id)
            if show.id not in before and len(before) >= MOST_FOLLOWED:
                raise UserError("follow.too-many", limit=MOST_FOLLOWED)
            added = await followed.add(tx, guild_id, show.id, self._clock.now())
            if added and not before:
                await followed.prefer(tx, guild_id, show.id)
        return added

    async def stop(self, guild_id: int, show: Show) -> Show | None:
        """Stop following a show; the one that is meant from now on where none is named, None where none is followed.

        Raises UserError("follow.not-followed").
        """
        async with self._database.begin() as tx:
            if not await followed.remove(tx, guild_id, show.id):
                raise UserError("follow.not-followed", show=show)
            left = await self._loaded(tx, guild_id)
            if left:
                await followed.prefer(tx, guild_id, left[0].id)
        return left[0] if left else None

    async def prefer(self, guild_id: int, show: Show) -> None:
        """Let a show be meant wherever none is named in a server, which follows it from then on.

        Raises UserError("follow.too-many").
        """
        await self.follow(guild_id, show)
        async with self._database.begin() as tx:
            await followed.prefer(tx, guild_id, show.id)

    async def set_channel(self, guild_id: int, channel_id: int, show: Show) -> None:
        """Let a show be meant in one channel and its threads; the server follows it from then on.

        Raises UserError("follow.too-many").
        """
        await self.follow(guild_id, show)
        async with self._database.begin() as tx:
            await followed.set_channel(tx, guild_id, channel_id, show.id)

    async def clear_channel(self, guild_id: int, channel_id: int) -> bool:
        """Forget what was said for a channel; False where nothing was."""
        async with self._database.begin() as tx:
            return await followed.clear_channel(tx, guild_id, channel_id)

    async def _loaded(self, tx: Transaction, guild_id: int) -> tuple[Show, ...]:
        return _known(self._shows, await followed.of(tx, guild_id))


async def default_show(tx: Transaction, shows: Shows, place: Place) -> Show:
    """The show that is meant in a place where none is named.

    What was said for the channel or thread itself counts first, then the title in a thread's name, then what was said
    for the channel that the thread is in, then the server's, and for whoever follows nothing the program's own.
    """
    if place.guild_id is None:
        return shows.default
    own = await _said(tx, shows, place.channel_id)
    if own is not None:
        return own
    named = await episode_named(tx, shows, place)
    return named[0] if named is not None else await _around(tx, shows, place, place.guild_id)


async def episode_named(tx: Transaction, shows: Shows, place: Place) -> tuple[Show, int] | None:
    """The show and the episode that a thread's name is about; None for what is no thread, or says nothing.

    Where somebody said which show its channel is about, the channel's name doesn't say anything else.
    """
    if place.thread_name is None:
        return None
    if place.guild_id is None:
        return shows.thread_names.episode(place.thread_name, place.parent_name)
    said = await _said(tx, shows, place.channel_id)
    if said is None and place.parent_id is not None:
        said = await _said(tx, shows, place.parent_id)
    meant = said or await _around(tx, shows, place, place.guild_id)
    return shows.thread_names.episode(place.thread_name, place.parent_name if said is None else None, meant)


async def _around(tx: Transaction, shows: Shows, place: Place, guild_id: int) -> Show:
    """What is meant around a thread, or in a channel that nothing was said for."""
    above = None if place.parent_id is None else await _said(tx, shows, place.parent_id)
    return above or next(iter(_known(shows, await followed.of(tx, guild_id))), shows.default)


async def _said(tx: Transaction, shows: Shows, channel_id: int) -> Show | None:
    show_id = await followed.in_channel(tx, channel_id)
    return None if show_id is None else shows.get(show_id)


def _known(shows: Shows, ids: tuple[str, ...]) -> tuple[Show, ...]:
    found = [shows.get(show_id) for show_id in ids]
    return tuple(show for show in found if show is not None)
