"""`/next-episode`, and calendars of the broadcast: when episodes air, for everybody in their own time."""

from __future__ import annotations

import io
from datetime import datetime
from zoneinfo import ZoneInfo

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.calendar_files import CalendarFiles
from bot.app.calendars import Calendars
from bot.app.people import People
from bot.app.reruns import Reruns
from bot.app.shows import episode_of, show_key
from bot.app.zone_search import WATCHED_ZONES, ZoneSearch
from bot.core.airing import Airing, Phase, airing, airs_at, coming_at
from bot.core.errors import UserError
from bot.core.recap import safe_title
from bot.core.show import Episode, Show
from bot.core.spoilers import Horizon
from bot.core.text import plain
from bot.core.zones import abbreviation_at
from bot.discord_ui import stamps
from bot.discord_ui.corrections import explained
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.following import coming_line
from bot.discord_ui.next_up import NextUp
from bot.discord_ui.options import Choices, episode_name
from bot.discord_ui.press import Presses, button, mark
from bot.discord_ui.reply import Reply
from bot.discord_ui.reruns import rerun_lines
from bot.discord_ui.services import ServiceCommands, checked_lines
from bot.l10n.dates import day_relation
from bot.l10n.speaker import Speaker
from bot.render import ical


def zone_in_words(say: Speaker, places: ZoneSearch, at: datetime, zone: str, now: datetime) -> str:
    """ "Tue 29 Jul, 01:00 in Auckland, tomorrow for you": a moment in a zone, right across date lines."""
    local = at.astimezone(ZoneInfo(zone))
    today = now.astimezone(ZoneInfo(zone)).date()
    relation = day_relation(local.date(), today)
    key = "zone.moment" if relation is None else f"zone.moment-{relation}"
    return say(key, day=say.day(local), time=say.clock(local), place=places.place(zone, say.language))


class Airtimes(commands.Cog):
    """Air times of the broadcast."""

    def __init__(
        self,
        desk: Desk,
        choices: Choices,
        presses: Presses,
        places: ZoneSearch,
        files: CalendarFiles,
        reruns: Reruns,
        next_up: NextUp,
        calendars: Calendars,
        services: ServiceCommands,
    ) -> None:
        self._desk = desk
        self._people: People = desk.people
        self._places = places
        self._files = files
        self._reruns = reruns
        self._next_up = next_up
        self._calendars = calendars
        self._services = services
        self.next_episode.autocomplete("show")(choices.shows)
        presses.on("clock", self._press_clock, str, int)
        presses.on("clock-of", self._press_clock_of, str, int, mark)
        presses.on("ics", self._press_calendar, str, int)
        presses.on("season", self._press_season_calendar, str)

    # ------------------------------------------------------------- commands

    @app_commands.command(name="next-episode", description="When the next episode airs, for everyone in their own time")
    @app_commands.describe(show="Which show", private="Only you see the answer")
    async def next_episode(
        self, interaction: discord.Interaction, show: str | None = None, private: bool = False
    ) -> None:
        """When the next episode airs."""
        ask = await self._desk.ask(interaction, show, private=private)
        reply = self._next_episode(ask)
        on_again = None if ask.asker.guild_id is None else await self._reruns.of(ask.asker.guild_id, ask.show)
        if on_again is not None:
            reply.add(*rerun_lines(ask, on_again))
        first = next(iter(airing(ask.show, ask.now).next), None)
        if first is not None:
            reply.add(*await self._services.told(ask, first))
        reply.add(*await self._next_up.told(ask))
        reply.row(self._next_up.button(ask), None if first is None else self._services.button(ask, first))
        if show is None:
            reply.add(*await self._others(ask))
        await ask.answer(reply)

    async def _others(self, ask: Ask) -> list[str]:
        """What else goes on in a server that follows several shows."""
        others = await self._desk.following.others(ask.place, ask.show)
        lines = [coming_line(ask.say, other, ask.now) for other in others if coming_at(other, ask.now) is not None]
        return ["### " + ask.say("follow.also"), "\n".join(lines)] if lines else []

    # -------------------------------------------------------------- replies

    def _next_episode(self, ask: Ask) -> Reply:
        state = airing(ask.show, ask.now)
        reply = Reply()
        if state.phase is Phase.FINISHED:
            self._over(ask, state, reply)
        elif state.phase is Phase.UNSCHEDULED:
            self._undated(ask, state, reply)
        else:
            self._coming(ask, state, reply)
        return reply

    def _over(self, ask: Ask, state: Airing, reply: Reply) -> None:
        say, show, last = ask.say, ask.show, state.last
        assert last is not None
        at = airs_at(last)
        assert at is not None
        reply.add(
            "## " + say("next.over-title", show=plain(say.text(show.title))),
            say(
                "next.over",
                episode=episode_name(say, show, last),
                at=stamps.full(at),
                ago=stamps.relative(at),
            ),
        )
        key = show_key(show)
        reply.row(
            button(say("button.recap-ending"), "recap", key, last.number, emoji="📖") if last.beats else None,
            self._seen_button(say, show, last),
        )

    def _undated(self, ask: Ask, state: Airing, reply: Reply) -> None:
        say, show = ask.say, ask.show
        upcoming = state.next[0] if state.next else None
        reply.add("## " + plain(say.text(show.title)))
        if upcoming is not None:
            reply.add(say("next.undated", episode=episode_name(say, show, upcoming)), *explained(say, upcoming))
        else:
            reply.add(say("next.nothing-announced"))
        if state.last is not None:
            reply.row(self._seen_button(say, show, state.last))

    def _coming(self, ask: Ask, state: Airing, reply: Reply) -> None:
        say, show = ask.say, ask.show
        shown = ask.horizon(0)
        if state.on_air:
            names = say.listing(episode_name(say, show, episode) for episode in state.on_air)
            reply.add(
                "## " + say("next.on-air-title", show=plain(say.text(show.title)), episode=names),
                say(
                    "next.on-air",
                    until=stamps.clock(state.on_air_until or ask.now),
                    network=plain(show.network),
                ),
                *self._titles(say, state.on_air, shown),
            )
        if state.next:
            first = state.next[0]
            at = airs_at(first)
            assert at is not None
            names = say.listing(episode_name(say, show, episode) for episode in state.next)
            if state.on_air:
                reply.add("### " + say("next.then", episode=names))
            else:
                key = "next.premiere-title" if state.phase is Phase.BEFORE_PREMIERE else "next.title"
                reply.add("## " + say(key, show=plain(say.text(show.title)), episode=names))
            reply.add(*self._titles(say, state.next, shown))
            reply.add(say("next.airs", at=stamps.full(at), relative=stamps.relative(at)))
            reply.add(*explained(say, first))
            reply.add(*self._releases(say, first))
            if ask.zone is not None:
                reply.add("🕰️ " + self._own_time(ask, at, ask.zone))
            if first.derived:
                reply.add("-# ≈ " + say("schedule.derived"))
            # What admins have set is no source's.
            sourced = (one for one in first.releases if first.correction is None or one is not first.broadcast)
            reply.add(*checked_lines(say, show, tuple(sourced)))
        elif state.on_air and state.on_air[-1].number == len(show.episodes):
            reply.add(say("next.last-one"))
        self._coming_buttons(ask, state, reply)

    def _own_time(self, ask: Ask, at: datetime, zone: str) -> str:
        """The moment in the asker's zone, said so that everybody who reads it knows whose it is."""
        if not ask.public:
            return zone_in_words(ask.say, self._places, at, zone, ask.now)
        local = at.astimezone(ZoneInfo(zone))
        return ask.say(
            "zone.moment-shared",
            day=ask.say.day(local),
            time=ask.say.clock(local),
            place=self._places.place(zone, ask.say.language),
            who=f"<@{ask.asker.user_id}>",
        )

    def _coming_buttons(self, ask: Ask, state: Airing, reply: Reply) -> None:
        say, show = ask.say, ask.show
        key = show_key(show)
        if state.next:
            number = state.next[0].number
            reply.row(
                button(
                    say("button.remind-me"),
                    "remind",
                    key,
                    number,
                    style=discord.ButtonStyle.primary,
                    emoji="🔔",
                ),
                button(say("button.world-clock"), "clock", key, number, emoji="🌍"),
                button(say("button.calendar"), "ics", key, number, emoji="📅"),
            )
        newest = state.on_air[-1] if state.on_air else state.last
        if newest is not None:
            reply.row(self._seen_button(say, show, newest))

    def _seen_button(self, say: Speaker, show: Show, episode: Episode) -> discord.ui.Button[discord.ui.LayoutView]:
        return button(
            say("button.seen", episode=episode_name(say, show, episode)),
            "seen",
            show_key(show),
            episode.number,
            emoji="✅",
        )

    def _titles(self, say: Speaker, episodes: tuple[Episode, ...], seen: Horizon) -> list[str]:
        return [
            say("next.episode-title", title=plain(say.text(title)))
            for episode in episodes
            if (title := safe_title(episode, seen)) is not None
        ]

    def _releases(self, say: Speaker, episode: Episode) -> list[str]:
        """The broadcast's wall time, then each streaming release, with the hour where a source gives it."""
        main = episode.broadcast
        lines: list[str] = []
        if main is not None and main.at is not None:
            lines.append(
                "📺 "
                + say(
                    "next.broadcast",
                    network=plain(main.service),
                    time=main.at.printed(),
                    zone=abbreviation_at(main.at.zone, main.at.instant()),
                    day=say.day(datetime.combine(main.at.day, datetime.min.time())),
                )
            )
        others = [release for release in episode.releases if release is not main]
        for release in (release for release in others if release.at is not None):
            at = release.at
            assert at is not None
            lines.append(
                "▶️ "
                + say(
                    "next.streams-at",
                    service=self._service(say, [release.service], release.regions),
                    at=stamps.short(at.instant()),
                    time=at.printed(),
                    zone=abbreviation_at(at.zone, at.instant()),
                )
            )
        unknown: dict[tuple[str, ...], list[str]] = {}
        for release in others:
            if release.at is None:
                unknown.setdefault(release.regions, []).append(release.service)
        if unknown:
            services = " · ".join(self._service(say, names, regions) for regions, names in unknown.items())
            lines.append("▶️ " + say("next.streams", services=services))
        return lines

    def _service(self, say: Speaker, names: list[str], regions: tuple[str, ...]) -> str:
        """Services with the countries that they all serve."""
        services = say.listing(plain(name) for name in names)
        if not regions:
            return say("release.abroad", service=services)
        return say("release.in", service=services, regions=say.listing(say.territory(code) for code in regions))

    # -------------------------------------------------------------- presses

    async def _press_clock_of(self, interaction: discord.Interaction, key: str, number: int, _mark: str) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        await self._world_clock(ask, episode_of(ask.local, number))

    async def _press_clock(self, interaction: discord.Interaction, key: str, number: int) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        await self._world_clock(ask, episode_of(ask.show, number))

    async def _world_clock(self, ask: Ask, episode: Episode) -> None:
        at = airs_at(episode)
        say = ask.say
        if at is None:
            await ask.answer(Reply([say("next.undated", episode=episode_name(say, ask.show, episode))]))
            return
        shared = () if ask.asker.guild_id is None else await self._people.zones_shared_in(ask.asker.guild_id)
        own = () if ask.asker.zone is None else (ask.asker.zone,)
        watched = tuple(dict.fromkeys((*own, *shared, ask.show.zone, *WATCHED_ZONES)))
        reply = Reply().add("## " + say("clock.title", episode=episode_name(say, ask.show, episode)))
        lines = sorted((at.astimezone(ZoneInfo(zone)).replace(tzinfo=None), zone) for zone in watched[:24])
        reply.add(
            "\n".join(
                say(
                    "clock.own-row" if zone in own else "clock.shared-row" if zone in shared else "clock.row",
                    place=self._places.place(zone, say.language),
                    day=say.day(wall),
                    time=say.clock(wall),
                )
                for wall, zone in lines
            )
        )
        if ask.asker.zone is None:
            reply.add("-# " + say("clock.set-yours"))
        await ask.answer(reply)

    async def _press_calendar(self, interaction: discord.Interaction, key: str, number: int) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        await self._send_calendar(ask, (episode_of(ask.show, number),), f"episode-{number}")

    async def _press_season_calendar(self, interaction: discord.Interaction, key: str) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        await self._send_calendar(ask, ask.show.episodes, "schedule")

    async def _send_calendar(self, ask: Ask, episodes: tuple[Episode, ...], suffix: str) -> None:
        say, show = ask.say, ask.show
        events = self._calendars.episodes(say, show, episodes, ask.asker.guild_id)
        if not events:
            raise UserError("calendar.nothing-dated", show=show)
        data = await self._files.make(events, say.text(show.title))
        reply = Reply([say.count("calendar.ready", len(events))])
        reply.files.append(discord.File(io.BytesIO(data), filename=ical.filename(show.id, suffix)))
        await ask.answer(reply)
