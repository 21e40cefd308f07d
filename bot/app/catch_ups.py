"""Plans to catch up with a show: making, following and ending them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.app.clock import Clock
from bot.app.moves import Moved
from bot.app.shows import Shows
from bot.app.timetables import Timetables
from bot.core.airing import airs_at
from bot.core.catch_up import (
    FURTHEST,
    CatchUp,
    CatchUpState,
    Deadline,
    Sitting,
    TooMuch,
    follow,
    in_time,
    plan,
    watchable,
)
from bot.core.errors import UserError
from bot.core.progress import Progress
from bot.core.reminder import DueKind, moved_from
from bot.core.show import Show
from bot.store import catch_ups, due
from bot.store.database import Database, Transaction

_KINDS = (DueKind.CATCH_UP,)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan that could be kept. ``too_late`` are episodes to be watched that air too late for it."""

    deadline: Deadline
    per_day: int | None
    sittings: tuple[Sitting, ...]
    too_late: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A plan that is kept now; ``replaced`` says whether it takes the place of another for the same show."""

    plan: CatchUp
    replaced: bool


class CatchUps:
    """Plans of one person for a show each. ``poke`` wakes whatever delivers what falls due."""

    def __init__(self, database: Database, clock: Clock, poke: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._poke = poke

    def propose(
        self, show: Show, watched: Progress, deadline: Deadline, per_day: int | None, last: int | None = None
    ) -> Proposal:
        """A plan for what somebody has still to watch, up to episode ``last`` (None: everything).

        Raises UserError: "when.past", "when.too-far", "catch-up.per-day" (below 1), "catch-up.seen-all",
        "catch-up.not-aired" or "catch-up.no-date" (nothing will have been shown by the deadline), or
        "catch-up.too-much…" with what would do instead.
        """
        now = self._clock.now()
        if deadline.at <= now:
            raise UserError("when.past", at=deadline.at)
        if deadline.at > now + FURTHEST:
            raise UserError("when.too-far", until=now + FURTHEST)
        if per_day is not None and per_day < 1:
            raise UserError("catch-up.per-day")
        unseen = watched.unseen(len(show.episodes) if last is None else last)
        if not unseen:
            raise UserError("catch-up.seen-all", show=show)
        episodes = in_time(watchable(show, unseen), deadline.at)
        if not episodes:
            first = show.episode(unseen[0])
            at = None if first is None else airs_at(first)
            if at is None:
                raise UserError("catch-up.no-date", number=unseen[0], show=show)
            raise UserError("catch-up.not-aired", number=unseen[0], at=at, show=show)
        sittings = plan(episodes, now, deadline, per_day)
        if isinstance(sittings, TooMuch):
            raise _explained(sittings, len(episodes), sum(episode.minutes for episode in episodes), deadline)
        return Proposal(deadline, per_day, sittings, unseen[len(episodes) :])

    async def create(
        self,
        *,
        user_id: int,
        show: Show,
        proposal: Proposal,
        channel_id: int | None,
        guild_id: int | None,
        dm_channel_id: int | None,
        locale: str,
    ) -> Made:
        """Keep a plan in place of the one that there was for the show; its reminders are due with it.

        All in one transaction. Raises UserError("catch-up.too-many").
        """
        async with self._database.begin() as tx:
            made, former = await catch_ups.create(
                tx,
                user_id=user_id,
                show_id=show.id,
                deadline=proposal.deadline,
                per_day=proposal.per_day,
                channel_id=channel_id,
                guild_id=guild_id,
                dm_channel_id=dm_channel_id,
                locale=locale,
                sittings=proposal.sittings,
                now=self._clock.now(),
            )
            if former is not None:
                await _withdraw(tx, former)
            for planned in made.sittings:
                await due.add(tx, DueKind.CATCH_UP, planned.id, planned.sitting.starts_at)
        self._poke()
        return Made(made, former is not None and former.deadline.at > self._clock.now())

    async def current(self, user_id: int, show: Show, watched: Progress) -> CatchUp | None:
        """Somebody's plan for a show. One of which everything has been watched ends with that."""
        async with self._database.read() as tx:
            found = await catch_ups.current(tx, user_id, show.id)
        if found is None or found.left(watched.unseen(len(show.episodes))):
            return found
        await self._end(found)
        return replace(found, state=CatchUpState.ENDED)

    async def get(self, plan_id: int, user_id: int) -> CatchUp:
        """An active plan of one's own. Raises UserError("catch-up.gone")."""
        async with self._database.read() as tx:
            found = await catch_ups.get(tx, plan_id)
        return _own(found, user_id)

    async def active(self, user_id: int) -> tuple[CatchUp, ...]:
        """Plans whose deadline is still to come, in the order in which they were made."""
        async with self._database.read() as tx:
            return await catch_ups.list_active(tx, user_id, self._clock.now())

    async def undelivered(self, user_id: int) -> tuple[tuple[str, Sitting, str], ...]:
        """Sittings whose reminder could not be delivered or came too late, newest first.

        Each with the show's id before it and the reason after it.
        """
        async with self._database.read() as tx:
            return await due.undelivered_sittings(tx, user_id)

    async def stop(self, plan_id: int, user_id: int) -> CatchUp:
        """End a plan of one's own and take its reminders back. Raises UserError("catch-up.gone")."""
        found = await self.get(plan_id, user_id)
        if not await self._end(found):
            raise UserError("catch-up.gone")
        return found

    async def snooze(self, sitting_id: int, user_id: int, minutes: int) -> datetime:
        """Be reminded of a sitting again after ``minutes``; when that is. Raises UserError("catch-up.gone")."""
        at = self._clock.now() + timedelta(minutes=minutes)
        async with self._database.begin() as tx:
            found = await catch_ups.with_sitting(tx, sitting_id)
            _own(None if found is None else found[0], user_id)
            await due.withdraw(tx, _KINDS, sitting_id)
            await due.add(tx, DueKind.CATCH_UP, sitting_id, at)
        self._poke()
        return at

    async def follow(self, tx: Transaction, shows: Shows, unsure: frozenset[tuple[int, str]]) -> list[Moved]:
        """See `bot.app.moves.Follower`. Sittings move that would begin before their episodes have aired now."""
        moved: list[Moved] = []
        times = Timetables(tx)
        for found in await catch_ups.all_active(tx):
            loaded = shows.get(found.show_id)
            if loaded is None:
                continue
            show = await times.broadcast(found.guild_id, loaded)
            whose = found.user_id, found.show_id
            waiting = await due.waiting(tx, DueKind.CATCH_UP, [planned.id for planned in found.sittings])
            ahead = [planned for planned in found.sittings if planned.id in waiting]
            numbers = [number for planned in ahead for number in planned.sitting.episodes]
            available = {episode.number: episode.available_at for episode in watchable(show, numbers)}
            for before, after in zip(ahead, follow(ahead, available, found.deadline), strict=True):
                was, now = before.sitting.starts_at, after.sitting.starts_at
                if now == was:
                    continue
                believed = moved_from(was, now, before.moved_from, sure=whose not in unsure)
                await catch_ups.move(tx, replace(after, moved_from=believed))
                await due.move(tx, DueKind.CATCH_UP, after.id, now)
                moved.append(Moved(*whose, believed is None, now))
        return moved

    async def _end(self, found: CatchUp) -> bool:
        async with self._database.begin() as tx:
            ended = await catch_ups.end(tx, found.id)
            if ended:
                await _withdraw(tx, found)
        return ended


async def _withdraw(tx: Transaction, found: CatchUp) -> None:
    await due.withdraw(tx, _KINDS, *(planned.id for planned in found.sittings))


def _own(found: CatchUp | None, user_id: int) -> CatchUp:
    if found is None or found.user_id != user_id or found.state is not CatchUpState.ACTIVE:
        raise UserError("catch-up.gone")
    return found


def _explained(answer: TooMuch, count: int, minutes: int, deadline: Deadline) -> UserError:
    """Why there is no plan, with what would do."""
    facts = {"count": count, "hours": -(-minutes // 60), "at": deadline.at}
    if answer.until is None:
        if answer.per_day is None:
            return UserError("catch-up.too-much", **facts)
        return UserError("catch-up.too-much-per-day", per_day=answer.per_day, **facts)
    if answer.per_day is None:
        return UserError("catch-up.too-much-until", until=answer.until.at, **facts)
    return UserError("catch-up.too-much-either", per_day=answer.per_day, until=answer.until.at, **facts)
