"""What is wrong with the names and descriptions of commands, as Discord would be told them, in any language.

`tests.l10n.catalogues` looks at the texts themselves; here they are looked at where they stand: beside the English ones
in the code, in each of Discord's locales, and all together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from tests.l10n.catalogues import LONGEST_CHOICE, LONGEST_DESCRIPTION, NAME
from tests.l10n.cognates import COGNATES

#: Discord counts a command with all that is in it, each text in its longest language.
MOST_CHARACTERS = 8_000
#: Commands, and options of each.
MOST_COMMANDS, MOST_OPTIONS, MOST_CHOICES = 100, 25, 25

Payload = dict[str, Any]


def problems(commands: Collection[Payload], locales: dict[str, str]) -> list[str]:
    """Everything that is wrong with ``commands``; ``locales`` are Discord's, with the language of each, but English."""
    found: list[str] = []
    if len(commands) > MOST_COMMANDS:
        found.append(f"{len(commands)} commands")
    found += _level("the commands", list(commands), locales)
    for command in commands:
        for path, node in nodes(command):
            found += _text(path, node, "name", locales)
            found += _text(path, node, "description", locales)
            found += _level(path, node.get("options", []), locales)
            if len(node.get("options", [])) > MOST_OPTIONS:
                found.append(f"{path} has {len(node['options'])} options")
            if len(node.get("choices", [])) > MOST_CHOICES:
                found.append(f"{path} has {len(node['choices'])} choices")
            for choice in node.get("choices", []):
                found += _text(f"{path}: {choice['name']}", choice, "name", locales, choice=True)
        size = characters(command)
        if size > MOST_CHARACTERS:
            found.append(f"{command['name']} has {size} characters in all")
    return found


def nodes(payload: Payload, path: str = "") -> Iterator[tuple[str, Payload]]:
    """A command with its groups, subcommands and options, each with its path."""
    path = f"{path} {payload['name']}".strip()
    yield path, payload
    for option in payload.get("options", []):
        yield from nodes(option, path)


def characters(command: Payload) -> int:
    """How many characters Discord counts in a command, where every text is in the language it is longest in."""
    size = 0
    for _, node in nodes(command):
        for one in (node, *node.get("choices", [])):
            for kind in ("name", "description"):
                texts = [one.get(kind) or "", *(one.get(f"{kind}_localizations") or {}).values()]
                size += max(map(len, texts))
            size += len(str(one.get("value", "")))
    return size


def _text(path: str, node: Payload, kind: str, locales: dict[str, str], *, choice: bool = False) -> Iterator[str]:
    english: str = node[kind]
    yield from _one(path, "en", kind, english, choice=choice)
    for locale, language in locales.items():
        text = (node.get(f"{kind}_localizations") or {}).get(locale)
        if not text:
            yield f"{path} has no {kind} for {locale}"
            continue
        yield from _one(path, locale, kind, text, choice=choice)
        same = {one.casefold() for one in COGNATES.get(language, ())}
        if text.casefold() == english.casefold() and text.casefold() not in same:
            yield f"{path}: its {kind} for {locale} is not translated: {text!r}"


def _one(path: str, locale: str, kind: str, text: str, *, choice: bool) -> Iterator[str]:
    if kind == "description" or choice:
        room = LONGEST_CHOICE if choice else LONGEST_DESCRIPTION
        if not 1 <= len(text) <= room:
            yield f"{path}: its {kind} for {locale} has {len(text)} characters, there is room for {room}"
    elif NAME.fullmatch(text) is None or text != text.lower():
        yield f"{path}: {text!r} can't be its name for {locale}"


def _level(path: str, siblings: list[Payload], locales: dict[str, str]) -> Iterator[str]:
    """Things side by side that somebody would read under one name; who has no name of their own has the English one."""
    for locale in ("en", *locales):
        names = [(one.get("name_localizations") or {}).get(locale, one["name"]) for one in siblings]
        for name, times in Counter(names).items():
            if times > 1:
                yield f"{path}: {times} of them are called {name!r} for {locale}"
