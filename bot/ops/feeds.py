"""Serves calendar links over HTTP, for calendars that come back by themselves.

It knows nothing but links: whatever isn't one, was one, or asks for anything else gets the same answer. Links are
secrets, so nothing that is asked for is logged. Encryption is the business of a web server before it.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import logging
import os
from collections import OrderedDict
from collections.abc import AsyncGenerator, Hashable
from contextlib import asynccontextmanager
from datetime import datetime
from math import ceil

from aiohttp import web

from bot.app.calendar_feeds import CalendarFeeds
from bot.app.clock import Clock
from bot.core.errors import OperatorError

log = logging.getLogger(__name__)

#: A connection is cut after this many seconds, whatever it is at: nobody reads or asks so slowly in good faith.
_LONGEST = 30.0
#: Connections at a time, and calendars that are made at a time.
_MOST_CONNECTIONS = 200
_AT_ONCE = 4
#: A larger calendar isn't sent; none that people have comes near.
_MOST_BYTES = 2_000_000
#: How long a calendar may be kept by whoever asked for it, in seconds.
_FRESH = 300

_COMMON = {
    "Server": "Cliffhanger",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}


class Allowance:
    """How often each of many may ask: ``burst`` times at once, and once more every ``seconds``.

    Of those who ask the ``most`` latest are remembered.
    """

    def __init__(self, burst: int, seconds: float, most: int = 4096) -> None:
        self._burst = burst
        self._seconds = seconds
        self._most = most
        self._left: OrderedDict[Hashable, tuple[float, datetime]] = OrderedDict()

    def take(self, who: Hashable, now: datetime) -> float:
        """Ask once: 0, or how many seconds to wait first."""
        left, since = self._left.pop(who, (float(self._burst), now))
        left = min(left + max((now - since).total_seconds(), 0.0) / self._seconds, self._burst)
        wait = 0.0 if left >= 1 else (1 - left) * self._seconds
        self._left[who] = (left - 1 if not wait else left), now
        if len(self._left) > self._most:
            self._left.popitem(last=False)
        return wait


class FeedServer:
    """Answers requests for calendars."""

    def __init__(self, feeds: CalendarFeeds, clock: Clock) -> None:
        self._feeds = feeds
        self._clock = clock
        self._turn = asyncio.Semaphore(_AT_ONCE)
        # Several devices may have the same link, and services fetch many links from one address.
        self._of_link = Allowance(20, 30)
        self._of_address = Allowance(60, 1)
        self.port = 0

    @asynccontextmanager
    async def serve(self, host: str, port: int) -> AsyncGenerator[FeedServer]:
        """Listen while the context is open; ``port`` 0 is any free one. Raises OperatorError("operator.feeds-port")."""
        # aiohttp logs requests that it can't read, links and all.
        silent = logging.Logger("feeds")
        silent.addHandler(logging.NullHandler())
        server = _Hurried(
            self._answer,
            access_log=None,
            logger=silent,
            max_line_size=2048,
            max_field_size=4096,
            max_headers=64,
            lingering_time=1.0,
        )
        runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=1.0)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port)
            try:
                await site.start()
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise OperatorError(
                    "operator.feeds-port", os.EX_UNAVAILABLE, at=f"{host}:{port}", reason=reason
                ) from None
            self.port = int(runner.addresses[0][1])
            log.info("Calendar links are served at %s, port %d", host, self.port)
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            response = await self._found(request)
        except Exception:
            log.exception("A calendar link could not be answered")
            response = _text(500, "Something went wrong here. Try again later.")
        response.headers.update(_COMMON)
        # One request a connection: those that come back do so much later.
        response.force_close()
        return response

    async def _found(self, request: web.BaseRequest) -> web.Response:
        if request.method not in {"GET", "HEAD"}:
            refused = _text(405, "Calendars can only be read.")
            refused.headers["Allow"] = "GET, HEAD"
            return refused
        name = request.path.rpartition("/")[2]
        token = name.removesuffix(".ics")
        now = self._clock.now()
        waits = [self._of_address.take(_address(request), now)]
        if not any(waits):
            waits.append(self._of_link.take(hashlib.sha256(token.encode()).digest(), now))
        if any(waits):
            refused = _text(429, "That was too often. Try again later.")
            refused.headers["Retry-After"] = str(ceil(max(waits)))
            return refused
        async with self._turn:
            file = await self._feeds.open(token) if name != token else None
        if file is None:
            return _text(404, "There is no calendar here.")
        if len(file.data) > _MOST_BYTES:
            log.error("A calendar has %d bytes, which is too large to be sent", len(file.data))
            return _text(500, "This calendar is too large.")
        tag = f'"{hashlib.sha256(file.data).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": f"private, max-age={_FRESH}"}
        if _has(request.headers.get("If-None-Match", ""), tag):
            return web.Response(status=304, headers=headers)
        headers["Content-Disposition"] = 'inline; filename="cliffhanger.ics"'
        return web.Response(body=file.data, content_type="text/calendar", charset="utf-8", headers=headers)


class _Hurried(web.Server):
    """Gives connections only so much time, and takes only so many."""

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        crowded = len(self.connections) > _MOST_CONNECTIONS
        # Not at once even then: aiohttp has yet to begin with it.
        asyncio.get_running_loop().call_later(0.0 if crowded else _LONGEST, transport.abort)


def _text(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text + "\n", headers={"Cache-Control": "no-store"})


def _address(request: web.BaseRequest) -> str:
    """Who asks. What a web server on a private address says about that is believed, and nobody else."""
    peer = request.remote or ""
    try:
        near = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    said = request.headers.getall("X-Forwarded-For", [])
    if said and (near.is_loopback or near.is_private):
        return said[-1].rpartition(",")[2].strip()[:64]
    return peer


def _has(if_none_match: str, tag: str) -> bool:
    """Whether whoever asks has this version already (RFC 9110, 13.1.2)."""
    tags = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return tag in tags or "*" in tags
