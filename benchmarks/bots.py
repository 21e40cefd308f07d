"""Servers that note when a request came, people in them, and the bots that answer: ours and bare ones."""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import os
import re
import socket
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Generator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from benchmarks.scenarios import First, Step
from bot.app.clock import SystemClock
from tests.loopback.faults import Fault
from tests.loopback.interactions import Answer
from tests.loopback.pacing import Limits, Pace
from tests.loopback.process import REPOSITORY, BotProcess, bot_process
from tests.loopback.server import LoopbackDiscord, Request
from tests.loopback.world import ALL_PERMISSIONS, Channel, Guild, User

#: Limits are none of what is measured.
_UNLIMITED = Limits(*(Pace(1_000_000, 1.0),) * 5)
_TOKEN = re.compile(r"/(?:interactions|webhooks)/\d+/([^/]+)")
#: How long to wait for what ought to come, in seconds.
_PATIENCE = 5.0
#: How long nothing more has to come until an answer counts as whole, in seconds.
_QUIET = 0.05


class MeasuredDiscord(LoopbackDiscord):
    """A loopback Discord that keeps the requests of each interaction together."""

    def __init__(self) -> None:
        super().__init__(limits=_UNLIMITED, timer=time.perf_counter)
        self.of: dict[str, list[Request]] = defaultdict(list)

    async def _answer(self, request: web.Request, record: Request) -> tuple[web.Response | None, Fault | None]:
        if found := _TOKEN.match(record.path):
            self.of[found[1]].append(record)
        return await super()._answer(request, record)


@contextmanager
def undisturbed() -> Generator[None]:
    """No search for garbage in this process, and no check of bodies against Discord's document, while it measures."""
    document = os.environ.get("DISCORD_OPENAPI")
    os.environ["DISCORD_OPENAPI"] = os.devnull
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        if document is None:
            del os.environ["DISCORD_OPENAPI"]
        else:
            os.environ["DISCORD_OPENAPI"] = document


@dataclass
class Side:
    """One bot with its Discord, where somebody asks it things."""

    discord: MeasuredDiscord
    guild: Guild = field(init=False)
    channel: Channel = field(init=False)
    asker: User = field(init=False)
    process: BotProcess = field(init=False)

    def __post_init__(self) -> None:
        self.asker = self._newcomer()

    async def newcomer(self) -> tuple[User, Channel]:
        """Somebody new in a server of their own, who may do everything there; the bot knows of it."""
        made = self._newcomer()
        await asyncio.sleep(_QUIET)
        return made, self.channel

    def _newcomer(self) -> User:
        made = self.discord.add_user(f"person{len(self.discord.users)}")
        self.guild = self.discord.add_guild("Drama Club", owner=made)
        self.discord.add_member(self.guild, made, permissions=ALL_PERMISSIONS)
        self.discord.add_member(self.guild, self.discord.owner, permissions=ALL_PERMISSIONS)
        self.channel = self.discord.add_channel(self.guild)
        return made

    async def options(self, user: User, channel: Channel, asked: Step) -> dict[str, Any]:
        """The options with what is chosen from lists filled in."""
        filled = dict(asked.options)
        for name, value in filled.items():
            if isinstance(value, First):
                others = {other: one for other, one in filled.items() if not isinstance(one, First)}
                choices = await self.discord.autocomplete(user, channel, asked.command, name, value.typed, others)
                if not choices:
                    raise LookupError(f"/{asked.command} offers nothing for {name}")
                filled[name] = choices[0]["value"]
        return filled

    async def ask(
        self, user: User, channel: Channel, command: str, options: Mapping[str, Any], expected: int = 1
    ) -> tuple[float, Answer]:
        """How long a command takes until its answer is there, in seconds; ``expected`` requests make it up."""
        answer = await self.discord.slash(user, channel, command, options)
        requests = self.discord.of[answer.token]
        await self.discord.until(lambda: len(requests) >= expected, _PATIENCE, f"{expected} requests of /{command}")
        return requests[expected - 1].at - answer.asked_at, answer

    async def press(self, answer: Answer, action: str) -> None:
        """Press the button of an answer that does this."""
        if answer.message is None:
            raise LookupError("the answer has no message")
        found = [one for one in answer.message.custom_ids if one.startswith(f"c1:{action}:")]
        if not found:
            raise LookupError(f"no {action} among {answer.message.custom_ids}: {answer.text}")
        await self.discord.click(answer, found[0], answer.user)

    async def whole(self, user: User, channel: Channel, command: str, options: Mapping[str, Any]) -> list[Request]:
        """All requests that a command's answer is made of."""
        _, answer = await self.ask(user, channel, command, options)
        requests = self.discord.of[answer.token]
        while True:
            before = len(requests)
            await asyncio.sleep(_QUIET)
            if len(requests) == before:
                return list(requests)


def messages_of(requests: list[Request]) -> list[dict[str, Any]]:
    """What an answer shows, as `benchmarks.bare_bot` takes it: "thinking…" is none of it."""
    made: list[dict[str, Any]] = []
    private = False
    for request in requests:
        body = request.body
        if "type" in body:
            data = body.get("data") or {}
            private = bool((data.get("flags") or 0) & 64)
            if body["type"] == 5:
                continue
            if body["type"] != 4:
                raise LookupError(f"an answer of type {body['type']} can't be repeated")
            body = data
        else:
            private = private or bool((body.get("flags") or 0) & 64)
        files = [(name, base64.b64encode(content).decode()) for _, name, content in request.files]
        made.append({"components": body["components"], "ephemeral": private, "files": files})
    return made


@asynccontextmanager
async def our_bot(folder: Path, data: Path, *, online: bool = True, **environment: str) -> AsyncIterator[Side]:
    """Our bot, with its database and cache in ``folder``."""
    async with MeasuredDiscord() as discord:
        side = Side(discord)
        feeds = {"FEEDS_LISTEN": f"127.0.0.1:{_free_port()}", "FEEDS_URL": "https://calendars.example.org"}
        given = {"DATA_DIR": str(data), "LOG_LEVEL": "WARNING"} | feeds | environment
        async with bot_process(discord, "bot", "run", folder=folder, environment=given) as process:
            side.process = process
            if online:
                await process.online(60.0)
                await discord.until(lambda: bool(discord.commands) or bool(discord.syncs), 60.0, "the commands")
            yield side


@asynccontextmanager
async def bare_bot(
    folder: Path, commands: list[dict[str, Any]], answers: Mapping[str, list[dict[str, Any]]]
) -> AsyncIterator[Side]:
    """A bare bot with these commands and answers."""
    described = folder / "bare.json"
    described.write_text(json.dumps({"commands": commands, "answers": answers}), "utf-8")
    async with MeasuredDiscord() as discord:
        side = Side(discord)
        environment = {"BARE_COMMANDS": str(described)}
        async with bot_process(discord, "benchmarks.bare_bot", folder=folder, environment=environment) as process:
            side.process = process
            await process.online(60.0)
            # What may be typed is checked by Discord, not by the bot.
            discord.commands[None] = commands
            yield side


@asynccontextmanager
async def two_bare_bots(
    folder: Path, commands: list[dict[str, Any]], answers: Mapping[str, list[dict[str, Any]]]
) -> AsyncIterator[tuple[Side, Side]]:
    """A bare bot and another one just like it: how much they differ is how far the figures can be trusted."""
    async with AsyncExitStack() as stack:
        first, second = [await stack.enter_async_context(bare_bot(folder, commands, answers)) for _ in range(2)]
        yield first, second


def _free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def running_show(folder: Path) -> Path:
    """A data folder with The Defects as if it were in the middle of its run now: two episodes have aired."""
    made = folder / "data" / "shows" / "the-defects"
    made.mkdir(parents=True)
    # Its third episode aired on 28 July 2025, six days after the second.
    shift = SystemClock().now().date() + timedelta(days=3) - date(2025, 7, 28)
    for path in (REPOSITORY / "data" / "shows" / "the-defects").iterdir():
        text = path.read_text("utf-8")
        if path.name == "episodes.yaml":
            text = re.sub(
                r'date: "([0-9-]+)"',
                lambda found: f'date: "{date.fromisoformat(found[1]) + shift}"',
                text,
            )
        (made / path.name).write_text(text, "utf-8")
    return folder / "data"
