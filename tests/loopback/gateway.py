"""The loopback Discord's gateway: hello, identify, heartbeats, events with numbers, resume with replay.

Events are sent as plain text, which a client that asked for compression accepts as well. Each session hears of the
servers of its shard, and the first one of everything besides.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.loopback.world import Guild, User

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT, REQUEST_MEMBERS = 0, 1, 2, 3, 6, 7, 8
INVALID_SESSION, HELLO, HEARTBEAT_ACK = 9, 10, 11
_ABOUT_A_SERVER = frozenset({"GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE"})
PRIVILEGED_INTENTS = 1 << 1 | 1 << 8 | 1 << 15
UNKNOWN_ERROR, BAD_TOKEN, BAD_INTENTS = 4000, 4004, 4014


@dataclass(eq=False)
class Session:
    """One identified bot: every event it was sent, and its socket, None while it is away."""

    id: str
    intents: int
    socket: web.WebSocketResponse | None = None
    request: web.Request | None = None
    number: int = 0
    events: list[tuple[int, str]] = field(default_factory=list)
    shard: tuple[int, int] = (0, 1)

    def hears(self, guild_id: int) -> bool:
        """Whether it is for a server (0: for what is in none)."""
        number, count = self.shard
        return (guild_id >> 22) % count == number

    @property
    def connected(self) -> bool:
        return self.socket is not None and not self.socket.closed

    async def dispatch(self, event: str, data: Any) -> None:
        self.number += 1
        frame = json.dumps({"op": DISPATCH, "t": event, "s": self.number, "d": data})
        self.events.append((self.number, frame))
        await self.send(frame)

    async def send(self, frame: str) -> None:
        """Send to whoever is there; what is lost on the way is replayed at the next resume."""
        if self.socket is not None and not self.socket.closed:
            with suppress(ConnectionError, RuntimeError):
                await self.socket.send_str(frame)


class Gateway:
    """Keeps the sessions. Counts `identifies` and `resumes`; `acknowledge` False makes it deaf to heartbeats.

    `open` False refuses new connections with 503, `resumable` False every attempt to resume.
    """

    def __init__(
        self,
        bot: User,
        token: Callable[[], str],
        guilds: dict[int, Guild],
        changed: Callable[[], None],
        resume_url: Callable[[], str],
    ) -> None:
        self.bot = bot
        self.sessions: dict[str, Session] = {}
        self.identifies = 0
        self.resumes = 0
        self.heartbeats = 0
        self.acknowledge = True
        self.open = True
        self.resumable = True
        self.heartbeat_interval_ms = 41_250
        self.presences: list[dict[str, Any]] = []
        self._token = token
        self._guilds = guilds
        self._changed = changed
        self._resume_url = resume_url

    @property
    def connected(self) -> bool:
        return any(session.connected for session in self.sessions.values())

    async def dispatch(self, event: str, data: Any, *, intents: int = 0) -> None:
        """Send an event to every session with one of `intents` (0 = to all), kept for those away."""
        guild_id = int(data["id"] if event in _ABOUT_A_SERVER else data.get("guild_id") or 0)
        for session in list(self.sessions.values()):
            if not session.hears(guild_id):
                continue
            if not intents or session.intents & intents:
                await session.dispatch(event, data)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if not self.open:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(max_msg_size=1 << 20)
        await socket.prepare(request)
        await _send(socket, HELLO, {"heartbeat_interval": self.heartbeat_interval_ms})
        session: Session | None = None
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                frame = json.loads(message.data)
                session = await self._receive(request, socket, session, frame["op"], frame.get("d"))
        finally:
            if session is not None and session.socket is socket:
                session.socket = session.request = None
            self._changed()
        return socket

    async def _receive(
        self, request: web.Request, socket: web.WebSocketResponse, session: Session | None, op: int, data: Any
    ) -> Session | None:
        if op == HEARTBEAT:
            self.heartbeats += 1
            if self.acknowledge:
                await _send(socket, HEARTBEAT_ACK, None)
        elif op == IDENTIFY:
            session = await self._identify(request, socket, data)
        elif op == RESUME:
            session = await self._resume(request, socket, data)
        elif op == PRESENCE:
            self.presences.append(data)
        elif op == REQUEST_MEMBERS and session is not None:
            await self._send_members(session, data)
        else:
            await socket.close(code=UNKNOWN_ERROR)
        self._changed()
        return session

    async def _identify(
        self, request: web.Request, socket: web.WebSocketResponse, data: dict[str, Any]
    ) -> Session | None:
        self.identifies += 1
        if data["token"] != self._token():
            await socket.close(code=BAD_TOKEN)
            return None
        if data["intents"] & PRIVILEGED_INTENTS:
            await socket.close(code=BAD_INTENTS)
            return None
        session = Session(secrets.token_hex(16), data["intents"], socket, request)
        self.sessions[session.id] = session
        if "shard" in data:
            session.shard = data["shard"][0], data["shard"][1]
        guilds = [guild for guild in self._guilds.values() if guild.installed and session.hears(guild.id)]
        ready = {
            "v": 10,
            "user": self.bot.payload() | {"verified": True, "mfa_enabled": True, "email": None},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self._resume_url(),
            "application": {"id": str(self.bot.id), "flags": 0},
            "private_channels": [],
            "relationships": [],
            "_trace": [],
        }
        if "shard" in data:
            ready["shard"] = data["shard"]
        await session.dispatch("READY", ready)
        for guild in guilds:
            await session.dispatch("GUILD_CREATE", guild.payload(self.bot))
        return session

    async def _resume(
        self, request: web.Request, socket: web.WebSocketResponse, data: dict[str, Any]
    ) -> Session | None:
        session = self.sessions.get(data["session_id"])
        if data["token"] != self._token():
            await socket.close(code=BAD_TOKEN)
            return None
        if not self.resumable or session is None or not isinstance(data["seq"], int) or data["seq"] > session.number:
            await _send(socket, INVALID_SESSION, False)
            return None
        self.resumes += 1
        session.socket, session.request = socket, request
        for number, frame in list(session.events):
            if number > data["seq"]:
                await session.send(frame)
        await session.dispatch("RESUMED", {"_trace": []})
        return session

    async def _send_members(self, session: Session, data: dict[str, Any]) -> None:
        guild = self._guilds[int(data["guild_id"])]
        wanted = data.get("user_ids")
        ids = [wanted] if isinstance(wanted, str | int) else wanted
        found = [
            member
            for member in guild.members.values()
            if (str(member.user.id) in map(str, ids) if ids else member.user.name.startswith(data.get("query") or ""))
        ]
        chunk = {
            "guild_id": str(guild.id),
            "members": [member.payload() for member in found],
            "chunk_index": 0,
            "chunk_count": 1,
            "nonce": data.get("nonce"),
        }
        await session.dispatch("GUILD_MEMBERS_CHUNK", chunk)

    async def drop(self) -> None:
        """Cut every socket without a goodbye, as a broken network does; sessions can be resumed."""
        for session in self.sessions.values():
            request, session.socket, session.request = session.request, None, None
            if request is not None and request.transport is not None:
                request.transport.abort()

    async def close(self, code: int = UNKNOWN_ERROR) -> None:
        """Close every socket with a code; sessions can be resumed."""
        for session in self.sessions.values():
            socket, session.socket, session.request = session.socket, None, None
            if socket is not None:
                with suppress(ConnectionError):
                    await socket.close(code=code)

    async def ask_to_reconnect(self) -> None:
        """Send RECONNECT, as before a gateway goes into maintenance."""
        for session in self.sessions.values():
            await session.send(json.dumps({"op": RECONNECT, "d": None}))

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Send INVALID_SESSION; unless `resumable` the sessions are forgotten and the bot has to identify."""
        sessions = list(self.sessions.values())
        if not resumable:
            self.sessions.clear()
        for session in sessions:
            await session.send(json.dumps({"op": INVALID_SESSION, "d": resumable}))


async def _send(socket: web.WebSocketResponse, op: int, data: Any) -> None:
    with suppress(ConnectionError):
        await socket.send_str(json.dumps({"op": op, "d": data, "s": None, "t": None}))
