"""Whether people are ready for a watch party: what they have still to see, and for its host whom it would spoil."""

from __future__ import annotations

import discord
from discord import ui

from bot.app.parties import Edit
from bot.app.parties import Parties as PartyDesk
from bot.app.shows import episode_of, show_key
from bot.core.errors import UserError
from bot.core.party import Attendance
from bot.core.readiness import Readiness, readiness
from bot.discord_ui import reply as replies
from bot.discord_ui import stamps
from bot.discord_ui.cards import Cards
from bot.discord_ui.catch_up import CatchUpCommand
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.options import episode_name, episode_names
from bot.discord_ui.party_calendar import calendar_button
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply
from bot.discord_ui.typed_times import picked
from bot.l10n.episode_numbers import numbered, numbers_in

#: Names listed of those who would be spoiled and let it be seen.
_NAMED = 10


class ReadinessPanel:
    """The button of a party that tells whether one is ready for it."""

    def __init__(
        self, desk: Desk, presses: Presses, parties: PartyDesk, cards: Cards, catch_up: CatchUpCommand
    ) -> None:
        self._desk = desk
        self._parties = parties
        self._cards = cards
        self._catch_up = catch_up
        presses.on("ready", self._press_ready, int)
        presses.on("ready-plan", self._press_plan, int)
        presses.on("rechoose", self._press_rechoose, int, int)

    async def offer(self, ask: Ask, found: Attendance) -> None:
        """Offer a plan to somebody who has said that they come and how far they are, and is behind."""
        missed = _missed(ask, found)
        if ask.asker.told and missed and found.party.starts_at > ask.now:
            await ask.answer(self._behind(ask, found, missed))

    async def _press_ready(self, interaction: discord.Interaction, party_id: int) -> None:
        ask, found = await self._about(interaction, party_id)
        say, party = ask.say, found.party
        missed = _missed(ask, found)
        if not ask.asker.told and party.episode > 1:
            before = episode_of(ask.show, party.episode - 1)
            label = say("button.seen", episode=episode_name(say, ask.show, before))
            seen = button(label, "seen", show_key(ask.show), before.number, emoji="✅")
            reply = Reply([say("ready.unsaid", number=numbered(say, before))]).row(seen, self._plan_button(ask, found))
        elif missed:
            reply = self._behind(ask, found, missed)
        else:
            reply = Reply(["🍿 " + say("ready.ready")])
        if party.may_change(ask.asker.user_id, interaction.permissions.manage_events):
            await self._add_for_host(ask, found, reply)
        await ask.answer(reply.row(calendar_button(say, party)))

    async def _press_plan(self, interaction: discord.Interaction, party_id: int) -> None:
        ask, found = await self._about(interaction, party_id)
        party = found.party
        await ask.answer(await self._catch_up.make(ask, picked(ask, party.starts_at), None, party.episode - 1))

    async def _press_rechoose(self, interaction: discord.Interaction, party_id: int, number: int) -> None:
        ask, found = await self._about(interaction, party_id)
        episode_of(ask.show, number)
        # As many as it was to be, as far as there are any.
        ends = number + len(found.party.episodes)
        episodes = tuple(episode for episode in ask.show.episodes if number <= episode.number < ends)
        changed = await self._parties.edit(
            party_id,
            interaction.guild_id,
            interaction.user.id,
            Edit(episodes=episodes),
            manages_events=interaction.permissions.manage_events,
        )
        chosen = ask.say("ready.rechosen", episode=episode_names(ask.say, ask.show, episodes))
        # In place of the question, which is settled.
        await replies.replace(interaction, Reply(["🎬 " + chosen]))
        await self._cards.redraw_night(changed)

    async def _about(self, interaction: discord.Interaction, party_id: int) -> tuple[Ask, Attendance]:
        found = await self._parties.get(party_id)
        show = self._desk.shows.get(found.party.show_id)
        if found.party.guild_id != interaction.guild_id or show is None:
            raise UserError("party.gone")
        return await self._desk.ask(interaction, show, private=True), found

    def _behind(self, ask: Ask, found: Attendance, missed: tuple[int, ...]) -> Reply:
        party = found.party
        watched = tuple(episode_of(ask.show, number) for number in party.episodes)
        lines = ask.say(
            "ready.behind",
            episode=episode_names(ask.say, ask.show, watched),
            missed=numbers_in(ask.say, ask.show, missed),
            relative=stamps.relative(party.starts_at),
        )
        return Reply(["⏳ " + lines]).row(self._plan_button(ask, found))

    def _plan_button(self, ask: Ask, found: Attendance) -> ui.Button[ui.LayoutView] | None:
        if found.party.starts_at <= ask.now or found.party.episode == 1:
            return None
        return button(ask.say("ready.plan"), "ready-plan", found.party.id, emoji="🗓️")

    async def _add_for_host(self, ask: Ask, found: Attendance, reply: Reply) -> None:
        """Whom it would spoil, in numbers, and what would spoil nobody."""
        say, party = ask.say, found.party
        people = self._desk.people
        watched = await people.watched_by(found.attending, ask.show)
        sharing = await people.progress_shared_in(party.guild_id, ask.show)
        ready = readiness(party.episode, found.attending, watched, {ask.asker.user_id, *sharing})
        reply.add("**" + say("ready.host") + "**", *_counts(ask, ready))
        if ready.safe is None or ready.safe == party.episode or party.starts_at <= ask.now:
            return
        safe = episode_name(say, ask.show, episode_of(ask.show, ready.safe))
        reply.add(say("ready.safe", episode=safe))
        reply.row(button(say("ready.rechoose", episode=safe), "rechoose", party.id, ready.safe))


def _counts(ask: Ask, ready: Readiness) -> list[str]:
    say = ask.say
    episode = episode_name(say, ask.show, episode_of(ask.show, ready.episode))
    key = "ready.spoiled" if ready.behind else "ready.none-spoiled"
    lines = [say(key, behind=ready.behind, guests=ready.guests, episode=episode)]
    if ready.named:
        lines.append(say("ready.named", people=", ".join(f"<@{user}>" for user in ready.named[:_NAMED])))
    if ready.unsaid:
        lines.append("-# " + say.count("ready.not-said", ready.unsaid))
    if ready.withheld:
        lines.append("-# " + say("ready.withheld"))
    return lines


def _missed(ask: Ask, found: Attendance) -> tuple[int, ...]:
    """What the asker has not seen of all before what is watched."""
    watched = ask.asker.watched
    return tuple(number for number in range(1, found.party.episode) if not watched.has_seen(number))
