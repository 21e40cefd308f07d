"""Watch parties: what one is, who may change it, and who is told what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.core.errors import UserError
from bot.core.spoilers import visible
from bot.core.text import clean, is_blank

#: The most episodes that are watched at one party, and the most places that one can have.
MOST_EPISODES = 12
MOST_PLACES = 1000
#: The most characters of what people write on a party, after cleaning.
LONGEST_TITLE = 80
LONGEST_NOTE = 300


class Answer(Enum):
    """What somebody answered to an invitation."""

    GOING = "going"
    MAYBE = "maybe"
    CANNOT = "cannot"


#: Those who gave one of these answers asked to be told, and are mentioned.
ATTENDING = frozenset({Answer.GOING, Answer.MAYBE})


class PartyState(Enum):
    PLANNED = "planned"
    CANCELLED = "cancelled"


class SeriesState(Enum):
    """A draft has been shown to whoever typed it and to nobody else."""

    DRAFT = "draft"
    RUNNING = "running"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PartyText:
    """What somebody wrote on a party: clean, not escaped, None where they wrote nothing.

    It was written where people may have seen up to episode ``after``, so it is safe for whoever has.
    """

    title: str | None = None
    note: str | None = None
    after: int = 0


def written(title: str | None, note: str | None, after: int) -> PartyText:
    """What was typed as title and note in a place that is open up to episode ``after``.

    Raises UserError: "party.title-empty", "party.title-too-long", "party.note-empty", "party.note-too-long".
    """
    if title is not None:
        title = clean(title)
        if is_blank(title):
            raise UserError("party.title-empty")
        if len(title) > LONGEST_TITLE:
            raise UserError("party.title-too-long", length=len(title), limit=LONGEST_TITLE)
    if note is not None:
        note = clean(note)
        if is_blank(note):
            raise UserError("party.note-empty")
        if len(note) > LONGEST_NOTE:
            raise UserError("party.note-too-long", length=len(note), limit=LONGEST_NOTE)
    return PartyText(title, note, after)


@dataclass(frozen=True, slots=True)
class Party:
    """A watch party.

    ``starts_at`` is an aware UTC instant; ``wall_start`` and ``zone`` keep what its creator typed.
    ``lead_minutes`` is how long before the start people are reminded, ``more_leads`` are further such times, each
    nearer to it. ``locale`` is the language of its
    announcement. ``message_id`` is None until the announcement was posted. ``title`` and ``note`` are what its
    creator wrote, for readers of a place that is open up to episode ``text_after``. ``follows_air_time``: it was
    planned for whenever the episode airs. ``moved_from`` is the start that its guests still believe in (None: the
    present one). ``last_episode`` ends the run of episodes that begins with ``episode`` (None: that one alone).
    ``capacity`` is how many may come, the host included (None: everybody). ``role_id`` is the role that its
    announcement mentions. ``series_id`` is the series that it is a night of.
    """

    id: int
    guild_id: int
    channel_id: int
    message_id: int | None
    creator_id: int
    show_id: str
    episode: int
    starts_at: datetime
    wall_start: datetime
    zone: str
    lead_minutes: int
    locale: str
    state: PartyState
    created_at: datetime
    title: str | None = None
    note: str | None = None
    text_after: int = 0
    follows_air_time: bool = False
    moved_from: datetime | None = None
    last_episode: int | None = None
    capacity: int | None = None
    role_id: int | None = None
    series_id: int | None = None
    more_leads: tuple[int, ...] | None = None

    @property
    def leads(self) -> tuple[int, ...]:
        """How many minutes before the start people are reminded, the longest first."""
        return (self.lead_minutes, *(self.more_leads or ()))

    @property
    def episodes(self) -> tuple[int, ...]:
        """The numbers of what is watched, in order."""
        return tuple(range(self.episode, (self.last_episode or self.episode) + 1))

    def text_at(self, limit: int) -> PartyText:
        """What its creator wrote, as far as it may be seen where all is open up to episode ``limit``."""
        text = PartyText(self.title, self.note, self.text_after)
        return next(iter(visible((text,), limit)), PartyText())

    def may_change(self, user_id: int, manages_events: bool) -> bool:
        """Only its host and those who may manage events can change, hand over or cancel a party."""
        return user_id == self.creator_id or manages_events

    def over_at(self, minutes: int) -> datetime:
        """When what takes this many minutes, started on time, has been watched."""
        return self.starts_at + timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class Attendance:
    """A party with who answered what, in the order of the answers.

    ``waited`` are those who were on the waiting list when they answered and have not been told since that they have
    a place. ``event_id`` is Discord's own event of the party, where there is one.
    """

    party: Party
    answers: Mapping[int, Answer]
    waited: frozenset[int] = frozenset()
    event_id: int | None = None

    def who(self, answer: Answer) -> tuple[int, ...]:
        """The ids of those who gave this answer; of those who are going, the ones who have a place."""
        given = tuple(user for user, theirs in self.answers.items() if theirs is answer)
        if answer is not Answer.GOING:
            return given
        # There is always a place for the host, also for one who takes over a party that is full.
        host = self.party.creator_id
        return tuple(user for place, user in enumerate(given) if self._fits(place) or user == host)

    @property
    def waiting(self) -> tuple[int, ...]:
        """Those who are going as soon as there is a place for them, the next one first."""
        placed = frozenset(self.who(Answer.GOING))
        return tuple(user for user, theirs in self.answers.items() if theirs is Answer.GOING and user not in placed)

    @property
    def attending(self) -> tuple[int, ...]:
        """Those who are to be told: who comes, or may, and has a place."""
        waiting = frozenset(self.waiting)
        return tuple(user for user, answer in self.answers.items() if answer in ATTENDING and user not in waiting)

    @property
    def moved_up(self) -> tuple[int, ...]:
        """Those who have got a place since they were put on the waiting list, and don't know it yet."""
        return tuple(user for user in self.who(Answer.GOING) if user in self.waited)

    def _fits(self, place: int) -> bool:
        return self.party.capacity is None or place < self.party.capacity
