"""`/announce`: where, how and to whom a server has episodes announced, and what stands in the way."""

from __future__ import annotations

from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.announcements import Announcements, Programme
from bot.app.outbox import Gone, TryLater
from bot.core.announcement import AnnouncementSetup, Form
from bot.core.errors import UserError
from bot.core.reminder import nonce
from bot.core.text import plain
from bot.core.when import read_lead
from bot.discord_ui import grants, stamps
from bot.discord_ui import reply as replies
from bot.discord_ui.announcement_words import trouble_words
from bot.discord_ui.desk import Ask, Desk, bot_is_here
from bot.discord_ui.options import Choices, episode_names
from bot.discord_ui.patience import put_off
from bot.discord_ui.press import Presses, mark
from bot.discord_ui.reminder_words import lead_words
from bot.discord_ui.reply import Reply
from bot.l10n.speaker import Speaker

_ChannelOption = discord.TextChannel | discord.ForumChannel
#: The longest time before an episode at which it is announced.
_LONGEST_LEAD = timedelta(days=7)
#: What nobody gets by pressing a button.
_TOO_MUCH = discord.Permissions(
    administrator=True,
    ban_members=True,
    kick_members=True,
    manage_channels=True,
    manage_events=True,
    manage_expressions=True,
    manage_guild=True,
    manage_messages=True,
    manage_nicknames=True,
    manage_roles=True,
    manage_threads=True,
    manage_webhooks=True,
    mention_everyone=True,
    moderate_members=True,
    mute_members=True,
    deafen_members=True,
    move_members=True,
    view_audit_log=True,
)
_PERMISSIONS = {
    "view_channel": "permission.view-channel",
    "send_messages": "permission.send-messages",
    "create_public_threads": "permission.create-public-threads",
    "send_messages_in_threads": "permission.send-messages-in-threads",
    "read_message_history": "permission.read-message-history",
}


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class Announce(commands.GroupCog, group_name="announce", group_description="Announce new episodes in this server"):
    """Announcements of a server."""

    def __init__(self, desk: Desk, choices: Choices, presses: Presses, announcements: Announcements) -> None:
        self._desk = desk
        self._announcements = announcements
        super().__init__()
        for command in (self.setup, self.show, self.test, self.stop):
            command.autocomplete("show")(choices.shows)
        presses.on("ping-me", self._press_ping_me, str, mark)

    @app_commands.command(name="setup", description="Announce every new episode in a channel (Manage Server)")
    @app_commands.describe(
        channel="A channel, or a forum, which gets a post for each episode; here if left out",
        role="A role that is mentioned, and that members give themselves with a button",
        lead="How long before an episode, such as 30 min; when it begins if left out",
        thread="Whether each announcement in a channel gets a thread; yes if left out",
        recap="Whether the recap comes into the thread once it has aired, behind bars; yes if left out",
        show="Which show",
    )
    async def setup(
        self,
        interaction: discord.Interaction,
        channel: _ChannelOption | None = None,
        role: discord.Role | None = None,
        lead: str | None = None,
        thread: bool = True,
        recap: bool = True,
        show: str | None = None,
    ) -> None:
        """Have a show announced."""
        ask, guild = await self._ask_manager(interaction, show)
        minutes = 0 if lead is None else read_lead(lead)
        if minutes > _LONGEST_LEAD.total_seconds() / 60:
            raise UserError("announce.lead-too-long", days=_LONGEST_LEAD.days)
        place = guild.get_channel((ask.place.parent_id or ask.place.channel_id) if channel is None else channel.id)
        if not isinstance(place, discord.TextChannel | discord.ForumChannel):
            raise UserError("party.no-channel")
        if role is not None:
            _check_role(role)
        form = Form.FORUM if isinstance(place, discord.ForumChannel) else Form.THREAD if thread else Form.MESSAGE
        setup = AnnouncementSetup(
            guild_id=guild.id,
            show_id=ask.show.id,
            channel_id=place.id,
            role_id=None if role is None else role.id,
            lead_minutes=minutes,
            form=form,
            recap=recap,
            locale=guild.preferred_locale.value,
            creator_id=ask.asker.user_id,
            created_at=ask.now,
            notice=None,
        )
        made = await self._announcements.set_up(setup, ask.show)
        await ask.answer(_shown(ask, guild, made).add("-# " + ask.say("announce.try")))

    @app_commands.command(
        name="show", description="What is announced in this server, what comes next, and what is wrong"
    )
    @app_commands.describe(show="Which show; all if left out")
    async def show(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """What is announced here."""
        ask, guild = await self._ask_manager(interaction, show)
        if show is not None and show.strip():
            found: tuple[Programme, ...] = (await self._announcements.of(guild.id, ask.show),)
        else:
            found = await self._announcements.all_of(guild.id)
        if not found:
            raise UserError("announce.none", show=ask.show)
        reply = Reply()
        for one in found:
            reply.add(*_shown(ask, guild, one).blocks)
        await ask.answer(reply)

    @app_commands.command(
        name="test", description="Post what an announcement looks like; it pings nobody (Manage Server)"
    )
    @app_commands.describe(show="Which show")
    async def test(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """Post a test."""
        ask, guild = await self._ask_manager(interaction, show)
        found = await self._announcements.of(guild.id, ask.show)
        await put_off(interaction)
        sent = await self._announcements.test(found.setup, ask.show, nonce(interaction.id, 0))
        match sent:
            case Gone(reason):
                lines = [trouble_words(ask.say, reason), *_problems(ask.say, guild, found.setup)]
            case TryLater():
                lines = [ask.say("announce.later")]
            case _:
                place = f"https://discord.com/channels/{guild.id}/{sent.channel_id}/{sent.message_id}"
                lines = [ask.say("announce.tested", link=place)]
        await replies.send(interaction, Reply(lines), private=True)

    @app_commands.command(name="stop", description="Announce a show no longer (Manage Server)")
    @app_commands.describe(show="Which show")
    async def stop(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """Announce a show no longer."""
        ask, guild = await self._ask_manager(interaction, show)
        await self._announcements.stop(guild.id, ask.show)
        await ask.answer(Reply([ask.say("announce.stopped", show=plain(ask.say.text(ask.show.title)))]))

    async def _press_ping_me(self, interaction: discord.Interaction, key: str, _mark: str) -> None:
        """Give whoever presses the role of the announcements, or take it back."""
        ask = await self._desk.ask(interaction, self._desk.shows.by_key(key), private=True)
        guild, member = interaction.guild, interaction.user
        if guild is None or not isinstance(member, discord.Member) or not bot_is_here(interaction):
            raise UserError("announce.server-only")
        setup = (await self._announcements.of(guild.id, ask.show)).setup
        role = None if setup.role_id is None else guild.get_role(setup.role_id)
        if role is None:
            raise UserError("announce.no-role")
        _check_role(role)
        if not (guild.me.guild_permissions.manage_roles and guild.me.top_role > role):
            raise UserError("announce.cannot-give")
        has = any(one.id == role.id for one in member.roles)
        try:
            if has:
                await member.remove_roles(role, reason="/announce")
            else:
                await member.add_roles(role, reason="/announce")
        except discord.Forbidden as error:
            raise UserError("announce.cannot-give") from error
        await ask.answer(Reply([ask.say("announce.unpinged" if has else "announce.pinged", role=role.mention)]))

    async def _ask_manager(self, interaction: discord.Interaction, show: str | None) -> tuple[Ask, discord.Guild]:
        guild = interaction.guild
        if guild is None:
            raise UserError("announce.server-only")
        if not bot_is_here(interaction):
            raise UserError("party.bot-not-here")
        if not interaction.permissions.manage_guild:
            raise UserError("announce.not-allowed")
        return await self._desk.ask(interaction, show, private=True), guild


def _check_role(role: discord.Role) -> None:
    """Raises UserError for a role that nobody may get by pressing a button."""
    if role.is_default():
        raise UserError("party.role-everyone")
    if role.managed:
        raise UserError("announce.role-managed")
    if role.permissions.value & _TOO_MUCH.value:
        raise UserError("announce.role-too-much", role_id=role.id)


def _shown(ask: Ask, guild: discord.Guild, found: Programme) -> Reply:
    """How a show is announced, what comes next, and what stands in the way."""
    say, setup = ask.say, found.setup
    title = plain(say.text(found.show.title))
    reply = Reply().add("## 📺 " + title)
    key = {
        Form.MESSAGE: "announce.in-channel",
        Form.THREAD: "announce.with-threads",
        Form.FORUM: "announce.in-forum",
    }[setup.form]
    when = say("announce.when-begins") if not setup.lead_minutes else lead_words(say, setup.lead_minutes)
    reply.add(say(key, channel=f"<#{setup.channel_id}>", when=when))
    if setup.role_id is not None:
        reply.add(say("announce.role", role=f"<@&{setup.role_id}>"))
    one = found.next
    if one is None or one.airs_at is None:
        reply.add(say("announce.nothing-next"))
    else:
        episodes = [episode for number in one.episodes if (episode := found.show.episode(number)) is not None]
        at = one.airs_at - timedelta(minutes=setup.lead_minutes)
        name = episode_names(say, found.show, episodes)
        reply.add(say("announce.next", episode=name, at=stamps.full(max(at, ask.now)), relative=stamps.relative(at)))
    problems = _problems(say, guild, setup)
    if setup.notice is not None and not problems:
        problems = [trouble_words(say, setup.notice)]
    if problems:
        reply.add("⚠️ " + say("announce.problems"), *("- " + problem for problem in problems))
    else:
        reply.add("✅ " + say("announce.all-well"))
    return reply


def _problems(say: Speaker, guild: discord.Guild, setup: AnnouncementSetup) -> list[str]:
    """What the bot needs and hasn't got, each with where that is changed."""
    place = guild.get_channel(setup.channel_id)
    if not isinstance(place, discord.TextChannel | discord.ForumChannel):
        return [say("announce.trouble-gone")]
    ours = place.permissions_for(guild.me)
    missing = [say(_PERMISSIONS[name]) for name in grants.missing(grants.for_announcements(setup.form), ours)]
    found: list[str] = []
    if missing:
        found.append(say("announce.missing", permissions=say.listing(missing), channel=place.mention))
    if isinstance(place, discord.ForumChannel) and place.flags.require_tag:
        tags = [tag for tag in place.available_tags if not tag.moderated or ours.manage_threads]
        if not tags:
            found.append(say("announce.trouble-tag"))
    return [*found, *_role_problems(say, guild, setup, ours)]


def _role_problems(
    say: Speaker, guild: discord.Guild, setup: AnnouncementSetup, ours: discord.Permissions
) -> list[str]:
    if setup.role_id is None:
        return []
    role = guild.get_role(setup.role_id)
    if role is None:
        return [say("announce.no-role")]
    words: dict[grants.RoleTrouble, str] = {
        "cannot-mention": say("announce.cannot-mention", role=role.mention),
        "cannot-give": say("announce.cannot-give-roles"),
        "role-above": say("announce.role-above", role=role.mention),
    }
    return [words[trouble] for trouble in grants.role_troubles(role, guild.me, ours)]
