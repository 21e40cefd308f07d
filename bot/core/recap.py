"""The recap of one episode, or of all so far, as far as a reader may see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.show import Conflict, Episode, Rating, Show, Source, Text
from bot.core.spoilers import Decision, Horizon, Piece, decide, decide_story
from bot.core.text import first_sentence


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
    """A source of what was told. ``link`` is what becomes of its address, which can tell whatever its page tells."""

    source: Source
    link: Decision


@dataclass(frozen=True, slots=True)
class Condensed:
    """An episode's story in short; ``pieces`` is empty where none is on file."""

    episode: Episode
    title: Text | None
    pieces: tuple[Piece, ...]


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
            and (decision := _about_story(conflict, episode, seen)) is not Decision.WITHHELD
        ),
        rating=episode.rating,
    )


def previously(show: Show, limit: int, seen: Horizon) -> tuple[Condensed, ...]:
    """The story up to episode ``limit`` in short, an episode after the other; what may not be told is left out.

    An episode without a summary is told by the first sentence of each of its beats.
    """
    return tuple(
        Condensed(
            episode,
            safe_title(episode, seen),
            tuple(
                Piece(text, decision)
                for text in _in_short(episode)
                if (decision := decide_story(episode.number, seen)) is not Decision.WITHHELD
            ),
        )
        for episode in show.episodes[:limit]
    )


def disagreements(conflicts: Iterable[Conflict], seen: Horizon) -> tuple[Disagreement, ...]:
    """Those of ``conflicts`` that may be told of, in their order."""
    return tuple(
        Disagreement(conflict, decision)
        for conflict in conflicts
        if (decision := decide(conflict.after, seen)) is not Decision.WITHHELD
    )


def safe_title(episode: Episode, seen: Horizon) -> Text | None:
    """The episode's title if it may stand in the open."""
    title = episode.title
    return title.text if title is not None and title.after <= seen.shown else None


def citations(show: Show, sources: Iterable[str], seen: Horizon) -> tuple[Citation, ...]:
    """The sources with these ids, each once, in the order of the story."""
    return tuple(Citation(show.sources[id], decide(show.sources[id].covers, seen)) for id in dict.fromkeys(sources))


def _about_story(conflict: Conflict, episode: Episode, seen: Horizon) -> Decision:
    """What becomes of a disagreement about an episode: some tell of later ones, the rest is part of its story."""
    return decide_story(episode.number, seen) if conflict.after == episode.number else decide(conflict.after, seen)


def _in_short(episode: Episode) -> tuple[Text, ...]:
    if episode.summary is not None:
        return (episode.summary.text,)
    return tuple(
        Text({language: first_sentence(text) for language, text in beat.text.by_language.items()})
        for beat in episode.beats
    )
