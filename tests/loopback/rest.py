"""The loopback Discord's REST routes: functions from a call to a status and a JSON body, which raise errors.

Logins, faults, rate limits and the check of bodies have happened before a route is reached; see `server.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.loopback.interactions import AUTOCOMPLETE, CHOICES, DEFER, DEFER_UPDATE, REPLY, UPDATE, Answer
from tests.loopback.world import EPHEMERAL, LOADING, Channel, Guild, Message

if TYPE_CHECKING:
    from tests.loopback.server import LoopbackDiscord

NONCE_WINDOW = 180.0
"""Seconds for which a nonce is remembered; Discord says "the past few minutes"."""

FIRST_RESPONSE = 3.0
TOKEN_LIFE = 900.0


class ApiError(Exception):
    """An answer that is an error, with Discord's own code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


@dataclass
class Call:
    """One request on its way through a route; `body` is the JSON body or that of `payload_json`."""

    discord: LoopbackDiscord
    args: dict[str, str]
    query: Mapping[str, str]
    body: Any = None
    files: list[tuple[str, str, bytes]] = field(default_factory=list)

    def channel(self) -> Channel:
        found = self.discord.channels.get(int(self.args["channel_id"]))
        if found is None or found.deleted:
            raise ApiError(404, 10003, "Unknown Channel")
        if not found.visible:
            raise ApiError(403, 50001, "Missing Access")
        return found

    def guild(self) -> Guild:
        found = self.discord.guilds.get(int(self.args["guild_id"]))
        if found is None or not found.installed:
            raise ApiError(404, 10004, "Unknown Guild")
        return found

    def message(self) -> Message:
        return _existing(self.channel().messages.get(int(self.args["message_id"])))

    def answer(self) -> Answer:
        found = self.discord.answers.get(self.args["webhook_token"])
        if found is None or found.type is None:
            raise ApiError(404, 10015, "Unknown Webhook")
        if self.discord.now() - found.asked_at > TOKEN_LIFE:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        return found


Reply = tuple[int, Any]
Handler = Callable[[Call], Reply]


@dataclass(frozen=True)
class Route:
    """A template, what answers it, and the part of the template whose rate limit is its own."""

    method: str
    template: str
    pattern: re.Pattern[str]
    handler: Handler


ROUTES: list[Route] = []


def route(method: str, template: str) -> Callable[[Handler], Handler]:
    """Register a route; literal segments have to be registered before placeholders in their place."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))

    def register(handler: Handler) -> Handler:
        ROUTES.append(Route(method, template, pattern, handler))
        return handler

    return register


def find_route(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a request and the values of its placeholders, still encoded."""
    for each in ROUTES:
        if each.method == method and (match := each.pattern.fullmatch(path)):
            return each, match.groupdict()
    return None


def _existing(message: Message | None) -> Message:
    if message is None or message.deleted:
        raise ApiError(404, 10008, "Unknown Message")
    return message


# The bot itself


@route("GET", "/users/@me")
def get_me(call: Call) -> Reply:
    return 200, call.discord.bot.payload() | {"verified": True, "mfa_enabled": True, "email": None}


@route("GET", "/users/@me/guilds")
def get_my_guilds(call: Call) -> Reply:
    query, bot = call.query, call.discord.bot
    found = sorted((guild for guild in call.discord.guilds.values() if guild.installed), key=lambda guild: guild.id)
    limit = int(query.get("limit", 200))
    if "before" in query:
        found = [guild for guild in found if guild.id < int(query["before"])][-limit:]
    after = int(query.get("after", 0))
    return 200, [guild.summary(bot) for guild in found if guild.id > after][:limit]


@route("GET", "/users/{user_id}")
def get_user(call: Call) -> Reply:
    user = call.discord.users.get(int(call.args["user_id"]))
    if user is None:
        raise ApiError(404, 10013, "Unknown User")
    return 200, user.payload()


@route("GET", "/applications/@me")
@route("GET", "/oauth2/applications/@me")
def get_application(call: Call) -> Reply:
    discord = call.discord
    return 200, {
        "id": str(discord.bot.id),
        "name": discord.bot.name,
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": discord.owner.payload(),
        "team": None,
        "verify_key": "0" * 64,
        "flags": discord.application_flags,
        "rpc_origins": [],
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "approximate_guild_count": sum(guild.installed for guild in discord.guilds.values()),
        "integration_types_config": {"0": {}, "1": {}},
    }


@route("GET", "/gateway")
def get_gateway(call: Call) -> Reply:
    return 200, {"url": call.discord.gateway_url}


@route("GET", "/gateway/bot")
def get_gateway_bot(call: Call) -> Reply:
    left = max(0, 1000 - call.discord.gateway.identifies)
    limit = {"total": 1000, "remaining": left, "reset_after": 86_400_000, "max_concurrency": 1}
    return 200, {"url": call.discord.gateway_url, "shards": 1, "session_start_limit": limit}


# Application commands


def _scope(call: Call) -> int | None:
    guild_id = call.args.get("guild_id")
    if call.args["application_id"] != str(call.discord.bot.id):
        raise ApiError(403, 20012, "You are not authorized to perform this action on this application")
    if guild_id is None:
        return None
    if int(guild_id) not in call.discord.guilds:
        raise ApiError(403, 50001, "Missing Access")
    return int(guild_id)


def _registered(call: Call, body: dict[str, Any], scope: int | None) -> dict[str, Any]:
    snowflake = call.discord.snowflakes.next()
    made = {
        "id": str(snowflake),
        "application_id": str(call.discord.bot.id),
        "version": str(snowflake),
        "type": 1,
        "description": "",
        "default_member_permissions": None,
        "nsfw": False,
        "dm_permission": True,
        "contexts": None,
        "integration_types": [0],
        "options": [],
    }
    made |= {key: value for key, value in body.items() if key != "id"}
    if made["default_member_permissions"] is not None:
        made["default_member_permissions"] = str(made["default_member_permissions"])
    if scope is not None:
        made["guild_id"] = str(scope)
    return made


@route("GET", "/applications/{application_id}/commands")
@route("GET", "/applications/{application_id}/guilds/{guild_id}/commands")
def get_commands(call: Call) -> Reply:
    return 200, call.discord.commands.get(_scope(call), [])


@route("PUT", "/applications/{application_id}/commands")
@route("PUT", "/applications/{application_id}/guilds/{guild_id}/commands")
def put_commands(call: Call) -> Reply:
    scope = _scope(call)
    before = {command["name"]: command for command in call.discord.commands.get(scope, [])}
    made = [_registered(call, body, scope) for body in call.body]
    for command in made:
        # Overwriting keeps the ids of commands that are still there.
        if command["name"] in before:
            command["id"] = before[command["name"]]["id"]
    call.discord.commands[scope] = made
    call.discord.syncs.append(scope)
    return 200, made


@route("POST", "/applications/{application_id}/commands")
@route("POST", "/applications/{application_id}/guilds/{guild_id}/commands")
def post_command(call: Call) -> Reply:
    scope = _scope(call)
    made = _registered(call, call.body, scope)
    kept = [command for command in call.discord.commands.get(scope, []) if command["name"] != made["name"]]
    call.discord.commands[scope] = [*kept, made]
    return 201, made


# Channels and messages


@route("GET", "/channels/{channel_id}")
def get_channel(call: Call) -> Reply:
    return 200, call.channel().payload()


@route("POST", "/users/@me/channels")
def open_dm(call: Call) -> Reply:
    user = call.discord.users.get(int(call.body.get("recipient_id") or 0))
    if user is None or user.bot:
        raise ApiError(400, 50033, "Invalid Recipient(s)")
    return 200, call.discord.dm(user).payload()


@route("GET", "/channels/{channel_id}/messages")
def get_messages(call: Call) -> Reply:
    query, found = call.query, [m for m in call.channel().messages.values() if not m.deleted]
    if "before" in query:
        found = [message for message in found if message.id < int(query["before"])]
    limit = int(query.get("limit", 50))
    if "after" in query:
        found = [message for message in found if message.id > int(query["after"])][:limit]
    return 200, [message.payload() for message in reversed(found[-limit:])]


@route("GET", "/channels/{channel_id}/messages/{message_id}")
def get_message(call: Call) -> Reply:
    return 200, call.message().payload()


@route("POST", "/channels/{channel_id}/messages")
def post_message(call: Call) -> Reply:
    channel, discord = call.channel(), call.discord
    if channel.recipient is not None and not channel.recipient.dms_open:
        raise ApiError(403, 50007, "Cannot send messages to this user")
    if not channel.writable:
        raise ApiError(403, 50013, "Missing Permissions")
    nonce = call.body.get("nonce")
    if nonce is not None and call.body.get("enforce_nonce"):
        first = discord.remembered(str(nonce))
        if first is not None:
            discord.absorbed.append(first)
            return 200, _existing(first).payload()
    message = discord.accept(channel, call.body, call.files)
    if nonce is not None:
        discord.remember(str(nonce), message)
    discord.announce("MESSAGE_CREATE", message)
    return 200, message.payload()


@route("PATCH", "/channels/{channel_id}/messages/{message_id}")
def patch_message(call: Call) -> Reply:
    message = call.message()
    if message.author is not call.discord.bot:
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")
    call.discord.edit(message, call.body, call.files)
    call.discord.announce("MESSAGE_UPDATE", message)
    return 200, message.payload()


@route("DELETE", "/channels/{channel_id}/messages/{message_id}")
def delete_message(call: Call) -> Reply:
    call.message().deleted = True
    return 204, None


@route("POST", "/channels/{channel_id}/typing")
def post_typing(call: Call) -> Reply:
    call.channel()
    return 204, None


@route("GET", "/guilds/{guild_id}")
def get_guild(call: Call) -> Reply:
    return 200, call.guild().payload(call.discord.bot)


@route("GET", "/guilds/{guild_id}/channels")
def get_guild_channels(call: Call) -> Reply:
    return 200, [channel.payload() for channel in call.guild().channels.values()]


@route("GET", "/guilds/{guild_id}/members/{user_id}")
def get_member(call: Call) -> Reply:
    member = call.guild().members.get(int(call.args["user_id"]))
    if member is None:
        raise ApiError(404, 10007, "Unknown Member")
    return 200, member.payload()


# Interactions and what follows them


@route("POST", "/interactions/{interaction_id}/{webhook_token}/callback")
def post_callback(call: Call) -> Reply:
    discord = call.discord
    answer = discord.answers.get(call.args["webhook_token"])
    unknown = answer is None or str(answer.id) != call.args["interaction_id"]
    if answer is None or unknown or discord.now() - answer.asked_at > FIRST_RESPONSE:
        raise ApiError(404, 10062, "Unknown interaction")
    if answer.type is not None:
        raise ApiError(400, 40060, "Interaction has already been acknowledged.")
    kind, data = call.body["type"], call.body.get("data") or {}
    if (kind == CHOICES) != (answer.kind == AUTOCOMPLETE):
        raise ApiError(400, 50035, f"Response type {kind} does not answer interaction type {answer.kind}")
    if kind in (DEFER_UPDATE, UPDATE) and answer.source is None:
        raise ApiError(400, 50035, f"Response type {kind} needs a message to update")
    answer.type, answer.data, answer.answered_at = kind, data, discord.now()
    if kind == REPLY:
        answer.message = discord.accept(answer.channel, data, call.files, answer=answer)
    elif kind in (UPDATE, DEFER_UPDATE):
        answer.message = answer.source
        if kind == UPDATE:
            discord.edit(_existing(answer.source), data, call.files)
    if call.query.get("with_response", "").lower() not in ("1", "true"):
        return 204, None
    return 200, _callback_response(answer)


def _callback_response(answer: Answer) -> dict[str, Any]:
    interaction: dict[str, Any] = {"id": str(answer.id), "type": answer.kind}
    made: dict[str, Any] = {"interaction": interaction}
    if answer.message is not None:
        interaction["response_message_id"] = str(answer.message.id)
        made["resource"] = {"type": answer.type, "message": answer.message.payload()}
    if answer.type in (REPLY, DEFER):
        interaction["response_message_loading"] = answer.type == DEFER
        interaction["response_message_ephemeral"] = answer.ephemeral
    return made


@route("POST", "/webhooks/{webhook_id}/{webhook_token}")
def post_followup(call: Call) -> Reply:
    answer = call.answer()
    if answer.deferred:
        # The first follow-up fills the place of "thinking…", and is seen by whom the deferral was.
        return 200, _fill_deferred(call, answer).payload()
    message = call.discord.accept(answer.channel, call.body, call.files, answer=answer)
    answer.followups.append(message)
    return 200, message.payload()


def _fill_deferred(call: Call, answer: Answer) -> Message:
    flags = (call.body.get("flags") or 0) & ~EPHEMERAL | (EPHEMERAL if answer.ephemeral else 0)
    body = call.body | {"flags": flags & ~LOADING}
    answer.message = call.discord.accept(answer.channel, body, call.files, answer=answer)
    return answer.message


def _webhook_message(call: Call, answer: Answer) -> Message:
    wanted = call.args["message_id"]
    if wanted == "@original":
        return _existing(answer.message)
    return _existing(next((m for m in answer.messages if str(m.id) == wanted), None))


@route("GET", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}")
def get_response(call: Call) -> Reply:
    answer = call.answer()
    return 200, _webhook_message(call, answer).payload()


@route("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}")
def patch_response(call: Call) -> Reply:
    answer = call.answer()
    if answer.deferred and call.args["message_id"] == "@original":
        return 200, _fill_deferred(call, answer).payload()
    message = _webhook_message(call, answer)
    call.discord.edit(message, call.body, call.files)
    return 200, message.payload()


@route("DELETE", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}")
def delete_response(call: Call) -> Reply:
    answer = call.answer()
    if answer.deferred and call.args["message_id"] == "@original":
        _fill_deferred(call, answer)
    _webhook_message(call, answer).deleted = True
    return 204, None
