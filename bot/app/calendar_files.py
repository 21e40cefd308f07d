"""Calendar files that people are given, whose entries a calendar takes for the same and for newer ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.app.clock import Clock
from bot.render import ical
from bot.render.ical import CalendarEvent
from bot.store import calendar_entries
from bot.store.database import Database


class CalendarFiles:
    """Makes calendar files, and remembers what was said in them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def make(self, events: Sequence[CalendarEvent], name: str) -> bytes:
        """A file of ``events``, whose sequence numbers grow when they differ from what was handed out before."""
        async with self._database.begin() as tx:
            numbered = [
                replace(
                    event,
                    sequence=await calendar_entries.sequence(
                        tx, event.uid, event.starts_at, event.minutes, cancelled=event.cancelled
                    ),
                )
                for event in events
            ]
        return ical.calendar(numbered, name, self._clock.now())
