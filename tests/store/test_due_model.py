"""The due queue does what a list and a few ifs would do, whatever is done to it in whatever order."""

from __future__ import annotations

import asyncio
import os
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.core.reminder import Due, DueKind, DueState
from bot.store import due
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.tables import due as due_table
from tests.store.conftest import Place, empty, postgres_place, sqlite_place
from tests.store.samples import NOW

FULL = "CLIFFHANGER_FULL_TESTS" in os.environ

KINDS = st.sampled_from([DueKind.PARTY_LEAD, DueKind.PARTY_START, DueKind.REMINDER])
SUBJECTS = st.integers(1, 3)
WORKERS = st.sampled_from(["a", "b"])
SPANS = st.integers(-3, 6).map(lambda minutes: timedelta(minutes=minutes))
PICKS = st.lists(st.integers(0, 23), max_size=4)


@dataclass
class Row:
    """What a row of the queue should be."""

    id: int
    kind: DueKind
    subject: int
    due_at: datetime
    state: DueState = DueState.WAITING
    leased_until: datetime | None = None
    leased_by: str | None = None
    attempts: int = 0
    first_claimed_at: datetime | None = None
    sent: int = 0
    not_before: datetime | None = None
    reason: str | None = None
    finished_at: datetime | None = None
    digest_id: int | None = None
    bundle: str | None = None

    @property
    def waiting(self) -> bool:
        return self.state is DueState.WAITING

    @property
    def claimable_at(self) -> datetime:
        return max(moment for moment in (self.due_at, self.not_before, self.leased_until) if moment is not None)

    def release(self) -> None:
        self.leased_until = self.leased_by = None


@dataclass
class Model:
    """The queue as it should be."""

    rows: dict[int, Row] = field(default_factory=dict)

    def claim(self, now: datetime, worker: str, limit: int, lease: timedelta) -> tuple[Due, ...]:
        ripe = [row for row in self.rows.values() if row.waiting and row.claimable_at <= now]
        ripe = sorted(ripe, key=lambda row: (row.due_at, row.id))[:limit]
        for row in ripe:
            row.attempts += 1
            row.first_claimed_at = row.first_claimed_at or now
            row.leased_by, row.leased_until, row.not_before = worker, now + lease, None
        return tuple(
            Due(
                row.id,
                row.kind,
                row.subject,
                row.due_at,
                row.attempts,
                row.first_claimed_at or now,
                row.sent,
                row.reason,
            )
            for row in ripe
        )

    def held(self, ids: list[int], worker: str) -> list[Row]:
        return [self.rows[one] for one in sorted(set(ids)) if one in self.rows and self.rows[one].leased_by == worker]

    def waiting(self, kinds: set[DueKind], subject: int) -> list[Row]:
        return [row for row in self.rows.values() if row.waiting and row.kind in kinds and row.subject == subject]

    def next_at(self) -> datetime | None:
        return min((row.claimable_at for row in self.rows.values() if row.waiting), default=None)


class Queue(RuleBasedStateMachine):
    """Does the same to the queue and to the model."""

    database: Database
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.now = NOW

    @initialize(adds=st.lists(st.tuples(KINDS, SUBJECTS, SPANS), min_size=1, max_size=5))
    def start(self, adds: list[tuple[DueKind, int, timedelta]]) -> None:
        async def wipe() -> None:
            async with self.database.begin() as tx:
                await tx.execute(sa.delete(due_table))

        self.runner.run(wipe())
        for kind, subject, after in adds:
            self.add(kind=kind, subject=subject, after=after)

    def ids(self, picks: list[int]) -> list[int]:
        # Mostly rows that somebody holds, since nothing can be done to the others.
        held = [row.id for row in self.model.rows.values() if row.leased_by is not None]
        known = [*sorted(held), *sorted(held), *sorted(self.model.rows)]
        return [known[pick % len(known)] for pick in picks] if known else []

    @rule(by=SPANS)
    def pass_time(self, by: timedelta) -> None:
        self.now += by

    @rule(kind=KINDS, subject=SUBJECTS, after=SPANS)
    def add(self, kind: DueKind, subject: int, after: timedelta) -> None:
        async def act() -> int:
            async with self.database.begin() as tx:
                return await due.add(tx, kind, subject, self.now + after)

        due_id = self.runner.run(act())
        assert due_id not in self.model.rows
        self.model.rows[due_id] = Row(due_id, kind, subject, self.now + after)

    @rule(worker=WORKERS, limit=st.integers(1, 4), minutes=st.integers(1, 4))
    def claim(self, worker: str, limit: int, minutes: int) -> None:
        lease = timedelta(minutes=minutes)
        expected = self.model.claim(self.now, worker, limit, lease)
        assert self.runner.run(due.claim(self.database, self.now, worker, limit, lease)) == expected

    @rule(
        worker=WORKERS, picks=PICKS, state=st.sampled_from([DueState.DELIVERED, DueState.UNDELIVERED, DueState.DROPPED])
    )
    def finish(self, worker: str, picks: list[int], state: DueState) -> None:
        ids = self.ids(picks)
        held = self.model.held(ids, worker)
        for row in held:
            row.state, row.finished_at, row.reason = state, self.now, "why"
            row.release()
        assert self.runner.run(due.finish(self.database, ids, self.now, worker, state, "why")) == len(held)

    @rule(worker=WORKERS, pick=st.integers(0, 23), sent=st.integers(0, 5))
    def note_sent(self, worker: str, pick: int, sent: int) -> None:
        for due_id in self.ids([pick]):
            held = self.model.held([due_id], worker)
            for row in held:
                row.sent = sent
            assert self.runner.run(due.note_sent(self.database, due_id, sent, worker)) == bool(held)

    @rule(worker=WORKERS, pick=st.integers(0, 23), after=SPANS)
    def postpone(self, worker: str, pick: int, after: timedelta) -> None:
        for due_id in self.ids([pick]):
            held = self.model.held([due_id], worker)
            for row in held:
                row.not_before, row.reason = max(self.now + after, row.due_at), "busy"
                row.release()
            postponed = due.postpone(self.database, due_id, self.now + after, "busy", worker)
            assert self.runner.run(postponed) == bool(held)

    @rule(worker=WORKERS, picks=PICKS, minutes=st.integers(1, 10))
    def extend(self, worker: str, picks: list[int], minutes: int) -> None:
        ids, until = self.ids(picks), self.now + timedelta(minutes=minutes)
        held = self.model.held(ids, worker)
        for row in held:
            row.leased_until = until
        assert self.runner.run(due.extend(self.database, ids, until, worker)) == len(held)

    @rule(kinds=st.sets(KINDS), subject=SUBJECTS)
    def withdraw(self, kinds: set[DueKind], subject: int) -> None:
        async def act() -> int:
            async with self.database.begin() as tx:
                return await due.withdraw(tx, kinds, subject)

        waiting = self.model.waiting(kinds, subject)
        for row in waiting:
            row.state, row.not_before = DueState.WITHDRAWN, None
            row.release()
        assert self.runner.run(act()) == len(waiting)

    @rule(kind=KINDS, subject=SUBJECTS, after=SPANS)
    def move(self, kind: DueKind, subject: int, after: timedelta) -> None:
        async def act() -> int:
            async with self.database.begin() as tx:
                return await due.move(tx, kind, subject, self.now + after)

        waiting = self.model.waiting({kind}, subject)
        for row in waiting:
            self.model.rows[row.id] = Row(row.id, kind, subject, self.now + after)
        assert self.runner.run(act()) == len(waiting)

    @invariant()
    def is_as_it_should_be(self) -> None:
        async def look() -> tuple[list[dict[str, object]], datetime | None]:
            async with self.database.read() as tx:
                rows = await tx.execute(sa.select(due_table).order_by(due_table.c.id))
                kept = [row._asdict() for row in rows]
            return kept, await due.next_at(self.database)

        kept, next_at = self.runner.run(look())
        if not self.model.rows:
            return
        assert kept == [asdict(row) for row in sorted(self.model.rows.values(), key=lambda row: row.id)]
        assert next_at == self.model.next_at()


def check(place: Place) -> None:
    with asyncio.Runner() as runner:
        database = runner.run(Database.open(place.url))
        try:
            if place.backend != "sqlite":
                runner.run(empty(database))
            runner.run(migrate(database))
            machine = type("Queue", (Queue,), {"database": database, "runner": runner})
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=400 if FULL else 25,
                    stateful_step_count=30,
                    deadline=None,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(database.close())


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_the_queue_is_a_list_with_a_few_ifs(backend: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    check(sqlite_place(tmp_path_factory.mktemp("model")) if backend == "sqlite" else postgres_place())
