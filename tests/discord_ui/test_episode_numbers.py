"""Specials, parts and double broadcasts as members meet them: what they are called, and what a typed number means."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.dataset.test_broken import small_show
from tests.discord_ui.stage import Stage, said, stage
from tests.openapi import check_recorded

EPISODES = """\
episodes:
  - {number: 1, season_part: 1, date: "2027-03-01"}
  - {number: 2, season_part: 1, together: true}
  - {number: 3, season_part: 1, special: true, date: "2027-03-08"}
  - {number: 4, season_part: 2, part: 1, date: "2027-09-06"}
  - {number: 5, season_part: 2, part: 2, date: "2027-09-13"}
  - {number: 6, season_part: 2, date: "2027-09-20"}
"""
RECAPS = """\
recaps:
  - {episode: 3, beats: [{text: What the special tells., sources: [S1]}]}
  - {episode: 4, beats: [{text: What part one tells., sources: [S1]}]}
  - {episode: 6, beats: [{text: What the last one tells., sources: [S1]}]}
"""
#: All have aired.
LATER = datetime(2027, 10, 1, tzinfo=UTC)


@pytest.fixture
async def s(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    folder = small_show(tmp_path / "data")
    (folder / "episodes.yaml").write_text(EPISODES, encoding="utf-8")
    (folder / "recaps.yaml").write_text(RECAPS, encoding="utf-8")
    sources = folder / "sources.yaml"
    sources.write_text(sources.read_text(encoding="utf-8").replace("covers: 3", "covers: 6"), encoding="utf-8")
    async with stage(tmp_path, at=getattr(request, "param", LATER), data=tmp_path / "data") as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


async def choices(s: Stage, command: str, typed: str) -> dict[str, int]:
    found = await s.person("ann").autocomplete(s.general, command, "episode", typed)
    return {choice["name"].partition(" · ")[0]: choice["value"] for choice in found}


async def test_a_typed_number_is_what_the_episode_is_called(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=4)
    assert "What part one tells" in said(await ann.slash(s.general, "recap", episode=3))
    assert "What the last one tells" in said(await ann.slash(s.general, "recap", episode=4))
    assert "has no episode 5; its episodes are 1 to 4" in said(await ann.slash(s.general, "recap", episode=5))


async def test_specials_and_further_parts_are_chosen_from_the_list(s: Stage) -> None:
    ann = s.person("ann")
    everything = await choices(s, "recap", "")
    assert list(everything) == [
        "Episode 4",
        "Episode 3, part 2",
        "Episode 3, part 1",
        "Special 1",
        "Episode 2",
        "Episode 1",
    ]
    assert list(await choices(s, "recap", "spec")) == ["Special 1"]
    assert list(await choices(s, "recap", "s1e3")) == ["Episode 3, part 2", "Episode 3, part 1"]
    assert list(await choices(s, "recap", "4")) == ["Episode 4"]
    assert "up to **episode Special 1**" in said(
        await ann.slash(s.general, "progress set", episode=everything["Special 1"])
    )
    assert "What the special tells" in said(await ann.slash(s.general, "recap", episode=everything["Special 1"]))
    assert "of 4" in said(await ann.slash(s.general, "progress show"))


async def test_what_stands_between_two_numbers_was_watched_with_them(s: Stage) -> None:
    ann = s.person("ann")
    assert "up to **episode 3.1**" in said(await ann.slash(s.general, "progress only", episodes="1-3"))
    text = said(await ann.slash(s.general, "progress only", episodes="1, 3-4"))
    assert "episodes 1, 4, 3.1, 3.2" in text


@pytest.mark.parametrize("s", [datetime(2027, 2, 1, tzinfo=UTC)], indirect=True)
async def test_a_double_broadcast_is_one_evening(s: Stage) -> None:
    ann = s.person("ann")
    assert "Episode 1 and Episode 2" in said(await ann.slash(s.general, "next-episode"))
    text = said(await ann.slash(s.general, "schedule show"))
    headings = [line for line in text.splitlines() if line.startswith("###")]
    assert headings == ["### Season 1, part 1", "### Season 1, part 2"]
    answer = said(await ann.slash(s.general, "recap", episode=3))
    assert "Episode 3.1 hasn't aired yet" in answer


async def test_a_party_for_a_special(s: Stage) -> None:
    special = (await choices(s, "recap", "spec"))["Special 1"]
    made = await s.person("ann").slash(s.general, "watch-party create", episode=special, when="in 2h")
    assert "Special 1" in said(made)
    several = await s.person("ann").slash(
        s.general, "watch-party create", episode=2, **{"last-episode": 3}, when="in 3h"
    )
    assert "Episode 2, Special 1 and Episode 3, part 1" in said(several)
