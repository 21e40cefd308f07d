"""What hosts are told when an episode moves behind their party, as members meet it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.core.reminder import DueKind, DueState
from bot.store import parties
from tests.discord_ui.stage import ROOT, Stage, buttons, is_private, pinged, said, stage
from tests.openapi import check_recorded

#: Episode 4 airs on Tuesday at 13:00 UTC, or a day later.
AIRS, LATER = datetime(2025, 7, 29, 13, tzinfo=UTC), datetime(2025, 7, 30, 13, tzinfo=UTC)
PARTY = datetime(2025, 7, 29, 20, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "data", tmp_path / "data")


@pytest.fixture
async def s(tmp_path: Path, data: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, data=data) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


async def reschedule(s: Stage, data: Path, was: str, now: str) -> None:
    episodes = data / "shows" / "the-defects" / "episodes.yaml"
    text = episodes.read_text(encoding="utf-8")
    assert text.count(was) == 1
    episodes.write_text(text.replace(was, now), encoding="utf-8")
    await s.companion.library.reload()


async def a_party(s: Stage, **options: Any) -> Any:
    """Ann's party for episode 4, seven hours after it airs; the announcement."""
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="UTC")
    await ann.slash(s.general, "watch-party create", **{"episode": 4, "when": "tomorrow 20:00", **options})
    return ann, s.general.history()[0]


def warnings(s: Stage) -> list[Any]:
    return [one for one in s.general.history() if one.content and "⚠️" in one.content]


def stamp(at: datetime) -> str:
    return f"<t:{int(at.timestamp())}:F>"


async def test_a_host_is_told_once_and_moves_the_party_with_one_press(s: Stage, data: Path) -> None:
    ann, card = await a_party(s)
    bo = s.person("bo")
    await bo.click(card, label="Going")
    await reschedule(s, data, 'date: "2025-07-29"', 'date: "2025-07-30"')
    await s.pass_time(minutes=5)
    await s.restart()
    await s.companion.library.reload()
    await s.pass_time(minutes=5)
    [warning] = warnings(s)
    assert warning.content.startswith(ann.mention)
    assert stamp(LATER) in warning.content
    assert stamp(PARTY) in warning.content
    assert bo.mention not in warning.content
    [sent] = [one for one in s.env.http_requests if one.method == "POST" and "⚠️" in str(one.json)]
    assert pinged(sent) == [ann.id]
    # The hour is the host's.
    async with s.companion.database.read() as tx:
        found = await parties.get(tx, 1)
    assert found is not None
    assert found.starts_at == PARTY

    refused = await bo.click(warning, label="Move it to the air time")
    assert is_private(refused)
    assert "may manage events" in said(refused)
    moved = await ann.click(warning, label="Move it to the air time")
    assert stamp(LATER) in said(moved)
    await s.pass_time(minutes=3)
    [told] = [one for one in s.general.history() if one.content and bo.mention in one.content]
    assert f"{int(PARTY.timestamp())}" in told.content
    # From now on it follows by itself.
    await reschedule(s, data, 'date: "2025-07-30"', 'date: "2025-07-31"')
    await s.pass_time(minutes=5)
    assert len(warnings(s)) == 1
    async with s.companion.database.read() as tx:
        found = await parties.get(tx, 1)
    assert found is not None
    assert found.starts_at == datetime(2025, 7, 31, 13, tzinfo=UTC)


async def test_what_is_taken_back_within_a_minute_is_not_told(s: Stage, data: Path) -> None:
    await a_party(s)
    await reschedule(s, data, 'date: "2025-07-29"', 'date: "2025-07-30"')
    await s.pass_time(seconds=30)
    await reschedule(s, data, 'date: "2025-07-30"', 'date: "2025-07-29"')
    await s.pass_time(minutes=5)
    assert warnings(s) == []


async def test_what_moves_but_airs_before_the_party_is_not_told(s: Stage, data: Path) -> None:
    await a_party(s, when="in 4 days at 20:00")
    await reschedule(s, data, 'date: "2025-07-29"', 'date: "2025-07-30"')
    await s.pass_time(minutes=5)
    assert warnings(s) == []


async def test_a_host_who_chose_an_earlier_hour_knows(s: Stage, data: Path) -> None:
    await a_party(s, when="tomorrow 10:30 am")
    await s.companion.library.reload()
    await s.pass_time(minutes=5)
    assert warnings(s) == []
    # Also one who moves their party before they could be told.
    ann = s.people["ann"]
    await reschedule(s, data, 'date: "2025-07-29"', 'date: "2025-07-30"')
    await ann.slash(s.general, "watch-party edit", party=1, when="tomorrow 11:30 am")
    await s.pass_time(minutes=5)
    assert warnings(s) == []


async def test_an_episode_that_loses_its_date_is_told(s: Stage, data: Path) -> None:
    await a_party(s)
    text = (data / "shows" / "the-defects" / "episodes.yaml").read_text(encoding="utf-8")
    dated = next(line for line in text.splitlines() if '"2025-07-29"' in line)
    await reschedule(s, data, dated + "\n", "")
    await s.pass_time(minutes=5)
    [warning] = warnings(s)
    assert "has no air time any more" in warning.content
    assert list(buttons(warning)) == ["Watch parties"]


async def test_a_party_that_is_cancelled_meanwhile_is_not_warned_of(s: Stage, data: Path) -> None:
    ann, _ = await a_party(s)
    await reschedule(s, data, 'date: "2025-07-29"', 'date: "2025-07-30"')
    await ann.slash(s.general, "watch-party cancel", party=1)
    await s.pass_time(minutes=5)
    assert warnings(s) == []
    assert await s.due(DueKind.PARTY_AIR_TIME) == [(DueKind.PARTY_AIR_TIME, DueState.WITHDRAWN, None)]


async def test_in_a_closed_channel_the_host_is_told_by_direct_message(s: Stage, data: Path) -> None:
    ann, _ = await a_party(s)
    await s.forbid(s.general, s.guild.default_role.id, role=True, send_messages=True)
    await reschedule(s, data, 'date: "2025-07-29"', 'date: "2025-07-30"')
    await s.pass_time(minutes=5)
    [told] = [one for one in ann.user.dm_channel.history() if "⚠️" in one.content]
    assert stamp(LATER) in told.content
    assert stamp(LATER) in said(await ann.user.click(told, label="Move it to the air time"))
    async with s.companion.database.read() as tx:
        found = await parties.get(tx, 1)
    assert found is not None
    assert found.starts_at == LATER
