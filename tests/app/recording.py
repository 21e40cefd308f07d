"""An outbox that keeps what it is given and answers as it is told to."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.app.outbox import (
    Address,
    CatchUpPost,
    Channel,
    Delivered,
    Direct,
    Gone,
    Outcome,
    PartyPost,
    Post,
    ReminderPost,
)


@dataclass(frozen=True, slots=True)
class Hang:
    """Never answer. ``accepted`` says whether Discord has the message all the same."""

    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Late:
    """Answer only once `RecordingOutbox.release` is set."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of `deliver`."""

    to: Address
    post: Post
    nonce: str
    maybe_sent_since: datetime | None

    @property
    def reminder(self) -> ReminderPost:
        assert isinstance(self.post, ReminderPost)
        return self.post

    @property
    def catch_up(self) -> CatchUpPost:
        assert isinstance(self.post, CatchUpPost)
        return self.post

    @property
    def party(self) -> PartyPost:
        assert isinstance(self.post, PartyPost)
        return self.post


Answer = Outcome | BaseException | Hang | Late


class RecordingOutbox:
    """Answers with what was put in by `answer`, one after the other, then that everything was delivered.

    Like Discord it shows a message once, however often it comes with the same nonce: `shown` has those.
    """

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []
        self.refreshed: list[PartyPost] = []
        self.shown: Mapping[str, Attempt] = {}
        self.before: Callable[[Attempt], None] = lambda attempt: None
        """Called at each attempt."""
        self.hanging = asyncio.Event()
        """Set once an attempt hangs or is late."""
        self.release = asyncio.Event()
        self._answers: deque[Answer] = deque()

    def answer(self, *answers: Answer) -> None:
        """What the next attempts are answered with."""
        self._answers.extend(answers)

    async def refresh(self, post: PartyPost) -> None:
        self.refreshed.append(post)

    async def deliver(self, to: Address, post: Post, nonce: str, *, maybe_sent_since: datetime | None) -> Outcome:
        """See `bot.app.outbox.Outbox.deliver`, except that this one raises where it is told to."""
        attempt = Attempt(to, post, nonce, maybe_sent_since)
        self.attempts.append(attempt)
        self.before(attempt)
        await asyncio.sleep(0)
        answer = self._answers.popleft() if self._answers else self._delivered(to)
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, Late):
            self.hanging.set()
            await self.release.wait()
            answer = answer.outcome
        if isinstance(answer, Delivered) or (isinstance(answer, Hang) and answer.accepted):
            self.shown = {nonce: attempt, **self.shown}
        if isinstance(answer, Hang):
            self.hanging.set()
            await asyncio.Event().wait()
            raise AssertionError("unreachable")
        return answer

    async def earlier(self, to: Address, nonce: str, *, since: datetime) -> Outcome:
        """See `bot.app.outbox.Outbox.earlier`; not counted among the attempts."""
        sent = self.shown.get(nonce)
        return Gone("never-sent") if sent is None or sent.to != to else self._delivered(to)

    def _delivered(self, to: Address) -> Delivered:
        match to:
            case Direct(user_id, channel_id):
                return Delivered(channel_id or user_id + 1, len(self.attempts))
            case Channel(channel_id):
                return Delivered(channel_id, len(self.attempts))
