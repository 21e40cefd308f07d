"""A show at other times than those of its broadcast.

Everything that asks when an episode comes out asks the episode itself, so a show with other times is all that it takes
to have reminders, parties and calendars go by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.core.show import Episode, Release, ReleaseKind, Show
from bot.core.zones import WallTime


def retimed(show: Show, times: Mapping[int, WallTime | None]) -> Show:
    """The show with some of its episodes (by number) at other times; None: without any date.

    What is said of a release besides its time is kept where an episode has one. All other ways in which a retimed
    episode comes out lose their hours, since they were announced together with the time that is no longer so. What a
    server's admins had said of its time is no longer so either.
    """
    if not times:
        return show
    return replace(
        show,
        episodes=tuple(
            _at(show, episode, times[episode.number]) if episode.number in times else episode
            for episode in show.episodes
        ),
    )


def _at(show: Show, episode: Episode, at: WallTime | None) -> Episode:
    main = episode.broadcast or next(iter(episode.releases), None)
    if main is None:
        main = Release(show.network, ReleaseKind.BROADCAST, (), None, (), None)
    others = tuple(replace(release, at=None) for release in episode.releases if release is not main)
    return replace(episode, releases=(replace(main, at=at), *others), derived=False, correction=None)
