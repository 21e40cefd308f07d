"""A relationship chart as a PNG: colours, letters and lines. Where everything goes is `bot.render.chart_layout`'s.

Pillow and the font are only loaded when the first chart is drawn. The same drawing in the same style gives the same
bytes, with the same version of Pillow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from io import BytesIO
from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING

from bot.core.show import Condition, RelationKind
from bot.render.chart_layout import (
    DISC,
    GROUP_SIZE,
    INSET,
    LABEL_SIZE,
    LEGEND_LINE,
    NAME_SIZE,
    SMALL_SIZE,
    SUBTITLE_SIZE,
    TAG_SIZE,
    TITLE_SIZE,
    WIDTH,
    Box,
    Drawing,
    LabelRow,
    Layout,
    Line,
    PlacedPanel,
    PlacedTile,
    Point,
    lay_out,
    leading,
)

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

#: Shapes are drawn this much larger and made smaller again, which smooths their edges.
_FINE = 2
#: The Korean face of the font collection.
_FACE = 1
_REGULAR, _BOLD = 450, 750
_STROKE, _HALO = 5.0, 14.0
#: How far to both sides of a crossing the upper line is set off from the lower.
_GAP = 9.0
_HEAD, _HEAD_HALF = 20.0, 11.0
_CORNER = 20.0
_DASH = (16.0, 11.0)

Colour = tuple[int, int, int]


class Style(Enum):
    """For which of Discord's looks a picture is meant; it has a ground of its own, so it reads in either."""

    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class _Palette:
    ground: Colour
    text: Colour
    quiet: Colour
    tile: Colour
    gone: Colour
    ribbon: Colour
    brand: Colour
    accent: Colour
    on_accent: Colour
    #: How much of a group's colour its panel takes on.
    tint: float
    groups: tuple[Colour, ...]
    loners: Colour
    kinds: dict[RelationKind, Colour]


def _rgb(value: int) -> Colour:
    return value >> 16, value >> 8 & 255, value & 255


_BLACK, _WHITE = _rgb(0x15161C), _rgb(0xFFFFFF)

_PALETTES = {
    Style.DARK: _Palette(
        ground=_rgb(0x15161C),
        text=_rgb(0xF4F3F0),
        quiet=_rgb(0xB4B7C4),
        tile=_rgb(0x2B2D38),
        gone=_rgb(0x202127),
        ribbon=_rgb(0x050506),
        brand=_rgb(0xE0455E),
        accent=_rgb(0xFFE066),
        on_accent=_rgb(0x1B1A12),
        tint=0.13,
        groups=tuple(map(_rgb, (0xE8798B, 0x4FB7B0, 0xA48CF2, 0xD9A441, 0x6CA8F0, 0x8CC265, 0xE58BC8, 0xC98F6B))),
        loners=_rgb(0x9AA0B0),
        kinds={
            RelationKind.FAMILY: _rgb(0xF3B54A),
            RelationKind.LOVE: _rgb(0xFF86B8),
            RelationKind.ALLY: _rgb(0x5FD08F),
            RelationKind.ENEMY: _rgb(0xFF5C4D),
            RelationKind.WORK: _rgb(0x5CB0FF),
            RelationKind.OTHER: _rgb(0xB9BECC),
        },
    ),
    Style.LIGHT: _Palette(
        ground=_rgb(0xFBF9F5),
        text=_rgb(0x1D1E24),
        quiet=_rgb(0x5B5F6D),
        tile=_rgb(0xFFFFFF),
        gone=_rgb(0xE4E3E1),
        ribbon=_rgb(0x1A1A1D),
        brand=_rgb(0xE0455E),
        accent=_rgb(0x5B2BE0),
        on_accent=_rgb(0xFFFFFF),
        tint=0.14,
        groups=tuple(map(_rgb, (0xC8475D, 0x1F8A84, 0x7656D6, 0xB07A12, 0x2F73C9, 0x4F8F2B, 0xB8479A, 0x96603A))),
        loners=_rgb(0x767B8A),
        kinds={
            RelationKind.FAMILY: _rgb(0xC27C00),
            RelationKind.LOVE: _rgb(0xE0347F),
            RelationKind.ALLY: _rgb(0x16874A),
            RelationKind.ENEMY: _rgb(0xD2271B),
            RelationKind.WORK: _rgb(0x1468C7),
            RelationKind.OTHER: _rgb(0x6E7482),
        },
    ),
}


def draw(drawing: Drawing, style: Style) -> bytes:
    """The picture of a drawing of at least one person, as a PNG."""
    return _Canvas(lay_out(drawing, FontMetrics()), _PALETTES[style]).png()


class FontMetrics:
    """How wide text comes out in the font of the charts."""

    def width(self, text: str, size: int, *, bold: bool = False) -> float:
        """In pixels."""
        return float(font(size, bold).getlength(text))


@cache
def font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    """The font of every picture."""
    from PIL import ImageFont

    path = files("manimgx_fonts_cjk").joinpath("NotoSansCJK-VF.otf.ttc")
    # The plain engine comes out the same wherever Pillow runs.
    loaded = ImageFont.truetype(str(path), size, index=_FACE, layout_engine=ImageFont.Layout.BASIC)
    loaded.set_variation_by_axes([_BOLD if bold else _REGULAR])
    return loaded


def _mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """``colour`` with that share of ``other`` in it."""
    one, two, three = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return one, two, three


def _ink_on(colour: Colour) -> Colour:
    """Black or white, whichever reads better on this colour."""
    red, green, blue = colour
    return _BLACK if 0.299 * red + 0.587 * green + 0.114 * blue > 135 else _WHITE


class _Canvas:
    def __init__(self, layout: Layout, palette: _Palette) -> None:
        from PIL import Image, ImageDraw

        self.layout = layout
        self.palette = palette
        self.large: Image.Image = Image.new("RGB", (WIDTH * _FINE, layout.height * _FINE), palette.ground)
        self.pen: ImageDraw.ImageDraw = ImageDraw.Draw(self.large)
        self.drawn: list[Line] = []
        self.words: list[tuple[float, float, str, int, bool, Colour, str]] = []

    def png(self) -> bytes:
        """Everything, drawn."""
        from PIL import ImageDraw

        layout = self.layout
        for index, panel in enumerate(layout.panels):
            self._panel(panel, self._group(index))
        # What is new lies above what stands back.
        lines = sorted(layout.lines, key=self._is_new)
        for line in lines:
            self._line(line)
        for tile in layout.tiles:
            self._tile(tile)
        for line in lines:
            for row in line.rows:
                self._label(row, line)
        self._header()
        self._legend()
        picture = self.large.reduce(_FINE)
        pen = ImageDraw.Draw(picture)
        for x, y, text, size, bold, colour, anchor in self.words:
            pen.text((round(x), round(y)), text, font=font(size, bold), fill=colour, anchor=anchor)
        out = BytesIO()
        picture.save(out, "PNG", compress_level=6)
        return out.getvalue()

    # ------------------------------------------------------------- shapes

    def _box(
        self, box: Box, radius: float, fill: Colour | None, outline: Colour | None = None, line: float = 0
    ) -> None:
        self.pen.rounded_rectangle(
            tuple(round(value * _FINE) for value in (box.left, box.top, box.right, box.bottom)),
            round(radius * _FINE),
            fill=fill,
            outline=outline,
            width=round(line * _FINE),
        )

    def _stroke(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        scaled = [(x * _FINE, y * _FINE) for x, y in points]
        self.pen.line(scaled, fill=colour, width=round(width * _FINE), joint="curve")

    def _polygon(self, points: Sequence[Point], colour: Colour) -> None:
        self.pen.polygon([(x * _FINE, y * _FINE) for x, y in points], fill=colour)

    def _circle(self, x: float, y: float, radius: float, fill: Colour | None, outline: Colour | None = None) -> None:
        corners = tuple(value * _FINE for value in (x - radius, y - radius, x + radius, y + radius))
        self.pen.ellipse(corners, fill=fill, outline=outline, width=3 * _FINE if outline else 0)

    def _say(self, x: float, y: float, text: str, size: int, colour: Colour, *, bold: bool = False, anchor: str = "lm"):
        self.words.append((x, y, text, size, bold, colour, anchor))

    # -------------------------------------------------------------- parts

    def _group(self, index: int) -> Colour:
        """A group's colour; those without a title are one colour of their own."""
        titled = [number for number, placed in enumerate(self.layout.panels) if placed.title]
        if index not in titled:
            return self.palette.loners
        return self.palette.groups[titled.index(index) % len(self.palette.groups)]

    def _faded(self, colour: Colour, new: bool) -> Colour:
        """A colour, taken back where the picture is about something else."""
        return colour if new or not self.layout.drawing.comparing else _mixed(colour, self.palette.ground, 0.56)

    @staticmethod
    def _is_new(line: Line) -> bool:
        return line.there.new or (line.back is not None and line.back.new)

    def _header(self) -> None:
        layout = self.layout
        bar = Box(
            layout.title_box.left, layout.title_box.top + 8, layout.title_box.left + 8, layout.subtitle_box.bottom - 4
        )
        self._box(bar, 4, self.palette.brand)
        for box, lines, size, bold, colour in (
            (layout.title_box, layout.title, TITLE_SIZE, True, self.palette.text),
            (layout.subtitle_box, layout.subtitle, SUBTITLE_SIZE, False, self.palette.quiet),
        ):
            for index, text in enumerate(lines):
                self._say(box.left + 24, box.top + (index + 0.5) * leading(size), text, size, colour, bold=bold)

    def _panel(self, placed: PlacedPanel, colour: Colour) -> None:
        if placed.title_box is None:
            return
        ground = self.palette.ground
        colour = self._faded(colour, False)
        self._box(placed.box, 26, _mixed(ground, colour, self.palette.tint), _mixed(ground, colour, 0.55), 2.5)
        for index, text in enumerate(placed.title):
            y = placed.title_box.top + (index + 0.5) * leading(GROUP_SIZE)
            self._say(placed.title_box.left, y, text, GROUP_SIZE, colour, bold=True)

    def _tile(self, placed: PlacedTile) -> None:
        palette, tile, box, text = self.palette, placed.tile, placed.box, placed.text
        colour = self._group(placed.panel)
        gone = tile.condition is Condition.DECEASED
        fill = palette.gone if gone else palette.tile
        rim = palette.quiet if gone else colour
        if tile.new:
            rim = palette.accent
        shown = not self.layout.drawing.comparing or tile.new
        self._box(box, 18, self._faded(fill, shown), self._faded(rim, shown), 5 if tile.new else 2.5)
        x = box.left + INSET + DISC / 2
        y = (box.top + box.bottom) / 2
        self._disc(placed, x, y, colour, shown)
        left = box.left + 2 * INSET + DISC
        ink = self._faded(palette.quiet if gone else palette.text, shown)
        quiet = self._faded(palette.quiet, shown)
        rows: list[tuple[str, int, bool, Colour, str]] = []
        if text.tag:
            rows.append((self.layout.drawing.new_word, TAG_SIZE, True, palette.on_accent, "tag"))
        rows += [(line, text.name_size, True, ink, "") for line in text.name]
        rows += [(line, text.native_size, False, quiet, "") for line in text.native]
        rows += [(line, SMALL_SIZE, True, ink, "") for line in text.status]
        rows += [(line, SMALL_SIZE, False, self._faded(colour, shown), "") for line in text.formerly]
        height = sum(leading(size) + (8 if role == "tag" else 0) for _, size, _, _, role in rows)
        y -= height / 2
        for line, size, bold, tone, role in rows:
            middle = y + leading(size) / 2
            if role == "tag":
                self._tag(left, middle, line)
                y += 8
            else:
                self._say(left, middle, line, size, tone, bold=bold)
            y += leading(size)

    def _tag(self, left: float, middle: float, word: str) -> None:
        width = FontMetrics().width(word, TAG_SIZE, bold=True) + 20
        self._box(Box(left, middle - 16, left + width, middle + 16), 16, self.palette.accent)
        self._say(left + 10, middle, word, TAG_SIZE, self.palette.on_accent, bold=True)

    def _disc(self, placed: PlacedTile, x: float, y: float, colour: Colour, shown: bool) -> None:
        palette, tile = self.palette, placed.tile
        radius = DISC / 2
        if tile.condition is Condition.MISSING:
            self._circle(x, y, radius, None, self._faded(palette.quiet, shown))
            self._say(x, y, "?", NAME_SIZE, self._faded(palette.quiet, shown), bold=True, anchor="mm")
            return
        gone = tile.condition is Condition.DECEASED
        fill = self._faded(_mixed(palette.quiet, palette.gone, 0.45) if gone else colour, shown)
        self._circle(x, y, radius, fill)
        size = TAG_SIZE if len(tile.monogram) < 2 or ord(tile.monogram[0]) > 0x2E7F else TAG_SIZE + 2
        self._say(x, y, tile.monogram, size, _ink_on(fill), bold=True, anchor="mm")
        if gone:
            # A black ribbon over the corner, as over the portrait at a Korean funeral.
            left, top = placed.box.left, placed.box.top
            ribbon = [(left, top + 30), (left, top + 17), (left + 17, top), (left + 30, top)]
            self._polygon(ribbon, self._faded(palette.ribbon, shown))
            self._stroke([(left, top + 31), (left + 31, top)], self._faded(palette.quiet, shown), 1.5)

    # -------------------------------------------------------------- lines

    def _line(self, line: Line) -> None:
        new = self._is_new(line)
        points = _rounded(line.points)
        colour = self._faded(self.palette.kinds[line.there.kind], new)
        for (x, y), upright in self._crossings(line):
            reach = (0.0, _GAP) if upright else (_GAP, 0.0)
            stub = [(x - reach[0], y - reach[1]), (x + reach[0], y + reach[1])]
            self._stroke(stub, self._ground_at(x, y), _HALO)
        self.drawn.append(line)
        if line.back is None or line.back.kind is line.there.kind:
            self._ink(points, colour, line.there.kind)
        else:
            # Each half has the colour of the tie whose arrow is at its end.
            middle = _nearest(points, ((line.box.left + line.box.right) / 2, (line.box.top + line.box.bottom) / 2))
            self._ink(points[: middle + 1], self._faded(self.palette.kinds[line.back.kind], new), line.back.kind)
            self._ink(points[middle:], colour, line.there.kind)
        self._head(line.points[-2], line.points[-1], colour)
        if line.back is not None:
            self._head(line.points[1], line.points[0], self._faded(self.palette.kinds[line.back.kind], new))

    def _crossings(self, line: Line) -> Iterator[tuple[Point, bool]]:
        """Where a line crosses those drawn before it, and whether it goes up or down there."""
        for other in self.drawn:
            for start, end in pairwise(line.points):
                upright = start[0] == end[0]
                for other_start, other_end in pairwise(other.points):
                    if upright is (other_start[0] == other_end[0]):
                        continue
                    (x, low, high), (y, left, right) = (
                        (start[0], start[1], end[1]) if upright else (other_start[0], other_start[1], other_end[1]),
                        (other_start[1], other_start[0], other_end[0]) if upright else (start[1], start[0], end[0]),
                    )
                    if min(low, high) < y < max(low, high) and min(left, right) < x < max(left, right):
                        yield (x, y), upright

    def _ground_at(self, x: float, y: float) -> Colour:
        """The colour that a line lies on."""
        for index, placed in enumerate(self.layout.panels):
            box = placed.box
            if placed.title_box is not None and box.left < x < box.right and box.top < y < box.bottom:
                colour = self._faded(self._group(index), False)
                return _mixed(self.palette.ground, colour, self.palette.tint)
        return self.palette.ground

    def _ink(self, points: Sequence[Point], colour: Colour, kind: RelationKind) -> None:
        if kind is RelationKind.ENEMY:
            for dash in _dashes(points):
                self._stroke(dash, colour, _STROKE)
        else:
            self._stroke(points, colour, _STROKE)

    def _head(self, before: Point, tip: Point, colour: Colour) -> None:
        length = hypot(tip[0] - before[0], tip[1] - before[1]) or 1.0
        x, y = (tip[0] - before[0]) / length, (tip[1] - before[1]) / length
        base = (tip[0] - x * _HEAD, tip[1] - y * _HEAD)
        self._polygon(
            [
                tip,
                (base[0] - y * _HEAD_HALF, base[1] + x * _HEAD_HALF),
                (base[0] + y * _HEAD_HALF, base[1] - x * _HEAD_HALF),
            ],
            colour,
        )

    def _label(self, row: LabelRow, line: Line) -> None:
        palette = self.palette
        shown = row.new or not self.layout.drawing.comparing
        colour = self._faded(palette.kinds[row.kind], shown)
        first = row is line.rows[0]
        if first:
            # Labels of two ties share one pill.
            self._box(line.box, min(20.0, line.box.height / 2), _mixed(palette.ground, colour, 0.2))
        if row.new:
            self._box(row.box, min(20.0, row.box.height / 2), _mixed(palette.ground, palette.accent, 0.16))
        edge = palette.accent if row.new else colour
        if len(line.rows) == 1:
            self._box(line.box, min(20.0, line.box.height / 2), None, edge, 4 if row.new else 2.5)
        elif row is line.rows[-1]:
            edges = {
                self._faded(palette.kinds[one.kind], one.new or not self.layout.drawing.comparing) for one in line.rows
            }
            any_new = any(one.new for one in line.rows)
            rim = palette.accent if any_new else edges.pop() if len(edges) == 1 else palette.quiet
            self._box(line.box, 20, None, self._faded(rim, shown or any_new), 4 if any_new else 2.5)
            y = row.box.top
            self._stroke(
                [(line.box.left + 12, y), (line.box.right - 12, y)], _mixed(palette.ground, palette.quiet, 0.5), 1.5
            )
        y = row.box.top + 7
        middle = (row.box.left + row.box.right) / 2
        if row.new:
            self._say(
                middle,
                y + leading(TAG_SIZE) / 2,
                self.layout.drawing.new_word,
                TAG_SIZE,
                palette.accent,
                bold=True,
                anchor="mm",
            )
            y += leading(TAG_SIZE)
        if row.points:
            left = row.points != "right"
            pointer = row.box.left + 18 if left else row.box.right - 18
            self._pointer(pointer, (y + row.box.bottom - 7) / 2, row.points, colour)
            middle += 13 if left else -13
        for index, text in enumerate(row.lines):
            at = y + (index + 0.5) * leading(LABEL_SIZE)
            self._say(middle, at, text, LABEL_SIZE, self._faded(palette.text, shown), anchor="mm")

    def _pointer(self, x: float, y: float, way: str, colour: Colour) -> None:
        across, down = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}[way]
        self._head((x - 20 * across, y - 20 * down), (x + 10 * across, y + 10 * down), colour)

    def _legend(self) -> None:
        for entry in self.layout.legend:
            y = (entry.box.top + entry.box.bottom) / 2
            start, end = entry.box.left, entry.box.left + LEGEND_LINE
            colour = self.palette.kinds[entry.kind]
            self._ink([(start, y), (end - _HEAD + 2, y)], colour, entry.kind)
            self._head((start, y), (end, y), colour)
            self._say(end + 12, y, entry.word, LABEL_SIZE, self.palette.quiet)


# ------------------------------------------------------------------- geometry


def _rounded(points: Sequence[Point]) -> list[Point]:
    """The points of a line with its corners rounded, close enough together to look round."""
    found: list[Point] = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        lengths = [hypot(corner[0] - other[0], corner[1] - other[1]) for other in (before, after)]
        radius = min(_CORNER, lengths[0] / 2, lengths[1] / 2)
        start, end = (
            (corner[0] + (other[0] - corner[0]) * radius / length, corner[1] + (other[1] - corner[1]) * radius / length)
            for other, length in zip((before, after), lengths, strict=True)
        )
        for part in range(9):
            t = part / 8
            found.append(
                (
                    (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * corner[0] + t * t * end[0],
                    (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * corner[1] + t * t * end[1],
                )
            )
    return [*found, points[-1]]


def _dashes(points: Sequence[Point]) -> list[list[Point]]:
    """A line cut into dashes."""
    on, off = _DASH
    dashes: list[list[Point]] = [[points[0]]]
    drawing, left = True, on
    for start, end in pairwise(points):
        length = hypot(end[0] - start[0], end[1] - start[1])
        done = 0.0
        while length - done > left:
            done += left
            spot = (start[0] + (end[0] - start[0]) * done / length, start[1] + (end[1] - start[1]) * done / length)
            if drawing:
                dashes[-1].append(spot)
            else:
                dashes.append([spot])
            drawing, left = not drawing, off if drawing else on
        left -= length - done
        if drawing:
            dashes[-1].append(end)
    return [dash for dash in dashes if len(dash) > 1]


def _nearest(points: Sequence[Point], spot: Point) -> int:
    return min(range(len(points)), key=lambda index: hypot(points[index][0] - spot[0], points[index][1] - spot[1]))
