"""When episodes come out: what is next, the season at a glance, and both as calendar entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.airing import aired, airs_at, minutes_of
from bot.core.recap import safe_title
from bot.core.show import Episode, Show, Text
from bot.core.spoilers import Horizon
from bot.render.ical import CalendarEvent


@dataclass(frozen=True, slots=True)
class Row:
    """One episode in the season at a glance. ``at`` is None where no date was announced."""

    episode: Episode
    title: Text | None
    at: datetime | None
    aired: bool


def season(show: Show, now: datetime, seen: Horizon) -> tuple[Row, ...]:
    """Every episode with its date, in order; titles only where they give nothing away."""
    return tuple(
        Row(episode, safe_title(episode, seen), airs_at(episode), aired(episode, now)) for episode in show.episodes
    )


def calendar_events(
    show: Show,
    episodes: Sequence[Episode],
    summaries: Mapping[int, str],
    description: str,
    *,
    timetable: str = "",
    alarm_minutes: int | None = None,
) -> list[CalendarEvent]:
    """Calendar entries of those ``episodes`` that have a date; ``summaries`` by episode number.

    ``timetable`` (letters and digits) tells the times of different servers apart: an episode is another entry in each.
    """
    events: list[CalendarEvent] = []
    which = f"-{timetable}" if timetable else ""
    for episode in episodes:
        release = episode.broadcast
        if release is None or release.at is None:
            continue
        events.append(
            CalendarEvent(
                uid=f"{show.id}-{episode.number}{which}@cliffhanger",
                starts_at=release.at.instant(),
                zone=release.at.zone,
                minutes=minutes_of(show, episode),
                summary=summaries[episode.number],
                description=description,
                url=None,
                sequence=0,
                alarm_minutes=alarm_minutes,
            )
        )
    return events
