"""`/watch-party`: planning to watch together, answering, cancelling."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import aiohttp
import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.app.ceilings import Ceilings
from bot.app.parties import Edit
from bot.app.parties import Parties as PartyDesk
from bot.app.shows import episode_of, show_key
from bot.core.airing import airs_at
from bot.core.errors import UserError
from bot.core.party import ATTENDING, Answer, Attendance, Party, PartyText, written
from bot.core.progress import ranges
from bot.core.show import Episode
from bot.core.text import cut, plain, unescaped
from bot.core.when import HORIZON, Unclear, Understood, is_air_time, read_lead
from bot.discord_ui import reply as replies
from bot.discord_ui import stamps
from bot.discord_ui.desk import Ask, Desk, bot_is_here
from bot.discord_ui.failures import Failures
from bot.discord_ui.options import Choices, episode_name, episode_names
from bot.discord_ui.places import ceiling_of
from bot.discord_ui.posts import announcement, text_lines
from bot.discord_ui.press import Presses, button
from bot.discord_ui.reply import Reply
from bot.discord_ui.typed_times import ask_back, instant, picked, read_typed
from bot.l10n.speaker import Speaker

log = logging.getLogger(__name__)

_LISTED = 10
#: As much of a note as a list has room for.
_NOTE_LISTED = 100
#: What removes a title or a note.
_REMOVED = frozenset({"-", "–", "—"})

PlaceOption = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class Parties(commands.GroupCog, group_name="watch-party", group_description="Watch an episode together"):
    """Watch parties of a server."""

    def __init__(
        self,
        desk: Desk,
        choices: Choices,
        presses: Presses,
        parties: PartyDesk,
        ceilings: Ceilings,
        failures: Failures,
        default_lead: int,
    ) -> None:
        self._desk = desk
        self._parties = parties
        self._ceilings = ceilings
        self._failures = failures
        self._default_lead = default_lead
        super().__init__()
        self.create.autocomplete("episode")(choices.all_episodes)
        self.create.autocomplete("show")(choices.shows)
        self.edit.autocomplete("episode")(choices.all_episodes)
        presses.on("rsvp", self._press_answer, int, Answer, str)
        presses.on("cancel?", self._press_ask_cancel, int)
        presses.on("cancel", self._press_cancel, int)
        presses.on("pick", self._press_pick, str, int, int, instant, int, int)
        presses.on("parties", self._press_list, str)
        presses.on("repick", self._press_repick, int, instant)

    @app_commands.command(name="create", description="Plan a watch party and announce it")
    @app_commands.describe(
        episode="Which episode",
        when="When, in your time zone, such as fri 21:00; or: air time",
        channel="Where to announce it; here if left out",
        lead="How long before the start guests are mentioned, such as 30 min",
        title="A title, of at most 80 characters",
        note="A word to the guests, of at most 300 characters",
        show="Which show",
    )
    async def create(
        self,
        interaction: discord.Interaction,
        episode: int,
        when: str | None = None,
        channel: PlaceOption | None = None,
        lead: str | None = None,
        title: str | None = None,
        note: str | None = None,
        show: str | None = None,
    ) -> None:
        """Plan a party; asks for the time in a form where it was left out."""
        ask = await self._desk.ask(interaction, show, private=True)
        meant = episode_of(ask.show, episode)
        minutes = self._default_lead if lead is None else read_lead(lead)
        place = self._place(ask, None if channel is None else channel.id)
        plan = Plan(meant, place, minutes, written(title, note, ask.asker.ceiling))
        if when is None:
            await interaction.response.send_modal(WhenModal(ask, self, plan))
        else:
            await self.plan(ask, plan, when)

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
            await ask.answer(Reply(["## " + ask.say("parties.title"), ask.say("parties.none")]))
            return
        party = found.party
        coming = found.answers.get(ask.asker.user_id) in ATTENDING
        key = "party.next-yours" if coming else "party.next-here"
        what, at = plain(self._watched(ask.say, party)), stamps.full(party.starts_at)
        reply = Reply().add(
            "🎬 " + ask.say(key, what=what, at=at, relative=stamps.relative(party.starts_at)),
            *text_lines(await self._text(ask, party)),
        )
        place = f"<#{party.channel_id}>"
        if party.message_id is not None:
            place = f"https://discord.com/channels/{party.guild_id}/{party.channel_id}/{party.message_id}"
        await ask.answer(reply.add(ask.say("party.announced-in", place=place)))

    @app_commands.command(name="edit", description="Change a watch party, or hand it over; its guests are told")
    @app_commands.describe(
        party="Which party",
        when="Its new time, in your time zone, such as fri 21:00; or: air time",
        episode="Another episode",
        channel="Announce it anew in this channel",
        lead="How long before the start guests are mentioned, such as 30 min",
        title="Another title; - for none",
        note="Another note; - for none",
        host="Hand it over to somebody",
    )
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
    ) -> None:
        """Change a party."""
        found = await self._parties.get(party)
        show = self._desk.shows.get(found.party.show_id)
        if show is None or found.party.guild_id != interaction.guild_id:
            raise UserError("party.gone")
        ask = await self._desk.ask(interaction, show, private=True)
        if all(option is None for option in (when, episode, channel, lead, title, note, host)):
            raise UserError("party.nothing-to-change")
        if host is not None and host.bot:
            raise UserError("party.host-bot")
        meant = episode_of(show, found.party.episode if episode is None else episode)
        asked = None if when is None else read_typed(ask, when, airs_at(meant))
        edit = Edit(
            when=asked if isinstance(asked, Understood) else None,
            follows_air_time=when is not None and is_air_time(when),
            episode=None if episode is None else meant,
            channel_id=None if channel is None else self._place(ask, channel.id),
            lead_minutes=None if lead is None else read_lead(lead),
            text=_rewritten(found.party, title, note, ask.asker.ceiling),
            host_id=None if host is None else host.id,
        )
        changed = await self._edit(ask, party, edit)
        reply = self._changed(ask, changed)
        if isinstance(asked, Unclear):
            # What else was asked for is done; only the time is still open.
            question = ask_back(ask, asked, lambda at: ("repick", (party, at)))
            reply = question if edit == Edit() else question.add(*reply.blocks)
        await ask.answer(reply)
        await self._follow(ask, found.party, changed)

    async def _press_repick(self, interaction: discord.Interaction, party_id: int, at: datetime) -> None:
        ask = await self._desk.ask(interaction, private=True)
        if at > ask.now + HORIZON:
            raise UserError("button.stale")
        before = await self._parties.get(party_id)
        changed = await self._edit(ask, party_id, Edit(when=picked(ask, at)))
        # In place of the question, so that it isn't answered a second time.
        await replies.replace(interaction, self._changed(ask, changed))
        await self._follow(ask, before.party, changed)

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
                what=plain(self._watched(ask.say, party)),
                at=stamps.full(party.starts_at),
                relative=stamps.relative(party.starts_at),
                channel=f"<#{party.channel_id}>",
                host=f"<@{party.creator_id}>",
            )
        )
        return reply.add("-# " + ask.say("party.will-be-told") if party.moved_from is not None else "")

    async def _follow(self, ask: Ask, before: Party, changed: Attendance) -> None:
        """Let the announcement show what a party has become, and an old one where the new one is."""
        if before.channel_id != changed.party.channel_id:
            await self._refresh(ask, replace(changed, party=before), gone_to=changed.party.channel_id)
        else:
            await self._refresh(ask, changed)

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
        labels = [await self._label(ask, party) for party in mine]
        wanted = str(typed).strip().casefold()
        return [
            app_commands.Choice(name=cut(label, 100), value=party.id)
            for party, label in zip(mine, labels, strict=True)
            if wanted in label.casefold()
        ][:25]

    # -------------------------------------------------------------- planning

    def _place(self, ask: Ask, channel_id: int | None) -> int:
        """The channel to announce in. Raises UserError where the asker or the bot may not write there."""
        interaction = ask.interaction
        if not bot_is_here(interaction) or interaction.guild is None:
            raise UserError("party.bot-not-here")
        wanted = interaction.channel_id if channel_id is None else channel_id
        place = interaction.guild.get_channel_or_thread(wanted or 0)
        member = interaction.user
        if place is None or not isinstance(member, discord.Member):
            raise UserError("party.no-channel")
        theirs = place.permissions_for(member)
        if not (theirs.view_channel and _may_write(place, theirs)):
            raise UserError("party.you-cannot-write", channel_id=place.id)
        ours = place.permissions_for(interaction.guild.me)
        if not (ours.view_channel and _may_write(place, ours)):
            raise UserError("party.cannot-write", channel_id=place.id)
        return place.id

    async def plan(self, ask: Ask, plan: Plan, typed: str) -> None:
        """Plan a party for a typed time, or ask back where that is unclear."""
        found = read_typed(ask, typed, airs_at(plan.episode))
        if isinstance(found, Understood):
            await ask.answer(await self._create(ask, plan, found, follows_air_time=is_air_time(typed)))
            return
        place = (show_key(ask.show), plan.episode.number, plan.channel_id)
        asked = ask_back(ask, found, lambda at: ("pick", (*place, at, plan.lead, plan.text.after)))
        # A button has no room for what its presser wrote, so that waits for the press in the question.
        await ask.answer(asked.add(*_quoted(plan.text)))

    async def ask_again(self, interaction: discord.Interaction, show_id: str) -> Ask:
        """The request behind a modal that was sent in."""
        return await self._desk.ask(interaction, show_id, private=True)

    async def tell_failure(self, interaction: discord.Interaction, error: Exception) -> None:
        """Answer a modal that failed."""
        await self._failures.tell(interaction, error)

    async def _create(self, ask: Ask, plan: Plan, when: Understood, *, follows_air_time: bool = False) -> Reply:
        guild = ask.interaction.guild
        assert guild is not None
        party = await self._parties.create(
            guild_id=guild.id,
            channel_id=plan.channel_id,
            creator_id=ask.asker.user_id,
            show=ask.show,
            episode=plan.episode,
            when=when,
            lead_minutes=plan.lead,
            locale=guild.preferred_locale.value,
            text=plan.text,
            follows_air_time=follows_air_time,
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
                    episode=episode_name(say, ask.show, plan.episode),
                    at=stamps.full(party.starts_at),
                    relative=stamps.relative(party.starts_at),
                    channel=f"<#{plan.channel_id}>",
                ),
                *text_lines(party.text_at(ask.asker.progress)),
                "-# " + say("party.text-shown", number=text.after) if limited else "",
            )
            .row(button(say("party.cancel"), "cancel?", party.id, style=discord.ButtonStyle.danger))
        )

    async def _press_pick(
        self, interaction: discord.Interaction, key: str, number: int, channel: int, at: datetime, lead: int, after: int
    ) -> None:
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        if at <= ask.now:
            raise UserError("when.past", at=at)
        if at > ask.now + HORIZON or not 0 <= lead <= 10_080 or not 0 <= after <= len(ask.show.episodes):
            raise UserError("button.stale")
        when = picked(ask, at)
        place = self._place(ask, channel)
        plan = Plan(episode_of(ask.show, number), place, lead, _unquoted(interaction.message, after))
        # In place of the question, so that it isn't answered a second time.
        await replies.replace(interaction, await self._create(ask, plan, when))

    # ----------------------------------------------------- listing and cancelling

    async def _label(self, ask: Ask, party: Party) -> str:
        """A party in a line that only the asker reads, not escaped."""
        local = party.starts_at.astimezone(ZoneInfo(ask.asker.zone or party.zone))
        label = f"{self._watched(ask.say, party)} · {ask.say.day(local)}, {ask.say.clock(local)}"
        title = (await self._text(ask, party)).title
        return label if title is None else f"{label} · {title}"

    async def _text(self, ask: Ask, party: Party) -> PartyText:
        """What was written on a party, as far as the asker, who alone reads it, is past it."""
        show = self._desk.shows.get(party.show_id)
        if show is None or not party.text_after:
            return party.text_at(0)
        watched = await self._desk.people.watched(ask.asker.user_id, show)
        return party.text_at(0 if watched is None else watched.up_to)

    def _watched(self, say: Speaker, party: Party) -> str:
        """What is watched, not escaped."""
        found = self._desk.shows.episodes(party.show_id, party.episodes)
        if found is None:
            return f"{party.show_id} {ranges(party.episodes)}"
        show, episodes = found
        return f"{say.text(show.title)} · {episode_names(say, show, episodes)}"

    async def _list(self, ask: Ask) -> None:
        say = ask.say
        planned = await self._parties.upcoming(ask.asker.guild_id or 0)
        reply = Reply().add("## " + say("parties.title"))
        if not planned:
            reply.add(say("parties.none"))
        for found in planned[:_LISTED]:
            party = found.party
            text = await self._text(ask, party)
            words = [
                *([] if text.title is None else [f"**{plain(text.title)}**"]),
                *([] if text.note is None else [plain(cut(text.note, _NOTE_LISTED))]),
            ]
            reply.add(
                "- "
                + say(
                    "parties.line",
                    what=plain(self._watched(say, party)),
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
            Reply([ask.say("party.really-cancel", what=plain(await self._label(ask, found.party)))]).row(
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
            what = plain(await self._label(ask, cancelled.party))
            await ask.answer(Reply([ask.say("party.cancelled-now", what=what)]))
        finally:
            await self._refresh(ask, cancelled)

    async def _refresh(self, ask: Ask, found: Attendance, gone_to: int | None = None) -> None:
        """Show the new state in the announcement, as far as that can still be edited.

        ``gone_to``: it only says in which channel the party is announced now. Never raises for anything Discord or
        the network does.
        """
        party = found.party
        shown = self._desk.shows.episodes(party.show_id, party.episodes)
        if party.message_id is None or shown is None:
            return
        say = Speaker(self._desk.words, party.locale)
        client = ask.interaction.client
        message = client.get_partial_messageable(party.channel_id).get_partial_message(party.message_id)
        try:
            ceiling = await ceiling_of(client, self._ceilings, party, shown[0])
            card = announcement(say, *shown, found, "-", ceiling)
            if gone_to is not None:
                card = Reply().add("🎬 " + say("party.announced-elsewhere", channel=f"<#{gone_to}>"))
            await message.edit(
                view=card.layouts()[0],
                allowed_mentions=replies.NO_MENTIONS,
            )
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            # Its buttons stay, and say at every press that the party is off.
            log.info("The announcement of party %s can't be edited: %s", party.id, error)

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


@dataclass(frozen=True, slots=True)
class Plan:
    """A party as far as it is known before its time is; ``lead`` in minutes."""

    episode: Episode
    channel_id: int
    lead: int
    text: PartyText


class WhenModal(ui.Modal):
    """Asks when a party is to be."""

    def __init__(self, ask: Ask, cog: Parties, plan: Plan) -> None:
        say = ask.say
        super().__init__(title=cut(say("when.modal-title"), 45), timeout=15 * 60)
        self._cog = cog
        self._show = ask.show
        self._plan = plan
        self.typed: ui.TextInput[WhenModal] = ui.TextInput(
            placeholder=cut(say("when.modal-example"), 100), max_length=100
        )
        self.add_item(ui.Label(text=cut(say("when.modal-label"), 45), component=self.typed))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        ask = await self._cog.ask_again(interaction, self._show.id)
        await self._cog.plan(ask, self._plan, self.typed.value)

    async def on_error(self, interaction: discord.Interaction, error: Exception) -> None:
        await self._cog.tell_failure(interaction, error)


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
        else:
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


def _may_write(place: object, permissions: discord.Permissions) -> bool:
    if isinstance(place, discord.Thread):
        return permissions.send_messages_in_threads
    return permissions.send_messages
