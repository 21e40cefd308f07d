"""What is said in options about Discord's own event of a party, and how it waits in a question until that is answered.

Whoever asks for an event has to be allowed to make one: the bot lends nobody its permissions.
"""

from __future__ import annotations

import re

import discord

from bot.core.errors import UserError
from bot.core.mirror import EventWish
from bot.discord_ui.desk import Ask
from bot.l10n.speaker import Speaker

VoiceOption = discord.VoiceChannel | discord.StageChannel

#: How a quoted line begins; what people write never begins so, as `bot.core.text.plain` escapes the dash.
_QUOTED = "> -# 📅 "
_PLACE = re.compile(r"<#(\d{1,20})>")


def event_wish(ask: Ask, event: bool | None, voice: VoiceOption | None) -> EventWish | None:
    """What the options say (None: nothing). Raises UserError as `check_event`, and "event.none-but-there"."""
    if event is None and voice is None:
        return None
    if event is False and voice is not None:
        raise UserError("event.none-but-there", channel_id=voice.id)
    wish = EventWish(event is not False, None if voice is None else voice.id)
    check_event(ask, wish)
    return wish


def check_event(ask: Ask, wish: EventWish | None) -> None:
    """Raises UserError: "event.you-cannot", "event.you-cannot-there", "event.place-unknown"."""
    guild, member = ask.interaction.guild, ask.interaction.user
    if wish is None or not wish.wanted or guild is None or not isinstance(member, discord.Member):
        return
    if wish.place_id is None:
        theirs = ask.interaction.permissions
        if not (theirs.create_events or theirs.manage_events):
            raise UserError("event.you-cannot")
        return
    place = guild.get_channel(wish.place_id)
    if not isinstance(place, VoiceOption):
        raise UserError("event.place-unknown")
    theirs = place.permissions_for(member)
    if not (theirs.view_channel and theirs.connect and (theirs.create_events or theirs.manage_events)):
        raise UserError("event.you-cannot-there", channel_id=place.id)


def quoted_event(say: Speaker, wish: EventWish | None) -> list[str]:
    """A line of a message that only the asker reads, from which `unquoted_event` takes the wish again."""
    if wish is None or not wish.wanted:
        return []
    where = "" if wish.place_id is None else f" <#{wish.place_id}>"
    return [f"{_QUOTED}{say('party.event-asked')}{where}"]


def unquoted_event(message: discord.Message | None) -> EventWish | None:
    """The wish that stands in a message of ours, if one does."""
    pending: list[discord.Component] = [] if message is None else list(message.components)
    while pending:
        part = pending.pop(0)
        pending.extend(getattr(part, "children", ()))
        if isinstance(part, discord.TextDisplay):
            for line in part.content.splitlines():
                if line.startswith(_QUOTED):
                    found = _PLACE.search(line)
                    return EventWish(True, None if found is None else int(found[1]))
    return None
