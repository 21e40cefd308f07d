"""Announces episodes in servers: plans by a server's times, posts, follows moves, and opens threads as they air."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.app.clock import Clock
from bot.app.moves import TOLD_AFTER, Moved
from bot.app.outbox import (
    AnnouncementPost,
    Channel,
    Delivered,
    Direct,
    Gone,
    Outbox,
    Outcome,
    RecapPost,
    SeasonEndPost,
    TroublePost,
    TryLater,
)
from bot.app.shows import Shows
from bot.app.timetables import Timetables
from bot.core.announcement import (
    NEWS_FOR,
    Announcement,
    AnnouncementSetup,
    AnnouncementState,
    Form,
    ceiling_after,
    ceiling_before,
    changes,
    ends_season,
    watched_at,
)
from bot.core.errors import UserError
from bot.core.reminder import ON_TIME, Due, DueKind, nonce
from bot.core.show import Episode, Show
from bot.store import announcements, ceilings, due, reruns
from bot.store.database import Database, Transaction
from bot.store.people import NOBODY

log = logging.getLogger(__name__)

_DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_NOTHING = Gone("nothing-to-do")
#: After the recap of the last episode.
_END_AFTER = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Programme:
    """How a server has a show announced, and the next announcement that is planned (None: there is none)."""

    setup: AnnouncementSetup
    show: Show
    next: Announcement | None


@dataclass(frozen=True, slots=True)
class _Scene:
    announcement: Announcement
    setup: AnnouncementSetup
    show: Show
    episodes: tuple[Episode, ...]
    again: bool


class Announcements:
    """Sets announcements up, and works on those that fall due. ``poke`` wakes whatever delivers."""

    def __init__(
        self, database: Database, clock: Clock, shows: Shows, outbox: Outbox, poke: Callable[[], None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._shows = shows
        self._outbox = outbox
        self._poke = poke

    # --------------------------------------------------------------- setting up

    async def set_up(self, setup: AnnouncementSetup, show: Show) -> Programme:
        """Have a show announced so from now on. What is out already stays as it was posted."""
        async with self._database.begin() as tx:
            await announcements.set_up(tx, setup)
            there = await announcements.of(tx, setup.guild_id, show.id, self._clock.now())
            await self._forget(tx, [one for one in there if one.state is AnnouncementState.PLANNED])
            await self._plan(tx, setup, show)
            made = await self._programme(tx, setup, show)
        self._poke()
        return made

    async def of(self, guild_id: int, show: Show) -> Programme:
        """How a show is announced. Raises UserError("announce.none")."""
        async with self._database.read() as tx:
            setup = await announcements.setup_of(tx, guild_id, show.id)
            if setup is None:
                raise UserError("announce.none", show=show)
            return await self._programme(tx, setup, show)

    async def all_of(self, guild_id: int) -> tuple[Programme, ...]:
        """Everything that a server has announced, as far as it is loaded."""
        async with self._database.read() as tx:
            found = [(one, self._shows.get(one.show_id)) for one in await announcements.setups(tx, guild_id)]
            return tuple([await self._programme(tx, one, show) for one, show in found if show is not None])

    async def stop(self, guild_id: int, show: Show) -> None:
        """Have a show announced no longer. Raises UserError("announce.none")."""
        async with self._database.begin() as tx:
            if not await announcements.stop(tx, guild_id, show.id):
                raise UserError("announce.none", show=show)
            there = await announcements.of(tx, guild_id, show.id, self._clock.now())
            await self._forget(tx, [one for one in there if one.state is AnnouncementState.PLANNED])

    async def test(self, setup: AnnouncementSetup, show: Show, mark: str) -> Outcome:
        """Post what the next announcement would be, marked as a test, which pings nobody; ``mark`` names it."""
        now = self._clock.now()
        async with self._database.read() as tx:
            local = await Timetables(tx).watched(setup.guild_id, show)
            again = await reruns.on(tx, setup.guild_id, show.id) is not None
            planned = (await self._programme(tx, setup, show)).next
        numbers = (1,) if planned is None else planned.episodes
        at = now + timedelta(minutes=setup.lead_minutes) if planned is None else planned.airs_at
        example = Announcement(0, setup.guild_id, show.id, numbers, at, None, False, None, None, None, _PLANNED)
        episodes = tuple(local.episodes[number - 1] for number in numbers)
        post = AnnouncementPost(example, replace(setup, role_id=None), local, episodes, again, now, None, test=True)
        if setup.form is Form.FORUM:
            return await self._outbox.open_post(setup.channel_id, post, mark, maybe_sent_since=None)
        return await self._outbox.deliver(Channel(setup.channel_id), post, mark, maybe_sent_since=None)

    # --------------------------------------------------------------- following

    async def follow(self, tx: Transaction, shows: Shows, unsure: frozenset[tuple[int, str]]) -> list[Moved]:
        """See `bot.app.moves.Follower`; those concerned are told in the announcement itself."""
        for setup in await announcements.setups(tx):
            show = shows.get(setup.show_id)
            if show is not None:
                await self._plan(tx, setup, show)
        return []

    async def _plan(self, tx: Transaction, setup: AnnouncementSetup, show: Show) -> None:
        now = self._clock.now()
        local = await Timetables(tx).watched(setup.guild_id, show)
        found = changes(local, await announcements.of(tx, setup.guild_id, show.id, now), now)
        await self._forget(tx, found.dropped)
        for one in found.added:
            made = await announcements.plan(tx, setup.guild_id, show.id, one)
            lead_at = one.airs_at - timedelta(minutes=setup.lead_minutes)
            await due.add(tx, DueKind.ANNOUNCEMENT, made, max(lead_at, now))
        for moved in found.moved:
            one = moved.announcement
            await announcements.change(
                tx,
                one.id,
                airs_at=moved.airs_at,
                moved_from=one.moved_from or one.airs_at,
                again=moved.again,
                state=AnnouncementState.CLOSED if moved.again else AnnouncementState.POSTED,
            )
            # What waits already waits anew, so that a schedule that is corrected twice is followed once.
            await due.withdraw(tx, (DueKind.ANNOUNCEMENT_CHANGED, DueKind.ANNOUNCEMENT_AIRED), one.id)
            await due.add(tx, DueKind.ANNOUNCEMENT_CHANGED, one.id, now + TOLD_AFTER)
            if moved.airs_at is not None and not moved.again:
                episodes = [local.episodes[number - 1] for number in one.episodes]
                await due.add(tx, DueKind.ANNOUNCEMENT_AIRED, one.id, watched_at(local, episodes, moved.airs_at))

    async def _forget(self, tx: Transaction, planned: Sequence[Announcement]) -> None:
        for one in planned:
            await due.withdraw(tx, (DueKind.ANNOUNCEMENT,), one.id)
        if planned:
            await announcements.drop(tx, [one.id for one in planned])

    async def _programme(self, tx: Transaction, setup: AnnouncementSetup, show: Show) -> Programme:
        there = await announcements.of(tx, setup.guild_id, show.id, self._clock.now())
        return Programme(setup, show, next((one for one in there if one.state is AnnouncementState.PLANNED), None))

    # --------------------------------------------------------------- what falls due

    async def post(self, row: Due, maybe_sent_since: datetime | None) -> Outcome:
        """Post an announcement, and open its thread."""
        scene = await self._scene(row)
        if scene is None or scene.announcement.airs_at is None:
            return _NOTHING
        one, setup, now = scene.announcement, scene.setup, self._clock.now()
        if one.state is AnnouncementState.PLANNED:
            if now > scene.announcement.airs_at + NEWS_FOR:
                await self._keep(one, setup, None, state=AnnouncementState.FAILED)
                return Gone("over")
            posted = await self._send(row, scene, maybe_sent_since)
            if not isinstance(posted, Delivered):
                return posted
            forum = setup.form is Form.FORUM
            one = replace(
                one,
                channel_id=posted.channel_id,
                message_id=posted.message_id,
                thread_id=posted.channel_id if forum else one.thread_id,
                state=AnnouncementState.POSTED,
            )
            await self._posted(one, scene)
        if one.state is not AnnouncementState.POSTED or setup.form is not Form.THREAD or one.thread_id is not None:
            return Delivered(0, 0) if one.state is AnnouncementState.POSTED else _NOTHING
        return await self._open_thread(one, scene)

    async def _send(self, row: Due, scene: _Scene, maybe_sent_since: datetime | None) -> Outcome:
        setup, now = scene.setup, self._clock.now()
        late = now - row.due_at if now - row.due_at > ON_TIME else None
        post = AnnouncementPost(scene.announcement, setup, scene.show, scene.episodes, scene.again, now, late)
        name = nonce(row.id, 0)
        thread_id = scene.announcement.thread_id if setup.form is Form.FORUM else None
        if setup.form is Form.FORUM and thread_id is None:
            sent = await self._outbox.open_post(setup.channel_id, post, name, maybe_sent_since=maybe_sent_since)
        else:
            place = Channel(thread_id or setup.channel_id)
            sent = await self._outbox.deliver(place, post, name, maybe_sent_since=maybe_sent_since)
        if isinstance(sent, Gone):
            await self._keep(scene.announcement, setup, sent.reason, state=AnnouncementState.FAILED)
            await self._tell_of_trouble(row, scene, sent.reason)
        return sent

    async def _posted(self, one: Announcement, scene: _Scene) -> None:
        assert one.airs_at is not None
        ends = watched_at(scene.show, scene.episodes, one.airs_at)
        async with self._database.begin() as tx:
            await announcements.change(
                tx,
                one.id,
                channel_id=one.channel_id,
                message_id=one.message_id,
                thread_id=one.thread_id,
                state=one.state,
            )
            await announcements.note(tx, one.guild_id, one.show_id, None)
            if one.thread_id is not None:
                await self._close(tx, one, one.thread_id)
            await due.add(tx, DueKind.ANNOUNCEMENT_AIRED, one.id, ends)

    async def _open_thread(self, one: Announcement, scene: _Scene) -> Outcome:
        opened = await self._outbox.open_thread(
            one.channel_id or 0, one.message_id or 0, scene.setup.locale, scene.show, scene.episodes
        )
        match opened:
            case Delivered(thread_id):
                async with self._database.begin() as tx:
                    await announcements.change(tx, one.id, thread_id=thread_id)
                    await self._close(tx, one, thread_id)
                return Delivered(0, 0)
            case Gone(reason):
                log.warning("There is no thread for announcement %s: %s", one.id, reason)
                async with self._database.begin() as tx:
                    await announcements.note(tx, one.guild_id, one.show_id, f"no-thread:{reason}")
                return Delivered(0, 0)
            case TryLater():
                # Tried again from here: the post is out.
                return opened

    async def changed(self, row: Due, maybe_sent_since: datetime | None) -> Outcome:
        """Show in a post that is out that its episode has moved."""
        scene = await self._scene(row)
        if scene is None or scene.announcement.message_id is None:
            return _NOTHING
        return await self._edit(scene)

    async def aired(self, row: Due, maybe_sent_since: datetime | None) -> Outcome:
        """Open the thread up to what has aired, post the recap there, and let the season end after its last episode."""
        scene = await self._scene(row)
        if scene is None or scene.announcement.state is not AnnouncementState.POSTED:
            return _NOTHING
        one, now = scene.announcement, self._clock.now()
        if one.airs_at is None or watched_at(scene.show, scene.episodes, one.airs_at) > now:
            return Gone("moved")
        edited = await self._edit(scene)
        if isinstance(edited, TryLater):
            return edited
        if one.thread_id is not None:
            async with self._database.begin() as tx:
                # What somebody has set by hand meanwhile stays.
                if await ceilings.get(tx, one.thread_id, one.show_id) == ceiling_before(one.episodes):
                    last = ceiling_after(one.episodes)
                    await ceilings.set(tx, one.thread_id, one.guild_id, one.show_id, last)
            recapped = await self._recap(row, scene, one.thread_id, maybe_sent_since)
            if isinstance(recapped, TryLater):
                return recapped
        async with self._database.begin() as tx:
            await announcements.change(tx, one.id, state=AnnouncementState.CLOSED)
            if ends_season(scene.show, one.episodes[-1], one.airs_at):
                await due.add(tx, DueKind.SEASON_END, one.id, now + _END_AFTER)
        return Delivered(0, 0)

    async def _recap(
        self, row: Due, scene: _Scene, thread_id: int, maybe_sent_since: datetime | None
    ) -> Outcome | None:
        if not scene.setup.recap or ceiling_after(scene.announcement.episodes) not in scene.announcement.episodes:
            return None
        for piece, episode in enumerate(scene.episodes):
            if not episode.beats:
                continue
            post = RecapPost(scene.setup, scene.show, episode)
            sent = await self._outbox.deliver(
                Channel(thread_id), post, nonce(row.id, piece), maybe_sent_since=maybe_sent_since
            )
            if not isinstance(sent, Delivered):
                return sent
        return None

    async def ended(self, row: Due, maybe_sent_since: datetime | None) -> Outcome:
        """Say once that a season is over."""
        scene = await self._scene(row)
        if scene is None:
            return _NOTHING
        one, setup = scene.announcement, scene.setup
        place = one.thread_id if setup.form is Form.FORUM else setup.channel_id
        post = SeasonEndPost(setup, scene.show, scene.episodes[-1], scene.again)
        return await self._outbox.deliver(
            Channel(place or setup.channel_id), post, nonce(row.id, 0), maybe_sent_since=maybe_sent_since
        )

    async def _edit(self, scene: _Scene) -> Outcome:
        one = scene.announcement
        now = self._clock.now()
        post = AnnouncementPost(one, scene.setup, scene.show, scene.episodes, scene.again, now, _late(one, scene.setup))
        return await self._outbox.edit(one.channel_id or 0, one.message_id or 0, post)

    async def _tell_of_trouble(self, row: Due, scene: _Scene, reason: str) -> None:
        """Tell whoever set it up, by themselves and once as long as it stays so."""
        setup = scene.setup
        if setup.notice is not None or setup.creator_id == NOBODY:
            return
        post = TroublePost(setup, scene.show, scene.episodes, reason)
        told = await self._outbox.deliver(Direct(setup.creator_id, None), post, nonce(row.id, 1), maybe_sent_since=None)
        if not isinstance(told, Delivered):
            log.warning("Nobody can be told that announcement %s failed: %s", scene.announcement.id, told.reason)

    async def _keep(
        self, one: Announcement, setup: AnnouncementSetup, notice: str | None, *, state: AnnouncementState
    ) -> None:
        async with self._database.begin() as tx:
            await announcements.change(tx, one.id, state=state)
            if notice is not None:
                await announcements.note(tx, setup.guild_id, setup.show_id, notice)

    async def _close(self, tx: Transaction, one: Announcement, thread_id: int) -> None:
        await ceilings.set(tx, thread_id, one.guild_id, one.show_id, ceiling_before(one.episodes))

    async def _scene(self, row: Due) -> _Scene | None:
        async with self._database.read() as tx:
            one = await announcements.get(tx, row.subject)
            setup = None if one is None else await announcements.setup_of(tx, one.guild_id, one.show_id)
            show = None if one is None else self._shows.get(one.show_id)
            if one is None or setup is None or show is None or one.episodes[-1] > len(show.episodes):
                return None
            local = await Timetables(tx).watched(one.guild_id, show)
            again = await reruns.on(tx, one.guild_id, one.show_id) is not None
        return _Scene(one, setup, local, tuple(local.episodes[number - 1] for number in one.episodes), again)


def _late(one: Announcement, setup: AnnouncementSetup) -> timedelta | None:
    """How much later a post came than it was to, where that is to be said; what moved later isn't late."""
    if not one.message_id or one.airs_at is None or one.moved_from is not None:
        return None
    due_at = max(one.airs_at - timedelta(minutes=setup.lead_minutes), setup.created_at)
    late = _posted_at(one.message_id) - due_at
    # Discord's clock and ours may differ.
    return late if late > 2 * ON_TIME else None


def _posted_at(message_id: int) -> datetime:
    """When a message was sent, UTC: Discord's ids begin with the milliseconds since 2015."""
    return _DISCORD_EPOCH + timedelta(milliseconds=message_id >> 22)


_PLANNED = AnnouncementState.PLANNED
