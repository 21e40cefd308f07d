"""Many commands, presses and autocompletes at once on a stage, and their answers as they went over the wire.

simcord waits after each action until the bot has come to rest; here it waits once for many, which is what makes
thousands of them affordable. That reaches into its private parts, like `bot/demo/simulation.py`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from typing import Any

import discord
from simcord import actors
from simcord.actors import MemberActor
from simcord.backend import serializers
from simcord.builders import ChannelHandle
from simcord.enums import ComponentType, InteractionType
from simcord.http import router
from simcord.results import InteractionResult

from tests.discord_ui.stage import Stage, open_text

Action = Callable[[], Awaitable[InteractionResult]]

_BATCH = 20
_EPHEMERAL = 64
_TOKEN = re.compile(r"simcord_interaction_\d+")
_SNOWFLAKE = re.compile(r"\d{16,}")
_ONLY_BARS = re.compile(r"(?:- )?(?:▇\s*)+")
#: Types of answers to interactions.
_IN_PLACE_LATER = 6
_IN_PLACE = 7
_CHOICES = 8
_FORM = 9
#: Types of components.
_TEXT = 10
_CONTAINER = 17


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that went to Discord, by what anybody sees of it: its bytes stand for themselves in ``digest``."""

    name: str
    description: str | None
    digest: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """All that went to Discord in answer to one interaction. ``requests`` are method, path, body and files."""

    requests: tuple[tuple[str, str, Any, tuple[Upload, ...]], ...]

    @property
    def raw(self) -> str:
        """Everything, as text."""
        return json.dumps(
            [(method, path, body, [astuple(one) for one in files]) for method, path, body, files in self.requests],
            ensure_ascii=False,
        )

    @property
    def files(self) -> list[Upload]:
        return [one for *_, files in self.requests for one in files]

    @property
    def private(self) -> bool:
        """Whether nobody sees anything of it but the asker, or whoever saw what it takes the place of."""
        return all(
            body.get("data", body).get("flags", 0) & _EPHEMERAL
            for method, _, body, _ in self.requests
            if body and method == "POST" and body.get("type") not in (_IN_PLACE_LATER, _IN_PLACE, _CHOICES, _FORM)
        )

    @property
    def choices(self) -> list[dict[str, Any]] | None:
        """The choices offered, or None where that was not asked or not answered."""
        return next(
            (body["data"]["choices"] for _, _, body, _ in self.requests if body and body.get("type") == _CHOICES), None
        )

    @property
    def form(self) -> bool:
        """Whether a form was shown."""
        return any(body and body.get("type") == _FORM for _, _, body, _ in self.requests)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages sent or put in place of another."""
        return [body.get("data", body) for _, _, body, _ in self.requests if body]

    @property
    def text(self) -> str:
        """All text, bars included."""
        found: list[str] = []
        for message in self.messages:
            found += [message.get("content") or ""]
            found += [part["content"] for part in _parts(message) if part["type"] == _TEXT]
        return "\n".join(text for text in found if text)

    @property
    def open(self) -> str:
        """What can be read without a click on a bar: text, then all else, files included.

        Lines that are only bars are left out: how many bars there are is seen by whoever looks, and what is
        promised is that nothing behind them is. For the same reason it doesn't matter how many messages a long
        text takes.
        """
        lines = [line for line in open_text(self.text).split("\n") if not _ONLY_BARS.fullmatch(line)]
        rest = [
            {key: value for key, value in message.items() if key not in ("components", "content")}
            for index, message in enumerate(self.messages)
            if index == 0 or message.get("attachments")
        ]
        parts = [
            {key: value for key, value in part.items() if key not in ("components", "component")}
            for message in self.messages
            for part in _parts(message)
            if part["type"] not in (_TEXT, _CONTAINER)
        ]
        head = [(method, path) for method, path, _, _ in self.requests[:1]]
        files = [astuple(one) for one in self.files]
        return "\n".join([*lines, json.dumps([head, rest, parts, files], ensure_ascii=False)])

    @property
    def closed(self) -> str:
        """Everything as text, as in ``raw``, but for what stands behind the bars of texts that Discord hides."""
        return json.dumps(
            [
                (method, path, _closed(body), [astuple(one) for one in files])
                for method, path, body, files in self.requests
            ],
            ensure_ascii=False,
        )

    @property
    def custom_ids(self) -> list[str]:
        """The custom_ids of its buttons, those that can't be pressed left out."""
        return [
            part["custom_id"]
            for message in self.messages
            for part in _parts(message)
            if part["type"] == 2 and not part.get("disabled") and "custom_id" in part
        ]

    @property
    def all_custom_ids(self) -> list[str]:
        """The custom_ids of all that can be pressed, chosen or filled in."""
        return [part["custom_id"] for message in self.messages for part in _parts(message) if "custom_id" in part]


def _parts(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    pending = list(message.get("components") or ())
    while pending:
        part = pending.pop(0)
        yield part
        inner = [part["component"]] if "component" in part else []
        pending = [*inner, *part.get("components", ()), *pending]


def _closed(body: Any) -> Any:
    """A body with the bars closed where Discord draws bars: in the ``content`` of a message or a text display."""
    if isinstance(body, list):
        return [_closed(one) for one in body]
    if not isinstance(body, dict):
        return body
    return {
        key: open_text(value) if key == "content" and isinstance(value, str) else _closed(value)
        for key, value in body.items()
    }


@contextmanager
def recorded_files() -> Iterator[None]:
    """Let what goes out be kept with its files, which simcord's record of requests leaves out."""
    dispatch = router.dispatch

    def recording(backend: Any, method: str, path: str, **rest: Any) -> Any:
        before = len(backend.http_requests)
        uploads = tuple(_upload(file) for file in rest.get("files") or ())
        try:
            return dispatch(backend, method, path, **rest)
        finally:
            _files[id(backend.http_requests[before])] = uploads

    router.dispatch = recording
    try:
        yield
    finally:
        router.dispatch = dispatch
        _files.clear()
        _hosts.clear()


_files: dict[int, tuple[Upload, ...]] = {}


def _upload(file: Any) -> Upload:
    data = file.fp.read()
    file.fp.seek(0)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = None
    return Upload(file.filename, file.description, hashlib.sha256(data).hexdigest(), text)


def uploads(entry: Any) -> tuple[Upload, ...]:
    """The files that went with a recorded request, as long as `recorded_files` runs."""
    return _files.get(id(entry), ())


async def answers(s: Stage, actions: Sequence[Action]) -> list[Answer]:
    """The answers to ``actions``, which are done without waiting for one another, in their order."""
    found: list[Answer] = []
    for start in range(0, len(actions), _BATCH):
        found += await _batch(s, actions[start : start + _BATCH])
    return found


async def _batch(s: Stage, actions: Sequence[Action]) -> list[Answer]:
    env = s.env
    settle = env._settle_internal

    async def at_once(**_: Any) -> None:
        return None

    before = len(env.http_requests)
    env._settle_internal = at_once
    try:
        results = [await action() for action in actions]
    finally:
        env._settle_internal = settle
    # Looking whether all is quiet costs more the more there is to do, so most of that is waited for first.
    for _ in range(2000):
        if all(result.acknowledged or result.autocomplete_choices is not None for result in results):
            break
        await asyncio.sleep(0.001)
    await settle(dispatch="batch", timeout=60)
    # A picture is drawn in a thread of its own, which simcord knows nothing of.
    for _ in range(30_000):
        if not any(result.deferred and _requests_of(env, result, before) < 2 for result in results):
            break
        await asyncio.sleep(0.002)
    await settle(dispatch="batch", timeout=60)
    by_token: dict[str, list[tuple[str, str, Any, tuple[Upload, ...]]]] = {}
    for entry in env.http_requests[before:]:
        token = _TOKEN.search(entry.path)
        if token is not None:
            path = _SNOWFLAKE.sub("#", entry.path)
            by_token.setdefault(token[0], []).append((entry.method, path, _plain(entry.json), uploads(entry)))
    return [Answer(tuple(by_token.get(result._interaction.token, ()))) for result in results]


def _requests_of(env: Any, result: InteractionResult, start: int) -> int:
    token = result._interaction.token
    return sum(f"/{token}" in entry.path for entry in env.http_requests[start:])


def _plain(body: Any) -> Any:
    return None if body is None else json.loads(json.dumps(body))


def forget(s: Stage, kept: Collection[int]) -> None:
    """Drop what simcord remembers of everything so far, but for the messages ``kept``; it remembers all for ever."""
    backend = s.env.backend
    for kind in (backend.http_requests, backend.transcript, backend.interactions, backend.interaction_tokens):
        kind.clear()
    _files.clear()
    for channel in backend.messages.values():
        for message in [one for one in channel if one not in kept]:
            del channel[message]


def in_direct_messages(member: MemberActor, name: str, /, **options: Any) -> Action:
    """A command in somebody's direct messages with the bot."""
    return lambda: member.user.slash(name, **options)


def slash(member: MemberActor, channel: ChannelHandle, name: str, /, **options: Any) -> Action:
    """A command."""
    return lambda: member.slash(channel, name, **options)


def typing(member: MemberActor, channel: ChannelHandle, name: str, option: str, value: str, /, **filled: Any) -> Action:
    """Typing into an option that offers choices."""
    return lambda: actors._autocomplete_result(member, channel, name, option, value, filled)


def host(member: MemberActor, message: Any) -> None:
    """Let every press on ``message`` find it as it is now, whatever is put in its place meanwhile."""
    backend = member._env.backend
    _hosts[message.id] = dict(serializers.message_payload(backend, backend.get_message(message.channel_id, message.id)))


_hosts: dict[int, dict[str, Any]] = {}


def press(member: MemberActor, message: Any, custom_id: str) -> Action:
    """A press of a button with any custom_id, as if it were the only thing on ``message``."""
    button = {"type": ComponentType.BUTTON, "style": 2, "label": "?", "custom_id": custom_id}

    async def act() -> InteractionResult:
        backend = member._env.backend
        place = message.channel.id if isinstance(message, discord.Message) else message.channel_id
        stored = backend.get_message(place, message.id)
        channel = ChannelHandle(member._env, member.guild, backend.get_channel(stored.channel_id))
        payload = dict(_hosts.get(message.id) or serializers.message_payload(backend, stored))
        payload["components"] = [{"type": ComponentType.ACTION_ROW, "components": [button]}]
        return await actors._dispatch_actor_interaction(
            member,
            InteractionType.MESSAGE_COMPONENT,
            channel,
            {"custom_id": custom_id, "component_type": ComponentType.BUTTON},
            extra={"message": payload},
            source_message_id=stored.id,
        )

    return act
