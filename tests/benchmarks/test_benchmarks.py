"""Benchmarks run at the smallest size, and what they found can be printed. No figure is judged here.

Most of them start the bot again and again; those run with CLIFFHANGER_FULL_TESTS=1.
"""

from __future__ import annotations

import os

import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.figures import Line, Report, Size, compared, percentile

FULL = os.environ.get("CLIFFHANGER_FULL_TESTS") == "1"


@pytest.mark.parametrize("name", BENCHMARKS if FULL else ("commands", "reload"))
async def test_a_benchmark_runs(name: str) -> None:
    report = await BENCHMARKS[name](Size.TINY)
    assert report.lines
    assert all(line.what in report.markdown() for line in report.lines)


def test_a_ratio_is_held_against_its_goal() -> None:
    assert compared("a", 1.0, 2.0, at_most=0.5).met
    assert compared("a", 1.0, 2.0, at_most=0.4).met is False
    assert compared("a", 1.0, 2.0).met is None
    assert [percentile(range(1, 101), share) for share in (0.5, 0.99, 1.0)] == [50, 99, 100]


def test_a_table_says_what_was_missed() -> None:
    missed = Line("slow", "3 ms", "1 ms", "3.00", "≤ 1", met=False)
    assert Report("Speed", [missed], ["As it is."]).markdown().splitlines() == [
        "### Speed",
        "",
        "|      | ours | baseline | ratio | goal | met    |",
        "|------|------|----------|-------|------|--------|",
        "| slow | 3 ms | 1 ms     | 3.00  | ≤ 1  | **no** |",
        "",
        "As it is.",
    ]
