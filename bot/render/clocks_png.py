"""What different clocks show at some times, as a PNG: a row for each clock, a column for each time.

Pillow and the font are only loaded when the first one is drawn. The same table gives the same bytes, with the same
version of Pillow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from math import cos, pi, sin
from typing import TYPE_CHECKING

from bot.core.fair_times import PartOfDay
from bot.render.chart_png import Colour, FontMetrics, font

if TYPE_CHECKING:
    from PIL import ImageDraw

WIDTH = 1080
_MARGIN, _GAP = 36, 10
_TITLE_SIZE, _HEADING_SIZE, _TIME_SIZE, _DAY_SIZE, _LEGEND_SIZE = 38, 30, 31, 23, 25
_SMALLEST = 16
_TITLE_HEIGHT, _HEADING_HEIGHT, _ROW_HEIGHT, _LEGEND_HEIGHT = 84, 52, 92, 64
_FINE = 2

_GROUND, _TEXT, _QUIET = (0x15, 0x16, 0x1C), (0xF4, 0xF3, 0xF0), (0xB4, 0xB7, 0xC4)
#: Fill and ink. Their lightness differs as much as their hue, and each part of the day has a sign besides.
_COLOURS: dict[PartOfDay, tuple[Colour, Colour]] = {
    PartOfDay.NIGHT: ((0x34, 0x38, 0x78), (0xFF, 0xFF, 0xFF)),
    PartOfDay.DAY: ((0xC9, 0xE8, 0xF7), (0x13, 0x1B, 0x24)),
    PartOfDay.EVENING: ((0xEE, 0x96, 0x4B), (0x1F, 0x12, 0x05)),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A time on a clock: its day and its hours in words."""

    day: str
    hours: str
    part: PartOfDay


@dataclass(frozen=True, slots=True)
class Table:
    """What is drawn: plain text throughout. ``rows`` have a cell for each column."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    legend: tuple[tuple[PartOfDay, str], ...]


def draw_clocks(table: Table) -> bytes:
    """The picture of a table of at least one column, as a PNG."""
    from PIL import Image, ImageDraw

    height = _MARGIN + _TITLE_HEIGHT + _HEADING_HEIGHT + (_ROW_HEIGHT + _GAP) * len(table.rows) + _LEGEND_HEIGHT
    large = Image.new("RGB", (WIDTH * _FINE, height * _FINE), _GROUND)
    shapes = ImageDraw.Draw(large)
    words: list[tuple[float, float, str, int, bool, Colour, str]] = []
    width = (WIDTH - 2 * _MARGIN + _GAP) / len(table.columns) - _GAP
    words.append((_MARGIN, _MARGIN + 22, *_fitted(table.title, WIDTH - 2 * _MARGIN, _TITLE_SIZE, True), _TEXT, "lm"))
    top = _MARGIN + _TITLE_HEIGHT
    for index, heading in enumerate(table.columns):
        left = _MARGIN + index * (width + _GAP)
        words.append((left + width / 2, top + 16, heading, _HEADING_SIZE, True, _TEXT, "mm"))
    top += _HEADING_HEIGHT
    for row in table.rows:
        for index, cell in enumerate(row):
            left = _MARGIN + index * (width + _GAP)
            fill, ink = _COLOURS[cell.part]
            box = (left * _FINE, top * _FINE, (left + width) * _FINE, (top + _ROW_HEIGHT) * _FINE)
            shapes.rounded_rectangle(tuple(map(round, box)), 14 * _FINE, fill=fill)
            middle = left + width / 2
            hours, size, bold = _fitted(cell.hours, width - 14, _TIME_SIZE, True)
            words.append((middle, top + 32, hours, size, bold, ink, "mm"))
            day, size, bold = _fitted(cell.day, width - 56, _DAY_SIZE, False)
            wide = FontMetrics().width(day, size)
            words.append((middle + 15, top + 67, day, size, bold, ink, "mm"))
            _sign(shapes, cell.part, middle - wide / 2 - 3, top + 67, ink, fill)
        top += _ROW_HEIGHT + _GAP
    left = float(_MARGIN)
    for part, word in table.legend:
        fill, ink = _COLOURS[part]
        box = (left * _FINE, (top + 10) * _FINE, (left + 44) * _FINE, (top + 42) * _FINE)
        shapes.rounded_rectangle(tuple(map(round, box)), 8 * _FINE, fill=fill)
        _sign(shapes, part, left + 22, top + 26, ink, fill)
        words.append((left + 56, top + 26, word, _LEGEND_SIZE, False, _QUIET, "lm"))
        left += 56 + FontMetrics().width(word, _LEGEND_SIZE) + 36
    picture = large.reduce(_FINE)
    pen = ImageDraw.Draw(picture)
    for x, y, text, size, bold, colour, anchor in words:
        pen.text((round(x), round(y)), text, font=font(size, bold), fill=colour, anchor=anchor)
    out = BytesIO()
    picture.save(out, "PNG", compress_level=6)
    return out.getvalue()


def _fitted(text: str, width: float, size: int, bold: bool) -> tuple[str, int, bool]:
    """A text in the largest size in which it fits, cut where even the smallest is too large."""
    metrics = FontMetrics()
    while size > _SMALLEST and metrics.width(text, size, bold=bold) > width:
        size -= 1
    while len(text) > 1 and metrics.width(text, size, bold=bold) > width:
        text = text[:-2] + "…"
    return text, size, bold


def _sign(shapes: ImageDraw.ImageDraw, part: PartOfDay, x: float, y: float, ink: Colour, fill: Colour) -> None:
    """A moon, a sun, or a sun that sets."""
    match part:
        case PartOfDay.NIGHT:
            _disc(shapes, x, y, 9, ink)
            _disc(shapes, x + 5, y - 3, 8, fill)
        case PartOfDay.DAY:
            _disc(shapes, x, y, 5.5, ink)
            for turn in range(8):
                way = (cos(turn * pi / 4), sin(turn * pi / 4))
                _line(shapes, [(x + way[0] * 8, y + way[1] * 8), (x + way[0] * 11, y + way[1] * 11)], ink)
        case PartOfDay.EVENING:
            _disc(shapes, x, y + 4, 8, ink)
            below = (x - 12, y + 5, x + 12, y + 16)
            shapes.rectangle(tuple(round(value * _FINE) for value in below), fill=fill)
            _line(shapes, [(x - 11, y + 7), (x + 11, y + 7)], ink)


def _disc(shapes: ImageDraw.ImageDraw, x: float, y: float, radius: float, fill: Colour) -> None:
    box = (x - radius, y - radius, x + radius, y + radius)
    shapes.ellipse(tuple(round(value * _FINE) for value in box), fill=fill)


def _line(shapes: ImageDraw.ImageDraw, points: Sequence[tuple[float, float]], ink: Colour) -> None:
    shapes.line([(x * _FINE, y * _FINE) for x, y in points], fill=ink, width=2 * _FINE)
