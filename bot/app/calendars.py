"""What stands in a calendar: episodes at the times that count for whoever asks, and watch parties.

Calendars are read on devices and by services that know nothing of how far anybody has watched: entries name a show and
the number of an episode, never a title or anything that was written on a party.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.app import schedules
from bot.app.calendar_files import CalendarFiles
from bot.app.clock import Clock
from bot.app.shows import Shows
from bot.app.timetables import Timetables
from bot.core.airing import minutes_of
from bot.core.calendar_wish import CalendarWish, Contents
from bot.core.names import opaque_key
from bot.core.party import Party, PartyState
from bot.core.rerun import Rerun
from bot.core.show import Episode, Show
from bot.l10n.speaker import Speaker
from bot.l10n.words import Words
from bot.render.ical import CalendarEvent
from bot.store import followed, parties, reruns, standing_reminders
from bot.store.database import Database, Transaction

#: Names episodes: "Episode 7", "Episodes 7-9".
Naming = Callable[[Speaker, Show, Sequence[Episode]], str]

#: A file has at most this many entries, the latest; a feed of so many is read by every calendar.
MOST_ENTRIES = 1_000
#: How long parties stay in a calendar that are over.
_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A calendar file, how many entries it has, and what it is called."""

    data: bytes
    entries: int
    name: str


class Calendars:
    """Collects what belongs into a calendar."""

    def __init__(
        self, database: Database, clock: Clock, shows: Shows, words: Words, files: CalendarFiles, naming: Naming
    ) -> None:
        self._database = database
        self._clock = clock
        self._shows = shows
        self._words = words
        self._files = files
        self._naming = naming

    async def file(self, wish: CalendarWish, *, feed: bool = False) -> CalendarFile:
        """What somebody wants in a calendar, as it is now; without entries where there is nothing (any more)."""
        say = Speaker(self._words, wish.locale)
        async with self._database.read() as tx:
            found = await self._events(tx, say, wish)
        # Two servers that watch a show at the same time make one entry of it.
        once = {(event.summary, event.starts_at): event for event in reversed(found)}
        events = sorted(once.values(), key=lambda event: (event.starts_at, event.uid))[-MOST_ENTRIES:]
        name = self.name(say, wish)
        return CalendarFile(await self._files.make(events, name, feed=feed), len(events), name)

    def name(self, say: Speaker, wish: CalendarWish) -> str:
        """What a calendar is called."""
        show = None if wish.show_id is None else self._shows.get(wish.show_id)
        if show is None:
            return say("calendar.name-parties" if wish.contents is Contents.PARTIES else "calendar.name-everything")
        title = say.text(show.title)
        match wish.contents:
            case Contents.PARTIES:
                return say("calendar.name-parties-of", show=title)
            case Contents.RERUN:
                return say("calendar.name-rerun", show=title)
            case Contents.SHOW | Contents.EVERYTHING:
                return title

    def episodes(
        self,
        say: Speaker,
        show: Show,
        episodes: Sequence[Episode],
        guild_id: int | None,
        alarm_minutes: int | None = None,
        *,
        rerun: Rerun | None = None,
    ) -> list[CalendarEvent]:
        """Entries of episodes at the times of ``show``, which are a server's (None: nobody's but the broadcaster's).

        ``rerun``: those are the times of this one.
        """
        return episode_entries(self._naming, say, show, episodes, guild_id, alarm_minutes, rerun)

    def party(
        self, say: Speaker, party: Party, show: Show, episodes: Sequence[Episode], alarm_minutes: int | None = None
    ) -> CalendarEvent:
        """The entry of a watch party."""
        return CalendarEvent(
            uid=f"party-{party.id}-{int(party.created_at.timestamp())}@cliffhanger",
            starts_at=party.starts_at,
            zone=party.zone,
            minutes=sum(minutes_of(show, episode) for episode in episodes),
            summary=say("calendar.party", show=say.text(show.title), episode=self._naming(say, show, episodes)),
            description=say("calendar.party-description"),
            url=where(party),
            sequence=0,
            alarm_minutes=alarm_minutes,
            cancelled=party.state is PartyState.CANCELLED,
        )

    async def _events(self, tx: Transaction, say: Speaker, wish: CalendarWish) -> list[CalendarEvent]:
        times = Timetables(tx)
        if wish.contents is Contents.PARTIES:
            return await self._parties(tx, say, wish)
        if wish.contents is Contents.EVERYTHING:
            found: list[CalendarEvent] = []
            for guild_id, show in await self._followed(tx, wish):
                found += await self._watched(tx, times, say, wish, guild_id, show)
            return [*found, *await self._parties(tx, say, wish)]
        show = None if wish.show_id is None else self._shows.get(wish.show_id)
        if show is None:
            return []
        if wish.contents is Contents.SHOW:
            local = await times.broadcast(wish.guild_id, show)
            return self.episodes(say, local, local.episodes, wish.guild_id, wish.alarm_minutes)
        return await self._rerun(tx, times, say, wish, wish.guild_id, show)

    async def _rerun(
        self, tx: Transaction, times: Timetables, say: Speaker, wish: CalendarWish, guild_id: int | None, show: Show
    ) -> list[CalendarEvent]:
        """What a server watches of a show in its re-run; nothing where none is on."""
        on = None if guild_id is None else await reruns.on(tx, guild_id, show.id)
        if on is None:
            return []
        local = await times.watched(guild_id, show)
        numbers = {slot.episode for slot in on.slots}
        again = [episode for episode in local.episodes if episode.number in numbers]
        return self.episodes(say, local, again, guild_id, wish.alarm_minutes, rerun=on)

    async def _watched(
        self, tx: Transaction, times: Timetables, say: Speaker, wish: CalendarWish, guild_id: int | None, show: Show
    ) -> list[CalendarEvent]:
        """A show at the times at which a server watches it."""
        on = None if guild_id is None else await reruns.on(tx, guild_id, show.id)
        again = frozenset(() if on is None else (slot.episode for slot in on.slots))
        local = await times.broadcast(guild_id, show)
        others = [episode for episode in local.episodes if episode.number not in again]
        found = self.episodes(say, local, others, guild_id, wish.alarm_minutes)
        return found + await self._rerun(tx, times, say, wish, guild_id, show)

    async def _followed(self, tx: Transaction, wish: CalendarWish) -> list[tuple[int | None, Show]]:
        """The shows that somebody or their server follows, each with the server by whose times; None comes first."""
        ids: set[tuple[int, str]] = set()
        for standing in await standing_reminders.list_active(tx, wish.user_id):
            ids.add((standing.guild_id or 0, standing.show_id))
        if wish.guild_id is not None:
            ids |= {(wish.guild_id, show_id) for show_id in await followed.of(tx, wish.guild_id)}
        found = [(guild_id or None, self._shows.get(show_id)) for guild_id, show_id in sorted(ids)]
        return [(guild_id, show) for guild_id, show in found if show is not None and wish.show_id in (None, show.id)]

    async def _parties(self, tx: Transaction, say: Speaker, wish: CalendarWish) -> list[CalendarEvent]:
        events: list[CalendarEvent] = []
        for party in await parties.of_guest(tx, wish.user_id, self._clock.now() - _KEPT, MOST_ENTRIES):
            watched = self._shows.episodes(party.show_id, party.episodes)
            if watched is not None and wish.show_id in (None, party.show_id):
                events.append(self.party(say, party, *watched, alarm_minutes=wish.alarm_minutes))
        return events


def episode_entries(
    naming: Naming,
    say: Speaker,
    show: Show,
    episodes: Sequence[Episode],
    guild_id: int | None = None,
    alarm_minutes: int | None = None,
    rerun: Rerun | None = None,
) -> list[CalendarEvent]:
    """As `Calendars.episodes`."""
    title = say.text(show.title)
    summaries = {
        episode.number: say("calendar.summary", show=title, episode=naming(say, show, (episode,)))
        for episode in episodes
    }
    if rerun is None:
        description = say("calendar.description", network=show.network)
    else:
        description = say("calendar.description-rerun")
    return schedules.calendar_events(
        show, episodes, summaries, description, timetable=_timetable(guild_id, rerun), alarm_minutes=alarm_minutes
    )


def _timetable(guild_id: int | None, rerun: Rerun | None) -> str:
    """Whose times an entry has. A server's are its own from the start, since it may correct them any day."""
    if rerun is not None:
        return opaque_key("rerun", f"{rerun.id}-{int(rerun.created_at.timestamp())}")
    return "" if guild_id is None else opaque_key("server", str(guild_id))


def where(party: Party) -> str:
    """The address of a party's announcement, or of its channel until that stands."""
    channel = f"https://discord.com/channels/{party.guild_id}/{party.channel_id}"
    return channel if party.message_id is None else f"{channel}/{party.message_id}"
