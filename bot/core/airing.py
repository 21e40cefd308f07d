"""Where a broadcast stands at an instant: before the first episode, between two, on air, or over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.core.show import Episode, Show

#: The length of a slot where the dataset gives none.
_USUAL_MINUTES = 60


class Phase(Enum):
    """``UNSCHEDULED``: nothing on air and nothing ahead has a date, though the show isn't over."""

    UNSCHEDULED = "unscheduled"
    BEFORE_PREMIERE = "before-premiere"
    BETWEEN = "between"
    ON_AIR = "on-air"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Airing:
    """The state of a broadcast.

    ``on_air`` are the episodes that are being shown, until ``on_air_until`` at the latest (UTC; None where there
    are none). ``next`` are the episodes of the next air time, several where they come out together. With no date
    ahead it is the first of the undated ones that are to follow, or empty while another is on air. ``last`` is
    the newest that has been on air in full.
    """

    phase: Phase
    on_air: tuple[Episode, ...]
    next: tuple[Episode, ...]
    last: Episode | None
    on_air_until: datetime | None


def airs_at(episode: Episode) -> datetime | None:
    """When an episode first comes out by its schedule, UTC; None without a date or hour."""
    release = episode.broadcast
    return None if release is None or release.at is None else release.at.instant()


def all_air_by(episodes: Sequence[Episode]) -> datetime | None:
    """When the last of some episodes comes out, UTC; None where one of them has no date or hour."""
    times = [airs_at(episode) for episode in episodes]
    known = [at for at in times if at is not None]
    return max(known, default=None) if len(known) == len(times) else None


def aired(episode: Episode, now: datetime) -> bool:
    """Whether an episode has begun to be shown."""
    at = airs_at(episode)
    return at is not None and at <= now


def minutes_of(show: Show, episode: Episode) -> int:
    """How long an episode's slot is."""
    return episode.minutes or show.minutes or _USUAL_MINUTES


def _minutes_until_over(show: Show, episode: Episode) -> int:
    """How long after its air time an episode is over: one that shares a broadcast comes after those before it."""
    minutes = minutes_of(show, episode)
    while episode.together and (before := show.episode(episode.number - 1)) is not None:
        # A server may have moved one of them by itself.
        if airs_at(before) != airs_at(episode):
            break
        minutes += minutes_of(show, before)
        episode = before
    return minutes


def airing(show: Show, now: datetime) -> Airing:
    """The state of the broadcast at ``now``: an episode is on air from its air time until its minutes are over."""
    dated = sorted(
        ((at, episode) for episode in show.episodes if (at := airs_at(episode)) is not None),
        key=lambda pair: (pair[0], pair[1].number),
    )
    begun = [
        (at + timedelta(minutes=_minutes_until_over(show, episode)), episode) for at, episode in dated if at <= now
    ]
    ahead = [(at, episode) for at, episode in dated if at > now]
    on_air = tuple(episode for end, episode in begun if now < end)
    last = next((episode for end, episode in reversed(begun) if end <= now), None)
    upcoming = tuple(episode for at, episode in ahead if at == ahead[0][0])
    if on_air:
        until = max(end for end, _ in begun if now < end)
        return Airing(Phase.ON_AIR, on_air, upcoming, last, until)
    if ahead:
        return Airing(Phase.BEFORE_PREMIERE if last is None else Phase.BETWEEN, (), upcoming, last, None)
    # An episode in the middle whose hour nobody noted has long been shown.
    newest = max((episode.number for _, episode in begun), default=0)
    to_follow = tuple(episode for episode in show.episodes if episode.number > newest and airs_at(episode) is None)
    over = last is not None and not to_follow
    return Airing(Phase.FINISHED if over else Phase.UNSCHEDULED, (), to_follow[:1], last, None)


def coming_at(show: Show, now: datetime) -> datetime | None:
    """When the next episode airs, UTC; None where none to come has a date."""
    coming = airing(show, now).next
    return airs_at(coming[0]) if coming else None
