"""What a member does (command, autocomplete, click, modal) as an interaction, and the bot's answer to it.

Discord's client refuses impossible input before the bot sees it; so does this module, with LookupError or
ValueError.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.loopback.world import ALL_PERMISSIONS, EPHEMERAL, Channel, Member, Message, Role, User

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
PONG, REPLY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9
_SUBCOMMAND, _SUBCOMMAND_GROUP = 1, 2
_STRING, _INTEGER, _BOOLEAN, _USER, _CHANNEL, _ROLE, _MENTIONABLE, _NUMBER = 3, 4, 5, 6, 7, 8, 9, 10
_PLAIN_TYPES: dict[int, tuple[type, ...]] = {
    _STRING: (str,),
    _INTEGER: (int,),
    _BOOLEAN: (bool,),
    _NUMBER: (int, float),
}


@dataclass(eq=False)
class Answer:
    """What the bot made of one interaction; it goes on filling itself while the bot edits and follows up.

    `type` is Discord's number of the first response, None until it came; `data` its body. `message` is the
    message that the response made or, after a click, changed; `followups` are those that came after it.
    Times are seconds of the server's timer.
    """

    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    asked_at: float
    source: Message | None = None
    type: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    answered_at: float | None = None
    message: Message | None = None
    followups: list[Message] = field(default_factory=list)

    @property
    def deferred(self) -> bool:
        """Whether the person still sees "thinking…"."""
        return self.type == DEFER and self.message is None

    @property
    def ephemeral(self) -> bool:
        """Whether only the asker sees the reply."""
        if self.message is not None:
            return self.message.ephemeral
        return bool((self.data.get("flags") or 0) & EPHEMERAL)

    @property
    def text(self) -> str:
        """All that the reply says, without follow-ups; empty where there is no message."""
        return self.message.text if self.message is not None else ""

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Of an autocomplete, else empty."""
        return self.data.get("choices") or []

    @property
    def modal(self) -> dict[str, Any] | None:
        """The modal that was opened, None for any other response."""
        return self.data if self.type == MODAL else None

    @property
    def messages(self) -> list[Message]:
        """The reply and its follow-ups, those deleted since left out."""
        first = [] if self.message is None else [self.message]
        return [message for message in (*first, *self.followups) if not message.deleted]


def envelope(answer: Answer, application_id: int, installed_for: Mapping[str, str]) -> dict[str, Any]:
    """The part of an interaction that is the same for all kinds; `data` is added by the caller."""
    user, channel = answer.user, answer.channel
    made: dict[str, Any] = {
        "id": str(answer.id),
        "application_id": str(application_id),
        "type": answer.kind,
        "token": answer.token,
        "version": 1,
        "channel_id": str(channel.id),
        "channel": channel.payload(),
        "app_permissions": str(ALL_PERMISSIONS),
        "locale": user.locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": dict(installed_for),
        "context": 0 if channel.guild else 1,
        "attachment_size_limit": 10 << 20,
    }
    if channel.guild is None:
        made["user"] = user.payload()
    else:
        guild = channel.guild
        member = guild.members.get(user.id)
        if member is None:
            raise LookupError(f"{user.name} is not in {guild.name}")
        channel_permissions = {"permissions": str(member.permissions)}
        made |= {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": member.payload(with_permissions=True),
            "channel": channel.payload() | channel_permissions,
        }
    if answer.source is not None:
        made["message"] = answer.source.payload()
    return made


def command_data(
    command: Mapping[str, Any],
    path: list[str],
    given: Mapping[str, Any],
    channel: Channel,
    *,
    focused: str | None = None,
) -> dict[str, Any]:
    """Fill a registered command in as a member would; `path` are the names below the command's own.

    With `focused`, the option being typed, nothing is required and that option's text is taken as it is.
    """
    level: Mapping[str, Any] = command
    nesting = []
    for name in path:
        level = _named(level.get("options") or [], name, f"/{command['name']}")
        nesting.append(level)
    definitions = level.get("options") or []
    if any(option["type"] in (_SUBCOMMAND, _SUBCOMMAND_GROUP) for option in definitions):
        raise LookupError(f"/{command['name']} {' '.join(path)} needs one of {[o['name'] for o in definitions]}")
    resolved: dict[str, dict[str, Any]] = {}
    filled = []
    for name, value in given.items():
        option = _named(definitions, name, f"/{command['name']} {' '.join(path)}".rstrip())
        if name == focused:
            if not option.get("autocomplete"):
                raise LookupError(f"{name} has no autocomplete")
            filled.append({"name": name, "type": option["type"], "value": value, "focused": True})
        else:
            wire = _wire_value(option, value, resolved, channel)
            filled.append({"name": name, "type": option["type"], "value": wire})
    if focused is None:
        for option in definitions:
            if option.get("required") and option["name"] not in given:
                raise ValueError(f"{option['name']} is required")
    for level in reversed(nesting):
        filled = [{"name": level["name"], "type": level["type"], "options": filled}]
    made: dict[str, Any] = {"id": command["id"], "name": command["name"], "type": 1, "options": filled}
    if command.get("guild_id"):
        made["guild_id"] = command["guild_id"]
    if resolved:
        made["resolved"] = resolved
    return made


def component_data(message: Message, custom_id: str, values: list[str] | None, *, forged: bool) -> dict[str, Any]:
    """Press a button or choose in a select; a `forged` click is one that the message doesn't offer."""
    for component in message.components:
        if component.get("custom_id") == custom_id and (forged or not component.get("disabled")):
            kind = component["type"]
            break
    else:
        if not forged:
            raise LookupError(f"nothing to press with custom_id {custom_id!r} among {message.custom_ids}")
        kind = 2 if values is None else 3
    made: dict[str, Any] = {"custom_id": custom_id, "component_type": kind}
    if values is not None:
        made["values"] = values
    return made


def modal_data(modal: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Send a modal off with `values` by custom_id; fields not named stay as they were."""
    left = dict(values)

    def submitted(component: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {"type": component["type"], "id": component.get("id") or 1}
        if "components" in component:
            return made | {"components": [submitted(child) for child in component["components"]]}
        if "component" in component:
            return made | {"component": submitted(component["component"])}
        if "custom_id" not in component:
            return made
        made["custom_id"] = component["custom_id"]
        if component["type"] in (4, 21, 23):
            made["value"] = left.pop(component["custom_id"], component.get("value") or "")
            _check_field(component, made["value"])
        else:
            made["values"] = left.pop(component["custom_id"], [])
        return made

    made = {
        "custom_id": modal["custom_id"],
        "components": [submitted(component) for component in modal["components"]],
        "resolved": {},
    }
    if left:
        raise LookupError(f"the modal has no field {sorted(left)}")
    return made


def _check_field(component: Mapping[str, Any], value: Any) -> None:
    if component["type"] != 4:
        return
    if component.get("required", True) and not value:
        raise ValueError(f"{component['custom_id']} is required")
    longest = component.get("max_length") or 4000
    if len(value) > longest:
        raise ValueError(f"{component['custom_id']} takes at most {longest} characters")


def _named(options: list[Any], name: str, where: str) -> Any:
    for option in options:
        if option["name"] == name:
            return option
    raise LookupError(f"{where} has no {name!r}, only {[option['name'] for option in options]}")


def _wire_value(option: Mapping[str, Any], value: Any, resolved: dict[str, Any], channel: Channel) -> Any:
    kind, name = option["type"], option["name"]
    if kind in _PLAIN_TYPES:
        if not isinstance(value, _PLAIN_TYPES[kind]) or (isinstance(value, bool) and kind != _BOOLEAN):
            raise ValueError(f"{name}: {value!r} is not of option type {kind}")
        _check_bounds(option, value)
        return value
    if isinstance(value, User) and kind in (_USER, _MENTIONABLE):
        resolved.setdefault("users", {})[str(value.id)] = value.payload()
        member = channel.guild.members.get(value.id) if channel.guild else None
        if member is not None:
            partial = member.payload(with_permissions=True)
            partial.pop("user")
            resolved.setdefault("members", {})[str(value.id)] = partial
    elif isinstance(value, Channel) and kind == _CHANNEL:
        payload = value.payload() | {"permissions": str(ALL_PERMISSIONS)}
        resolved.setdefault("channels", {})[str(value.id)] = payload
    elif isinstance(value, Role) and kind in (_ROLE, _MENTIONABLE):
        resolved.setdefault("roles", {})[str(value.id)] = value.payload()
    else:
        raise ValueError(f"{name}: {value!r} is not of option type {kind}")
    return str(value.id)


def _check_bounds(option: Mapping[str, Any], value: Any) -> None:
    name, size = option["name"], len(value) if isinstance(value, str) else value
    if isinstance(value, str) and not value:
        raise ValueError(f"{name} is empty")
    lowest = option.get("min_length" if isinstance(value, str) else "min_value")
    highest = option.get("max_length" if isinstance(value, str) else "max_value")
    if (lowest is not None and size < lowest) or (highest is not None and size > highest):
        raise ValueError(f"{name}: {value!r} is not between {lowest} and {highest}")
    offered = [choice["value"] for choice in option.get("choices") or []]
    if offered and value not in offered:
        raise ValueError(f"{name}: {value!r} is none of {offered}")


def installed_for(channel: Channel, user: User) -> dict[str, str]:
    """Through whose installation the command is there: the server's, or the person's own."""
    if channel.guild is None:
        return {"0": "0", "1": str(user.id)}
    return {"0": str(channel.guild.id)} if channel.guild.installed else {"1": str(user.id)}


def permitted(member: Member | None, needed: int) -> bool:
    """Whether a member may use a command that asks for the permissions `needed`."""
    return member is None or member.permissions & needed == needed or bool(member.permissions & 8)
