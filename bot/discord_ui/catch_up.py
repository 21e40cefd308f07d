"""`/catch-up`: a dated plan for what somebody has still to watch, with reminders and a calendar file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.catch_ups import CatchUps, Made, Proposal
from bot.app.shows import show_key
from bot.app.zone_search import ZoneSearch
from bot.core.airing import aired, airing, airs_at
from bot.core.catch_up import CatchUp, CatchUpState, Deadline, PlannedSitting
from bot.core.errors import UserError
from bot.core.show import Episode, Show
from bot.core.text import plain
from bot.core.when import HORIZON, Unclear, Understood
from bot.discord_ui import reply as replies
from bot.discord_ui import stamps
from bot.discord_ui.desk import Ask, Desk, bot_is_here, message_channel
from bot.discord_ui.options import Choices, episode_name, episode_names
from bot.discord_ui.posts import NAP_MINUTES
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply
from bot.discord_ui.typed_times import ask_back, instant, picked, read_typed
from bot.l10n.speaker import Speaker
from bot.render import ical
from bot.render.ical import CalendarEvent

#: Sittings listed in a message; the rest are counted.
_LISTED = 20


class CatchUpCommand(commands.Cog):
    """`/catch-up` and the buttons of plans; nobody but their owner sees them."""

    def __init__(self, desk: Desk, choices: Choices, presses: Presses, catch_ups: CatchUps, places: ZoneSearch) -> None:
        self._desk = desk
        self._catch_ups = catch_ups
        self._places = places
        self.catch_up.autocomplete("show")(choices.shows)
        presses.on("plan-by", self._press_by, str, instant, int)
        presses.on("plan-ics", self._press_calendar, int)
        presses.on("plan-stop?", self._press_ask_stop, int)
        presses.on("plan-stop", self._press_stop, int)
        presses.on("nap", self._press_nap, int, str)

    @app_commands.command(name="catch-up", description="Plan what you haven't seen until a day, and be told in time")
    @app_commands.rename(per_day="per-day")
    @app_commands.describe(
        by="By when, in your time zone, such as sat 20:00; your present plan if left out",
        per_day="At most so many episodes a day",
        show="Which show",
    )
    async def catch_up(
        self,
        interaction: discord.Interaction,
        by: str | None = None,
        per_day: int | None = None,
        show: str | None = None,
    ) -> None:
        """Make a plan, or show the one there is."""
        ask = await self._desk.ask(interaction, show, private=True)
        if by is None:
            if per_day is not None:
                raise UserError("catch-up.per-day-alone")
            await ask.answer(await self._present(ask))
            return
        if per_day is not None:
            if per_day < 1:
                raise UserError("catch-up.per-day")
            # More a day than there are episodes changes nothing, and may fit neither into a button nor a column.
            per_day = min(per_day, len(ask.show.episodes))
        coming = airing(ask.local, ask.now).next
        found = read_typed(ask, by, airs_at(coming[0]) if coming else None)
        if isinstance(found, Unclear):
            key = show_key(ask.show)
            await ask.answer(ask_back(ask, found, lambda seconds: ("plan-by", (key, seconds, per_day or 0))))
            return
        await ask.answer(await self.make(ask, found, per_day))

    async def make(self, ask: Ask, by: Understood, per_day: int | None, last: int | None = None) -> Reply:
        """Make a plan, up to episode ``last`` (None: for all), and show it. Raises UserError as `CatchUps.propose`."""
        deadline = Deadline(by.at, by.wall, by.zone)
        proposal = self._catch_ups.propose(ask.show, ask.asker.watched, deadline, per_day, last)
        reachable = bot_is_here(ask.interaction)
        made = await self._catch_ups.create(
            user_id=ask.asker.user_id,
            show=ask.show,
            proposal=proposal,
            channel_id=ask.asker.channel_id if reachable else None,
            guild_id=ask.asker.guild_id if reachable else None,
            dm_channel_id=await message_channel(ask.interaction),
            locale=ask.asker.locale,
        )
        return self._made(ask, made, proposal)

    def _made(self, ask: Ask, made: Made, proposal: Proposal) -> Reply:
        say, show = ask.say, ask.show
        reply = self._headed(ask, made.plan)
        if made.replaced:
            reply.add(say("catch-up.replaced", show=plain(say.text(show.title))))
        reply.add(*self._lines(ask, made.plan))
        if proposal.too_late:
            reply.add("-# " + say("catch-up.too-late", episodes=_named(say, show, proposal.too_late)))
        return self._footed(ask, made.plan, reply)

    async def _present(self, ask: Ask) -> Reply:
        say, show = ask.say, ask.show
        title = plain(say.text(show.title))
        plan = await self._catch_ups.current(ask.asker.user_id, show, ask.asker.watched)
        if plan is None:
            return Reply([say("catch-up.none", show=title)])
        if plan.state is CatchUpState.ENDED:
            return Reply(["🎉 " + say("catch-up.finished", show=title)])
        unseen = ask.asker.watched.unseen(len(show.episodes))
        left = plan.left(unseen)
        total = sum(len(planned.sitting.episodes) for planned in plan.sittings)
        reply = self._headed(ask, plan).add(say("catch-up.done", done=total - len(left), count=total))
        reply.add(*self._lines(ask, plan))
        at = plan.deadline.at
        if at <= ask.now:
            episodes = _named(say, show, left)
            reply.add(say("catch-up.over", relative=stamps.relative(at), episodes=episodes))
        following = show.episode(left[0])
        reply.row(
            button(
                say("button.seen", episode=episode_name(say, show, following)),
                "seen",
                show_key(show),
                following.number,
                emoji="✅",
            )
            if following is not None and aired(following, ask.now)
            else None
        )
        return self._footed(ask, plan, reply)

    def _headed(self, ask: Ask, plan: CatchUp) -> Reply:
        say, at = ask.say, plan.deadline.at
        sittings = [planned.sitting for planned in plan.sittings]
        return Reply().add(
            "## 🗓️ " + say("catch-up.title", show=plain(say.text(ask.show.title))),
            say.count(
                "catch-up.by",
                sum(len(sitting.episodes) for sitting in sittings),
                at=stamps.full(at),
                relative=stamps.relative(at),
                duration=_length(say, sum(sitting.minutes for sitting in sittings)),
            ),
        )

    def _lines(self, ask: Ask, plan: CatchUp) -> list[str]:
        """The sittings: what is done, what is next, what comes then. Of a long plan, from where its owner is."""
        unseen = frozenset(ask.asker.watched.unseen(len(ask.show.episodes)))
        sittings = plan.sittings
        following = next((index for index, planned in enumerate(sittings) if planned.left(unseen)), len(sittings))
        first = max(0, min(following - 1, len(sittings) - _LISTED))
        lines = [
            ("✅ " if not planned.left(unseen) else "▶️ " if index == following else "▫️ ")
            + self._line(ask, plan.deadline.zone, planned)
            for index, planned in enumerate(sittings[first : first + _LISTED], first)
        ]
        more = len(sittings) - first - _LISTED
        return [*lines, *(["-# " + ask.say.count("catch-up.more", more)] if more > 0 else [])]

    def _line(self, ask: Ask, zone: str, planned: PlannedSitting) -> str:
        say, sitting = ask.say, planned.sitting
        local = sitting.starts_at.astimezone(ZoneInfo(zone))
        line = say(
            "catch-up.line",
            day=say.day(local),
            time=say.clock(local),
            episodes=_named(say, ask.show, sitting.episodes),
            duration=say.duration(sitting.minutes),
            relative=stamps.relative(sitting.starts_at),
        )
        return say("catch-up.moved", line=line) if planned.sequence else line

    def _footed(self, ask: Ask, plan: CatchUp, reply: Reply) -> Reply:
        say = ask.say
        reply.add("-# " + say("catch-up.zone", place=self._places.place(plan.deadline.zone, say.language)))
        if plan.deadline.at > ask.now:
            reply.add("-# " + say("catch-up.how" if plan.channel_id is not None else "catch-up.how-direct"))
        return reply.row(
            button(say("button.plan-calendar"), "plan-ics", plan.id, emoji="📅"),
            button(say("button.plan-stop"), "plan-stop?", plan.id, emoji="🗑️"),
        )

    # -------------------------------------------------------------- presses

    async def _press_by(self, interaction: discord.Interaction, key: str, at: datetime, per_day: int) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        if at <= ask.now:
            raise UserError("when.past", at=at)
        if at > ask.now + HORIZON or per_day < 0:
            raise UserError("button.stale")
        # In place of the question, so that it isn't answered a second time.
        await replies.replace(interaction, await self.make(ask, picked(ask, at), per_day or None))

    async def _press_calendar(self, interaction: discord.Interaction, plan_id: int) -> None:
        ask, plan = await self._own(interaction, plan_id)
        say, show = ask.say, ask.show
        title = say.text(show.title)
        data = ical.calendar(_events(say, show, plan), name=title, now=ask.now)
        reply = Reply([say("catch-up.calendar-ready")])
        reply.files.append(discord.File(io.BytesIO(data), filename=ical.filename(show.id, "catch-up")))
        await ask.answer(reply)

    async def _press_ask_stop(self, interaction: discord.Interaction, plan_id: int) -> None:
        ask, plan = await self._own(interaction, plan_id)
        say = ask.say
        await ask.answer(
            Reply([say("catch-up.really-stop", show=plain(say.text(ask.show.title)))]).row(
                button(say("catch-up.yes-stop"), "plan-stop", plan.id, style=discord.ButtonStyle.danger)
            )
        )

    async def _press_stop(self, interaction: discord.Interaction, plan_id: int) -> None:
        ask, plan = await self._own(interaction, plan_id)
        await self._catch_ups.stop(plan.id, ask.asker.user_id)
        stopped = ask.say("catch-up.stopped", show=plain(ask.say.text(ask.show.title)))
        # In place of the question, which is settled.
        await replies.replace(interaction, Reply([stopped]))

    async def _press_nap(self, interaction: discord.Interaction, sitting_id: int, _mark: str) -> None:
        ask = await self._desk.ask(interaction, private=True)
        at = await self._catch_ups.snooze(sitting_id, interaction.user.id, NAP_MINUTES)
        await ask.answer(
            Reply(["💤 " + ask.say("reminder.snoozed", at=stamps.clock(at), relative=stamps.relative(at))])
        )

    async def _own(self, interaction: discord.Interaction, plan_id: int) -> tuple[Ask, CatchUp]:
        """The request about a plan of the asker's own. Raises UserError("catch-up.gone") or ("show.gone")."""
        plan = await self._catch_ups.get(plan_id, interaction.user.id)
        show = self._desk.shows.get(plan.show_id)
        if show is None:
            raise UserError("show.gone")
        return await self._desk.ask(interaction, show, private=True), plan


def _named(say: Speaker, show: Show, numbers: Sequence[int]) -> str:
    """ "Episode 7", or "Episodes 7-9, 11"."""
    episodes: list[Episode] = [episode for episode in show.episodes if episode.number in numbers]
    return episode_names(say, show, episodes)


def _length(say: Speaker, minutes: int) -> str:
    """How long watching takes; never in days, which nobody watches through."""
    return say.duration(minutes) if minutes < 24 * 60 else say.count("catch-up.hours", minutes // 60)


def _events(say: Speaker, show: Show, plan: CatchUp) -> list[CalendarEvent]:
    """A calendar entry for every sitting; nothing of the story is in them."""
    made = int(plan.created_at.timestamp())
    return [
        CalendarEvent(
            uid=f"{show.id}-catch-up-{planned.id}-{made}@cliffhanger",
            starts_at=planned.sitting.starts_at,
            zone=plan.deadline.zone,
            minutes=planned.sitting.minutes,
            summary=say(
                "calendar.summary", show=say.text(show.title), episode=_named(say, show, planned.sitting.episodes)
            ),
            description=say("catch-up.calendar"),
            url=None,
            sequence=planned.sequence,
            alarm_minutes=None,
        )
        for planned in plan.sittings
    ]
