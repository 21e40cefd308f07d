"""Asks again for the dates of all shows that an import began, and writes those that it owns."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from bot.core.errors import OperatorError
from bot.dataset.imports.command import fetch, imported, update_dates
from bot.dataset.imports.fetching import FetchError, Web, web
from bot.dataset.imports.upstream import UpstreamError

#: Exit code of sysexits.h: a service.
_UNAVAILABLE: Final = 69


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of one show, by its folder's name. ``problem`` is why it stays as it was (None: nothing is wrong)."""

    show: str
    changes: tuple[str, ...]
    problem: str | None


async def refresh(folder: Path, services: Web) -> tuple[Refreshed, ...]:
    """Bring the dates of every imported show up to date; what goes wrong with one stops no other."""
    done: list[Refreshed] = []
    for (service, number), place in (await asyncio.to_thread(imported, folder)).items():
        try:
            upstream = await fetch(service, number, services)
            changes = await asyncio.to_thread(update_dates, place, upstream)
        except (FetchError, UpstreamError) as error:
            done.append(Refreshed(place.name, (), f"{service}: {error}"))
        except OperatorError as error:
            reason = error.arguments.get("reason") or error.arguments.get("problems")
            done.append(Refreshed(place.name, (), f"{reason}"))
        else:
            done.append(Refreshed(place.name, changes, None))
    return tuple(done)


def refresh_all(folder: Path, out: TextIO) -> int:
    """``refresh`` on the command line; 0, or sysexits' EX_UNAVAILABLE where a show could not be brought up to date."""

    def say(line: str) -> None:
        print(line, file=out, flush=True)

    async def run() -> tuple[Refreshed, ...]:
        async with web(say) as services:
            return await refresh(folder, services)

    done = asyncio.run(run())
    if not done:
        say("No show here was begun by an import, so there is nothing to ask for; see docs/importing.md.")
    for one in done:
        for change in one.changes:
            say(f"{one.show}: {change}")
        if one.problem is not None:
            say(f"{one.show}: stays as it was: {one.problem}")
        elif not one.changes:
            say(f"{one.show}: up to date")
    return _UNAVAILABLE if any(one.problem is not None for one in done) else 0
