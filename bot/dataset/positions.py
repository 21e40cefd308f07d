"""YAML text to plain values, with the line and column of everything in it.

The file is never composed by the YAML library: values are built from its event stream, in one pass and
without recursion, so that nesting, size and references are judged before they cost anything. Only what a data
file needs is allowed: mappings, lists and scalars. What a key may be called or hold is not known here; see
`bot.dataset.schema`.

The rules for scalars: what is quoted is text. Without quotes, an empty value and ``null`` are None, ``true``
and ``false`` are booleans, whole and decimal numbers are written as in JSON without exponent, and all else is
text: so ``21:00``, ``NO``, ``012``, ``~`` and ``2025-07-21`` stay as they were written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

import yaml

from bot.dataset.problems import quoted

#: Caps on one file: bytes, nesting, and values in all (keys included).
MAX_BYTES: Final = 2 * 1024 * 1024
MAX_DEPTH: Final = 32
MAX_VALUES: Final = 200_000

#: So many problems of one file are reported as YAML, and so many of a kind that comes in masses.
MAX_FINDINGS: Final = 200
_MAX_ALIKE: Final = 20

#: A place in the values of a file: keys and indexes from the top down.
ValuePath = tuple[str | int, ...]

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_WORDS: Final[Mapping[str, object]] = {"": None, "null": None, "true": True, "false": False}

#: What may not stand in a file even where YAML allows it: control characters, byte order marks, and the line
#: breaks that editors don't count as such.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_INDENTED_BY_TAB = re.compile(r"^ *\t[ \t]*[^\s]", re.MULTILINE)
_LINE_BREAK = re.compile(r"\r\n|\n|\r")


class Place(NamedTuple):
    """A position in a file, both counted from 1 in characters."""

    line: int
    column: int


START: Final = Place(1, 1)


class Finding(NamedTuple):
    """Something wrong at a place in a file."""

    place: Place
    message: str


class Mark(Protocol):
    """A position as the YAML library gives it, both counted from 0."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


@dataclass(slots=True)
class Document:
    """What a file holds. ``findings`` is everything wrong with it as YAML, in the order of the file.

    ``complete`` is False where reading had to stop; ``value`` is then None. ``refused`` are paths whose value
    was not taken as it stands, so that nothing more need be said about it. ``values`` and ``keys`` hold the YAML
    library's own marks, since hardly any of them is ever asked for.
    """

    value: object = None
    complete: bool = False
    findings: list[Finding] = field(default_factory=list[Finding])
    values: dict[ValuePath, Mark] = field(default_factory=dict[ValuePath, Mark])
    keys: dict[ValuePath, Mark] = field(default_factory=dict[ValuePath, Mark])
    refused: set[ValuePath] = field(default_factory=set[ValuePath])

    def place(self, path: Iterable[str | int]) -> Place:
        """Where the value at ``path`` begins, or the nearest value around it that is in the file."""
        return _nearest(self.values, tuple(path))

    def place_of_key(self, path: Iterable[str | int]) -> Place:
        """Where the key that ends ``path`` is written, or the nearest value around it."""
        key = tuple(path)
        mark = self.keys.get(key)
        return _nearest(self.values, key) if mark is None else _place_of(mark)


def _nearest(marks: Mapping[ValuePath, Mark], path: ValuePath) -> Place:
    while path and path not in marks:
        path = path[:-1]
    return _place_of(marks[path]) if path in marks else START


def _place_of(mark: Mark) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def parse(data: bytes, *, c_library: bool = True) -> Document:
    """Reads one file's bytes. Never raises for what is in them: see ``findings``.

    ``c_library``: use libyaml where PyYAML was built with it.
    """
    document = Document()
    if len(data) > MAX_BYTES:
        document.findings.append(
            Finding(START, f"the file is larger than {MAX_BYTES // 1024:,} KiB; split the show or shorten it")
        )
        return document
    text = _decode(data, document)
    if text is None or not _clear_tabs(text, document):
        return document
    text = text.replace("\t", " ")
    builder = _Builder(document)
    try:
        finished = builder.build(_events(text, c_library=c_library))
    except yaml.YAMLError as error:
        document.findings.append(_explain(error, text))
    except (ValueError, OverflowError):
        # PyYAML's own scanner lets these through for escapes and version numbers out of range.
        document.findings.append(
            Finding(builder.last, "a character escape or a directive here is out of range; remove it")
        )
    else:
        document.complete = finished
    if not document.complete:
        document.value = None
    document.findings.sort(key=lambda finding: finding.place)
    return document


def _events(text: str, *, c_library: bool) -> Iterable[Any]:
    # PyYAML has no type stubs of its own, and no C loader where it was built without libyaml.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader) if c_library else yaml.SafeLoader
    return iter(loader(text).get_event, None)


def _decode(data: bytes, document: Document) -> str | None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        document.findings.append(Finding(START, "the file is saved as UTF-16; save it as UTF-8"))
        return None
    if data.startswith(b"\xef\xbb\xbf"):
        document.findings.append(Finding(START, "the file begins with a byte order mark; save it as UTF-8 without BOM"))
        data = data[3:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        document.findings.append(
            Finding(
                _place_at(before, len(before)),
                f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8",
            )
        )
        return None
    bad = [found.start() for found in _UNPRINTABLE.finditer(text)]
    if not bad:
        return text
    _report_all(
        document,
        text,
        bad,
        lambda index: f"the invisible character U+{ord(text[index]):04X} can't stand here; remove it",
    )
    return _UNPRINTABLE.sub("\ufffd", text)


def _clear_tabs(text: str, document: Document) -> bool:
    """Reports tabs; True where the file can be read all the same because none of them indents a line."""
    bad = [text.index("\t", found.start()) for found in _INDENTED_BY_TAB.finditer(text)]
    if bad:
        _report_all(document, text, bad, lambda _: "a tab indents this line; indent with spaces")
        return False
    first = text.find("\t")
    if first >= 0:
        document.findings.append(Finding(_place_at(text, first), "there is a tab here; write a space"))
    return True


def _report_all(document: Document, text: str, indexes: list[int], message: Callable[[int], str]) -> None:
    shown = indexes[:_MAX_ALIKE]
    for index in shown:
        document.findings.append(Finding(_place_at(text, index), message(index)))
    if len(indexes) > len(shown):
        last = _place_at(text, indexes[len(shown)])
        document.findings.append(Finding(last, f"from here on there are {len(indexes) - len(shown)} more of these"))


def _place_at(text: str, index: int) -> Place:
    breaks = list(_LINE_BREAK.finditer(text, 0, index))
    return Place(len(breaks) + 1, index - (breaks[-1].end() if breaks else 0) + 1)


class _Dropped:
    """Stands for a key whose value is read but not taken."""


_DROPPED: Final = _Dropped()


@dataclass(slots=True)
class _Frame:
    """A mapping or list that is being read. ``path`` is None inside what is not taken.

    ``key``: the key whose value comes next, at ``key_path``; None where a key comes next.
    """

    container: dict[str, object] | list[object]
    path: ValuePath | None
    key: str | _Dropped | None = None
    key_path: ValuePath | None = None
    is_key: bool = False


class _Builder:
    """Builds values from events, with a stack of its own in place of recursion."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._mark: Mark | None = None
        self._stack: list[_Frame] = []
        self._values = 0

    @property
    def last(self) -> Place:
        """Where the last event began that was read."""
        return START if self._mark is None else _place_of(self._mark)

    def build(self, events: Iterable[Any]) -> bool:
        """Fills the document; False where it had to stop before the end."""
        documents = 0
        findings = self._document.findings
        for event in events:
            if len(findings) >= MAX_FINDINGS:
                self._say(f"there are more than {MAX_FINDINGS} problems up to here; mend those first")
                return False
            mark = self._mark = event.start_mark
            if isinstance(event, yaml.NodeEvent):
                self._values += 1
                if self._values > MAX_VALUES:
                    self._say(f"the file holds more than {MAX_VALUES:,} values; split the show or shorten it")
                    return False
                if not self._node(event, mark):
                    return False
            elif isinstance(event, yaml.CollectionEndEvent):
                frame = self._stack.pop()
                if frame.is_key:
                    self._stack[-1].key = _DROPPED
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._say("a second document begins here; a file holds one, so remove the line `---`")
                    return False
                if event.version or event.tags:
                    self._say(_DIRECTIVE)
        if not documents:
            self._mark = None
            self._say("the file is empty; see the documentation of the file format for what belongs into it")
            return False
        return True

    def _say(self, message: str) -> None:
        self._document.findings.append(Finding(self.last, message))

    def _node(self, event: yaml.NodeEvent, mark: Mark) -> bool:
        """Takes one key or value; False where reading can't go on."""
        parent = self._stack[-1] if self._stack else None
        if parent is not None and parent.key is None and isinstance(parent.container, dict):
            return self._key(parent, parent.container, event, mark)
        if isinstance(event, yaml.ScalarEvent):
            taken = self._plain_node(event)
            self._put(parent, self._scalar(event), mark, taken=taken)
            return True
        if isinstance(event, yaml.CollectionStartEvent):
            taken = self._plain_node(event)
            container = _container(event)
            return self._push(_Frame(container, self._put(parent, container, mark, taken=taken)))
        self._say(
            f"the alias {quoted('*' + str(event.anchor))} repeats another place, which is "
            "not allowed; write the value out"
        )
        self._put(parent, None, mark, taken=False)
        return True

    def _put(self, parent: _Frame | None, value: object, mark: Mark, *, taken: bool) -> ValuePath | None:
        """Puts a value where it belongs, and gives its path; ``taken`` is False where it is not as written."""
        if parent is None:
            path = ()
            self._document.value = value
        elif isinstance(parent.container, list):
            path = None if parent.path is None else (*parent.path, len(parent.container))
            parent.container.append(value)
        else:
            path = parent.key_path
            if isinstance(parent.key, str):
                parent.container[parent.key] = value
            parent.key = parent.key_path = None
        if path is not None:
            self._document.values[path] = mark
            if not taken:
                self._document.refused.add(path)
        return path

    def _push(self, frame: _Frame) -> bool:
        self._stack.append(frame)
        if len(self._stack) > MAX_DEPTH:
            self._say(f"nested deeper than {MAX_DEPTH} levels; no data file needs that, so check the brackets")
            return False
        return True

    def _key(self, parent: _Frame, container: dict[str, object], event: yaml.NodeEvent, mark: Mark) -> bool:
        parent.key = _DROPPED
        if isinstance(event, yaml.CollectionStartEvent):
            self._plain_node(event)
            self._say("a key must be one word, not a list or mapping; remove the `?`, `[` or `{` here")
            return self._push(_Frame(_container(event), None, is_key=True))
        if not isinstance(event, yaml.ScalarEvent):
            self._say(
                f"the alias {quoted('*' + str(event.anchor))} repeats another place, which is "
                "not allowed; write the key out"
            )
            return True
        self._plain_node(event)
        key: str = event.value
        path = None if parent.path is None else (*parent.path, key)
        if key == "<<" and not event.style:
            self._say("`<<` merges another mapping, which is not allowed; write the keys out")
        elif key in container:
            # The first one stays, so that nothing about the mapping depends on how often a key was pasted.
            where = None if path is None else self._document.keys.get(path)
            first = f" (first in line {where.line + 1})" if where else ""
            self._say(f"the key {quoted(key)} is written twice here{first}; remove one")
        else:
            parent.key, parent.key_path = key, path
            container[key] = None
            if path is not None:
                self._document.keys[path] = mark
        return True

    def _plain_node(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> bool:
        """Reports anchors and tags; False where a tag changes what the value would be."""
        if event.anchor is not None:
            self._say(
                f"the anchor {quoted('&' + str(event.anchor))} is not allowed; remove it and write repeated values out"
            )
        if event.tag is not None:
            tag = quoted(event.tag.replace("tag:yaml.org,2002:", "!!"))
            self._say(f"the tag {tag} is not allowed; remove it, and quote the value to keep it text")
            return False
        return True

    def _scalar(self, event: yaml.ScalarEvent) -> object:
        text: str = event.value
        if not event.style:
            if text in _WORDS:
                return _WORDS[text]
            if text[0] in "-0123456789":
                if _INTEGER.fullmatch(text):
                    return int(text)
                if _DECIMAL.fullmatch(text):
                    return float(text)
        elif event.style == '"' and _UNPRINTABLE.search(text):
            self._say("a `\\` escape in this text stands for an invisible character; remove it")
            return _UNPRINTABLE.sub("\ufffd", text)
        return text


def _container(event: yaml.CollectionStartEvent) -> dict[str, object] | list[object]:
    return {} if isinstance(event, yaml.MappingStartEvent) else []


#: What libyaml and PyYAML's own parser call a mistake; whether the place to show is where it began; what to do.
_NOT_CLOSED: Final = "a quote that is opened here is never closed; close it"
_NO_KEY: Final = "this line is neither `key: value` nor `- item`; fix it or quote the text"
_NO_ITEM: Final = "expected another `- item` of the list here; check the indentation"
_DIRECTIVE: Final = "directives (lines that begin with `%`) are not allowed; remove them"
_ESCAPE: Final = "the `\\` escape here stands for no character; remove it"
_EXPLANATIONS: Final = (
    (
        "mapping values are not allowed",
        False,
        "a second `: ` on one line, or a wrong indentation; quote the text or fix the indentation",
    ),
    ("found unexpected end of stream", True, _NOT_CLOSED),
    ("found unexpected document", True, _NOT_CLOSED),
    ("while scanning a simple key", True, _NO_KEY),
    ("cannot start any token", False, "a text can't begin with this character; put the text in quotes"),
    (
        "unknown escape character",
        False,
        "`\\` has a meaning in double quotes; write `\\\\`, or use single quotes",
    ),
    ("character escape code", False, _ESCAPE),
    ("expected escape sequence", False, _ESCAPE),
    (
        "while parsing a flow sequence",
        True,
        "the list that `[` opens here is not closed, or a comma is missing; write `[a, b]`",
    ),
    (
        "while parsing a flow mapping",
        True,
        "the mapping that `{` opens here is not closed, or a comma is missing; write `{a: 1, b: 2}`",
    ),
    ("while parsing a block collection", False, _NO_ITEM),
    (
        "while parsing a block mapping",
        False,
        "expected `key: value` here; check the indentation and the quotes of this line",
    ),
    ("incompatible YAML document", False, _DIRECTIVE),
)


def _explain(error: yaml.YAMLError, text: str) -> Finding:
    problem = str(getattr(error, "problem", None) or error)
    context = str(getattr(error, "context", None) or "")
    at_beginning = False
    message = f"this is not YAML ({quoted(problem)[1:-1]}); check the line and the one before"
    for part, began, explained in _EXPLANATIONS:
        if part in problem or part in context:
            at_beginning, message = began, explained
            break
    marks: tuple[Any, Any] = getattr(error, "context_mark", None), getattr(error, "problem_mark", None)
    mark = (marks[0] or marks[1]) if at_beginning else (marks[1] or marks[0])
    if mark is None:
        return Finding(START, message)
    lines = _LINE_BREAK.split(text)
    # The end of a file is reported as the line after the last one, which no editor can go to.
    line = min(mark.line, len(lines) - 1)
    column = mark.column if line == mark.line else len(lines[line])
    return Finding(Place(line + 1, column + 1), message)
