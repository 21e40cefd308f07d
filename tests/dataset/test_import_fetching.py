"""Fetching for imports, from a server on this machine: pauses, failures, sizes and places that are not asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web as server

from bot.dataset.imports.command import fetch
from bot.dataset.imports.fetching import FetchError, Limits, Web, web
from tests.dataset.test_imports import anime, lantern

URL = "https://api.tvmaze.com/shows/77"
Handler = Callable[[server.Request], Awaitable[server.StreamResponse]]


class Said(list[str]):
    """What was said, and how long was waited, without waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Notes a wait."""
        self.waits.append(seconds)


@asynccontextmanager
async def services(handler: Handler, said: Said, limits: Limits | None = None) -> AsyncIterator[Web]:
    """Both services, answered by one handler on this machine."""
    app = server.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = server.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = server.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    origins = dict.fromkeys(("api.tvmaze.com", "graphql.anilist.co"), f"http://{host}:{port}")
    try:
        async with web(said.append, origins=origins, limits=limits, sleep=said.sleep) as found:
            yield found
    finally:
        await runner.cleanup()


def first_then(first: Handler) -> Handler:
    """Answers in one way once, and well from then on."""
    asked = 0

    async def answer(request: server.Request) -> server.StreamResponse:
        nonlocal asked
        asked += 1
        return await first(request) if asked == 1 else server.json_response({"fine": True})

    return answer


async def broken_off(request: server.Request) -> server.StreamResponse:
    """Half of an answer."""
    response = server.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b'{"half": ')
    assert request.transport is not None
    request.transport.close()
    return response


async def a_pause(_: server.Request) -> server.StreamResponse:
    """The service asks to be left alone for a while."""
    return server.Response(status=429, headers={"Retry-After": "7"})


async def down(_: server.Request) -> server.StreamResponse:
    """The service is down."""
    return server.Response(status=503)


@pytest.mark.parametrize(
    ("first", "sentence", "least"),
    [(a_pause, "asks for a pause", 7), (down, "answered 503", 1), (broken_off, "broke off in the middle", 1)],
)
async def test_what_passes_is_tried_again(first: Handler, sentence: str, least: float) -> None:
    said = Said()
    async with services(first_then(first), said) as found:
        assert await found.get(URL) == {"fine": True}
    assert sentence in said[0]
    assert least <= max(said.waits) <= least * 1.25


async def refused(handler: Handler, limits: Limits | None = None) -> str:
    """Why nothing came."""
    said = Said()
    async with services(handler, said, limits) as found:
        with pytest.raises(FetchError) as error:
            await found.get(URL)
    return str(error.value)


async def test_what_does_not_pass_ends_in_a_sentence() -> None:
    async def in_an_hour(_: server.Request) -> server.StreamResponse:
        return server.Response(status=429, headers={"Retry-After": "3600"})

    async def nothing(_: server.Request) -> server.StreamResponse:
        return server.Response(status=404)

    async def page(_: server.Request) -> server.StreamResponse:
        return server.Response(text="<html>")

    async def packed(_: server.Request) -> server.StreamResponse:
        return server.Response(body=b"x", headers={"Content-Encoding": "gzip"})

    assert await refused(down) == "api.tvmaze.com answered 503, 5 times in a row"
    assert "come back in 60 minutes" in await refused(in_an_hour)
    assert "no such show" in await refused(nothing)
    assert "not JSON" in await refused(page)
    assert "packed" in await refused(packed)


async def test_sizes_are_capped_said_or_not() -> None:
    async def said(_: server.Request) -> server.StreamResponse:
        return server.Response(body=b" " * 5_000)

    async def unsaid(request: server.Request) -> server.StreamResponse:
        response = server.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        for _ in range(50):
            await response.write(b" " * 100)
        return response

    limits = Limits(size=1024)
    assert "larger than 1 KiB" in await refused(said, limits)
    assert "larger than 1 KiB" in await refused(unsaid, limits)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/shows/77",
        "http://api.tvmaze.com/shows/77",
        "https://api.tvmaze.com:8443/x",
        "https://api.tvmaze.com@evil.example/",
        "//evil.example/",
        "file:///etc/passwd",
    ],
)
async def test_no_other_place_is_asked(elsewhere: str) -> None:
    async def away(_: server.Request) -> server.StreamResponse:
        return server.Response(status=302, headers={"Location": elsewhere})

    assert "and only https://api.tvmaze.com and https://graphql.anilist.co are asked" in await refused(away)


async def test_a_redirect_inside_is_followed_but_not_for_ever() -> None:
    async def away(_: server.Request) -> server.StreamResponse:
        return server.Response(status=301, headers={"Location": "/shows/78"})

    said = Said()
    async with services(first_then(away), said) as found:
        assert await found.get(URL) == {"fine": True}
    assert "without end" in await refused(away)


async def test_silence_has_an_end() -> None:
    async def silent(request: server.Request) -> server.StreamResponse:
        response = server.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await asyncio.Event().wait()
        return response

    assert "takes too long" in await refused(silent, Limits(total=0.1, silence=0.05))


async def test_shows_of_both_services() -> None:
    document = lantern()
    episodes = document["_embedded"].pop("episodes")
    asked: list[str] = []

    async def tvmaze(request: server.Request) -> server.StreamResponse:
        asked.append(request.path_qs)
        return server.json_response(episodes if request.path.endswith("/episodes") else document)

    async with services(tvmaze, Said()) as found:
        assert len((await fetch("tvmaze", 77, found)).episodes) == 5
    assert asked == ["/shows/77?embed=akas", "/shows/77/episodes?specials=1"]

    async def anilist(request: server.Request) -> server.StreamResponse:
        variables = (await request.json())["variables"]
        page = anime()
        page["data"]["Media"]["airingSchedule"]["pageInfo"]["hasNextPage"] = variables["page"] == 1
        page["data"]["Media"]["airingSchedule"]["nodes"] = [{"episode": variables["page"], "airingAt": 1806683400}]
        return server.json_response(page)

    said = Said()
    async with services(anilist, said) as found:
        episodes_there = (await fetch("anilist", 4242, found)).episodes
    assert [one.aired is not None for one in episodes_there] == [True, True, False]
    assert any(wait > 1.5 for wait in said.waits)
