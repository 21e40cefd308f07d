"""Where a broadcast stands at an instant: before the first episode, between two, on air, or over."""

from __future__ import annotations

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

    ``next`` are the episodes of the next air time (several where they come out together); without any date
    ahead, the first undated one. ``last`` is the newest that has been on air in full.
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


def aired(episode: Episode, now: datetime) -> bool:
    """Whether an episode has begun to be shown."""
    at = airs_at(episode)
    return at is not None and at <= now


def minutes_of(show: Show, episode: Episode) -> int:
    """How long an episode's slot is."""
    return episode.minutes or show.minutes or _USUAL_MINUTES


def airing(show: Show, now: datetime) -> Airing:
    """The state of the broadcast at ``now``. An episode is on air from its first instant to before its end."""
    dated = [(at, episode) for episode in show.episodes if (at := airs_at(episode)) is not None]
    dated.sort(key=lambda pair: (pair[0], pair[1].number))
    undated = tuple(episode for episode in show.episodes if airs_at(episode) is None)
    ends = {episode.number: at + timedelta(minutes=minutes_of(show, episode)) for at, episode in dated}
    on_air = tuple(episode for at, episode in dated if at <= now < ends[episode.number])
    over = [episode for _, episode in dated if ends[episode.number] <= now]
    ahead = [(at, episode) for at, episode in dated if at > now]
    upcoming = tuple(episode for at, episode in ahead if at == ahead[0][0]) if ahead else undated[:1]
    last = over[-1] if over else None
    until = max((ends[episode.number] for episode in on_air), default=None)
    if on_air:
        phase = Phase.ON_AIR
        upcoming = upcoming if ahead else ()
    elif ahead:
        phase = Phase.BETWEEN if last is not None else Phase.BEFORE_PREMIERE
    else:
        phase = Phase.UNSCHEDULED if undated or last is None else Phase.FINISHED
    return Airing(phase, on_air, upcoming, last, until)
