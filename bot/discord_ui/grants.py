"""Which permissions the bot needs for what it does by itself, and which of them it hasn't got."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import discord

from bot.core.announcement import Form

_POSTING = ("view_channel", "send_messages", "read_message_history")
_FOR_ANNOUNCEMENTS = {
    Form.MESSAGE: _POSTING,
    Form.THREAD: (*_POSTING, "create_public_threads", "send_messages_in_threads"),
    Form.FORUM: (*_POSTING, "send_messages_in_threads"),
}
_FOR_EVENTS = {
    discord.EntityType.external: ("create_events",),
    discord.EntityType.voice: ("create_events", "view_channel", "connect"),
    discord.EntityType.stage_instance: (
        *("create_events", "view_channel", "connect"),
        *("manage_channels", "mute_members", "move_members"),
    ),
}

RoleTrouble = Literal["cannot-mention", "cannot-give", "role-above"]


def for_announcements(form: Form) -> tuple[str, ...]:
    """discord.py's names of what announcements of a form take in their channel."""
    return _FOR_ANNOUNCEMENTS[form]


def for_posting(*, in_thread: bool) -> tuple[str, ...]:
    """The same of what posting takes, such as that a party is to come."""
    return ("view_channel", "send_messages_in_threads" if in_thread else "send_messages", "read_message_history")


def for_event(kind: discord.EntityType) -> tuple[str, ...]:
    """The same of what an event takes: in its channel, in the server where it is in none."""
    return _FOR_EVENTS[kind]


def missing(needed: Iterable[str], ours: discord.Permissions) -> tuple[str, ...]:
    """Those of the permissions that aren't granted."""
    return tuple(name for name in needed if not getattr(ours, name))


def may_mention(role: discord.Role, ours: discord.Permissions) -> bool:
    """Whether the bot's mention of a role tells anybody of it, with its permissions in that channel."""
    return role.mentionable or ours.mention_everyone


def role_troubles(role: discord.Role, me: discord.Member, ours: discord.Permissions) -> tuple[RoleTrouble, ...]:
    """What keeps the bot, ``me``, from mentioning a role and from giving it to whoever wants to be mentioned."""
    found: list[RoleTrouble] = []
    if not may_mention(role, ours):
        found.append("cannot-mention")
    if not me.guild_permissions.manage_roles:
        found.append("cannot-give")
    elif not me.top_role > role:
        found.append("role-above")
    return tuple(found)
