"""The due queue as it is worked on: with a real store, and an outbox that can do anything but lose a message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app.clock import ManualClock
from bot.app.due_runner import MENTIONS_PER_MESSAGE, DueRunner
from bot.app.moves import Moves
from bot.app.outbox import Channel, Delivered, DigestPost, Direct, Gone, Lateness, MovedPost, TryLater
from bot.app.parties import Parties
from bot.app.reminders import Reminders
from bot.app.shows import Shows
from bot.core.errors import UserError
from bot.core.party import Answer, Party
from bot.core.quiet import QuietHours
from bot.core.reminder import Cause, Delivery, DueKind, DueState, Reminder, ReminderChoice, ReminderState, nonce
from bot.core.show import Catalogue
from bot.core.when import Understood
from bot.store import due, parties, people, reminder_choices, reminders
from bot.store.database import Database
from bot.store.tables import due as due_table
from bot.store.tables import reminder_choice
from tests.app.recording import Hang, Late, RecordingOutbox
from tests.harbour import harbour

NOW = datetime(2025, 7, 28, 9, tzinfo=UTC)
#: Episode 1 airs at 13:00 UTC and lasts an hour, episode 2 a week later.
AIRS = datetime(2025, 7, 28, 13, tzinfo=UTC)
ANN, BO = 11, 12
HERE, DM = 21, 31

delivered, undelivered = DueState.DELIVERED, DueState.UNDELIVERED
dropped, waiting = DueState.DROPPED, DueState.WAITING


SHOW = harbour(AIRS, AIRS + timedelta(days=7))


@dataclass
class Office:
    """A queue with everything that puts into it and takes from it."""

    database: Database
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    outbox: RecordingOutbox = field(default_factory=RecordingOutbox)
    shows: Shows = field(default_factory=lambda: Shows(Catalogue({SHOW.id: SHOW})))
    pokes: int = 0

    def __post_init__(self) -> None:
        self.runner = self.another("first")
        self.reminders = Reminders(self.database, self.clock, self._poke)
        self.parties = Parties(self.database, self.clock, self.shows, self._poke)

    def _poke(self) -> None:
        self.pokes += 1
        self.runner.poke()

    def another(self, worker: str, step: float = 60.0) -> DueRunner:
        """A runner on the same queue, as after a crash."""
        return DueRunner(self.database, self.outbox, self.clock, self.shows, worker, step)

    async def remind(self, user_id: int = ANN, *, episode: int = 1, lead: int = 15, here: bool = True) -> Reminder:
        found = SHOW.episode(episode)
        assert found is not None
        [made] = await self.reminders.create(
            user_id=user_id,
            show=SHOW,
            episode=found,
            leads=(lead,),
            channel_id=HERE if here else None,
            guild_id=1 if here else None,
            dm_channel_id=DM,
            locale="en-US",
        )
        return made

    async def choose(self, user_id: int = ANN, **choice: Any) -> None:
        """Let somebody be reminded in another way."""
        await self.reminders.choose(user_id, lambda before: replace(before, **choice))

    async def party(self, *guests: int, lead: int = 30) -> Party:
        party = await self.parties.create(
            guild_id=1,
            channel_id=HERE,
            creator_id=ANN,
            show=SHOW,
            episodes=SHOW.episodes[:1],
            when=Understood(AIRS, AIRS.replace(tzinfo=None), "UTC"),
            leads=(lead,),
            locale="en-US",
        )
        async with self.database.begin() as tx:
            for guest in guests:
                await parties.answer(tx, party, guest, Answer.GOING, self.clock.now())
        return party

    async def run_at(self, at: datetime) -> int:
        self.clock.set(at)
        return await self.runner.run_due()

    async def rows(self, *kinds: DueKind) -> list[tuple[DueState, str | None]]:
        table = due_table.c
        async with self.database.read() as tx:
            rows = await tx.execute(sa.select(table.kind, table.state, table.reason).order_by(table.id))
            return [(state, reason) for kind, state, reason in rows if not kinds or kind in kinds]

    async def next_at(self) -> datetime | None:
        return await due.next_at(self.database)

    async def state_of(self, reminder: Reminder) -> ReminderState:
        async with self.database.read() as tx:
            found = await reminders.get(tx, reminder.id)
        assert found is not None
        return found.state


@pytest.fixture
async def office(database: Database) -> Office:
    return Office(database)


REMINDED = AIRS - timedelta(minutes=15)


def offline(**by: float) -> Lateness:
    return Lateness(timedelta(**by), Cause.OFFLINE)


# --------------------------------------------------------------- reminders


async def test_nothing_is_sent_before_its_time(office: Office) -> None:
    await office.remind()
    assert await office.run_at(REMINDED - timedelta(microseconds=1)) == 0
    assert office.outbox.attempts == []
    assert await office.next_at() == REMINDED


async def test_a_reminder_is_sent_at_its_time_and_once(office: Office) -> None:
    reminder = await office.remind()
    assert await office.run_at(REMINDED) == 1
    [attempt] = office.outbox.attempts
    assert attempt.to == Direct(ANN, DM)
    assert attempt.reminder.reminder == reminder
    assert (attempt.reminder.late, attempt.reminder.mention) == (None, False)
    assert (attempt.nonce, attempt.maybe_sent_since) == (nonce(1, 0), None)
    assert await office.rows() == [(delivered, None)]
    assert await office.state_of(reminder) is ReminderState.DONE
    assert await office.run_at(AIRS) == 0
    assert len(office.outbox.attempts) == 1
    assert office.runner.counts.delivered == 1
    assert office.runner.counts.late == 0


async def test_a_late_reminder_says_how_late(office: Office) -> None:
    await office.remind()
    await office.run_at(REMINDED + timedelta(minutes=40))
    assert office.outbox.attempts[0].reminder.late == offline(minutes=40)
    assert office.runner.counts.late == 1


async def test_late_though_somebody_was_there_is_told_apart(office: Office) -> None:
    await office.remind(1, lead=60)
    await office.remind(2, lead=60)
    at = AIRS - timedelta(hours=1)
    office.outbox.answer(TryLater("http 503"))
    await office.run_at(at)
    # Only the second of them got through; the runner goes on at its step.
    for minutes in range(1, 4):
        office.outbox.answer(TryLater("http 503"))
        await office.run_at(at + timedelta(minutes=minutes))
    await office.run_at(at + timedelta(minutes=8))
    refused = office.outbox.attempts[-1].reminder
    assert refused.late == Lateness(timedelta(minutes=8), Cause.REFUSED)


async def test_late_for_want_of_time_is_told_apart(office: Office) -> None:
    """Everything before it took so long, though the queue was worked on without a gap."""
    for user in range(101):
        await office.remind(1000 + user)
    office.clock.set(REMINDED)
    office.outbox.before = lambda _attempt: office.clock.advance(timedelta(seconds=1.5))
    await office.runner.run_due()
    *_, last = office.outbox.attempts
    assert last.reminder.late == Lateness(timedelta(seconds=150), Cause.BUSY)


async def test_what_was_cut_off_by_a_crash_is_late_by_our_fault(office: Office) -> None:
    await office.remind()
    office.clock.set(REMINDED)
    office.outbox.answer(Hang())
    crashed = asyncio.create_task(office.runner.run_due())
    await office.outbox.hanging.wait()
    office.runner = office.another("second")
    await office.run_at(REMINDED + timedelta(minutes=5))
    assert office.outbox.attempts[-1].reminder.late == offline(minutes=5)
    crashed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await crashed


async def test_a_machine_that_slept_was_offline(office: Office) -> None:
    await office.remind()
    await office.run_at(REMINDED - timedelta(minutes=10))
    await office.run_at(REMINDED + timedelta(minutes=5))
    assert office.outbox.attempts[-1].reminder.late == offline(minutes=5)


async def test_two_minutes_late_is_on_time(office: Office) -> None:
    await office.remind()
    await office.run_at(REMINDED + timedelta(minutes=2))
    assert office.outbox.attempts[0].reminder.late is None


async def test_a_reminder_is_dropped_once_its_episode_is_over(office: Office) -> None:
    reminder = await office.remind()
    await office.run_at(AIRS + timedelta(hours=1))
    assert office.outbox.attempts == []
    assert await office.rows() == [(dropped, "over"), (waiting, None)]
    assert await office.rows(DueKind.DIGEST) == [(waiting, None)]
    assert await office.state_of(reminder) is ReminderState.DONE
    assert await office.reminders.undelivered(ANN) == ((reminder_done(reminder), "over"),)
    assert office.runner.counts.dropped == 1


async def test_what_was_tried_until_it_was_over_failed(office: Office) -> None:
    await office.remind()
    office.outbox.answer(TryLater("http 503"))
    await office.run_at(REMINDED)
    await office.run_at(AIRS + timedelta(hours=1))
    assert await office.rows(DueKind.REMINDER) == [(undelivered, "over-before-delivery")]


@pytest.mark.parametrize("kind", ["direct", "mention", "party"])
async def test_what_came_before_a_crash_has_not_failed_because_it_is_over(office: Office, kind: str) -> None:
    if kind == "party":
        await office.party()
        await office.run_at(AIRS - timedelta(minutes=31))
    else:
        await office.remind()
        await office.choose(delivery=Delivery.MENTION if kind == "mention" else Delivery.DM)
    office.outbox.answer(Hang(accepted=True))
    office.clock.set(AIRS - timedelta(minutes=30) if kind == "party" else REMINDED)
    crashed = asyncio.create_task(office.runner.run_due())
    await office.outbox.hanging.wait()
    crashed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await crashed
    attempts = len(office.outbox.attempts)
    office.runner = office.another("second")
    await office.run_at(AIRS + timedelta(hours=3))
    due_kind = DueKind.PARTY_LEAD if kind == "party" else DueKind.REMINDER
    assert await office.rows(due_kind) == [(delivered, None)]
    assert await office.rows(DueKind.DIGEST) == []
    again = [attempt for attempt in office.outbox.attempts[attempts:] if kind != "party"]
    assert again == [], "it isn't sent a second time"


async def test_a_snoozed_reminder_comes_though_the_episode_is_over(office: Office) -> None:
    reminder = await office.remind()
    await office.run_at(REMINDED)
    office.clock.set(AIRS + timedelta(minutes=55))
    await office.reminders.snooze(reminder.id, ANN, AIRS + timedelta(minutes=115))
    assert await office.state_of(reminder) is ReminderState.ACTIVE
    [listed] = await office.reminders.active(ANN)
    assert listed.fires_at == AIRS + timedelta(minutes=115)
    await office.run_at(AIRS + timedelta(minutes=115))
    first, second = office.outbox.attempts
    assert first.nonce != second.nonce
    assert await office.state_of(reminder) is ReminderState.DONE


async def test_a_reminder_that_was_snoozed_while_it_was_sent_comes_again(office: Office) -> None:
    reminder = await office.remind()
    office.outbox.answer(Hang(accepted=True))
    office.clock.set(REMINDED)
    running = asyncio.create_task(office.runner.run_due())
    await office.outbox.hanging.wait()
    await office.reminders.snooze(reminder.id, ANN, REMINDED + timedelta(minutes=10))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await office.state_of(reminder) is ReminderState.ACTIVE
    await office.run_at(REMINDED + timedelta(minutes=10))
    assert len(office.outbox.shown) == 2


async def test_a_cancelled_reminder_is_not_sent(office: Office) -> None:
    reminder = await office.remind()
    await office.reminders.cancel([reminder.id], ANN)
    assert await office.run_at(REMINDED) == 0
    assert await office.rows() == [(DueState.WITHDRAWN, None)]


async def test_a_row_without_its_reminder_is_dropped(office: Office) -> None:
    async with office.database.begin() as tx:
        await due.add(tx, DueKind.REMINDER, 99, NOW)
    await office.run_at(NOW)
    assert await office.rows() == [(dropped, "cancelled")]


async def test_a_show_that_is_not_loaded_any_more(office: Office) -> None:
    reminder = await office.remind()
    await office.party(ANN)
    other = harbour(AIRS)
    office.shows.replace(Catalogue({"other": other}))
    await office.run_at(REMINDED)
    assert await office.rows() == [(undelivered, "show-not-loaded")] * 3 + [(waiting, None)] * 2
    assert await office.reminders.undelivered(ANN) == ((reminder_done(reminder), "show-not-loaded"),)


# ------------------------------------------------------------ refusals


async def test_closed_messages_fall_back_to_the_channel_with_one_mention(office: Office) -> None:
    await office.remind()
    office.outbox.answer(Gone("dms-closed"))
    await office.run_at(REMINDED)
    first, second = office.outbox.attempts
    assert (first.to, first.reminder.mention) == (Direct(ANN, DM), False)
    assert (second.to, second.reminder.mention) == (Channel(HERE), True)
    assert first.nonce != second.nonce
    assert await office.rows() == [(delivered, None)]


async def test_both_closed_is_kept_with_the_reason_that_the_person_can_change(office: Office) -> None:
    reminder = await office.remind()
    office.outbox.answer(Gone("dms-closed"), Gone("forbidden"))
    await office.run_at(REMINDED)
    assert await office.rows() == [(undelivered, "dms-closed")]
    assert await office.reminders.undelivered(ANN) == ((reminder_done(reminder), "dms-closed"),)
    assert office.runner.counts.undelivered == 1
    assert await office.run_at(AIRS) == 0


async def test_closed_messages_without_a_channel(office: Office) -> None:
    await office.remind(here=False)
    office.outbox.answer(Gone("dms-closed"))
    await office.run_at(REMINDED)
    assert len(office.outbox.attempts) == 1
    assert await office.rows() == [(undelivered, "dms-closed")]


async def test_a_fallback_that_fails_for_now_is_tried_again_with_its_own_nonce(office: Office) -> None:
    await office.remind()
    office.outbox.answer(Gone("dms-closed"), TryLater("http 500"))
    await office.run_at(REMINDED)
    assert await office.rows() == [(waiting, "http 500")]
    await office.run_at(REMINDED + timedelta(seconds=5))
    assert await office.rows() == [(delivered, None)]
    # Not to their messages again: it may have been accepted in the channel.
    first, *nonces = [attempt.nonce for attempt in office.outbox.attempts]
    assert [attempt.to for attempt in office.outbox.attempts] == [Direct(ANN, DM), Channel(HERE), Channel(HERE)]
    assert first not in nonces
    assert nonces[0] == nonces[1]
    assert len(office.outbox.shown) == 1


# ------------------------------------------------------------- digests


def digests_of(office: Office) -> list[DigestPost]:
    return [attempt.post for attempt in office.outbox.attempts if isinstance(attempt.post, DigestPost)]


async def test_what_came_to_nothing_is_told_once_to_each(office: Office) -> None:
    for lead in (0, 5, 15):
        await office.remind(lead=lead)
    await office.remind(BO)
    await office.remind(BO, episode=2)
    back = AIRS + timedelta(hours=2)
    await office.run_at(back)
    assert office.outbox.attempts == []
    await office.run_at(back + timedelta(seconds=30))
    first, second = sorted(digests_of(office), key=lambda post: post.user_id)
    assert (first.user_id, first.count, second.user_id, second.count) == (ANN, 3, BO, 1)
    assert [item.lead_minutes for item in first.items] == [0, 5, 15]
    assert {attempt.to for attempt in office.outbox.attempts} == {Direct(ANN, DM), Direct(BO, DM)}
    assert await office.rows(DueKind.DIGEST) == [(delivered, None)] * 2
    assert len(await office.reminders.undelivered(ANN)) == 3
    await office.run_at(back + timedelta(days=1))
    assert len(office.outbox.attempts) == 2


async def test_batches_and_failures_end_in_one_digest(office: Office) -> None:
    for lead in range(50):
        await office.remind(lead=lead)
    for user in range(80):
        await office.remind(1000 + user, lead=1)
    await office.run_at(AIRS + timedelta(hours=2))
    office.outbox.answer(TryLater("http 503"))
    await office.run_at(AIRS + timedelta(hours=2, seconds=30))
    await office.run_at(AIRS + timedelta(hours=2, seconds=40))
    assert len(await office.rows(DueKind.DIGEST)) == 81
    shown = [attempt.post for attempt in office.outbox.shown.values()]
    [mine] = [post for post in shown if isinstance(post, DigestPost) and post.user_id == ANN]
    assert mine.count == 50


async def test_what_comes_to_nothing_later_is_another_digest(office: Office) -> None:
    await office.remind(lead=15)
    await office.remind(episode=2)
    await office.run_at(AIRS + timedelta(hours=2))
    await office.run_at(AIRS + timedelta(hours=2, seconds=30))
    await office.run_at(AIRS + timedelta(days=7, hours=2))
    await office.run_at(AIRS + timedelta(days=7, hours=3))
    assert [post.count for post in digests_of(office)] == [1, 1]


async def test_a_digest_leaves_out_what_was_put_off_since(office: Office) -> None:
    one, _ = await office.remind(lead=0), await office.remind(lead=5)
    back = AIRS + timedelta(hours=2)
    await office.run_at(back)
    await office.reminders.snooze(one.id, ANN, back + timedelta(hours=1))
    await office.run_at(back + timedelta(seconds=30))
    [post] = digests_of(office)
    assert [item.lead_minutes for item in post.items] == [5]


async def test_whoever_wants_nothing_gets_no_digest(office: Office) -> None:
    await office.remind()
    await office.remind(BO)
    await office.choose(delivery=Delivery.NONE)
    await office.run_at(AIRS + timedelta(hours=2))
    await office.choose(BO, delivery=Delivery.NONE)
    await office.run_at(AIRS + timedelta(hours=3))
    assert office.outbox.attempts == []
    assert await office.rows(DueKind.DIGEST) == [(dropped, "muted")]


async def test_a_digest_goes_to_nobody_but_its_reader(office: Office) -> None:
    await office.remind()
    await office.choose(delivery=Delivery.MENTION)
    await office.run_at(AIRS + timedelta(hours=2))
    office.outbox.answer(Gone("dms-closed"))
    await office.run_at(AIRS + timedelta(hours=3))
    [attempt] = office.outbox.attempts
    assert attempt.to == Direct(ANN, DM)
    assert await office.rows(DueKind.DIGEST) == [(undelivered, "dms-closed")]


async def test_a_digest_waits_for_the_end_of_quiet_hours(office: Office) -> None:
    await zoned(office)
    await office.remind()
    await office.choose(quiet=QuietHours(15 * 60, 18 * 60))
    await office.run_at(AIRS + timedelta(hours=2))
    assert await office.next_at() == AIRS + timedelta(hours=5)


# ----------------------------------------------------- how people want it


async def test_a_mention_where_they_asked_with_their_messages_as_a_way_out(office: Office) -> None:
    await office.choose(delivery=Delivery.MENTION)
    await office.remind()
    office.outbox.answer(Gone("forbidden"))
    await office.run_at(REMINDED)
    first, second = office.outbox.attempts
    assert (first.to, first.reminder.mention, first.reminder.instead) == (Channel(HERE), True, False)
    assert (second.to, second.reminder.mention, second.reminder.instead) == (Direct(ANN, DM), False, True)
    assert first.nonce != second.nonce
    assert await office.rows() == [(delivered, None)]


async def test_a_mention_needs_a_channel(office: Office) -> None:
    await office.choose(delivery=Delivery.MENTION)
    await office.remind(here=False)
    await office.run_at(REMINDED)
    [attempt] = office.outbox.attempts
    assert (attempt.to, attempt.reminder.instead) == (Direct(ANN, DM), False)


async def test_what_they_can_put_right_is_the_reason_whichever_came_first(office: Office) -> None:
    await office.choose(delivery=Delivery.MENTION)
    await office.remind()
    office.outbox.answer(Gone("channel-gone"), Gone("dms-closed"))
    await office.run_at(REMINDED)
    assert await office.rows() == [(undelivered, "dms-closed")]


async def test_nothing_is_sent_to_whoever_wants_nothing(office: Office) -> None:
    await office.remind()
    await office.choose(delivery=Delivery.NONE)
    await office.run_at(REMINDED)
    assert office.outbox.attempts == []
    assert await office.rows() == [(dropped, "muted")]
    assert await office.reminders.undelivered(ANN) == ()


async def test_a_choice_counts_when_something_is_due(office: Office) -> None:
    await office.remind()
    await office.choose(delivery=Delivery.MENTION)
    await office.remind(BO)
    await office.run_at(REMINDED)
    assert {attempt.to for attempt in office.outbox.attempts} == {Channel(HERE), Direct(BO, DM)}


async def test_the_usual_choice_is_not_kept(office: Office) -> None:
    await office.choose(delivery=Delivery.NONE)
    await office.choose(delivery=Delivery.DM)
    async with office.database.read() as tx:
        assert (await tx.execute(sa.select(reminder_choice))).all() == []
        assert await reminder_choices.get(tx, ANN) == ReminderChoice()


async def zoned(office: Office, user_id: int = ANN, zone: str = "UTC") -> None:
    async with office.database.begin() as tx:
        await people.set_zone(tx, user_id, zone)


NOON = QuietHours(12 * 60, 12 * 60 + 50)


async def test_reminders_follow_quiet_hours_and_zones(office: Office) -> None:
    await zoned(office)
    await office.remind()
    await office.remind(lead=0)
    await office.choose(quiet=NOON)
    at = [reminder.fires_at for reminder in await office.reminders.active(ANN)]
    assert at == [AIRS - timedelta(minutes=10), AIRS]
    assert await office.next_at() == at[0]
    await office.remind(lead=30)
    await zoned(office, zone="Asia/Seoul")
    await office.reminders.replan(ANN)
    at = [reminder.fires_at for reminder in await office.reminders.active(ANN)]
    assert at == [AIRS - timedelta(minutes=lead) for lead in (30, 15, 0)]
    await zoned(office)
    await office.reminders.replan(ANN)
    await office.choose(quiet=None)
    assert at == [reminder.fires_at for reminder in await office.reminders.active(ANN)]


async def test_quiet_hours_leave_alone_what_is_due_or_was_put_off(office: Office) -> None:
    await zoned(office)
    first, second = await office.remind(), await office.remind(lead=0)
    await office.reminders.snooze(second.id, ANN, AIRS - timedelta(minutes=30))
    office.clock.set(REMINDED + timedelta(seconds=1))
    await office.choose(quiet=NOON)
    at = {reminder.id: reminder.fires_at for reminder in await office.reminders.active(ANN)}
    assert at == {first.id: REMINDED, second.id: AIRS - timedelta(minutes=30)}


async def test_quiet_hours_need_a_zone_that_may_be_forgotten_later(office: Office) -> None:
    with pytest.raises(UserError) as caught:
        await office.choose(quiet=NOON)
    assert caught.value.key == "quiet.no-zone"
    await zoned(office)
    await office.choose(quiet=NOON)
    await office.remind()
    async with office.database.begin() as tx:
        await people.clear_zone(tx, ANN)
    await office.reminders.replan(ANN)
    [reminder] = await office.reminders.active(ANN)
    assert reminder.fires_at == REMINDED
    await office.choose(delivery=Delivery.MENTION)
    assert (await office.reminders.habits(ANN)).choice == ReminderChoice(None, Delivery.MENTION, NOON)


async def test_a_notice_of_a_move_waits_for_the_end_of_quiet_hours_where_it_can(office: Office) -> None:
    await zoned(office)
    await office.choose(quiet=QuietHours(9 * 60, 11 * 60))
    await office.remind()
    moves = Moves(office.database, office.clock, office._poke, [office.reminders])
    later = harbour(AIRS + timedelta(hours=3), AIRS + timedelta(days=7))
    office.shows.replace(Catalogue({SHOW.id: later}))
    assert await moves.follow(office.shows) == 1
    await office.run_at(NOW + timedelta(minutes=5))
    assert office.outbox.attempts == []
    sooner = harbour(NOW + timedelta(minutes=80), AIRS + timedelta(days=7))
    office.shows.replace(Catalogue({SHOW.id: sooner}))
    assert await moves.follow(office.shows) == 1
    await office.run_at(NOW + timedelta(minutes=6))
    [told] = office.outbox.attempts
    assert isinstance(told.post, MovedPost)
    assert [(one.moved_from, one.airs_at) for one in told.post.reminders] == [(AIRS, NOW + timedelta(minutes=80))]


async def test_a_notice_that_may_have_been_sent_is_followed_by_another_even_back(office: Office) -> None:
    """It was accepted, and the process died before it could note so; then the schedule was put back."""
    reminder = await office.remind()
    moves = Moves(office.database, office.clock, office._poke, [office.reminders])
    office.shows.replace(Catalogue({SHOW.id: harbour(AIRS + timedelta(hours=3), AIRS + timedelta(days=7))}))
    await moves.follow(office.shows)
    office.outbox.answer(Hang(accepted=True))
    office.clock.advance(timedelta(minutes=1))
    crashed = asyncio.create_task(office.runner.run_due())
    await office.outbox.hanging.wait()
    office.runner = office.another("second")
    office.shows.replace(Catalogue({SHOW.id: SHOW}))
    assert await moves.follow(office.shows) == 1
    await office.run_at(NOW + timedelta(minutes=3))
    first, second = office.outbox.shown.values()
    assert isinstance(first.post, MovedPost)
    assert isinstance(second.post, MovedPost)
    assert first.nonce != second.nonce
    told = {(one.id, one.moved_from, one.airs_at) for post in (first.post, second.post) for one in post.reminders}
    assert told == {(reminder.id, AIRS, AIRS + timedelta(hours=3)), (reminder.id, AIRS + timedelta(hours=3), AIRS)}
    crashed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await crashed


async def test_a_notice_that_was_told_before_a_crash_has_nothing_left_to_tell(office: Office) -> None:
    await office.remind()
    moves = Moves(office.database, office.clock, office._poke, [office.reminders])
    office.shows.replace(Catalogue({SHOW.id: harbour(AIRS + timedelta(hours=3), AIRS + timedelta(days=7))}))
    await moves.follow(office.shows)
    await office.run_at(NOW + timedelta(minutes=1))
    async with office.database.begin() as tx:
        # As it would be had the process died before the row was settled.
        values = {"state": waiting, "finished_at": None}
        await tx.execute(sa.update(due_table).where(due_table.c.kind == DueKind.MOVED).values(**values))
    await office.run_at(NOW + timedelta(minutes=5))
    assert len(office.outbox.attempts) == 1
    assert await office.rows(DueKind.MOVED) == [(dropped, due.TAKEN_BACK)]


# ----------------------------------------------------------- trying again


async def test_pauses_grow_and_end_at_ten_minutes(office: Office) -> None:
    await office.remind(lead=60 * 4 - 1)
    at = AIRS - timedelta(minutes=60 * 4 - 1)
    pauses = []
    for _ in range(10):
        office.outbox.answer(TryLater("http 503"))
        await office.run_at(at)
        next_at = await office.next_at()
        assert next_at is not None
        pauses.append((next_at - at).total_seconds())
        assert await office.run_at(next_at - timedelta(microseconds=1)) == 0
        at = next_at
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 600, 600, 600]
    await office.run_at(at)
    assert len({attempt.nonce for attempt in office.outbox.attempts}) == 1
    assert (await office.rows())[0][0] is delivered
    assert office.runner.counts.postponed == 10


async def test_discords_own_advice_counts_where_it_is_longer(office: Office) -> None:
    await office.remind()
    office.outbox.answer(
        TryLater("rate-limited", timedelta(seconds=90)), TryLater("rate-limited", timedelta(seconds=1))
    )
    await office.run_at(REMINDED)
    assert await office.next_at() == REMINDED + timedelta(seconds=90)
    await office.run_at(REMINDED + timedelta(seconds=90))
    assert await office.next_at() == REMINDED + timedelta(seconds=100)


async def test_history_is_searched_at_every_repetition(office: Office) -> None:
    await office.remind()
    office.outbox.answer(*[TryLater("network: TimeoutError")] * 6)
    at: datetime | None = REMINDED
    while at is not None:
        await office.run_at(at)
        at = await office.next_at()
    seconds = [0, 5, 15, 35, 75, 155, 315]
    assert [attempt.maybe_sent_since for attempt in office.outbox.attempts] == [
        REMINDED if second else None for second in seconds
    ]


async def test_the_first_attempt_never_searches_however_late_it_is(office: Office) -> None:
    await office.remind()
    await office.run_at(AIRS)
    assert office.outbox.attempts[0].maybe_sent_since is None


# -------------------------------------------------------------- crashes


async def test_a_crash_between_send_and_finish_shows_it_once(office: Office) -> None:
    await office.remind()
    office.outbox.answer(Hang(accepted=True))
    office.clock.set(REMINDED)
    crashed = asyncio.create_task(office.runner.run_due())
    await office.outbox.hanging.wait()
    # Nobody tells the store that it was sent. Until the lease is over, nobody else may try.
    office.runner = office.another("second")
    assert await office.run_at(REMINDED + timedelta(seconds=119)) == 0
    assert await office.next_at() == REMINDED + timedelta(seconds=120)
    assert await office.run_at(REMINDED + timedelta(seconds=121)) == 1
    first, second = office.outbox.attempts
    assert first.nonce == second.nonce
    assert second.maybe_sent_since == REMINDED
    assert len(office.outbox.shown) == 1
    assert await office.rows() == [(delivered, None)]
    crashed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await crashed
    assert await office.rows() == [(delivered, None)]


async def test_a_worker_that_lost_its_row_does_not_undo_what_the_next_one_did(office: Office) -> None:
    await office.remind()
    office.outbox.answer(Late(TryLater("network: TimeoutError")))
    office.clock.set(REMINDED)
    slow = asyncio.create_task(office.runner.run_due())
    await office.outbox.hanging.wait()
    office.runner = office.another("second")
    await office.run_at(REMINDED + timedelta(seconds=121))
    office.outbox.release.set()
    assert await slow == 1
    assert await office.rows() == [(delivered, None)]
    assert len(office.outbox.shown) == 1


async def test_being_cut_off_keeps_what_was_delivered(office: Office) -> None:
    for user in range(5):
        await office.remind(100 + user)
    office.outbox.answer(Delivered(1, 1), Delivered(1, 2), Hang(), Delivered(1, 3), Delivered(1, 4))
    office.clock.set(REMINDED)
    running = asyncio.create_task(office.runner.run_due())
    await office.outbox.hanging.wait()
    await until(lambda: len(office.outbox.shown) == 4)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    states = [state for state, _ in await office.rows()]
    assert states.count(delivered) == 4
    assert states.count(waiting) == 1


# -------------------------------------------------------------- batches


async def test_everything_due_is_taken_in_batches(office: Office) -> None:
    for user in range(130):
        async with office.database.begin() as tx:
            await due.add(tx, DueKind.REMINDER, 1000 + user, NOW)
    assert await office.run_at(NOW) == 130
    assert [state for state, _ in await office.rows()] == [dropped] * 130


async def test_one_that_raises_does_not_hold_up_the_others(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    for user in (ANN, BO, 13):
        await office.remind(user)
    office.outbox.answer(Delivered(DM, 1), RuntimeError("a bug of ours"))
    await office.run_at(REMINDED)
    assert sorted(state.value for state, _ in await office.rows()) == ["delivered", "delivered", "waiting"]
    assert (waiting, "internal-error") in await office.rows()
    assert "failed; trying again" in caplog.text
    assert office.runner.counts.errors == 1
    assert await office.next_at() == REMINDED + timedelta(seconds=5)
    await office.run_at(REMINDED + timedelta(seconds=5))
    assert [state for state, _ in await office.rows()] == [delivered] * 3


async def test_a_cancellation_inside_a_delivery_is_a_failure_like_any_other(office: Office) -> None:
    await office.remind()
    office.outbox.answer(asyncio.CancelledError())
    assert await office.run_at(REMINDED) == 1
    assert await office.rows() == [(waiting, "internal-error")]


# ------------------------------------------------------------- parties


async def test_an_announcement_is_noted_on_its_party(office: Office) -> None:
    party = await office.party()
    office.outbox.answer(Delivered(HERE, 77))
    await office.run_at(NOW)
    [attempt] = office.outbox.attempts
    assert attempt.to == Channel(HERE)
    assert attempt.party.kind is DueKind.PARTY_ANNOUNCEMENT
    assert attempt.party.mentions == ()
    assert (await office.parties.get(party.id)).party.message_id == 77


async def test_an_announcement_that_was_deleted_at_once_leaves_no_message_to_edit(office: Office) -> None:
    party = await office.party()
    office.outbox.answer(Delivered(HERE, 0))
    await office.run_at(NOW)
    assert (await office.rows())[0] == (delivered, None)
    assert (await office.parties.get(party.id)).party.message_id is None


async def test_lead_and_start_mention_those_who_come(office: Office) -> None:
    party = await office.party(BO, 13, 14)
    await office.parties.answer(party.id, 1, 13, Answer.MAYBE)
    await office.parties.answer(party.id, 1, 14, Answer.CANNOT)
    await office.run_at(NOW)
    await office.run_at(AIRS - timedelta(minutes=30))
    await office.run_at(AIRS)
    _, lead, start = office.outbox.attempts
    assert lead.party.kind is DueKind.PARTY_LEAD
    assert start.party.kind is DueKind.PARTY_START
    assert set(lead.party.mentions) == set(start.party.mentions) == {ANN, BO, 13}
    assert len({attempt.nonce for attempt in office.outbox.attempts}) == 3


async def test_the_lead_is_pointless_from_the_start_on(office: Office) -> None:
    await office.party()
    await office.run_at(NOW)
    await office.run_at(AIRS)
    assert [attempt.party.kind for attempt in office.outbox.attempts] == [
        DueKind.PARTY_ANNOUNCEMENT,
        DueKind.PARTY_START,
    ]
    assert await office.rows(DueKind.PARTY_LEAD) == [(dropped, "over")]


async def test_the_start_is_pointless_once_the_episode_has_been_watched(office: Office) -> None:
    await office.party()
    await office.run_at(NOW)
    await office.run_at(AIRS + timedelta(minutes=59))
    assert office.outbox.attempts[-1].party.late == offline(minutes=59)
    office.clock.set(NOW)
    await office.party()
    await office.run_at(AIRS + timedelta(minutes=60))
    assert await office.rows(DueKind.PARTY_START) == [(delivered, None), (dropped, "over")]


async def test_nobody_is_left_to_tell(office: Office) -> None:
    party = await office.party()
    await office.run_at(NOW)
    await office.parties.answer(party.id, 1, ANN, Answer.CANNOT)
    await office.run_at(AIRS)
    assert len(office.outbox.attempts) == 1
    assert await office.rows(DueKind.PARTY_START) == [(dropped, "nobody-to-tell")]


async def test_a_cancelled_party_tells_its_guests_even_late(office: Office) -> None:
    party = await office.party(BO)
    await office.run_at(NOW)
    await office.parties.cancel(party.id, 1, ANN, manages_events=False)
    await office.run_at(AIRS + timedelta(days=1))
    last = office.outbox.attempts[-1].party
    assert (last.kind, set(last.mentions)) == (DueKind.PARTY_CANCELLED, {ANN, BO})
    assert last.late == offline(hours=28)
    assert len(office.outbox.attempts) == 2


async def test_rows_of_parties_that_changed_underneath_are_dropped(office: Office) -> None:
    party = await office.party()
    async with office.database.begin() as tx:
        await due.add(tx, DueKind.PARTY_CANCELLED, party.id, NOW)
        await due.add(tx, DueKind.PARTY_START, 99, NOW)
    await office.run_at(NOW)
    assert await office.rows(DueKind.PARTY_CANCELLED) == [(dropped, "cancelled")]
    assert (dropped, "party-gone") in await office.rows(DueKind.PARTY_START)


async def test_a_channel_that_is_gone(office: Office) -> None:
    await office.party()
    office.outbox.answer(Gone("channel-gone"))
    await office.run_at(NOW)
    assert await office.rows(DueKind.PARTY_ANNOUNCEMENT) == [(undelivered, "channel-gone")]


async def test_many_guests_take_several_messages_of_seventy(office: Office) -> None:
    guests = range(1000, 1000 + 2 * MENTIONS_PER_MESSAGE + 4)
    await office.party(*guests)
    await office.run_at(NOW)
    await office.run_at(AIRS - timedelta(minutes=30))
    _, *pieces = office.outbox.attempts
    assert [len(piece.party.mentions) for piece in pieces] == [70, 70, 5]
    told = [user for piece in pieces for user in piece.party.mentions]
    assert sorted(told) == sorted({ANN, *guests})
    assert len({piece.nonce for piece in pieces}) == 3


async def test_after_a_crash_between_two_pieces_the_rest_is_sent(office: Office) -> None:
    await office.party(*range(1000, 1100))
    await office.run_at(NOW)
    at = AIRS - timedelta(minutes=30)
    office.clock.set(at)
    office.outbox.answer(Delivered(HERE, 1), Hang())
    crashed = asyncio.create_task(office.runner.run_due())
    await office.outbox.hanging.wait()
    office.runner = office.another("second")
    await office.run_at(at + timedelta(seconds=121))
    _, first, cut_off, second = office.outbox.attempts
    assert cut_off.nonce == second.nonce != first.nonce
    assert not set(first.party.mentions) & set(second.party.mentions)
    assert len(first.party.mentions) + len(second.party.mentions) == 101
    assert second.party.late == offline(seconds=121)
    crashed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await crashed


async def test_a_piece_that_fails_for_now_does_not_repeat_those_before_it(office: Office) -> None:
    await office.party(*range(1000, 1100))
    await office.run_at(NOW)
    at = AIRS - timedelta(minutes=30)
    office.outbox.answer(Delivered(HERE, 1), TryLater("http 500"))
    await office.run_at(at)
    await office.run_at(at + timedelta(seconds=5))
    _, first, failed, again = office.outbox.attempts
    assert failed.nonce == again.nonce != first.nonce
    assert await office.rows(DueKind.PARTY_LEAD) == [(delivered, None)]


# ------------------------------------------------------------- the loop


async def until(happened: Callable[[], bool]) -> None:
    """Let other tasks run until something has happened."""
    for _ in range(4000):
        if happened():
            return
        await asyncio.sleep(0.0005)
    raise AssertionError("it doesn't happen")


async def turn(office: Office, attempts: int) -> None:
    """Let the loop go on until there were so many attempts."""
    await until(lambda: len(office.outbox.attempts) >= attempts)


async def asleep(runner: DueRunner) -> None:
    """Wait until the loop sleeps."""
    await until(lambda: runner._nap is not None)  # pyright: ignore[reportPrivateUsage]


async def test_poke_wakes_the_loop_early(office: Office) -> None:
    running = asyncio.create_task(office.runner.run_forever())
    await asleep(office.runner)
    await office.party()
    await turn(office, 1)
    assert office.pokes == 1
    office.runner.stop()
    await asyncio.wait_for(running, 1)


async def test_a_poke_just_before_it_falls_asleep_is_not_lost(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    next_at = due.next_at

    async def next_at_and_then_more(database: Database) -> datetime | None:
        found = await next_at(database)
        if found is None:
            await office.party()
        return found

    monkeypatch.setattr("bot.store.due.next_at", next_at_and_then_more)
    running = asyncio.create_task(office.runner.run_forever())
    await turn(office, 1)
    office.runner.stop()
    await asyncio.wait_for(running, 1)


async def test_the_loop_sleeps_until_the_next_thing_is_due_but_not_longer_than_its_step(office: Office) -> None:
    assert await office.runner._pause() == 60  # pyright: ignore[reportPrivateUsage]
    await office.remind()
    assert await office.runner._pause() == 60  # pyright: ignore[reportPrivateUsage]
    office.clock.set(REMINDED - timedelta(seconds=7))
    assert await office.runner._pause() == 7  # pyright: ignore[reportPrivateUsage]
    office.clock.set(REMINDED + timedelta(seconds=7))
    assert 0 < await office.runner._pause() < 0.01  # pyright: ignore[reportPrivateUsage]


async def test_stop_finishes_what_is_under_way_and_claims_nothing_more(office: Office) -> None:
    for user in range(120):
        await office.remind(1000 + user)
    office.clock.set(REMINDED)
    office.outbox.before = lambda _attempt: office.runner.stop()
    await asyncio.wait_for(office.runner.run_forever(), 5)
    states = [state for state, _ in await office.rows()]
    assert states.count(delivered) == 100
    assert states.count(waiting) == 20
    assert len(office.outbox.attempts) == 100
    assert await office.another("second").run_due() == 20


async def test_stop_wakes_a_sleeping_loop(office: Office) -> None:
    running = asyncio.create_task(office.runner.run_forever())
    await asleep(office.runner)
    office.runner.stop()
    await asyncio.wait_for(running, 1)


async def test_no_error_ends_the_loop(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.app.due_runner._AFTER_ERROR", 0.001)
    claim = due.claim
    broken = 3

    async def claim_at_last(*args: object, **kwargs: object) -> object:
        nonlocal broken
        broken -= 1
        if broken >= 0:
            raise sa.exc.OperationalError("SELECT", {}, Exception("database is locked"))
        return await claim(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr("bot.store.due.claim", claim_at_last)
    office.outbox.answer(ValueError("a bug of ours"))
    await office.party()
    with caplog.at_level(logging.ERROR):
        running = asyncio.create_task(office.runner.run_forever())
        await turn(office, 1)
        await asleep(office.runner)
        office.clock.advance(timedelta(seconds=5))
        office.runner.poke()
        await turn(office, 2)
    office.runner.stop()
    await asyncio.wait_for(running, 1)
    assert office.runner.counts.errors == 4
    assert (await office.rows())[0][0] is delivered
    assert "could not be worked on" in caplog.text


def reminder_done(reminder: Reminder) -> Reminder:
    """A reminder after its last row was settled."""
    return Reminder(
        **{name: getattr(reminder, name) for name in Reminder.__dataclass_fields__} | {"state": ReminderState.DONE}
    )
