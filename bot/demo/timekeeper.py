"""Time in the demo: it passes as ours does, and leaps when it is told to."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from simcord.backend.errors import SetupError
from simcord.env import Env

from bot.demo.simulation import advance

log = logging.getLogger(__name__)

_TICK = 1.0
#: Seconds of ours that a tick and a leg of a leap may last before we say that the bot hangs.
_TICK_PATIENCE = 5.0
_LEAP_PATIENCE = 60.0
#: A leap is made in legs, so that a bot that hangs in one has the others still to come.
_LEG = timedelta(hours=6)


class Timekeeper:
    """Moves the clock of a simulation.

    simcord does one thing at a time and refuses a second one. So everything that acts in the simulation holds
    ``turn`` meanwhile.
    """

    def __init__(self, env: Env) -> None:
        self._env = env
        self.turn = asyncio.Lock()
        self.leaping = False

    def now(self) -> datetime:
        """The simulation's present, in UTC."""
        return self._env.now()

    async def flow(self) -> None:
        """Let time pass as ours does, until cancelled. No error ends it."""
        loop = asyncio.get_running_loop()
        while True:
            # Timers of the bot also move the clock by themselves, so what is owed is measured, not counted.
            began, stood = loop.time(), self._env.now()
            await asyncio.sleep(_TICK)
            async with self.turn:
                owed = stood + timedelta(seconds=loop.time() - began) - self._env.now()
                if owed > timedelta():
                    await self._step(owed, _TICK_PATIENCE)

    async def leap(self, to: datetime) -> None:
        """Let all the time until ``to`` pass at once; whatever falls due on the way happens at its time."""
        async with self.turn:
            self.leaping = True
            try:
                while (left := to - self._env.now()) > timedelta():
                    before = self._env.now()
                    await self._step(min(left, _LEG), _LEAP_PATIENCE)
                    if self._env.now() <= before:
                        log.error("The clock stands still at %s, since the bot does", before)
                        return
            finally:
                self.leaping = False

    async def _step(self, by: timedelta, patience: float) -> None:
        try:
            await advance(self._env, by, patience)
        except (SetupError, TimeoutError) as error:
            log.warning("Time was held up: %s", error)
        except Exception:
            log.exception("Time was held up")
