"""Calendar files that people are given, whose entries a calendar takes for the same and for newer ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.app.clock import Clock
from bot.render import ical
from bot.render.ical import CalendarEvent
from bot.store import calendar_entries
from bot.store.calendar_entries import Said
from bot.store.database import Database


class CalendarFiles:
    """Makes calendar files, and remembers what was said in them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def make(self, events: Sequence[CalendarEvent], name: str, *, feed: bool = False) -> bytes:
        """A file of ``events``, whose sequence numbers grow when they differ from what was handed out before.

        ``feed``: calendars come for it again and again, and take what is no longer in it away by themselves.
        """
        said = {event.uid: Said(event.starts_at, event.minutes, event.cancelled) for event in events}
        now = self._clock.now()
        # Mostly nothing has changed, and then nothing is written.
        async with self._database.read() as tx:
            before = await calendar_entries.said(tx, said)
        revisions = {uid: last[1] for uid, last in before.items() if last[0] == said[uid]}
        changed = [uid for uid in said if uid not in revisions]
        if changed:
            async with self._database.begin() as tx:
                for uid in changed:
                    revisions[uid] = await calendar_entries.say(tx, uid, said[uid], now)
        numbered = [
            replace(event, sequence=revisions[event.uid].sequence, changed_at=revisions[event.uid].changed_at)
            for event in events
        ]
        return ical.calendar(numbered, name, now, feed=feed)
