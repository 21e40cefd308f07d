"""What is wrong with the `.po` files, and with the keys that the code asks them for: all of it at once."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from bot.l10n.words import placeholders

KEY = re.compile(r"[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+")
#: English names and descriptions of commands and fixed choices stand in the code, beside what they describe.
IN_CODE = ("command.", "choice.")
#: What takes a key as its first argument.
_SPEAKERS = frozenset({"say", "count", "say_count", "UserError", "Unclear"})
_MSGID = re.compile(r'^msgid "(.+)"$', re.MULTILINE)


def problems(folder: Path) -> list[str]:
    """Everything that is wrong with the catalogues of a folder, against its English one."""
    found: list[str] = []
    read: dict[str, Catalog] = {}
    for file in sorted(folder.glob("*.po")):
        text = file.read_text(encoding="utf-8")
        try:
            read[file.stem] = read_po(BytesIO(text.encode()), locale=file.stem, abort_invalid=True)
        except PoFileError as error:
            found.append(f"{file.name}: {error}")
        repeated = [key for key, times in Counter(_MSGID.findall(text)).items() if times > 1]
        found += [f"{file.name}: {key} stands there twice" for key in repeated]
    if "en" not in read:
        return [*found, "en.po: can't be compared with"]
    messages = {
        language: {_key(message): message for message in catalog if message.id} for language, catalog in read.items()
    }
    english = messages["en"]
    for language, catalog in read.items():
        found += _in_itself(language, catalog)
        own = messages[language]
        found += [f"{language}.po: {key} is missing" for key in english if key not in own]
        for key, message in own.items():
            if key in english:
                found += _against(language, message, english[key])
            elif not key.startswith(IN_CODE):
                found.append(f"{language}.po: {key} is not in en.po")
    for language in set(read) - {"en"}:
        others = {key for other in set(read) - {"en"} for key in messages[other]}
        found += [f"{language}.po: {key} is missing" for key in sorted(others - set(messages[language]) - set(english))]
    return found


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _sentences(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def _in_itself(language: str, catalog: Catalog) -> Iterator[str]:
    where = f"{language}.po"
    if catalog.fuzzy:
        yield f"{where}: the header is marked fuzzy"
    if str(catalog.locale) != language:
        yield f"{where}: the header says {catalog.locale}"
    for message in catalog.obsolete.values():
        yield f"{where}: {_key(message)} is obsolete"
    for message in catalog:
        if not message.id:
            continue
        key, sentences = _key(message), _sentences(message)
        if KEY.fullmatch(key) is None:
            yield f"{where}: {key} does not look like a key"
        if message.fuzzy:
            yield f"{where}: {key} is marked fuzzy"
        if not all(sentence.strip() for sentence in sentences):
            yield f"{where}: {key} is empty"
        if any(sentence != sentence.strip() for sentence in sentences):
            yield f"{where}: {key} begins or ends with a space"
        if not isinstance(message.id, str):
            if len(sentences) != catalog.num_plurals:
                yield f"{where}: {key} has {len(sentences)} forms, its language {catalog.num_plurals}"
            if message.id[0] != message.id[1]:
                yield f"{where}: {key} has another key as its plural"
        if any(re.search(r"[{}]", re.sub(r"\{[a-z][a-z0-9_]*\}", "", sentence)) for sentence in sentences):
            yield f"{where}: {key} has a brace that belongs to no placeholder"


def _against(language: str, message: Message, english: Message) -> Iterator[str]:
    key = _key(message)
    if isinstance(message.id, str) is not isinstance(english.id, str):
        yield f"{language}.po: {key} has plural forms in one language only"
        return
    # A form for exactly one may spell the number out; all forms together say everything.
    expected = frozenset().union(*map(placeholders, _sentences(english))) | _count(english)
    got = frozenset().union(*map(placeholders, _sentences(message))) | _count(message)
    if got != expected:
        odd = ", ".join(sorted(got ^ expected))
        yield f"{language}.po: {key} has other placeholders than in English: {odd}"


def _count(message: Message) -> frozenset[str]:
    return frozenset() if isinstance(message.id, str) else frozenset({"count"})


class Uses:
    """The keys that the code names: ``said`` where words are asked for, ``named`` anywhere at all.

    ``complained`` are those of `OperatorError`, whose English sentences stand in `bot.ops.complaints`.
    """

    def __init__(self, folder: Path) -> None:
        self.said: dict[str, str] = {}
        self.complained: dict[str, str] = {}
        self.named: set[str] = set()
        self.patterns: dict[str, str] = {}
        for file in sorted(folder.rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            where = file.relative_to(folder.parent).as_posix()
            for node in ast.walk(tree):
                self._look(node, where)

    def _look(self, node: ast.AST, where: str) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value):
            self.named.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            pattern = "".join(
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z0-9.-]+" for part in node.values
            )
            if re.match(r"[a-z][a-z0-9\\-]*\\\.", pattern):
                self.patterns[pattern] = f"{where}:{node.lineno}"
        elif isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in _SPEAKERS:
                _hear(node.args[0], f"{where}:{node.lineno}", self.said)
            elif name == "OperatorError":
                _hear(node.args[0], f"{where}:{node.lineno}", self.complained)

    def missing(self, keys: frozenset[str]) -> list[str]:
        """Keys that are asked for and that no catalogue has."""
        return [f"{where}: {key} has no words" for key, where in sorted(self.said.items()) if key not in keys]

    def unused(self, keys: frozenset[str]) -> list[str]:
        """Keys that nothing in the code can ask for."""
        return sorted(
            key
            for key in keys - self.named
            if not key.startswith(IN_CODE) and not any(re.fullmatch(pattern, key) for pattern in self.patterns)
        )


def _hear(argument: ast.expr, where: str, keys: dict[str, str]) -> None:
    if isinstance(argument, ast.IfExp):
        _hear(argument.body, where, keys)
        _hear(argument.orelse, where, keys)
    elif isinstance(argument, ast.Constant) and isinstance(argument.value, str) and KEY.fullmatch(argument.value):
        keys[argument.value] = where
