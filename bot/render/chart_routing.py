"""Which way each tie of a chart goes: around people, between rows and columns, sparing the frames of strangers.

Between any two rows there is a *channel* that lines may run along, in which labels stand as well; a group has one
of its own under each of its rows, and a further one lies between bands. To both sides of every
column there is a *gutter*. Which of a channel's or a gutter's lines lies where is not decided here.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from bot.render.chart_seating import Block, Seating

_BEND = 90
_COLUMN = 170
_ROW = 160
_BORDER = 40
_STRANGER = 260
_OUTSIDE = 120
_INSIDE = 60
_SIDE = 60
#: What each line that is there already adds.
_CROWD = 14
_NARROW = 30
_PORT = 30
#: How often every line is taken up and laid anew, knowing all others.
_ROUNDS = 2


class Side(Enum):
    """Where a line leaves somebody."""

    TOP = "top"
    BOTTOM = "bottom"
    LEFT = "left"
    RIGHT = "right"


class Kind(Enum):
    """What a straight run of a line lies in: a channel (across), or a gutter, an empty seat or a port (up and down)."""

    CHANNEL = "channel"
    GUTTER = "gutter"
    SEAT = "seat"
    PORT = "port"
    STUB = "stub"


@dataclass(frozen=True, slots=True)
class Run:
    """A straight part of a line. ``place`` is the number of its channel, gutter or column.

    ``level`` and ``until`` say from where to where it goes up or down: a channel k is at 2k, the row under it at
    2k + 1.
    A `Kind.PORT` goes straight up or down from somebody's ``side``, a `Kind.STUB` straight to the left or right.
    """

    kind: Kind
    place: int
    level: int
    until: int
    person: int = -1
    side: Side | None = None

    @property
    def low(self) -> int:
        return min(self.level, self.until)

    @property
    def high(self) -> int:
        return max(self.level, self.until)


@dataclass(frozen=True, slots=True)
class Route:
    """One line: its runs from end to end, turning at each. It meets at least one channel, where its label can stand."""

    runs: tuple[Run, ...]

    def crossings(self) -> Iterator[tuple[int, int]]:
        """Each upright run (by its index) with each channel that it crosses without turning."""
        for index, run in enumerate(self.runs):
            if run.kind in (Kind.GUTTER, Kind.SEAT, Kind.PORT):
                for channel in range(run.low // 2, run.high // 2 + 1):
                    if run.low < 2 * channel < run.high:
                        yield index, channel


@dataclass(slots=True)
class Streets:
    """The channels of a seating in their order from the top."""

    seating: Seating
    #: Per channel: the row it lies under and whether inside of the groups; a band's outer channel lies above it.
    channels: list[tuple[int, bool]] = field(default_factory=list[tuple[int, bool]])
    above: dict[int, int] = field(default_factory=dict[int, int])
    below: dict[int, int] = field(default_factory=dict[int, int])

    def __post_init__(self) -> None:
        for first, count in self.seating.bands:
            self.channels.append((first - 1, False))
            for row in range(first, first + count):
                self.above[row] = len(self.channels) - 1
                self.channels.append((row, True))
                self.below[row] = len(self.channels) - 1
        self.channels.append((self.seating.rows - 1, False))

    def row_under(self, channel: int) -> int | None:
        """The row between this channel and the next, or None where a frame ends or begins there."""
        row = self.channels[channel][0] + 1
        return row if self.above.get(row) == channel else None


@dataclass(frozen=True, slots=True)
class _Step:
    node: int
    across: bool
    cost: int
    edge: tuple[int, int]
    narrow: bool
    block: int | None
    inner: bool


class _Map:
    """Places where lines may be, and the steps between them."""

    def __init__(self, seating: Seating, titled: Sequence[bool]) -> None:
        self.seating = seating
        self.streets = Streets(seating)
        self.width = 2 * seating.columns + 1
        self.rows_at = len(self.streets.channels) * self.width
        self.taken = {seat: person for person, seat in enumerate(seating.seats)}
        self.blocks: dict[tuple[int, int], Block] = {}
        self.titles: set[tuple[int, int]] = set()
        for block in seating.blocks:
            first, count = seating.bands[block.band]
            for row in range(first, first + count):
                for column in range(block.column, block.column + block.width):
                    self.blocks[row, column] = block
            if titled[block.group]:
                self.titles.add((first, block.column))
        self.steps: dict[int, list[_Step]] = {}
        self._lay()

    def node(self, channel: int, x: int) -> int:
        return channel * self.width + x

    def row_node(self, row: int, gutter: int) -> int:
        return self.rows_at + row * (self.seating.columns + 1) + gutter

    def where(self, node: int) -> tuple[int, int]:
        """Level and x (even: a gutter, odd: a column) of a node."""
        if node < self.rows_at:
            channel, x = divmod(node, self.width)
            return 2 * channel, x
        row, gutter = divmod(node - self.rows_at, self.seating.columns + 1)
        return 2 * self.streets.above[row] + 1, 2 * gutter

    def group_at(self, row: int, column: int) -> int | None:
        block = self.blocks.get((row, column))
        return None if block is None else block.group

    def _lay(self) -> None:
        channels = self.streets.channels
        for channel, (row, inner) in enumerate(channels):
            for x in range(self.width - 1):
                column = x // 2
                block = self.group_at(row, column) if inner else None
                self._join(self.node(channel, x), self.node(channel, x + 1), True, _COLUMN, False, block, inner)
            if channel + 1 == len(channels):
                continue
            under = self.streets.row_under(channel)
            for x in range(self.width):
                upper, lower = self.node(channel, x), self.node(channel + 1, x)
                if under is None:
                    self._join(upper, lower, False, _BORDER, False, None, inner)
                elif x % 2 == 0:
                    between = self.row_node(under, x // 2)
                    left, right = self.group_at(under, x // 2 - 1), self.group_at(under, x // 2)
                    block = left if left == right else None
                    self._join(upper, between, False, _ROW // 2, True, block, True)
                    self._join(between, lower, False, _ROW // 2, True, block, True)
                elif (under, x // 2) not in self.taken and (under, x // 2) not in self.titles:
                    self._join(upper, lower, False, _ROW, True, self.group_at(under, x // 2), True)

    def _join(
        self, one: int, other: int, across: bool, cost: int, narrow: bool, block: int | None, inner: bool
    ) -> None:
        edge = (one, other)
        self.steps.setdefault(one, []).append(_Step(other, across, cost, edge, narrow, block, inner))
        self.steps.setdefault(other, []).append(_Step(one, across, cost, edge, narrow, block, inner))

    def ports(self, person: int) -> Iterator[tuple[Side, int, bool]]:
        """Where somebody can be left: side, first node, and whether that is a step across."""
        row, column = self.seating.seats[person]
        yield Side.BOTTOM, self.node(self.streets.below[row], 2 * column + 1), False
        if (row, column) not in self.titles:
            yield Side.TOP, self.node(self.streets.above[row], 2 * column + 1), False
        yield Side.LEFT, self.row_node(row, column), True
        yield Side.RIGHT, self.row_node(row, column + 1), True


def routes(seating: Seating, titled: Sequence[bool], ties: Sequence[tuple[int, int]]) -> tuple[Route, ...]:
    """A route for each of ``ties``, which are pairs of people; ``titled`` says which groups have a title."""
    places = _Map(seating, titled)
    crowd: dict[tuple[int, int], int] = {}
    ports: dict[tuple[int, Side], int] = {}
    found: dict[int, _Path] = {}
    order = sorted(range(len(ties)), key=lambda index: (_distance(seating, ties[index]), index))
    for _ in range(_ROUNDS):
        for index in order:
            if index in found:
                _count(found[index], crowd, ports, ties[index], -1)
            found[index] = _shortest(places, ties[index], crowd, ports)
            _count(found[index], crowd, ports, ties[index], 1)
    return tuple(_route(places, ties[index], found[index]) for index in range(len(ties)))


def _distance(seating: Seating, tie: tuple[int, int]) -> int:
    (row, column), (other_row, other_column) = (seating.seats[person] for person in tie)
    return abs(row - other_row) + abs(column - other_column)


@dataclass(frozen=True, slots=True)
class _Path:
    start: Side
    end: Side
    nodes: tuple[int, ...]
    edges: tuple[tuple[int, int], ...]


def _count(
    path: _Path, crowd: dict[tuple[int, int], int], ports: dict[tuple[int, Side], int], tie: tuple[int, int], by: int
) -> None:
    for edge in path.edges:
        crowd[edge] = crowd.get(edge, 0) + by
    for person, side in ((tie[0], path.start), (tie[1], path.end)):
        ports[person, side] = ports.get((person, side), 0) + by


def _shortest(
    places: _Map, tie: tuple[int, int], crowd: dict[tuple[int, int], int], ports: dict[tuple[int, Side], int]
) -> _Path:
    """The cheapest way between two people (Dijkstra's algorithm over places and directions)."""
    own = {places.group_at(*places.seating.seats[person]) for person in tie}

    def port_cost(person: int, side: Side) -> int:
        return _PORT * ports.get((person, side), 0) + (_SIDE if side in (Side.LEFT, Side.RIGHT) else 0)

    queue: list[tuple[int, int, bool]] = []
    best: dict[tuple[int, bool], int] = {}
    came: dict[tuple[int, bool], tuple[int, bool, tuple[int, int]] | Side] = {}
    for side, node, across in places.ports(tie[0]):
        cost = port_cost(tie[0], side)
        best[node, across] = cost
        came[node, across] = side
        heapq.heappush(queue, (cost, node, across))
    goals: dict[int, list[tuple[Side, bool]]] = {}
    for side, node, across in places.ports(tie[1]):
        goals.setdefault(node, []).append((side, across))
    reached: tuple[int, int, bool, Side] | None = None
    while queue:
        cost, node, across = heapq.heappop(queue)
        if cost > best[node, across] or (reached is not None and cost >= reached[0]):
            continue
        for side, entering_across in goals.get(node, ()):
            # Straight from one's side into another's there would be no room for a label.
            if entering_across and across:
                continue
            total = cost + port_cost(tie[1], side) + (_BEND if across != entering_across else 0)
            if reached is None or total < reached[0]:
                reached = (total, node, across, side)
        previous = came[node, across]
        for step in places.steps.get(node, ()):
            if not isinstance(previous, Side) and step.node == previous[0]:
                continue
            price = cost + step.cost + (_BEND if step.across != across else 0)
            price += crowd.get(step.edge, 0) * (_NARROW if step.narrow else _CROWD)
            if step.block is not None and step.block not in own:
                price += _STRANGER
            elif step.across and step.inner != (len(own) == 1):
                price += _INSIDE if step.inner else _OUTSIDE
            state = (step.node, step.across)
            if price < best.get(state, 1 << 60):
                best[state] = price
                came[state] = (node, across, step.edge)
                heapq.heappush(queue, (price, step.node, step.across))
    assert reached is not None, "every gutter leads everywhere"
    _, node, across, end = reached
    nodes, edges = [node], list[tuple[int, int]]()
    while True:
        previous = came[node, across]
        if isinstance(previous, Side):
            return _Path(previous, end, tuple(reversed(nodes)), tuple(reversed(edges)))
        node, across, edge = previous
        nodes.append(node)
        edges.append(edge)


def _route(places: _Map, tie: tuple[int, int], path: _Path) -> Route:
    """The runs of a path."""
    spots = [places.where(node) for node in path.nodes]
    runs: list[Run] = [_first(places, tie[0], path.start, spots[0])]
    for (level, x), (next_level, _) in pairwise(spots):
        if level == next_level:
            run = Run(Kind.CHANNEL, level // 2, level, level)
        else:
            run = Run(Kind.SEAT if x % 2 else Kind.GUTTER, x // 2, level, next_level)
        last = runs[-1]
        if run.kind is Kind.CHANNEL and last.kind is Kind.CHANNEL:
            continue
        if run.kind is not Kind.CHANNEL and last.kind in (Kind.SEAT, Kind.GUTTER, Kind.PORT):
            # The same line goes on.
            runs[-1] = Run(last.kind, last.place, last.level, run.until, last.person, last.side)
        else:
            runs.append(run)
    final = _first(places, tie[1], path.end, spots[-1])
    last = runs[-1]
    backwards = Run(final.kind, final.place, final.until, final.level, final.person, final.side)
    if last.kind is Kind.SEAT and final.kind is Kind.PORT:
        runs[-1] = Run(Kind.PORT, final.place, last.level, backwards.until, final.person, final.side)
    elif last.kind is Kind.PORT and final.kind is Kind.PORT:
        # Straight up or down from one to the other: the label stands where the two halves meet.
        channel = _meeting(places, last.level, backwards.until)
        runs[-1] = Run(Kind.PORT, last.place, last.level, 2 * channel, last.person, last.side)
        runs.append(Run(Kind.CHANNEL, channel, 2 * channel, 2 * channel))
        runs.append(Run(Kind.PORT, final.place, 2 * channel, backwards.until, final.person, final.side))
    else:
        runs.append(backwards)
    return Route(tuple(runs))


def _first(places: _Map, person: int, side: Side, spot: tuple[int, int]) -> Run:
    row, column = places.seating.seats[person]
    own = 2 * places.streets.above[row] + 1
    if side in (Side.TOP, Side.BOTTOM):
        return Run(Kind.PORT, column, own, spot[0], person, side)
    return Run(Kind.STUB, column, own, own, person, side)


def _meeting(places: _Map, level: int, until: int) -> int:
    """The channel between two levels that is best for a label: between bands rather than in a group, else midway."""
    low, high = min(level, until), max(level, until)
    passed = [channel for channel in range(len(places.streets.channels)) if low < 2 * channel < high]
    outer = [channel for channel in passed if not places.streets.channels[channel][1]]
    found = outer or passed
    return found[len(found) // 2]
