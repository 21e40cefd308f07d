"""What somebody told the bot about themselves: their zone and how far they have watched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.app.asking import Asker
from bot.core.airing import aired, airs_at
from bot.core.errors import UserError
from bot.core.show import Episode, Show
from bot.store import ceilings, people, progress
from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class SavedZone:
    """A person's zone, and whether they show it in the server they ask from."""

    zone: str
    shared: bool


class People:
    """Reads and writes what belongs to one person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def asker(
        self, *, user_id: int, guild_id: int | None, channel_ids: tuple[int, ...], locale: str, show: Show
    ) -> Asker:
        """Who asks. ``channel_ids`` is the channel, then for a thread its parent; the first ceiling counts."""
        async with self._database.read() as tx:
            zone = await people.zone(tx, user_id)
            shared = guild_id is not None and zone is not None and await people.shares(tx, user_id, guild_id)
            seen = await progress.get(tx, user_id, show.id)
            ceiling = 0
            for channel_id in channel_ids:
                found = await ceilings.get(tx, channel_id, show.id)
                if found is not None:
                    ceiling = found
                    break
        last = len(show.episodes)
        return Asker(
            user_id=user_id,
            guild_id=guild_id,
            channel_id=channel_ids[0],
            locale=locale,
            zone=zone,
            zone_shared=shared,
            progress=min(seen or 0, last),
            ceiling=min(ceiling, last),
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

    async def progress(self, user_id: int, show: Show) -> int | None:
        """The last episode this person marked as seen, or None."""
        async with self._database.read() as tx:
            return await progress.get(tx, user_id, show.id)

    async def save_progress(self, user_id: int, show: Show, episode: Episode | None, now: datetime) -> None:
        """Mark everything up to ``episode`` as seen (None: nothing yet).

        Raises UserError("progress.not-aired") for an episode that nobody can have seen.
        """
        if episode is not None and not aired(episode, now):
            raise UserError("progress.not-aired", number=episode.number, at=airs_at(episode), show=show)
        async with self._database.begin() as tx:
            await progress.set(tx, user_id, show.id, 0 if episode is None else episode.number)

    async def advance_progress(self, user_id: int, show: Show, episode: Episode, now: datetime) -> int:
        """Like `save_progress`, but never backwards; the progress afterwards."""
        if not aired(episode, now):
            raise UserError("progress.not-aired", number=episode.number, at=airs_at(episode), show=show)
        async with self._database.begin() as tx:
            before = await progress.get(tx, user_id, show.id) or 0
            if episode.number > before:
                await progress.set(tx, user_id, show.id, episode.number)
        return max(before, episode.number)

    async def forget_progress(self, user_id: int, show: Show) -> bool:
        """Delete the progress in a show; False where there was none."""
        async with self._database.begin() as tx:
            return await progress.clear(tx, user_id, show.id)
