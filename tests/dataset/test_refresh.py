"""`refresh`: changed dates of imported shows, by hand and while the bot runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web as server

from bot.app.refreshing import Refresher
from bot.core.airing import airs_at
from bot.core.reminder import DueKind
from bot.dataset.imports.fetching import Limits, Web
from bot.dataset.imports.refreshing import refresh
from tests.dataset.test_import_fetching import Said, services
from tests.dataset.test_imports import lantern, loaded, run, text
from tests.discord_ui.stage import stage


def put_off(document: dict[str, Any], number: int, day: str) -> dict[str, Any]:
    """The same show with an episode on another day, and another title of it."""
    for one in document["_embedded"]["episodes"]:
        if one["number"] == number and one["type"] == "regular":
            one |= {"airdate": day, "airstamp": f"{day}T13:00:00+00:00", "name": "Another name"}
    return document


@asynccontextmanager
async def tvmaze(document: dict[str, Any] | None, said: Said) -> AsyncIterator[Web]:
    """TVmaze on this machine, which knows this show; None: it is down."""

    async def answer(request: server.Request) -> server.StreamResponse:
        if document is None:
            return server.Response(status=503)
        if request.path.endswith("/episodes"):
            return server.json_response(document["_embedded"]["episodes"])
        return server.json_response(document)

    async with services(answer, said, Limits() if document is not None else None) as found:
        yield found


async def test_dates_follow_and_nothing_else_does(tmp_path: Path) -> None:
    run(tmp_path, lantern())
    before = text(tmp_path, "episodes.yaml").read_text("utf-8")
    async with tvmaze(put_off(lantern(), 1, "2027-03-02"), Said()) as found:
        [done] = await refresh(tmp_path / "data", found)
        assert done.problem is None
        assert len(done.changes) == 1
        after = text(tmp_path, "episodes.yaml").read_text("utf-8")
        assert after == before.replace("2027-03-01", "2027-03-02")
        [again] = await refresh(tmp_path / "data", found)
        assert (again.changes, again.problem) == ((), None)


async def test_a_service_that_is_down_changes_nothing(tmp_path: Path) -> None:
    run(tmp_path, lantern())
    before = text(tmp_path, "episodes.yaml").read_bytes()
    async with tvmaze(None, Said()) as found:
        [done] = await refresh(tmp_path / "data", found)
    assert done.problem is not None
    assert "503" in done.problem
    assert text(tmp_path, "episodes.yaml").read_bytes() == before


async def test_what_somebody_wrote_stays(tmp_path: Path) -> None:
    run(tmp_path, lantern())
    path = text(tmp_path, "episodes.yaml")
    path.write_text(path.read_text("utf-8").replace("2027-03-01", "2027-02-28"), "utf-8")
    before = path.read_bytes()
    async with tvmaze(put_off(lantern(), 1, "2027-03-02"), Said()) as found:
        [done] = await refresh(tmp_path / "data", found)
    assert done.changes == ()
    assert path.read_bytes() == before


async def test_while_the_bot_runs_reminders_move_with_the_new_date(tmp_path: Path) -> None:
    run(tmp_path, lantern())
    folder = tmp_path / "data"
    at = airs_at(loaded(tmp_path).episodes[0])
    assert at is not None
    async with stage(tmp_path, at=datetime(2027, 2, 1, tzinfo=UTC), data=folder) as s:
        ann = s.person("ann")
        await ann.slash(s.general, "remind", episode=1, lead="1 h")
        document = put_off(lantern(), 1, "2027-03-02")
        refresher = Refresher(folder, s.companion.library, lambda: tvmaze(document, Said()), 12, s.clock)
        assert refresher.refreshed_at is None
        assert await refresher.run() == 1
        assert refresher.refreshed_at == s.clock.now()
        assert await refresher.run() == 0
        await s.pass_time(days=31)
        [moved, told] = [message for message in ann.user.dm_channel.history() if message.author.bot]
        assert moved.created_at < told.created_at == at + timedelta(days=1) - timedelta(hours=1)
        assert [kind for kind, _, _ in await s.due(DueKind.MOVED)] == [DueKind.MOVED]
        assert s.unexpected_errors() == []
