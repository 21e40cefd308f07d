"""A made-up show with nothing in it but air times, for tests of what goes by them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from bot.core.show import Episode, Release, ReleaseKind, Show, Text
from bot.core.zones import WallTime


def harbour(*airs: datetime | None) -> Show:
    """Episodes of an hour each; ``airs`` are their air times in UTC, to the minute (None: not known)."""
    return Show(
        id="harbour",
        title=Text({"en": "Harbour"}),
        native_title=None,
        aliases=(),
        network="ENA",
        country="KR",
        zone="UTC",
        language="en",
        minutes=60,
        age_rating=None,
        genres=(),
        synopsis=None,
        credits=(),
        episodes=tuple(_episode(number, at) for number, at in enumerate(airs, 1)),
        characters=(),
        questions=(),
        conflicts=(),
        sources={},
    )


def _episode(number: int, at: datetime | None) -> Episode:
    wall = None
    if at is not None:
        midnight = datetime.combine(at.date(), time(), UTC)
        wall = WallTime(at.date(), (at - midnight) // timedelta(minutes=1), "UTC")
    release = Release("ENA", ReleaseKind.BROADCAST, (), wall, (), None)
    return Episode(number, 1, number, None, (release,), None, ())
