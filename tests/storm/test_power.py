"""A power cut takes no acknowledged commit; with a laxer setting, the control, it does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.storm.power import Cuts, cut
from tests.storm.vfs import LayerError

FULL = os.environ.get("CLIFFHANGER_FULL_TESTS") == "1"
CUTS, COMMITS = (300, 300) if FULL else (40, 80)


def cut_or_skip(folder: Path, synchronous: str | None) -> Cuts:
    try:
        made = cut(folder, COMMITS, CUTS, synchronous=synchronous)
    except LayerError as error:
        pytest.skip(str(error))
    print(f"\n{made}")
    return made


def test_the_bots_own_settings_lose_nothing(tmp_path: Path) -> None:
    made = cut_or_skip(tmp_path, None)
    assert (made.cuts, made.lossy, made.lost, made.damaged) == (CUTS, 0, 0, 0)


def test_control_a_laxer_setting_loses_commits(tmp_path: Path) -> None:
    made = cut_or_skip(tmp_path, "NORMAL")
    assert made.lossy > CUTS // 2
    assert made.lost > 0
