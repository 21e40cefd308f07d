"""The recap of one episode, as far as a reader may see it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.show import Conflict, Episode, Rating, Show, Source, Text
from bot.core.spoilers import Decision, Horizon, Piece, decide, decide_story


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What sources disagree about, in full, shown or veiled as a whole."""

    conflict: Conflict
    decision: Decision


@dataclass(frozen=True, slots=True)
class Recap:
    """An episode's story in its order. ``title`` is None where none is known or it would tell too much."""

    show: Show
    episode: Episode
    title: Text | None
    beats: tuple[Piece, ...]
    disagreements: tuple[Disagreement, ...]
    rating: Rating | None


@dataclass(frozen=True, slots=True)
class Citation:
    """A source of a recap. ``link`` is what becomes of its address, which can tell whatever its page tells."""

    source: Source
    link: Decision


def recap(show: Show, episode: Episode, seen: Horizon) -> Recap:
    """The recap of ``episode``: its beats and disagreements, each shown, veiled or left out."""
    beat_decision = decide_story(episode.number, seen)
    return Recap(
        show=show,
        episode=episode,
        title=safe_title(episode, seen),
        beats=()
        if beat_decision is Decision.WITHHELD
        else tuple(Piece(beat.text, beat_decision) for beat in episode.beats),
        disagreements=tuple(
            Disagreement(conflict, decision)
            for conflict in show.conflicts
            if conflict.episode == episode.number
            and (decision := decide(conflict.after, seen)) is not Decision.WITHHELD
        ),
        rating=episode.rating,
    )


def safe_title(episode: Episode, seen: Horizon) -> Text | None:
    """The episode's title if it may stand in the open."""
    title = episode.title
    return title.text if title is not None and title.after <= seen.shown else None


def citations(show: Show, episode: Episode, seen: Horizon) -> tuple[Citation, ...]:
    """The sources of an episode's beats, each once, in the order of the story."""
    ids = dict.fromkeys(source for beat in episode.beats for source in beat.sources)
    return tuple(Citation(show.sources[id], decide(show.sources[id].covers, seen)) for id in ids)
