"""Where everything on a relationship chart goes, from nothing but what is drawn on it.

A `Drawing` holds plain strings in one language, all of which may be read; a `Layout` adds places in pixels. People sit
in a grid (`bot.render.chart_seating`), lines run between its rows and columns (`bot.render.chart_routing`), and every
row of channels grows until what stands in it has room. So labels can't touch each other, nor a tile or a title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.core.show import Condition, RelationKind
from bot.render.chart_routing import Kind, Route, Run, Side, Streets, routes
from bot.render.chart_seating import Block, Seating, seat

WIDTH = 1080
#: What text keeps from the edge of the picture.
MARGIN = 20

TITLE_SIZE, SUBTITLE_SIZE, GROUP_SIZE = 46, 30, 31
NAME_SIZE, SMALL_SIZE, LABEL_SIZE, TAG_SIZE = 32, 26, 26, 22
#: From one line of text to the next, in parts of its size.
_LEADING = 1.26

_FRAME = 14
_TILE_WIDEST, _TILE_NARROWEST = 300, 252
_TRACK, _TRACK_NARROWEST = 15.0, 6.0
#: Lines in a gutter keep this far from the frames beside it and from the edge of the picture.
_CLEAR, _EDGE = 10, 16
#: Less than lines do, so that a label always reaches its own.
_LABEL_EDGE = 10
DISC, INSET = 48, 10
_LABEL_WIDEST = 236
_LABEL_INSET, _LABEL_RISE = 15, 7
_POINTER = 26
_CHANNEL_REST, _OUTER_REST = 16, 24
_LINE_TRACK, _LABEL_GAP = 22, 14
LEGEND_LINE, _LEGEND_GAP = 54, 28
#: Upright lines from above, from below and through stand on different lattices, so that none lies upon another.
_LATTICE = 12
#: Orders of a channel's lines that are tried; more only matter in a thicket.
_PATIENCE = 400

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tile:
    """One person: their name and (in one or more lines) their other names, what their disc says, and what to note."""

    name: str
    native: str
    monogram: str
    condition: Condition
    status: str = ""
    formerly: str = ""
    new: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A group; without a title, people who belong to none."""

    title: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Tie:
    """What one person is to another; people are numbered through all panels."""

    source: int
    target: int
    label: str
    kind: RelationKind
    new: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that is drawn. Where ``comparing``, what is not new stands back; ``new_word`` marks what is."""

    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    ties: tuple[Tie, ...]
    legend: tuple[tuple[RelationKind, str], ...]
    new_word: str = ""
    comparing: bool = False


class Metrics(Protocol):
    """How wide text comes out, in pixels."""

    def width(self, text: str, size: int, *, bold: bool = False) -> float: ...


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def meets(self, other: Box) -> bool:
        """Whether the two overlap."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class TileText:
    """The lines of a tile's text, and how high a tile they need."""

    tag: bool
    name_size: int
    name: tuple[str, ...]
    native_size: int
    native: tuple[str, ...]
    status: tuple[str, ...]
    formerly: tuple[str, ...]

    @property
    def height(self) -> float:
        rows = leading(TAG_SIZE) + 8 if self.tag else 0.0
        rows += len(self.name) * leading(self.name_size)
        rows += len(self.native) * leading(self.native_size)
        rows += (len(self.status) + len(self.formerly)) * leading(SMALL_SIZE)
        return max(rows, DISC) + 2 * INSET


@dataclass(frozen=True, slots=True)
class PlacedTile:
    tile: Tile
    panel: int
    box: Box
    text: TileText


@dataclass(frozen=True, slots=True)
class PlacedPanel:
    """``title_box`` is None where there is no title, and then no frame either."""

    panel: Panel
    box: Box
    title: tuple[str, ...]
    title_box: Box | None


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label: its lines, the kind of its tie, and the way that its tie goes along the line ("" for both)."""

    lines: tuple[str, ...]
    kind: RelationKind
    new: bool
    points: str
    box: Box


@dataclass(frozen=True, slots=True)
class Line:
    """One or two ties between the same people. ``points`` go from the first's tile to the second's.

    ``there`` is the tie to the end of the points, ``back`` the one to their beginning (None: there is none).
    """

    points: tuple[Point, ...]
    there: Tie
    back: Tie | None
    rows: tuple[LabelRow, ...]
    box: Box


@dataclass(frozen=True, slots=True)
class LegendEntry:
    kind: RelationKind
    word: str
    box: Box


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything with its place. The picture is ``WIDTH`` by ``height`` pixels."""

    drawing: Drawing
    height: int
    title: tuple[str, ...]
    title_box: Box
    subtitle: tuple[str, ...]
    subtitle_box: Box
    panels: tuple[PlacedPanel, ...]
    tiles: tuple[PlacedTile, ...]
    lines: tuple[Line, ...]
    legend: tuple[LegendEntry, ...]


def leading(size: int) -> float:
    """The height of a line of text of this size."""
    return size * _LEADING


# ------------------------------------------------------------------------- text


def wrapped(text: str, widest: float, most: int, size: int, metrics: Metrics, *, bold: bool = False) -> tuple[str, ...]:
    """``text`` in at most ``most`` lines, none wider than ``widest``; what doesn't fit gives way to an ellipsis.

    Lines end at spaces where they can, and are about equally long.
    """
    if not text:
        return ()
    lines = _filled(text, widest, size, metrics, bold)
    if len(lines) > most:
        return (*lines[: most - 1], _shortened(" ".join(lines[most - 1 :]), widest, size, metrics, bold))
    # Even lines are no reason to break a word.
    words = [metrics.width(part, size, bold=bold) for part in re.findall(r"[^-\s]*-|[^-\s]+", text)]
    low, high = min(max([widest / 2, *words]), widest), widest
    while high - low > 4:
        middle = (low + high) / 2
        if len(_filled(text, middle, size, metrics, bold)) > len(lines):
            low = middle
        else:
            high = middle
    return tuple(_filled(text, high, size, metrics, bold))


def _filled(text: str, widest: float, size: int, metrics: Metrics, bold: bool) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if metrics.width(longer, size, bold=bold) <= widest:
            line = longer
            continue
        if line:
            lines.append(line)
        # A word that is too long by itself is broken after a hyphen, else anywhere.
        line = ""
        for part in re.findall(r"[^-]*-|[^-]+", word):
            if line and metrics.width(line + part, size, bold=bold) > widest:
                lines.append(line)
                line = ""
            for char in part:
                if line and metrics.width(line + char, size, bold=bold) > widest:
                    lines.append(line)
                    line = ""
                line += char
    return [*lines, line] if line else lines


def _shortened(text: str, widest: float, size: int, metrics: Metrics, bold: bool) -> str:
    while text and metrics.width(text + "…", size, bold=bold) > widest:
        text = text[:-1].rstrip()
    return text + "…"


def _tile_text(tile: Tile, width: float, metrics: Metrics) -> TileText:
    room = width - DISC - 3 * INSET
    size = _word_size(tile.name, room, NAME_SIZE, metrics, bold=True)
    small = _word_size(tile.native, room, SMALL_SIZE, metrics, bold=False)
    return TileText(
        tag=tile.new,
        name_size=size,
        name=wrapped(tile.name, room, 4, size, metrics, bold=True),
        native_size=small,
        native=tuple(line for part in tile.native.splitlines() for line in wrapped(part, room, 2, small, metrics)),
        status=wrapped(tile.status, room - 20, 2, SMALL_SIZE, metrics, bold=True),
        formerly=wrapped(tile.formerly, room, 3, SMALL_SIZE, metrics),
    )


def _word_size(text: str, room: float, size: int, metrics: Metrics, *, bold: bool) -> int:
    """``size``, or a little less where a word would have to be broken otherwise."""
    longest = max(text.split(), key=lambda word: metrics.width(word, size, bold=bold), default="")
    sizes = range(size, round(size * 0.75) - 1, -1)
    return next((smaller for smaller in sizes if metrics.width(longest, smaller, bold=bold) <= room), size)


# ------------------------------------------------------------------------ lines


@dataclass(frozen=True, slots=True)
class _Pair:
    """The ties between two people that are drawn as one line."""

    there: Tie
    back: Tie | None

    @property
    def same(self) -> bool:
        """Whether one label says both."""
        return self.back is not None and (self.there.label, self.there.new) == (self.back.label, self.back.new)


def _pairs(ties: Sequence[Tie]) -> list[_Pair]:
    found: dict[tuple[int, int], _Pair] = {}
    for tie in ties:
        other = found.get((tie.target, tie.source))
        if other is not None and other.back is None:
            found[tie.target, tie.source] = replace(other, back=tie)
        else:
            found[tie.source, tie.target] = _Pair(tie, None)
    return list(found.values())


@dataclass(slots=True)
class _Item:
    """What takes a track of a channel: a line that runs along it, or a label on one that crosses it."""

    line: int
    run: int
    along: bool
    ends: tuple[tuple[float, int], tuple[float, int]]
    label_width: float = 0.0
    label_height: float = 0.0
    centre: float = 0.0
    track: int = 0

    @property
    def left(self) -> float:
        return min(self.ends[0][0], self.ends[1][0])

    @property
    def right(self) -> float:
        return max(self.ends[0][0], self.ends[1][0])

    @property
    def low(self) -> float:
        return min(self.left, self.centre - self.label_width / 2) if self.label_width else self.left

    @property
    def high(self) -> float:
        return max(self.right, self.centre + self.label_width / 2) if self.label_width else self.right


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a label might stand, roughly, and how little that suits it by itself."""

    channel: int
    run: int
    left: float
    right: float
    cost: float

    def beside(self, others: Sequence[_Place]) -> float:
        """The cost with other labels there already."""
        near = [other for other in others if other.channel == self.channel]
        clashes = sum(self.left < other.right and other.left < self.right for other in near)
        return self.cost + clashes + (0.4 if not near else 0.0)


class _Plan:
    """Works a layout out, step by step; see `lay_out`."""

    def __init__(self, drawing: Drawing, metrics: Metrics) -> None:
        self.drawing = drawing
        self.metrics = metrics
        self.pairs = _pairs(drawing.ties)
        self.tiles = [tile for panel in drawing.panels for tile in panel.tiles]
        self.panel_of = [index for index, panel in enumerate(drawing.panels) for _ in panel.tiles]
        numbers = iter(range(len(self.tiles)))
        groups = [[next(numbers) for _ in panel.tiles] for panel in drawing.panels]
        ends = [(pair.there.source, pair.there.target) for pair in self.pairs]
        self.columns = min(3 if len(self.tiles) > 4 else 2, len(self.tiles))
        self.seating: Seating = seat(groups, ends, self.columns)
        self.streets = Streets(self.seating)
        self.routes: tuple[Route, ...] = routes(self.seating, [bool(panel.title) for panel in drawing.panels], ends)
        self.track_of: dict[tuple[int, int], int] = {}
        self.gutters: list[tuple[float, float]] = []
        self.track_step = _TRACK
        self.tile_width = 0.0
        self.upright: dict[tuple[int, int], float] = {}
        self.labels = [self._label_size(pair) for pair in self.pairs]
        self.items: dict[int, list[_Item]] = {}
        self.channel_tops: list[float] = []
        self.channel_heights: list[float] = []
        self.row_tops: dict[int, float] = {}
        self.row_heights: dict[int, float] = {}

    # ------------------------------------------------------------- widths

    def set_widths(self) -> None:
        """How wide gutters and tiles are, and where lines run in the gutters."""
        tracks = [self._gutter_tracks(gutter) for gutter in range(self.columns + 1)]
        sides = (0, self.columns)

        def widths(step: float) -> list[float]:
            return [
                (_EDGE if gutter in sides else _FRAME + _CLEAR) + max(count - 1, 0) * step + _FRAME + _CLEAR
                for gutter, count in enumerate(tracks)
            ]

        step = _TRACK
        while step > _TRACK_NARROWEST and sum(widths(step)) + self.columns * _TILE_NARROWEST > WIDTH:
            step -= 0.5
        found = widths(step)
        rest = WIDTH - sum(found)
        self.tile_width = min(rest / self.columns, float(_TILE_WIDEST + (60 if self.columns < 3 else 0)))
        spare = (rest - self.tile_width * self.columns) / len(found)
        left = 0.0
        for width in found:
            self.gutters.append((left, left + width + spare))
            left += width + spare + self.tile_width
        for (line, run), track in self.track_of.items():
            gutter = self.routes[line].runs[run].place
            start, end = self.gutters[gutter]
            start += _EDGE if gutter == 0 else _FRAME + _CLEAR
            end -= _EDGE if gutter == self.columns else _FRAME + _CLEAR
            self.upright[line, run] = (start + end) / 2 + (track - (tracks[gutter] - 1) / 2) * step

    def _gutter_tracks(self, gutter: int) -> int:
        """Gives every line in a gutter a track, and says how many there are."""
        found: list[tuple[tuple[int, float, int], int, int, Run]] = []
        for line, route in enumerate(self.routes):
            for index, run in enumerate(route.runs):
                if run.kind is Kind.GUTTER and run.place == gutter:
                    turns = [self._turn(route, index, neighbour) for neighbour in (index - 1, index + 1)]
                    lean = sum(turns)
                    length = run.high - run.low
                    key = (lean, float(length if lean < 0 else -length if lean > 0 else 0), line)
                    found.append((key, line, index, run))
        laid: list[tuple[int, Run]] = []
        for _, line, index, run in sorted(found, key=lambda entry: entry[0]):
            clashing = [track for track, other in laid if run.low <= other.high and other.low <= run.high]
            track = max(clashing, default=-1) + 1
            laid.append((track, run))
            self.track_of[line, index] = track
        return max((track for track, _ in laid), default=-1) + 1

    def _turn(self, route: Route, index: int, neighbour: int) -> int:
        """Whether a gutter's line turns left (-1) or right (1) at one end."""
        run = route.runs[neighbour]
        if run.kind is Kind.STUB:
            # Whoever is left at their right sits to the left of that gutter.
            return -1 if run.side is Side.RIGHT else 1
        beyond = route.runs[neighbour + (neighbour - index)]
        return 1 if _rough(beyond) > 2 * route.runs[index].place else -1

    def column_box(self, column: int) -> tuple[float, float]:
        """Left and right of a column's tiles."""
        left = self.gutters[column][1]
        return left, left + self.tile_width

    # -------------------------------------------------------------- ports

    def set_ports(self) -> None:
        """Where upright lines leave and reach tiles, and pass empty seats."""
        by_side: dict[tuple[int, Side], list[tuple[int, int]]] = {}
        passing: dict[int, list[tuple[int, int]]] = {}
        for line, route in enumerate(self.routes):
            for index, run in enumerate(route.runs):
                if run.kind is Kind.PORT and run.side is not None:
                    by_side.setdefault((run.person, run.side), []).append((line, index))
                    left, right = self.column_box(run.place)
                    self.upright[line, index] = (left + right) / 2
                elif run.kind is Kind.SEAT:
                    passing.setdefault(run.place, []).append((line, index))
        for column, ports in passing.items():
            self._spread(ports, column, 8)
        for (_, side), ports in by_side.items():
            column = self.routes[ports[0][0]].runs[ports[0][1]].place
            ports.sort(key=lambda port: self._port_order(*port))
            self._spread(ports, column, 0 if side is Side.BOTTOM else 4)
        for line, route in enumerate(self.routes):
            runs = route.runs
            if len(runs) == 3 and runs[0].kind is runs[2].kind is Kind.PORT and runs[0].place == runs[2].place:
                self._straighten(line, by_side[runs[0].person, _side(runs[0])], by_side[runs[2].person, _side(runs[2])])

    def _straighten(self, line: int, ports: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> None:
        """Lets a line between two people above each other go straight, where nothing is in its way."""
        for end, target, beside in ((0, 2, ports), (2, 0, others)):
            x = self.upright[line, target]
            if all(abs(self.upright[port] - x) >= _LATTICE for port in beside if port != (line, end)):
                self.upright[line, end] = x
                return

    def _spread(self, ports: Sequence[tuple[int, int]], column: int, offset: int) -> None:
        left, right = self.column_box(column)
        room = right - left - 44
        step = min(48.0, room / max(len(ports) - 1, 1))
        for place, (line, index) in enumerate(ports):
            x = (left + right) / 2 + (place - (len(ports) - 1) / 2) * step
            if step >= _LATTICE:
                x = round((x - offset) / _LATTICE) * _LATTICE + offset
            self.upright[line, index] = x

    def _port_order(self, line: int, index: int) -> tuple[float, ...]:
        """Sorts the lines of one side of a tile so that few cross: U-turns outermost, the nearest of them first."""
        route = self.routes[line]
        step = 1 if index == 0 else -1
        own, other = route.runs[index], route.runs[index + 2 * step]
        here = self.upright[line, index]
        x = self.upright.get((line, index + 2 * step), here)
        channel = route.runs[index + step].place
        returns = _goes(own, channel) == _goes(other, channel)
        if x < here:
            return (0, -x, line) if returns else (1, x, line)
        return (3, -x, line) if returns else (2, x, line)

    # ------------------------------------------------------------- channels

    def set_channels(self) -> None:
        """Which track of its channel each line and label takes, and how high the channels become."""
        through: dict[int, list[tuple[float, int]]] = {}
        items: dict[int, list[_Item]] = {index: [] for index in range(len(self.streets.channels))}
        places = self._label_places()
        for line, route in enumerate(self.routes):
            width, height = self.labels[line]
            for index, run in enumerate(route.runs):
                if run.kind is Kind.CHANNEL:
                    before, after = (self._end(line, neighbour, run.place) for neighbour in (index - 1, index + 1))
                    item = _Item(line, index, True, (before, after))
                    if places[line] == (run.place, index):
                        item.label_width, item.label_height = width, height
                    items[run.place].append(item)
            for index, channel in route.crossings():
                run, x = route.runs[index], self.upright[line, index]
                if places[line] == (channel, index):
                    ends = ((x, -1), (x, 1)) if run.level < run.until else ((x, 1), (x, -1))
                    items[channel].append(_Item(line, index, False, ends, width, height))
                else:
                    through.setdefault(channel, []).append((x, line))
        for channel, found in items.items():
            uprights = through.get(channel, [])
            for item in found:
                if item.label_width:
                    item.centre = _centre(item, found, uprights)
            _stack(found, uprights)
            self.items[channel] = found

    def _label_places(self) -> list[tuple[int, int]]:
        """In which channel and at which of its runs each line has its label: where there are few others."""
        choices: list[list[_Place]] = []
        for line, route in enumerate(self.routes):
            half = self.labels[line][0] / 2
            found: list[_Place] = []
            for index, run in enumerate(route.runs):
                if run.kind is Kind.CHANNEL:
                    left, right = sorted((self.upright[line, index - 1], self.upright[line, index + 1]))
                    middle = (left + right) / 2
                    # A line that goes along a channel takes some of its height anyhow, and a long stretch is best seen.
                    cost = 0.6 - min((right - left) / WIDTH, 0.5)
                    found.append(_Place(run.place, index, middle - half, middle + half, cost))
            # Where a line is all but straight, the label hides that it is not.
            if not found or any(self.upright_span(line, place.run) > 30 for place in found):
                for index, channel in route.crossings():
                    x = self.upright[line, index]
                    inner = self.streets.channels[channel][1]
                    found.append(_Place(channel, index, x - half, x + half, 1.0 + (0.3 if inner else 0.0)))
            choices.append(found)
        chosen = [min(found, key=lambda place: place.cost) for found in choices]
        for _ in range(3):
            for line, found in enumerate(choices):
                others = [place for other, place in enumerate(chosen) if other != line]
                chosen[line] = min(found, key=lambda place: (place.beside(others), place.channel, place.run))
        return [(place.channel, place.run) for place in chosen]

    def upright_span(self, line: int, run: int) -> float:
        """How far a run along a channel goes."""
        return abs(self.upright[line, run - 1] - self.upright[line, run + 1])

    def _end(self, line: int, index: int, channel: int) -> tuple[float, int]:
        """The x of an upright run that ends in a channel, and whether it comes from above (-1) or below (1)."""
        return self.upright[line, index], _goes(self.routes[line].runs[index], channel)

    def _label_size(self, pair: _Pair) -> tuple[float, float]:
        rows = self._label_rows(pair)
        width = max(self._row_width(lines, pointed) for lines, pointed, _ in rows)
        if self.drawing.comparing and any(new for _, _, new in rows):
            width = max(width, self.metrics.width(self.drawing.new_word, TAG_SIZE, bold=True) + 2 * _LABEL_INSET)
        return width, sum(_row_height(lines, new) for lines, _, new in rows)

    def _row_width(self, lines: Sequence[str], pointed: bool) -> float:
        text = max((self.metrics.width(line, LABEL_SIZE) for line in lines), default=0.0)
        return text + 2 * _LABEL_INSET + (_POINTER if pointed else 0)

    def _label_rows(self, pair: _Pair) -> list[tuple[tuple[str, ...], bool, bool]]:
        """The rows of a pair's label: their lines, whether they say which way they go, and whether they are new."""
        ties = [pair.there] if pair.back is None or pair.same else [pair.there, pair.back]
        pointed = len(ties) > 1
        room = _LABEL_WIDEST - (_POINTER if pointed else 0)
        return [
            (wrapped(tie.label, room, 4, LABEL_SIZE, self.metrics), pointed, tie.new and self.drawing.comparing)
            for tie in ties
        ]

    # ------------------------------------------------------------- heights

    def set_heights(self, top: float) -> tuple[list[TileText], dict[int, tuple[str, ...]], float]:
        """Stacks channels, titles and rows from ``top`` on; gives the texts of tiles and titles, and the bottom."""
        texts = [_tile_text(tile, self.tile_width, self.metrics) for tile in self.tiles]
        titles = {
            block.group: wrapped(
                self.drawing.panels[block.group].title,
                self._title_room(block),
                3,
                GROUP_SIZE,
                self.metrics,
                bold=True,
            )
            for block in self.seating.blocks
        }
        for person, (row, _) in enumerate(self.seating.seats):
            self.row_heights[row] = max(self.row_heights.get(row, 0.0), texts[person].height)
        first_rows = {first: band for band, (first, _) in enumerate(self.seating.bands)}
        y = top
        for channel, (_, inner) in enumerate(self.streets.channels):
            self.channel_tops.append(y)
            self.channel_heights.append(self._channel_height(channel, inner))
            y += self.channel_heights[-1]
            row = self.streets.row_under(channel)
            if row is None:
                continue
            if row in first_rows:
                heads = [len(titles[block.group]) for block in self.seating.blocks if block.band == first_rows[row]]
                y += max(heads) * leading(GROUP_SIZE) + 18 if max(heads) else _FRAME
            self.row_tops[row] = y
            y += self.row_heights[row]
        return texts, titles, y

    def _title_room(self, block: Block) -> float:
        """How wide a group's title may be: as far as its frame goes, or the first line that passes."""
        first, _ = self.seating.bands[block.band]
        level = 2 * self.streets.above[first]
        left, _ = self.column_box(block.column)
        _, right = self.column_box(block.column + block.width - 1)
        passing = [
            self.upright[line, index]
            for line, route in enumerate(self.routes)
            for index, run in enumerate(route.runs)
            if run.kind in (Kind.GUTTER, Kind.SEAT, Kind.PORT) and run.low <= level < run.high
        ]
        return min([right, *(x - 14 for x in passing if left < x < right)]) - left - 8

    def _channel_height(self, channel: int, inner: bool) -> float:
        items = self.items[channel]
        edge = channel in (0, len(self.streets.channels) - 1)
        if not items:
            return _CHANNEL_REST if inner else 4 if edge else _OUTER_REST
        return sum(self._track_heights(channel)) + (16 if inner else 22)

    def _track_heights(self, channel: int) -> list[float]:
        items = self.items[channel]
        return [
            max(
                item.label_height + _LABEL_GAP if item.label_width else _LINE_TRACK
                for item in items
                if item.track == track
            )
            for track in range(max(item.track for item in items) + 1)
        ]

    def track_middle(self, channel: int, track: int) -> float:
        """The y of a track."""
        heights = self._track_heights(channel)
        inset = (self.channel_heights[channel] - sum(heights)) / 2
        return self.channel_tops[channel] + inset + sum(heights[:track]) + heights[track] / 2

    # ------------------------------------------------------------- results

    def tile_box(self, person: int) -> Box:
        row, column = self.seating.seats[person]
        left, right = self.column_box(column)
        return Box(left, self.row_tops[row], right, self.row_tops[row] + self.row_heights[row])

    def placed_panels(self, titles: dict[int, tuple[str, ...]]) -> list[PlacedPanel]:
        """Frames around the groups' tiles, in the order of the drawing."""
        found: dict[int, PlacedPanel] = {}
        for block in self.seating.blocks:
            first, count = self.seating.bands[block.band]
            upper = self.streets.above[first]
            lower = self.streets.below[first + count - 1]
            left, _ = self.column_box(block.column)
            _, right = self.column_box(block.column + block.width - 1)
            top = self.channel_tops[upper] + self.channel_heights[upper]
            box = Box(left - _FRAME, top, right + _FRAME, self.channel_tops[lower] + self.channel_heights[lower])
            title = titles[block.group]
            title_box = None
            if title:
                width = max(self.metrics.width(line, GROUP_SIZE, bold=True) for line in title)
                title_box = Box(left + 4, top + 7, left + 4 + width, top + 7 + len(title) * leading(GROUP_SIZE))
            found[block.group] = PlacedPanel(self.drawing.panels[block.group], box, title, title_box)
        return [found[index] for index in range(len(self.drawing.panels))]

    def placed_lines(self) -> list[Line]:
        """Every line with its corners and labels."""
        across = self._heights_across()
        items = {(item.line): item for found in self.items.values() for item in found if item.label_width}
        channel_of = {id(item): channel for channel, found in self.items.items() for item in found}
        made: list[Line] = []
        for line, (route, pair) in enumerate(zip(self.routes, self.pairs, strict=True)):
            points: list[Point] = [self._tip(line, 0, across)]
            for index in range(len(route.runs) - 1):
                one, other = index, index + 1
                if route.runs[one].kind in (Kind.CHANNEL, Kind.STUB):
                    one, other = other, one
                points.append((self.upright[line, one], across[line, other]))
            points.append(self._tip(line, len(route.runs) - 1, across))
            item = items[line]
            middle = self.track_middle(channel_of[id(item)], item.track)
            box = Box(
                item.centre - item.label_width / 2,
                middle - item.label_height / 2,
                item.centre + item.label_width / 2,
                middle + item.label_height / 2,
            )
            rows = self._placed_rows(pair, box, _way(item))
            made.append(Line(tuple(_straightened(points)), pair.there, pair.back, rows, box))
        return made

    def _placed_rows(self, pair: _Pair, box: Box, way: str) -> tuple[LabelRow, ...]:
        back = {"left": "right", "right": "left", "up": "down", "down": "up"}[way]
        rows: list[LabelRow] = []
        y = box.top
        found = self._label_rows(pair)
        for (lines, pointed, new), tie, points in zip(found, (pair.there, pair.back), (way, back), strict=False):
            assert tie is not None
            bottom = y + _row_height(lines, new)
            place = Box(box.left, y, box.right, bottom)
            rows.append(LabelRow(lines, tie.kind, new, points if pointed else "", place))
            y = bottom
        return tuple(rows)

    def _heights_across(self) -> dict[tuple[int, int], float]:
        """The y of every run that goes across: along a channel, or straight from somebody's side."""
        found: dict[tuple[int, int], float] = {}
        for channel, items in self.items.items():
            for item in items:
                if item.along:
                    found[item.line, item.run] = self.track_middle(channel, item.track)
        stubs: dict[tuple[int, Side], list[tuple[tuple[float, ...], int, int]]] = {}
        for line, route in enumerate(self.routes):
            for index, run in enumerate(route.runs):
                if run.kind is Kind.STUB and run.side is not None:
                    neighbour = 1 if index == 0 else index - 1
                    gutter = route.runs[neighbour]
                    upwards = gutter.low < run.level
                    x = self.upright[line, neighbour]
                    distance = -x if run.side is Side.LEFT else x
                    # The nearest of those that go up leaves first, the nearest of those that go down last.
                    key = (0.0, distance) if upwards else (1.0, -distance)
                    stubs.setdefault((run.person, run.side), []).append((key, line, index))
        for (person, _), ends in stubs.items():
            box = self.tile_box(person)
            step = min(30.0, (box.height - 36) / max(len(ends) - 1, 1))
            for place, (_, line, index) in enumerate(sorted(ends)):
                found[line, index] = (box.top + box.bottom) / 2 + (place - (len(ends) - 1) / 2) * step
        return found

    def _tip(self, line: int, index: int, across: dict[tuple[int, int], float]) -> Point:
        """Where a line meets a tile."""
        run = self.routes[line].runs[index]
        box = self.tile_box(run.person)
        if run.kind is Kind.STUB:
            return (box.left if run.side is Side.LEFT else box.right, across[line, index])
        return (self.upright[line, index], box.top if run.side is Side.TOP else box.bottom)


def _rough(run: Run) -> int:
    if run.kind is Kind.GUTTER:
        return 2 * run.place
    return 2 * run.place + 1


def _side(run: Run) -> Side:
    assert run.side is not None
    return run.side


def _goes(run: Run, channel: int) -> int:
    """Whether an upright run that ends in a channel is above (-1) or below it (1)."""
    return -1 if run.low < 2 * channel else 1


def _row_height(lines: Sequence[str], new: bool) -> float:
    return len(lines) * leading(LABEL_SIZE) + 2 * _LABEL_RISE + (leading(TAG_SIZE) if new else 0)


def _way(item: _Item) -> str:
    """The way that a line goes where its label stands."""
    (start, came), (end, _) = item.ends
    if abs(end - start) >= 40:
        return "right" if end > start else "left"
    return "down" if came < 0 else "up"


def _straightened(points: Iterable[Point]) -> list[Point]:
    """Without points that the line doesn't turn at."""
    kept: list[Point] = []
    for x, y in points:
        if kept and abs(kept[-1][0] - x) < 0.01 and abs(kept[-1][1] - y) < 0.01:
            continue
        if len(kept) > 1 and (
            abs(kept[-2][0] - kept[-1][0]) + abs(kept[-1][0] - x) < 0.01
            or abs(kept[-2][1] - kept[-1][1]) + abs(kept[-1][1] - y) < 0.01
        ):
            kept.pop()
        kept.append((x, y))
    return kept


# --------------------------------------------------------------------- channels


def _centre(item: _Item, items: Sequence[_Item], through: Sequence[tuple[float, int]]) -> float:
    """Where along its line a label stands: on as few other lines as can be, else in the middle of its own."""
    half = item.label_width / 2
    low, high = _LABEL_EDGE + half, WIDTH - _LABEL_EDGE - half
    middle = (item.left + item.right) / 2
    others = [x for x, line in through if line != item.line]
    others += [x for other in items if other is not item for x, _ in other.ends]
    found: list[tuple[float, float]] = []
    places = [middle, item.left, item.right, item.left + half, item.right - half]
    places += [x + sign * (half + 12) for x in others for sign in (-1, 1)]
    for place in places:
        centre = min(max(min(max(place, item.left), item.right), low), high)
        covered = sum(abs(x - centre) < half + 8 for x in others)
        found.append((covered * 60 + abs(centre - middle) * 0.25, centre))
    return min(found)[1]


def _stack(items: list[_Item], through: Sequence[tuple[float, int]]) -> None:
    """Gives every item a track, so that nothing on a track touches, with few crossings and little height."""

    def key(item: _Item) -> tuple[int, float, int]:
        lean = item.ends[0][1] + item.ends[1][1]
        length = item.right - item.left
        return (lean, length if lean < 0 else -length if lean > 0 else 0.0, item.line)

    order = sorted(items, key=key)
    best = _laid(order, through)
    tried = 0
    improved = True
    while improved and tried < _PATIENCE:
        improved = False
        for first in range(len(order)):
            for second in range(first + 1, len(order)):
                swapped = list(order)
                swapped[first], swapped[second] = swapped[second], swapped[first]
                tried += 1
                cost = _laid(swapped, through)
                if cost < best - 1e-9:
                    order, best, improved = swapped, cost, True
    _laid(order, through)


def _laid(order: Sequence[_Item], through: Sequence[tuple[float, int]]) -> float:
    """Lays items from the top in this order, each under those it would touch; says how bad that is."""
    for index, item in enumerate(order):
        item.track = max(
            (
                other.track + 1
                for other in order[:index]
                if item.low < other.high + _LABEL_GAP and other.low < item.high + _LABEL_GAP
            ),
            default=0,
        )
    cost = 0.0
    heights: dict[int, float] = {}
    for item in order:
        heights[item.track] = max(heights.get(item.track, 0.0), item.label_height or _LINE_TRACK)
        for other in order:
            if other is item:
                continue
            for x, direction in other.ends:
                passes = other.track > item.track if direction < 0 else other.track < item.track
                if passes and item.left < x < item.right:
                    cost += 10
                if passes and item.label_width and abs(x - item.centre) < item.label_width / 2 + 6:
                    cost += 30
                for own, own_direction in item.ends:
                    if abs(own - x) < 5 and direction != own_direction and passes:
                        cost += 15
    cost += sum(
        30
        for item in order
        if item.label_width
        for x, line in through
        if line != item.line and abs(x - item.centre) < item.label_width / 2 + 6
    )
    return cost + 0.25 * sum(heights.values()) + 0.1 * sum(item.track for item in order)


# ----------------------------------------------------------------------- whole


@dataclass(slots=True)
class _Header:
    title: tuple[str, ...]
    title_box: Box
    subtitle: tuple[str, ...]
    subtitle_box: Box


def _header(drawing: Drawing, metrics: Metrics) -> _Header:
    room = WIDTH - 2 * (MARGIN + 12) - 24
    title = wrapped(drawing.title, room, 2, TITLE_SIZE, metrics, bold=True)
    subtitle = wrapped(drawing.subtitle, room, 2, SUBTITLE_SIZE, metrics)
    bottom = 26 + len(title) * leading(TITLE_SIZE)
    left, right = MARGIN + 12.0, float(WIDTH - MARGIN - 12)
    return _Header(
        title,
        Box(left, 26, right, bottom),
        subtitle,
        Box(left, bottom, right, bottom + len(subtitle) * leading(SUBTITLE_SIZE)),
    )


def _legend(drawing: Drawing, top: float, metrics: Metrics) -> tuple[tuple[LegendEntry, ...], float]:
    left, right = MARGIN + 12.0, float(WIDTH - MARGIN - 12)
    x, y, height = left, top, leading(LABEL_SIZE)
    found: list[LegendEntry] = []
    for kind, word in drawing.legend:
        width = min(LEGEND_LINE + 12 + metrics.width(word, LABEL_SIZE), right - left)
        if x > left and x + width > right:
            x, y = left, y + height + 8
        found.append(LegendEntry(kind, word, Box(x, y, x + width, y + height)))
        x += width + _LEGEND_GAP
    return tuple(found), (y + height if found else top)


def lay_out(drawing: Drawing, metrics: Metrics) -> Layout:
    """Places for everything in a drawing of at least one person. The same drawing always gets the same places."""
    header = _header(drawing, metrics)
    plan = _Plan(drawing, metrics)
    plan.set_widths()
    plan.set_ports()
    plan.set_channels()
    texts, titles, bottom = plan.set_heights(header.subtitle_box.bottom + 18)
    legend, end = _legend(drawing, bottom + 14, metrics)
    return Layout(
        drawing=drawing,
        height=round(end + MARGIN + 8),
        title=header.title,
        title_box=header.title_box,
        subtitle=header.subtitle,
        subtitle_box=header.subtitle_box,
        panels=tuple(plan.placed_panels(titles)),
        tiles=tuple(
            PlacedTile(tile, plan.panel_of[person], plan.tile_box(person), texts[person])
            for person, tile in enumerate(plan.tiles)
        ),
        lines=tuple(plan.placed_lines()),
        legend=legend,
    )
