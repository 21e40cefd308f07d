"""Entries of the file format as the values of `bot.core.show`.

Nothing is judged here: only what passed `bot.dataset.schema` and `bot.dataset.checks` gets this far.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bot.core.show import (
    Actor,
    Beat,
    Character,
    Condition,
    Confidence,
    Conflict,
    Credit,
    Episode,
    Fact,
    Group,
    Membership,
    Name,
    Question,
    Rating,
    Relation,
    RelationKind,
    Release,
    ReleaseKind,
    Show,
    Side,
    Source,
    Status,
    Text,
    Title,
)
from bot.core.zones import WallTime
from bot.dataset.schema import (
    ActorEntry,
    BeatEntry,
    CharacterEntry,
    ConflictEntry,
    EpisodeEntry,
    EpisodeReleaseEntry,
    FactEntry,
    GroupEntry,
    QuestionEntry,
    RatingEntry,
    RecapEntry,
    ReleaseEntry,
    ShowFile,
    SourceEntry,
    SummaryEntry,
    TitleEntry,
)


def show_of(
    show: ShowFile,
    episodes: Sequence[EpisodeEntry],
    recaps: Iterable[RecapEntry],
    characters: Iterable[CharacterEntry],
    groups: Iterable[GroupEntry],
    questions: Iterable[QuestionEntry],
    conflicts: Iterable[ConflictEntry],
    sources: Iterable[SourceEntry],
) -> Show:
    """The show that the files of one folder describe."""
    told = {recap.episode: recap for recap in recaps}
    return Show(
        id=show.id,
        title=Text(show.title),
        native_title=show.native_title,
        aliases=tuple(show.aliases),
        network=show.network,
        country=show.country,
        zone=show.zone,
        language=show.language,
        minutes=show.minutes,
        age_rating=show.age_rating,
        genres=tuple(show.genres),
        synopsis=None if show.synopsis is None else Text(show.synopsis),
        credits=tuple(
            Credit(credit.job, tuple(map(Text, credit.names)), tuple(credit.sources)) for credit in show.credits
        ),
        episodes=_episodes(show, episodes, told),
        characters=tuple(map(_character, characters)),
        questions=tuple(map(_question, questions)),
        conflicts=tuple(map(_conflict, conflicts)),
        sources={source.id: Source(**source.model_dump()) for source in sources},
        notes=tuple(Fact(Text(note.text), note.after, tuple(note.sources)) for note in show.notes),
        groups=tuple(map(_group, groups)),
    )


def _episodes(show: ShowFile, entries: Sequence[EpisodeEntry], recaps: Mapping[int, RecapEntry]) -> tuple[Episode, ...]:
    counted: Counter[int] = Counter()
    episodes: list[Episode] = []
    lag = specials = 0
    releases: tuple[Release, ...] = ()
    for entry in entries:
        if entry.special:
            specials += 1
        elif (entry.part or 1) == 1:
            counted[entry.season] += 1
        if entry.special or (entry.part or 1) > 1:
            lag += 1
        # An episode that goes out with the one before it comes out wherever and whenever that does.
        releases = releases if entry.together else releases_of(show, entry)
        recap = recaps.get(entry.number)
        episodes.append(
            Episode(
                number=entry.number,
                season=entry.season,
                in_season=0 if entry.special else counted[entry.season],
                title=_title(entry.title),
                releases=releases,
                rating=_rating(entry.rating),
                beats=() if recap is None else tuple(map(_beat, recap.beats)),
                minutes=entry.minutes,
                summary=None if recap is None else _summary(recap.summary),
                lag=lag,
                special=specials if entry.special else None,
                part=entry.part,
                season_part=entry.season_part,
                together=entry.together,
                derived=entry.derived,
            )
        )
    return tuple(episodes)


def releases_of(show: ShowFile, episode: EpisodeEntry) -> tuple[Release, ...]:
    """How an episode comes out: the show's releases, each replaced by the episode's own on the same service.

    Releases that only the episode has come last.
    """
    own = {release.service for release in episode.releases}
    merged: list[ReleaseEntry] = []
    for release in show.releases:
        if release.service not in own:
            merged.append(release)
        else:
            replacing = [other for other in episode.releases if other.service == release.service]
            merged.extend(other for other in replacing if other not in merged)
    merged.extend(other for other in episode.releases if other not in merged)
    return tuple(_release(show, episode, release) for release in merged)


def _release(show: ShowFile, episode: EpisodeEntry, entry: ReleaseEntry) -> Release:
    day = (entry.date if isinstance(entry, EpisodeReleaseEntry) else None) or episode.date
    at = None
    if day is not None and entry.time is not None:
        at = WallTime.parse(date.fromisoformat(day), entry.time, entry.zone or show.zone)
    return Release(
        service=entry.service,
        kind=ReleaseKind(entry.kind),
        regions=tuple(entry.regions),
        at=at,
        sources=tuple(entry.sources),
        checked=None if entry.checked is None else date.fromisoformat(entry.checked),
    )


def _title(entry: TitleEntry | None) -> Title | None:
    return None if entry is None else Title(Text(entry.text), entry.after, tuple(entry.sources))


def _rating(entry: RatingEntry | None) -> Rating | None:
    return None if entry is None else Rating(entry.nationwide, entry.capital, tuple(entry.sources))


def _beat(entry: BeatEntry) -> Beat:
    return Beat(Text(entry.text), tuple(entry.sources), entry.conflict)


def _summary(entry: SummaryEntry | None) -> Beat | None:
    return None if entry is None else Beat(Text(entry.text), tuple(entry.sources))


def _character(entry: CharacterEntry) -> Character:
    return Character(
        id=entry.id,
        after=entry.after,
        names=tuple(
            Name(Text(name.text), name.after, name.native, tuple(name.aliases), tuple(name.sources))
            for name in entry.names
        ),
        roles=tuple(Fact(Text(role.text), role.after, tuple(role.sources)) for role in entry.roles),
        actor=_actor(entry.actor),
        relations=tuple(
            Relation(
                relation.to,
                Text(relation.text),
                relation.after,
                tuple(relation.sources),
                None if relation.label is None else Text(relation.label),
                RelationKind(relation.kind),
            )
            for relation in entry.relations
        ),
        facts=tuple(map(_fact, entry.facts)),
        memberships=tuple(Membership(one.group, one.after, tuple(one.sources)) for one in entry.memberships),
        statuses=tuple(Status(Condition(one.condition), one.after, tuple(one.sources)) for one in entry.statuses),
    )


def _group(entry: GroupEntry) -> Group:
    return Group(entry.id, tuple(Fact(Text(name.text), name.after, tuple(name.sources)) for name in entry.names))


def _actor(entry: ActorEntry | None) -> Actor | None:
    if entry is None:
        return None
    return Actor(entry.name, entry.native, tuple(entry.aliases), tuple(entry.sources))


def _fact(entry: FactEntry) -> Fact:
    return Fact(Text(entry.text), entry.after, tuple(entry.sources), Confidence(entry.confidence), entry.conflict)


def _question(entry: QuestionEntry) -> Question:
    return Question(
        id=entry.id,
        text=Text(entry.text),
        asked_after=entry.asked_after,
        answer=Text(entry.answer),
        after=entry.after,
        sources=tuple(entry.sources),
        conflicts=tuple(entry.conflicts),
    )


def _conflict(entry: ConflictEntry) -> Conflict:
    return Conflict(
        id=entry.id,
        after=entry.after,
        topic=Text(entry.topic),
        sides=tuple(Side(Text(side.claim), tuple(side.sources)) for side in entry.sides),
        chosen=Text(entry.chosen),
        why=Text(entry.why),
        episode=entry.episode,
    )
