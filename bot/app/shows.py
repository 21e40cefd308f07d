"""The shows that are loaded now, and which one somebody means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.airing import minutes_of
from bot.core.errors import UserError
from bot.core.names import fold, opaque_key
from bot.core.show import Catalogue, Episode, Show
from bot.core.thread_names import ThreadNames, titles_of

#: The show that comes with the bot in full, meant where nobody says otherwise.
_FIRST_SHOW = "the-defects"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A catalogue with what is looked up in it, made beforehand as that takes a while where there are many shows."""

    catalogue: Catalogue
    default: Show
    by_key: Mapping[str, Show]
    by_name: Mapping[str, Show]
    searched: tuple[tuple[tuple[str, ...], Show], ...]
    """Every show with all that it is called, folded."""
    thread_names: ThreadNames


class Shows:
    """Holds the catalogue in use; a reload replaces it as a whole."""

    def __init__(self, catalogue: Catalogue, default_show: str | None = None) -> None:
        self._default_show = default_show
        self.replace(catalogue)

    def replace(self, catalogue: Catalogue) -> None:
        """Use another catalogue from now on."""
        self.use(self.loaded(catalogue))

    def use(self, loaded: Loaded) -> None:
        """The same for one that was made ready by `loaded`."""
        self._loaded = loaded

    def loaded(self, catalogue: Catalogue) -> Loaded:
        """A catalogue made ready for use; may be called in a thread of its own."""
        shows = tuple(catalogue.shows.values())
        default = self._default_of(catalogue)
        searched = tuple((tuple(dict.fromkeys(map(fold, titles_of(show)))), show) for show in shows)
        return Loaded(
            catalogue=catalogue,
            default=default,
            by_key={opaque_key(show.id, ""): show for show in shows},
            by_name={name: show for names, show in reversed(searched) for name in names if name},
            searched=searched,
            thread_names=ThreadNames(catalogue.shows, default),
        )

    def _default_of(self, catalogue: Catalogue) -> Show:
        shows = catalogue.shows
        chosen = (shows.get(show_id) for show_id in (self._default_show, _FIRST_SHOW) if show_id is not None)
        return next((show for show in chosen if show is not None), None) or next(iter(shows.values()))

    @property
    def catalogue(self) -> Catalogue:
        return self._loaded.catalogue

    @property
    def default(self) -> Show:
        """The show meant when none is named: what the operator chose, else The Defects, else the first by title."""
        return self._loaded.default

    @property
    def thread_names(self) -> ThreadNames:
        """What the names of threads say about these shows."""
        return self._loaded.thread_names

    def find(self, typed: str | None) -> Show:
        """The show with this id, title or other title; the default for None.

        Raises UserError("show.unknown") for anything else.
        """
        if typed is None or not typed.strip():
            return self.default
        found = self.get(typed) or self._loaded.by_name.get(fold(typed))
        if found is None:
            raise UserError("show.unknown", typed=typed)
        return found

    def get(self, show_id: str) -> Show | None:
        """The show with this id, or None where it is no longer loaded."""
        return self._loaded.catalogue.shows.get(show_id)

    def episode(self, show_id: str, number: int) -> tuple[Show, Episode] | None:
        """A show with one of its episodes, or None where either is no longer loaded."""
        show = self.get(show_id)
        episode = None if show is None else show.episode(number)
        return None if show is None or episode is None else (show, episode)

    def episodes(self, show_id: str, numbers: Sequence[int]) -> tuple[Show, tuple[Episode, ...]] | None:
        """A show with some of its episodes, or None where it or one of them is no longer loaded."""
        show = self.get(show_id)
        if show is None:
            return None
        found = tuple(episode for number in numbers if (episode := show.episode(number)) is not None)
        return (show, found) if len(found) == len(numbers) else None

    def minutes(self, show_id: str, numbers: Sequence[int]) -> int:
        """How long it takes to watch episodes; an hour for what is no longer loaded."""
        found = self.episodes(show_id, numbers)
        return 60 if found is None else sum(minutes_of(found[0], episode) for episode in found[1])

    def by_key(self, key: str) -> Show:
        """The show a button stands for. Raises UserError("show.gone") where it is no longer loaded."""
        found = self._loaded.by_key.get(key)
        if found is None:
            raise UserError("show.gone")
        return found

    def search(self, typed: str, limit: int = 25) -> list[Show]:
        """Shows whose title holds what was typed so far, best first."""
        wanted = fold(typed[:100])
        scored: list[tuple[int, int, Show]] = []
        for index, (names, show) in enumerate(self._loaded.searched):
            places = [place for name in names if (place := name.find(wanted)) >= 0]
            if places:
                scored.append((min(places), index, show))
        return [show for _, _, show in sorted(scored, key=lambda entry: entry[:2])[:limit]]


def show_key(show: Show) -> str:
    """What stands for a show in a button: short, and the same after every restart."""
    return opaque_key(show.id, "")


def chosen_episode(show: Show, typed: int) -> Episode:
    """The episode meant by a number that somebody typed or chose from a list. Raises UserError("episode.unknown")."""
    episode = show.chosen(typed)
    if episode is None:
        raise UserError("episode.unknown", number=typed, last=show.last_printed, show=show.title)
    return episode


def episode_of(show: Show, number: int) -> Episode:
    """The episode at this place in the order of the show, as buttons name it. Raises UserError("episode.unknown")."""
    episode = show.episode(number)
    if episode is None:
        raise UserError("episode.unknown", number=number, last=len(show.episodes), show=show.title)
    return episode
