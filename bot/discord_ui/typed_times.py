"""Times that people type, read in their zone; what is unclear is asked back with two buttons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.core.errors import UserError
from bot.core.when import Unclear, Understood, read
from bot.core.zones import abbreviation_at
from bot.discord_ui.desk import Ask
from bot.discord_ui.press import button
from bot.discord_ui.reply import Reply

#: Two zones far apart: a typed time that means the same in both needs no zone at all.
_PROBES = ("Etc/GMT+11", "Pacific/Kiritimati")


def read_typed(ask: Ask, typed: str, air_at: datetime | None) -> Understood | Unclear:
    """What a typed time means for the asker; ``air_at`` is what "air time" means.

    Raises UserError as `bot.core.when.read`, or "when.no-zone" where only their zone would tell. A time that needs
    none is given in the show's.
    """
    zone = ask.asker.zone
    if zone is not None:
        return read(typed, ask.now, zone, air_at)
    found: list[Understood | Unclear] = []
    refusals: list[UserError] = []
    for probe in _PROBES:
        try:
            found.append(read(typed, ask.now, probe, air_at))
        except UserError as refusal:
            refusals.append(refusal)
    if len(refusals) == len(_PROBES):
        first, second = refusals
        # What is past in both zones is past, but which moment that was can depend on the zone.
        if first.key == second.key and (first.key != "when.past" or first.arguments == second.arguments):
            raise first
    instants = {one.at for one in found if isinstance(one, Understood)}
    if len(found) == len(_PROBES) and len(instants) == 1:
        return picked(ask, instants.pop())
    raise UserError("when.no-zone")


def ask_back(ask: Ask, found: Unclear, pressed: Callable[[int], tuple[str, tuple[object, ...]]]) -> Reply:
    """The question which of two moments was meant.

    ``pressed`` makes the action of a button, and its arguments, of the seconds since 1970 of its moment.
    """
    say = ask.say
    # In the hour that comes twice only what the clocks are called tells one from the other.
    same = found.choices[0].wall == found.choices[1].wall
    reply = Reply([say(found.reason)])
    buttons = [
        button(
            f"{say.day(choice.wall)}, {say.clock(choice.wall)}"
            + (f" {abbreviation_at(choice.zone, choice.at)}" if same else ""),
            action,
            *arguments,
        )
        for choice in found.choices
        for action, arguments in (pressed(int(choice.at.timestamp())),)
    ]
    return reply.row(*buttons)


def picked(ask: Ask, at: datetime) -> Understood:
    """A moment in the asker's zone, or in the show's where they have saved none."""
    zone = ask.asker.zone or ask.show.zone
    return Understood(at, at.astimezone(ZoneInfo(zone)).replace(tzinfo=None), zone)


def instant(seconds: str) -> datetime:
    """The instant in a button. Raises ValueError for what is none."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(seconds) from error
