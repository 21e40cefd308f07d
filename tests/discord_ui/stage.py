"""The real bot on a simulated Discord, and readers for what it says there."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import simcord
from discord import app_commands
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle
from simcord.env import Env
from simcord.results import InteractionResult, ResponseMessage

from bot.core.errors import UserError
from bot.demo import simulation
from bot.demo.simulation import SimulatedClock
from bot.settings import Settings
from bot.wiring import Companion, build

ROOT = Path(__file__).parents[2]
#: Monday 28 July 2025, 09:00 UTC: episodes 1 and 2 have aired, 3 airs in four hours.
MIDDLE = datetime(2025, 7, 28, 9, tzinfo=UTC)
BEFORE = datetime(2025, 7, 1, 9, tzinfo=UTC)
AFTER = datetime(2025, 9, 1, 9, tzinfo=UTC)


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

    def person(self, name: str, locale: str = "en-US", **options: Any) -> MemberActor:
        """A member of the server, made when first asked for."""
        if name not in self.people:
            user = self.env.create_user(name)
            self.people[name] = self.guild.add_member(user, **options)
            simulation.speak(self.env, user.id, locale)
        return self.people[name]

    async def restart(self) -> None:
        """Stop the bot and start it anew on the same database."""
        stack = AsyncExitStack()
        await self.companion.client.close()
        await self._bot.aclose()
        self.companion = await stack.enter_async_context(build(self.settings, self.clock, step=3600))
        self._bot = stack
        await self.env.restart_bot(self.companion.client)

    async def pass_time(self, **amount: float) -> None:
        """Let time pass; what falls due happens at its time."""
        await simulation.advance(self.env, timedelta(**amount), patience=60)

    def unexpected_errors(self) -> list[BaseException]:
        """Errors of the bot that were not its way of telling somebody what they did wrong."""
        return [error for error in self.env.errors if not _is_answer(error)]


def _is_answer(error: BaseException) -> bool:
    while isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    return isinstance(error, UserError | app_commands.CheckFailure)


@asynccontextmanager
async def stage(
    folder: Path, *, at: datetime = MIDDLE, data: Path | None = None, show: str | None = None
) -> AsyncIterator[Stage]:
    """A stage at ``at`` with the data in ``data`` (None: what is shipped)."""
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        database_url=f"sqlite+aiosqlite:///{folder}/bot.sqlite3",
        data_dir=data,
        default_show=show,
    )
    clock = SimulatedClock(at)
    async with AsyncExitStack() as outer:
        inner = AsyncExitStack()
        companion = await inner.enter_async_context(build(settings, clock, step=3600))
        env = Env(companion.client, check_errors=False)
        clock.attach(env)
        guild = env.create_guild("Drama Club")
        general = guild.create_text_channel("general")
        den = guild.create_text_channel("the-defects")
        made = Stage(env, clock, settings, companion, guild, general, den, {}, inner)
        try:
            await simulation.start(env)
            yield made
        finally:
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


def is_private(result: InteractionResult) -> bool:
    """Whether only the asker sees the answer."""
    return result.ephemeral


def pinged(request: Any) -> list[int]:
    """Whom a recorded request may ping."""
    allowed = (request.json or {}).get("allowed_mentions") or {}
    return [int(user) for user in allowed.get("users", [])]


__all__ = ["AFTER", "BEFORE", "MIDDLE", "ROOT", "Stage", "discord", "simcord", "stage"]
