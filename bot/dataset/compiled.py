"""Shows as they were read before, kept in one file, so that only those whose files have changed are read anew.

A show is kept under a digest of the names and bytes of all its files, together with a digest of what is kept. What
doesn't match to the byte is not used: other files, another program, a damaged or cut off cache. All that is kept is
JSON, from which nothing but the values of `bot.core.show` can be built, so a forged cache is no more than forged data.

The program is known by the source of all modules that have a say in what a show is. Where that can't be read, nothing
is kept at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Union, cast, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import bot.core
from bot.core.show import Show
from bot.dataset.sheets import read_bytes

log = logging.getLogger(__name__)

#: The name of the file in the folder of the cache.
FILE: Final = "catalogue.jsonl"
#: A cache that is larger than this is none of ours.
_MAX_BYTES: Final = 1024 * 1024 * 1024

Coder = Callable[[Any], Any]


class CompiledShows:
    """The shows in a cache: those it was read with, and those that are to be kept in it from now on."""

    def __init__(self, folder: Path) -> None:
        """Read what is kept in ``folder``; a folder that is missing or unreadable holds nothing."""
        self._path = folder / FILE
        self._program = _program()
        self._kept = self._read()
        self._lines: dict[str, bytes] = {}

    def find(self, folder: Path, digest: str) -> Show | None:
        """The show whose folder has this digest, or None where it isn't kept whole; it stays kept."""
        line = self._kept.get(folder.name)
        if line is None or not line.startswith(digest.encode()):
            return None
        _, _, rest = line.partition(b" ")
        checked, _, payload = rest.partition(b" ")
        if checked != _digest_of(payload).encode():
            return None
        try:
            show: Show = _decoder(Show)(json.loads(payload))
            for zone in {show.zone, *(r.at.zone for e in show.episodes for r in e.releases if r.at is not None)}:
                _zone(zone)
        except (ValueError, TypeError, KeyError, AttributeError, LookupError, RecursionError):
            return None
        if show.id != folder.name:
            return None
        self._lines[folder.name] = line
        return show

    def keep(self, show: Show, digest: str) -> None:
        """Keep a show whose folder had this digest both before and after it was read."""
        payload = json.dumps(_encoder(Show)(show), ensure_ascii=False, separators=(",", ":")).encode()
        self._lines[show.id] = b" ".join((digest.encode(), _digest_of(payload).encode(), payload))

    def write(self) -> None:
        """Write what was found or kept, whole or not at all; where that can't be done the log says why."""
        if self._program is None or self._lines == self._kept:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            made, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{FILE}-")
            try:
                with os.fdopen(made, "wb") as file:
                    file.write(self._program + b"\n")
                    file.writelines(line + b"\n" for line in self._lines.values())
                Path(name).replace(self._path)
            except BaseException:
                with contextlib.suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            log.warning("Compiled shows can't be kept in %s (%s); starting takes longer", self._path.parent, error)

    def _read(self) -> dict[str, bytes]:
        try:
            if self._path.stat().st_size > _MAX_BYTES:
                return {}
            first, *lines = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return {}
        except OSError as error:
            log.warning("Compiled shows can't be read from %s (%s); starting takes longer", self._path, error)
            return {}
        if self._program is None or first != self._program:
            return {}
        return {name: line for line in lines if (name := _name_in(line)) is not None}


def digest_of(folder: Path) -> str | None:
    """What a show's files are called and hold; None where something is there that can't be read as a file."""
    found = hashlib.blake2b(digest_size=16)
    try:
        with os.scandir(folder) as entries:
            files = sorted(entry.name for entry in entries if not entry.name.startswith("."))
        for name in files:
            data = read_bytes(folder / name)
            found.update(f"{name}/{len(data)}/".encode())
            found.update(data)
    except (OSError, UnicodeEncodeError):
        return None
    return found.hexdigest()


def _name_in(line: bytes) -> str | None:
    """The id that a line's show begins with, without reading the rest."""
    start = line.find(b' ["')
    end = line.find(b'"', start + 3)
    return None if start < 0 or end < 0 else line[start + 3 : end].decode("utf-8", "replace")


def _digest_of(payload: bytes) -> str:
    return hashlib.blake2b(payload, digest_size=16).hexdigest()


@cache
def _zone(name: str) -> ZoneInfo:
    """Raises LookupError or ValueError where this machine doesn't know the zone."""
    return ZoneInfo(name)


@cache
def _program() -> bytes | None:
    """What stands for the modules that say what a show is; None where their source can't be read."""
    found = hashlib.blake2b(digest_size=16)
    try:
        for folder in (Path(__file__).parent, Path(bot.core.__path__[0])):
            for path in sorted(folder.glob("*.py")):
                found.update(f"{path.name}/".encode())
                found.update(path.read_bytes())
    except OSError:
        return None
    return f"cliffhanger compiled shows {found.hexdigest()}".encode()


# Values as JSON: a dataclass as the list of its fields, an enumeration as its value, a day as ISO 8601. What a field
# may hold is told by its type alone.


def _same(value: Any) -> Any:
    return value


@cache
def _encoder(kind: Any) -> Coder:
    return _coder(kind, _encoder, _encoded_fields, lambda _: _enum_value, date.isoformat, list)


@cache
def _decoder(kind: Any) -> Coder:
    return _coder(kind, _decoder, _decoded_fields, _enum_of, date.fromisoformat, tuple)


def _coder(
    kind: Any,
    inner: Callable[[Any], Coder],
    of_dataclass: Callable[[Any], Coder],
    of_enum: Callable[[Any], Coder],
    of_day: Coder,
    listed: Coder,
) -> Coder:
    """How values of a type are written or read; ``inner`` gives the same for the types within it."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (UnionType, Union):
        [one] = (argument for argument in arguments if argument is not NoneType)
        return _unless_none(inner(one))
    if origin is tuple:
        return _each(inner(arguments[0]), listed)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _each_value(inner(arguments[1]))
    if kind is date:
        return of_day
    if isinstance(kind, type) and issubclass(kind, Enum):
        return of_enum(kind)
    return of_dataclass(kind) if isinstance(kind, type) and is_dataclass(cast("type[object]", kind)) else _same


def _unless_none(code: Coder) -> Coder:
    return code if code is _same else lambda value: None if value is None else code(value)


def _each(code: Coder, listed: Coder) -> Coder:
    return listed if code is _same else lambda values: listed([code(value) for value in values])


def _each_value(code: Coder) -> Coder:
    if code is _same:
        return dict
    return lambda values: {key: code(value) for key, value in values.items()}


def _enum_value(value: Enum) -> Any:
    return value.value


def _enum_of(kind: type[Enum]) -> Coder:
    return {cast("Any", member).value: member for member in kind}.__getitem__


def _encoded_fields(kind: Any) -> Coder:
    types = get_type_hints(kind)
    codes = [(field.name, _encoder(types[field.name])) for field in fields(kind)]
    return lambda value: [code(getattr(value, name)) for name, code in codes]


def _decoded_fields(kind: Any) -> Coder:
    types = get_type_hints(kind)
    count = len(fields(kind))
    codes = [(index, _decoder(types[field.name])) for index, field in enumerate(fields(kind))]
    told = [(index, code) for index, code in codes if code is not _same]

    def decode(row: list[Any]) -> Any:
        if len(row) != count:
            raise ValueError(kind.__name__)
        for index, code in told:
            value = row[index]
            if value is not None:
                row[index] = code(value)
        return kind(*row)

    return decode
