"""Watching together: the buttons that start, pause and steer it, tell where everybody is, and ask who watched."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import aiohttp
import discord
from discord import ui
from discord.ext import commands

from bot.app.clock import Clock
from bot.app.outbox import AfterPartyPost, ScreeningPost
from bot.app.screenings import Running, Screenings, Watched
from bot.app.shows import show_key
from bot.core.errors import UserError
from bot.core.party import Party
from bot.core.screening import IN_STEP, Screening, Stage, read_position, written
from bot.core.show import Episode, Show
from bot.core.text import cut, plain
from bot.discord_ui import reply as replies
from bot.discord_ui import stamps
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.failures import Failures
from bot.discord_ui.options import episode_name
from bot.discord_ui.patience import is_answered
from bot.discord_ui.posts import after_party
from bot.discord_ui.press import Presses, button
from bot.discord_ui.progress import undo
from bot.discord_ui.reply import NO_MENTIONS, Reply
from bot.discord_ui.screening_words import COUNTED, screening_card
from bot.discord_ui.typed_times import instant
from bot.l10n.episode_numbers import number_in, numbers_in
from bot.l10n.speaker import Speaker

log = logging.getLogger(__name__)

#: A second that is counted later than this is left out.
_TOO_LATE = timedelta(seconds=0.8)

_Watched = tuple[Show, tuple[Episode, ...]]


class ScreeningRoom(commands.Cog):
    """What people press while they watch, and after."""

    def __init__(
        self,
        client: discord.Client,
        desk: Desk,
        presses: Presses,
        screenings: Screenings,
        failures: Failures,
        clock: Clock,
    ) -> None:
        self._client = client
        self._desk = desk
        self._screenings = screenings
        self._failures = failures
        self._clock = clock
        self._counting: dict[int, asyncio.Task[None]] = {}
        presses.on("start", self._press_start, int, str)
        presses.on("pause", self._press_pause, int)
        presses.on("resume", self._press_resume, int)
        presses.on("next-up", self._press_next, int, int)
        presses.on("end-it", self._press_end, int)
        presses.on("where", self._press_where, int)
        presses.on("at?", self._press_at, int)
        presses.on("put-to", self._press_put, int, int, instant)
        presses.on("watched", self._press_watched, int, str)
        presses.on("unwatched", self._press_unwatched, int)

    async def cog_unload(self) -> None:
        for task in tuple(self._counting.values()):
            task.cancel()

    # ------------------------------------------------------------------ steering

    async def _press_start(self, interaction: discord.Interaction, party_id: int, _mark: str) -> None:
        running, new = await self._screenings.start(
            party_id,
            interaction.guild_id,
            interaction.channel_id or 0,
            interaction.user.id,
            manages_events=interaction.permissions.manage_events,
        )
        screening = running.screening
        assert screening is not None
        if not new and screening.message_id is not None:
            place = {"guild_id": running.party.guild_id, "channel_id": screening.channel_id}
            raise UserError("screening.started", message_id=screening.message_id, **place)
        # Also for one that was started, but whose message was lost on the way.
        card = self._card(running.party, screening)
        view = card.layouts()[0]
        if await is_answered(interaction):
            message_id: int | None = (
                await interaction.followup.send(view=view, allowed_mentions=NO_MENTIONS, wait=True)
            ).id
        else:
            sent = await interaction.response.send_message(view=view, allowed_mentions=NO_MENTIONS)
            message_id = sent.message_id
        if message_id is not None:
            await self._screenings.posted(party_id, message_id)
            self._count(running.party, screening, interaction.channel_id or 0, message_id)

    async def _press_pause(self, interaction: discord.Interaction, party_id: int) -> None:
        def paused(screening: Screening, now: datetime) -> Screening:
            return screening.paused(now)

        await self._steer(interaction, party_id, paused)

    async def _press_resume(self, interaction: discord.Interaction, party_id: int) -> None:
        def resumed(screening: Screening, now: datetime) -> Screening:
            # Pressed by two at once it goes on once.
            return screening.resumed(now) if screening.stage(now) is Stage.PAUSED else screening

        await self._steer(interaction, party_id, resumed)

    async def _press_next(self, interaction: discord.Interaction, party_id: int, episode: int) -> None:
        party = (await self._screenings.get(party_id, interaction.guild_id)).party
        if episode not in party.episodes:
            raise UserError("button.stale")

        def following(screening: Screening, now: datetime) -> Screening:
            return screening.of_episode(episode, now) if screening.episode < episode else screening

        await self._steer(interaction, party_id, following)

    async def _press_end(self, interaction: discord.Interaction, party_id: int) -> None:
        def ended(screening: Screening, now: datetime) -> Screening:
            return screening.ended(now)

        await self._steer(interaction, party_id, ended)

    async def _press_put(self, interaction: discord.Interaction, party_id: int, position: int, at: datetime) -> None:
        now = self._clock.now()
        if not (position >= 0 and at <= now < at + timedelta(hours=1)):
            raise UserError("button.stale")

        def put(screening: Screening, now: datetime) -> Screening:
            if screening.stage(now) is Stage.COUNTING:
                raise UserError("screening.counting-now")
            return screening.put_to(position, at)

        running = await self._change(interaction, party_id, put)
        ask = await self._ask(interaction, running.party)
        assert running.screening is not None
        await replies.replace(interaction, Reply(["🧭 " + ask.say("screening.put", position=written(position))]))
        await self._redraw(running.party, running.screening)

    async def _steer(
        self, interaction: discord.Interaction, party_id: int, change: Callable[[Screening, datetime], Screening]
    ) -> None:
        running = await self._change(interaction, party_id, change)
        screening = running.screening
        assert screening is not None
        await replies.replace(interaction, self._card(running.party, screening))
        if interaction.message is not None:
            self._count(running.party, screening, interaction.message.channel.id, interaction.message.id)

    async def _change(
        self, interaction: discord.Interaction, party_id: int, change: Callable[[Screening, datetime], Screening]
    ) -> Running:
        return await self._screenings.steer(
            party_id,
            interaction.guild_id,
            interaction.user.id,
            change,
            manages_events=interaction.permissions.manage_events,
        )

    # ------------------------------------------------------------------ counting

    def _count(self, party: Party, screening: Screening, channel_id: int, message_id: int) -> None:
        """Count down in a message, in place of whatever was counted for the party before."""
        before = self._counting.pop(party.id, None)
        if before is not None:
            before.cancel()
        if screening.stage(self._clock.now()) is not Stage.COUNTING:
            return
        task = asyncio.create_task(self._counted(party, screening, channel_id, message_id), name=f"count {party.id}")
        self._counting[party.id] = task
        task.add_done_callback(partial(self._counted_out, party.id))

    def _counted_out(self, party_id: int, task: asyncio.Task[None]) -> None:
        if self._counting.get(party_id) is task:
            del self._counting[party_id]

    async def _counted(self, party: Party, screening: Screening, channel_id: int, message_id: int) -> None:
        assert screening.plays_at is not None
        message = self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
        for left in range(COUNTED, -1, -1):
            at = screening.plays_at - timedelta(seconds=left)
            # To the instant each time, so that no request's duration adds up.
            await asyncio.sleep(max(0.0, (at - self._clock.now()).total_seconds()))
            now = max(self._clock.now(), at)
            if now - at > _TOO_LATE:
                continue
            card = self._card(party, screening, now, left)
            try:
                await message.edit(view=card.layouts()[0], allowed_mentions=NO_MENTIONS)
            except (discord.DiscordException, aiohttp.ClientError, OSError, RuntimeError) as error:
                # The instant stands in the message, and clients count by themselves.
                log.info("The countdown of party %s can't be shown: %s", party.id, error)
                return

    def _card(self, party: Party, screening: Screening, now: datetime | None = None, left: int | None = None) -> Reply:
        say = Speaker(self._desk.words, party.locale)
        show, episodes = self._watched(party)
        return screening_card(say, ScreeningPost(party, show, episodes, screening, now or self._clock.now()), left)

    async def _redraw(self, party: Party, screening: Screening) -> None:
        if screening.message_id is None:
            return
        message = self._client.get_partial_messageable(screening.channel_id).get_partial_message(screening.message_id)
        try:
            await message.edit(view=self._card(party, screening).layouts()[0], allowed_mentions=NO_MENTIONS)
        except (discord.DiscordException, aiohttp.ClientError, OSError, RuntimeError) as error:
            log.info("What party %s is at can't be shown: %s", party.id, error)

    # ------------------------------------------------------------- where we are

    async def _press_where(self, interaction: discord.Interaction, party_id: int) -> None:
        running, screening = await self._running(interaction, party_id)
        ask = await self._ask(interaction, running.party)
        await ask.answer(Reply(self._where(ask, running.party, screening)))

    def _where(self, ask: Ask, party: Party, screening: Screening) -> list[str]:
        say = ask.say
        show, episodes = self._watched(party)
        stage = screening.stage(ask.now)
        lines: list[str] = []
        if len(episodes) > 1:
            playing = next(one for one in episodes if one.number == screening.episode)
            lines.append("🎬 " + say("screening.this-episode", episode=plain(episode_name(say, show, playing))))
        if stage is Stage.PAUSED:
            return [*lines, "⏸️ " + say("screening.wait", position=written(screening.position))]
        position, at = screening.meet(ask.now)
        meet = say("screening.meet", position=written(position), at=stamps.second(at), relative=stamps.relative(at))
        lines.append("🧭 " + meet)
        if stage is Stage.PLAYING:
            lines.append("-# " + say("screening.right-now", position=written(screening.position_at(ask.now))))
        return lines

    async def _press_at(self, interaction: discord.Interaction, party_id: int) -> None:
        running, _ = await self._running(interaction, party_id)
        ask = await self._ask(interaction, running.party)

        async def typed(answered: discord.Interaction, text: str) -> None:
            await self._compare(answered, party_id, text)

        await interaction.response.send_modal(PositionForm(ask.say, typed, self._failures.tell))

    async def _compare(self, interaction: discord.Interaction, party_id: int, text: str) -> None:
        running, screening = await self._running(interaction, party_id)
        ask = await self._ask(interaction, running.party)
        say, theirs = ask.say, read_position(text)
        behind = screening.position_at(ask.now) - theirs
        if abs(behind) <= IN_STEP:
            reply = Reply(["🧭 " + say("screening.in-step")])
        else:
            key = "screening.behind" if behind > 0 else "screening.ahead"
            by = say(key, by=written(abs(behind)))
            reply = Reply([by, *self._where(ask, running.party, screening)])
            user, party = interaction.user.id, running.party
            if user == screening.starter_id or party.may_change(user, interaction.permissions.manage_events):
                at = int(ask.now.timestamp())
                label = say("screening.everybody", position=written(theirs))
                reply.row(button(label, "put-to", party_id, theirs, at, emoji="🧭"))
        await ask.answer(reply)

    async def _running(self, interaction: discord.Interaction, party_id: int) -> tuple[Running, Screening]:
        """A party that is being watched. Raises UserError as `Screenings.steer`."""
        running = await self._screenings.get(party_id, interaction.guild_id)
        if running.screening is None:
            raise UserError("screening.none")
        if running.screening.stage(self._clock.now()) is Stage.ENDED:
            raise UserError("screening.over")
        return running, running.screening

    # --------------------------------------------------------------- who watched

    async def _press_watched(self, interaction: discord.Interaction, party_id: int, mark: str) -> None:
        found = await self._screenings.watch(party_id, interaction.guild_id, interaction.user.id)
        party = (await self._screenings.get(party_id, interaction.guild_id)).party
        if found.new:
            sending = after_party(*self._question(party, found.viewers), mark)
            edit = interaction.response.edit_message
            if await is_answered(interaction):
                edit = interaction.edit_original_response
            await edit(content=sending.content, view=sending.view, allowed_mentions=NO_MENTIONS)
        ask = await self._ask(interaction, party)
        await ask.answer(self._noted(ask, party, found))

    def _noted(self, ask: Ask, party: Party, found: Watched) -> Reply:
        say, after = ask.say, found.after
        show, episodes = self._watched(party)
        title = plain(say.text(show.title))
        reply = Reply(["✅ " + say("watched.noted" if found.new else "watched.already", show=title)])
        last, number = episodes[-1], number_in(say, show, after.up_to)
        if after.apart and last.number in after.apart:
            # What lies between is not known to have been seen.
            reply.add(say("watched.apart", episodes=numbers_in(say, show, after.watched), number=number))
            label = say("button.seen", episode=episode_name(say, show, last))
            reply.row(button(label, "seen", show_key(show), last.number, emoji="✅"))
        else:
            reply.add(say("watched.up-to", number=number))
        changed = None if found.before == after else undo(ask, found.before)
        return reply.row(button(say("watched.take-back"), "unwatched", party.id), changed)

    async def _press_unwatched(self, interaction: discord.Interaction, party_id: int) -> None:
        party, noted = await self._screenings.unwatch(party_id, interaction.guild_id, interaction.user.id)
        ask = await self._ask(interaction, party)
        await replies.replace(interaction, Reply([ask.say("watched.taken-back" if noted else "watched.not-noted")]))
        asked_in, viewers = await self._screenings.question(party_id)
        if asked_in is None or not noted:
            return
        sending = after_party(*self._question(party, viewers), "-")
        message = self._client.get_partial_messageable(party.channel_id).get_partial_message(asked_in)
        try:
            await message.edit(content=sending.content, view=sending.view, allowed_mentions=NO_MENTIONS)
        except (discord.DiscordException, aiohttp.ClientError, OSError, RuntimeError) as error:
            log.info("Who watched at party %s can't be shown: %s", party_id, error)

    def _question(self, party: Party, viewers: tuple[int, ...]) -> tuple[Speaker, AfterPartyPost]:
        say = Speaker(self._desk.words, party.locale)
        return say, AfterPartyPost(party, *self._watched(party), viewers, thread_missing=False)

    # -------------------------------------------------------------------- common

    def _watched(self, party: Party) -> _Watched:
        found = self._desk.shows.episodes(party.show_id, party.episodes)
        if found is None:
            raise UserError("show.gone")
        return found

    async def _ask(self, interaction: discord.Interaction, party: Party) -> Ask:
        return await self._desk.ask(interaction, self._watched(party)[0], private=True)


class PositionForm(ui.Modal):
    """Asks what somebody's player shows."""

    def __init__(
        self,
        say: Speaker,
        typed: Callable[[discord.Interaction, str], Awaitable[None]],
        failed: Callable[[discord.Interaction, Exception], Awaitable[None]],
    ) -> None:
        super().__init__(title=cut(say("screening.form"), 45), timeout=15 * 60)
        self._typed = typed
        self._failed = failed
        self.position: ui.TextInput[PositionForm] = ui.TextInput(placeholder="24:10", max_length=20)
        self.add_item(ui.Label(text=cut(say("screening.form-label"), 45), component=self.position))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Hand in what was typed."""
        await self._typed(interaction, self.position.value)

    async def on_error(self, interaction: discord.Interaction, error: Exception) -> None:
        await self._failed(interaction, error)
