"""What `/watch-party history` shows: on which dates a server has watched what.

It names shows and numbers of episodes only, and nothing that was written on a party.
"""

from __future__ import annotations

from functools import partial

import discord

from bot.app.evenings import Evening, Evenings
from bot.core.party import Answer
from bot.core.progress import ranges
from bot.core.text import plain
from bot.discord_ui import reply as replies
from bot.discord_ui import stamps
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.options import episode_names
from bot.discord_ui.party_options import may_see
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply

#: Viewers named on a line; the rest are counted.
_NAMED = 10


class EveningList:
    """A server's evenings in pages, which turn in place."""

    def __init__(self, desk: Desk, presses: Presses, evenings: Evenings) -> None:
        self._desk = desk
        self._evenings = evenings
        presses.on("evenings", self._press_page, int)

    async def listed(self, ask: Ask, page: int = 0) -> Reply:
        """A page of the evenings of the server in which this is asked."""
        say = ask.say
        found = await self._evenings.page(ask.asker.guild_id or 0, page, partial(may_see, ask))
        reply = Reply().add("## " + say("evenings.title"))
        if not found.evenings:
            return reply.add(say("evenings.none"))
        reply.add(*(self._line(ask, evening) for evening in found.evenings))
        if found.pages > 1:
            reply.add("-# " + say("reminders.page", page=found.page + 1, pages=found.pages))
            reply.row(
                button(say("button.previous"), "evenings", found.page - 1, disabled=found.page == 0),
                button(say("button.next"), "evenings", found.page + 1, disabled=found.page + 1 == found.pages),
            )
        return reply

    async def _press_page(self, interaction: discord.Interaction, page: int) -> None:
        ask = await self._desk.ask(interaction, private=True)
        await replies.replace(interaction, await self.listed(ask, page))

    def _line(self, ask: Ask, evening: Evening) -> str:
        say, party = ask.say, evening.found.party
        known = self._desk.shows.episodes(party.show_id, party.episodes)
        if known is None:
            what = f"{party.show_id} {ranges(party.episodes)}"
        else:
            show, episodes = known
            what = f"{say.text(show.title)} · {episode_names(say, show, episodes)}"
        going = len(evening.found.who(Answer.GOING))
        line = "- " + say.count("evenings.line", going, at=stamps.full(party.starts_at), what=plain(what))
        if evening.viewers:
            named = " ".join(f"<@{user}>" for user in evening.viewers[:_NAMED])
            more = len(evening.viewers) - _NAMED
            rest = " " + say("party.and-more", count=more) if more > 0 else ""
            line += f"\n  ✅ {say('watched.list')} ({len(evening.viewers)}): {named}{rest}"
        return line if evening.thread_id is None else f"{line}\n  💬 <#{evening.thread_id}>"
