"""What exists on the loopback Discord: people, servers, channels and messages, and their JSON.

It holds state only; who may do what, and when, is decided in `rest.py`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.limits import walk

DISCORD_EPOCH_MS = 1_420_070_400_000
EPHEMERAL = 1 << 6
LOADING = 1 << 7
ALL_PERMISSIONS = (1 << 50) - 1
MEMBER_PERMISSIONS = 0x4000_0000_0000 | 0x8000_0000 | 0x10000 | 0x4000 | 0x8000 | 0x800 | 0x400
TEXT, DIRECT = 0, 1

_USER_MENTION = re.compile(r"<@!?(\d+)>")
_ROLE_MENTION = re.compile(r"<@&(\d+)>")


class Snowflakes:
    """Hands out rising ids that carry the present time, as Discord's do; `clock` gives seconds since 1970."""

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock or (lambda: time.time_ns() / 1e9)
        self._last = 0

    def next(self) -> int:
        milliseconds = int(self._clock() * 1000) - DISCORD_EPOCH_MS
        self._last = max(self._last + 1, milliseconds << 22)
        return self._last


def snowflake_at(snowflake: int) -> datetime:
    """The instant that an id carries."""
    return datetime.fromtimestamp(((snowflake >> 22) + DISCORD_EPOCH_MS) / 1000, UTC)


@dataclass(eq=False)
class User:
    """A person or the bot; `dms_open` False makes every message to them answer 403 with code 50007."""

    id: int
    name: str
    locale: str = "en-US"
    bot: bool = False
    dms_open: bool = True

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    def payload(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "username": self.name,
            "global_name": None if self.bot else self.name.title(),
            "discriminator": "0",
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
        }


@dataclass(eq=False)
class Role:
    """A role of a server."""

    id: int
    name: str
    permissions: int = 0
    mentionable: bool = False
    position: int = 0

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"

    def payload(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "name": self.name,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "position": self.position,
            "permissions": str(self.permissions),
            "managed": False,
            "mentionable": self.mentionable,
            "flags": 0,
        }


@dataclass(eq=False)
class Member:
    """A person in a server, with what they may do there in every channel."""

    user: User
    permissions: int = MEMBER_PERMISSIONS
    roles: list[Role] = field(default_factory=list)

    def payload(self, *, with_permissions: bool = False) -> dict[str, Any]:
        made: dict[str, Any] = {
            "user": self.user.payload(),
            "nick": None,
            "avatar": None,
            "roles": [str(role.id) for role in self.roles],
            "joined_at": snowflake_at(self.user.id).isoformat(),
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
        }
        if with_permissions:
            made["permissions"] = str(self.permissions)
        return made


@dataclass(eq=False)
class Guild:
    """A server; `installed` False means that the bot is there at most as somebody's own app."""

    id: int
    name: str
    owner: User
    locale: str = "en-US"
    installed: bool = True
    channels: dict[int, Channel] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    roles: dict[int, Role] = field(default_factory=dict)

    @property
    def everyone(self) -> Role:
        """What all members may do."""
        return Role(self.id, "@everyone", MEMBER_PERMISSIONS)

    def summary(self, bot: User) -> dict[str, Any]:
        """As the list of one's own servers has it; the permissions are those that roles give."""
        permissions = self.everyone.permissions
        for role in self.members[bot.id].roles:
            permissions |= role.permissions
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "banner": None,
            "owner": self.owner is bot,
            "permissions": str(permissions),
            "features": [],
        }

    def payload(self, bot: User) -> dict[str, Any]:
        """As GUILD_CREATE sends it without the members intent: of the members only the bot itself."""
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "owner_id": str(self.owner.id),
            "preferred_locale": self.locale,
            "roles": [role.payload() for role in (self.everyone, *self.roles.values())],
            "channels": [channel.payload() for channel in self.channels.values()],
            "members": [self.members[bot.id].payload()] if bot.id in self.members else [],
            "member_count": len(self.members),
            "large": False,
            "unavailable": False,
            "joined_at": snowflake_at(self.id).isoformat(),
            "verification_level": 0,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "features": [],
            "emojis": [],
            "stickers": [],
            "threads": [],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
            "afk_timeout": 300,
            "system_channel_flags": 0,
        }


@dataclass(eq=False)
class Channel:
    """A text channel or, where `guild` is None, the direct messages with `recipient`.

    `visible` False answers 403/50001 to the bot, `writable` False 403/50013 to a message, `deleted`
    404/10003. `overwrites` are told as they are and change nothing by themselves.
    """

    id: int
    name: str
    guild: Guild | None = None
    recipient: User | None = None
    visible: bool = True
    writable: bool = True
    deleted: bool = False
    messages: dict[int, Message] = field(default_factory=dict)
    overwrites: list[dict[str, Any]] = field(default_factory=list)

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    def payload(self) -> dict[str, Any]:
        last = str(next(reversed(self.messages))) if self.messages else None
        made: dict[str, Any] = {"id": str(self.id), "last_message_id": last, "flags": 0}
        if self.guild is None:
            assert self.recipient is not None
            return made | {"type": DIRECT, "recipients": [self.recipient.payload()]}
        return made | {
            "type": TEXT,
            "guild_id": str(self.guild.id),
            "name": self.name,
            "position": 0,
            "permission_overwrites": self.overwrites,
            "parent_id": None,
            "topic": None,
            "nsfw": False,
            "rate_limit_per_user": 0,
        }


@dataclass(eq=False)
class Message:
    """A message that the server accepted, with what it pinged when it came.

    `body` is what the bot sent, later edits merged in; `edits` are the bodies of the edits alone.
    `accepted_at` is in seconds of the server's timer. `files` are the bytes by file name.
    """

    id: int
    channel: Channel
    author: User
    body: dict[str, Any]
    accepted_at: float
    files: dict[str, bytes] = field(default_factory=dict)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    edits: list[dict[str, Any]] = field(default_factory=list)
    webhook_token: str | None = None
    deleted: bool = False
    pinged_users: frozenset[int] = frozenset()
    pinged_roles: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        allowed = self.body.get("allowed_mentions") or {}
        text = self.text
        if not self.ephemeral:
            self.pinged_users = _both(_USER_MENTION.findall(text), allowed.get("users") or ())
            self.pinged_roles = _both(_ROLE_MENTION.findall(text), allowed.get("roles") or ())

    @property
    def flags(self) -> int:
        return self.body.get("flags") or 0

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def nonce(self) -> str | None:
        nonce = self.body.get("nonce")
        return None if nonce is None else str(nonce)

    @property
    def components(self) -> list[dict[str, Any]]:
        """Every component, parents before children."""
        return [component for _, component in walk(self.body.get("components") or [])]

    @property
    def text(self) -> str:
        """All that a reader can read: content, texts of the layout, then embeds; one paragraph a line."""
        parts = [self.body.get("content")]
        parts += [component.get("content") for component in self.components if component.get("type") == 10]
        for embed in self.body.get("embeds") or []:
            parts += [embed.get("title"), embed.get("description")]
            parts += [f"{each['name']}\n{each['value']}" for each in embed.get("fields") or []]
        return "\n".join(part for part in parts if part)

    @property
    def custom_ids(self) -> list[str]:
        """Of the components that can be used now, in the order shown."""
        return [c["custom_id"] for c in self.components if c.get("custom_id") and not c.get("disabled")]

    def custom_id_of(self, label: str) -> str:
        """The custom_id of the button so labelled; raises LookupError where there is none."""
        for component in self.components:
            if component.get("label") == label and component.get("custom_id"):
                return component["custom_id"]
        labels = [component["label"] for component in self.components if component.get("label")]
        raise LookupError(f"no button {label!r} among {labels}")

    def edit(self, body: dict[str, Any]) -> None:
        """Merge the body of an edit in; who may see a message never changes."""
        self.edits.append(body)
        seen_by = self.flags & EPHEMERAL
        self.body = self.body | body
        self.body["flags"] = self.flags & ~EPHEMERAL | seen_by
        kept = body.get("attachments")
        if kept is not None:
            ids = {str(each.get("id")) for each in kept}
            self.attachments = [each for each in self.attachments if each["id"] in ids]

    def payload(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "author": self.author.payload(),
            "content": self.body.get("content") or "",
            "timestamp": snowflake_at(self.id).isoformat(),
            "edited_timestamp": datetime.now(UTC).isoformat() if self.edits else None,  # noqa: TID251
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [str(role) for role in self.pinged_roles],
            "attachments": self.attachments,
            "embeds": [{"type": "rich"} | embed for embed in self.body.get("embeds") or []],
            "components": _with_ids(self.body.get("components") or []),
            "pinned": False,
            "type": 0,
            "flags": self.flags,
        }
        if self.nonce is not None:
            made["nonce"] = self.body["nonce"]
        if self.webhook_token is not None:
            made["webhook_id"] = made["application_id"] = str(self.author.id)
        return made


def _both(found: Iterable[str], allowed: Iterable[Any]) -> frozenset[int]:
    return frozenset(map(int, found)) & frozenset(map(int, allowed))


def _with_ids(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Number the components that came without an id, as Discord does in its answers."""

    def numbered(component: dict[str, Any]) -> dict[str, Any]:
        made = dict(component)
        made["id"] = component.get("id") or next(numbers)
        if "components" in made:
            made["components"] = [numbered(child) for child in made["components"]]
        if "accessory" in made:
            made["accessory"] = numbered(made["accessory"])
        for item in made.get("items") or []:
            item["media"] = {"id": str(made["id"]), "proxy_url": item["media"]["url"]} | item["media"]
        return made

    numbers = iter(range(1, 1000))
    return [numbered(component) for component in components]
