"""Gets JSON from two services over https: paced, capped, tried again, and never from anywhere else."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

import aiohttp

from bot.dataset.imports.upstream import MAX_BYTES, UpstreamError, read_json

#: The hosts that are asked at all, and the pause between two requests to each, in seconds: TVmaze allows 20 in 10
#: seconds, AniList 90 a minute and 30 while it is not at its best.
PACES: Final[Mapping[str, float]] = {"api.tvmaze.com": 0.5, "graphql.anilist.co": 2.0}
ORIGINS: Final[Mapping[str, str]] = {host: f"https://{host}" for host in PACES}

_ATTEMPTS: Final = 5
_REDIRECTS: Final = 5
#: Longer than this nobody waits for a service that asks to be left alone, in seconds.
_PATIENCE: Final = 120.0
_CHUNK: Final = 64 * 1024

#: Waits so many seconds.
Sleep = Callable[[float], Awaitable[object]]
#: Tells how it goes.
Say = Callable[[str], object]


class FetchError(Exception):
    """Something can't be had from a service; str() says why, in the middle of a sentence."""


class _PassingError(Exception):
    """Something that may be over in a moment. ``wait`` is what the service asks for, in seconds."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one request may take in all, and between two pieces of its answer, in seconds; and its size in bytes."""

    total: float = 60.0
    silence: float = 20.0
    size: int = MAX_BYTES


class Web:
    """The two services. Make it with `web`."""

    def __init__(
        self, session: aiohttp.ClientSession, say: Say, origins: Mapping[str, str], limits: Limits, sleep: Sleep
    ) -> None:
        self._session = session
        self._say = say
        self._origins = origins
        self._limits = limits
        self._sleep = sleep
        self._paces = dict(PACES)
        self._next: dict[str, float] = {}

    async def get(self, url: str) -> object:
        """The JSON at an address. Raises FetchError."""
        return await self._patiently(url, None)

    async def post(self, url: str, body: Mapping[str, object]) -> object:
        """The JSON that an address answers to some other. Raises FetchError."""
        return await self._patiently(url, body)

    async def _patiently(self, url: str, body: Mapping[str, object] | None) -> object:
        host = _host(url, self._origins)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._follow(url, body)
            except _PassingError as error:
                wait = 2.0 ** (attempt - 1) if error.wait is None else error.wait
                if attempt == _ATTEMPTS:
                    raise FetchError(f"{error}, {_ATTEMPTS} times in a row") from None
                if wait > _PATIENCE:
                    raise FetchError(f"{host} asks to come back in {wait / 60:.0f} minutes") from None
                # What asks again at the very moment that everybody does is turned away again.
                wait += random.uniform(0, 0.25 * wait)  # noqa: S311
                self._say(f"{error}; trying again in {wait:.0f} s ({attempt + 1} of {_ATTEMPTS})")
                await self._sleep(wait)
        raise AssertionError

    async def _follow(self, url: str, body: Mapping[str, object] | None) -> object:
        for _ in range(_REDIRECTS + 1):
            found = await self._once(url, body)
            if not isinstance(found, _Elsewhere):
                return found.value
            url = urljoin(url, found.url)
            _host(url, self._origins)
        raise FetchError(f"{_host(url, self._origins)} sends from one address to the next without end")

    async def _once(self, url: str, body: Mapping[str, object] | None) -> _Elsewhere | _Found:
        """One request. Raises FetchError and _PassingError."""
        host = _host(url, self._origins)
        await self._pace(host)
        parts = urlsplit(url)
        address = self._origins[host] + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            async with self._session.request(
                "GET" if body is None else "POST",
                address,
                json=body,
                allow_redirects=False,
                # What is packed has no size until it is unpacked.
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                timeout=aiohttp.ClientTimeout(total=self._limits.total, sock_read=self._limits.silence),
            ) as answer:
                self._retune(host, answer.headers)
                return await self._read(host, answer, body is not None)
        except TimeoutError:
            raise _PassingError(f"{host} takes too long to answer") from None
        except (aiohttp.ClientConnectorError, aiohttp.ClientConnectionResetError, OSError):
            raise _PassingError(f"{host} can't be reached") from None
        except aiohttp.ClientPayloadError:
            raise _PassingError(f"{host} broke off in the middle of its answer") from None
        except aiohttp.ServerDisconnectedError:
            raise _PassingError(f"{host} hung up without an answer") from None
        except aiohttp.ClientError as error:
            raise FetchError(f"{host} gave an answer that can't be understood ({type(error).__name__})") from None

    async def _read(self, host: str, answer: aiohttp.ClientResponse, posted: bool) -> _Elsewhere | _Found:
        status = answer.status
        if status in (301, 302, 303, 307, 308):
            if posted and status not in (307, 308):
                raise FetchError(f"{host} answered a question by sending elsewhere")
            return _Elsewhere(answer.headers.get("Location", ""))
        if status == 429:
            raise _PassingError(f"{host} asks for a pause", _seconds(answer.headers.get("Retry-After")))
        if status == 404:
            raise FetchError(f"{host} has no such show")
        if status >= 500:
            raise _PassingError(f"{host} answered {status}", _seconds(answer.headers.get("Retry-After")))
        if status != 200:
            raise FetchError(f"{host} answered {status}")
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise FetchError(f"{host} sent its answer packed, which was not asked for")
        size = self._limits.size
        if (answer.content_length or 0) > size:
            raise FetchError(f"the answer of {host} is larger than {size // 1024:,} KiB")
        data = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            data += chunk
            if len(data) > size:
                raise FetchError(f"the answer of {host} is larger than {size // 1024:,} KiB")
        try:
            return _Found(read_json(bytes(data)))
        except UpstreamError as error:
            raise FetchError(f"what {host} answered can't be read: {error}") from None

    async def _pace(self, host: str) -> None:
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next.get(host, now))
        self._next[host] = turn + self._paces[host]
        if turn > now:
            await self._sleep(turn - now)

    def _retune(self, host: str, headers: Mapping[str, str]) -> None:
        """Goes as slowly as a service says, which may be slower than what it is known for, and not faster."""
        said = headers.get("X-RateLimit-Limit", "")
        if said.isascii() and said.isdigit() and 1 <= len(said) <= 6:
            self._paces[host] = min(max(PACES[host], 60 / max(int(said), 1)), 60.0)


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    url: str


@dataclass(frozen=True, slots=True)
class _Found:
    value: object


def _host(url: str, origins: Mapping[str, str]) -> str:
    """The host of an address that may be asked. Raises FetchError for every other."""
    try:
        parts = urlsplit(url)
        host, plain = parts.hostname or "", parts.port is None and parts.username is None
    except ValueError:
        host, parts, plain = "", urlsplit(""), False
    if parts.scheme != "https" or host not in origins or not plain:
        where = host[:80] if host.isascii() and host.isprintable() else ""
        raise FetchError(
            f"an answer leads to {where or 'another place'}, and only https://{' and https://'.join(origins)} are asked"
        )
    return host


def _seconds(said: str | None) -> float | None:
    """What a header asks to wait; None where it says nothing that can be read."""
    if said is None or not said.isascii() or not said.isdigit() or len(said) > 9:
        return None
    return float(max(int(said), 1))


@asynccontextmanager
async def web(
    say: Say,
    *,
    origins: Mapping[str, str] = ORIGINS,
    limits: Limits | None = None,
    sleep: Sleep = asyncio.sleep,
) -> AsyncGenerator[Web]:
    """The services for as long as this lasts. ``origins``: where each of the hosts is, by its name."""
    async with aiohttp.ClientSession(
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "Cliffhanger (self-hosted Discord bot)"},
        trust_env=True,
    ) as session:
        yield Web(session, say, origins, limits or Limits(), sleep)
