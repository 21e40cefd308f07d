"""What somebody has yet to watch: for themselves, and for others only where they show how far they are."""

from __future__ import annotations

import discord
from discord import ui

from bot.app.shows import show_key
from bot.core.airing import airs_at
from bot.discord_ui import stamps
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.options import episode_name
from bot.discord_ui.press import Presses, button, mark
from bot.discord_ui.reply import Reply


class NextUp:
    """Tells people which episode is next for them."""

    def __init__(self, desk: Desk, presses: Presses) -> None:
        self._desk = desk
        presses.on("yours", self._press, str)
        presses.on("yours-of", self._press_of, str, mark)

    async def told(self, ask: Ask) -> list[str]:
        """The line for a reply; nothing in one that others read, unless the asker shows them how far they are."""
        asker = ask.asker
        if not asker.told:
            return []
        if ask.public:
            guild_id = asker.guild_id
            shares = guild_id is not None and await self._desk.people.shares_progress(asker.user_id, guild_id, ask.show)
            return [_line(ask, f"<@{asker.user_id}>")] if shares else []
        return [_line(ask, None)]

    def button(self, ask: Ask) -> ui.Button[ui.LayoutView] | None:
        """The button with which everybody gets their own line."""
        if not ask.public:
            return None
        return button(ask.say("button.next-up"), "yours", show_key(ask.show), emoji="👉")

    async def _press_of(self, interaction: discord.Interaction, key: str, _mark: str) -> None:
        await self._press(interaction, key)

    async def _press(self, interaction: discord.Interaction, key: str) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        reply = Reply([_line(ask, None) if ask.asker.told else ask.say("yours.untold")])
        number = _next(ask)
        episode = None if number is None else ask.show.episode(number)
        if not ask.asker.told or number is None or episode is None:
            await ask.answer(reply)
            return
        at = airs_at(episode)
        if at is None or at > ask.now:
            await ask.answer(reply)
            return
        name = episode_name(ask.say, ask.show, episode)
        await ask.answer(reply.row(button(ask.say("button.seen", episode=name), "seen", key, number, emoji="✅")))


def _next(ask: Ask) -> int | None:
    """The episode that is next for the asker, in a second run the next of that; None after the last."""
    watched, last = ask.asker.watched, len(ask.show.episodes)
    if watched.rewatch is not None:
        return watched.rewatch + 1 if watched.rewatch < last else None
    return next(iter(watched.unseen(last)), None)


def _line(ask: Ask, who: str | None) -> str:
    say, show, number = ask.say, ask.show, _next(ask)
    episode = None if number is None else show.episode(number)
    if episode is None:
        return "👉 " + (say("yours.all") if who is None else say("yours.all-of", who=who))
    name, at = episode_name(say, show, episode), airs_at(ask.local.episodes[episode.number - 1])
    arguments = {"episode": name, "who": who or "", "at": "" if at is None else stamps.short(at)}
    if at is None or at <= ask.now:
        return "👉 " + say("yours.next" if who is None else "yours.next-of", **arguments)
    return "👉 " + say("yours.next-on" if who is None else "yours.next-on-of", **arguments)
