"""``python -m bot doctor``: looks at everything that the bot needs, and says of each what is wrong and what to do.

It only reads, takes no lock and may run beside the bot. A part that can't be looked at says so and keeps no other from
being looked at.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import TextIO, cast

from bot.core.diagnosis import Diagnosis, Verdict, problem, warning, well
from bot.core.errors import OperatorError
from bot.core.show import Catalogue
from bot.core.venue import Venue
from bot.dataset.catalogue import DatasetError
from bot.ops.complaints import sentence
from bot.settings import Settings
from bot.store.database import folder_of
from bot.store.due import Backlog
from bot.store.extent import free_at
from bot.store.inspection import Inspection, inspect
from bot.store.migrate import HEAD

#: Bytes. With less than the first nothing may be saved any more before long.
_TOO_LITTLE_ROOM = 50_000_000
_LITTLE_ROOM = 500_000_000
#: Until what is due is delivered it takes a minute at most.
_LATE = timedelta(minutes=5)

#: What looks at Discord: the token and the venues (None: not known) to findings.
Discord = Callable[[str, Collection[Venue] | None], AsyncIterator[Diagnosis]]


async def examine(
    settings: Callable[[], Settings],
    catalogue: Callable[[Settings], Catalogue],
    discord: Discord | None,
    now: datetime,
    out: TextIO,
) -> int:
    """Print one line for each finding, and return the exit code: 0, or that of the first problem.

    ``settings`` and ``catalogue`` raise OperatorError; ``discord`` is None where Discord is to be left out.
    """
    counts = dict.fromkeys(Verdict, 0)
    code = os.EX_OK
    secret = ""
    async for found in _all(settings, catalogue, discord, now):
        if isinstance(found, Settings):
            secret = _token(found)
            continue
        counts[found.verdict] += 1
        if found.verdict is Verdict.PROBLEM and code == os.EX_OK:
            code = found.exit_code
        text = _on_one_line(found.sentence)
        if secret:
            # Nothing here repeats it; but some of the words come from elsewhere.
            text = text.replace(secret, "[secret]")
        print(f"{found.verdict.value:8} {found.subject:12} {text}", file=out, flush=True)
    print(f"Problems: {counts[Verdict.PROBLEM]}, warnings: {counts[Verdict.WARNING]}.", file=out)
    return code


def _token(settings: Settings) -> str:
    return "" if settings.discord_token is None else settings.discord_token.get_secret_value()


def _on_one_line(text: str) -> str:
    """Names of servers and of channels could hold anything, such as what moves a terminal's cursor."""
    return "".join(char if char.isprintable() else " " for char in text)


async def _all(
    settings: Callable[[], Settings],
    catalogue: Callable[[Settings], Catalogue],
    discord: Discord | None,
    now: datetime,
) -> AsyncGenerator[Diagnosis | Settings]:
    try:
        given = settings()
    except OperatorError as error:
        for wrong in _parts(error):
            yield problem("settings", f"{wrong}. Put that right in the environment or in .env.", error.exit_code)
        yield warning("settings", "Nothing else was looked at, since all of it goes by the settings.")
        return
    yield given
    yield well("settings", "They can be used.")
    yield await asyncio.to_thread(_dataset, given, catalogue)
    found, said = await _database(given.database_url, now)
    for one in said:
        yield one
    yield _reminders(None if found is None else found.backlog, now)
    yield await asyncio.to_thread(_disk, given.database_url, found)
    if discord is None:
        return
    token = _token(given)
    if not token:
        absent = (
            "DISCORD_TOKEN is not set. Copy the bot's token from https://discord.com/developers/applications and put "
            "DISCORD_TOKEN=... into .env."
        )
        yield problem("token", absent, os.EX_CONFIG)
        yield warning("discord", "Intents, clock and permissions were not looked at, since that takes a token.")
        return
    async for one in discord(token, None if found is None else found.venues):
        yield one


def _parts(error: OperatorError) -> Iterable[object]:
    return cast("tuple[object, ...]", error.arguments.get("problems", ()))


def _dataset(settings: Settings, catalogue: Callable[[Settings], Catalogue]) -> Diagnosis:
    try:
        shows = catalogue(settings).shows
    except DatasetError as error:
        mistakes = (
            f"Mistakes: {len(error.problems)}, the first: {error.problems[0]}. python -m bot check-data lists all."
        )
        return problem("dataset", mistakes, error.exit_code)
    except OperatorError as error:
        return problem("dataset", sentence(error), error.exit_code)
    if not shows:
        return warning("dataset", "It can be read, and there is no show in it. See python -m bot new-show.")
    return well("dataset", f"It can be read; shows: {len(shows):,}.")


async def _database(url: str, now: datetime) -> tuple[Inspection | None, list[Diagnosis]]:
    try:
        found = await inspect(url, now)
    except OperatorError as error:
        if error.key == "operator.database-absent":
            return None, [warning("database", sentence(error))]
        return None, [problem("database", sentence(error), error.exit_code)]
    said: list[Diagnosis] = []
    if found.unwritable is not None:
        said.append(problem("database", f"{found.name} can't be written ({found.unwritable}).", os.EX_NOPERM))
    if found.name == "memory":
        said.append(warning("database", "DATABASE_URL names one in memory: all is forgotten when the bot stops."))
    elif found.revision is None:
        said.append(warning("database", f"{found.name} has no tables yet; the next start makes them."))
    elif found.revision > HEAD:
        newer = OperatorError("operator.database-newer", os.EX_CONFIG, path=found.name, revision=found.revision)
        said.append(problem("database", sentence(newer), newer.exit_code))
    elif found.revision < HEAD:
        older = (
            f"{found.name} is of schema {found.revision}, this program is of {HEAD}. The next start brings it up to "
            "date; what is due, and where, can't be said before."
        )
        said.append(warning("database", older))
    if not said:
        size = f"{found.extent.kind}, {_room(found.extent.size)}"
        sound = "is sound and can be written" if found.extent.free is not None else "answers and can be written"
        said.append(well("database", f"{found.name} ({size}) {sound}; it is of schema {HEAD}."))
    return found, said


def _reminders(backlog: Backlog | None, now: datetime) -> Diagnosis:
    if backlog is None:
        return warning("reminders", "Not looked at, since no database can be read.")
    counts = f"Waiting: {backlog.waiting:,}, of these overdue: {backlog.overdue:,}"
    if backlog.oldest is None:
        return well("reminders", f"{counts}.")
    late = now - backlog.oldest
    if late <= _LATE:
        return well("reminders", f"{counts}, the oldest for {late.total_seconds():.0f} s.")
    old = f"{counts}, the oldest for {_span(late)}. Is the bot running? If it is, its log says what Discord answers."
    return problem("reminders", old, os.EX_TEMPFAIL)


def _span(time: timedelta) -> str:
    minutes = int(time.total_seconds()) // 60
    if minutes < 120:
        return f"{minutes} minutes"
    hours = minutes // 60
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"


def _disk(url: str, found: Inspection | None) -> Diagnosis:
    try:
        folder = folder_of(url)
    except OperatorError:
        return warning("disk", "Not looked at, since DATABASE_URL names no place.")
    if folder is None:
        return well("disk", "Nothing is kept on it.")
    try:
        free = free_at(folder)
    except OSError as error:
        return warning("disk", f"{folder}: {error.strerror}.")
    room = f"{_room(free)} are free at {folder.absolute()}"
    if free < _TOO_LITTLE_ROOM:
        return problem("disk", f"Only {room}. Make room; once it is full nothing can be saved.", os.EX_CANTCREAT)
    # Before its schema changes a database is copied, and changing it takes as much again.
    size = found.extent.size if found is not None and found.extent.free is not None else 0
    if free < max(_LITTLE_ROOM, 3 * size):
        return warning("disk", f"Only {room}. A copy of the database and a change of its schema may not find room.")
    return well("disk", f"{room}.")


def _room(size: int) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
