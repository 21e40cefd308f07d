"""What is wrong with the `.po` files, and with the keys that the code asks them for: all of it at once."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from gettext import c2py
from io import BytesIO
from pathlib import Path

from babel.core import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from bot.l10n.words import placeholders
from tests.l10n.cognates import COGNATES

KEY = re.compile(r"[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+")
#: English names and descriptions of commands and fixed choices stand in the code, beside what they describe.
IN_CODE = ("command.", "choice.")
#: What takes a key as its first argument.
_SPEAKERS = frozenset({"say", "count", "say_count", "UserError", "Unclear"})
_MSGID = re.compile(r'^msgid "(.+)"$', re.MULTILINE)
#: Discord's pattern for names of commands and options, as far as Python's `re` knows scripts: letters and digits of
#: any, hyphen, underscore, apostrophe.
NAME = re.compile(r"[-_'\w]{1,32}")
#: Discord's limits in characters.
LONGEST_DESCRIPTION = LONGEST_CHOICE = 100
#: How long what goes into a placeholder of a short text is taken to be: "episode 12".
_PUT_IN = 12
#: What is the same in every language: placeholders, what is typed, addresses, and the bot's own name.
_TYPED_EXAMPLE = re.compile(r".+\.(?:modal-example|form-[a-z]+-hint)")
_NO_WORDS = re.compile(r"\{[a-z0-9_]+\}|`[^`]*`|https?://\S+|\bCliffhanger\b|\bDiscord\b|<[@#:][^>]*>")
#: A command as it is typed, without the options behind it: what is filled in there may be in the reader's language.
_TYPED_COMMAND = re.compile(r"`(/[a-z-]+(?: [a-z-]+(?![a-z-]*:))*)")
#: How many characters Discord has room for, by what takes them and as which argument (a position, or a name).
_ROOMS: Mapping[tuple[str, int | str], int] = {
    ("button", 0): 80,
    ("_button", 0): 80,
    ("Button", "label"): 80,
    ("Label", "text"): 45,
    ("Label", "description"): 100,
    ("TextInput", "placeholder"): 100,
    ("Select", "placeholder"): 150,
    ("SelectOption", "label"): 100,
    ("SelectOption", "description"): 100,
    ("Choice", "name"): 100,
}
#: The heading of a form, where it calls what it is made from.
_FORM_HEADING = 45


def problems(folder: Path, rooms: Mapping[str, int] | None = None) -> list[str]:
    """Everything that is wrong with the catalogues of a folder, against its English one.

    ``rooms`` says of sentences that Discord has little room for how many characters that is; see `Uses.rooms`.
    """
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
        found += _lengths(language, own, rooms or {})
        if language != "en":
            found += _untranslated(language, own, english)
            found += _same_names(language, own)
    for language in set(read) - {"en"}:
        others = {key for other in set(read) - {"en"} for key in messages[other]}
        found += [f"{language}.po: {key} is missing" for key in sorted(others - set(messages[language]) - set(english))]
    return found


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _sentences(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def _letters(sentence: str) -> int:
    """How long a sentence gets at most, as near as can be told."""
    return len(re.sub(r"\{[a-z0-9_]+\}", "x" * _PUT_IN, sentence))


def _lengths(language: str, own: Mapping[str, Message], rooms: Mapping[str, int]) -> Iterator[str]:
    """Texts that Discord would refuse or the bot would cut."""
    for key, message in own.items():
        for sentence in _sentences(message):
            where = f"{language}.po: {key}"
            if key.startswith("command.") and key.endswith(".name"):
                if NAME.fullmatch(sentence) is None:
                    yield f"{where}: {sentence!r} can't be the name of a command or option"
                elif sentence != sentence.lower():
                    yield f"{where}: {sentence!r} has capitals"
                continue
            room = rooms.get(key)
            if key.startswith("command.") and key.endswith(".description"):
                room = LONGEST_DESCRIPTION
            elif key.startswith("choice.") and not placeholders(sentence):
                room = LONGEST_CHOICE
            if room is not None and _letters(sentence) > room:
                yield f"{where} has {_letters(sentence)} characters, there is room for {room}"


def _untranslated(language: str, own: Mapping[str, Message], english: Mapping[str, Message]) -> Iterator[str]:
    """Texts that are still in English, but for those that are said so in this language as well."""
    same = {text.casefold() for text in COGNATES.get(language, ())}
    for key, message in own.items():
        if _TYPED_EXAMPLE.fullmatch(key):
            # What people are to type is read in English whatever they speak.
            continue
        if key in english:
            originals = {sentence.casefold() for sentence in _sentences(english[key])}
        elif key.startswith("command.") and key.endswith(".name"):
            originals = {key.split(".")[-2]}
        elif key.startswith("choice."):
            originals = {key.removeprefix("choice.")}
        else:
            # The English of descriptions stands in the code; `tests.shape.localisations` knows it.
            continue
        for sentence in _sentences(message):
            said = sentence.casefold()
            if said in originals and said not in same and re.search(r"[^\W\d_]{2}", _NO_WORDS.sub("", sentence)):
                yield f"{language}.po: {key} is not translated: {sentence!r}"


def unneeded(folder: Path, language: str) -> list[str]:
    """Cognates of a language that none of its texts needs."""
    read = {
        code: {
            _key(message): message
            for message in read_po(BytesIO((folder / f"{code}.po").read_bytes()), locale=code)
            if message.id
        }
        for code in ("en", language)
    }
    said = {sentence.casefold() for message in read[language].values() for sentence in _sentences(message)}
    return sorted(text for text in COGNATES.get(language, ()) if text.casefold() not in said)


def _same_names(language: str, own: Mapping[str, Message]) -> Iterator[str]:
    """Commands, or options of one command, that have one name."""
    named: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for key, message in own.items():
        if key.startswith("command.") and key.endswith(".name"):
            level = key.removesuffix(".name").rpartition(".")[0]
            named[level, str(message.string)].append(key)
    for (_, name), keys in named.items():
        if len(keys) > 1:
            yield f"{language}.po: {', '.join(keys)} have the same name {name!r}"


def _wrong_plurals(language: str, catalog: Catalog) -> Iterator[str]:
    """A rule for plural forms that doesn't tell apart what the language does, or more, for numbers up to 1,000."""
    form, category = c2py(catalog.plural_expr), Locale.parse(language).plural_form
    pairs = {(form(number), category(number)) for number in range(1000)}
    categories = len({category for _, category in pairs})
    if catalog.num_plurals != categories:
        yield f"{language}.po: the header counts {catalog.num_plurals} plural forms, its language {categories}"
    elif len(pairs) != categories:
        yield f"{language}.po: the header's rule for plural forms is not its language's"


def _in_itself(language: str, catalog: Catalog) -> Iterator[str]:
    where = f"{language}.po"
    if catalog.fuzzy:
        yield f"{where}: the header is marked fuzzy"
    if str(catalog.locale) != language:
        yield f"{where}: the header says {catalog.locale}"
    yield from _wrong_plurals(language, catalog)
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
    typed, originals = _typed(message), _typed(english)
    if typed != originals:
        odd = ", ".join(sorted(typed ^ originals))
        yield f"{language}.po: {key} has other commands to type than in English: {odd}"
    bars = {sentence.count("||") for sentence in _sentences(english)}
    if any(sentence.count("||") not in bars for sentence in _sentences(message)):
        yield f"{language}.po: {key} has other spoiler bars than in English"


def _typed(message: Message) -> frozenset[str]:
    return frozenset(typed for sentence in _sentences(message) for typed in _TYPED_COMMAND.findall(sentence))


def _count(message: Message) -> frozenset[str]:
    return frozenset() if isinstance(message.id, str) else frozenset({"count"})


class Uses:
    """The keys that the code names: ``said`` where words are asked for, ``named`` anywhere at all.

    ``complained`` are those of `OperatorError`, whose English sentences stand in `bot.ops.complaints`. ``rooms`` are
    how many characters may be said where Discord has little room.
    """

    def __init__(self, folder: Path) -> None:
        self.said: dict[str, str] = {}
        self.complained: dict[str, str] = {}
        self.named: set[str] = set()
        self.patterns: dict[str, str] = {}
        self.rooms: dict[str, int] = {}
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
        if isinstance(node, ast.Call):
            self._measure(node)

    def _measure(self, call: ast.Call) -> None:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        arguments: list[tuple[int | str, ast.expr]] = [*enumerate(call.args)]
        arguments += [(given.arg, given.value) for given in call.keywords if given.arg is not None]
        for place, value in arguments:
            room = _FORM_HEADING if (name, place) == ("__init__", "title") else _ROOMS.get((name, place))
            if room is None:
                continue
            keys: dict[str, str] = {}
            for node in ast.walk(value):
                if isinstance(node, ast.Call) and node.args:
                    _hear(node.args[0], "", keys)
            for key in keys:
                self.rooms[key] = min(room, self.rooms.get(key, room))

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
