"""Which show is meant where, and at which times a server watches it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.app.shows import Shows
from bot.app.timetables import Timetables
from bot.core.show import Show
from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Scene:
    """A show as it is broadcast, by what a server knows, and ``local``: at the times at which the server watches it."""

    show: Show
    local: Show


class Following:
    """Knows what the shows are in a place."""

    def __init__(self, database: Database, shows: Shows) -> None:
        self._database = database
        self._shows = shows

    async def scene(self, guild_id: int | None, meant: Show | str | None) -> Scene:
        """The show that is meant, at its times in a server (None: in none).

        ``meant`` is the show itself, what somebody typed for it, or None. Raises UserError("show.unknown").
        """
        show = meant if isinstance(meant, Show) else self._shows.find(meant)
        async with self._database.read() as tx:
            times = Timetables(tx)
            return Scene(await times.broadcast(guild_id, show), await times.watched(guild_id, show))
