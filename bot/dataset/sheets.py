"""One file of a show, read as far as it can be: its entries, what is wrong with them, and where they stand.

Errors of pydantic are put into words here. Entries that are wrong are left out, but their ids stay known, so
that one mistake is reported once and not again wherever somebody refers to it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Generic, cast, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.dataset.positions import MAX_BYTES, MAX_FINDINGS, START, Document, Place, ValuePath, parse
from bot.dataset.problems import Problem, did_you_mean, quoted
from bot.dataset.schema import WORDED, Entry, EntryT


@dataclass(slots=True)
class Sheet(Generic[EntryT]):
    """A file of entries. ``entries`` are those in order, by their index in the file.

    ``problems`` keep the show from being used, ``hints`` don't.

    ``names`` holds what every entry is called, right or wrong, in the order of the file; None where the file
    could not be read, so that nothing can be said about what is in it. ``kept`` gives, for each list from which
    something was left out, the indexes in the file of what is left; ``within`` is how many parts of a path lead
    to an entry.
    """

    path: Path
    document: Document
    problems: list[Problem] = field(default_factory=list[Problem])
    hints: list[Problem] = field(default_factory=list[Problem])
    entries: dict[int, EntryT] = field(default_factory=dict[int, EntryT])
    names: tuple[object, ...] | None = None
    within: int = 2
    kept: dict[ValuePath, list[int]] = field(default_factory=dict[ValuePath, list[int]])

    def say(self, message: str, *path: str | int) -> None:
        """Reports a problem at the value at ``path``, which counts only what was kept inside of entries."""
        self.report(self.place(path), message)

    def hint(self, message: str, *path: str | int) -> None:
        """Notes what deserves a look at the value at ``path``, though nothing is broken by it."""
        place = self.place(path)
        self.hints.append(Problem(self.path, place.line, place.column, message))

    def place(self, path: ValuePath) -> Place:
        """Where the value at ``path`` stands in the file; ``path`` counts only what was kept inside of entries."""
        return self.document.place(_in_file(self.kept, path, self.within))

    def report(self, place: Place, message: str) -> None:
        """Reports a problem at a place in the file."""
        self.problems.append(Problem(self.path, place.line, place.column, message))


def read_sheet(path: Path, model: type[Entry], kind: str, entry: type[EntryT], name: str) -> Sheet[EntryT]:
    """Reads a file whose one key ``kind`` holds a list of entries, each called by its key ``name``."""
    sheet = _read(path, entry)
    listed = _get(sheet.document.value, kind)
    if isinstance(listed, list):
        sheet.names = tuple(_get(item, name) for item in cast("list[object]", listed))
    whole = _validate(sheet, model, {})
    if whole is not None:
        entries: list[EntryT] = getattr(whole, kind)
        sheet.entries = dict(zip(sheet.kept.get((kind,), range(len(entries))), entries, strict=True))
    return sheet


def read_single(path: Path, model: type[EntryT], stand_ins: Mapping[str, object]) -> Sheet[EntryT]:
    """Reads a file that is one entry as a whole; it is entry 0, and called by its key ``id``.

    ``stand_ins`` take the place of required values that are wrong, so that the rest can still be checked.
    """
    sheet = _read(path, model)
    if sheet.document.complete:
        sheet.names = (_get(sheet.document.value, "id"),)
    sheet.within = 0
    whole = _validate(sheet, model, stand_ins)
    if whole is not None:
        sheet.entries = {0: whole}
    return sheet


def absent(path: Path, entry: type[EntryT], *, known: bool) -> Sheet[EntryT]:
    """A file that isn't there. ``known``: it needs not be, so that it is known to hold nothing."""
    return Sheet[entry](path, Document(complete=True), names=() if known else None)


def _read(path: Path, entry: type[EntryT]) -> Sheet[EntryT]:
    try:
        document = parse(read_bytes(path))
    except OSError as error:
        sheet = Sheet[entry](path, Document())
        sheet.report(START, unreadable(error))
        return sheet
    sheet = Sheet[entry](path, document)
    for finding in document.findings:
        sheet.report(*finding)
    return sheet


def unreadable(error: OSError) -> str:
    """Why a file or folder can't be read, in words."""
    return f"can't be read ({error.strerror or error}); check that it exists and who may read it"


def read_bytes(path: Path) -> bytes:
    """A regular file's bytes, one more than the cap at most; links are not followed. Raises OSError."""
    # Opening a pipe would wait for somebody to write into it, hence O_NONBLOCK; Windows has neither flag.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "it is not a regular file")
        return file.read(MAX_BYTES + 1)


def _get(value: object, key: str) -> object:
    return cast("dict[str, object]", value).get(key) if isinstance(value, dict) else None


def _validate(sheet: Sheet[Any], model: type[EntryT], stand_ins: Mapping[str, object]) -> EntryT | None:
    """Reports what is wrong with the shape of a file; gives what is left of it without that, if anything."""
    if not sheet.document.complete:
        return None
    value = sheet.document.value
    try:
        return model.model_validate(value)
    except ValidationError as error:
        details = error.errors(include_url=False)
    _report_shape(sheet, model, details)
    wrong = [_path_of(detail) for detail in details]
    # What depends on a part that is left out may be wrong in turn; then the entry goes as a whole.
    for smallest in (True, False):
        cuts = {_cut_for(path, model, smallest=smallest) or path[:1] for path in wrong}
        sheet.kept.clear()
        left = _without(value, cuts, (), sheet.kept)
        if isinstance(left, dict):
            left = {**stand_ins, **cast("dict[str, object]", left)}
        try:
            return model.model_validate(left)
        except ValidationError as error:
            wrong += [_in_file(sheet.kept, _path_of(detail), 0) for detail in error.errors(include_url=False)]
    return None


def _report_shape(sheet: Sheet[Any], model: type[Entry], details: list[ErrorDetails]) -> None:
    document = sheet.document
    for detail in details[:MAX_FINDINGS]:
        path = _path_of(detail)
        if any(path[:length] in document.refused for length in range(len(path) + 1)):
            continue
        at_key = detail["type"] == "extra_forbidden"
        sheet.report(document.place_of_key(path) if at_key else document.place(path), _describe(detail, path, model))
    if len(details) > MAX_FINDINGS:
        sheet.report(START, f"there are {len(details) - MAX_FINDINGS:,} more problems like these in this file")


def _path_of(detail: ErrorDetails) -> ValuePath:
    return tuple(part for part in detail["loc"] if part != "[key]")


def _in_file(kept: Mapping[ValuePath, list[int]], path: ValuePath, known: int) -> ValuePath:
    """A path that counts only what was kept as one that counts as the file does; its first parts already do."""
    in_file = path[:known]
    for part in path[known:]:
        indexes = kept.get(in_file)
        in_file = (*in_file, indexes[part] if indexes is not None and isinstance(part, int) else part)
    return in_file


#: Lists whose parts lean on each other: the first name counts, and a fact is known by all its sources.
_WHOLE: Final = frozenset({"names", "sources"})


def _cut_for(path: ValuePath, model: type[Entry], *, smallest: bool) -> ValuePath:
    """What to leave out because of something wrong at ``path``: the smallest part that need not be there.

    Not ``smallest``: the entry.
    """
    for length in range(len(path) if smallest else min(2, len(path)), 0, -1):
        last, above = path[length - 1], path[: length - 1]
        if isinstance(last, int):
            if above[-1:] and above[-1] not in _WHOLE:
                return path[:length]
        else:
            known = _model_at(model, above).model_fields
            if last in known and not known[last].is_required():
                return path[:length]
            if length == len(path) and last not in known and not _in_text(model, above):
                return path
    return ()


def _in_text(model: type[Entry], path: ValuePath) -> bool:
    """Whether ``path`` leads to something that is no entry, such as a text in its languages."""
    if not path or isinstance(path[-1], int):
        return False
    field_info = _model_at(model, path[:-1]).model_fields.get(path[-1])
    return field_info is None or _model_in(field_info.annotation) is None


def _without(value: object, cuts: set[ValuePath], path: ValuePath, kept: dict[ValuePath, list[int]]) -> object:
    """A copy of ``value`` without what is at ``cuts``; notes in ``kept`` which items of lists are left."""
    if isinstance(value, dict):
        mapping = cast("dict[str, object]", value)
        return {
            key: _without(item, cuts, (*path, key), kept) for key, item in mapping.items() if (*path, key) not in cuts
        }
    if isinstance(value, list):
        items = cast("list[object]", value)
        left = [index for index in range(len(items)) if (*path, index) not in cuts]
        if len(left) < len(items):
            kept[path] = left
        return [_without(items[index], cuts, (*path, index), kept) for index in left]
    return value


_BOUNDS: Final = {
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
}


def _describe(detail: ErrorDetails, path: ValuePath, model: type[Entry]) -> str:
    """A validation error in words: what is wrong and what to write instead."""
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    key = str(path[-1]) if path else ""
    if kind == WORDED:
        return detail["msg"]
    if key == "sources" and len(path) > 1 and (kind == "missing" or (kind == "too_short" and value == [])):
        return f"{_unsourced(path)}; add `sources: [S1]`, the id in sources.yaml of the page where you read it"
    if kind == "missing":
        fields = _model_at(model, path[:-1]).model_fields
        help_text = fields[key].description if key in fields else None
        return f"the key `{key}` is missing; add `{key}: ...`" + (f" ({help_text.rstrip('.')})" if help_text else "")
    if kind == "extra_forbidden":
        known = _model_at(model, path[:-1]).model_fields
        if value is None and " " in key:
            return f"{quoted(key)} is cut off from the text before it by a comma; put the whole text in quotes"
        return f"the key {quoted(key)} is not known here{did_you_mean(key, known)}"
    if kind == "literal_error":
        words = _words(context.get("expected", ""))
        suggestion = did_you_mean(value, words) if isinstance(value, str) else did_you_mean("", words)
        return f"{_named(value)} is not possible here{suggestion}"
    if kind in _BOUNDS:
        words, limit = _BOUNDS[kind]
        return f"{quoted(value)} is out of range; it must be {words} {context[limit]:g}"
    if kind == "string_too_long":
        longest = context["max_length"]
        return f"the text is {len(str(value)):,} characters long; shorten it to {longest:,} at most"
    if kind == "string_too_short":
        return "the text is empty; write one or remove the key"
    if kind in {"too_short", "too_long"}:
        least, most = context.get("min_length"), context.get("max_length")
        return f"the list holds {context['actual_length']}; it needs " + (
            f"{least} at least" if kind == "too_short" else f"{most} at most"
        )
    expected = _EXPECTED.get(kind)
    if expected is None:
        return f"{_named(value)} can't stand here: {detail['msg']}"
    if value is None:
        return f"there is nothing here; write {expected}, or remove the key"
    hint = ""
    if kind == "string_type" and isinstance(value, bool | int | float):
        hint = f': "{str(value).lower()}"'
    elif kind in {"int_type", "float_type"} and isinstance(value, str) and value[-1:].isdigit():
        hint = ", without quotes, and with no 0 in front"
    return f"{_named(value)} can't stand here; write {expected}{hint}"


#: What is called otherwise than the list that it stands in.
_SINGULAR: Final = {"statuses": "status"}


def _unsourced(path: ValuePath) -> str:
    holder = next(part for part in reversed(path[:-1]) if isinstance(part, str))
    return f"this {_SINGULAR.get(holder, holder.removesuffix('s'))} has no source"


_EXPECTED: Final = {
    "string_type": "a text, in quotes",
    "bool_type": "true or false, without quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "list_type": "a list: [a, b], or one `- item` per line",
    "dict_type": "a text, or one per language: {en: ..., ko: ...}",
    "model_type": "keys with values, one `key: value` per line",
    "model_attributes_type": "keys with values, one `key: value` per line",
}


def _named(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return f"`{str(value).lower()}`"
        case int() | float():
            return f"the number {quoted(value)}"
        case str():
            return f"the text {quoted(value)}"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _words(expected: str) -> list[str]:
    """The words in pydantic's "'a', 'b' or 'c'"."""
    return expected.split("'")[1::2]


def _model_at(model: type[BaseModel], path: Iterable[str | int]) -> type[BaseModel]:
    """The model that describes what is at ``path``; indexes are passed over, as a list holds one kind of entry."""
    for part in path:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        found = _model_in(argument)
        if found is not None:
            return found
    return None
