"""The life of a demo, from its options to Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tempfile
import webbrowser
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path

from bot.core.airing import airs_at
from bot.core.errors import OperatorError
from bot.dataset.watch import Watcher
from bot.demo.page import Airing
from bot.demo.performance import play, stop
from bot.demo.rereading import reread
from bot.demo.simulation import SimulatedClock
from bot.demo.world import PEOPLE, World
from bot.ops import logs
from bot.settings import Settings, SettingsError, data_folder, read_settings
from bot.wiring import build

#: The middle of the first run of The Defects, hours before its third episode.
DEFAULT_AT = datetime(2025, 7, 28, 9, tzinfo=UTC)
#: Discord's ids begin in 2015, and far ahead nothing is known of zones.
_FIRST_YEAR, _LAST_YEAR = 2016, 2100

#: The longest sleep of the delivery loop in seconds. In here a clock is never set, so a long one is safe; with
#: the usual one a leap of a day would be 1,440 steps.
_STEP = 3600.0


def instant(text: str) -> datetime:
    """When `--at` says that it is, in UTC: an ISO date (then 09:00) or time (in UTC, unless it has an offset).

    Raises OperatorError("operator.demo-time") for anything else.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise OperatorError("operator.demo-time", os.EX_USAGE, typed=text) from None
    else:
        found = datetime.combine(day, time(9))
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise OperatorError("operator.demo-time", os.EX_USAGE, typed=text)
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


def run_demo(*, at: str | None, port: int, open_browser: bool, show: str | None, watch: bool = False) -> int:
    """Run the demo until Ctrl-C; its exit code.

    ``watch``: shows that are saved meanwhile are taken in. Raises OperatorError with what is wrong and what to do.
    """
    begins_at = DEFAULT_AT if at is None else instant(at)
    if not 0 <= port <= 65_535:
        raise OperatorError("operator.demo-port", os.EX_USAGE, port=port, reason="0 to 65535")
    with tempfile.TemporaryDirectory(prefix="cliffhanger-demo-") as folder, contextlib.suppress(KeyboardInterrupt):
        settings = _settings(Path(folder), show)
        logs.set_up(settings.log_level, (), settings.log_format)
        asyncio.run(_run(settings, begins_at, port, open_browser, watch))
    return os.EX_OK


def _settings(folder: Path, show: str | None) -> Settings:
    """The operator's settings, as far as a demo may have them: never their database, never their token."""
    try:
        settings = read_settings()
    except SettingsError as error:
        raise OperatorError("operator.settings", os.EX_CONFIG, problems=error.problems) from None
    return settings.model_copy(
        update={
            "database_url": f"sqlite+aiosqlite:///{(folder / 'demo.sqlite3').as_posix()}",
            "default_show": show or settings.default_show,
            "dev_guild_ids": (),
            "discord_token": None,
            "log_level": settings.log_level if "log_level" in settings.model_fields_set else "WARNING",
        }
    )


async def _run(settings: Settings, begins_at: datetime, port: int, open_browser: bool, watch: bool) -> None:
    until = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, until.set)

    def announce(address: str) -> None:
        print(f"The demo is at {address}", flush=True)
        print(f"It is {begins_at:%A %d %B %Y, %H:%M} UTC there. Press Ctrl-C to end it.", flush=True)
        if open_browser:
            webbrowser.open(address)

    clock = SimulatedClock(begins_at)
    watcher = Watcher(data_folder(settings)) if watch else None
    async with contextlib.AsyncExitStack() as stack:
        # Time is made to pass there, and waits for every timer: a watch on each answer would drive it on.
        companion = await stack.enter_async_context(build(settings, clock, step=_STEP, patience=None))
        shows, people = companion.shows, companion.people
        if watcher is not None:
            rereading = asyncio.create_task(reread(watcher, companion.library.reload, partial(print, flush=True)))
            stack.push_async_callback(stop, rereading)

        def next_airing(now: datetime) -> Airing | None:
            to_come = [
                (at, episode.number)
                for episode in shows.default.episodes
                if (at := airs_at(episode)) is not None and at > now
            ]
            return None if not to_come else Airing(f"Episode {min(to_come)[1]}", min(to_come)[0])

        async def seed(world: World) -> None:
            for person in PEOPLE:
                member = world.members[person.key]
                await people.save_zone(member.id, world.guild.id, person.zone, share=True)

        await play(
            companion.client,
            clock,
            port=port,
            next_airing=next_airing,
            seed=seed,
            announce=announce,
            until=until,
        )
