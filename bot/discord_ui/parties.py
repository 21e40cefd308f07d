"""`/watch-party`: planning to watch together, answering, cancelling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.calendars import where
from bot.app.parties import NOTHING, Edit
from bot.app.parties import Parties as PartyDesk
from bot.app.shows import chosen_episode, episode_of, show_key
from bot.core.airing import all_air_by
from bot.core.errors import UserError
from bot.core.mirror import EventWish
from bot.core.party import ATTENDING, Answer, Attendance, Party, PartyText, written
from bot.core.personal_data import NOBODY
from bot.core.show import Episode
from bot.core.text import cut, plain, unescaped
from bot.core.when import HORIZON, Unclear, Understood, is_air_time, read_leads
from bot.discord_ui import reply as replies
from bot.discord_ui import stamps
from bot.discord_ui.cards import Cards
from bot.discord_ui.desk import Ask, Desk
from bot.discord_ui.evenings import EveningList
from bot.discord_ui.event_options import VoiceOption, check_event, event_wish, quoted_event, unquoted_event
from bot.discord_ui.failures import Failures
from bot.discord_ui.finding import Finding
from bot.discord_ui.options import Choices, episode_names
from bot.discord_ui.party_calendar import calendar_button
from bot.discord_ui.party_form import (
    Aside,
    PartyForm,
    Typed,
    packed,
    read_episodes,
    try_again,
    unpacked,
    unquoted,
    written_episodes,
)
from bot.discord_ui.party_options import (
    PlaceOption,
    announced_in,
    check_role,
    chosen_night,
    knows_of,
    one_night,
    places,
)
from bot.discord_ui.party_words import party_label, text_for, watched_at
from bot.discord_ui.posts import announcement, text_lines
from bot.discord_ui.press import Presses, button
from bot.discord_ui.readiness import ReadinessPanel
from bot.discord_ui.reply import Reply
from bot.discord_ui.typed_times import ask_back, instant, picked, read_typed
from bot.l10n.episode_numbers import number_in
from bot.l10n.speaker import Speaker

_LISTED = 10
#: As much of a note as a list has room for.
_NOTE_LISTED = 100
#: What removes a title or a note.
_REMOVED = frozenset({"-", "–", "—"})


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class Parties(commands.GroupCog, group_name="watch-party", group_description="Watch an episode together"):
    """Watch parties of a server."""

    def __init__(
        self,
        desk: Desk,
        choices: Choices,
        presses: Presses,
        parties: PartyDesk,
        cards: Cards,
        readiness: ReadinessPanel,
        evenings: EveningList,
        finding: Finding,
        failures: Failures,
        default_lead: int,
        more: Sequence[app_commands.Command[Any, ..., None]],
    ) -> None:
        """``more`` are subcommands that others answer."""
        self._desk = desk
        self._parties = parties
        self._cards = cards
        self._readiness = readiness
        self._evenings = evenings
        self._finding = finding
        self._failures = failures
        self._default_lead = default_lead
        super().__init__()
        group = self.app_command
        assert isinstance(group, app_commands.Group)
        for command in more:
            group.add_command(command)
        self.create.autocomplete("episode")(choices.all_episodes)
        self.create.autocomplete("show")(choices.shows)
        self.edit.autocomplete("episode")(choices.all_episodes)
        self.find.autocomplete("episode")(choices.all_episodes)
        self.find.autocomplete("show")(choices.shows)
        presses.on("rsvp", self._press_answer, int, Answer, str)
        presses.on("cancel?", self._press_ask_cancel, int)
        presses.on("cancel", self._press_cancel, int)
        presses.on("pick", self._press_pick, str, int, int, int, instant, unpacked, int, int, int)
        presses.on("form", self._press_form, str, int, unpacked, int, int, int)
        presses.on("parties", self._press_list, str)
        presses.on("repick", self._press_repick, int, instant)
        presses.on("to-air", self._press_to_air, int, str)

    @app_commands.command(name="create", description="Plan a watch party and announce it")
    @app_commands.describe(
        episode="Which episode",
        when="When, in your time zone, such as fri 21:00; or: air time",
        channel="Where to announce it; here if left out",
        lead="How long before the start guests are mentioned, such as 1 day, 30 min",
        title="A title, of at most 80 characters",
        note="A word to the guests, of at most 300 characters",
        last_episode="The last of several episodes in one night",
        capacity="How many may come, you included; whoever comes later waits for a place",
        role="A role that the announcement mentions",
        event="Whether Discord's own event is made of it, too",
        voice="The voice or stage channel of that event",
        show="Which show",
    )
    @app_commands.rename(last_episode="last-episode")
    async def create(
        self,
        interaction: discord.Interaction,
        episode: int | None = None,
        when: str | None = None,
        channel: PlaceOption | None = None,
        lead: str | None = None,
        title: str | None = None,
        note: str | None = None,
        last_episode: int | None = None,
        capacity: int | None = None,
        role: discord.Role | None = None,
        event: bool | None = None,
        voice: VoiceOption | None = None,
        show: str | None = None,
    ) -> None:
        """Plan a party; a form asks for the episode and the time where one was left out."""
        ask = await self._desk.ask(interaction, show, private=True)
        leads = None if lead is None else read_leads(lead)
        role_id = None if role is None else role.id
        aside = Aside(leads, places(capacity), role_id, ask.asker.ceiling, event_wish(ask, event, voice))
        # What is wrong with the options is said before anything else is asked.
        episodes = None if episode is None else chosen_night(ask.local, episode, last_episode)
        place = announced_in(ask, None if channel is None else channel.id)
        check_role(ask, place, aside.role_id)
        text = written(title, note, ask.asker.ceiling)
        if episodes is None or when is None:
            numbers = "" if episodes is None else written_episodes(ask.say, episodes)
            channel_id = 0 if channel is None else channel.id
            typed = Typed(numbers, when or "", title or "", note or "", channel_id)
            await interaction.response.send_modal(self._form(ask, typed, aside))
        else:
            await self._plan(ask, self._planned_as(episodes, place.id, text, aside), when)

    @app_commands.command(name="find", description="Find the fairest time for everybody, and vote on it")
    @app_commands.describe(
        episode="Which episode",
        begins="Not before this time, such as fri 18:00; when left out, from now or from when it airs",
        until="Not after this time; when left out, within 7 days",
        closes="When the vote ends, such as tomorrow 20:00; when left out, in a day at the latest",
        last_episode="The last of several episodes in one night",
        show="Which show",
    )
    @app_commands.rename(begins="from", last_episode="last-episode")
    async def find(
        self,
        interaction: discord.Interaction,
        episode: int,
        begins: str | None = None,
        until: str | None = None,
        closes: str | None = None,
        last_episode: int | None = None,
        show: str | None = None,
    ) -> None:
        """Propose times and vote on them."""
        ask = await self._desk.ask(interaction, show, private=True)
        episodes = chosen_night(ask.local, episode, last_episode)
        place = announced_in(ask, None)
        await self._finding.find(ask, place.id, episodes, begins, until, closes)

    @app_commands.command(name="list", description="The watch parties planned in this server")
    async def list(self, interaction: discord.Interaction) -> None:
        """What is planned."""
        await self._list(await self._desk.ask(interaction, private=True))

    @app_commands.command(name="cancel", description="Cancel a watch party; its guests are told")
    @app_commands.describe(party="Which party")
    async def cancel(self, interaction: discord.Interaction, party: int) -> None:
        """Cancel a party."""
        await self._cancel(await self._desk.ask(interaction, private=True), party)

    @app_commands.command(name="next", description="The next watch party that you come to, or that is planned here")
    async def next(self, interaction: discord.Interaction) -> None:
        """When one's next party is."""
        ask = await self._desk.ask(interaction, private=True)
        found = await self._parties.next_for(ask.asker.guild_id or 0, ask.asker.user_id)
        if found is None:
            found = next(iter(await self._known(ask)), None)
        if found is None:
            await ask.answer(Reply(["## " + ask.say("parties.title"), ask.say("parties.none")]))
            return
        party = found.party
        coming = found.answers.get(ask.asker.user_id) in ATTENDING
        key = "party.next-yours" if coming else "party.next-here"
        what, at = plain(watched_at(self._desk, ask.say, party)), stamps.full(party.starts_at)
        reply = Reply().add(
            "🎬 " + ask.say(key, what=what, at=at, relative=stamps.relative(party.starts_at)),
            *text_lines(await text_for(self._desk, ask, party)),
        )
        place = f"<#{party.channel_id}>" if party.message_id is None else where(party)
        await ask.answer(reply.add(ask.say("party.announced-in", place=place)).row(calendar_button(ask.say, party)))

    @app_commands.command(name="history", description="The dates on which this server has watched together")
    async def history(self, interaction: discord.Interaction) -> None:
        """What was watched."""
        ask = await self._desk.ask(interaction, private=True)
        await ask.answer(await self._evenings.listed(ask))

    @app_commands.command(name="edit", description="Change a watch party, or hand it over; its guests are told")
    @app_commands.describe(
        party="Which party",
        when="Its new time, in your time zone, such as fri 21:00; or: air time",
        episode="Another episode",
        channel="Announce it anew in this channel",
        lead="How long before the start guests are mentioned, such as 1 day, 30 min",
        title="Another title; - for none",
        note="Another note; - for none",
        host="Hand it over to somebody",
        last_episode="The last of several episodes in one night",
        capacity="How many may come; 0 for no limit",
        event="Whether Discord's own event is made of it, or made again",
        voice="The voice or stage channel of that event",
    )
    @app_commands.rename(last_episode="last-episode")
    async def edit(
        self,
        interaction: discord.Interaction,
        party: int,
        when: str | None = None,
        episode: int | None = None,
        channel: PlaceOption | None = None,
        lead: str | None = None,
        title: str | None = None,
        note: str | None = None,
        host: discord.Member | None = None,
        last_episode: int | None = None,
        capacity: int | None = None,
        event: bool | None = None,
        voice: VoiceOption | None = None,
    ) -> None:
        """Change a party."""
        found = await self._parties.get(party)
        show = self._desk.shows.get(found.party.show_id)
        if show is None or found.party.guild_id != interaction.guild_id:
            raise UserError("party.gone")
        ask = await self._desk.ask(interaction, show, private=True)
        asked_for = (when, episode, channel, lead, title, note, host, last_episode, capacity, event, voice)
        if all(option is None for option in asked_for):
            raise UserError("party.nothing-to-change")
        if host is not None and host.bot:
            raise UserError("party.host-bot")
        other = episode is not None or last_episode is not None
        kept = found.party.episode if other else found.party.episodes[-1]
        first = found.party.episode if episode is None else chosen_episode(ask.local, episode).number
        last = None if last_episode is None else chosen_episode(ask.local, last_episode).number
        meant = one_night(ask.local, first, last if other else kept)
        asked = None if when is None else read_typed(ask, when, all_air_by(meant))
        edit = Edit(
            when=asked if isinstance(asked, Understood) else None,
            follows_air_time=when is not None and is_air_time(when),
            episodes=meant if other else None,
            channel_id=None if channel is None else announced_in(ask, channel.id).id,
            leads=None if lead is None else read_leads(lead),
            text=_rewritten(found.party, title, note, ask.asker.ceiling),
            host_id=None if host is None else host.id,
            capacity=NOTHING if capacity == NOTHING else places(capacity),
            event=event_wish(ask, event, voice),
        )
        changed = await self._edit(ask, party, edit)
        reply = self._changed(ask, changed)
        if isinstance(asked, Unclear):
            # What else was asked for is done; only the time is still open.
            question = ask_back(ask, asked, lambda at: ("repick", (party, at)))
            reply = question if edit == Edit() else question.add(*reply.blocks)
        await ask.answer(reply)
        await self._follow(found.party, changed)

    async def _press_repick(self, interaction: discord.Interaction, party_id: int, at: datetime) -> None:
        ask = await self._desk.ask(interaction, private=True)
        if at > ask.now + HORIZON:
            raise UserError("button.stale")
        before = await self._parties.get(party_id)
        changed = await self._edit(ask, party_id, Edit(when=picked(ask, at)))
        # In place of the question, so that it isn't answered a second time.
        await replies.replace(interaction, self._changed(ask, changed))
        await self._follow(before.party, changed)

    async def _press_to_air(self, interaction: discord.Interaction, party_id: int, _mark: str) -> None:
        """Let a party begin when what is watched airs, whenever that is."""
        before = await self._parties.get(party_id)
        show = self._desk.shows.get(before.party.show_id)
        # Its host may have been asked in a direct message.
        theirs = interaction.guild_id is None and interaction.user.id == before.party.creator_id
        if show is None or not (theirs or before.party.guild_id == interaction.guild_id):
            raise UserError("party.gone")
        ask = await self._desk.ask(interaction, show, private=True)
        at = all_air_by(one_night(ask.local, before.party.episode, before.party.last_episode))
        if at is None:
            raise UserError("when.no-air-time")
        changed = await self._parties.edit(
            party_id,
            before.party.guild_id,
            ask.asker.user_id,
            Edit(when=picked(ask, at), follows_air_time=True),
            manages_events=_manages_events(interaction),
        )
        await ask.answer(self._changed(ask, changed))
        await self._follow(before.party, changed)

    async def _edit(self, ask: Ask, party_id: int, edit: Edit) -> Attendance:
        return await self._parties.edit(
            party_id,
            ask.asker.guild_id,
            ask.asker.user_id,
            edit,
            manages_events=_manages_events(ask.interaction),
        )

    def _changed(self, ask: Ask, found: Attendance) -> Reply:
        """What a party is now, for whoever changed it."""
        party = found.party
        reply = Reply().add(
            "🎬 "
            + ask.say(
                "party.changed",
                what=plain(watched_at(self._desk, ask.say, party)),
                at=stamps.full(party.starts_at),
                relative=stamps.relative(party.starts_at),
                channel=f"<#{party.channel_id}>",
                host="–" if party.creator_id == NOBODY else f"<@{party.creator_id}>",
            )
        )
        reply.add("-# " + ask.say("party.will-be-told") if party.moved_from is not None else "")
        return reply.row(calendar_button(ask.say, party))

    async def _follow(self, before: Party, changed: Attendance) -> None:
        """Let the announcement show what a party has become, and an old one where the new one is."""
        if before.channel_id != changed.party.channel_id:
            await self._cards.redraw_night(replace(changed, party=before), gone_to=changed.party.channel_id)
        else:
            await self._cards.redraw_night(changed)

    @edit.autocomplete("party")
    @cancel.autocomplete("party")
    async def _planned(self, interaction: discord.Interaction, typed: int | str) -> list[app_commands.Choice[int]]:
        ask = await self._desk.ask(interaction, private=True)
        if interaction.guild_id is None:
            return []
        mine = [
            found.party
            for found in await self._parties.upcoming(interaction.guild_id)
            if found.party.may_change(interaction.user.id, _manages_events(interaction))
        ]
        labels = [await party_label(self._desk, ask, party) for party in mine]
        wanted = str(typed).strip().casefold()
        return [
            app_commands.Choice(name=cut(label, 100), value=party.id)
            for party, label in zip(mine, labels, strict=True)
            if wanted in label.casefold()
        ][:25]

    # -------------------------------------------------------------- planning

    def _planned_as(self, episodes: Sequence[Episode], channel_id: int, text: PartyText, aside: Aside) -> Plan:
        leads = (self._default_lead,) if aside.leads is None else aside.leads
        return Plan(tuple(episodes), channel_id, leads, text, aside.capacity, aside.role_id, aside.event)

    def _form(self, ask: Ask, typed: Typed, aside: Aside) -> PartyForm:
        submitted = partial(self._submitted, ask.show.id)
        return PartyForm(ask.say, typed, aside, submitted, self._failures.tell)

    async def _submitted(self, show_id: str, interaction: discord.Interaction, typed: Typed, aside: Aside) -> None:
        ask = await self._desk.ask(interaction, show_id, private=True)
        try:
            episodes = chosen_night(ask.local, *read_episodes(ask.say, ask.local, typed.episode))
            place = announced_in(ask, typed.channel_id or None)
            check_role(ask, place, aside.role_id)
            check_event(ask, aside.event)
            # What was begun before the place was closed again tells as much as it was open for then.
            after = min(max(aside.after, ask.asker.ceiling), len(ask.show.episodes))
            text = written(typed.title or None, typed.note or None, after)
            await self._plan(ask, self._planned_as(episodes, place.id, text, aside), typed.when)
        except UserError as error:
            await ask.answer(try_again(ask.say, show_key(ask.show), error, typed, aside))

    async def _press_form(
        self,
        interaction: discord.Interaction,
        key: str,
        channel: int,
        leads: tuple[int, ...] | None,
        capacity: int,
        role: int,
        after: int,
    ) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        typed = unquoted(interaction.message, channel)
        aside = replace(Aside.of(leads, capacity, role, after), event=unquoted_event(interaction.message))
        await interaction.response.send_modal(self._form(ask, typed, aside))

    async def _plan(self, ask: Ask, plan: Plan, typed: str) -> None:
        """Plan a party for a typed time, or ask back where that is unclear."""
        found = read_typed(ask, typed, all_air_by(plan.episodes))
        if isinstance(found, Understood):
            await ask.answer(await self._create(ask, plan, found, follows_air_time=is_air_time(typed)))
            return
        first, last = plan.episodes[0].number, plan.episodes[-1].number
        before = (show_key(ask.show), first, last, plan.channel_id)
        after = (packed(plan.leads), plan.text.after, plan.capacity or 0, plan.role_id or 0)
        asked = ask_back(ask, found, lambda at: ("pick", (*before, at, *after)))
        # A button has no room for what its presser wrote, so that waits for the press in the question.
        await ask.answer(asked.add(*_quoted(plan.text), *quoted_event(ask.say, plan.event)))

    async def _create(self, ask: Ask, plan: Plan, when: Understood, *, follows_air_time: bool = False) -> Reply:
        guild = ask.interaction.guild
        assert guild is not None
        party = await self._parties.create(
            guild_id=guild.id,
            channel_id=plan.channel_id,
            creator_id=ask.asker.user_id,
            show=ask.show,
            episodes=plan.episodes,
            when=when,
            leads=plan.leads,
            locale=guild.preferred_locale.value,
            text=plan.text,
            follows_air_time=follows_air_time,
            capacity=plan.capacity,
            role_id=plan.role_id,
            event=plan.event,
        )
        say, text = ask.say, plan.text
        limited = text.after > 0 and (text.title or text.note)
        return (
            Reply()
            .add(
                "🎬 "
                + say(
                    "party.planned",
                    show=plain(say.text(ask.show.title)),
                    episode=episode_names(say, ask.show, plan.episodes),
                    at=stamps.full(party.starts_at),
                    relative=stamps.relative(party.starts_at),
                    channel=f"<#{plan.channel_id}>",
                ),
                *text_lines(party.text_at(ask.asker.progress)),
                "-# " + say("party.text-shown", number=number_in(say, ask.show, text.after)) if limited else "",
                "-# 📅 " + say("party.event-soon") if plan.event is not None and plan.event.wanted else "",
            )
            .row(
                calendar_button(say, party),
                button(say("party.cancel"), "cancel?", party.id, style=discord.ButtonStyle.danger),
            )
        )

    async def _press_pick(
        self,
        interaction: discord.Interaction,
        key: str,
        first: int,
        last: int,
        channel: int,
        at: datetime,
        leads: tuple[int, ...] | None,
        after: int,
        capacity: int,
        role: int,
    ) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        if at <= ask.now:
            raise UserError("when.past", at=at)
        if at > ask.now + HORIZON or leads is None or after > len(ask.show.episodes):
            raise UserError("button.stale")
        when = picked(ask, at)
        place = announced_in(ask, channel)
        aside = replace(Aside.of(leads, capacity, role, after), event=unquoted_event(interaction.message))
        check_role(ask, place, aside.role_id)
        check_event(ask, aside.event)
        text = _unquoted(interaction.message, after)
        plan = self._planned_as(one_night(ask.local, first, last), place.id, text, aside)
        # In place of the question, so that it isn't answered a second time.
        await replies.replace(interaction, await self._create(ask, plan, when))

    # ----------------------------------------------------- listing and cancelling

    async def _known(self, ask: Ask) -> list[Attendance]:
        """What is planned in the server, as far as the asker may know of it, soonest first."""
        return [found for found in await self._parties.upcoming(ask.asker.guild_id or 0) if knows_of(ask, found)]

    async def _list(self, ask: Ask) -> None:
        say = ask.say
        planned = await self._known(ask)
        reply = Reply().add("## " + say("parties.title"))
        if not planned:
            reply.add(say("parties.none"))
        for found in planned[:_LISTED]:
            party = found.party
            text = await text_for(self._desk, ask, party)
            words = [
                *([] if text.title is None else [f"**{plain(text.title)}**"]),
                *([] if text.note is None else [plain(cut(text.note, _NOTE_LISTED))]),
            ]
            reply.add(
                "- "
                + say(
                    "parties.line",
                    what=plain(watched_at(self._desk, say, party)),
                    at=stamps.full(party.starts_at),
                    relative=stamps.relative(party.starts_at),
                    channel=f"<#{party.channel_id}>",
                    going=len(found.who(Answer.GOING)),
                    maybe=len(found.who(Answer.MAYBE)),
                )
                + (f"\n  {' · '.join(words)}" if words else "")
            )
        if len(planned) > _LISTED:
            reply.add("-# " + say("parties.more", count=len(planned) - _LISTED))
        await ask.answer(reply)

    async def _press_list(self, interaction: discord.Interaction, _mark: str) -> None:
        await self._list(await self._desk.ask(interaction, private=True))

    async def _press_ask_cancel(self, interaction: discord.Interaction, party_id: int) -> None:
        ask = await self._desk.ask(interaction, private=True)
        found = await self._parties.get(party_id)
        if found.party.guild_id != interaction.guild_id:
            raise UserError("party.gone")
        if not found.party.may_change(interaction.user.id, _manages_events(interaction)):
            raise UserError("party.not-yours", creator_id=found.party.creator_id)
        await ask.answer(
            Reply([ask.say("party.really-cancel", what=plain(await party_label(self._desk, ask, found.party)))]).row(
                button(ask.say("party.yes-cancel"), "cancel", party_id, style=discord.ButtonStyle.danger)
            )
        )

    async def _press_cancel(self, interaction: discord.Interaction, party_id: int) -> None:
        await self._cancel(await self._desk.ask(interaction, private=True), party_id)

    async def _cancel(self, ask: Ask, party_id: int) -> None:
        interaction = ask.interaction
        cancelled = await self._parties.cancel(
            party_id,
            interaction.guild_id,
            interaction.user.id,
            manages_events=_manages_events(interaction),
        )
        try:
            what = plain(await party_label(self._desk, ask, cancelled.party))
            reply = Reply([ask.say("party.cancelled-now", what=what)])
            await ask.answer(reply.add("-# " + ask.say("series.night-cancelled") if cancelled.party.series_id else ""))
        finally:
            await self._cards.redraw_night(cancelled)

    # -------------------------------------------------------------- answering

    async def _press_answer(self, interaction: discord.Interaction, party_id: int, answer: Answer, mark: str) -> None:
        found = await self._parties.answer(party_id, interaction.guild_id, interaction.user.id, answer)
        party = found.party
        show = self._desk.shows.get(party.show_id)
        if show is None:
            raise UserError("show.gone")
        say = Speaker(self._desk.words, party.locale)
        ask = await self._desk.ask(interaction, show, private=False)
        episodes = tuple(episode_of(show, number) for number in party.episodes)
        card = announcement(say, show, episodes, found, mark, ask.asker.ceiling)
        await replies.replace(interaction, card)
        private = await self._desk.ask(interaction, show, private=True)
        if interaction.user.id in found.waiting:
            place = found.waiting.index(interaction.user.id) + 1
            await private.answer(Reply(["⏳ " + private.say("party.you-wait", places=party.capacity, place=place)]))
        elif answer in ATTENDING:
            await self._readiness.offer(private, found)


@dataclass(frozen=True, slots=True)
class Plan:
    """A party as far as it is known before its time is; ``leads`` in minutes."""

    episodes: tuple[Episode, ...]
    channel_id: int
    leads: tuple[int, ...]
    text: PartyText
    capacity: int | None = None
    role_id: int | None = None
    event: EventWish | None = None


def _quoted(text: PartyText) -> list[str]:
    """What somebody wrote, as lines of a question that only they read, from which `_unquoted` takes it again."""
    title = [] if text.title is None else [f"> **{plain(text.title)}**"]
    return title if text.note is None else [*title, f"> {plain(text.note)}"]


def _unquoted(message: discord.Message | None, after: int) -> PartyText:
    """What stands quoted in a question of ours. `plain` leaves no mark of its own, so an open ``**`` is the title's."""
    quoted: list[str] = []
    pending: list[discord.Component] = [] if message is None else list(message.components)
    while pending:
        part = pending.pop(0)
        pending.extend(getattr(part, "children", ()))
        if isinstance(part, discord.TextDisplay):
            quoted += [line[2:] for line in part.content.splitlines() if line.startswith("> ")]
    title: str | None = None
    note: str | None = None
    for line in quoted:
        if line.startswith("**"):
            title = unescaped(line[2:-2])
        elif not line.startswith("-#"):
            note = unescaped(line)
    return written(title, note, after)


def _rewritten(party: Party, title: str | None, note: str | None, ceiling: int) -> PartyText | None:
    """What stands on a party once its title or note is replaced ("-": removed); None where neither is.

    What stays was written for one place and what is new for another, so both wait for the one that is open further.
    """
    if title is None and note is None:
        return None
    new = written(_unless_removed(title), _unless_removed(note), ceiling)
    kept_title = party.title if title is None else new.title
    kept_note = party.note if note is None else new.note
    stays = (title is None and party.title is not None) or (note is None and party.note is not None)
    return PartyText(kept_title, kept_note, max(ceiling, party.text_after) if stays else ceiling)


def _unless_removed(typed: str | None) -> str | None:
    return None if typed is None or typed.strip() in _REMOVED else typed


def _manages_events(interaction: discord.Interaction) -> bool:
    return interaction.permissions.manage_events
