"""A bot on stage: in the sample server, with time passing and a page to watch it on."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable

import discord
from simcord.env import Env

from bot.core.errors import OperatorError
from bot.demo.page import NextAiring, Stage
from bot.demo.simulation import SimulatedClock, running
from bot.demo.timekeeper import Timekeeper
from bot.demo.world import World, build_world

Seed = Callable[[World], Awaitable[None]]
Announce = Callable[[str], None]


async def play(
    client: discord.Client,
    clock: SimulatedClock,
    *,
    port: int,
    next_airing: NextAiring,
    seed: Seed,
    announce: Announce,
    until: asyncio.Event,
) -> None:
    """Run a bot in the sample server and serve its page until ``until`` is set.

    ``seed`` is called once the bot is there, ``announce`` with the page's address once that answers. Raises
    OperatorError("operator.demo-port") where the port can't be had.
    """
    env = Env(client, check_errors=False)
    world = build_world(env, clock.now())
    clock.attach(env)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(running(env))
        await seed(world)
        timekeeper = Timekeeper(env)
        try:
            stage = await stack.enter_async_context(Stage(world, timekeeper, next_airing, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise OperatorError("operator.demo-port", os.EX_UNAVAILABLE, port=port, reason=reason) from None
        for work in (timekeeper.flow(), stage.watch()):
            stack.push_async_callback(stop, asyncio.create_task(work))
        announce(stage.address)
        await until.wait()


async def stop(task: asyncio.Task[None]) -> None:
    """End a task that goes on by itself, and wait for its end."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
