"""Where people watch, and when an episode comes out there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.core.airing import airs_at
from bot.core.names import fold
from bot.core.show import Episode, Release, Show


@dataclass(frozen=True, slots=True)
class Service:
    """A channel or streaming service, and the country (ISO 3166) that somebody uses it in (None: not said)."""

    name: str
    region: str | None = None


def offered(shows: Iterable[Show]) -> Mapping[str, frozenset[str]]:
    """The services on which any episode of these shows comes out, by name, with the countries that sources name."""
    found: dict[str, set[str]] = {}
    spelled: dict[str, str] = {}
    for show in shows:
        for release in (release for episode in show.episodes for release in episode.releases):
            name = spelled.setdefault(fold(release.service), release.service)
            found.setdefault(name, set()).update(release.regions)
    return {name: frozenset(regions) for name, regions in sorted(found.items(), key=lambda entry: fold(entry[0]))}


def release_on(episode: Episode, service: Service) -> Release | None:
    """How an episode comes out on a service; None where no source says that it does, in that country.

    A release whose countries nobody names counts for all of them. Of several the first with an hour is meant.
    """
    there = [
        release
        for release in episode.releases
        if fold(release.service) == fold(service.name)
        and (service.region is None or not release.regions or service.region in release.regions)
    ]
    return next((release for release in there if release.at is not None), next(iter(there), None))


def comes_at(episode: Episode, service: Service | None) -> datetime | None:
    """When an episode comes out on somebody's service, UTC; the time of the broadcast where no source gives an hour."""
    release = None if service is None else release_on(episode, service)
    return airs_at(episode) if release is None or release.at is None else release.at.instant()


def together(show: Show, service: Service | None) -> Mapping[datetime, tuple[Episode, ...]]:
    """The episodes that come out at the same moment, by that moment."""
    found: dict[datetime, tuple[Episode, ...]] = {}
    for episode in show.episodes:
        at = comes_at(episode, service)
        if at is not None:
            found[at] = (*found.get(at, ()), episode)
    return found
