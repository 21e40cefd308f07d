"""A watch party as a calendar file; the same button brings what it has become."""

from __future__ import annotations

import io

import discord
from discord import ui

from bot.app.calendar_files import CalendarFiles
from bot.app.calendars import Calendars
from bot.app.parties import Parties
from bot.core.errors import UserError
from bot.core.party import Party, PartyState
from bot.discord_ui.desk import Desk
from bot.discord_ui.party_options import knows_of
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply
from bot.l10n.speaker import Speaker
from bot.render import ical


class PartyCalendar:
    """Hands out the calendar files of parties."""

    def __init__(
        self, desk: Desk, presses: Presses, parties: Parties, files: CalendarFiles, calendars: Calendars
    ) -> None:
        self._desk = desk
        self._parties = parties
        self._files = files
        self._calendars = calendars
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
        say = ask.say
        cancelled = party.state is PartyState.CANCELLED
        event = self._calendars.party(say, party, show, episodes)
        data = await self._files.make((event,), say.text(show.title))
        reply = Reply([say("calendar.party-cancelled" if cancelled else "calendar.party-ready")])
        reply.files.append(discord.File(io.BytesIO(data), filename=ical.filename(show.id, f"party-{party.id}")))
        await ask.answer(reply)


def calendar_button(say: Speaker, party: Party) -> ui.Button[ui.LayoutView]:
    """What brings a party's calendar file."""
    return button(say("button.party-calendar"), "party-ics", party.id, emoji="📅")
