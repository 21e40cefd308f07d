"""The picture itself: the same bytes for the same drawing, in two styles, with its font."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from bot.core.show import Condition, RelationKind
from bot.render.chart_layout import WIDTH, Drawing, Panel, Tie, Tile
from bot.render.chart_png import FontMetrics, Style, draw

DRAWING = Drawing(
    "Harbour",
    "Who is who",
    (
        Panel(
            "Crew",
            (Tile("Mara", "마라", "M", Condition.ALIVE), Tile("Finn", "핀", "F", Condition.DECEASED, "deceased")),
        ),
        Panel("", (Tile("Sol", "솔", "S", Condition.MISSING, "missing", "formerly Crew"),)),
    ),
    (
        Tie(0, 1, "sister", RelationKind.FAMILY),
        Tie(1, 0, "brother", RelationKind.FAMILY),
        Tie(2, 0, "hunts", RelationKind.ENEMY),
    ),
    ((RelationKind.FAMILY, "family"), (RelationKind.ENEMY, "enemies")),
    "NEW",
)


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("style", Style)
def test_a_chart_is_an_opaque_png_for_phones(style: Style) -> None:
    data = draw(DRAWING, style)
    picture = opened(data)
    assert (picture.format, picture.mode, picture.width) == ("PNG", "RGB", WIDTH)
    assert len(data) < 2_000_000
    ground = picture.getpixel((3, 3))
    assert isinstance(ground, tuple)
    assert (sum(ground) < 120) is (style is Style.DARK)


def test_the_same_drawing_gives_the_same_bytes_in_another_process_too() -> None:
    script = (
        "import hashlib\n"
        "from tests.render.test_chart_png import DRAWING, Style, draw\n"
        "print(hashlib.sha256(draw(DRAWING, Style.DARK)).hexdigest())"
    )
    found = {subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout for _ in range(2)}
    assert len(found) == 1
    assert draw(DRAWING, Style.DARK) == draw(DRAWING, Style.DARK)


def test_each_thing_that_is_drawn_changes_the_picture() -> None:
    whole = draw(DRAWING, Style.LIGHT)
    alive = replace(
        DRAWING,
        panels=(
            replace(
                DRAWING.panels[0],
                tiles=(*DRAWING.panels[0].tiles[:1], replace(DRAWING.panels[0].tiles[1], condition=Condition.ALIVE)),
            ),
            DRAWING.panels[1],
        ),
    )
    friend = replace(DRAWING, ties=(*DRAWING.ties[:2], replace(DRAWING.ties[2], kind=RelationKind.ALLY)))
    assert len({whole, draw(alive, Style.LIGHT), draw(friend, Style.LIGHT)}) == 3


def test_what_is_new_stands_out_and_the_rest_stands_back() -> None:
    new = replace(DRAWING, comparing=True, legend=(), ties=(*DRAWING.ties[:2], replace(DRAWING.ties[2], new=True)))
    colours = opened(draw(new, Style.DARK)).getcolors(1 << 20)
    assert colours is not None
    shades = {colour for _, colour in colours}
    assert (255, 224, 102) in shades, "the accent"
    assert (255, 92, 77) in shades, "the new tie in its own colour"
    assert (243, 181, 74) not in shades, "the others not in theirs"


def test_the_font_writes_hangul() -> None:
    metrics = FontMetrics()
    # Letters that a font doesn't have all look the same.
    from bot.render.chart_png import font

    glyphs = {bytes(font(32, False).getmask(char)) for char in "김세희아현"}
    assert len(glyphs) == 5
    assert metrics.width("김세희", 32, bold=True) == pytest.approx(3 * metrics.width("김", 32, bold=True), abs=2)


def test_pillow_is_only_loaded_for_a_picture() -> None:
    script = "import sys, bot.render.chart_png, bot.app.charts; print('PIL' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "False"
