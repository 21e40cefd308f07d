"""Plans to catch up as they are made, followed and announced: with a real store, and an outbox that records."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.app.catch_ups import CatchUps, Made
from bot.app.clock import ManualClock
from bot.app.due_runner import DueRunner
from bot.app.moves import Moves
from bot.app.outbox import Channel, Direct, Gone, Lateness, TryLater
from bot.app.shows import Shows
from bot.core.catch_up import CatchUp, CatchUpState, Deadline
from bot.core.errors import UserError
from bot.core.progress import Progress
from bot.core.reminder import Cause, DueKind, DueState
from bot.core.show import Catalogue, Show
from bot.store import catch_ups, due, progress
from bot.store.database import Database
from bot.store.tables import due as due_table
from tests.app.recording import Hang, RecordingOutbox
from tests.harbour import harbour

#: Four episodes have aired, the fifth airs in two days at 20:00, nobody knows when the sixth does.
NOW = datetime(2025, 7, 28, 9, tzinfo=UTC)
AIRS = [*(NOW - timedelta(days=day) for day in (4, 3, 2, 1)), NOW + timedelta(days=2, hours=11), None]
SHOW = harbour(*AIRS)
TONIGHT = NOW + timedelta(hours=11)
ANN, BO = 11, 12
HERE, DM = 21, 31

waiting, delivered, undelivered = DueState.WAITING, DueState.DELIVERED, DueState.UNDELIVERED
dropped, withdrawn = DueState.DROPPED, DueState.WITHDRAWN


def by(days: float) -> Deadline:
    """20:00 in UTC so many days ahead."""
    at = TONIGHT + timedelta(days=days)
    return Deadline(at, at.replace(tzinfo=None), "UTC")


@dataclass
class Office:
    """A queue with what puts plans into it and takes them out."""

    database: Database
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    outbox: RecordingOutbox = field(default_factory=RecordingOutbox)
    shows: Shows = field(default_factory=lambda: Shows(Catalogue({SHOW.id: SHOW})))
    pokes: int = 0

    def __post_init__(self) -> None:
        self.runner = self.another("first")
        self.catch_ups = CatchUps(self.database, self.clock, self._poke)

    def _poke(self) -> None:
        self.pokes += 1

    def another(self, worker: str) -> DueRunner:
        return DueRunner(self.database, self.outbox, self.clock, self.shows, worker)

    async def make(
        self,
        deadline: Deadline | None = None,
        *,
        user_id: int = ANN,
        show: Show = SHOW,
        watched: Progress | None = None,
        per_day: int | None = None,
        here: bool = True,
    ) -> Made:
        proposal = self.catch_ups.propose(show, watched or Progress(), deadline or by(1), per_day)
        return await self.catch_ups.create(
            user_id=user_id,
            show=show,
            proposal=proposal,
            channel_id=HERE if here else None,
            guild_id=1 if here else None,
            dm_channel_id=DM,
            locale="en-US",
        )

    async def see(self, *episodes: int, user_id: int = ANN) -> None:
        async with self.database.begin() as tx:
            await progress.set(tx, user_id, SHOW.id, Progress.of(episodes))

    async def run_at(self, at: datetime) -> int:
        self.clock.set(at)
        return await self.runner.run_due()

    async def rows(self) -> list[tuple[DueState, str | None]]:
        async with self.database.read() as tx:
            query = sa.select(due_table.c.state, due_table.c.reason).order_by(due_table.c.id)
            return [(row.state, row.reason) for row in await tx.execute(query)]

    async def due_at(self) -> list[datetime]:
        async with self.database.read() as tx:
            query = sa.select(due_table.c.due_at).where(due_table.c.state == waiting).order_by(due_table.c.id)
            return list((await tx.execute(query)).scalars())

    async def get(self, plan: CatchUp) -> CatchUp:
        async with self.database.read() as tx:
            found = await catch_ups.get(tx, plan.id)
        assert found is not None
        return found

    async def follow(self) -> int:
        """Follow the schedule; how many sittings that moves."""
        return await Moves(self.database, self.clock, self._poke, [self.catch_ups]).follow(self.shows)

    def reload(self, *airs: datetime | None) -> None:
        self.shows.replace(Catalogue({SHOW.id: harbour(*airs)}))


@pytest.fixture
async def office(database: Database) -> Office:
    return Office(database)


# --------------------------------------------------------------------- making


async def test_a_plan_and_what_is_due_for_it(office: Office) -> None:
    made = await office.make()
    assert not made.replaced
    sittings = [planned.sitting for planned in made.plan.sittings]
    assert [(one.starts_at, one.episodes) for one in sittings] == [
        (TONIGHT, (1, 2)),
        (TONIGHT + timedelta(hours=22), (3, 4)),
    ]
    assert await office.due_at() == [one.starts_at for one in sittings]
    assert office.pokes == 1
    assert await office.catch_ups.active(ANN) == (made.plan,)
    assert await office.catch_ups.active(BO) == ()
    assert await office.catch_ups.get(made.plan.id, ANN) == made.plan


async def test_what_airs_too_late_is_told(office: Office) -> None:
    proposal = office.catch_ups.propose(SHOW, Progress(3), by(1), None)
    assert proposal.too_late == (5, 6)
    assert office.catch_ups.propose(SHOW, Progress(3), by(3), None).too_late == (6,)


@pytest.mark.parametrize(
    ("watched", "deadline", "per_day", "key", "arguments"),
    [
        (Progress(), Deadline(NOW, NOW, "UTC"), None, "when.past", {"at": NOW}),
        (Progress(), by(181), None, "when.too-far", {"until": NOW + timedelta(days=180)}),
        (Progress(), by(1), 0, "catch-up.per-day", {}),
        (Progress(6), by(1), None, "catch-up.seen-all", {"show": SHOW}),
        (Progress(4), by(1), None, "catch-up.not-aired", {"number": 5, "at": AIRS[4], "show": SHOW}),
        (Progress(4), by(2), None, "catch-up.not-aired", {"number": 5, "at": AIRS[4], "show": SHOW}),
        (Progress(5), by(1), None, "catch-up.no-date", {"number": 6, "show": SHOW}),
        (
            Progress(),
            by(1),
            1,
            "catch-up.too-much-either",
            {"count": 4, "hours": 4, "at": by(1).at, "per_day": 2, "until": by(3).at},
        ),
        (
            Progress(),
            Deadline(NOW + timedelta(hours=1), NOW + timedelta(hours=1), "UTC"),
            None,
            "catch-up.too-much-until",
            {"count": 4, "hours": 4, "at": NOW + timedelta(hours=1), "until": NOW + timedelta(hours=25)},
        ),
    ],
)
async def test_what_cannot_be_planned(
    office: Office, watched: Progress, deadline: Deadline, per_day: int | None, key: str, arguments: dict[str, object]
) -> None:
    naive = Deadline(deadline.at, deadline.wall.replace(tzinfo=None), deadline.zone)
    with pytest.raises(UserError) as caught:
        office.catch_ups.propose(SHOW, watched, naive, per_day)
    assert (caught.value.key, caught.value.arguments) == (key, arguments)


async def test_more_than_half_a_year_of_watching(office: Office) -> None:
    long = harbour(*[NOW - timedelta(days=1)] * 200)
    with pytest.raises(UserError) as caught:
        office.catch_ups.propose(long, Progress(), by(100), 1)
    assert caught.value.key == "catch-up.too-much-per-day"
    assert caught.value.arguments["per_day"] == 2
    with pytest.raises(UserError) as caught:
        office.catch_ups.propose(harbour(*[NOW - timedelta(days=1)] * 2000), Progress(), by(100), None)
    assert caught.value.key == "catch-up.too-much"


async def test_a_new_plan_takes_the_former_back(office: Office) -> None:
    first = await office.make()
    second = await office.make(by(2))
    assert second.replaced
    assert (await office.get(first.plan)).state is CatchUpState.ENDED
    assert (await office.rows())[:2] == [(withdrawn, None)] * 2
    assert await office.catch_ups.active(ANN) == (second.plan,)


async def test_a_plan_that_is_over_is_not_replaced_but_followed(office: Office) -> None:
    await office.make(by(0))
    office.clock.set(NOW + timedelta(days=1))
    assert not (await office.make(by(1))).replaced


async def test_two_at_the_same_moment_leave_one(office: Office) -> None:
    made = await asyncio.gather(*(office.make() for _ in range(5)))
    [kept] = await office.catch_ups.active(ANN)
    assert kept.id == max(one.plan.id for one in made)
    assert len(await office.due_at()) == 2


# --------------------------------------------------------------------- ending


async def test_watching_all_of_it_ends_it_when_it_is_looked_at(office: Office) -> None:
    made = await office.make()
    assert await office.catch_ups.current(ANN, SHOW, Progress(3)) == made.plan
    found = await office.catch_ups.current(ANN, SHOW, Progress(4))
    assert found is not None
    assert found.state is CatchUpState.ENDED
    assert await office.catch_ups.current(ANN, SHOW, Progress(4)) is None
    assert await office.rows() == [(withdrawn, None)] * 2


async def test_only_the_owner_stops_and_only_once(office: Office) -> None:
    made = await office.make()
    with pytest.raises(UserError, match=r"catch-up\.gone"):
        await office.catch_ups.stop(made.plan.id, BO)
    assert await office.catch_ups.stop(made.plan.id, ANN) == made.plan
    for gone in (
        office.catch_ups.stop(made.plan.id, ANN),
        office.catch_ups.get(made.plan.id, ANN),
        office.catch_ups.snooze(made.plan.sittings[0].id, ANN, 60),
        office.catch_ups.snooze(99, ANN, 60),
    ):
        with pytest.raises(UserError, match=r"catch-up\.gone"):
            await gone
    assert await office.run_at(NOW + timedelta(days=9)) == 0


# ------------------------------------------------------------------- announcing


async def test_a_sitting_is_announced_when_it_begins(office: Office) -> None:
    made = await office.make()
    assert await office.run_at(TONIGHT - timedelta(microseconds=1)) == 0
    assert await office.run_at(TONIGHT) == 1
    [attempt] = office.outbox.attempts
    post = attempt.catch_up
    assert attempt.to == Direct(ANN, DM)
    assert (post.plan, post.planned) == (made.plan, made.plan.sittings[0])
    assert [episode.number for episode in post.episodes] == [1, 2]
    assert (post.late, post.mention) == (None, False)
    assert await office.rows() == [(delivered, None), (waiting, None)]
    assert (await office.get(made.plan)).state is CatchUpState.ACTIVE, "it is looked at until its deadline"


async def test_only_what_is_left_is_named(office: Office) -> None:
    await office.make()
    await office.see(1)
    await office.run_at(TONIGHT)
    assert [episode.number for episode in office.outbox.attempts[0].catch_up.episodes] == [2]


async def test_what_was_seen_meanwhile_is_dropped_and_is_no_failure(office: Office) -> None:
    await office.make()
    await office.see(1, 2)
    await office.run_at(TONIGHT)
    assert office.outbox.attempts == []
    assert (await office.rows())[0] == (dropped, due.ALREADY_SEEN)
    assert await office.catch_ups.undelivered(ANN) == ()


async def test_taking_progress_back_announces_it_after_all(office: Office) -> None:
    await office.make()
    await office.see(1, 2, 3, 4)
    await office.see()
    await office.run_at(TONIGHT)
    assert len(office.outbox.attempts) == 1


async def test_late_says_how_late(office: Office) -> None:
    await office.make()
    await office.run_at(TONIGHT + timedelta(hours=3))
    assert office.outbox.attempts[0].catch_up.late == Lateness(timedelta(hours=3), Cause.OFFLINE)


async def test_twelve_hours_late_is_too_late(office: Office) -> None:
    made = await office.make()
    await office.run_at(TONIGHT + timedelta(hours=12))
    assert office.outbox.attempts == []
    assert (await office.rows())[0] == (dropped, "over")
    assert await office.catch_ups.undelivered(ANN) == ((SHOW.id, made.plan.sittings[0].sitting, "over"),)
    assert await office.catch_ups.undelivered(BO) == ()


async def test_what_was_tried_until_it_was_too_late_failed(office: Office) -> None:
    await office.make()
    office.outbox.answer(TryLater("http 503"))
    await office.run_at(TONIGHT)
    await office.run_at(TONIGHT + timedelta(hours=12))
    assert (await office.rows())[0] == (undelivered, "over-before-delivery")


async def test_closed_messages_fall_back_to_the_channel(office: Office) -> None:
    await office.make()
    office.outbox.answer(Gone("dms-closed"))
    await office.run_at(TONIGHT)
    first, second = office.outbox.attempts
    assert (first.to, first.catch_up.mention) == (Direct(ANN, DM), False)
    assert (second.to, second.catch_up.mention) == (Channel(HERE), True)
    assert first.nonce != second.nonce
    assert (await office.rows())[0] == (delivered, None)


async def test_both_closed_is_kept_with_the_reason(office: Office) -> None:
    made = await office.make()
    office.outbox.answer(Gone("dms-closed"), Gone("forbidden"))
    await office.run_at(TONIGHT)
    assert await office.catch_ups.undelivered(ANN) == ((SHOW.id, made.plan.sittings[0].sitting, "dms-closed"),)


async def test_closed_messages_without_a_channel(office: Office) -> None:
    await office.make(here=False)
    office.outbox.answer(Gone("dms-closed"))
    await office.run_at(TONIGHT)
    assert len(office.outbox.attempts) == 1
    assert (await office.rows())[0] == (undelivered, "dms-closed")


async def test_a_crash_between_send_and_finish_shows_it_once(office: Office) -> None:
    await office.make()
    office.outbox.answer(Hang(accepted=True))
    office.clock.set(TONIGHT)
    crashed = asyncio.create_task(office.runner.run_due())
    await office.outbox.hanging.wait()
    office.runner = office.another("second")
    await office.run_at(TONIGHT + timedelta(seconds=121))
    assert len(office.outbox.attempts) == 2
    assert len(office.outbox.shown) == 1
    crashed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await crashed


async def test_snoozed_it_comes_again_even_after_twelve_hours(office: Office) -> None:
    made = await office.make()
    await office.run_at(TONIGHT)
    office.clock.set(TONIGHT + timedelta(hours=11, minutes=30))
    again = await office.catch_ups.snooze(made.plan.sittings[0].id, ANN, 60)
    assert again == TONIGHT + timedelta(hours=12, minutes=30)
    await office.run_at(again)
    first, second = office.outbox.attempts
    assert first.nonce != second.nonce


async def test_a_row_without_its_sitting_is_dropped(office: Office) -> None:
    async with office.database.begin() as tx:
        await due.add(tx, DueKind.CATCH_UP, 99, NOW)
    await office.run_at(NOW)
    assert await office.rows() == [(dropped, "cancelled")]


async def test_a_show_that_is_not_loaded_any_more(office: Office) -> None:
    await office.make()
    office.shows.replace(Catalogue({"other": SHOW}))
    assert await office.follow() == 0
    await office.run_at(TONIGHT)
    assert (await office.rows())[0] == (undelivered, "show-not-loaded")


async def test_a_show_that_has_lost_an_episode(office: Office) -> None:
    await office.make()
    office.reload(AIRS[0])
    assert await office.follow() == 0
    await office.run_at(TONIGHT)
    assert (await office.rows())[0] == (undelivered, "show-not-loaded")


# ------------------------------------------------------------ following the schedule


async def test_sittings_follow_an_episode_that_airs_later(office: Office) -> None:
    made = await office.make(by(5), watched=Progress(3))
    first, second = made.plan.sittings
    assert (first.sitting.starts_at, first.sitting.episodes) == (TONIGHT, (4,))
    assert (second.sitting.starts_at, second.sitting.episodes) == (TONIGHT + timedelta(days=3), (5,))
    office.reload(*AIRS[:4], NOW + timedelta(days=3, hours=12), None)
    pokes = office.pokes
    assert await office.follow() == 1
    assert office.pokes == pokes + 1
    moved = await office.get(made.plan)
    assert moved.sittings[0] == first
    assert moved.sittings[1].sitting.starts_at == TONIGHT + timedelta(days=4)
    assert moved.sittings[1].sequence == 1
    assert moved.sittings[1].moved_from == TONIGHT + timedelta(days=3)
    notice_at = NOW + timedelta(seconds=60)
    assert await office.due_at() == [*(one.sitting.starts_at for one in moved.sittings), notice_at]
    assert await office.follow() == 0, "it is fine now"
    office.reload(*AIRS)
    assert await office.follow() == 0, "and stays where it is"


async def test_sittings_that_were_announced_stay(office: Office) -> None:
    made = await office.make()
    await office.run_at(TONIGHT)
    office.reload(NOW + timedelta(days=9), *AIRS[1:])
    assert await office.follow() == 0
    assert await office.get(made.plan) == made.plan


async def test_plans_that_ended_stay(office: Office) -> None:
    made = await office.make()
    await office.catch_ups.stop(made.plan.id, ANN)
    office.reload(NOW + timedelta(days=9), *AIRS[1:])
    assert await office.follow() == 0
