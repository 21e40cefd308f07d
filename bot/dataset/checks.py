"""What must agree between the entries of a show and between its files.

Checks look at the entries that are right in themselves, and are silent where a file that they would need could
not be read. They never stop at the first problem.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple, Protocol

from bot.core.show import Episode
from bot.dataset.problems import Problem, did_you_mean, quoted
from bot.dataset.schema import (
    CharacterEntry,
    ConflictEntry,
    EpisodeEntry,
    GroupEntry,
    QuestionEntry,
    RecapEntry,
    ReleaseEntry,
    ShowFile,
    SourceEntry,
)
from bot.dataset.sheets import Sheet
from bot.dataset.values import releases_of

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class ShowSheets:
    """All files of one show, as far as they could be read."""

    folder: str
    show: Sheet[ShowFile]
    episodes: Sheet[EpisodeEntry]
    recaps: Sheet[RecapEntry]
    characters: Sheet[CharacterEntry]
    groups: Sheet[GroupEntry]
    questions: Sheet[QuestionEntry]
    conflicts: Sheet[ConflictEntry]
    sources: Sheet[SourceEntry]

    @property
    def sheets(self) -> tuple[Sheet[Any], ...]:
        """All of them, in a fixed order."""
        return (
            self.show,
            self.episodes,
            self.recaps,
            self.characters,
            self.groups,
            self.questions,
            self.conflicts,
            self.sources,
        )

    @property
    def problems(self) -> list[Problem]:
        """What was found in all of them so far."""
        return [problem for sheet in self.sheets for problem in sheet.problems]

    @property
    def hints(self) -> list[Problem]:
        """What deserves a look in all of them."""
        return [hint for sheet in self.sheets for hint in sheet.hints]


def check(show: ShowSheets) -> None:
    """Adds to each sheet's problems what doesn't agree with the rest of the show."""
    known = _Known(show)
    _check_show(show, known)
    _check_episodes(show, known)
    _check_recaps(show, known)
    _check_characters(show, known)
    _check_groups(show, known)
    _check_questions(show, known)
    _check_conflicts(show, known)
    _check_sources(show, known)


class _Stamped(Protocol):
    @property
    def after(self) -> int: ...


class _At(NamedTuple):
    """A place in a sheet."""

    sheet: Sheet[Any]
    path: tuple[str | int, ...]

    def say(self, message: str) -> None:
        self.sheet.say(message, *self.path)

    def __truediv__(self, part: str | int) -> _At:
        return _At(self.sheet, (*self.path, part))


class _Known:
    """What may be referred to, and the checks of single references."""

    def __init__(self, show: ShowSheets) -> None:
        self.last = len(show.episodes.names) if show.episodes.names else None
        self._sources = _names(show.sources)
        self._covers = {source.id: source.covers for source in show.sources.entries.values()}
        self.characters = _names(show.characters)
        self.groups = _names(show.groups)
        self.group_stamps = {group.id: group.names[0].after for group in show.groups.entries.values()}
        self._conflicts = _names(show.conflicts)

    def stamp(self, at: _At, after: int) -> bool:
        """Checks that a stamp is that of an episode."""
        if self.last is not None and after > self.last:
            at.say(f"episode {after} does not exist; the last one is {self.last}")
            return False
        return True

    def sources(self, at: _At, cited: Sequence[str], after: int | None = None) -> None:
        """Checks ids of sources; ``after`` is the stamp of what they are cited for, if it has one."""
        for index, source in enumerate(cited):
            wrong = self._wrong_with(source, cited[:index], after)
            if wrong is not None:
                (at / "sources" / index).say(wrong)

    def _wrong_with(self, source: str, before: Sequence[str], after: int | None) -> str | None:
        if source in before:
            return f"the source {quoted(source)} is named twice; remove one"
        if not _is_in(source, self._sources):
            return f"the source {quoted(source)} is not in sources.yaml{did_you_mean(source, self._sources or ())}"
        if after is not None and self._covers.get(source, after) < after:
            return (
                f"the source {quoted(source)} covers the story up to episode {self._covers[source]} only, but is "
                f"cited for what is safe after episode {after}; raise its `covers`, or cite another"
            )
        return None

    def conflict(self, at: _At, id: str) -> None:
        """Checks an id of a conflict."""
        if not _is_in(id, self._conflicts):
            at.say(f"the conflict {quoted(id)} is not in conflicts.yaml{did_you_mean(id, self._conflicts or ())}")


def _names(sheet: Sheet[Any]) -> frozenset[str] | None:
    return None if sheet.names is None else frozenset(name for name in sheet.names if isinstance(name, str))


def _is_in(name: str, known: frozenset[str] | None) -> bool:
    return known is None or name in known


def _unique(sheet: Sheet[Any], kind: str, key: str) -> None:
    """Reports entries that are called as one before them."""
    first: dict[object, int] = {}
    for index, name in enumerate(sheet.names or ()):
        if not isinstance(name, str | int):
            continue
        if name in first:
            line = sheet.document.place((kind, first[name], key)).line
            sheet.say(f"{quoted(name)} is taken (line {line}); each {key} stands once", kind, index, key)
        else:
            first[name] = index


def _check_show(show: ShowSheets, known: _Known) -> None:
    sheet = show.show
    id = sheet.names[0] if sheet.names else None
    if isinstance(id, str) and id != show.folder:
        sheet.say(f"the id is {quoted(id)} but the folder {quoted(show.folder)}; give both the same name", "id")
    for entry in sheet.entries.values():
        for index, credit in enumerate(entry.credits):
            known.sources(_At(sheet, ("credits", index)), credit.sources)
        _check_releases(_At(sheet, ("releases",)), entry.releases, known)
        for index, note in enumerate(entry.notes):
            at = _At(sheet, ("notes", index))
            exists = known.stamp(at / "after", note.after)
            known.sources(at, note.sources, note.after if exists else None)


def _check_releases(at: _At, releases: Sequence[ReleaseEntry], known: _Known) -> None:
    for index, release in enumerate(releases):
        known.sources(at / index, release.sources)
        if any(_same_release(release, other) for other in releases[:index]):
            (at / index).say(
                f"{quoted(release.service)} is listed twice for the same regions; keep one, or "
                "tell them apart by `regions`"
            )


def _same_release(one: ReleaseEntry, other: ReleaseEntry) -> bool:
    return one.service == other.service and sorted(one.regions) == sorted(other.regions)


def _check_episodes(show: ShowSheets, known: _Known) -> None:
    sheet = show.episodes
    season = 0
    for index, number in enumerate(sheet.names or ()):
        if isinstance(number, int) and number != index + 1:
            sheet.say(
                f"episode {number} stands where {index + 1} belongs; number all episodes through from 1, in order",
                *("episodes", index, "number"),
            )
            break
    for index, episode in sheet.entries.items():
        at = _At(sheet, ("episodes", index))
        if episode.season < season:
            (at / "season").say(
                f"season {episode.season} comes after season {season}; list the episodes in order of their seasons"
            )
        season = max(season, episode.season)
        known.sources(at, episode.sources)
        if episode.derived and episode.date is None:
            (at / "derived").say("`derived` is about the date, and there is none; add the date, or remove `derived`")
        if episode.title is not None:
            exists = known.stamp(at / "title" / "after", episode.title.after)
            known.sources(at / "title", episode.title.sources, episode.title.after if exists else None)
        if episode.rating is not None:
            known.sources(at / "rating", episode.rating.sources)
        _check_releases(at / "releases", episode.releases, known)
    _check_parts(sheet)
    _check_order_of_dates(show)


def _check_parts(sheet: Sheet[EpisodeEntry]) -> None:
    """Parts of seasons, parts of episodes and what is shown together follow each other without gaps."""
    for index, episode in sheet.entries.items():
        at = _At(sheet, ("episodes", index))
        if index and index - 1 not in sheet.entries:
            continue
        before = sheet.entries.get(index - 1)
        same_season = before is not None and before.season == episode.season
        _check_season_part(at / "season_part", episode, before if same_season else None)
        if episode.special and episode.part is not None:
            (at / "part").say(
                "a special has a number of its own; remove `part`, and tell the two apart by their titles"
            )
        elif episode.part is not None and episode.part > 1:
            wanted = episode.part - 1
            if before is None or not same_season or before.special or before.part != wanted:
                (at / "part").say(
                    f"this is part {episode.part} of an episode, but part {wanted} does not stand right before it; "
                    "number the parts 1, 2, ... one after the other"
                )
        elif episode.part == 1 and index + 1 in sheet.entries and sheet.entries[index + 1].part != 2:
            (at / "part").say("this is part 1 of an episode without a part 2 after it; add that, or remove `part`")
        if episode.together:
            _check_together(at, episode, before)


def _check_season_part(at: _At, episode: EpisodeEntry, before: EpisodeEntry | None) -> None:
    part = episode.season_part
    if before is None:
        if part is not None and part != 1:
            at.say(f"season {episode.season} begins with part {part}; write 1, or remove it where the season is whole")
    elif (part is None) != (before.season_part is None):
        at.say(
            f"some episodes of season {episode.season} have a `season_part` and some have none; give it to all of "
            "them, or to none"
        )
    elif part is not None and before.season_part is not None and part - before.season_part not in (0, 1):
        at.say(
            f"part {part} of season {episode.season} comes after part {before.season_part}; number the parts 1, 2, ... "
            "in their order"
        )


def _check_together(at: _At, episode: EpisodeEntry, before: EpisodeEntry | None) -> None:
    if before is None:
        (at / "together").say("there is no episode before the first one; remove `together`")
    if episode.date is not None:
        (at / "date").say(
            "an episode that is shown `together` with the one before has its date; remove `date`, or `together` if it "
            "came out by itself"
        )
    if episode.releases:
        (at / "releases").say(
            "an episode that is shown `together` with the one before has its releases; remove `releases`, or "
            "`together` if it came out by itself"
        )


def _check_order_of_dates(show: ShowSheets) -> None:
    """Broadcasts follow each other in the order of the numbers; two may share a night."""
    earlier: tuple[int, date, datetime | None] | None = None
    for index, entry in show.episodes.entries.items():
        day, at = _first_broadcast(show.show.entries.get(0), entry)
        if day is None:
            continue
        if earlier is not None:
            number, earlier_day, earlier_at = earlier
            too_early = at < earlier_at if at is not None and earlier_at is not None else day < earlier_day
            if too_early:
                show.episodes.say(
                    f"episode {entry.number} comes before episode {number} ({earlier_day}); put the dates in order",
                    *("episodes", index, "date"),
                )
        earlier = (entry.number, day, at)


def _first_broadcast(show: ShowFile | None, entry: EpisodeEntry) -> tuple[date | None, datetime | None]:
    """The day an episode's schedule goes by, and the instant where the hour is known."""
    day = None if entry.date is None else date.fromisoformat(entry.date)
    if show is None:
        return day, None
    broadcast = Episode(entry.number, entry.season, 0, None, releases_of(show, entry), None, ()).broadcast
    if broadcast is None or broadcast.at is None:
        return day, None
    return broadcast.at.day, broadcast.at.instant()


def _check_recaps(show: ShowSheets, known: _Known) -> None:
    sheet = show.recaps
    _unique(sheet, "recaps", "episode")
    for index, recap in sheet.entries.items():
        at = _At(sheet, ("recaps", index))
        exists = known.stamp(at / "episode", recap.episode)
        if recap.summary is not None:
            known.sources(at / "summary", recap.summary.sources, recap.episode if exists else None)
        for step, beat in enumerate(recap.beats):
            here = at / "beats" / step
            known.sources(here, beat.sources, recap.episode if exists else None)
            if beat.conflict is not None:
                known.conflict(here / "conflict", beat.conflict)


def _check_characters(show: ShowSheets, known: _Known) -> None:
    sheet = show.characters
    _unique(sheet, "characters", "id")
    characters = {character.id: character for character in sheet.entries.values()}
    for index, character in sheet.entries.items():
        at = _At(sheet, ("characters", index))
        known.stamp(at / "after", character.after)
        if character.names[0].after != character.after:
            (at / "names" / 0 / "after").say(
                f"the first name is known after episode {character.names[0].after}, but the character after "
                f"{character.after}; write the same number in both"
            )
        _check_stamped(at / "names", character.names, character, known)
        _check_stamped(at / "roles", character.roles, character, known)
        _check_rising(at / "names", "name", character.names)
        _check_rising(at / "roles", "role", character.roles)
        _check_stamped(at / "relations", character.relations, character, known)
        _check_stamped(at / "facts", character.facts, character, known)
        if character.actor is not None:
            known.sources(at / "actor", character.actor.sources)
        for place, fact in enumerate(character.facts):
            if fact.conflict is not None:
                known.conflict(at / "facts" / place / "conflict", fact.conflict)
        _check_relations(at / "relations", character, characters, known)
        _check_stamped(at / "memberships", character.memberships, character, known)
        _check_rising(at / "memberships", "membership", character.memberships)
        _check_memberships(at / "memberships", character, known)
        _check_stamped(at / "statuses", character.statuses, character, known)
        _check_rising(at / "statuses", "status", character.statuses)
    _check_namesakes(sheet)


class _Sourced(_Stamped, Protocol):
    @property
    def sources(self) -> list[str]: ...


def _check_stamped(at: _At, things: Sequence[_Sourced], character: CharacterEntry, known: _Known) -> None:
    for index, thing in enumerate(things):
        here = at / index
        exists = known.stamp(here / "after", thing.after)
        # That of the first name is told by a rule of its own, better.
        if thing.after < character.after and thing is not character.names[0]:
            (here / "after").say(
                f"safe after episode {thing.after}, but {quoted(character.id)} may not be known "
                "to exist before "
                f"episode {character.after}; write {character.after} or more"
            )
        known.sources(here, thing.sources, thing.after if exists else None)


def _check_rising(at: _At, word: str, things: Sequence[_Stamped]) -> None:
    for index in range(1, len(things)):
        before, after = things[index - 1].after, things[index].after
        if after <= before:
            (at / index / "after").say(
                f"this {word} is stamped {after}, the one before it {before}; sort them by rising `after`"
                + (", and give each its own" if after == before else "")
            )


def _check_relations(
    at: _At, character: CharacterEntry, characters: Mapping[str, CharacterEntry], known: _Known
) -> None:
    for index, relation in enumerate(character.relations):
        here = at / index
        other = characters.get(relation.to)
        if relation.to == character.id:
            (here / "to").say("a character can't be related to itself; write another one's id")
        elif not _is_in(relation.to, known.characters):
            (here / "to").say(
                f"there is no character {quoted(relation.to)}{did_you_mean(relation.to, known.characters or ())}"
            )
        elif other is not None and relation.after < other.after:
            (here / "after").say(
                f"safe after episode {relation.after}, but {quoted(other.id)} may not be known "
                "to exist before "
                f"episode {other.after}; write {other.after} or more"
            )
        for language, text in relation.text.items():
            _check_placeholder(here / "text" / language, text)

        for language, label in (relation.label or {}).items():
            if "{" in label or "}" in label:
                (here / "label" / language).say("a label stands on an arrow between two people; leave names out of it")


def _check_memberships(at: _At, character: CharacterEntry, known: _Known) -> None:
    for index, membership in enumerate(character.memberships):
        group = membership.group
        here = at / index
        if group is None:
            if index == 0:
                (here / "group").say("whoever never was in a group needs no membership; remove it, or name a group")
        elif not _is_in(group, known.groups):
            (here / "group").say(
                f"the group {quoted(group)} is not in groups.yaml{did_you_mean(group, known.groups or ())}"
            )
        elif membership.after < known.group_stamps.get(group, 0):
            (here / "after").say(
                f"safe after episode {membership.after}, but the group {quoted(group)} is not known before episode "
                f"{known.group_stamps[group]}; write {known.group_stamps[group]} or more"
            )


def _check_groups(show: ShowSheets, known: _Known) -> None:
    sheet = show.groups
    _unique(sheet, "groups", "id")
    joined = {one.group for character in show.characters.entries.values() for one in character.memberships}
    for index, group in sheet.entries.items():
        at = _At(sheet, ("groups", index))
        for place, name in enumerate(group.names):
            here = at / "names" / place
            exists = known.stamp(here / "after", name.after)
            known.sources(here, name.sources, name.after if exists else None)
        _check_rising(at / "names", "name", group.names)
        if group.id not in joined and show.characters.document.complete and not show.characters.problems:
            (at / "id").say(
                f"nobody belongs to the group {quoted(group.id)}; add it to somebody's `memberships`, or remove it"
            )


def _check_placeholder(at: _At, text: str) -> None:
    found = _PLACEHOLDER.findall(text)
    unknown = [name for name in found if name != "name"]
    if unknown:
        at.say(f"{quoted('{' + unknown[0] + '}')} is not a placeholder; the other's name goes where `{{name}}` stands")
    elif len(found) != 1:
        at.say(
            "`{name}` is missing; write it where the other's name goes"
            if not found
            else "`{name}` stands here more than once; write it once"
        )
    elif "{" in _PLACEHOLDER.sub("", text) or "}" in _PLACEHOLDER.sub("", text):
        at.say("a brace is left over here; only `{name}` may have braces")


def _check_namesakes(sheet: Sheet[CharacterEntry]) -> None:
    """Two characters who are shown under one name at the same horizon could not be told apart."""
    changes: dict[int, list[tuple[int, int]]] = {}
    for index, character in sheet.entries.items():
        for horizon in {character.after, *(name.after for name in character.names)}:
            shown = _last_safe(character, horizon)
            if shown is not None:
                changes.setdefault(horizon, []).append((index, shown))
    holders: dict[tuple[str, str], dict[int, None]] = {}
    current: dict[int, int] = {}
    for horizon in sorted(changes):
        changed = [(index, shown) for index, shown in changes[horizon] if current.get(index) != shown]
        for index, _ in changed:
            if index in current:
                for key in _shown_as(sheet.entries[index], current[index]):
                    holders[key].pop(index, None)
        for index, shown in changed:
            current[index] = shown
            for key in _shown_as(sheet.entries[index], shown):
                holding = holders.setdefault(key, {})
                if holding:
                    other = sheet.entries[next(iter(holding))].id
                    name = sheet.entries[index].names[shown].text[key[0]]
                    sheet.say(
                        f"after episode {horizon} {quoted(other)} is called {quoted(name)} as well, so that nobody "
                        "can tell them apart; add what does, as in `(the elder)`",
                        *("characters", index, "names", shown, "text", key[0]),
                    )
                holding[index] = None


def _shown_as(character: CharacterEntry, index: int) -> list[tuple[str, str]]:
    """A name's language and form, for comparing, in each of its languages."""
    return [(language, " ".join(text.casefold().split())) for language, text in character.names[index].text.items()]


def _last_safe(character: CharacterEntry, horizon: int) -> int | None:
    """The index of the name that is shown after an episode, None where the character isn't known."""
    if character.after > horizon:
        return None
    return max((index for index, name in enumerate(character.names) if name.after <= horizon), default=None)


def _check_questions(show: ShowSheets, known: _Known) -> None:
    sheet = show.questions
    _unique(sheet, "questions", "id")
    for index, question in sheet.entries.items():
        at = _At(sheet, ("questions", index))
        known.stamp(at / "asked_after", question.asked_after)
        exists = known.stamp(at / "after", question.after)
        if question.after < question.asked_after:
            (at / "after").say(
                f"the answer is safe after episode {question.after}, but the question only after "
                f"{question.asked_after}; write {question.asked_after} or more"
            )
        known.sources(at, question.sources, question.after if exists else None)
        for place, id in enumerate(question.conflicts):
            known.conflict(at / "conflicts" / place, id)


def _check_conflicts(show: ShowSheets, known: _Known) -> None:
    sheet = show.conflicts
    _unique(sheet, "conflicts", "id")
    for index, conflict in sheet.entries.items():
        at = _At(sheet, ("conflicts", index))
        known.stamp(at / "after", conflict.after)
        if conflict.episode is not None:
            known.stamp(at / "episode", conflict.episode)
        for place, side in enumerate(conflict.sides):
            # A preview may say otherwise than the ending, so a side may cite what covers less than the stamp.
            known.sources(at / "sides" / place, side.sources)


def _check_sources(show: ShowSheets, known: _Known) -> None:
    sheet = show.sources
    _unique(sheet, "sources", "id")
    for index, source in sheet.entries.items():
        known.stamp(_At(sheet, ("sources", index, "covers")), source.covers)
