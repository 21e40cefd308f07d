"""What is said of a party in options: where, for which role, how many may come, which episodes. All of it is checked
against what there is and what the asker and the bot may do."""

from __future__ import annotations

import discord

from bot.app.shows import chosen_episode, episode_of
from bot.core.errors import UserError
from bot.core.party import MOST_EPISODES, MOST_PLACES, Attendance
from bot.core.show import Episode, Show
from bot.discord_ui.desk import Ask, bot_is_here

PlaceOption = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
Place = discord.abc.GuildChannel | discord.Thread


def announced_in(ask: Ask, channel_id: int | None) -> Place:
    """The channel to announce in (None: this one). Raises UserError where the asker or the bot may not write there."""
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
    return place


def may_see(ask: Ask, channel_id: int) -> bool:
    """Whether the asker may see a channel. One that isn't known, as it is deleted or archived, hides nothing."""
    guild, member = ask.interaction.guild, ask.interaction.user
    place = None if guild is None else guild.get_channel_or_thread(channel_id)
    if place is None or not isinstance(member, discord.Member):
        return True
    theirs = place.permissions_for(member)
    if not theirs.view_channel:
        return False
    # Who has been invited to a private thread isn't known, but whoever asks in it has.
    private = isinstance(place, discord.Thread) and place.is_private()
    return not private or theirs.manage_threads or place.id == ask.interaction.channel_id


def knows_of(ask: Ask, found: Attendance) -> bool:
    """Whether the asker may know of a party: as its host, as somebody who has answered, or from its channel."""
    user_id, party = ask.asker.user_id, found.party
    return user_id == party.creator_id or user_id in found.answers or may_see(ask, party.channel_id)


def check_role(ask: Ask, place: Place, role_id: int | None) -> None:
    """Raises UserError for a role that the asker or the bot may not mention there, and for everyone's."""
    guild, member = ask.interaction.guild, ask.interaction.user
    if role_id is None or guild is None or not isinstance(member, discord.Member):
        return
    role = guild.get_role(role_id)
    if role is None:
        raise UserError("party.role-gone")
    if role.is_default():
        raise UserError("party.role-everyone")
    if role.mentionable:
        return
    if not place.permissions_for(member).mention_everyone:
        raise UserError("party.you-cannot-mention", role_id=role.id)
    if not place.permissions_for(guild.me).mention_everyone:
        raise UserError("party.cannot-mention", role_id=role.id)


def run_of(show: Show, first: int, last: int | None) -> tuple[Episode, ...]:
    """The episodes from one to another (None: that one alone).

    Raises UserError: "episode.unknown", "party.last-before-first".
    """
    ends = episode_of(show, first), episode_of(show, first if last is None else last)
    if ends[1].number < first:
        raise UserError("party.last-before-first", first=ends[0], last=ends[1])
    return tuple(episode for episode in show.episodes if first <= episode.number <= ends[1].number)


def chosen_night(show: Show, first: int, last: int | None) -> tuple[Episode, ...]:
    """The same for numbers that somebody typed or chose from a list."""
    ends = chosen_episode(show, first), chosen_episode(show, first if last is None else last)
    return one_night(show, ends[0].number, ends[1].number)


def one_night(show: Show, first: int, last: int | None) -> tuple[Episode, ...]:
    """The episodes of one night. Raises UserError as `run_of`, and "party.too-many-episodes"."""
    episodes = run_of(show, first, last)
    if len(episodes) > MOST_EPISODES:
        raise UserError("party.too-many-episodes", most=MOST_EPISODES)
    return episodes


def places(capacity: int | None) -> int | None:
    """How many may come (None: everybody). Raises UserError("party.capacity")."""
    if capacity is not None and not 1 <= capacity <= MOST_PLACES:
        raise UserError("party.capacity", most=MOST_PLACES)
    return capacity


def _may_write(place: object, permissions: discord.Permissions) -> bool:
    if isinstance(place, discord.Thread):
        return permissions.send_messages_in_threads
    return permissions.send_messages
