"""What parties are called, wherever they are spoken of."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.core.party import Party, PartyText
from bot.core.progress import ranges
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.options import episode_names
from bot.l10n.speaker import Speaker


def watched_at(desk: Desk, say: Speaker, party: Party) -> str:
    """What is watched, not escaped."""
    found = desk.shows.episodes(party.show_id, party.episodes)
    if found is None:
        return f"{party.show_id} {ranges(party.episodes)}"
    show, episodes = found
    return f"{say.text(show.title)} · {episode_names(say, show, episodes)}"


async def text_for(desk: Desk, ask: Ask, party: Party) -> PartyText:
    """What was written on a party, as far as the asker, who alone reads it, is past it."""
    show = desk.shows.get(party.show_id)
    if show is None or not party.text_after:
        return party.text_at(0)
    watched = await desk.people.watched(ask.asker.user_id, show)
    return party.text_at(0 if watched is None else watched.up_to)


async def party_label(desk: Desk, ask: Ask, party: Party) -> str:
    """A party in a line that only the asker reads, not escaped."""
    local = party.starts_at.astimezone(ZoneInfo(ask.asker.zone or party.zone))
    label = f"{watched_at(desk, ask.say, party)} · {ask.say.day(local)}, {ask.say.clock(local)}"
    title = (await text_for(desk, ask, party)).title
    return label if title is None else f"{label} · {title}"
