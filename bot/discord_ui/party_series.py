"""`/watch-party series` and `skip`: a whole season of watch parties, and the buttons of its announcement."""

from __future__ import annotations

from typing import Any, cast
from zoneinfo import ZoneInfo

import discord
from discord import app_commands

from bot.app.parties import Parties
from bot.app.party_series import Draft, PartySeries
from bot.app.shows import chosen_episode
from bot.app.zone_search import ZoneSearch
from bot.core.airing import airing
from bot.core.errors import UserError
from bot.core.party import MOST_EPISODES, Answer
from bot.core.series import Rhythm, read_weekdays
from bot.core.text import cut, plain
from bot.core.when import Understood, is_air_time, read, read_leads
from bot.discord_ui import reply as replies
from bot.discord_ui.cards import Cards
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.options import Choices
from bot.discord_ui.party_options import PlaceOption, announced_in, check_role, places, run_of
from bot.discord_ui.party_words import party_label
from bot.discord_ui.posts import nights_listed
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply
from bot.l10n.episode_numbers import numbers_in

#: What "from when" and the time make together is read as one; either alone may be as long as this.
_LONGEST = 45


class SeriesCommands:
    """The subcommands about series, and what is pressed on them."""

    def __init__(
        self,
        desk: Desk,
        choices: Choices,
        presses: Presses,
        season: PartySeries,
        parties: Parties,
        cards: Cards,
        zones: ZoneSearch,
        default_lead: int,
    ) -> None:
        self._desk = desk
        self._choices = choices
        self._season = season
        self._parties = parties
        self._cards = cards
        self._zones = zones
        self._default_lead = default_lead
        presses.on("series-go", self._press_go, int)
        presses.on("series-join", self._press_join, int, Answer, str)
        presses.on("series-off?", self._press_ask_off, int)
        presses.on("series-off", self._press_off, int)

    def commands(self) -> tuple[app_commands.Command[Any, ..., None], ...]:
        """What is to stand under `/watch-party`."""

        @app_commands.command(name="series", description="Plan watch parties for a whole season")
        @app_commands.describe(
            days="On which days, such as mon, tue, or daily; or: air time",
            time="At what time, such as 21:00",
            start="From which day on, such as 1 dec; as soon as possible if left out",
            zone="The zone of that time; yours if left out",
            per_night="How many episodes a night",
            first_episode="The first episode",
            last_episode="The last episode",
            channel="Where to announce it; here if left out",
            lead="How long before the start guests are mentioned, such as 1 day, 30 min",
            capacity="How many may come, you included; whoever comes later waits for a place",
            role="A role that the announcements mention",
            show="Which show",
        )
        @app_commands.rename(
            start="from", per_night="per-night", first_episode="first-episode", last_episode="last-episode"
        )
        async def series(
            interaction: discord.Interaction,
            days: str,
            time: str | None = None,
            start: str | None = None,
            zone: str | None = None,
            per_night: int = 1,
            first_episode: int | None = None,
            last_episode: int | None = None,
            channel: PlaceOption | None = None,
            lead: str | None = None,
            capacity: int | None = None,
            role: discord.Role | None = None,
            show: str | None = None,
        ) -> None:
            ask = await self._desk.ask(interaction, show, private=True)
            place = announced_in(ask, None if channel is None else channel.id)
            role_id = None if role is None else role.id
            check_role(ask, place, role_id)
            there = self._zone(ask, zone)
            rhythm = _rhythm(ask, days, time, start, there, per_night)
            first = _first(ask, rhythm) if first_episode is None else chosen_episode(ask.show, first_episode).number
            last = len(ask.show.episodes) if last_episode is None else chosen_episode(ask.show, last_episode).number
            guild = interaction.guild
            assert guild is not None
            draft = await self._season.draft(
                guild_id=guild.id,
                channel_id=place.id,
                creator_id=ask.asker.user_id,
                show=ask.local,
                episodes=run_of(ask.local, first, last),
                rhythm=rhythm,
                zone=there or ask.show.zone,
                leads=(self._default_lead,) if lead is None else read_leads(lead),
                capacity=places(capacity),
                role_id=role_id,
                locale=guild.preferred_locale.value,
            )
            await ask.answer(_preview(ask, draft))

        @app_commands.command(name="skip", description="Leave a night of a series out; its episodes move to the next")
        @app_commands.describe(party="Which night")
        async def skip(interaction: discord.Interaction, party: int) -> None:
            ask = await self._desk.ask(interaction, private=True)
            skipped = await self._season.skip(
                party,
                interaction.guild_id,
                interaction.user.id,
                manages_events=interaction.permissions.manage_events,
            )
            what = plain(await party_label(self._desk, ask, skipped.night.party))
            reply = Reply(["⏭️ " + ask.say("series.skipped", what=what)])
            show = self._desk.shows.get(skipped.season.series.show_id)
            if show is not None and skipped.season.nights:
                nights = [night.party for night in skipped.season.nights]
                reply.add(ask.say("series.goes-on"), *nights_listed(ask.say, show, nights))
            await ask.answer(reply)
            for night in (skipped.night, *skipped.season.nights):
                await self._cards.redraw(night)
            await self._cards.redraw_series(skipped.season)

        series.autocomplete("show")(self._choices.shows)
        series.autocomplete("first_episode")(self._choices.all_episodes)
        series.autocomplete("last_episode")(self._choices.all_episodes)
        series.autocomplete("zone")(self._zone_choices)
        skip.autocomplete("party")(self._nights)
        # Commands that stand in no class have no type for one.
        return cast("tuple[app_commands.Command[Any, ..., None], ...]", (series, skip))

    # ------------------------------------------------------------- planning

    def _zone(self, ask: Ask, typed: str | None) -> str | None:
        """The zone that a time is typed in; None where nobody has said."""
        return ask.asker.zone if typed is None else self._zones.resolve(typed, ask.now, ask.say.locale)

    async def _zone_choices(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        say = self._desk.speaker(interaction)
        found = self._zones.search(typed, self._desk.clock.now(), say.locale, limit=25)
        return [app_commands.Choice(name=choice.label, value=choice.zone) for choice in found]

    async def _nights(self, interaction: discord.Interaction, typed: int | str) -> list[app_commands.Choice[int]]:
        ask = await self._desk.ask(interaction, private=True)
        if interaction.guild_id is None:
            return []
        manages = interaction.permissions.manage_events
        planned = [found.party for found in await self._parties.upcoming(interaction.guild_id)]
        mine = [one for one in planned if one.series_id is not None and one.may_change(interaction.user.id, manages)]
        labels = [(await party_label(self._desk, ask, party), party.id) for party in mine]
        wanted = str(typed).strip().casefold()
        return [
            app_commands.Choice(name=cut(label, 100), value=party_id)
            for label, party_id in labels
            if wanted in label.casefold()
        ][:25]

    async def _press_go(self, interaction: discord.Interaction, series_id: int) -> None:
        ask = await self._desk.ask(interaction, private=True)
        drafted = (await self._season.get(series_id, interaction.guild_id)).series
        # Permissions may have been lost since it was typed.
        check_role(ask, announced_in(ask, drafted.channel_id), drafted.role_id)
        season = await self._season.announce(series_id, interaction.guild_id, interaction.user.id)
        text = ask.say.count("series.planned", len(season.nights), channel=f"<#{drafted.channel_id}>")
        off = button(ask.say("series.cancel"), "series-off?", series_id, style=discord.ButtonStyle.danger)
        # In place of the question, so that it isn't answered a second time.
        await replies.replace(interaction, Reply(["🎬 " + text]).row(off))

    # -------------------------------------------------------------- answering

    async def _press_join(self, interaction: discord.Interaction, series_id: int, answer: Answer, _mark: str) -> None:
        ask = await self._desk.ask(interaction, private=True)
        season = await self._season.answer(series_id, interaction.guild_id, interaction.user.id, answer)
        waits = sum(interaction.user.id in night.waiting for night in season.nights)
        key = "series.joined" if answer is Answer.GOING else "series.left"
        reply = Reply([ask.say.count(key, len(season.nights))])
        await ask.answer(reply.add("-# " + ask.say.count("series.waits", waits) if waits else ""))
        for night in season.nights:
            await self._cards.redraw(night)

    # ------------------------------------------------------------- cancelling

    async def _press_ask_off(self, interaction: discord.Interaction, series_id: int) -> None:
        ask = await self._desk.ask(interaction, private=True)
        found = (await self._season.get(series_id, interaction.guild_id)).series
        if not found.may_change(interaction.user.id, interaction.permissions.manage_events):
            raise UserError("party.not-yours", creator_id=found.creator_id)
        sure = button(ask.say("series.yes-cancel"), "series-off", series_id, style=discord.ButtonStyle.danger)
        await ask.answer(Reply([ask.say("series.really-cancel")]).row(sure))

    async def _press_off(self, interaction: discord.Interaction, series_id: int) -> None:
        ask = await self._desk.ask(interaction, private=True)
        season = await self._season.cancel(
            series_id,
            interaction.guild_id,
            interaction.user.id,
            manages_events=interaction.permissions.manage_events,
        )
        await replies.replace(interaction, Reply([ask.say.count("series.cancelled", len(season.nights))]))
        for night in season.nights:
            await self._cards.redraw(night)
        await self._cards.redraw_series(season)


def _rhythm(
    ask: Ask, days: str, time: str | None, start: str | None, zone: str | None, per_night: int
) -> Rhythm | None:
    """What was typed as the rhythm of a series; None for each air time.

    Raises UserError: "series.per-night", "series.days", "series.time-missing", "series.time-unclear", "when.no-zone",
    and as `bot.core.when.read`.
    """
    if not 1 <= per_night <= MOST_EPISODES:
        raise UserError("series.per-night", most=MOST_EPISODES)
    if is_air_time(days):
        if time is not None or start is not None:
            raise UserError("series.air-time-alone")
        return None
    weekdays = read_weekdays(days)
    if weekdays is None:
        raise UserError("series.days", text=days)
    if time is None:
        raise UserError("series.time-missing")
    if zone is None:
        raise UserError("when.no-zone")
    if start is not None and not start.strip():
        raise UserError("when.empty")
    found = read(time if start is None else f"{cut(start, _LONGEST)} {cut(time, _LONGEST)}", ask.now, zone, None)
    if not isinstance(found, Understood):
        raise UserError("series.time-unclear", text=time)
    return Rhythm(weekdays, found.wall.time(), zone, found.wall.date(), per_night)


def _first(ask: Ask, rhythm: Rhythm | None) -> int:
    """The episode that a series begins with unless somebody says so: the next to air, or the first."""
    coming = airing(ask.local, ask.now).next
    return coming[0].number if rhythm is None and coming else 1


def _preview(ask: Ask, draft: Draft) -> Reply:
    say, show, found = ask.say, ask.show, draft.series
    reply = Reply(["## 🎬 " + say("series.title", show=plain(say.text(show.title)))])
    reply.add(say.count("series.preview", len(draft.nights), channel=f"<#{found.channel_id}>"))
    reply.add(*nights_listed(say, show, draft.nights))
    if draft.undated:
        key = "series.undated" if found.rhythm is None else "series.left-out"
        reply.add("-# " + say(key, episodes=numbers_in(say, show, draft.undated)))
    if found.rhythm is not None:
        local = draft.nights[0].at.astimezone(ZoneInfo(found.zone))
        reply.add("-# " + say("series.wall", time=say.clock(local), zone=plain(found.zone)))
    announce = button(say("series.announce"), "series-go", found.id, style=discord.ButtonStyle.success)
    return reply.row(announce)
