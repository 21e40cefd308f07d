"""Times that a server's admins know better than the dataset, and how a show comes out by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.airing import airs_at
from bot.core.show import Correction, Episode, Show
from bot.core.timetable import retimed
from bot.core.when_words import normalised
from bot.core.zones import WallTime, resolve

#: What people type for a time that nobody knows any more.
_NO_DATE = frozenset(
    (
        *("nodate", "tbd", "tba", "none", "unknown", "undated", "-"),
        *(
            "미정",
            "없음",
            "날짜없음",
            "날짜미정",
            "未定",
            "sinfecha",
            "semdata",
            "tanpatanggal",
            "sansdate",
            "keindatum",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Override:
    """When an episode comes out by a server's admins (None: nobody knows), and what they say about it."""

    at: WallTime | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What an admin changed in one go: the times of some episodes, by number, as far as they still count.

    ``made_at`` is UTC. ``user_id`` is `NOBODY`'s for an admin who wanted to be forgotten.
    """

    id: int
    guild_id: int
    show_id: str
    user_id: int
    note: str | None
    made_at: datetime
    times: Mapping[int, WallTime | None]


def is_no_date(typed: str) -> bool:
    """Whether somebody typed that a time isn't known any more, as in "no date" or "TBD"."""
    return normalised(typed).replace(" ", "") in _NO_DATE


def wall_time(at: datetime, zone: str) -> WallTime:
    """An instant as a wall time in ``zone``, or in UTC where that couldn't tell it from the same hour before it."""
    for there in (zone, "UTC"):
        wall = at.astimezone(ZoneInfo(there)).replace(tzinfo=None)
        if resolve(wall, there) == at:
            return WallTime(wall.date(), wall.hour * 60 + wall.minute, there)
    raise ValueError(f"not on a whole minute: {at!r}")


def corrected(show: Show, overrides: Mapping[int, Override]) -> Show:
    """The show with some of its episodes (by number) as its server's admins say; each keeps what the dataset has.

    An override that says the same as the dataset changes nothing.
    """
    other = {
        number: override
        for number, override in overrides.items()
        if (episode := show.episode(number)) is not None and not says_the_same(episode, override.at)
    }
    if not other:
        return show
    times = {number: override.at for number, override in other.items()}
    moved = retimed(show, times)
    return replace(
        moved,
        episodes=tuple(
            replace(episode, correction=Correction(_published(show.episodes[index]), other[episode.number].note))
            if episode.number in other
            else episode
            for index, episode in enumerate(moved.episodes)
        ),
    )


def says_the_same(episode: Episode, at: WallTime | None) -> bool:
    """Whether an episode comes out at that very moment anyway (None: has no date anyway)."""
    return airs_at(episode) == (None if at is None else at.instant())


def moved_along(show: Show, number: int, at: datetime | None) -> dict[int, WallTime | None] | None:
    """The times of an episode that is to come out at ``at``, and of all later ones with a date, moved by as much.

    They keep their hour on the broadcaster's clocks. With None all of them lose their date. None where nobody knows
    by how much the episode moves, since it has no date yet.
    """
    later = [episode for episode in show.episodes if episode.number > number and airs_at(episode) is not None]
    if at is None:
        return {number: None, **{episode.number: None for episode in later}}
    before = None if (first := show.episode(number)) is None else airs_at(first)
    if before is None:
        return None
    zone = ZoneInfo(show.zone)
    by = at.astimezone(zone).replace(tzinfo=None) - before.astimezone(zone).replace(tzinfo=None)
    times: dict[int, WallTime | None] = {number: wall_time(at, show.zone)}
    for episode in later:
        was = airs_at(episode)
        assert was is not None
        wall = was.astimezone(zone).replace(tzinfo=None) + by
        times[episode.number] = wall_time(resolve(wall, show.zone), show.zone)
    return times


def _published(episode: Episode) -> WallTime | None:
    release = episode.broadcast
    return None if release is None else release.at
