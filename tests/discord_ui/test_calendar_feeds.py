"""Calendar links: made and revoked on Discord, opened by calendars over HTTP."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from simcord.actors import MemberActor

from bot.app.clock import ManualClock
from bot.core.errors import OperatorError
from bot.ops import feeds
from bot.ops.feeds import Allowance
from bot.store import people
from bot.store.tables import calendar_feed
from tests.discord_ui.stage import Stage, is_private, said, stage
from tests.discord_ui.test_party_edits import a_party, air_third_at
from tests.openapi import check_recorded

BASE = "https://calendars.example.org/feeds"
LINK = re.compile(rf"`{BASE}/([A-Za-z0-9_-]{{43}})\.ics`")


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, feeds_listen="127.0.0.1:0", feeds_url=BASE + "/") as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


@pytest.fixture
async def web() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def link(member: MemberActor, s: Stage, what: str = "show", **options: str) -> str:
    """A new secret."""
    answer = await member.slash(s.general, "calendar feed", what=what, **options)
    assert is_private(answer)
    [token] = LINK.findall(said(answer))
    assert f"`webcal://calendars.example.org/feeds/{token}.ics`" in said(answer)
    return token


def address(s: Stage, path: str) -> str:
    assert s.companion.feeds is not None
    return f"http://127.0.0.1:{s.companion.feeds.port}/{path}"


async def fetched(web: aiohttp.ClientSession, s: Stage, token: str) -> Calendar:
    async with web.get(address(s, f"feeds/{token}.ics")) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
        return IcsCalendarStream.calendar_from_ics(await response.text())


async def status(web: aiohttp.ClientSession, s: Stage, token: str) -> int:
    async with web.get(address(s, f"{token}.ics")) as response:
        return response.status


async def test_a_link_works_at_once_and_goes_along_with_what_changes(s: Stage, web: aiohttp.ClientSession) -> None:
    ann = s.person("ann")
    token = await link(ann, s, "everything")
    assert (await fetched(web, s, token)).events == []
    await ann.slash(s.general, "remind", every=True)
    await a_party(s)
    calendar = await fetched(web, s, token)
    assert len(calendar.events) == 9
    assert {event.alarm[0].trigger for event in calendar.events} == {-timedelta(minutes=15)}
    await air_third_at(s, "2025-07-29", "23:00")
    [third] = [event for event in (await fetched(web, s, token)).events if event.summary == "The Defects: Episode 3"]
    assert (third.sequence, third.start_datetime.astimezone(UTC)) == (1, datetime(2025, 7, 29, 14, tzinfo=UTC))
    await ann.slash(s.general, "watch-party cancel", party=1)
    [party] = [one for one in (await fetched(web, s, token)).events if (one.uid or "").startswith("party-")]
    assert (party.status, party.sequence) == ("CANCELLED", 1)


async def test_what_has_not_changed_is_not_sent_again(s: Stage, web: aiohttp.ClientSession) -> None:
    ann = s.person("ann")
    url = address(s, f"{await link(ann, s)}.ics")
    async with web.get(url) as first:
        tag, data = first.headers["ETag"], await first.read()
        assert first.headers["Cache-Control"] == "private, max-age=300"
    assert b"METHOD" not in data
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in data
    await s.pass_time(minutes=30)
    for told in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        async with web.get(url, headers={"If-None-Match": told}) as same:
            assert (same.status, same.headers["ETag"], await same.read()) == (304, tag, b"")
    async with web.get(url, headers={"If-None-Match": '"other"'}) as other:
        assert (other.status, await other.read()) == (200, data)
    async with web.head(url) as head:
        assert (head.status, head.headers["ETag"], head.headers["Content-Length"]) == (200, tag, str(len(data)))
        assert await head.read() == b""
    await air_third_at(s, "2025-07-29", "23:00")
    async with web.get(url, headers={"If-None-Match": tag}) as changed:
        assert changed.status == 200
        assert changed.headers["ETag"] != tag


async def test_revoked_links_lead_nowhere_and_a_new_one_does(s: Stage, web: aiohttp.ClientSession) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    old, other, theirs = await link(ann, s), await link(ann, s, "parties"), await link(bo, s)
    choices = await ann.autocomplete(s.general, "calendar revoke", "link", "")
    assert [(one["name"], one["value"]) for one in choices] == [
        ("The Defects, made Mon 28 Jul", "1"),
        ("Watch parties, made Mon 28 Jul", "2"),
        ("all links", "all"),
    ]
    assert "no such link" in said(await ann.slash(s.general, "calendar revoke", link="3"))
    answer = await ann.slash(s.general, "calendar revoke", link="1")
    assert is_private(answer)
    assert "leads nowhere" in said(answer)
    assert "one link left" in said(answer)
    assert [await status(web, s, one) for one in (old, other, theirs)] == [404, 200, 200]
    new = await link(ann, s)
    assert new != old
    assert await status(web, s, new) == 200
    assert "2 links lead nowhere" in said(await ann.slash(s.general, "calendar revoke", link="all"))
    assert [await status(web, s, one) for one in (new, other, theirs)] == [404, 404, 200]


async def test_everything_else_is_one_and_the_same_nothing(s: Stage, web: aiohttp.ClientSession) -> None:
    token = await link(s.person("ann"), s)
    await s.person("ann").slash(s.general, "calendar revoke", link="all")
    paths = ["", "feeds/", token, f"{token}.ics", f"{token}.ICS", "x.ics", ".ics", "A" * 43 + ".ics", "..%2F..%2Fetc"]
    answers = set()
    for path in paths:
        async with web.get(address(s, path)) as response:
            seen = {name: value for name, value in response.headers.items() if name != "Date"}
            answers.add((response.status, await response.text(), tuple(sorted(seen.items()))))
    assert len(answers) == 1
    [(code, text, _)] = answers
    assert (code, text) == (404, "There is no calendar here.\n")


async def test_calendars_can_only_be_read(s: Stage, web: aiohttp.ClientSession) -> None:
    url = address(s, f"{await link(s.person('ann'), s)}.ics")
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"):
        async with web.request(method, url) as response:
            assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD")


async def test_only_a_hash_is_kept_and_nothing_is_logged(
    s: Stage, web: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = await link(s.person("ann"), s)
    assert await status(web, s, token) == 200
    reader, writer = await asyncio.open_connection("127.0.0.1", s.companion.feeds.port if s.companion.feeds else 0)
    writer.write(f"GET /{token}.ics HTTP/9.x\r\n: \r\n\r\n".encode())
    assert b" 400 " in await reader.readline()
    writer.close()
    assert token not in caplog.text
    async with s.companion.database.read() as tx:
        [row] = await tx.execute(sa.select(calendar_feed))
    assert token not in repr(row)
    await s.companion.database.close()
    files = [one for one in Path(str(s.companion.database.file)).parent.rglob("*") if one.is_file()]
    assert s.companion.database.file in files
    for file in files:
        assert token.encode() not in file.read_bytes()


async def test_links_go_with_whoever_is_forgotten(s: Stage, web: aiohttp.ClientSession) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    hers, theirs = await link(ann, s), await link(bo, s)
    async with s.companion.database.begin() as tx:
        await people.forget(tx, ann.id)
    assert [await status(web, s, one) for one in (hers, theirs)] == [404, 200]


async def test_nobody_has_too_many(s: Stage) -> None:
    ann = s.person("ann")
    for _ in range(10):
        await link(ann, s)
    assert "You have 10 calendar links" in said(await ann.slash(s.general, "calendar feed", what="show"))


async def test_a_link_for_a_show_that_is_gone_is_an_empty_calendar(s: Stage, web: aiohttp.ClientSession) -> None:
    token = await link(s.person("ann"), s)
    async with s.companion.database.begin() as tx:
        await tx.execute(sa.update(calendar_feed).values(show_id="gone"))
    async with web.get(address(s, f"{token}.ics")) as response:
        text = await response.text()
    assert IcsCalendarStream.calendar_from_ics(text).events == []
    # RFC 5545, 3.6: a calendar has at least one component.
    assert "BEGIN:VTIMEZONE" in text


async def test_too_many_requests_are_put_off(s: Stage, web: aiohttp.ClientSession) -> None:
    token = await link(s.person("ann"), s)
    codes = [await status(web, s, token) for _ in range(21)]
    assert codes == [200] * 20 + [429]
    async with web.get(address(s, f"{token}.ics")) as refused:
        assert 1 <= int(refused.headers["Retry-After"]) <= 30
    await s.pass_time(minutes=1)
    assert await status(web, s, token) == 200
    # Guesses are counted by where they come from, as the web server before it says.
    codes = []
    for number in range(70):
        said_from = {"X-Forwarded-For": "spoofed, 198.51.100.7"}
        async with web.get(address(s, f"{number:043}.ics"), headers=said_from) as response:
            codes.append(response.status)
    assert codes == [404] * 60 + [429] * 10
    assert await status(web, s, token) == 200


async def test_slow_and_too_many_connections_are_cut(s: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "_LONGEST", 0.2)
    monkeypatch.setattr(feeds, "_MOST_CONNECTIONS", 2)
    port = s.companion.feeds.port if s.companion.feeds else 0
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
    for _, writer in opened[:2]:
        writer.write(b"GET /x.ics HTTP/1.1\r\nHost: x\r\n")

    async def end(reader: asyncio.StreamReader) -> bytes:
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""

    assert await asyncio.wait_for(end(opened[2][0]), 5) == b""
    assert await asyncio.wait_for(asyncio.gather(*(end(reader) for reader, _ in opened[:2])), 5) == [b"", b""]
    for _, writer in opened:
        writer.close()


async def test_a_taken_port_is_said_clearly(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OperatorError) as refused:
            async with stage(tmp_path, feeds_listen=str(port), feeds_url=BASE):
                pass
    assert refused.value.key == "operator.feeds-port"
    assert refused.value.arguments["at"] == f"127.0.0.1:{port}"


def test_an_allowance_fills_up_again_and_forgets_the_oldest() -> None:
    clock = ManualClock(datetime(2025, 7, 28, tzinfo=UTC))
    allowance = Allowance(2, 10, most=2)
    assert [allowance.take("ann", clock.now()) for _ in range(3)] == [0, 0, 10]
    clock.advance(timedelta(seconds=4))
    assert allowance.take("ann", clock.now()) == 6
    clock.advance(timedelta(seconds=6))
    assert [allowance.take("ann", clock.now()) for _ in range(2)] == [0, 10]
    clock.advance(timedelta(hours=-1))
    assert allowance.take("ann", clock.now()) == 10
    assert [allowance.take(who, clock.now()) for who in ("bo", "cy", "ann")] == [0, 0, 0]
