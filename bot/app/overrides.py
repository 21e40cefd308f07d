"""Times that a server's admins know better: making and undoing changes, and letting go of what is needed no longer."""

from __future__ import annotations

from datetime import datetime

from bot.app.clock import Clock
from bot.app.moves import Moved, Moves
from bot.app.shows import Shows, episode_of
from bot.app.timetables import Timetables
from bot.core.airing import airs_at
from bot.core.errors import UserError
from bot.core.override import Change, moved_along, says_the_same, wall_time
from bot.core.show import Show
from bot.core.zones import WallTime
from bot.store import overrides
from bot.store.database import Database, Transaction


class Overrides:
    """What servers' admins say about air times; who may say so is decided by whoever asks.

    All that depends on air times follows in the same transaction.
    """

    def __init__(self, database: Database, clock: Clock, shows: Shows, moves: Moves) -> None:
        self._database = database
        self._clock = clock
        self._shows = shows
        self._moves = moves

    async def draft(self, guild_id: int, show_id: str, user_id: int, note: str | None) -> int:
        """Begin a change whose time isn't clear yet; its id. Raises UserError("override.too-many")."""
        async with self._database.begin() as tx:
            change = await overrides.draft(
                tx, guild_id=guild_id, show_id=show_id, user_id=user_id, note=note, now=self._clock.now()
            )
        return change.id

    async def make(
        self, guild_id: int, show_id: str, user_id: int, note: str | None, number: int, at: datetime | None, later: bool
    ) -> Change:
        """Let an episode come out at ``at`` (None: no date) in a server; with ``later``, all after it move as well.

        Raises UserError: "show.gone", "episode.unknown", "override.too-many", and as `finish`.
        """
        async with self._database.begin() as tx:
            change = await overrides.draft(
                tx, guild_id=guild_id, show_id=show_id, user_id=user_id, note=note, now=self._clock.now()
            )
            made = await self._fill(tx, change, number, at, later)
        self._moves.tell()
        return made

    async def finish(
        self, change_id: int, guild_id: int, user_id: int, number: int, at: datetime | None, later: bool
    ) -> Change:
        """The same for a change that this person has begun.

        Raises UserError: "override.gone" for one that is none or was made already, "override.same" where that is when
        it comes out anyway, "override.published" where it is what the dataset has, or "override.later-undated" where
        nobody knows by how much the later ones are to move.
        """
        async with self._database.begin() as tx:
            change = await overrides.get(tx, change_id)
            if change is None or change.guild_id != guild_id or change.user_id != user_id or change.times:
                raise UserError("override.gone")
            made = await self._fill(tx, change, number, at, later)
        self._moves.tell()
        return made

    async def active(self, guild_id: int, show_id: str) -> tuple[Change, ...]:
        """The changes of a show that count in a server, newest first."""
        async with self._database.read() as tx:
            return await overrides.active(tx, guild_id, show_id)

    async def undo(self, change_id: int, guild_id: int, user_id: int) -> Change:
        """Let a change count no longer. Raises UserError("override.gone")."""
        async with self._database.begin() as tx:
            change = await overrides.get(tx, change_id)
            if change is None or change.guild_id != guild_id or not change.times:
                raise UserError("override.gone")
            await overrides.undo(tx, change_id, user_id, self._clock.now())
            await self._moves.within(tx, self._shows)
        self._moves.tell()
        return change

    async def _fill(self, tx: Transaction, change: Change, number: int, at: datetime | None, later: bool) -> Change:
        published = self._shows.get(change.show_id)
        if published is None:
            raise UserError("show.gone")
        show = await Timetables(tx).broadcast(change.guild_id, published)
        episode = episode_of(show, number)
        called = episode.printed or number
        at = None if at is None else at.replace(second=0, microsecond=0)
        if airs_at(episode) == at:
            raise UserError("override.same", number=called, show=show)
        if not later and airs_at(episode_of(published, number)) == at:
            raise UserError("override.published", number=called, show=show)
        times = _times(show, number, at, later)
        if times is None:
            raise UserError("override.later-undated", number=called, show=show)
        made = await overrides.fill(tx, change.id, times)
        if made is None:
            raise UserError("override.gone")
        await self._moves.within(tx, self._shows)
        return made


def _times(show: Show, number: int, at: datetime | None, later: bool) -> dict[int, WallTime | None] | None:
    if later:
        return moved_along(show, number, at)
    return {number: None if at is None else wall_time(at, show.zone)}


class UnneededOverrides:
    """Lets go of what the dataset has come to say itself."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def follow(self, tx: Transaction, shows: Shows, unsure: frozenset[tuple[int, str]]) -> list[Moved]:
        """See `bot.app.moves.Follower`: moves nothing."""
        now = self._clock.now()
        for guild_id, of_guild in (await overrides.everywhere(tx)).items():
            for show_id, times in of_guild.items():
                show = shows.get(show_id)
                same = [
                    number
                    for number, override in times.items()
                    if show is not None
                    and (episode := show.episode(number)) is not None
                    and says_the_same(episode, override.at)
                ]
                if same:
                    await overrides.no_longer_needed(tx, guild_id, show_id, same, now)
        return []
