"""Choices while people type: shows, episodes, characters.

Choices are read by the asker alone, but Discord can't veil text in them: they hold only what the asker's own
progress allows. Episodes are offered by number and date, never by title.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

import discord
from discord import app_commands

from bot.app import characters
from bot.core.airing import aired, airs_at
from bot.core.errors import UserError
from bot.core.names import fold
from bot.core.progress import ranges
from bot.core.show import Episode, Show
from bot.core.text import clean, cut
from bot.core.thread_names import titles_of
from bot.discord_ui.corrections import marked
from bot.discord_ui.desk import Ask, Desk
from bot.l10n.episode_numbers import is_plain
from bot.l10n.speaker import Speaker

#: Discord takes at most this many choices of at most this many characters.
_MOST = 25
_LONGEST = 100


def show_option(interaction: discord.Interaction) -> str | None:
    """What has been put into the ``show`` option so far."""
    return getattr(interaction.namespace, "show", None) or None


class Choices:
    """Autocomplete for the options that several commands share."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def shows(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Shows by title; while nothing is typed, those that the server follows come first."""
        if typed.strip():
            return self._shows(interaction, self._desk.shows.search(typed, _MOST))
        first = await self._followed(interaction)
        rest = [show for show in self._desk.shows.search("", _MOST) if show not in first]
        return self._shows(interaction, [*first, *rest][:_MOST])

    async def followed_shows(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The shows that the server follows."""
        followed = await self._followed(interaction)
        wanted = fold(typed)
        return self._shows(
            interaction, [show for show in followed if any(wanted in fold(title) for title in titles_of(show))]
        )

    async def _followed(self, interaction: discord.Interaction) -> tuple[Show, ...]:
        guild_id = interaction.guild_id
        return () if guild_id is None else (await self._desk.following.of(guild_id)).shows

    def _shows(self, interaction: discord.Interaction, shows: Iterable[Show]) -> list[app_commands.Choice[str]]:
        say = self._desk.speaker(interaction)
        return [app_commands.Choice(name=cut(clean(say.text(show.title)), _LONGEST), value=show.id) for show in shows]

    async def all_episodes(self, interaction: discord.Interaction, typed: int | str) -> list[app_commands.Choice[int]]:
        """Every episode, in order."""
        ask = await self._ask(interaction)
        return [] if ask is None else self._episodes(ask, ask.local.episodes, typed)

    async def aired_episodes(
        self, interaction: discord.Interaction, typed: int | str
    ) -> list[app_commands.Choice[int]]:
        """Episodes that have aired, the newest first."""
        ask = await self._ask(interaction)
        if ask is None:
            return []
        past = [episode for episode in reversed(ask.show.episodes) if aired(episode, ask.now)]
        return self._episodes(ask, past, typed)

    async def coming_episodes(
        self, interaction: discord.Interaction, typed: int | str
    ) -> list[app_commands.Choice[int]]:
        """Episodes still to come."""
        ask = await self._ask(interaction)
        if ask is None:
            return []
        coming = [episode for episode in ask.local.episodes if not aired(episode, ask.now)]
        return self._episodes(ask, coming, typed)

    async def characters(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Characters the asker may know of; the value is the name itself, since an id could tell something."""
        ask = await self._ask(interaction)
        if ask is None:
            return []
        found = characters.search(ask.show, ask.asker.progress, typed, _MOST)
        choices: list[app_commands.Choice[str]] = []
        for entry in found:
            name = clean(ask.say.text(entry.name))
            label = f"{name} · {entry.native}" if entry.native and entry.native not in name else name
            choices.append(app_commands.Choice(name=cut(label, _LONGEST), value=cut(name, _LONGEST)))
        return choices

    async def _ask(self, interaction: discord.Interaction) -> Ask | None:
        """Who is typing, about which show; None while ``show`` holds none, which the command itself will say."""
        try:
            return await self._desk.ask(interaction, show_option(interaction), private=True)
        except UserError:
            return None

    def _episodes(self, ask: Ask, episodes: Iterable[Episode], typed: int | str) -> list[app_commands.Choice[int]]:
        wanted = str(typed).strip()
        meant = (episode for episode in episodes if _is_meant(ask.say, ask.show, episode, wanted))
        return [
            app_commands.Choice(
                name=cut(episode_label(ask.say, ask.show, episode, ask.asker.zone, ask.now), _LONGEST),
                value=episode.choice,
            )
            for episode in islice(meant, _MOST)
        ]


def _is_meant(say: Speaker, show: Show, episode: Episode, typed: str) -> bool:
    """Whether what was typed so far is the beginning of a number of the episode, of "S2E1", or of its name."""
    wanted = typed.casefold().replace(" ", "")
    printed = "" if episode.printed is None else str(episode.printed)
    in_season = "" if episode.special is not None else f"s{episode.season}e{episode.in_season}"
    name = episode_name(say, show, episode).casefold().replace(" ", "")
    return any(spelt.startswith(wanted) for spelt in (printed, in_season, name))


def episode_name(say: Speaker, show: Show, episode: Episode) -> str:
    """ "Episode 7", "Episode 7, part 2" or "Special 1"; with season and number in it where there are several."""
    if episode.special is not None:
        return say("episode.special", number=episode.special)
    numbers = {"number": episode.printed, "season": episode.season, "in_season": episode.in_season}
    if episode.part is not None:
        key = "episode.name-part" if len(show.seasons) == 1 else "episode.name-season-part"
        return say(key, part=episode.part, **numbers)
    return say("episode.name" if len(show.seasons) == 1 else "episode.name-season", **numbers)


def episode_names(say: Speaker, show: Show, episodes: Sequence[Episode]) -> str:
    """ "Episode 7", "Episodes 7-9, 11" or "Episodes 7-9 and Special 1"."""
    if len(episodes) == 1:
        return episode_name(say, show, episodes[0])
    whole = [episode for episode in episodes if is_plain(episode)]
    if len(whole) < 2:
        return say.listing(episode_name(say, show, episode) for episode in episodes)
    names = [say("episode.names", numbers=ranges(episode.printed or 0 for episode in whole))]
    return say.listing(names + [episode_name(say, show, episode) for episode in episodes if episode not in whole])


def episode_label(say: Speaker, show: Show, episode: Episode, zone: str | None, now: datetime) -> str:
    """An episode with its date, in the asker's zone where known, else the broadcaster's."""
    name = episode_name(say, show, episode)
    at = airs_at(episode)
    if at is None:
        return marked(say, episode, say("choice.episode-undated", episode=name))
    local = at.astimezone(ZoneInfo(zone or show.zone))
    key = "choice.episode-aired" if at <= now else "choice.episode-coming"
    return marked(say, episode, say(key, episode=name, day=say.day(local), time=say.clock(local)))
