"""What isn't in the reader's language is shown in English, and the reply says so, giving nothing away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.discord_ui.stage import AFTER, Stage, open_text, said, stage

#: "What isn't translated into your language yet is shown in English."
NOTE = "아직 한국어로 옮기지 못한 부분은 영어로 보여 드려요."


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    # Some of this show is in English only.
    async with stage(tmp_path, at=AFTER.replace(year=2031), data=Path("tests"), show="lighthouse-shift") as made:
        yield made
        assert made.unexpected_errors() == []


@pytest.fixture
async def shipped(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, at=AFTER) as made:
        yield made
        assert made.unexpected_errors() == []


async def test_a_recap_that_is_partly_in_english_says_so(s: Stage) -> None:
    mina = s.person("mina", locale="ko")
    await mina.slash(s.general, "progress set", episode=5)
    partly = said(await mina.slash(s.general, "recap", episode=1, private=True))
    assert "야간" in partly or "계단" in partly
    assert "Commodore Biscuit" in partly
    assert partly.count(NOTE) == 1
    assert NOTE not in said(await mina.slash(s.general, "recap", episode=5, private=True))


async def test_behind_bars_the_note_is_behind_a_bar_as_well(s: Stage) -> None:
    mina = s.person("mina", locale="ko")
    veiled = said(await mina.slash(s.general, "recap", episode=1))
    assert f"||{NOTE}||" in veiled
    assert NOTE not in open_text(veiled)
    assert NOTE not in said(await mina.slash(s.general, "recap", episode=5))


async def test_the_story_so_far_says_so_by_what_is_on_its_page(s: Stage) -> None:
    mina = s.person("mina", locale="ko")
    await mina.slash(s.general, "progress set", episode=1)
    assert NOTE not in said(await mina.slash(s.general, "recap"))
    await mina.slash(s.general, "progress set", episode=2)
    assert NOTE in said(await mina.slash(s.general, "recap"))


async def test_who_reads_english_is_told_nothing(s: Stage) -> None:
    ann, ivo = s.person("ann"), s.person("ivo", locale="bg")
    for reader in (ann, ivo):
        await reader.slash(s.general, "progress set", episode=5)
        assert "translated" not in said(await reader.slash(s.general, "recap", episode=1, private=True))


async def test_nothing_is_said_where_everything_is_translated(shipped: Stage) -> None:
    mina = shipped.person("mina", locale="ko")
    await mina.slash(shipped.general, "progress set", episode=8)
    for command, options in (
        ("recap", {"episode": 8, "private": True}),
        ("recap", {}),
        ("cast", {}),
        ("character", {"name": "김세희"}),
        ("explain", {}),
        ("relationships", {}),
    ):
        assert NOTE not in said(await mina.slash(shipped.general, command, **options)), command
