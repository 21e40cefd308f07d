"""Up to which episode a channel or thread may talk openly, and where that comes from.

What somebody set in the place itself counts first; then, in a thread, the episode that its name is about
(`bot.core.thread_names`), once that has aired, or been on in the server's re-run; then what was set in the channel
that the thread is in. Only what was set is stored: the rest is worked out when it is asked for, so it holds for old
threads, and after a renaming.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bot.app.clock import Clock
from bot.app.following import episode_named
from bot.app.places import Place
from bot.app.shows import Shows
from bot.app.timetables import Timetables
from bot.core.airing import aired
from bot.core.errors import UserError
from bot.core.show import Episode, Show
from bot.store import ceilings
from bot.store.database import Database, Transaction


class Origin(Enum):
    """Where a ceiling comes from."""

    SET_HERE = "set-here"
    THREAD_NAME = "thread-name"
    PARENT = "parent"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The last episode that may be talked about openly in a place (0: none), and why."""

    episode: int
    origin: Origin


class Ceilings:
    """Knows, sets and deletes the ceilings of places; who may do so is decided by whoever asks."""

    def __init__(self, database: Database, shows: Shows, clock: Clock) -> None:
        self._database = database
        self._shows = shows
        self._clock = clock

    async def of(self, place: Place, show: Show) -> Ceiling:
        """The ceiling of a place for a show."""
        async with self._database.read() as tx:
            return await self.read(tx, place, show)

    async def read(self, tx: Transaction, place: Place, show: Show) -> Ceiling:
        """The same in a transaction that is under way."""
        last = len(show.episodes)
        here = await ceilings.get(tx, place.channel_id, show.id)
        if here is not None:
            return Ceiling(min(here, last), Origin.SET_HERE)
        named = await self._named(tx, place, show)
        if named is not None:
            return Ceiling(named, Origin.THREAD_NAME)
        above = None if place.parent_id is None else await ceilings.get(tx, place.parent_id, show.id)
        if above is not None:
            return Ceiling(min(above, last), Origin.PARENT)
        return Ceiling(0, Origin.NONE)

    async def _named(self, tx: Transaction, place: Place, show: Show) -> int | None:
        found = await episode_named(tx, self._shows, place)
        if found is None or found[0].id != show.id:
            return None
        episode = (await Timetables(tx).watched(place.guild_id, show)).episode(found[1])
        return episode.number if episode is not None and aired(episode, self._clock.now()) else None

    async def save(self, channel_id: int, guild_id: int, show: Show, episode: Episode | None) -> None:
        """Let a place talk openly up to ``episode``, or of nothing (None). Raises UserError("ceiling.not-aired")."""
        if episode is not None and not aired(episode, self._clock.now()):
            raise UserError("ceiling.not-aired", number=episode.number, show=show)
        async with self._database.begin() as tx:
            await ceilings.set(tx, channel_id, guild_id, show.id, 0 if episode is None else episode.number)

    async def clear(self, channel_id: int, show: Show) -> bool:
        """Forget what was set in a place; False where nothing was."""
        async with self._database.begin() as tx:
            return await ceilings.clear(tx, channel_id, show.id)
