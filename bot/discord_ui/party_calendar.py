"""A watch party as a calendar file; the same button brings what it has become."""

from __future__ import annotations

import io

import discord
from discord import ui

from bot.app.calendar_files import CalendarFiles
from bot.app.parties import Parties
from bot.core.airing import minutes_of
from bot.core.errors import UserError
from bot.core.party import Party, PartyState
from bot.discord_ui.desk import Desk
from bot.discord_ui.options import episode_names
from bot.discord_ui.party_options import knows_of
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply
from bot.l10n.speaker import Speaker
from bot.render import ical
from bot.render.ical import CalendarEvent


class PartyCalendar:
    """Hands out the calendar files of parties."""

    def __init__(self, desk: Desk, presses: Presses, parties: Parties, files: CalendarFiles) -> None:
        self._desk = desk
        self._parties = parties
        self._files = files
        presses.on("party-ics", self._press, int)

    async def _press(self, interaction: discord.Interaction, party_id: int) -> None:
        found = await self._parties.get(party_id)
        party = found.party
        watched = self._desk.shows.episodes(party.show_id, party.episodes)
        if party.guild_id != interaction.guild_id or watched is None:
            raise UserError("party.gone")
        show, episodes = watched
        ask = await self._desk.ask(interaction, show, private=True)
        if not knows_of(ask, found):
            raise UserError("party.gone")
        say, title = ask.say, ask.say.text(show.title)
        cancelled = party.state is PartyState.CANCELLED
        event = CalendarEvent(
            uid=f"party-{party.id}-{int(party.created_at.timestamp())}@cliffhanger",
            starts_at=party.starts_at,
            zone=party.zone,
            minutes=sum(minutes_of(show, episode) for episode in episodes),
            summary=say("calendar.party", show=title, episode=episode_names(say, show, episodes)),
            description=say("calendar.party-description"),
            url=where(party),
            sequence=0,
            alarm_minutes=None,
            cancelled=cancelled,
        )
        data = await self._files.make((event,), title)
        reply = Reply([say("calendar.party-cancelled" if cancelled else "calendar.party-ready")])
        reply.files.append(discord.File(io.BytesIO(data), filename=ical.filename(show.id, f"party-{party.id}")))
        await ask.answer(reply)


def where(party: Party) -> str:
    """The address of a party's announcement, or of its channel until that stands."""
    channel = f"https://discord.com/channels/{party.guild_id}/{party.channel_id}"
    return channel if party.message_id is None else f"{channel}/{party.message_id}"


def calendar_button(say: Speaker, party: Party) -> ui.Button[ui.LayoutView]:
    """What brings a party's calendar file."""
    return button(say("button.party-calendar"), "party-ics", party.id, emoji="📅")
