"""Nothing on a chart lies on anything else, whoever is on it and whatever is written there."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.core.show import Condition, RelationKind
from bot.render.chart_layout import (
    LABEL_SIZE,
    NAME_SIZE,
    WIDTH,
    Box,
    Drawing,
    Layout,
    Panel,
    Tie,
    Tile,
    lay_out,
    wrapped,
)
from bot.render.chart_png import FontMetrics


class Ruler:
    """Letters of Latin are six tenths as wide as high, everything else as wide as high."""

    def width(self, text: str, size: int, *, bold: bool = False) -> float:
        return sum(0.6 if char < "⺀" else 1.0 for char in text) * size * (1.05 if bold else 1.0)


LETTERS = st.sampled_from("abcdefgh KLM-'’유나김세희정현 ")
words = st.text(LETTERS, max_size=60).map(lambda text: " ".join(text.split()))
some_words = words.map(lambda text: text or "x")


@st.composite
def drawings(draw: st.DrawFn, most_people: int = 25, most_ties: int = 40) -> Drawing:
    sizes: list[int] = draw(st.lists(st.integers(1, 9), min_size=1, max_size=8))
    while sum(sizes) > most_people:
        sizes = sizes[:-1] if len(sizes) > 1 else [most_people]
    tiles = st.builds(
        Tile,
        some_words,
        words,
        st.sampled_from(["", "K", "KS", "세희"]),
        st.sampled_from(Condition),
        st.sampled_from(["", "deceased", "사망"]),
        words,
        st.booleans(),
    )
    panels = tuple(Panel(draw(words), tuple(draw(st.lists(tiles, min_size=size, max_size=size)))) for size in sizes)
    people = sum(sizes)
    ends = st.tuples(st.integers(0, people - 1), st.integers(0, people - 1)).filter(lambda pair: pair[0] != pair[1])
    pairs: list[tuple[int, int]] = draw(st.lists(ends, max_size=most_ties, unique=True)) if people > 1 else []
    ties = tuple(
        Tie(source, target, draw(some_words), draw(st.sampled_from(RelationKind)), draw(st.booleans()))
        for source, target in pairs
    )
    legend = tuple((kind, draw(some_words)) for kind in RelationKind)
    return Drawing(draw(words), draw(words), panels, ties, legend, "NEW", draw(st.booleans()))


def tile(name: str) -> Tile:
    return Tile(name, "김아현", "KA", Condition.ALIVE)


def knot(people: int, most: int) -> Drawing:
    """Everybody tied to everybody, in groups of three."""
    pairs = list(combinations(range(people), 2))[:most]
    panels = tuple(
        Panel(f"Group {start}", tuple(tile(f"Person {number}") for number in range(start, min(start + 3, people))))
        for start in range(0, people, 3)
    )
    ties = tuple(Tie(*pair, "adoptive mother and doctor", RelationKind.FAMILY) for pair in pairs)
    return Drawing("Show", "Who is who", panels, ties, ((RelationKind.FAMILY, "family"),))


def inside(box: Box, outer: Box) -> bool:
    return (
        box.left >= outer.left - 0.01
        and box.right <= outer.right + 0.01
        and box.top >= outer.top - 0.01
        and box.bottom <= outer.bottom + 0.01
    )


def check(layout: Layout) -> None:
    """Everything that the layout promises."""
    picture = Box(0, 0, WIDTH, layout.height)
    tiles = [placed.box for placed in layout.tiles]
    titles = [placed.title_box for placed in layout.panels if placed.title_box is not None]
    labels = [line.box for line in layout.lines]
    frames = [layout.title_box, layout.subtitle_box, *(entry.box for entry in layout.legend)]
    solid = [*tiles, *titles, *labels, *frames]
    for one in solid:
        assert inside(one, picture)
    for one, other in combinations(solid, 2):
        assert not one.meets(other), (one, other)
    panels = [placed.box for placed in layout.panels]
    for one, other in combinations(panels, 2):
        assert not one.meets(other)
    for placed in layout.tiles:
        assert inside(placed.box, layout.panels[placed.panel].box)
    for line in layout.lines:
        ends = (layout.tiles[line.there.source].box, layout.tiles[line.there.target].box)
        for box, point in zip(ends, (line.points[0], line.points[-1]), strict=True):
            assert inside(Box(*point, *point), box)
        touched = False
        for (x, y), (next_x, next_y) in pairwise(line.points):
            assert x == pytest.approx(next_x) or y == pytest.approx(next_y)
            run = Box(min(x, next_x), min(y, next_y), max(x, next_x), max(y, next_y))
            assert inside(run, picture)
            # Lines run between people, and never through a title.
            through = Box(run.left - 0.1, run.top - 0.1, run.right + 0.1, run.bottom + 0.1)
            for box in (*tiles, *titles):
                within = Box(box.left + 1, box.top + 1, box.right - 1, box.bottom - 1)
                assert not through.meets(within)
            touched = touched or through.meets(line.box)
        assert touched, "a label stands on its own line"
        for row in line.rows:
            assert inside(row.box, line.box)
            assert row.lines


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(drawings())
@example(knot(25, 40))
@example(knot(7, 21))
@example(knot(1, 0))
@example(knot(2, 1))
def test_nothing_lies_on_anything_else(drawing: Drawing) -> None:
    layout = lay_out(drawing, Ruler())
    check(layout)
    assert len(layout.tiles) == sum(len(panel.tiles) for panel in drawing.panels)
    drawn = [(tie.source, tie.target) for line in layout.lines for tie in (line.there, line.back) if tie]
    assert sorted(drawn) == sorted((tie.source, tie.target) for tie in drawing.ties)


@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(drawings(most_people=8, most_ties=12))
def test_the_same_drawing_gets_the_same_places(drawing: Drawing) -> None:
    assert lay_out(drawing, Ruler()) == lay_out(drawing, Ruler())


def test_the_letters_of_the_font_fit_as_well() -> None:
    check(lay_out(knot(25, 40), FontMetrics()))


def test_two_ways_between_two_people_are_one_line() -> None:
    tiles = (tile("A"), tile("B"))
    same = (Tie(0, 1, "friends", RelationKind.ALLY), Tie(1, 0, "friends", RelationKind.ALLY))
    other = (Tie(0, 1, "mother", RelationKind.FAMILY), Tie(1, 0, "daughter", RelationKind.FAMILY))
    [line] = lay_out(Drawing("", "", (Panel("", tiles),), same, ()), Ruler()).lines
    assert line.back is not None
    assert [row.lines for row in line.rows] == [("friends",)]
    [line] = lay_out(Drawing("", "", (Panel("", tiles),), other, ()), Ruler()).lines
    assert [row.lines for row in line.rows] == [("mother",), ("daughter",)]
    assert {row.points for row in line.rows} in ({"left", "right"}, {"up", "down"})


def test_names_and_labels_are_large_enough_for_a_phone() -> None:
    # A phone shows a picture about 350 points wide, a third of its pixels.
    assert WIDTH <= 1080
    assert NAME_SIZE >= 32
    assert LABEL_SIZE >= 26


def test_text_is_wrapped_at_spaces_and_cut_with_an_ellipsis() -> None:
    ruler = Ruler()
    assert wrapped("Kim Ah-hyun", 150, 3, 32, ruler) == ("Kim", "Ah-hyun")
    assert wrapped("Ah-hyun", 90, 3, 32, ruler) == ("Ah-", "hyun")
    assert wrapped("adoptive mother", 260, 3, 26, ruler) == ("adoptive mother",)
    assert wrapped("mother and protector of", 236, 3, 26, ruler) == ("mother and", "protector of")
    lines = wrapped("one two three four five six seven", 60, 2, 26, ruler)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert wrapped("", 60, 2, 26, ruler) == ()
