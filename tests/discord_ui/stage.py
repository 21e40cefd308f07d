"""The real bot on a simulated Discord, and readers for what it says there."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import simcord
import sqlalchemy as sa
from simcord.actors import MemberActor
from simcord.backend.models.channel import Overwrite
from simcord.builders import ChannelHandle, GuildHandle
from simcord.enums import OverwriteType
from simcord.env import Env
from simcord.results import InteractionResult, ResponseMessage

from bot.core.reminder import DueKind, DueState
from bot.demo import simulation
from bot.demo.simulation import SimulatedClock
from bot.settings import Settings
from bot.store.tables import due
from bot.wiring import Companion, build

ROOT = Path(__file__).parents[2]
#: Monday 28 July 2025, 09:00 UTC: episodes 1 and 2 have aired, 3 airs in four hours.
MIDDLE = datetime(2025, 7, 28, 9, tzinfo=UTC)
BEFORE = datetime(2025, 7, 1, 9, tzinfo=UTC)
AFTER = datetime(2025, 9, 1, 9, tzinfo=UTC)


class _ErrorLog(logging.Handler):
    """Keeps what is logged as an error: what broke, or somebody who was let down."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@dataclass
class Stage:
    """A running bot, a server with two channels, and people in it."""

    env: Env
    clock: SimulatedClock
    settings: Settings
    companion: Companion
    guild: GuildHandle
    general: ChannelHandle
    den: ChannelHandle
    people: dict[str, MemberActor] = field(default_factory=dict)
    _bot: AsyncExitStack = field(default_factory=AsyncExitStack)
    _errors: _ErrorLog = field(default_factory=_ErrorLog)

    def person(self, name: str, locale: str = "en-US", **options: Any) -> MemberActor:
        """A member of the server, made when first asked for."""
        if name not in self.people:
            user = self.env.create_user(name)
            self.people[name] = self.guild.add_member(user, **options)
            simulation.speak(self.env, user.id, locale)
        return self.people[name]

    async def restart(self, **down: float) -> None:
        """Stop the bot and start it anew on the same database, ``down`` later (as in `pass_time`)."""
        stack = AsyncExitStack()
        await self.companion.client.close()
        await self._bot.aclose()
        if down:
            await self.pass_time(**down)
        self.companion = await stack.enter_async_context(build(self.settings, self.clock, step=3600, patience=None))
        self._bot = stack
        await self.env.restart_bot(self.companion.client)

    async def pass_time(self, **amount: float) -> None:
        """Let time pass; what falls due happens at its time."""
        await simulation.advance(self.env, timedelta(**amount), patience=60)

    async def forbid(self, channel: ChannelHandle, target_id: int, *, role: bool, **denied: bool) -> None:
        """Forbid a role or a person something in a channel from now on, as an admin does."""
        kind = OverwriteType.ROLE if role else OverwriteType.MEMBER
        self.env.backend.set_overwrite(channel.id, Overwrite(target_id, kind, deny=discord.Permissions(**denied).value))
        await self.env.settle()

    def posts(self, channel: ChannelHandle) -> list[dict[str, Any]]:
        """The bodies of all messages that the bot tried to send to a channel by itself, in order."""
        path = f"/channels/{channel.id}/messages"
        return [entry.json for entry in self.env.http_requests if (entry.method, entry.path) == ("POST", path)]

    async def due(self, *kinds: DueKind) -> list[tuple[DueKind, DueState, str | None]]:
        """The rows of the due queue, or only those of some kinds, as kind, state and reason."""
        query = sa.select(due.c.kind, due.c.state, due.c.reason).order_by(due.c.id)
        async with self.companion.database.read() as tx:
            return [
                (kind, state, reason) for kind, state, reason in await tx.execute(query) if kind in kinds or not kinds
            ]

    def unexpected_errors(self) -> list[str]:
        """What was logged as an error and not taken by `taken_errors`, tracebacks included."""
        return self._errors.lines

    def taken_errors(self) -> list[str]:
        """What was logged as an error so far; from here on it counts as expected."""
        taken, self._errors.lines = self._errors.lines, []
        return taken


@asynccontextmanager
async def stage(
    folder: Path, *, at: datetime = MIDDLE, data: Path | None = None, show: str | None = None, **more: Any
) -> AsyncIterator[Stage]:
    """A stage at ``at`` with the data in ``data`` (None: what is shipped), and with ``more`` settings."""
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        database_url=f"sqlite+aiosqlite:///{folder}/bot.sqlite3",
        data_dir=data,
        default_show=show,
        **more,
    )
    clock = SimulatedClock(at)
    async with AsyncExitStack() as outer:
        inner = AsyncExitStack()
        companion = await inner.enter_async_context(build(settings, clock, step=3600, patience=None))
        env = Env(companion.client, check_errors=False)
        clock.attach(env)
        guild = env.create_guild("Drama Club")
        general = guild.create_text_channel("general")
        den = guild.create_text_channel("the-defects")
        made = Stage(env, clock, settings, companion, guild, general, den, {}, inner)
        logging.getLogger().addHandler(made._errors)
        try:
            await simulation.start(env)
            yield made
        finally:
            logging.getLogger().removeHandler(made._errors)
            await env.shutdown()
            await made._bot.aclose()
        outer.pop_all()


# ----------------------------------------------------------------- reading


def components(message: Any) -> list[dict[str, Any]]:
    """Every component of a message, nested ones included, as payloads."""
    payload = message.components if isinstance(message, ResponseMessage) else [c.to_dict() for c in message.components]
    found: list[dict[str, Any]] = []
    pending = list(payload)
    while pending:
        component = pending.pop(0)
        found.append(component)
        pending = [*component.get("components", ()), *pending]
        if "component" in component:
            pending.insert(0, component["component"])
    return found


def text_of(message: Any) -> str:
    """All text of a message, bars included."""
    parts = [message.content or ""]
    parts += [part["content"] for part in components(message) if part["type"] == 10]
    return "\n".join(part for part in parts if part)


def said(result: InteractionResult) -> str:
    """All text of an answer, follow-ups included."""
    messages: Iterable[ResponseMessage] = [m for m in (result.response, *result.followups) if m is not None]
    return "\n".join(text_of(message) for message in messages)


def open_text(text: str) -> str:
    """What can be read without clicking a bar; every bar is one and the same mark."""
    return re.sub(r"(?<!\\)\|\|(?:\\.|[^\\])*?(?<!\\)\|\|", "▇", text, flags=re.DOTALL)


def buttons(message: Any) -> dict[str, dict[str, Any]]:
    """The buttons of a message by label."""
    return {part["label"]: part for part in components(message) if part["type"] == 2}


def filled(shown: InteractionResult, typed: Mapping[str | int, object]) -> dict[str, Any]:
    """What is sent in of a form whose fields hold ``typed``, by label or place; the others keep what they held."""
    assert shown.modal is not None
    values: dict[str, Any] = {}
    labels = [part for part in shown.modal["components"] if "component" in part]
    unknown = set(typed) - {part["label"] for part in labels} - set(range(len(labels)))
    assert not unknown, f"no such field: {unknown}"
    for index, part in enumerate(labels):
        control = part["component"]
        [*named] = (typed[name] for name in (part["label"], index) if name in typed)
        if named:
            values[control["custom_id"]] = named[0]
        elif control.get("value"):
            values[control["custom_id"]] = control["value"]
    return values


def is_private(result: InteractionResult) -> bool:
    """Whether only the asker sees the answer."""
    return result.ephemeral


def pinged(request: Any) -> list[int]:
    """Whom a recorded request may ping."""
    allowed = (request.json or {}).get("allowed_mentions") or {}
    return [int(user) for user in allowed.get("users", [])]


__all__ = ["AFTER", "BEFORE", "MIDDLE", "ROOT", "Stage", "discord", "simcord", "stage"]
