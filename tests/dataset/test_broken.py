"""Every broken file in ``broken/`` gives exactly the problems that its last lines expect, and no others.

Each one takes the place of a file of the show in ``small/``; the part of its name before the first dot says which.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.dataset.catalogue import check

HERE = Path(__file__).parent
BROKEN = sorted((HERE / "broken").iterdir())


def small_show(data: Path) -> Path:
    """Copies the small show into a data folder and returns its own folder."""
    return Path(shutil.copytree(HERE / "small", data / "shows" / "small"))


def test_the_small_show_is_right(tmp_path: Path) -> None:
    small_show(tmp_path)
    assert check(tmp_path) == []


@pytest.mark.parametrize("broken", BROKEN, ids=lambda path: path.stem)
def test_broken_file(broken: Path, tmp_path: Path) -> None:
    show = small_show(tmp_path)
    shutil.copy(broken, show / f"{broken.name.partition('.')[0]}.yaml")
    mark = "# expect: "
    expected = [
        line.removeprefix(mark) for line in broken.read_text(encoding="utf-8").splitlines() if line.startswith(mark)
    ]
    assert expected, "a broken file says what it expects"
    assert [str(problem).removeprefix(f"{show}/") for problem in check(tmp_path)] == expected
