"""Who sits where on a chart: groups beside and under each other, people in their groups near those they are tied to.

Seats are cells of a grid; how large a cell is, and what goes between them, is not decided here. The search is a plain
descent from a few given orders, so that the same people and ties always get the same seats.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

#: What a further row costs, against the ties that it shortens.
_ROW = 2.4
#: What it costs when a band has more empty columns on one side than on the other.
_ASKEW = 0.15
#: Keeps the given order where nothing speaks against it.
_ORDER = 0.02
#: From how many arrangements the search sets out, and how many it looks at from each.
_STARTS = 8
_PATIENCE = 1_500

#: The seats of one group, row by row; None is an empty one.
_Rows = tuple[tuple[int | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Where a group lies: its first column, how many it takes, and its band (counted from the top)."""

    group: int
    column: int
    width: int
    band: int


@dataclass(frozen=True, slots=True)
class Seating:
    """Seats as (row, column). ``bands`` are the rows that stand together, as first row and number of rows."""

    columns: int
    blocks: tuple[Block, ...]
    bands: tuple[tuple[int, int], ...]
    seats: tuple[tuple[int, int], ...]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        first, count = self.bands[-1]
        return first + count


@dataclass(frozen=True, slots=True)
class _Plan:
    """An arrangement: groups in order of placing, each with its seats and the columns left free before it."""

    order: tuple[int, ...]
    groups: tuple[_Rows, ...]
    indents: tuple[int, ...]


def seat(groups: Sequence[Sequence[int]], ties: Sequence[tuple[int, int]], columns: int) -> Seating:
    """Seats for people (numbered from 0 through all ``groups``) so that ties are short and the rows few."""
    rows = tuple(_rows(group, _width(len(group), columns)) for group in groups)
    starts = (_Plan(order, rows, (0,) * len(groups)) for order in _orders(len(groups)))
    settled = [_settled(start, groups, ties, columns) for start in starts]
    _, best = min(settled, key=lambda found: found[0])
    return _placed(best, columns)


def _orders(count: int) -> list[tuple[int, ...]]:
    """Orders of the groups to start from: the given one first, then some that are far from it and from each other."""
    given = tuple(range(count))
    turned = [given[start:] + given[:start] for start in range(1, count)]
    strided = [tuple(sorted(given, key=lambda number: (number * stride % (count + 1), number))) for stride in (2, 3, 5)]
    return list(dict.fromkeys([given, given[::-1], *strided, *turned]))[:_STARTS]


def _settled(
    plan: _Plan, groups: Sequence[Sequence[int]], ties: Sequence[tuple[int, int]], columns: int
) -> tuple[float, _Plan]:
    """The arrangement that no single step from ``plan`` on makes better any more, with its cost before it."""
    best = _cost(_placed(plan, columns), ties, plan.order)
    tried = 0
    improved = True
    while improved and tried < _PATIENCE:
        improved = False
        # Steps are tried on from where the last one was found good, so that none is favoured.
        for candidate in _moves(plan, groups, columns):
            tried += 1
            cost = _cost(_placed(candidate, columns), ties, candidate.order)
            if cost < best - 1e-9:
                plan, best, improved = candidate, cost, True
    return best, plan


def _width(size: int, columns: int) -> int:
    return min(columns, 2 if size == 4 else size)


def _rows(people: Sequence[int], width: int) -> _Rows:
    cells: list[int | None] = [*people, *[None] * (-len(people) % width)]
    return tuple(tuple(cells[start : start + width]) for start in range(0, len(cells), width))


def _moves(plan: _Plan, groups: Sequence[Sequence[int]], columns: int) -> Iterator[_Plan]:
    """Every arrangement one step away: two groups swapped, one reshaped, or two of its seats swapped."""
    count = len(plan.order)
    for first in range(count):
        for second in range(first + 1, count):
            order = list(plan.order)
            order[first], order[second] = order[second], order[first]
            yield replace(plan, order=tuple(order))
    for index, rows in enumerate(plan.groups):
        for indent in range(columns - len(rows[0]) + 1):
            if indent != plan.indents[index]:
                yield replace(plan, indents=(*plan.indents[:index], indent, *plan.indents[index + 1 :]))
        people = [person for row in rows for person in row if person is not None]
        for width in range(1, min(columns, len(people)) + 1):
            if width != len(rows[0]) and len(people) <= 3 * width:
                yield _with(plan, index, _rows(people, width))
        cells = [cell for row in rows for cell in row]
        for first in range(len(cells)):
            for second in range(first + 1, len(cells)):
                if cells[first] is None and cells[second] is None:
                    continue
                swapped = list(cells)
                swapped[first], swapped[second] = swapped[second], swapped[first]
                width = len(rows[0])
                made = tuple(tuple(swapped[start : start + width]) for start in range(0, len(swapped), width))
                yield _with(plan, index, made)


def _with(plan: _Plan, index: int, rows: _Rows) -> _Plan:
    return replace(plan, groups=(*plan.groups[:index], rows, *plan.groups[index + 1 :]))


def _placed(plan: _Plan, columns: int) -> Seating:
    """Groups side by side as long as there is room, then in a new band."""
    blocks: list[Block] = []
    bands: list[tuple[int, int]] = []
    seats: dict[int, tuple[int, int]] = {}
    column, first, height = columns, 0, 0
    for index in plan.order:
        rows = plan.groups[index]
        width = len(rows[0])
        # An indent that there is no room for is none.
        indent = min(plan.indents[index], columns - width)
        if column + indent + width > columns:
            if height:
                bands.append((first, height))
            first, column, height = first + height, 0, 0
        column += indent
        height = max(height, len(rows))
        blocks.append(Block(index, column, width, len(bands)))
        for down, row in enumerate(rows):
            for right, person in enumerate(row):
                if person is not None:
                    seats[person] = (first + down, column + right)
        column += width
    bands.append((first, height))
    return Seating(columns, tuple(blocks), tuple(bands), tuple(seats[person] for person in sorted(seats)))


def _cost(seating: Seating, ties: Sequence[tuple[int, int]], order: Sequence[int]) -> float:
    total = seating.rows * _ROW
    for one, other in ties:
        (row, column), (other_row, other_column) = seating.seats[one], seating.seats[other]
        down, right = abs(row - other_row), abs(column - other_column)
        # Neighbours above each other are the nearest; further ones have others in between to get around.
        total += 1.2 * down + right + 0.9 * max(down - 1, 0) + (0.8 * right if down == 0 else 0.0)
    for band in range(len(seating.bands)):
        inside = [block for block in seating.blocks if block.band == band]
        free = seating.columns - inside[-1].column - inside[-1].width
        total += _ASKEW * abs(free - inside[0].column)
    inversions = sum(later < earlier for index, earlier in enumerate(order) for later in order[index + 1 :])
    return total + _ORDER * inversions
