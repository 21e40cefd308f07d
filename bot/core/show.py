"""What a show is: frozen values with a stamp on everything that can be a spoiler.

Numbers of episodes are absolute: they count everything that is watched through all seasons from 1, specials and
parts of episodes included, so that one integer is a horizon. What an episode is called by is its ``printed`` number.
``after`` (a stamp) is the number of the episode after which a thing is safe to know; 0 is safe before the first.
Nothing here reads files, clocks or languages; see `bot.dataset` for the file format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Final

from bot.core.zones import WallTime

#: No episode has a higher number.
BEYOND_NUMBERS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Text:
    """One text in one or more languages, English always among them."""

    by_language: Mapping[str, str]

    def to(self, language: str) -> str:
        """The text in ``language`` (``"ko"``, ``"pt-BR"``), or what comes closest; see `language_for`."""
        return self.by_language[self.language_for(language)]

    def language_for(self, language: str) -> str:
        """Which of its languages a reader of ``language`` gets.

        That very one; else the same without its region (``"pt"`` for ``"pt-BR"``); else the same of another
        region; else English.
        """
        wanted = language.replace("_", "-")
        while wanted:
            if wanted in self.by_language:
                return wanted
            wanted = wanted.rpartition("-")[0]
        return next((own for own in sorted(self.by_language) if same_language(own, language)), "en")

    def speaks(self, language: str) -> bool:
        """Whether a reader of ``language`` gets it in that language, be it another region's."""
        return same_language(self.language_for(language), language)


def same_language(one: str, other: str) -> bool:
    """Whether two codes of languages differ in their regions at most."""
    return one.replace("_", "-").partition("-")[0] == other.replace("_", "-").partition("-")[0]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was read. ``covers`` is the last episode that its page (or its address) tells of."""

    id: str
    publisher: str
    url: str
    language: str
    covers: int


@dataclass(frozen=True, slots=True)
class Side:
    """One camp of a disagreement."""

    claim: Text
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """What sources disagree about, which side the dataset follows, and why.

    ``episode`` is the recap it belongs to (None: to the show as a whole).
    """

    id: str
    after: int
    topic: Text
    sides: tuple[Side, ...]
    chosen: Text
    why: Text
    episode: int | None = None


class Confidence(Enum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence about a character, safe after an episode."""

    text: Text
    after: int
    sources: tuple[str, ...]
    confidence: Confidence = Confidence.HIGH
    conflict: str | None = None


class RelationKind(Enum):
    """What sort of tie a relation is, for the colour of its arrow."""

    FAMILY = "family"
    LOVE = "love"
    ALLY = "ally"
    ENEMY = "enemy"
    WORK = "work"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Relation:
    """How a character stands to another; ``text`` holds ``{name}`` where the other's name goes.

    ``label`` is the same in a word or two without names, for an arrow of the chart (None: not drawn there). Of
    several relations to the same person the last safe one is the one that holds.
    """

    to: str
    text: Text
    after: int
    sources: tuple[str, ...]
    label: Text | None = None
    kind: RelationKind = RelationKind.OTHER


@dataclass(frozen=True, slots=True)
class Group:
    """A family, organisation or camp that characters belong to. ``names`` rise by stamp; the last safe one is used.

    A group is known to exist from the stamp of its first name on.
    """

    id: str
    names: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """That a character belongs to a group from an episode on; ``group`` None: to none any more."""

    group: str | None
    after: int
    sources: tuple[str, ...]


class Condition(Enum):
    """How somebody fares; whoever has no status is taken to be alive."""

    ALIVE = "alive"
    MISSING = "missing"
    DECEASED = "deceased"


@dataclass(frozen=True, slots=True)
class Status:
    """How a character is known to fare from an episode on, such as deceased."""

    condition: Condition
    after: int
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """What a character may be called from an episode on.

    Of the names that are safe the last listed is the one shown; ``aliases`` are spellings that search
    finds as well. A name that would itself tell something has its own ``after``.
    """

    text: Text
    after: int
    native: str | None
    aliases: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who plays a character."""

    name: str
    native: str | None
    aliases: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Character:
    """A character. ``after`` is when it may be known to exist.

    ``names``, ``roles``, ``memberships`` and ``statuses`` rise by stamp.
    """

    id: str
    after: int
    names: tuple[Name, ...]
    roles: tuple[Fact, ...]
    actor: Actor | None
    relations: tuple[Relation, ...]
    facts: tuple[Fact, ...]
    memberships: tuple[Membership, ...] = ()
    statuses: tuple[Status, ...] = ()


@dataclass(frozen=True, slots=True)
class Beat:
    """One step of an episode's story, in the order of the story. Safe after that episode."""

    text: Text
    sources: tuple[str, ...]
    conflict: str | None = None


class ReleaseKind(Enum):
    BROADCAST = "broadcast"
    STREAMING = "streaming"


@dataclass(frozen=True, slots=True)
class Release:
    """One way an episode comes out.

    ``at`` is None where no source gives the hour. ``regions`` are ISO 3166 codes, empty for "abroad" or
    unknown. ``checked`` is the day on which the source was read.
    """

    service: str
    kind: ReleaseKind
    regions: tuple[str, ...]
    at: WallTime | None
    sources: tuple[str, ...]
    checked: date | None


@dataclass(frozen=True, slots=True)
class Rating:
    """A nationwide audience share in per cent, with the capital area's where known."""

    nationwide: float
    capital: float | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Title:
    """An episode's title; its stamp says when it gives nothing away."""

    text: Text
    after: int
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """That the admins of a server know another time than the dataset.

    ``published`` is when the episode comes out by the dataset (None: no date there), ``note`` what the admins say
    about it, as they typed it.
    """

    published: WallTime | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Episode:
    """One thing to watch. ``number`` is its place in the order of the show, ``in_season`` counts within ``season``.

    ``summary`` is its story in a sentence or two, safe after it like its beats. ``lag`` is by how much the number that
    people call it by is lower, since specials and further parts before it don't count there. ``special`` is its number
    among the specials of the show, whose ``in_season`` is 0. ``part``: of an episode that comes out in several.
    ``season_part``: of a season that does. ``together``: shown in one broadcast with the episode before it.
    ``derived``: no source prints its day, which was counted on from others.
    ``correction`` is set where its time is what a server's admins say (None: it is the dataset's).
    """

    number: int
    season: int
    in_season: int
    title: Title | None
    releases: tuple[Release, ...]
    rating: Rating | None
    beats: tuple[Beat, ...]
    minutes: int | None = None
    summary: Beat | None = None
    lag: int = 0
    special: int | None = None
    part: int | None = None
    season_part: int | None = None
    together: bool = False
    derived: bool = False
    correction: Correction | None = None

    @property
    def printed(self) -> int | None:
        """The number that people call it by, through all seasons; None for a special."""
        return None if self.special is not None else self.number - self.lag

    @property
    def choice(self) -> int:
        """What stands for it where a number is asked for: its printed one, if that means this and nothing else."""
        if self.special is not None or (self.part or 1) > 1:
            return BEYOND_NUMBERS + self.number
        return self.number - self.lag

    @property
    def broadcast(self) -> Release | None:
        """The release that the schedule goes by: the first broadcast, else the first with an hour."""
        with_hour = [release for release in self.releases if release.at is not None]
        broadcasts = [release for release in with_hour if release.kind is ReleaseKind.BROADCAST]
        return next(iter(broadcasts or with_hour), None)


@dataclass(frozen=True, slots=True)
class Question:
    """A question about the story with its answer; its wording has a stamp of its own."""

    id: str
    text: Text
    asked_after: int
    answer: Text
    after: int
    sources: tuple[str, ...]
    conflicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Credit:
    """A person or company and what they did, such as director or writer."""

    job: str
    names: tuple[Text, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Show:
    """A show with everything that is known of it, sources and disagreements included."""

    id: str
    title: Text
    native_title: str | None
    aliases: tuple[str, ...]
    network: str
    country: str
    zone: str
    language: str
    minutes: int | None
    age_rating: str | None
    genres: tuple[str, ...]
    synopsis: Text | None
    credits: tuple[Credit, ...]
    episodes: tuple[Episode, ...]
    characters: tuple[Character, ...]
    questions: tuple[Question, ...]
    conflicts: tuple[Conflict, ...]
    sources: Mapping[str, Source]
    notes: tuple[Fact, ...] = field(default=())
    groups: tuple[Group, ...] = field(default=())

    def episode(self, number: int) -> Episode | None:
        """The episode with this absolute number, or None."""
        return self.episodes[number - 1] if 1 <= number <= len(self.episodes) else None

    def chosen(self, typed: int) -> Episode | None:
        """The episode that is meant by a number that people type or choose (`Episode.choice`), or None.

        A typed number is the printed one; that of an episode in parts means its first part.
        """
        if typed > BEYOND_NUMBERS:
            return self.episode(typed - BEYOND_NUMBERS)
        # No episode stands before the place that its printed number gives.
        return next((episode for episode in self.episodes[max(typed - 1, 0) :] if episode.choice == typed), None)

    @property
    def last_printed(self) -> int:
        """The highest number that an episode is called by; 0 where all are specials."""
        return next((one.printed for one in reversed(self.episodes) if one.printed is not None), 0)

    @property
    def seasons(self) -> tuple[int, ...]:
        """Season numbers in order."""
        return tuple(dict.fromkeys(episode.season for episode in self.episodes))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All shows that were read, by id, in the order of their titles."""

    shows: Mapping[str, Show]
