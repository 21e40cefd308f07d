"""Watch parties: what one is, who may change it, and who is told what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.core.errors import UserError
from bot.core.spoilers import visible
from bot.core.text import clean, is_blank

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
    ``lead_minutes`` is how long before the start people are reminded. ``locale`` is the language of its
    announcement. ``message_id`` is None until the announcement was posted. ``title`` and ``note`` are what its
    creator wrote, for readers of a place that is open up to episode ``text_after``. ``follows_air_time``: it was
    planned for whenever the episode airs. ``moved_from`` is the start that its guests still believe in (None: the
    present one).
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

    def text_at(self, limit: int) -> PartyText:
        """What its creator wrote, as far as it may be seen where all is open up to episode ``limit``."""
        text = PartyText(self.title, self.note, self.text_after)
        return next(iter(visible((text,), limit)), PartyText())

    def may_change(self, user_id: int, manages_events: bool) -> bool:
        """Only its host and those who may manage events can change, hand over or cancel a party."""
        return user_id == self.creator_id or manages_events

    def over_at(self, minutes: int) -> datetime:
        """When an episode of this many minutes, started on time, has been watched."""
        return self.starts_at + timedelta(minutes=minutes)
