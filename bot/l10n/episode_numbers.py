"""By which number an episode is called inside of a sentence, where it isn't named in full.

An ordinary episode goes by its printed number, one in parts by that and its part ("12.2"), and a special by its name.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.progress import ranges
from bot.core.show import Episode, Show
from bot.l10n.speaker import Speaker


def numbered(say: Speaker, episode: Episode) -> str:
    """What stands after the word "episode": "7", "12.2" or "Special 1"."""
    if episode.special is not None:
        return say("episode.special", number=episode.special)
    return str(episode.printed) if episode.part is None else f"{episode.printed}.{episode.part}"


def number_in(say: Speaker, show: Show, number: int) -> str:
    """The same for the episode at a place in the order of a show; 0, and what the show lacks, as it is."""
    episode = show.episode(number)
    return str(number) if episode is None else numbered(say, episode)


def numbers_in(say: Speaker, show: Show, numbers: Iterable[int]) -> str:
    """ "1-3, 5, Special 1" for episodes at these places."""
    places = sorted(set(numbers))
    episodes = [episode for number in places if (episode := show.episode(number)) is not None]
    plain = [episode.printed or 0 for episode in episodes if is_plain(episode)]
    others = [numbered(say, episode) for episode in episodes if not is_plain(episode)]
    return ", ".join([ranges(plain), *others] if plain else others)


def is_plain(episode: Episode) -> bool:
    """Whether its printed number is that of this episode alone."""
    return episode.special is None and episode.part is None
