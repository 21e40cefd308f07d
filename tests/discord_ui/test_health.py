"""`/health`: how the bot is, to its owner alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from simcord.actors import MemberActor

from bot.discord_ui import stamps
from bot.store.backup import back_up
from tests.discord_ui.stage import MIDDLE, Stage, is_private, said, stage
from tests.openapi import check_recorded


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, at=MIDDLE, show="the-defects") as made:
        yield made
        assert check_recorded(made.env) == []


def operator(s: Stage, locale: str = "en-US") -> MemberActor:
    """Whom the application belongs to."""
    person = s.person(f"operator-{locale.lower()}", locale)
    s.companion.client.owner_id = person.id
    return person


async def test_its_owner_is_told_everything(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "remind", episode=4, lead="1 h")
    await ann.slash(s.general, "remind", episode=5, lead="1 h")
    await s.pass_time(days=2)
    file = s.companion.database.file
    assert file is not None
    answer = await operator(s).slash(s.general, "health")
    assert is_private(answer)
    text = said(answer)
    assert f"Running since {stamps.full(MIDDLE)}" in text
    assert "Connected to Discord" in text
    assert "Servers: 1. Shows: 4." in text
    assert "Shards" not in text
    assert "Waiting: 1. Overdue: 0." in text
    assert "oldest" not in text
    assert "Delivered since the start: 1, of these late: 0." in text
    assert "Postponed: 0. Could not be delivered: 0. No longer needed: 0." in text
    assert "Unforeseen errors: 0 in answers, 0 in deliveries." in text
    assert "SQLite, size: " in text
    assert "Free on its disk: " in text
    assert "There is no backup beside it." in text
    assert "Dates" not in text
    assert "⚠️" not in text
    back_up(file, None, s.clock.now())
    text = said(await operator(s).slash(s.general, "health"))
    assert f"Newest backup beside it: {stamps.relative(s.clock.now())}." in text
    assert s.unexpected_errors() == []


async def test_what_is_wrong_stands_out(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "remind", episode=4, lead="1 h")
    assert ann.user.dm_channel is not None
    s.env.inject_error("POST", f"/channels/{ann.user.dm_channel.id}/messages", status=503, times=None)
    await s.pass_time(days=2)
    text = said(await operator(s).slash(s.general, "health"))
    assert "Waiting: 1. Overdue: 1." in text
    [line] = [line for line in text.splitlines() if "The oldest was due at" in line]
    assert line.startswith("⚠️ ")


async def test_nobody_else_is_told(s: Stage) -> None:
    operator(s)
    answer = await s.person("ann").slash(s.general, "health")
    assert is_private(answer)
    assert said(answer) == "Only the bot's owner can do that."
    assert s.unexpected_errors() == []


@pytest.mark.parametrize("locale", ["ko", "ja", "id", "fr", "de", "es-ES", "pt-BR"])
async def test_in_every_language(tmp_path: Path, locale: str) -> None:
    async with stage(tmp_path, at=MIDDLE, show="the-defects", refresh_hours=1) as s:
        text = said(await operator(s, locale).slash(s.general, "health"))
        assert "SQLite" in text
        assert "health." not in text
        await s.pass_time(minutes=1)
        assert s.clock.now() == MIDDLE + timedelta(minutes=1)
        assert s.unexpected_errors() == []
