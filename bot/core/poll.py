"""Votes on when to watch something together: what one is, and which time wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class PollState(Enum):
    """A vote that is closed has a party, or none where nobody voted or none could be planned."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Poll:
    """A vote on when to watch a run of episodes.

    ``channel_id`` is where it is held and where the party will be announced; ``message_id`` is None until the vote
    was posted. ``zone`` is the one that the party is kept in. ``lead_minutes`` and ``locale`` are the party's.
    ``last_episode`` is None where there is only one. ``party_id`` is the party that it has become.
    """

    id: int
    guild_id: int
    channel_id: int
    message_id: int | None
    creator_id: int
    show_id: str
    episode: int
    last_episode: int | None
    zone: str
    lead_minutes: int
    locale: str
    state: PollState
    created_at: datetime
    closes_at: datetime
    party_id: int | None = None

    @property
    def episodes(self) -> tuple[int, ...]:
        """The numbers of what is watched, in order."""
        return tuple(range(self.episode, (self.last_episode or self.episode) + 1))

    def may_close(self, user_id: int, manages_events: bool) -> bool:
        """Only whoever asked and those who may manage events can end a vote early."""
        return user_id == self.creator_id or manages_events


@dataclass(frozen=True, slots=True)
class Choice:
    """A time that can be voted for. ``number`` counts them by time, ``rank`` by fairness, both from 1."""

    number: int
    rank: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote with its times, soonest first, and who voted for which, in the order of their votes."""

    poll: Poll
    choices: tuple[Choice, ...]
    votes: Mapping[int, tuple[int, ...]]

    def voters(self, number: int) -> tuple[int, ...]:
        """Who voted for a time."""
        return self.votes.get(number, ())

    def votes_of(self, user_id: int) -> tuple[int, ...]:
        """The numbers of the times that somebody voted for, soonest first."""
        return tuple(choice.number for choice in self.choices if user_id in self.voters(choice.number))

    def winner(self, now: datetime) -> Choice | None:
        """The time still to come with the most votes, of several the fairest; None where nobody voted for one."""
        wanted = [choice for choice in self.choices if choice.starts_at > now and self.voters(choice.number)]
        return min(wanted, key=lambda choice: (-len(self.voters(choice.number)), choice.rank), default=None)
