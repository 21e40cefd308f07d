"""simcord, bent to what the demo and the tests need: its clock at any instant, and people with languages.

Everything here reaches into private parts of simcord, which is why its version is pinned and why nothing else
does so, but for `bot/demo/page.py`, which does it to the preview.
"""
# pyright: reportPrivateUsage=false

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

import discord
from simcord.env import Env

from bot.core.errors import CliffhangerError

log = logging.getLogger(__name__)

_LOCALES = "_cliffhanger_locales"

#: How often simcord looks whether the bot came to rest, in seconds. Its own 0.05 is what every step of the
#: clock that touches the database would last.
_SETTLE_POLL = 0.002


class SimulatedClock:
    """A `Clock` that follows a simulation.

    Whoever builds the bot needs a clock before there is a simulation to run the bot in, so it stands still at
    ``start`` until one is attached.
    """

    def __init__(self, start: datetime) -> None:
        self._start = start.astimezone(UTC)
        self._env: Env | None = None

    def now(self) -> datetime:
        return self._start if self._env is None else self._env.now()

    def attach(self, env: Env) -> None:
        """Put the simulation's clock to where this one stands, and follow it from here on."""
        shift_epoch(env, self._start)
        self._env = env


def shift_epoch(env: Env, at: datetime) -> None:
    """Make it ``at`` in the simulation, now, without a timer firing on the way.

    Only ever forwards once something was created: ids of messages grow with the time, and a step back would
    put new messages above old ones.
    """
    clock = env.backend.clock
    clock._epoch = at.astimezone(UTC) - timedelta(seconds=clock.elapsed)


def speak(env: Env, user_id: int, locale: str) -> None:
    """Let a person's Discord be set to ``locale`` ("ko", "en-GB"); simcord's people all speak "en-US"."""
    backend = env.backend
    locales = cast("dict[str, str] | None", getattr(backend, _LOCALES, None))
    if locales is None:
        spoken: dict[str, str] = {}
        setattr(backend, _LOCALES, spoken)
        original = backend.emit

        def emit(event: str, payload: Mapping[str, Any]) -> None:
            if event == "INTERACTION_CREATE":
                user: Mapping[str, Any] = payload.get("user") or payload["member"]["user"]
                payload = {**payload, "locale": spoken.get(str(user["id"]), payload["locale"])}
            original(event, payload)

        backend.emit = emit
        locales = spoken
    locales[str(user_id)] = locale


def name_bot(env: Env, name: str, avatar: str | None = None) -> None:
    """Call the bot ``name`` and give it a picture's hash, before it logs in."""
    env.backend.bot_user.name = name
    env.backend.bot_user.avatar = avatar


def post(env: Env, channel_id: int, author_id: int, text: str) -> None:
    """Write a message as a person, before the bot logs in: history that it finds when it comes."""
    env.backend.create_message(channel_id, author_id, text)


def happenings(env: Env) -> int:
    """A number that grows with everything that happens in the simulation."""
    return len(env.backend.transcript)


async def start(env: Env) -> None:
    """Log the bot in; ``env.shutdown()`` stops its work."""
    env._settle_internal = partial(env._settle_internal, idle=_SETTLE_POLL)
    await env.start()


@asynccontextmanager
async def running(env: Env) -> AsyncGenerator[None]:
    """Log the bot in, and stop its work at the end.

    To simcord a command that raised has failed, whatever the bot then said to the person. Here the bot's answer
    counts; errors that nobody answered are logged.
    """
    env._record_error = _log_unanswered
    await start(env)
    try:
        with env.time_context():
            yield
    finally:
        await env.shutdown()


def _log_unanswered(error: BaseException) -> None:
    if not isinstance(error, (discord.app_commands.AppCommandError, CliffhangerError)):
        log.error("Work of the bot failed", exc_info=error)


async def advance(env: Env, by: timedelta, patience: float) -> None:
    """Let time pass, with every timer of the bot firing at its instant.

    ``patience`` is how many seconds of ours this may last. Raises TimeoutError after that; what has passed of
    the time has passed.
    """
    usual = env.settle_timeout
    env.settle_timeout = patience
    try:
        await env.advance_time(by.total_seconds())
    finally:
        env.settle_timeout = usual
