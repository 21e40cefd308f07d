"""The page of the demo: simcord's preview, made to hold the whole server and somebody's view of it.

simcord shows one channel, in one zone, and changes only when it is told to. Here every page has its own person
and room, everything is told in that person's zone and language, the page follows what happens, and there is a
frame around it to move time, and to change the room and who one is.

It reaches into private parts of simcord's preview; see `bot/demo/simulation.py`.
"""
# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingParameterType=false

from __future__ import annotations

import asyncio
import contextlib
import html
import logging
from collections.abc import Callable, Generator, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self, cast

import simcord.preview
from aiohttp import web
from simcord.backend.errors import BackendError, SetupError
from simcord.interactions import command_leaves
from simcord.preview import Preview
from simcord.preview._commands import _authorized_catalog
from simcord.preview._pages import _Page
from simcord.preview._server import PreviewServer, _read_json_body

from bot.demo.simulation import happenings
from bot.demo.timekeeper import Timekeeper
from bot.demo.world import BOT_NAME, DIRECT, PEOPLE, ROOMS, SERVER_NAME, World

log = logging.getLogger(__name__)

_STATIC = Path(__file__).parent / "static"
_FILES = {"/demo.css": "text/css", "/demo.js": "application/javascript"}
_PERSON = {person.key: person for person in PEOPLE}

#: How often pages are brought up to date in seconds: where something happened, and where only time went by.
_WATCH = 0.25
_IDLE = 15.0


@dataclass(frozen=True, slots=True)
class Airing:
    """What the button to the next air time leads to."""

    label: str
    at: datetime


NextAiring = Callable[[datetime], Airing | None]


class Stage(Preview):
    """A preview whose pages each have their own room and person."""

    _MAX_PAGES = 64

    def __init__(self, world: World, time: Timekeeper, next_airing: NextAiring, port: int) -> None:
        channel, viewer = world.room(PEOPLE[0].key, next(iter(world.channels)))
        super().__init__(
            world.env,
            channel,
            (viewer,),
            layout="channel",
            display="responsive",
            width=960,
            height=720,
            locale=PEOPLE[0].locale,
            timezone=PEOPLE[0].zone,
            presentation_time=None,
            assets=world.assets,
            port=port,
        )
        self.world = world
        self.time = time
        self.next_airing = next_airing
        self._server = _Server(self, port)
        self._seen = -1

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        return self

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"{self._origin}/"

    def open_room(self, person: str, room: str) -> _Page:
        """A new page. Raises KeyError for a person or room that there is not."""
        channel, viewer = self.world.room(person, room)
        with self._facing(channel.id, viewer.id):
            return self._open_page()

    def bring_up_to_date(self) -> None:
        """Show every page what is so now."""
        self._seen = happenings(self.env)
        self._advance_presentation_time()
        for page in tuple(self._pages.values()):
            self._publish(page, reason="refresh")

    async def watch(self) -> None:
        """Keep the pages up to date until cancelled. No error ends it."""
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            await asyncio.sleep(_WATCH)
            if happenings(self.env) == self._seen and loop.time() - last < _IDLE:
                continue
            async with self.time.turn:
                last = loop.time()
                try:
                    self.bring_up_to_date()
                except Exception:
                    log.exception("The page could not be brought up to date")

    @contextlib.contextmanager
    def _facing(self, channel_id: int, viewer_id: int) -> Generator[None]:
        before = (self.channel, self.viewers, self.locale, self.timezone)
        key, room = self.world.place(channel_id, viewer_id)
        channel, viewer = self.world.room(key, room)
        person = _PERSON[key]
        self.channel, self.viewers, self.locale, self.timezone = (
            channel,
            (viewer,),
            person.locale,
            person.zone,
        )
        try:
            yield
        finally:
            self.channel, self.viewers, self.locale, self.timezone = before

    def _publish(self, page: _Page, *, reason: Any = "action") -> None:
        with self._facing(page.channel_id, page.viewer.id):
            super()._publish(page, reason=reason)
        # The page draws a message anew only where it changed, and to simcord "in 4 hours" does not.
        for message in page.snapshot["messages"].values():
            message["relative"] = [_coarse(self.capture_time, unix) for unix in _relative_times(message)]

    async def _action(self, context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with self.time.turn:
            page = self._get_page(context_id)
            if isinstance(body.get("published_revision"), int):
                # Pages change by themselves here. What was on one a moment ago is still meant, and simcord
                # looks whether it is still there in any case.
                body = {**body, "published_revision": page.revision}
            self._advance_presentation_time()
            with self._facing(page.channel_id, page.viewer.id):
                return await super()._action(context_id, body)

    def command_names(self, page: _Page) -> dict[str, Any]:
        """The slash picker's content, in the person's language."""
        catalog: dict[str, Any] = deepcopy(_authorized_catalog(self, page))
        locale = _PERSON[self.world.place(page.channel_id, page.viewer.id)[0]].locale
        try:
            visible = self.env.backend.visible_commands(user_id=page.viewer.id, channel_id=page.channel_id)
        except (BackendError, SetupError):
            return catalog
        known = {
            f"{command['id']}:{'.'.join(path)}": (command, path, leaf)
            for command in visible
            for path, leaf in command_leaves(command)
        }
        for entry in catalog["entries"]:
            if entry["key"] in known:
                _localise(entry, *known[entry["key"]], locale)
        return catalog


class _Server(PreviewServer):
    """simcord's pages with a frame around them."""

    preview: Stage

    async def start(self) -> None:
        # Sets up simcord's own routes as it does, with ours before the server listens.
        simcord.preview._server.web = web  # pyright: ignore[reportAttributeAccessIssue]
        app = web.Application(handler_args={"handler_cancellation": False})
        app.router.add_get("/", self._index)
        for path in _FILES:
            app.router.add_get(path, self._own_file)
        for path in self._STATIC_FILES:
            if path != "/":
                app.router.add_get(path, self._static)
        app.router.add_post("/api/pages", self._pages)
        app.router.add_delete("/api/pages/{context_id}", self._delete_page)
        app.router.add_get("/api/state", self._state)
        app.router.add_get("/api/commands", self._commands)
        app.router.add_get("/api/action-result", self._action_result)
        app.router.add_post("/api/action", self._action)
        app.router.add_get("/api/assets/{asset_id}", self._asset)
        app.router.add_get("/demo/now", self._now)
        app.router.add_post("/demo/leap", self._leap)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self.runner.setup()
        # An operating system that can't bind says so in words of its own; the caller finds better ones.
        site = web.TCPSite(self.runner, "127.0.0.1", self._requested_port)
        await site.start()
        self.site = site
        self.port = int(self.runner.addresses[0][1])

    async def _index(self, request: web.Request) -> web.Response:
        # Only pages of this address can read this one, so it may hold the key to the rest.
        response: web.Response = await super()._index(request)
        response.text = frame(cast(str, response.text), self.preview.capability)
        return response

    async def _own_file(self, request: web.Request) -> web.Response:
        if request.headers.get("Host", "") not in self._allowed_hosts():
            raise web.HTTPForbidden
        return web.Response(
            text=(_STATIC / request.path.removeprefix("/")).read_text(encoding="utf-8"),
            content_type=_FILES[request.path],
            headers=self._SECURITY_HEADERS,
        )

    async def _static(self, request: web.Request) -> web.Response:
        response: web.Response = await super()._static(request)
        if request.path.startswith("/fonts/"):
            # 30 MB that never change, and every change of room loads the page anew.
            response.headers["Cache-Control"] = "private, max-age=604800, immutable"
            del response.headers["Pragma"]
        elif request.path == "/commands.js":
            # Discord finds a command by its English name too, whatever language it is shown in.
            response.text = cast(str, response.text).replace(
                'String(entry.invocation || "");', '`${entry.invocation || ""} ${entry.original || ""}`.trim();', 1
            )
        return response

    async def _pages(self, request: web.Request) -> web.Response:
        if not self._authorized(request):
            raise web.HTTPUnauthorized
        body = await _read_json_body(request)
        person, room = _chosen(cast("dict[str, Any]", body) if isinstance(body, dict) else {})
        async with self.preview.time.turn:
            page = self.preview.open_room(person, room)
        return web.json_response(self.preview._page_payload(page), headers=self._SECURITY_HEADERS)

    async def _commands(self, request: web.Request) -> web.Response:
        context_id = request.headers.get("X-Simcord-Context")
        if not self._authorized(request, context=context_id):
            raise web.HTTPUnauthorized
        try:
            page = self.preview._get_page(context_id)
        except (SetupError, BackendError):
            raise web.HTTPGone from None
        return web.json_response(self.preview.command_names(page), headers=self._SECURITY_HEADERS)

    async def _now(self, request: web.Request) -> web.Response:
        if not self._authorized(request):
            raise web.HTTPUnauthorized
        return self._report(*_chosen(request.query))

    async def _leap(self, request: web.Request) -> web.Response:
        if not self._authorized(request):
            raise web.HTTPUnauthorized
        body = await _read_json_body(request)
        wanted = cast("dict[str, Any]", body).get("to") if isinstance(body, dict) else None
        time = self.preview.time
        now = time.now()
        match wanted:
            case "hour":
                to = now + timedelta(hours=1)
            case "day":
                to = now + timedelta(days=1)
            case "airing":
                airing = self.preview.next_airing(now)
                to = now if airing is None else airing.at
            case _:
                raise web.HTTPBadRequest(text="`to` is hour, day or airing")
        await time.leap(to)
        async with time.turn:
            self.preview.bring_up_to_date()
        return self._report(*_chosen(request.query))

    def _report(self, person: str, room: str) -> web.Response:
        stage = self.preview
        now = stage.time.now()
        airing = stage.next_airing(now)
        return web.json_response(
            {
                "server": SERVER_NAME,
                "now": now.isoformat(),
                "leaping": stage.time.leaping,
                "airing": None if airing is None else {"label": airing.label, "at": airing.at.isoformat()},
                "person": person,
                "room": room,
                "people": [
                    {
                        "key": who.key,
                        "name": who.name,
                        "city": who.city,
                        "zone": who.zone,
                        "locale": who.locale,
                        "colour": who.colour,
                    }
                    for who in PEOPLE
                ],
                "rooms": [
                    {
                        "key": key,
                        "name": BOT_NAME if key == DIRECT else key,
                        "direct": key == DIRECT,
                        "messages": stage.world.visible_messages(person, key),
                    }
                    for key in ROOMS
                ],
            },
            headers=self._SECURITY_HEADERS,
        )


def frame(page: str, capability: str) -> str:
    """simcord's page with the frame of the demo around it. Raises ValueError where it isn't as expected."""
    body = (_STATIC / "frame.html").read_text(encoding="utf-8")
    for marker, replacement in (
        ("<title>SimCord Preview</title>", f"<title>{SERVER_NAME}</title>"),
        (
            "</head>",
            f'  <meta name="demo-key" content="{html.escape(capability)}">\n'
            '    <link rel="stylesheet" href="/demo.css">\n  </head>',
        ),
        ("<body>", f'<body class="demo">\n{body}'),
        ('<script type="module"', '<script src="/demo.js"></script>\n    <script type="module"'),
    ):
        if page.count(marker) != 1:
            raise ValueError(f"simcord's page has no single {marker}")
        page = page.replace(marker, replacement)
    return page


def _chosen(given: Mapping[str, Any]) -> tuple[str, str]:
    """The person and the room that a request names; the first ones where it names none that there is."""
    person, room = given.get("person"), given.get("room")
    return (
        person if isinstance(person, str) and person in _PERSON else PEOPLE[0].key,
        room if isinstance(room, str) and room in ROOMS else ROOMS[0],
    )


def _relative_times(value: Any) -> Iterator[int]:
    if isinstance(value, dict):
        token = cast("dict[str, Any]", value)
        if token.get("type") == "timestamp" and token.get("style") == "R":
            with contextlib.suppress(TypeError, ValueError):
                yield int(token["unix"])
        for child in token.values():
            yield from _relative_times(child)
    elif isinstance(value, list):
        for child in cast("list[Any]", value):
            yield from _relative_times(child)


def _coarse(now: datetime, unix: int) -> str:
    """What changes when the words for the distance between two instants do."""
    seconds = unix - now.timestamp()
    for unit, length in (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if abs(seconds) >= length:
            return f"{round(seconds / length)} {unit}"
    return f"{round(seconds / 15)} seconds"


def _localise(
    entry: dict[str, Any], command: Mapping[str, Any], path: list[str], leaf: Mapping[str, Any], locale: str
) -> None:
    names: list[str] = []
    node: Mapping[str, Any] | None = command
    for depth, part in enumerate(path):
        if depth:
            node = next((child for child in (node or {}).get("options") or [] if child.get("name") == part), None)
        names.append(((node or {}).get("name_localizations") or {}).get(locale, part))
    entry["original"] = entry["invocation"]
    entry["invocation"] = " ".join(names)
    entry["description"] = (leaf.get("description_localizations") or {}).get(locale, entry["description"])
    for option, raw in zip(entry["options"], leaf.get("options") or [], strict=True):
        option["description"] = (raw.get("description_localizations") or {}).get(locale, option["description"])
        for choice, offered in zip(option["choices"], raw.get("choices") or [], strict=True):
            choice["name"] = (offered.get("name_localizations") or {}).get(locale, choice["name"])
