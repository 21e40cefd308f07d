"""The relationship chart: who belongs where and who is what to whom, as of an episode, and what an episode changed.

The rules, each with a test of its own:

* Nothing depends on what is not safe at the limit: neither what stands there, nor how much, nor in which order.
* A relation is safe when it, whoever has it and the person it points to are; of several from one person to the same
  other, the last safe one holds. It is drawn where it has a label.
* A membership is safe when it and the group are; the last safe one holds.
* Somebody has changed sides where an earlier safe membership was in another group than the present one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.core.show import Character, Condition, Group, RelationKind, Show, Text
from bot.core.spoilers import latest, name_at


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the chart. ``group`` is where they belong, ``formerly`` where they belonged last before (names)."""

    id: str
    name: Text
    native: str | None
    condition: Condition
    group: Text | None
    formerly: Text | None


@dataclass(frozen=True, slots=True)
class Circle:
    """A group with its people; ``name`` is None for those who belong to none."""

    id: str | None
    name: Text | None
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """What one person is to another, by the ids of both."""

    source: str
    target: str
    label: Text
    kind: RelationKind


@dataclass(frozen=True, slots=True)
class Chart:
    """The chart as of episode ``limit``. ``circles`` hold at least one person each; those without a group come last."""

    limit: int
    circles: tuple[Circle, ...]
    arrows: tuple[Arrow, ...]

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody, group by group."""
        return tuple(person for circle in self.circles for person in circle.people)


@dataclass(frozen=True, slots=True)
class Changes:
    """What is otherwise on ``now`` than on ``before``, the chart of the episode before; pairs are (before, now).

    ``people`` are newly known. The pairs of ``names``, ``groups`` and ``conditions`` are of people who were known
    already, those of ``arrows`` have None for an arrow that there was not, or is no more; ``circles`` are groups that
    got another name.
    """

    before: Chart
    now: Chart
    people: tuple[Person, ...]
    names: tuple[tuple[Person, Person], ...]
    groups: tuple[tuple[Person, Person], ...]
    conditions: tuple[tuple[Person, Person], ...]
    circles: tuple[tuple[Circle, Circle], ...]
    arrows: tuple[tuple[Arrow | None, Arrow | None], ...]

    @property
    def any(self) -> bool:
        """Whether anything changed at all."""
        return any((self.people, self.names, self.groups, self.conditions, self.circles, self.arrows))


def chart(show: Show, limit: int) -> Chart:
    """The chart for whoever has seen up to episode ``limit``, in the order of the dataset."""
    known = {character.id for character in show.characters if name_at(character, limit) is not None}
    groups = {group.id: group for group in show.groups}
    members: dict[str | None, list[Person]] = {group.id: [] for group in show.groups}
    loners: list[Person] = []
    for character in show.characters:
        if character.id in known:
            group, person = _person(character, groups, limit)
            members.get(group, loners).append(person)
    circles = [
        Circle(group.id, _group_name(group, limit), tuple(members[group.id]))
        for group in show.groups
        if members[group.id]
    ]
    if loners:
        circles.append(Circle(None, None, tuple(loners)))
    return Chart(limit, tuple(circles), tuple(_arrows(show.characters, known, limit)))


def changes(show: Show, number: int) -> Changes:
    """What seeing episode ``number`` changes on the chart of whoever has seen all before it."""
    before, now = chart(show, number - 1), chart(show, number)
    known = {person.id: person for person in before.people}
    met = [(known[person.id], person) for person in now.people if person.id in known]
    circles = {circle.id: circle for circle in before.circles}
    return Changes(
        before=before,
        now=now,
        people=tuple(person for person in now.people if person.id not in known),
        names=tuple(pair for pair in met if (pair[0].name, pair[0].native) != (pair[1].name, pair[1].native)),
        groups=tuple(_moved(show, met, number)),
        conditions=tuple(pair for pair in met if pair[0].condition is not pair[1].condition),
        circles=tuple(
            (circles[circle.id], circle)
            for circle in now.circles
            if circle.id in circles and circles[circle.id].name != circle.name
        ),
        arrows=tuple(_changed_arrows(before, now)),
    )


def _person(character: Character, groups: dict[str, Group], limit: int) -> tuple[str | None, Person]:
    """A known character, with the id of their group."""
    name = name_at(character, limit)
    status = latest(character.statuses, limit)
    assert name is not None
    course = _course(character, groups, limit)
    group = course[-1] if course else None
    former = next((one for one in reversed(course) if one is not None and one != group), None)
    return group, Person(
        id=character.id,
        name=name.text,
        native=name.native,
        condition=Condition.ALIVE if status is None else status.condition,
        group=None if group is None else _group_name(groups[group], limit),
        formerly=None if former is None else _group_name(groups[former], limit),
    )


def _course(character: Character, groups: dict[str, Group], limit: int) -> list[str | None]:
    """The groups that a character was in one after another, as far as that is safe."""
    return [
        membership.group
        for membership in character.memberships
        if membership.after <= limit
        and (membership.group is None or _group_name(groups[membership.group], limit) is not None)
    ]


def _group_name(group: Group, limit: int) -> Text | None:
    name = latest(group.names, limit)
    return None if name is None else name.text


def _arrows(characters: Iterable[Character], known: set[str], limit: int) -> Iterator[Arrow]:
    for character in characters:
        if character.id not in known:
            continue
        holding = {
            relation.to: relation
            for relation in character.relations
            if relation.after <= limit and relation.to in known and relation.to != character.id
        }
        for target, relation in holding.items():
            if relation.label is not None:
                yield Arrow(character.id, target, relation.label, relation.kind)


def _moved(show: Show, met: Iterable[tuple[Person, Person]], number: int) -> Iterator[tuple[Person, Person]]:
    groups = {group.id: group for group in show.groups}
    by_id = {character.id: character for character in show.characters}
    for pair in met:
        courses = [_course(by_id[pair[0].id], groups, limit)[-1:] for limit in (number - 1, number)]
        if (courses[0] or [None]) != (courses[1] or [None]):
            yield pair


def _changed_arrows(before: Chart, now: Chart) -> Iterator[tuple[Arrow | None, Arrow | None]]:
    old = {(arrow.source, arrow.target): arrow for arrow in before.arrows}
    new = {(arrow.source, arrow.target): arrow for arrow in now.arrows}
    for ends, arrow in new.items():
        if old.get(ends) != arrow:
            yield old.get(ends), arrow
    for ends, arrow in old.items():
        if ends not in new:
            yield arrow, None
