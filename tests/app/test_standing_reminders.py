"""Being reminded before every episode: which reminders that makes, and how they go with the schedule."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.app.clock import ManualClock
from bot.app.due_runner import DueRunner
from bot.app.moves import Moves
from bot.app.reminders import Reminders
from bot.app.shows import Shows
from bot.app.standing_reminders import StandingReminders
from bot.core.errors import UserError
from bot.core.quiet import QuietHours
from bot.core.reminder import DueKind, DueState, Reminder, ReminderState, StandingReminder
from bot.core.show import Catalogue, Show
from bot.store import people, reminders
from bot.store.database import Database
from bot.store.tables import due
from tests.app.recording import RecordingOutbox
from tests.harbour import harbour

NOW = datetime(2025, 7, 28, 9, tzinfo=UTC)
#: The first has aired, the next two air today and in a week at 13:00, and nobody knows when the last does.
SECOND, THIRD = NOW + timedelta(hours=4), NOW + timedelta(days=7, hours=4)
SHOW = harbour(NOW - timedelta(days=7), SECOND, THIRD, None)
ANN = 11


@dataclass
class Office:
    """Somebody's wishes, and whatever delivers what comes of them."""

    database: Database
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    outbox: RecordingOutbox = field(default_factory=RecordingOutbox)
    shows: Shows = field(default_factory=lambda: Shows(Catalogue({SHOW.id: SHOW})))

    def __post_init__(self) -> None:
        self.runner = DueRunner(self.database, self.outbox, self.clock, self.shows, "worker")
        self.reminders = Reminders(self.database, self.clock, self.runner.poke)
        self.standing = StandingReminders(self.database, self.clock, self.runner.poke)
        self.moves = Moves(self.database, self.clock, self.runner.poke, [self.reminders, self.standing])

    async def every(self, *leads: int, show: Show = SHOW, user_id: int = ANN) -> StandingReminder:
        return await self.standing.create(
            user_id=user_id,
            show=show,
            leads=leads or (15,),
            channel_id=21,
            guild_id=1,
            dm_channel_id=31,
            locale="en-US",
        )

    async def one(self, lead: int = 15, episode: int = 3) -> Reminder:
        found = SHOW.episode(episode)
        assert found is not None
        [made] = await self.reminders.create(
            user_id=ANN,
            show=SHOW,
            episode=found,
            leads=(lead,),
            channel_id=21,
            guild_id=1,
            dm_channel_id=31,
            locale="en-US",
        )
        return made

    async def follow(self, *airs: datetime | None) -> int:
        self.shows.replace(Catalogue({SHOW.id: harbour(*airs)}))
        return await self.moves.follow(self.shows)

    async def coming(self) -> list[tuple[int, int, datetime]]:
        """The reminders to come: episode, lead, and when; something is due for each of them at that time."""
        found = await self.reminders.active(ANN)
        async with self.database.read() as tx:
            query = sa.select(due.c.subject, due.c.due_at).where(due.c.state == DueState.WAITING)
            query = query.where(due.c.kind == DueKind.REMINDER)
            waiting = sorted((row.subject, row.due_at) for row in await tx.execute(query))
        assert waiting == sorted((one.id, one.fires_at) for one in found)
        return [(one.episode, one.lead_minutes, one.fires_at) for one in found]

    async def run_at(self, at: datetime) -> None:
        self.clock.set(at)
        await self.runner.run_due()

    @property
    def sent(self) -> list[tuple[int, int]]:
        """The episodes and leads of the reminders that were sent."""
        posts = [attempt.reminder.reminder for attempt in self.outbox.attempts]
        return [(one.episode, one.lead_minutes) for one in posts]


@pytest.fixture
async def office(database: Database) -> Office:
    return Office(database)


def before(at: datetime, lead: int) -> datetime:
    return at - timedelta(minutes=lead)


async def test_every_episode_to_come_that_has_a_date(office: Office) -> None:
    wish = await office.every(1440, 15)
    assert await office.coming() == [
        (2, 15, before(SECOND, 15)),
        (3, 1440, before(THIRD, 1440)),
        (3, 15, before(THIRD, 15)),
    ]
    assert all(one.standing_id == wish.id and not one.by_itself for one in await office.reminders.active(ANN))
    await office.run_at(before(SECOND, 15))
    for lead in (1440, 15):
        await office.run_at(before(THIRD, lead))
    assert office.sent == [(2, 15), (3, 1440), (3, 15)]
    assert await office.coming() == []
    assert [kept.id for kept in await office.standing.active(ANN)] == [wish.id], "episodes may still get dates"


async def test_new_dates_and_moves_are_followed_and_following_again_changes_nothing(office: Office) -> None:
    await office.every(15)
    fourth = THIRD + timedelta(days=7)
    moved = SECOND + timedelta(hours=1)
    for _ in range(2):
        await office.follow(NOW - timedelta(days=7), moved, THIRD, fourth)
    assert await office.coming() == [
        (2, 15, before(moved, 15)),
        (3, 15, before(THIRD, 15)),
        (4, 15, before(fourth, 15)),
    ]
    told = [one for one in await office.reminders.active(ANN) if one.moved_from is not None]
    assert [one.episode for one in told] == [2], "a first date is no move"


async def test_what_was_told_is_told_again_only_where_the_episode_moves(office: Office) -> None:
    await office.every(60)
    await office.run_at(before(SECOND, 60))
    await office.follow(NOW, SECOND, THIRD, None)
    assert [episode for episode, *_ in await office.coming()] == [3]
    postponed = SECOND + timedelta(days=2)
    await office.follow(NOW, postponed, THIRD, None)
    assert await office.coming() == [(2, 60, before(postponed, 60)), (3, 60, before(THIRD, 60))]


async def test_the_same_wish_twice_is_one_with_the_last_leads(office: Office) -> None:
    first = await office.every(60, 15)
    again = await office.every(30)
    assert again == replace(first, leads=(30,))
    assert await office.coming() == [(2, 30, before(SECOND, 30)), (3, 30, before(THIRD, 30))]
    await office.standing.change_leads(first.id, ANN, SHOW, (60, 30))
    assert [(episode, lead) for episode, lead, _ in await office.coming()] == [(2, 60), (2, 30), (3, 60), (3, 30)]


async def test_cancelled_as_one(office: Office) -> None:
    wish = await office.every(60, 15)
    with pytest.raises(UserError):
        await office.standing.cancel(wish.id, ANN + 1)
    await office.standing.cancel(wish.id, ANN)
    assert await office.coming() == []
    with pytest.raises(UserError):
        await office.standing.cancel(wish.id, ANN)
    await office.follow(NOW, SECOND, THIRD, THIRD + timedelta(days=1))
    await office.run_at(THIRD)
    assert office.sent == []
    assert (await office.every(15)).id != wish.id


async def test_a_part_of_it_cannot_be_changed_by_itself(office: Office) -> None:
    await office.every(15)
    [first, _] = await office.reminders.active(ANN)
    for attempt in (office.reminders.cancel([first.id], ANN), office.reminders.change_lead(first.id, ANN, SHOW, 5)):
        with pytest.raises(UserError):
            await attempt
    assert len(await office.coming()) == 2


@pytest.mark.parametrize("wish_first", [True, False])
async def test_what_was_asked_for_by_itself_as_well_comes_once_and_outlives_the_wish(
    office: Office, wish_first: bool
) -> None:
    if wish_first:
        await office.every(15)
    made = await office.one(15)
    wish = await office.every(15)
    assert len(await office.coming()) == 2
    await office.standing.cancel(wish.id, ANN)
    assert await office.coming() == [(3, 15, before(THIRD, 15))]
    [left] = await office.reminders.active(ANN)
    assert (left.id, left.by_itself) == (made.id, True)


async def test_the_wish_outlives_what_was_asked_for_by_itself(office: Office) -> None:
    await office.every(15)
    made = await office.one(15)
    await office.reminders.cancel([made.id], ANN)
    assert [(episode, lead) for episode, lead, _ in await office.coming()] == [(2, 15), (3, 15)]
    made = await office.one(15)
    await office.reminders.change_lead(made.id, ANN, SHOW, 45)
    assert [(episode, lead) for episode, lead, _ in await office.coming()] == [(2, 15), (3, 45), (3, 15)]
    await office.run_at(before(SECOND, 15))
    await office.run_at(before(THIRD, 45))
    await office.run_at(before(THIRD, 15))
    assert office.sent == [(2, 15), (3, 45), (3, 15)]


async def test_what_was_put_off_is_by_itself_from_then_on_and_not_made_again(office: Office) -> None:
    wish = await office.every(15)
    await office.run_at(before(SECOND, 15))
    [sent] = [attempt.reminder.reminder for attempt in office.outbox.attempts]
    later = SECOND + timedelta(hours=1)
    await office.reminders.snooze(sent.id, ANN, later)
    await office.moves.follow(office.shows)
    assert await office.coming() == [(2, 15, later), (3, 15, before(THIRD, 15))]
    assert [one.by_itself for one in await office.reminders.active(ANN)] == [True, False]
    await office.standing.cancel(wish.id, ANN)
    assert await office.coming() == []


async def test_quiet_hours_hold_for_it(office: Office) -> None:
    async with office.database.begin() as tx:
        await people.set_zone(tx, ANN, "UTC")
    await office.reminders.choose(ANN, lambda choice: replace(choice, quiet=QuietHours(12 * 60, 12 * 60 + 50)))
    await office.every(30)
    assert [at for *_, at in await office.coming()] == [before(SECOND, 10), before(THIRD, 10)]


async def test_a_show_that_is_over_has_nothing_to_remind_of(office: Office) -> None:
    with pytest.raises(UserError) as caught:
        await office.every(15, show=harbour(NOW - timedelta(days=9)))
    assert caught.value.key == "reminder.finished"


async def test_its_reminders_do_not_count_but_wishes_do(office: Office) -> None:
    long = harbour(*(NOW + timedelta(days=day) for day in range(1, 60)))
    await office.every(15, show=long)
    assert len(await office.coming()) == 59
    for number in range(reminders.LIMIT):
        await office.one(100 + number)
    with pytest.raises(UserError) as caught:
        await office.one(15, episode=2)
    assert caught.value.key == "reminder.too-many", "to set one apart makes one more"
    for number in range(9):
        await office.every(15, show=replace(SHOW, id=f"show-{number}"))
    with pytest.raises(UserError) as caught:
        await office.every(15, show=replace(SHOW, id="one-more"))
    assert caught.value.key == "reminder.too-many-shows"
    assert (await office.every(5, show=long)).leads == (5,)
    assert {one.state for one in await office.reminders.active(ANN)} == {ReminderState.ACTIVE}
