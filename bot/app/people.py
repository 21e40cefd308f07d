"""What somebody told the bot about themselves: their zone and how far they have watched."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.app.asking import Asker
from bot.app.ceilings import Ceilings
from bot.app.places import Place
from bot.core.airing import aired, airs_at
from bot.core.errors import UserError
from bot.core.progress import Progress
from bot.core.show import Episode, Show
from bot.store import people, progress
from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class SavedZone:
    """A person's zone, and whether they show it in the server they ask from."""

    zone: str
    shared: bool


class People:
    """Reads and writes what belongs to one person."""

    def __init__(self, database: Database, ceilings: Ceilings) -> None:
        self._database = database
        self._ceilings = ceilings

    async def asker(self, *, user_id: int, guild_id: int | None, place: Place, locale: str, show: Show) -> Asker:
        """Who asks, and where."""
        async with self._database.read() as tx:
            zone = await people.zone(tx, user_id)
            shared = guild_id is not None and zone is not None and await people.shares(tx, user_id, guild_id)
            watched = await progress.get(tx, user_id, show.id)
            opened = await self._ceilings.read(tx, place, show)
        last = len(show.episodes)
        return Asker(
            user_id=user_id,
            guild_id=guild_id,
            channel_id=place.channel_id,
            locale=locale,
            zone=zone,
            zone_shared=shared,
            watched=(watched or Progress()).cut_to(last),
            told=watched is not None,
            opened=opened,
        )

    async def zone(self, user_id: int, guild_id: int | None) -> SavedZone | None:
        """The saved zone, or None."""
        async with self._database.read() as tx:
            zone = await people.zone(tx, user_id)
            if zone is None:
                return None
            shared = guild_id is not None and await people.shares(tx, user_id, guild_id)
        return SavedZone(zone, shared)

    async def save_zone(self, user_id: int, guild_id: int | None, zone: str, share: bool | None) -> SavedZone:
        """Save a zone; ``share`` sets whether this server may see it (None: as before)."""
        async with self._database.begin() as tx:
            await people.set_zone(tx, user_id, zone)
            if guild_id is not None and share is not None:
                await people.set_share(tx, user_id, guild_id, share)
            shared = guild_id is not None and await people.shares(tx, user_id, guild_id)
        return SavedZone(zone, shared)

    async def forget_zone(self, user_id: int) -> bool:
        """Delete the zone and with it every share; False where there was none."""
        async with self._database.begin() as tx:
            return await people.clear_zone(tx, user_id)

    async def zones_shared_in(self, guild_id: int) -> tuple[str, ...]:
        """The zones shared in a server, the commonest first; never whose they are."""
        async with self._database.read() as tx:
            return tuple(await people.zones_shared_in(tx, guild_id))

    async def watched(self, user_id: int, show: Show) -> Progress | None:
        """What this person has seen of a show, or None if they never said."""
        async with self._database.read() as tx:
            found = await progress.get(tx, user_id, show.id)
        return None if found is None else found.cut_to(len(show.episodes))

    async def save_progress(self, user_id: int, show: Show, seen: Progress, now: datetime) -> Progress | None:
        """Keep exactly what is said; what was kept before, or None.

        Raises UserError("progress.not-aired") for an episode that nobody can have seen.
        """
        check_aired(show, max((*seen.watched, seen.rewatch or 0), default=0), now)
        async with self._database.begin() as tx:
            before = await progress.get(tx, user_id, show.id)
            await progress.set(tx, user_id, show.id, seen)
        return before

    async def see(self, user_id: int, show: Show, episode: Episode, now: datetime) -> tuple[Progress | None, Progress]:
        """Mark an episode and all before it as seen, never backwards; what was kept before, and what is now.

        In a second run it is that run that comes this far. Raises UserError("progress.not-aired").
        """
        check_aired(show, episode.number, now)
        async with self._database.begin() as tx:
            before = await progress.get(tx, user_id, show.id)
            after = (before or Progress()).with_episode(episode.number)
            await progress.set(tx, user_id, show.id, after)
        return before, after

    async def restore_progress(self, user_id: int, show: Show, before: Progress | None, now: datetime) -> None:
        """Put back what was kept before a change (None: nothing)."""
        if before is not None:
            await self.save_progress(user_id, show, before, now)
            return
        await self.forget_progress(user_id, show)

    async def forget_progress(self, user_id: int, show: Show) -> bool:
        """Delete the progress in a show, and with it every share; False where there was none."""
        async with self._database.begin() as tx:
            return await progress.clear(tx, user_id, show.id)

    async def share_progress(self, user_id: int, guild_id: int, show: Show, share: bool) -> None:
        """Let a server see how far somebody is, or no longer. Raises UserError("progress.nothing-to-share")."""
        async with self._database.begin() as tx:
            if share and await progress.get(tx, user_id, show.id) is None:
                raise UserError("progress.nothing-to-share", show=show)
            await progress.set_share(tx, user_id, guild_id, show.id, share)

    async def shares_progress(self, user_id: int, guild_id: int, show: Show) -> bool:
        """Whether a server sees how far somebody is."""
        async with self._database.read() as tx:
            return await progress.shares(tx, user_id, guild_id, show.id)

    async def watched_by(self, user_ids: Collection[int], show: Show) -> Mapping[int, Progress]:
        """What each of these people has seen of a show who has said so."""
        async with self._database.read() as tx:
            found = await progress.of_all(tx, user_ids, show.id)
        return {user_id: seen.cut_to(len(show.episodes)) for user_id, seen in found.items()}

    async def progress_shared_in(self, guild_id: int, show: Show) -> Mapping[int, Progress]:
        """Who lets a server see how far they are, and how far, the furthest first."""
        async with self._database.read() as tx:
            found = await progress.shared_in(tx, guild_id, show.id)
        return {user_id: seen.cut_to(len(show.episodes)) for user_id, seen in found.items()}


def check_aired(show: Show, number: int, now: datetime) -> None:
    """Raises UserError("progress.not-aired") for an episode that nobody can have seen."""
    episode = show.episode(number)
    if episode is not None and not aired(episode, now):
        raise UserError("progress.not-aired", number=episode.number, at=airs_at(episode), show=show)
