"""The time of a storm: one that runs fast, leaps over outages, and is shown wrongly by the bot's clock.

Discord's time is the true one. The bot's clock is ahead of it by a shift, which can be stepped while the bot runs. Both
processes read them from a file that they have mapped into memory; both run `rate` times as fast as a watch.
"""

from __future__ import annotations

import asyncio
import mmap
import selectors
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_ANCHOR, _TRUE, _RATE, _SHIFT, _FULL = range(5)
_SIZE = 8 * 8


class StormTime:
    """The time kept in a file; `start` makes the file, any process can open it."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _SIZE)
        # Numbers of eight bytes are written in one go, so that the other process never reads half of one.
        self._numbers = memoryview(self._map).cast("d")
        self.path = path

    @classmethod
    def start(cls, path: Path, at: datetime, rate: float) -> StormTime:
        """Let time begin at `at` and run `rate` times as fast as usual."""
        path.write_bytes(bytes(_SIZE))
        made = cls(path)
        made._numbers[_RATE] = rate
        made.begin(at)
        return made

    def begin(self, at: datetime) -> None:
        """It is `at` now, truly and on the bot's clock."""
        self._numbers[_TRUE] = at.timestamp()
        self._numbers[_ANCHOR] = time.monotonic()
        self._numbers[_SHIFT] = 0.0

    @property
    def rate(self) -> float:
        return self._numbers[_RATE]

    @property
    def shift(self) -> float:
        """By how many seconds the bot's clock is ahead of the true time."""
        return self._numbers[_SHIFT]

    @shift.setter
    def shift(self, seconds: float) -> None:
        self._numbers[_SHIFT] = seconds

    @property
    def disk_full(self) -> bool:
        return bool(self._numbers[_FULL])

    @disk_full.setter
    def disk_full(self, full: bool) -> None:
        self._numbers[_FULL] = float(full)

    def true(self) -> float:
        """Discord's time, in seconds since 1970."""
        numbers = self._numbers
        return numbers[_TRUE] + (time.monotonic() - numbers[_ANCHOR]) * numbers[_RATE]

    def shown(self) -> float:
        """The time on the bot's clock, in seconds since 1970."""
        return self.true() + self.shift

    def leap(self, seconds: float) -> None:
        """Let time pass at once; what a running bot sleeps through is not made shorter."""
        self._numbers[_TRUE] += seconds


class StormClock:
    """A `bot.app.clock.Clock` of a storm's time."""

    def __init__(self, storm_time: StormTime) -> None:
        self._time = storm_time

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._time.shown(), UTC)


def hurry(rate: float) -> None:
    """Let every event loop of this process run `rate` times as fast: its clock, and so all waits and time-outs."""

    class Selector(selectors.DefaultSelector):
        def select(self, timeout: float | None = None) -> Any:
            return super().select(timeout if timeout is None else timeout / rate)

    class Loop(asyncio.SelectorEventLoop):
        def __init__(self) -> None:
            super().__init__(Selector())
            self._clock_resolution = time.get_clock_info("monotonic").resolution * rate

        def time(self) -> float:
            return time.monotonic() * rate

    class Policy(asyncio.DefaultEventLoopPolicy):
        def new_event_loop(self) -> asyncio.AbstractEventLoop:
            return Loop()

    asyncio.set_event_loop_policy(Policy())
