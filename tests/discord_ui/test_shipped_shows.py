"""The shows that come with the bot besides The Defects, as members meet them: dates with their doubts, and no story."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.discord_ui.stage import Stage, said, stage
from tests.openapi import check_recorded


@pytest.fixture
async def s(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with stage(tmp_path, at=request.param) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


def at(text: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("s", [datetime.fromisoformat(text).replace(tzinfo=UTC)], indirect=True)


def stamp(text: str, style: str) -> str:
    return f"<t:{int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())}:{style}>"


@at("2025-07-28 09:00")
async def test_the_defects_is_meant_where_no_show_is_named(s: Stage) -> None:
    assert "The Defects" in said(await s.person("ann").slash(s.general, "next-episode"))


@at("2024-12-05 09:00")
async def test_a_pulled_weekend_and_an_early_start(s: Stage) -> None:
    text = said(await s.person("ann").slash(s.general, "next-episode", show="When the Phone Rings"))
    assert "Episode 5" in text
    assert stamp("2024-12-13 12:40", "F") in text
    assert "≈" not in text


@at("2024-12-15 09:00")
async def test_dates_that_no_source_prints_are_marked(s: Stage) -> None:
    ann = s.person("ann")
    text = said(await ann.slash(s.general, "schedule show", show="when-the-phone-rings"))
    rows = [line for line in text.splitlines() if "**Episode" in line]
    assert [row.endswith("≈") for row in rows] == [number in {2, 3, 4, 7, 8, 9, 10} for number in range(1, 13)]
    assert "≈ Counted on from the dates around it" in text
    assert "≈ Counted on" in said(await ann.slash(s.general, "next-episode", show="when-the-phone-rings"))
    assert "≈" not in said(await ann.slash(s.general, "schedule show"))


@at("2023-02-07 09:00")
async def test_an_episode_that_was_online_before_it_was_on_air(s: Stage) -> None:
    text = said(await s.person("ann").slash(s.general, "next-episode", show="the-last-of-us"))
    assert stamp("2023-02-13 02:00", "F") in text
    assert stamp("2023-02-11 02:00", "f") in text
    assert "HBO Max (United States)" in text


@at("2023-03-11 09:00")
async def test_the_hour_abroad_is_left_open_where_sources_leave_it_open(s: Stage) -> None:
    text = said(await s.person("ann").slash(s.general, "next-episode", show="the-last-of-us"))
    assert stamp("2023-03-13 01:00", "F") in text
    assert "Sky Atlantic" in text
    assert text.count("<t:") == 2


@at("2025-06-27 06:59")
async def test_a_whole_season_at_once(s: Stage) -> None:
    text = said(await s.person("ann").slash(s.general, "next-episode", show="Squid Game"))
    assert "Episode 6" in text
    assert stamp("2025-06-27 07:00", "F") in text
