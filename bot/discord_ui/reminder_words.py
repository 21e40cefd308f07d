"""What reminders are called, wherever they are spoken of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.app.shows import Shows
from bot.core.reminder import Reminder, StandingReminder
from bot.core.text import plain
from bot.discord_ui import stamps
from bot.discord_ui.options import episode_name
from bot.discord_ui.reply import Reply
from bot.l10n.speaker import Speaker

_KNOWN_REASONS = frozenset(
    {"dms-closed", "channel-gone", "forbidden", "over", "over-before-delivery", "show-not-loaded"}
)
_TOO_LATE = frozenset({"over", "over-before-delivery"})


def lead_words(say: Speaker, minutes: int) -> str:
    """ "15 minutes before"."""
    return say("lead.at-start") if minutes == 0 else say("lead.before", duration=say.duration(minutes))


def leads_words(say: Speaker, leads: Iterable[int]) -> str:
    """ "1 day before and 15 minutes before"."""
    return say.listing(lead_words(say, lead) for lead in leads)


def lead_typed(minutes: int) -> str:
    """A lead as one would type it."""
    return f"{minutes} min" if minutes % 60 or minutes == 0 else f"{minutes // 60} h"


def name_of(say: Speaker, shows: Shows, reminder: Reminder) -> str:
    """ "The Defects, episode 4 (15 minutes before)", not escaped."""
    found = shows.episode(reminder.show_id, reminder.episode)
    if found is None:
        return f"{reminder.show_id} {reminder.episode}"
    show, episode = found
    return say(
        "reminders.name",
        show=say.text(show.title),
        episode=episode_name(say, show, episode),
        lead=lead_words(say, reminder.lead_minutes),
    )


def every_name(say: Speaker, shows: Shows, wish: StandingReminder) -> str:
    """ "The Defects, every episode (1 day before and 15 minutes before)", not escaped."""
    show = shows.get(wish.show_id)
    title = wish.show_id if show is None else say.text(show.title)
    return say("reminders.every", show=title, leads=leads_words(say, wish.leads))


def line_of(say: Speaker, what: str, at: datetime) -> str:
    """A line of a list; ``what`` is not escaped."""
    return "- " + say("reminders.line", what=plain(what), at=stamps.full(at), relative=stamps.relative(at))


def reason_words(say: Speaker, reason: str, *, sitting: bool = False) -> str:
    """Why something was not delivered."""
    if sitting and reason in _TOO_LATE:
        return say("undelivered.too-late")
    return say(f"undelivered.{reason}" if reason in _KNOWN_REASONS else "undelivered.other")


def cancelled(say: Speaker, names: Iterable[str]) -> Reply:
    """What was cancelled; names are not escaped."""
    return Reply([say("reminder.cancelled", what=plain(name)) for name in names])


def own_time(reminder: Reminder) -> datetime:
    """When a reminder would come were there no quiet hours."""
    return reminder.airs_at - timedelta(minutes=reminder.lead_minutes)
