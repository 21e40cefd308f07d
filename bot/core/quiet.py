"""Quiet hours: when a reminder comes that would fall into them. The rules:

* Outside the quiet hours a reminder comes at its time.
* They begin with their first minute and are over at their end: at 08:00 those from 23:00 to 08:00 are over.
* They may go past midnight.
* What would come during them comes at their end, where what it is for hasn't begun by then.
* Otherwise it comes right before they begin: early is better than useless.
* Where they have begun already it comes at its own time.
* They are kept by the clocks of a zone, by the rules of `bot.core.zones` where those change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.errors import UserError
from bot.core.when_words import DAY, HOUR, LONGEST, normalised
from bot.core.zones import resolve

#: How long before the quiet hours what has to come before them comes.
_BEFORE = timedelta(minutes=1)

_TIME = r"(?:(오전|오후) ?)?([0-9]{1,2})(?: ?[:.] ?([0-9]{2})| ?시(?: ?([0-9]{1,2}) ?분)?)? ?(am|pm)?"
_SPAN = re.compile(rf"{_TIME} ?(?:-|to|until|부터|에서) ?{_TIME}(?: ?까지)?")
_DASHES = re.compile("[‐‑‒–—―−~〜]")
_OFF = frozenset(("off", "none", "no", "never", "끄기", "끔", "꺼", "해제", "없음", "없이"))


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when to when, in minutes since midnight, below 1,440 and not the same; past midnight if that is less."""

    begins: int
    ends: int

    def around(self, at: datetime, zone: str) -> tuple[datetime, datetime] | None:
        """When the quiet hours that hold ``at`` begin and end, both UTC; None where none do."""
        today = at.astimezone(ZoneInfo(zone)).date()
        for days in (-1, 0, 1):
            midnight = datetime.combine(today + timedelta(days=days), time())
            begins = resolve(midnight + timedelta(minutes=self.begins), zone)
            length = (self.ends - self.begins) % DAY
            ends = resolve(midnight + timedelta(minutes=self.begins + length), zone)
            if begins <= at < ends:
                return begins, ends
        return None


def placed(at: datetime, useful_until: datetime, now: datetime, quiet: QuietHours | None, zone: str | None) -> datetime:
    """When something comes that is to come at ``at``, by the rules above.

    ``useful_until`` is when what it is for begins. Without a zone there are no quiet hours.
    """
    found = None if quiet is None or zone is None else quiet.around(at, zone)
    if found is None:
        return at
    begins, ends = found
    if ends <= useful_until:
        return ends
    before = begins - _BEFORE
    return before if before > now else at


def read_quiet(text: str) -> QuietHours | None:
    """Quiet hours as people type them: "23:00-08:00", "11 pm to 8 am", "23시~8시"; None for "off".

    Raises UserError: "quiet.not-understood" (``text``), or "quiet.empty" where they would end as they begin.
    """
    plain = _DASHES.sub("-", normalised(text)) if len(text) <= LONGEST else ""
    if plain in _OFF:
        return None
    found = _SPAN.fullmatch(plain)
    minutes = [] if found is None else [_minutes(found.groups()[start : start + 5]) for start in (0, 5)]
    if len(minutes) != 2 or minutes[0] is None or minutes[1] is None:
        raise UserError("quiet.not-understood", text=text.strip())
    begins, ends = minutes[0], minutes[1]
    if begins == ends:
        raise UserError("quiet.empty")
    return QuietHours(begins, ends)


def _minutes(parts: tuple[str | None, ...]) -> int | None:
    """Minutes since midnight; None for a time of day that there isn't."""
    before, hour_text, after_colon, korean, after = parts
    hour, minute = int(hour_text or 0), int(after_colon or korean or 0)
    half = {"오전": "am", "오후": "pm"}.get(before or "", after)
    if half is not None:
        if (before is not None and after is not None) or not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    return (hour * HOUR + minute) % DAY
