"""A Discord small enough to start in a test: REST, gateway, rate limits, and a hand to steer it by.

    async with LoopbackDiscord() as discord:
        guild = discord.add_guild("Watchers")
        mina = discord.add_user("mina", locale="ko", guild=guild)
        general = discord.add_channel(guild, "general")
        ...  # a bot logs in, see `launch.py` and `process.py`
        answer = await discord.slash(mina, general, "recap", {"episode": 7})

It is strict: a message that does not name whom it may ping is refused, and so is a body that breaks
Discord's limits or its OpenAPI document where that is at hand. What was refused so is listed in `refused`,
which a test expects empty. Its limits and its window for nonces are a model. There are no voice, threads,
events or permissions by overwrite.
"""

from __future__ import annotations

import asyncio
import json
import math
import secrets
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from tests.loopback import interactions, rest
from tests.loopback.faults import Fault
from tests.loopback.gateway import Gateway
from tests.loopback.interactions import Answer
from tests.loopback.launch import point_discord_at
from tests.loopback.pacing import Limits, Pace, Standing, Windows
from tests.loopback.world import MEMBER_PERMISSIONS, Channel, Guild, Member, Message, Role, Snowflakes, User
from tests.openapi import check_request

TOKEN = "loopback.token.0"
_API = "/api/v10"
_INVALID = frozenset({401, 403, 429})
_GUILD_MESSAGES, _DIRECT_MESSAGES = 1 << 9, 1 << 12


@dataclass
class Request:
    """One REST request; `status` is None where the connection was cut, `at` is in timer seconds."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    at: float
    status: int | None = None
    files: list[tuple[str, str, bytes]] = field(default_factory=list)


class LoopbackDiscord:
    """The server and all that is in it.

    `timer` gives the seconds that limits and nonces are measured by, `clock` the time of day (seconds since 1970)
    that ids and answers carry, None for the machine's. `nonce_window` is for how many seconds a nonce is remembered.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        limits: Limits | None = None,
        timer: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] | None = None,
        nonce_window: float = rest.NONCE_WINDOW,
    ) -> None:
        self.token = token
        self.limits = limits or Limits()
        self.now = timer
        self.nonce_window = nonce_window
        self._clock = clock
        self.snowflakes = Snowflakes(clock)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self._dms: dict[int, Channel] = {}
        self.bot = self.add_user("cliffhanger", bot=True)
        self.owner = self.add_user("owner")
        self.application_flags = 0
        self.commands: dict[int | None, list[dict[str, Any]]] = {}
        self.syncs: list[int | None] = []
        self.answers: dict[str, Answer] = {}
        self.accepted: list[Message] = []
        self.absorbed: list[Message] = []
        self.requests: list[Request] = []
        self.refused: list[str] = []
        self.faults: list[Fault] = []
        self.url = ""
        self.gateway = Gateway(self.bot, lambda: self.token, self.guilds, self.changed, lambda: self.gateway_url)
        self._nonces: dict[str, tuple[float, Message]] = {}
        self._windows = Windows()
        self._waiting: set[asyncio.Future[None]] = set()
        self._sending: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None

    # Life

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1, by default on a free port, which `url` then names."""
        app = web.Application(client_max_size=64 << 20)
        app.router.add_get("/gateway/", self.gateway.handle)
        app.router.add_get("/attachments/{channel}/{message}/{name}", self._serve_attachment)
        app.router.add_route("*", _API + "/{tail:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = site.name if port else f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close every socket and stop listening; what happened stays readable."""
        for task in self._sending:
            task.cancel()
        await self.gateway.close(1001)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def api_url(self) -> str:
        return self.url + _API

    @property
    def gateway_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/gateway/"

    @contextmanager
    def reached_by_this_process(self) -> Iterator[None]:
        """Let discord.py clients of this process come here instead of to Discord, until the block ends."""
        undo = point_discord_at(self.url)
        try:
            yield
        finally:
            undo()

    # Seeding

    def add_user(
        self,
        name: str,
        *,
        locale: str = "en-US",
        bot: bool = False,
        guild: Guild | None = None,
        **member: Any,
    ) -> User:
        """Make a person, at once a member of `guild` where one is given (`member` as for `add_member`)."""
        user = User(self.snowflakes.next(), name, locale, bot)
        self.users[user.id] = user
        if guild is not None:
            self.add_member(guild, user, **member)
        return user

    def add_guild(
        self, name: str, *, owner: User | None = None, locale: str = "en-US", installed: bool = True
    ) -> Guild:
        """Make a server; `installed` False leaves the bot out of it but for people's own installations."""
        guild = Guild(self.snowflakes.next(), name, owner or self.owner, locale, installed)
        self.guilds[guild.id] = guild
        self.add_member(guild, guild.owner, permissions=MEMBER_PERMISSIONS | 8)
        if installed:
            self.add_member(guild, self.bot)
            self._tell("GUILD_CREATE", lambda: guild.payload(self.bot), intents=1)
        return guild

    def add_member(
        self,
        guild: Guild,
        user: User,
        *,
        permissions: int = MEMBER_PERMISSIONS,
        roles: list[Role] | None = None,
    ) -> Member:
        """Put a person into a server, or change what they may do there."""
        member = guild.members[user.id] = Member(user, permissions, roles or [])
        return member

    def add_role(
        self, guild: Guild, name: str, *, mentionable: bool = False, permissions: int = 0, position: int = 1
    ) -> Role:
        role = Role(self.snowflakes.next(), name, permissions, mentionable, position)
        guild.roles[role.id] = role
        self._tell("GUILD_ROLE_CREATE", lambda: {"guild_id": str(guild.id), "role": role.payload()}, intents=1)
        return role

    def add_channel(
        self, guild: Guild, name: str = "general", *, visible: bool = True, writable: bool = True
    ) -> Channel:
        channel = Channel(self.snowflakes.next(), name, guild, visible=visible, writable=writable)
        self.channels[channel.id] = guild.channels[channel.id] = channel
        if guild.installed:
            self._tell("CHANNEL_CREATE", channel.payload, intents=1)
        return channel

    def dm(self, user: User) -> Channel:
        """The direct messages between the bot and a person, made where there were none."""
        channel = self._dms.get(user.id)
        if channel is None:
            channel = self._dms[user.id] = Channel(self.snowflakes.next(), user.name, recipient=user)
            self.channels[channel.id] = channel
        return channel

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel, and tell the bot so where it is in the server."""
        channel.deleted = True
        if channel.guild is not None:
            channel.guild.channels.pop(channel.id, None)
            self._tell("CHANNEL_DELETE", channel.payload, intents=1)

    # What members do

    async def slash(
        self,
        user: User,
        channel: Channel,
        command: str,
        options: Mapping[str, Any] | None = None,
        *,
        within: float = 10.0,
    ) -> Answer:
        """Use a command ("watch-party create" for one below another) and wait for the answer to be complete.

        Complete is any first response; after "thinking…" the message that takes its place. Raises
        LookupError and ValueError for what Discord's client would not let through, TimeoutError where no
        answer came in 3 seconds, or where "thinking…" stayed for `within` seconds.
        """
        registered, path = self._command(channel, user, command)
        data = interactions.command_data(registered, path, options or {}, channel)
        return await self._interact(user, channel, interactions.COMMAND, data, within=within)

    async def autocomplete(
        self,
        user: User,
        channel: Channel,
        command: str,
        option: str,
        typed: str = "",
        options: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        """Type into an option and return the choices offered; `options` are those filled in before."""
        registered, path = self._command(channel, user, command)
        given = {**(options or {}), option: typed}
        data = interactions.command_data(registered, path, given, channel, focused=option)
        answer = await self._interact(user, channel, interactions.AUTOCOMPLETE, data)
        return answer.choices

    async def click(
        self,
        message: Message | Answer,
        custom_id: str,
        user: User,
        *,
        values: list[str] | None = None,
        forged: bool = False,
        within: float = 10.0,
    ) -> Answer:
        """Press a button or choose `values` in a select, of a message or an answer's; waits as `slash` does.

        `forged` lets through a custom_id that the message doesn't offer. After a response that updates the
        message, `Answer.message` is that message.
        """
        if isinstance(message, Answer):
            if message.message is None:
                raise LookupError("the answer has no message")
            message = message.message
        data = interactions.component_data(message, custom_id, values, forged=forged)
        kind = interactions.COMPONENT
        return await self._interact(user, message.channel, kind, data, source=message, within=within)

    async def submit(self, modal: Answer, values: Mapping[str, Any], *, within: float = 10.0) -> Answer:
        """Send off the modal that `modal` opened, with `values` by custom_id; waits as `slash` does."""
        if modal.modal is None:
            raise LookupError("the answer opened no modal")
        data = interactions.modal_data(modal.modal, values)
        kind = interactions.MODAL_SUBMIT
        return await self._interact(modal.user, modal.channel, kind, data, source=modal.source, within=within)

    def _command(self, channel: Channel, user: User, name: str) -> tuple[dict[str, Any], list[str]]:
        root, *path = name.removeprefix("/").split()
        scopes = [channel.guild.id, None] if channel.guild else [None]
        offered = [command for scope in scopes for command in self.commands.get(scope, [])]
        for command in offered:
            if command["name"] == root and command["type"] == 1:
                break
        else:
            raise LookupError(f"/{root} is not registered, only {sorted({c['name'] for c in offered})}")
        contexts, context = command.get("contexts"), 0 if channel.guild else 1
        if contexts is not None and context not in contexts:
            raise LookupError(f"/{root} is offered in the contexts {contexts}, not in {context}")
        if contexts is None and not channel.guild and not command.get("dm_permission", True):
            raise LookupError(f"/{root} is not offered in direct messages")
        if channel.guild is not None:
            needed = int(command.get("default_member_permissions") or 0)
            kind = 0 if channel.guild.installed else 1
            if not interactions.permitted(channel.guild.members.get(user.id), needed):
                raise LookupError(f"/{root} is not offered to {user.name}")
            if kind not in (command.get("integration_types") or [0]):
                raise LookupError(f"/{root} cannot be used as {('a server', 'a person')[kind]}'s app")
        return command, path

    async def _interact(
        self,
        user: User,
        channel: Channel,
        kind: int,
        data: dict[str, Any],
        *,
        source: Message | None = None,
        within: float = 10.0,
    ) -> Answer:
        await self.connected()
        answer = Answer(self.snowflakes.next(), secrets.token_urlsafe(40), kind, user, channel, self.now(), source)
        owners = interactions.installed_for(channel, user)
        payload = interactions.envelope(answer, self.bot.id, owners) | {"data": data}
        self.answers[answer.token] = answer
        await self.gateway.dispatch("INTERACTION_CREATE", payload)
        asked = data.get("name") or data.get("custom_id")
        await self.until(lambda: answer.type is not None, rest.FIRST_RESPONSE, f"an answer to {asked!r}")
        await self.until(lambda: not answer.deferred, within, f"the deferred answer to {asked!r}")
        return answer

    # Watching

    async def connected(self, within: float = 10.0) -> None:
        """Wait until a bot is on the gateway."""
        await self.until(lambda: self.gateway.connected, within, "a bot on the gateway")

    async def until(self, condition: Callable[[], bool], within: float, what: str = "the condition") -> None:
        """Wait until something is so; raises TimeoutError, naming `what`, after `within` seconds.

        The condition is looked at again after every request and every frame.
        """
        try:
            async with asyncio.timeout(within):
                while not condition():
                    change = asyncio.get_running_loop().create_future()
                    self._waiting.add(change)
                    try:
                        await change
                    finally:
                        self._waiting.discard(change)
        except TimeoutError:
            raise TimeoutError(f"waited {within} s for {what}; {self._summary()}") from None

    def messages(self, channel: Channel) -> list[Message]:
        """What everybody in a channel can see, oldest first; the private replies are in the answers."""
        return [message for message in channel.messages.values() if not message.deleted]

    @property
    def invalid_requests(self) -> int:
        """How many answers counted towards Discord's ban at 10,000 in 10 minutes."""
        return sum(request.status in _INVALID for request in self.requests)

    def sent(self, method: str, pattern: str) -> list[Request]:
        """The requests whose path fits a shell pattern, such as `/channels/*/messages`."""
        probe = Fault(method, pattern, times=None)
        return [request for request in self.requests if probe.strikes(request.method, request.path)]

    def _summary(self) -> str:
        last = [f"{each.method} {each.path} -> {each.status}" for each in self.requests[-3:]]
        return f"last requests: {last}; refused: {self.refused[-3:]}; connected: {self.gateway.connected}"

    def changed(self) -> None:
        """Let those who wait with `until` look again."""
        for change in self._waiting:
            if not change.done():
                change.set_result(None)

    # Trouble

    def fault(self, method: str, path: str, **trouble: Any) -> Fault:
        """Put trouble in the way of requests to come; the keywords are those of `Fault`."""
        made = Fault(method, path, **trouble)
        self.faults.append(made)
        return made

    # What the routes use

    def accept(
        self,
        channel: Channel,
        body: dict[str, Any],
        files: list[tuple[str, str, bytes]],
        *,
        answer: Answer | None = None,
    ) -> Message:
        """Make a message of the bot's."""
        message = Message(
            self.snowflakes.next(),
            channel,
            self.bot,
            body,
            self.now(),
            webhook_token=answer.token if answer else None,
        )
        self._attach(message, body, files)
        if not message.ephemeral:
            channel.messages[message.id] = message
        self.accepted.append(message)
        return message

    def edit(self, message: Message, body: dict[str, Any], files: list[tuple[str, str, bytes]]) -> None:
        """Change a message of the bot's."""
        message.edit(body)
        self._attach(message, body, files)

    def _attach(self, message: Message, body: Mapping[str, Any], files: list[tuple[str, str, bytes]]) -> None:
        told = {str(each.get("id")): each for each in body.get("attachments") or []}
        for part, name, content in files:
            described = told.get(part.removeprefix("files[").removesuffix("]"), {})
            name = described.get("filename") or name
            message.files[name] = content
            url = f"{self.url}/attachments/{message.channel.id}/{message.id}/{name}"
            message.attachments.append(
                {
                    "id": str(self.snowflakes.next()),
                    "filename": name,
                    "description": described.get("description"),
                    "size": len(content),
                    "url": url,
                    "proxy_url": url,
                }
            )

    def remembered(self, nonce: str) -> Message | None:
        """The message that came with this nonce in the past few minutes, None where there was none."""
        at, message = self._nonces.get(nonce, (float("-inf"), None))
        return message if self.now() - at < self.nonce_window else None

    def remember(self, nonce: str, message: Message) -> None:
        self._nonces[nonce] = self.now(), message

    def announce(self, event: str, message: Message) -> None:
        """Tell those on the gateway who asked for messages."""
        guild = message.channel.guild
        extra = {} if guild is None else {"guild_id": str(guild.id)}
        intents = _DIRECT_MESSAGES if guild is None else _GUILD_MESSAGES
        self._tell(event, lambda: message.payload() | extra, intents=intents)

    def _tell(self, event: str, payload: Callable[[], dict[str, Any]], *, intents: int) -> None:
        if not self.gateway.sessions:
            return
        task = asyncio.get_running_loop().create_task(self.gateway.dispatch(event, payload(), intents=intents))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    # Serving

    async def _serve_attachment(self, request: web.Request) -> web.Response:
        channel = self.channels.get(int(request.match_info["channel"]))
        wanted = int(request.match_info["message"])
        for message in self.accepted:
            if message.id == wanted and message.channel is channel:
                content = message.files.get(request.match_info["name"])
                if content is not None:
                    return web.Response(body=content, content_type="application/octet-stream")
        raise web.HTTPNotFound

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = request.rel_url.raw_path.removeprefix(_API)
        body, files = await _read_body(request)
        record = Request(request.method, path, dict(request.query), body, self.now(), files=files)
        self.requests.append(record)
        self.changed()
        try:
            response, fault = await self._answer(request, record)
            record.status = None if response is None else response.status
            if response is not None and self._clock is not None:
                response.headers["Date"] = formatdate(self._clock(), usegmt=True)
            if response is not None and fault is not None and fault.answered and fault.then is not None:
                await response.prepare(request)
                await response.write_eof()
                fault.then()
        finally:
            self.changed()
        return web.Response() if response is None else response

    async def _answer(self, request: web.Request, record: Request) -> tuple[web.Response | None, Fault | None]:
        """The response, None where the connection was cut, and the trouble that the request met."""
        open_to_all = record.path.startswith(("/interactions/", "/webhooks/"))
        if not open_to_all and request.headers.get("Authorization") != f"Bot {self.token}":
            return _error(401, 0, "401: Unauthorized"), None
        fault = next((each for each in self.faults if each.strikes(record.method, record.path)), None)
        if fault is not None and not fault.after:
            return await self._strike(fault, request, lambda: self._carry_out(record, open_to_all)), fault
        response = self._carry_out(record, open_to_all)
        if fault is not None:
            return await self._strike(fault, request, lambda: response), fault
        return response, None

    async def _strike(
        self, fault: Fault, request: web.Request, go_on: Callable[[], web.Response]
    ) -> web.Response | None:
        if fault.then is not None and not fault.answered:
            fault.then()
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.drop or fault.reset:
            _cut(request, reset=fault.reset)
            return None
        if fault.status == 429:
            return _too_many(fault.retry_after, everywhere=fault.everywhere)
        if fault.status is not None:
            return _error(fault.status, fault.code, "A fault was asked for")
        return go_on()

    def _carry_out(self, record: Request, open_to_all: bool) -> web.Response:
        found = rest.find_route(record.method, record.path)
        if found is None:
            self.refused.append(f"unknown route {record.method} {record.path}")
            return _error(404, 0, "404: Not Found")
        route, raw_args = found
        standing = self._take(route, raw_args, open_to_all)
        if isinstance(standing, web.Response):
            return standing
        try:
            response = self._handle(record, route, raw_args)
        except rest.ApiError as error:
            response = _error(error.status, error.code, error.message)
        if standing is not None:
            response.headers.update(_rate_headers(standing))
        return response

    def _handle(self, record: Request, route: rest.Route, raw_args: dict[str, str]) -> web.Response:
        problems = check_request(record.method, record.path, record.body, record.query)
        if problems:
            self.refused += [f"{record.method} {record.path}: {problem}" for problem in problems]
            raise rest.ApiError(400, 50035, f"Invalid Form Body ({'; '.join(problems)})")
        args = {name: unquote(value) for name, value in raw_args.items()}
        status, data = route.handler(rest.Call(self, args, record.query, record.body, record.files))
        return web.Response(status=status) if data is None else _json(status, data)

    def _take(self, route: rest.Route, args: Mapping[str, str], open_to_all: bool) -> web.Response | Standing | None:
        """Count the request in its windows: a 429, or where it stands; None for what has no limit."""
        if route.template.startswith("/interactions/"):
            return None
        now = self.now()
        if not open_to_all:
            overall = self._windows.take("all", self.limits.overall, now)
            if not overall.accepted:
                return _too_many(overall.reset_after, everywhere=True)
        major = "+".join(args[name] for name in ("channel_id", "guild_id", "webhook_token") if name in args)
        standing = self._windows.take(f"{route.method} {route.template} @ {major}", self._pace(route, open_to_all), now)
        if not standing.accepted:
            response = _too_many(standing.reset_after, everywhere=False)
            response.headers.update(_rate_headers(standing))
            return response
        return standing

    def _pace(self, route: rest.Route, open_to_all: bool) -> Pace:
        if open_to_all:
            return self.limits.webhook
        if route.handler is rest.post_message:
            return self.limits.send
        if route.handler is rest.patch_message:
            return self.limits.edit
        return self.limits.other


async def _read_body(request: web.Request) -> tuple[Any, list[tuple[str, str, bytes]]]:
    """The JSON body, or that of `payload_json`, and the files as (part, file name, content)."""
    files: list[tuple[str, str, bytes]] = []
    if not request.can_read_body:
        return None, files
    if not request.content_type.startswith("multipart/"):
        text = await request.text()
        return (json.loads(text) if text else None), files
    body: Any = None
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        content = bytes(await part.read())
        if part.name == "payload_json":
            body = json.loads(content)
        else:
            files.append((part.name or "", part.filename or "", content))
    return body, files


def _cut(request: web.Request, *, reset: bool) -> None:
    if request.transport is None:
        return
    if reset:
        # Closing a socket that lingers for no time sends RST rather than FIN.
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


def _json(status: int, data: Any) -> web.Response:
    # discord.py parses JSON only where the type is exactly this, without a charset.
    body = json.dumps(data).encode()
    return web.Response(status=status, body=body, headers={"Content-Type": "application/json"})


def _error(status: int, code: int, message: str) -> web.Response:
    return _json(status, {"code": code, "message": message})


def _too_many(retry_after: float, *, everywhere: bool) -> web.Response:
    data = {
        "message": "You are being rate limited.",
        "retry_after": math.ceil(retry_after * 1000) / 1000,
        "global": everywhere,
        "code": 0,
    }
    response = _json(429, data)
    # Without Via discord.py takes the answer for a ban by Cloudflare and gives up.
    response.headers["Via"] = "1.1 loopback"
    response.headers["Retry-After"] = str(math.ceil(retry_after))
    response.headers["X-RateLimit-Scope"] = "global" if everywhere else "user"
    if everywhere:
        response.headers["X-RateLimit-Global"] = "true"
    return response


def _rate_headers(standing: Standing) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(standing.limit),
        "X-RateLimit-Remaining": str(standing.remaining),
        "X-RateLimit-Reset": f"{time.time_ns() / 1e9 + standing.reset_after:.3f}",
        "X-RateLimit-Reset-After": f"{standing.reset_after:.3f}",
        "X-RateLimit-Bucket": standing.bucket,
    }
