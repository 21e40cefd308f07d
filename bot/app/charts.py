"""The relationship chart in one reader's language: as a picture, and in words that say the same."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from bot.core.chart import Arrow, Changes, Chart, Person, chart
from bot.core.show import Condition, RelationKind, Show, Text
from bot.core.text import clean, cut
from bot.l10n.episode_numbers import number_in
from bot.l10n.speaker import Speaker
from bot.render.chart_layout import Drawing, Panel, Tie, Tile
from bot.render.chart_png import Style, draw

#: Words that stand for nobody in particular.
_ARTICLES = frozenset({"the", "a", "an"})
#: Pictures that are kept for whoever asks next.
_KEPT = 24


@dataclass(frozen=True, slots=True)
class Section:
    """Some lines of plain text under a heading."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One chart, told twice: ``drawing`` as it is drawn and ``sections`` as it is read; all of it plain text.

    ``texts`` are those of the show that it is told in, but for names of people.
    """

    title: str
    drawing: Drawing
    sections: tuple[Section, ...]
    texts: tuple[Text, ...]


class Charts:
    """Draws charts, one at a time and beside everything else that goes on; keeps those it drew last."""

    def __init__(self, drawn: Callable[[Drawing, Style], bytes] = draw) -> None:
        self._draw = drawn
        self._kept: OrderedDict[tuple[Drawing, Style], bytes] = OrderedDict()
        # Two threads that draw would only take turns, and hold twice the memory.
        self._turn = asyncio.Lock()

    async def picture(self, drawing: Drawing, style: Style) -> bytes:
        """The PNG of a drawing."""
        key = (drawing, style)
        async with self._turn:
            found = self._kept.get(key)
            if found is None:
                found = await asyncio.to_thread(self._draw, drawing, style)
                self._kept[key] = found
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return found


def told(say: Speaker, show: Show, limit: int) -> Told | None:
    """The chart as of episode ``limit``; None where nobody may be named yet."""
    view = chart(show, limit)
    if not view.people:
        return None
    title = say("chart.as-of", number=number_in(say, show, limit)) if limit else say("chart.as-of-start")
    return Told(title, _drawing(say, show, view, title, None), tuple(_sections(say, view)), _texts(view))


def told_changes(say: Speaker, show: Show, view: Changes) -> Told | None:
    """What an episode changed, within the chart as of that episode; None where it changed nothing that is drawn."""
    if not view.any or not view.now.people:
        return None
    title = say("chart.changed", number=number_in(say, show, view.now.limit))
    sections = (*_change_sections(say, view), *_sections(say, view.now))
    before = tuple(arrow.label for arrow, _ in view.arrows if arrow is not None)
    return Told(title, _drawing(say, show, view.now, title, view), sections, (*_texts(view.now), *before))


def alt_text(say: Speaker, view: Told, most: int) -> str:
    """All that is told in a line; where ``most`` characters don't hold it, what they do, and where the rest is."""
    first = f"{view.drawing.title}. {view.title}."
    parts = [f"{section.heading}: " + "; ".join(section.lines) + "." for section in view.sections]
    whole = " ".join([first, *parts])
    if len(whole) <= most:
        return whole
    rest = say("chart.rest")
    room = most - len(rest) - 2
    text = cut(first, room)
    for section in view.sections:
        for index, line in enumerate(section.lines):
            longer = text + (f" {section.heading}: {line}" if index == 0 else f"; {line}")
            if len(longer) > room:
                return f"{text}. {rest}".replace("..", ".")
            text = longer
        text += "."
    return f"{text} {rest}"


# ------------------------------------------------------------------------ words


def _texts(view: Chart) -> tuple[Text, ...]:
    groups = (circle.name for circle in view.circles)
    return (*(name for name in groups if name is not None), *(arrow.label for arrow in view.arrows))


def _sections(say: Speaker, view: Chart) -> Iterator[Section]:
    for circle in view.circles:
        heading = say("chart.no-group") if circle.name is None else _text(say, circle.name)
        yield Section(heading, tuple(_person(say, person) for person in circle.people))
    ties = tuple(_ties(say, view, view.arrows))
    if ties:
        yield Section(say("chart.ties"), ties)


def _change_sections(say: Speaker, view: Changes) -> Iterator[Section]:
    arrived = tuple(_arrival(say, person) for person in view.people)
    if arrived:
        yield Section(say("chart.new-people"), arrived)
    changed = (
        *(
            say("chart.renamed", before=_text(say, before.name), now=_text(say, now.name))
            for before, now in (*view.names, *view.circles)
            if before.name is not None and now.name is not None
        ),
        *(_move(say, before, now) for before, now in view.groups),
        *(
            say("chart.condition", name=_text(say, now.name), condition=_condition(say, now.condition))
            for _, now in view.conditions
        ),
    )
    if changed:
        yield Section(say("chart.changed-people"), changed)
    fresh = [now for before, now in view.arrows if now is not None and before is None]
    ties = (*_ties(say, view.now, fresh), *_changed_ties(say, view))
    if ties:
        yield Section(say("chart.new-ties"), ties)


def _arrival(say: Speaker, person: Person) -> str:
    line = _person(say, person)
    return line if person.group is None else say("chart.joined", name=line, group=_text(say, person.group))


def _move(say: Speaker, before: Person, now: Person) -> str:
    name = _text(say, now.name)
    if now.group is None:
        return say("chart.left", name=name, group="" if before.group is None else _text(say, before.group))
    if before.group is None:
        return say("chart.joined", name=name, group=_text(say, now.group))
    return say("chart.moved", name=name, before=_text(say, before.group), group=_text(say, now.group))


def _changed_ties(say: Speaker, view: Changes) -> Iterator[str]:
    names = {person.id: _text(say, person.name) for person in view.now.people}
    for before, now in view.arrows:
        if before is None:
            continue
        ends = {"source": names[before.source], "target": names[before.target], "before": _text(say, before.label)}
        if now is None:
            yield say("chart.tie-over", **ends)
        elif now.label != before.label:
            yield say("chart.tie-changed", label=_text(say, now.label), **ends)
        else:
            yield say("chart.tie", label=_text(say, now.label), **ends)


def _person(say: Speaker, person: Person) -> str:
    name = _text(say, person.name)
    second = _second_name(say, person)
    notes = [second] if second else []
    if person.condition is not Condition.ALIVE:
        notes.append(_condition(say, person.condition))
    if person.formerly is not None:
        notes.append(say("chart.formerly", group=_text(say, person.formerly)))
    return f"{name} ({', '.join(notes)})" if notes else name


def _second_name(say: Speaker, person: Person) -> str:
    """The name in the other script: the native one, or for those who read that, the one in Latin letters."""
    name = _text(say, person.name)
    native = clean(person.native or "")
    if native and native not in name:
        return native
    latin = clean(person.name.to("en"))
    return "" if latin in name else latin


def _condition(say: Speaker, condition: Condition) -> str:
    return say(f"chart.{condition.value}")


def _ties(say: Speaker, view: Chart, arrows: Collection[Arrow]) -> Iterator[str]:
    """Each tie in a line; two people who are the same to each other share one."""
    names = {person.id: _text(say, person.name) for person in view.people}
    labels = {(arrow.source, arrow.target): _text(say, arrow.label) for arrow in arrows}
    for (source, target), label in labels.items():
        mutual = labels.get((target, source)) == label
        if mutual and list(labels).index((target, source)) < list(labels).index((source, target)):
            continue
        key = "chart.tie-mutual" if mutual else "chart.tie"
        yield say(key, source=names[source], target=names[target], label=label)


def _text(say: Speaker, text: Text) -> str:
    return clean(say.text(text))


# --------------------------------------------------------------------- drawing


def _drawing(say: Speaker, show: Show, view: Chart, title: str, news: Changes | None) -> Drawing:
    """The chart in strings; where there are ``news``, with what is new marked."""
    new = set[str]() if news is None else _new_people(news)
    fresh = set[tuple[str, str]]()
    if news is not None:
        fresh = {(now.source, now.target) for _, now in news.arrows if now is not None}
    numbers = {person.id: number for number, person in enumerate(view.people)}
    kinds = {arrow.kind for arrow in view.arrows}
    return Drawing(
        title=_text(say, show.title),
        subtitle=title,
        panels=tuple(
            Panel(
                "" if circle.name is None else _text(say, circle.name),
                tuple(_tile(say, person, person.id in new) for person in circle.people),
            )
            for circle in view.circles
        ),
        ties=tuple(
            Tie(
                numbers[arrow.source],
                numbers[arrow.target],
                _text(say, arrow.label),
                arrow.kind,
                (arrow.source, arrow.target) in fresh,
            )
            for arrow in view.arrows
        ),
        legend=tuple((kind, say(f"chart.kind-{kind.value}")) for kind in RelationKind if kind in kinds),
        new_word=say("chart.new"),
        comparing=news is not None,
    )


def _new_people(news: Changes) -> set[str]:
    """Everybody about whom something is new."""
    moved: Iterable[Person] = (now for pairs in (news.names, news.groups, news.conditions) for _, now in pairs)
    return {person.id for person in (*news.people, *moved)}


def _tile(say: Speaker, person: Person, new: bool) -> Tile:
    name, qualifier = _qualified(_text(say, person.name))
    second, _ = _qualified(_second_name(say, person))
    return Tile(
        name=name,
        native="\n".join(part for part in (qualifier, second) if part),
        monogram=_monogram(name),
        condition=person.condition,
        status="" if person.condition is Condition.ALIVE else _condition(say, person.condition),
        formerly="" if person.formerly is None else say("chart.formerly", group=_text(say, person.formerly)),
        new=new,
    )


def _qualified(name: str) -> tuple[str, str]:
    """A name without what stands in brackets behind it, and that: there is little room on a tile."""
    found = re.fullmatch(r"(.+?) ?\(([^()]+)\)", name)
    return (name, "") if found is None else (found[1], found[2])


def _monogram(name: str) -> str:
    """What stands for a name in its disc: the given name of a short Korean one, else initials."""
    if " " not in name and 2 <= len(name) <= 4 and all("가" <= char <= "힣" for char in name):
        return name[-2:]
    words = [word for word in name.split() if word.casefold() not in _ARTICLES] or name.split()
    letters = [next((char for char in word if char.isalnum()), "") for word in words]
    found = [letter.upper() for letter in letters if letter]
    # Syllables of Hangul are as wide as two letters.
    return "".join(found[: 1 if found and found[0] > "⺀" else 2])
