"""Says what Discord, or our own rule about pings, would refuse in a request that the OpenAPI document allows.

It knows requests only: whether a message exists or an event lies in the past is not asked here. The numbers
are those of Discord's developer documentation; the rule that every message names whom it may ping is ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

COMPONENTS_V2 = 1 << 15
"""The message flag that makes the layout components the whole of a message."""

_MESSAGE_PATHS = (
    ("POST", re.compile(r"/channels/[^/]+/messages")),
    ("PATCH", re.compile(r"/channels/[^/]+/messages/[^/]+")),
    ("POST", re.compile(r"/webhooks/[^/]+/[^/]+")),
    ("PATCH", re.compile(r"/webhooks/[^/]+/[^/]+/messages/[^/]+")),
)
_CALLBACK_PATH = re.compile(r"/interactions/[^/]+/[^/]+/callback")
_THREADS_PATH = re.compile(r"/channels/[^/]+/threads")
_COMMANDS_PATH = re.compile(r"/applications/[^/]+(?:/guilds/[^/]+)?/commands(?:/[^/]+)?")
_COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")

_ROW, _BUTTON, _TEXT_DISPLAY = 1, 2, 10
_SELECTS = frozenset({3, 5, 6, 7, 8})
_LAYOUT_TYPES = frozenset({9, 10, 11, 12, 13, 14, 17})
_LINK_BUTTON, _PREMIUM_BUTTON = 5, 6


def limits(method: str, path: str, body: Any) -> list[str]:
    """List what is wrong with a request, one short line each; an empty list when nothing is.

    `path` is without `/api/v10`. `body` is the JSON body, that of `payload_json` for a form, None for none.
    """
    return list(_problems(method, path.partition("?")[0], body))


def message_of(method: str, path: str, body: Any) -> tuple[dict[str, Any], str] | None:
    """Find the message that a request creates or edits, and its place in the body; None if there is none."""
    if not isinstance(body, dict):
        return None
    if any(method == verb and pattern.fullmatch(path) for verb, pattern in _MESSAGE_PATHS):
        return body, ""
    if method != "POST":
        return None
    if _CALLBACK_PATH.fullmatch(path) and body.get("type") in (4, 7):
        return body.get("data") or {}, "data"
    if _THREADS_PATH.fullmatch(path) and isinstance(body.get("message"), dict):
        return body["message"], "message"
    return None


def mention_problems(message: Mapping[str, Any], where: str = "") -> list[str]:
    """Hold a message to our rule about pings: `allowed_mentions` is there and parses nothing.

    The rule covers edits too, since Discord reads an edited text anew with its own defaults.
    """
    prefix = f"{where}.allowed_mentions" if where else "allowed_mentions"
    allowed = message.get("allowed_mentions")
    if not isinstance(allowed, dict):
        return [f"{prefix}: must be given, with parse: []"]
    problems = []
    if allowed.get("parse") != []:
        problems.append(f"{prefix}.parse: must be [], is {allowed.get('parse')!r}")
    if unknown := sorted(set(allowed) - {"parse", "users", "roles", "replied_user"}):
        problems.append(f"{prefix}: unknown {', '.join(unknown)}")
    if allowed.get("replied_user"):
        problems.append(f"{prefix}.replied_user: must not be set")
    for kind in ("users", "roles"):
        named = allowed.get(kind, [])
        if not isinstance(named, list) or not all(str(one).isdigit() for one in named):
            problems.append(f"{prefix}.{kind}: must be a list of ids")
        elif len(named) > 100:
            problems.append(f"{prefix}.{kind}: {len(named)} ids, at most 100")
    return problems


def _problems(method: str, path: str, body: Any) -> Iterator[str]:
    found = message_of(method, path, body)
    if found is not None:
        message, where = found
        yield from mention_problems(message, where)
        yield from _message_problems(message, f"{where}." if where else "", creating=_creates(method, body))
    if method == "POST" and _CALLBACK_PATH.fullmatch(path) and isinstance(body, dict):
        if body.get("type") == 8:
            yield from _choice_problems((body.get("data") or {}).get("choices") or [])
        elif body.get("type") == 9:
            yield from _modal_problems(body.get("data") or {})
    if method in ("PUT", "POST", "PATCH") and _COMMANDS_PATH.fullmatch(path):
        yield from _command_set_problems(body if isinstance(body, list) else [body])


def _length(where: str, text: str, most: int, *, least: int = 1) -> Iterator[str]:
    if len(text) > most:
        yield f"{where}: {len(text)} characters, at most {most}"
    elif len(text) < least:
        yield f"{where}: {len(text)} characters, at least {least}"


def _creates(method: str, body: Mapping[str, Any]) -> bool:
    return method == "POST" and body.get("type") != 7


def _message_problems(message: Mapping[str, Any], at: str, *, creating: bool) -> Iterator[str]:
    content = message.get("content") or ""
    if isinstance(content, str):
        yield from _length(f"{at}content", content, 2000, least=0)
    nonce = message.get("nonce")
    if nonce is not None:
        yield from _length(f"{at}nonce", str(nonce), 25, least=0)
    embeds = message.get("embeds") or []
    yield from _embed_problems(embeds, at)
    components = message.get("components") or []
    uses_layout = bool((message.get("flags") or 0) & COMPONENTS_V2)
    yield from _component_problems(components, f"{at}components", layout=uses_layout, creating=creating)
    if uses_layout:
        for other in ("content", "embeds", "poll", "sticker_ids"):
            if message.get(other):
                yield f"{at}{other}: not allowed beside layout components"
    carries = ("content", "embeds", "components", "attachments", "poll", "sticker_ids", "message_reference")
    if creating and not any(message.get(key) for key in carries):
        yield f"{at.rstrip('.') or 'body'}: an empty message"


def _embed_problems(embeds: list[Any], at: str) -> Iterator[str]:
    total = 0
    for index, embed in enumerate(embeds):
        here = f"{at}embeds[{index}]"
        author, footer = embed.get("author") or {}, embed.get("footer") or {}
        fields = embed.get("fields") or []
        texts = [
            ("title", embed.get("title"), 256),
            ("description", embed.get("description"), 4096),
            ("author.name", author.get("name"), 256),
            ("footer.text", footer.get("text"), 2048),
        ]
        if len(fields) > 25:
            yield f"{here}.fields: {len(fields)} fields, at most 25"
        for number, field in enumerate(fields):
            texts.append((f"fields[{number}].name", field.get("name"), 256))
            texts.append((f"fields[{number}].value", field.get("value"), 1024))
            if not field.get("name") or not field.get("value"):
                yield f"{here}.fields[{number}]: name and value must not be empty"
        for name, text, most in texts:
            total += len(text or "")
            yield from _length(f"{here}.{name}", text or "", most, least=0)
        if not any(text for _, text, _ in texts) and not any(embed.get(k) for k in ("image", "thumbnail", "video")):
            yield f"{here}: an empty embed"
    if total > 6000:
        yield f"{at}embeds: {total} characters in all, at most 6000"


def walk(components: list[Any], at: str = "components") -> Iterator[tuple[str, dict[str, Any]]]:
    """Visit every component and its place, parents first, in rows, containers, sections and labels."""
    for index, component in enumerate(components):
        if not isinstance(component, dict):
            continue
        here = f"{at}[{index}]"
        yield here, component
        yield from walk(component.get("components") or [], f"{here}.components")
        for single in ("accessory", "component"):
            if isinstance(component.get(single), dict):
                for inner, child in walk([component[single]], f"{here}.{single}"):
                    yield inner.replace(f"{single}[0]", single, 1), child


def _component_problems(components: list[Any], at: str, *, layout: bool, creating: bool) -> Iterator[str]:
    every = list(walk(components, at))
    if len(every) > 40:
        yield f"{at}: {len(every)} components in all, at most 40"
    characters = sum(len(c.get("content") or "") for _, c in every if c.get("type") == _TEXT_DISPLAY)
    if characters > 4000:
        yield f"{at}: {characters} characters of text in all, at most 4000"
    if not layout and len(components) > 5:
        yield f"{at}: {len(components)} rows, at most 5"
    if not layout and creating and (odd := sorted({c["type"] for _, c in every if c.get("type") in _LAYOUT_TYPES})):
        yield f"{at}: types {odd} need the flag for layout components"
    yield from _custom_id_problems(every)
    for here, component in every:
        if component.get("type") == _BUTTON:
            yield from _button_problems(component, here)
        elif component.get("type") == _ROW:
            inner = [child.get("type") for child in component.get("components") or []]
            if any(kind in _SELECTS for kind in inner) and len(inner) > 1:
                yield f"{here}: a select needs a row of its own"


def _custom_id_problems(every: list[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for here, component in every:
        custom_id = component.get("custom_id")
        if custom_id is None:
            continue
        yield from _length(f"{here}.custom_id", custom_id, 100)
        if custom_id in seen:
            yield f"{here}.custom_id: the same as {seen[custom_id]}"
        seen[custom_id] = here


def _button_problems(button: Mapping[str, Any], here: str) -> Iterator[str]:
    style = button.get("style")
    if style == _PREMIUM_BUTTON:
        return
    if not button.get("label") and not button.get("emoji"):
        yield f"{here}: a button needs a label or an emoji"
    yield from _length(f"{here}.label", button.get("label") or "", 80, least=0)
    wanted, other = ("url", "custom_id") if style == _LINK_BUTTON else ("custom_id", "url")
    if not button.get(wanted) or button.get(other):
        yield f"{here}: style {style} needs {wanted} and no {other}"


def _choice_problems(choices: list[Any]) -> Iterator[str]:
    if len(choices) > 25:
        yield f"data.choices: {len(choices)} choices, at most 25"
    for index, choice in enumerate(choices):
        name, value = choice.get("name") or "", choice.get("value")
        yield from _length(f"data.choices[{index}].name", name, 100)
        if isinstance(value, str):
            yield from _length(f"data.choices[{index}].value", value, 100)


def _modal_problems(modal: Mapping[str, Any]) -> Iterator[str]:
    yield from _length("data.custom_id", modal.get("custom_id") or "", 100)
    components = modal.get("components") or []
    if not 1 <= len(components) <= 5:
        yield f"data.components: {len(components)} fields, 1 to 5"
    yield from _custom_id_problems(list(walk(components, "data.components")))


def _command_set_problems(commands: list[Any]) -> Iterator[str]:
    commands = [command for command in commands if isinstance(command, dict)]
    for kind, most, noun in ((1, 100, "slash"), (2, 15, "user"), (3, 15, "message")):
        count = sum((command.get("type") or 1) == kind for command in commands)
        if count > most:
            yield f"{count} {noun} commands, at most {most}"
    for command in commands:
        name = command.get("name") or "?"
        if (command.get("type") or 1) == 1:
            yield from _option_problems(command, f"/{name}")
        length = _command_length(command)
        if length > 8000:
            yield f"/{name}: {length} characters in all, at most 8000"


def _option_problems(command: Mapping[str, Any], at: str) -> Iterator[str]:
    for name in (command.get("name") or "", *(command.get("name_localizations") or {}).values()):
        if not _COMMAND_NAME.fullmatch(name) or name != name.lower():
            yield f"{at}: {name!r} is no name for a command or option"
    options = command.get("options") or []
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        yield f"{at}: required options must come first"
    for option in options:
        yield from _option_problems(option, f"{at} {option.get('name')}")


def _command_length(command: Mapping[str, Any]) -> int:
    """Count as Discord does: of each text only its longest language, values of choices included."""
    total = 0
    for key in ("name", "description"):
        texts = [command.get(key) or "", *(command.get(f"{key}_localizations") or {}).values()]
        total += max(len(text) for text in texts)
    total += sum(_command_length(option) for option in command.get("options") or [])
    for choice in command.get("choices") or []:
        names = [choice.get("name") or "", *(choice.get("name_localizations") or {}).values()]
        total += max(len(name) for name in names) + len(str(choice.get("value", "")))
    return total
