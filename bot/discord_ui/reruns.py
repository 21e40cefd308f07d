"""`/rerun`: watching a season again, as it aired or on evenings of a server's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.reruns import Reruns, Showing
from bot.app.shows import chosen_episode, episode_of, show_key
from bot.app.zone_search import ZoneSearch
from bot.core.errors import UserError
from bot.core.party import MOST_EPISODES
from bot.core.rerun import Rerun, RerunState
from bot.core.series import Rhythm, read_weekdays
from bot.core.show import Episode, Show
from bot.core.text import cut, plain
from bot.core.when import HORIZON, Unclear, Understood, read
from bot.core.zones import is_zone
from bot.discord_ui import reply as replies
from bot.discord_ui import stamps
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.options import Choices, episode_names
from bot.discord_ui.party_options import run_of
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply
from bot.discord_ui.typed_times import ask_back, instant

#: Longer words are no times.
_LONGEST = 60
#: In a button: as it aired, instead of some weekdays.
_AS_AIRED = "x"


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class RerunCommands(commands.GroupCog, group_name="rerun", group_description="Watch a season again in this server"):
    """Re-runs of a server."""

    def __init__(self, desk: Desk, choices: Choices, presses: Presses, reruns: Reruns, zones: ZoneSearch) -> None:
        self._desk = desk
        self._reruns = reruns
        self._zones = zones
        super().__init__()
        for command in (self.start, self.show, self.pause, self.resume, self.skip, self.extend, self.end):
            command.autocomplete("show")(choices.shows)
        self.start.autocomplete("first_episode")(choices.all_episodes)
        self.start.autocomplete("last_episode")(choices.all_episodes)
        self.extend.autocomplete("last_episode")(choices.all_episodes)
        self.start.autocomplete("zone")(self._zone_choices)
        presses.on("rerun-go", self._press_go, int)
        presses.on("rerun-pick", self._press_pick, str, instant, str, str, int, int, int)
        presses.on("rerun-pause", self._press_pause, str)
        presses.on("rerun-resume", self._press_resume, str)
        presses.on("rerun-skip", self._press_skip, str)
        presses.on("rerun-end?", self._press_ask_end, str)
        presses.on("rerun-end", self._press_end, str)

    @app_commands.command(name="start", description="Plan a re-run; you see all dates before it starts (Manage Server)")
    @app_commands.describe(
        start="The first day, such as next monday, or 1 dec",
        days="On which days, such as mon, wed, fri; as it aired if left out",
        time="At what time, such as 21:00; as it was broadcast if left out",
        zone="The zone of that time; yours if left out",
        per_night="How many episodes a night, on days of your own",
        first_episode="The first episode",
        last_episode="The last episode; that of the season if left out",
        show="Which show",
    )
    @app_commands.rename(
        start="from", per_night="per-night", first_episode="first-episode", last_episode="last-episode"
    )
    async def start(
        self,
        interaction: discord.Interaction,
        start: str,
        days: str | None = None,
        time: str | None = None,
        zone: str | None = None,
        per_night: int | None = None,
        first_episode: int | None = None,
        last_episode: int | None = None,
        show: str | None = None,
    ) -> None:
        """Show all dates of a re-run before it starts."""
        ask, guild_id = await self._ask_manager(interaction, show)
        episodes = _episodes(ask.show, first_episode, last_episode)
        weekdays = _weekdays(days, per_night)
        there, clock = self._clock(ask, episodes[0], time, zone)
        if not start.strip():
            raise UserError("when.empty")
        try:
            found = read(f"{cut(start, _LONGEST)} {cut(clock, _LONGEST)}", ask.now, there, None)
        except UserError as error:
            # It was put together from two options, of which the person may have typed one.
            if error.key != "when.not-understood":
                raise
            raise UserError("rerun.from-unclear", day=start, time=clock) from error
        if isinstance(found, Unclear):
            bits = _AS_AIRED if weekdays is None else "".join(map(str, sorted(weekdays)))
            key, first, last = show_key(ask.show), episodes[0].number, episodes[-1].number
            await ask.answer(
                ask_back(
                    ask,
                    found,
                    lambda at: ("rerun-pick", (key, at, there, bits, per_night or 1, first, last)),
                )
            )
            return
        await ask.answer(await self._drafted(ask, guild_id, episodes, found, weekdays, per_night or 1))

    @app_commands.command(name="show", description="What this server watches again, and when")
    @app_commands.describe(show="Which show")
    async def show(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """The dates of a re-run."""
        if interaction.guild_id is None:
            raise UserError("rerun.server-only")
        ask = await self._desk.ask(interaction, show, private=True)
        found = await self._reruns.of(interaction.guild_id, ask.show)
        if found is None:
            raise UserError("rerun.none", show=ask.show)
        await ask.answer(_shown(ask, Showing(found, ask.show)))

    @app_commands.command(name="pause", description="Let a re-run rest until it is resumed (Manage Server)")
    @app_commands.describe(show="Which show")
    async def pause(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """Let a re-run rest."""
        await self._change(interaction, show, self._reruns.pause)

    @app_commands.command(name="resume", description="Let a paused re-run go on (Manage Server)")
    @app_commands.describe(show="Which show")
    async def resume(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """Let a re-run go on."""
        await self._change(interaction, show, self._reruns.resume)

    @app_commands.command(name="skip", description="Leave the next evening of a re-run out (Manage Server)")
    @app_commands.describe(show="Which show")
    async def skip(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """Leave the next evening out."""
        await self._change(interaction, show, self._reruns.skip)

    @app_commands.command(name="extend", description="Let a re-run go on to a later episode (Manage Server)")
    @app_commands.describe(last_episode="The last episode", show="Which show")
    @app_commands.rename(last_episode="last-episode")
    async def extend(self, interaction: discord.Interaction, last_episode: int, show: str | None = None) -> None:
        """Let a re-run go on."""

        async def longer(guild_id: int, meant: Show) -> Showing:
            return await self._reruns.extend(guild_id, meant, chosen_episode(meant, last_episode).number)

        await self._change(interaction, show, longer)

    @app_commands.command(name="end", description="End a re-run before its time (Manage Server)")
    @app_commands.describe(show="Which show")
    async def end(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """End a re-run."""
        ask, guild_id = await self._ask_manager(interaction, show)
        if await self._reruns.of(guild_id, ask.show) is None:
            raise UserError("rerun.none", show=ask.show)
        await ask.answer(_really_end(ask))

    # ------------------------------------------------------------- planning

    async def _drafted(
        self,
        ask: Ask,
        guild_id: int,
        episodes: Sequence[Episode],
        first: Understood,
        weekdays: frozenset[int] | None,
        per_night: int,
    ) -> Reply:
        rhythm = None
        if weekdays is not None:
            rhythm = Rhythm(weekdays, first.wall.time(), first.zone, first.wall.date(), per_night)
        drafted = await self._reruns.draft(
            guild_id=guild_id,
            creator_id=ask.asker.user_id,
            show=ask.show,
            episodes=episodes,
            first_at=first.wall,
            zone=first.zone,
            rhythm=rhythm,
        )
        say = ask.say
        reply = Reply(["## 🔁 " + say("rerun.preview-title", show=plain(say.text(ask.show.title)))])
        reply.add(say.count("rerun.preview", len(drafted.evenings())))
        reply.add(*_dates(ask, Showing(drafted, ask.show)))
        return reply.row(button(say("rerun.start"), "rerun-go", drafted.id, style=discord.ButtonStyle.success))

    def _clock(self, ask: Ask, first: Episode, time: str | None, zone: str | None) -> tuple[str, str]:
        """The zone and the time of day, as typed, at which a re-run begins."""
        if time is not None:
            there = ask.asker.zone if zone is None else self._zones.resolve(zone, ask.now, ask.say.locale)
            if there is None:
                raise UserError("when.no-zone")
            if not time.strip():
                raise UserError("when.empty")
            return there, time
        if zone is not None:
            raise UserError("rerun.zone-alone")
        release = first.broadcast
        if release is None or release.at is None:
            raise UserError("rerun.no-time")
        return release.at.zone, f"{release.at.civil():%H:%M}"

    async def _zone_choices(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        say = self._desk.speaker(interaction)
        found = self._zones.search(typed, self._desk.clock.now(), say.locale, limit=25)
        return [app_commands.Choice(name=choice.label, value=choice.zone) for choice in found]

    async def _press_pick(
        self,
        interaction: discord.Interaction,
        key: str,
        at: datetime,
        zone: str,
        bits: str,
        per_night: int,
        first: int,
        last: int,
    ) -> None:
        ask, guild_id = await self._ask_manager(interaction, self._desk.shows.by_key(key))
        weekdays = None if bits == _AS_AIRED else frozenset(int(bit) for bit in bits if bit in "0123456")
        sound = is_zone(zone) and 1 <= per_night <= MOST_EPISODES and weekdays != frozenset()
        if not sound or at > ask.now + HORIZON or at <= ask.now:
            raise UserError("button.stale")
        chosen = Understood(at, at.astimezone(ZoneInfo(zone)).replace(tzinfo=None), zone)
        episodes = _episodes(ask.show, first, last)
        # In place of the question, so that it isn't answered a second time.
        await replies.replace(interaction, await self._drafted(ask, guild_id, episodes, chosen, weekdays, per_night))

    async def _press_go(self, interaction: discord.Interaction, rerun_id: int) -> None:
        ask, guild_id = await self._ask_manager(interaction, None)
        started = await self._reruns.start(rerun_id, guild_id, interaction.user.id)
        say = ask.say
        first = started.rerun.evenings()[0][0]
        text = say(
            "rerun.started-now",
            show=plain(say.text(started.show.title)),
            at=stamps.full(first),
            relative=stamps.relative(first),
        )
        await replies.replace(interaction, Reply(["🔁 " + text, "-# " + say("rerun.what-now")]))

    # ------------------------------------------------------------- changing

    async def _change(
        self,
        interaction: discord.Interaction,
        show: str | None,
        change: Callable[[int, Show], Awaitable[Showing]],
    ) -> None:
        ask, guild_id = await self._ask_manager(interaction, show)
        await ask.answer(_shown(ask, await change(guild_id, ask.show)))

    async def _press(
        self, interaction: discord.Interaction, key: str, change: Callable[[int, Show], Awaitable[Showing]]
    ) -> None:
        ask, guild_id = await self._ask_manager(interaction, self._desk.shows.by_key(key))
        await replies.replace(interaction, _shown(ask, await change(guild_id, ask.show)))

    async def _press_pause(self, interaction: discord.Interaction, key: str) -> None:
        await self._press(interaction, key, self._reruns.pause)

    async def _press_resume(self, interaction: discord.Interaction, key: str) -> None:
        await self._press(interaction, key, self._reruns.resume)

    async def _press_skip(self, interaction: discord.Interaction, key: str) -> None:
        await self._press(interaction, key, self._reruns.skip)

    async def _press_ask_end(self, interaction: discord.Interaction, key: str) -> None:
        ask, _ = await self._ask_manager(interaction, self._desk.shows.by_key(key))
        await ask.answer(_really_end(ask))

    async def _press_end(self, interaction: discord.Interaction, key: str) -> None:
        ask, guild_id = await self._ask_manager(interaction, self._desk.shows.by_key(key))
        await self._reruns.end(guild_id, ask.show)
        ended = ask.say("rerun.ended", show=plain(ask.say.text(ask.show.title)))
        await replies.replace(interaction, Reply(["🔁 " + ended]))

    async def _ask_manager(self, interaction: discord.Interaction, show: str | Show | None) -> tuple[Ask, int]:
        if interaction.guild_id is None:
            raise UserError("rerun.server-only")
        if not interaction.permissions.manage_guild:
            raise UserError("rerun.not-allowed")
        return await self._desk.ask(interaction, show, private=True), interaction.guild_id


def _episodes(show: Show, first: int | None, last: int | None) -> tuple[Episode, ...]:
    """What is watched again: the season of the first episode unless more or less is asked for."""
    begins = episode_of(show, 1) if first is None else chosen_episode(show, first)
    if last is None:
        until = max(episode.number for episode in show.episodes if episode.season == begins.season)
    else:
        until = chosen_episode(show, last).number
    return tuple(run_of(show, begins.number, until))


def _weekdays(days: str | None, per_night: int | None) -> frozenset[int] | None:
    """The weekdays that were typed, None for as it aired.

    Raises UserError: "series.days", "series.per-night", "rerun.per-night-alone".
    """
    if per_night is not None and not 1 <= per_night <= MOST_EPISODES:
        raise UserError("series.per-night", most=MOST_EPISODES)
    if days is None:
        if per_night is not None:
            raise UserError("rerun.per-night-alone")
        return None
    weekdays = read_weekdays(days)
    if weekdays is None:
        raise UserError("series.days", text=days)
    return weekdays


def _shown(ask: Ask, showing: Showing) -> Reply:
    """A re-run as it stands, with what those who may can do about it."""
    say, found = ask.say, showing.rerun
    key = show_key(showing.show)
    reply = Reply(["## 🔁 " + say("rerun.title", show=plain(say.text(showing.show.title)))])
    if found.state is RerunState.PAUSED:
        reply.add("⏸️ " + say("rerun.is-paused"))
    reply.add(*_dates(ask, showing))
    if not ask.interaction.permissions.manage_guild:
        return reply
    if found.state is RerunState.PAUSED:
        change = button(say("rerun.resume"), "rerun-resume", key, emoji="▶️")
    elif found.to_come(ask.now):
        change = button(say("rerun.pause"), "rerun-pause", key, emoji="⏸️")
    else:
        change = None
    going_on = found.state is RerunState.RUNNING and bool(found.to_come(ask.now))
    return reply.row(
        change,
        button(say("rerun.skip"), "rerun-skip", key, emoji="⏭️") if going_on else None,
        button(say("rerun.end"), "rerun-end?", key, style=discord.ButtonStyle.danger),
    )


def _dates(ask: Ask, showing: Showing) -> list[str]:
    """Every evening with its episodes, and what zone the times are kept in."""
    say, found, show = ask.say, showing.rerun, showing.show
    lines: list[str] = []
    for at, numbers in found.evenings():
        episodes = [episode for number in numbers if (episode := show.episode(number)) is not None]
        name = episode_names(say, show, episodes) if episodes else ""
        if found.paused_at is not None and at > found.paused_at:
            lines.append("- " + say("rerun.undated", episode=name))
        else:
            key = "rerun.was" if at <= ask.now else "rerun.will-be"
            lines.append("- " + say(key, episode=name, at=stamps.full(at)))
    local = found.slots[0].wall
    lines.append("-# " + say("rerun.wall", time=say.clock(local), zone=plain(found.zone)))
    return lines


def _really_end(ask: Ask) -> Reply:
    title = plain(ask.say.text(ask.show.title))
    sure = button(ask.say("rerun.yes-end"), "rerun-end", show_key(ask.show), style=discord.ButtonStyle.danger)
    return Reply([ask.say("rerun.really-end", show=title)]).row(sure)


def rerun_lines(ask: Ask, found: Rerun) -> list[str]:
    """What this server watches again and when, for whoever asks for the next episode."""
    say = ask.say
    title = "### 🔁 " + say("rerun.here")
    if found.state is RerunState.PAUSED:
        return [title, say("rerun.is-paused")]
    coming = next(((at, numbers) for at, numbers in found.evenings() if at > ask.now), None)
    if coming is None:
        return [title, say("rerun.all-on")]
    at, numbers = coming
    episodes = [episode for number in numbers if (episode := ask.show.episode(number)) is not None]
    name = episode_names(say, ask.show, episodes) if episodes else ""
    return [title, say("rerun.next", episode=name, at=stamps.full(at), relative=stamps.relative(at))]
