"""Puts a layer between SQLite and the disk: writes that fail as on a full disk, or are recorded with their syncs.

The layer is a VFS, made with ctypes in the very SQLite library that Python's `sqlite3` uses, and the default one of
the process while it is installed: whatever opens a database meanwhile gets it, without knowing.
"""

from __future__ import annotations

import ctypes
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

SQLITE_OK = 0
SQLITE_FULL = 13
#: Which files of a database an operation is recorded of: itself and its journals, not the shared memory.
_OPEN_MAIN_DB, _OPEN_WAL, _OPEN_MAIN_JOURNAL = 0x100, 0x80000, 0x800
_WATCHED = _OPEN_MAIN_DB | _OPEN_WAL | _OPEN_MAIN_JOURNAL

_INT, _POINTER, _TEXT, _I64 = ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int64
_WRITE = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _INT, _I64)
_TRUNCATE = ctypes.CFUNCTYPE(_INT, _POINTER, _I64)
_SYNC = ctypes.CFUNCTYPE(_INT, _POINTER, _INT)
_OPEN = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _POINTER, _INT, ctypes.POINTER(_INT))
_DELETE = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _INT)


class _Vfs(ctypes.Structure):
    """`sqlite3_vfs`, version 3."""

    _fields_ = (
        ("iVersion", _INT),
        ("szOsFile", _INT),
        ("mxPathname", _INT),
        ("pNext", _POINTER),
        ("zName", _TEXT),
        ("pAppData", _POINTER),
        ("xOpen", _POINTER),
        ("xDelete", _POINTER),
        ("rest", _POINTER * 14),
    )


class _Methods(ctypes.Structure):
    """`sqlite3_io_methods`, version 3."""

    _fields_ = (
        ("iVersion", _INT),
        ("xClose", _POINTER),
        ("xRead", _POINTER),
        ("xWrite", _POINTER),
        ("xTruncate", _POINTER),
        ("xSync", _POINTER),
        ("rest", _POINTER * 13),
    )


class _File(ctypes.Structure):
    """The head of every `sqlite3_file`."""

    _fields_ = (("pMethods", ctypes.POINTER(_Methods)),)


class Operation(NamedTuple):
    """Something that was done to a file: "write" (at `offset`), "truncate" (to `offset`), "sync" or "delete".

    "mark" is no operation on a file but what `Layer.mark` was told, in its place among them.
    """

    kind: str
    path: str
    offset: int = 0
    data: bytes = b""


class LayerError(Exception):
    """This Python's SQLite library can't be reached; the message says why."""


class Layer:
    """What happens between SQLite and the disk.

    `full` says whether the disk is full now. Where `recording`, `log` has every operation in order.
    """

    def __init__(self, *, full: Callable[[], bool] = lambda: False, recording: bool = False) -> None:
        self.log: list[Operation] = []
        self.refused = 0
        self._full = full
        self._recording = recording
        self._paths: dict[int, str] = {}
        self._originals: dict[int, Any] = {}
        self._kept: list[Any] = []

    def mark(self, text: str) -> None:
        """Note in the log that something has happened by now."""
        self.log.append(Operation("mark", text))

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Be the default VFS; every database opened in the block has to be closed in it. Raises LayerError."""
        library = _library()
        base = ctypes.cast(library.sqlite3_vfs_find(None), ctypes.POINTER(_Vfs))
        vfs = _Vfs()
        ctypes.memmove(ctypes.byref(vfs), base, ctypes.sizeof(_Vfs))
        open_file, delete_file = _OPEN(base.contents.xOpen), _DELETE(base.contents.xDelete)

        @_OPEN
        def opened(_: int, name: int | None, file: int, flags: int, out_flags: Any) -> int:
            # The name is passed on as the pointer that came, not as a copy of the text: SQLite keeps it.
            result = open_file(ctypes.addressof(base.contents), name, file, flags, out_flags)
            if result == SQLITE_OK and name and flags & _WATCHED:
                self._watch(file, ctypes.string_at(name).decode())
            return result

        @_DELETE
        def deleted(_: int, name: int, directory_too: int) -> int:
            if self._recording:
                self.log.append(Operation("delete", ctypes.string_at(name).decode()))
            return delete_file(ctypes.addressof(base.contents), name, directory_too)

        vfs.zName = b"storm"
        vfs.xOpen = ctypes.cast(opened, _POINTER)
        vfs.xDelete = ctypes.cast(deleted, _POINTER)
        self._kept += [vfs, opened, deleted]
        _FOREVER.append(self)
        if library.sqlite3_vfs_register(ctypes.byref(vfs), 1) != SQLITE_OK:
            raise LayerError("SQLite did not take the layer")
        try:
            yield
        finally:
            library.sqlite3_vfs_unregister(ctypes.byref(vfs))

    def _watch(self, file: int, path: str) -> None:
        head = ctypes.cast(file, ctypes.POINTER(_File)).contents
        original = head.pMethods.contents
        self._paths[file] = path
        key = ctypes.addressof(original)
        if key not in self._originals:
            self._originals[key] = self._wrapped(original)
        head.pMethods = ctypes.pointer(self._originals[key])

    def _wrapped(self, original: _Methods) -> _Methods:
        write, truncate = _WRITE(original.xWrite), _TRUNCATE(original.xTruncate)
        sync = _SYNC(original.xSync)

        @_WRITE
        def written(file: int, data: int, size: int, offset: int) -> int:
            if self._full():
                self.refused += 1
                return SQLITE_FULL
            if self._recording:
                self.log.append(Operation("write", self._paths[file], offset, ctypes.string_at(data, size)))
            return write(file, data, size, offset)

        @_TRUNCATE
        def truncated(file: int, size: int) -> int:
            if self._recording:
                self.log.append(Operation("truncate", self._paths[file], size))
            return truncate(file, size)

        @_SYNC
        def synced(file: int, flags: int) -> int:
            if self._recording:
                self.log.append(Operation("sync", self._paths[file]))
            return sync(file, flags)

        made = _Methods()
        ctypes.memmove(ctypes.byref(made), ctypes.byref(original), ctypes.sizeof(_Methods))
        made.xWrite = ctypes.cast(written, _POINTER)
        made.xTruncate = ctypes.cast(truncated, _POINTER)
        made.xSync = ctypes.cast(synced, _POINTER)
        self._kept += [written, truncated, synced]
        return made


#: A connection that was forgotten may call a layer after its time; its functions must not be collected.
_FOREVER: list[Layer] = []


def _library() -> ctypes.CDLL:
    """The library that `sqlite3` is linked to. Raises LayerError."""
    import _sqlite3

    names: list[str | None] = [getattr(_sqlite3, "__file__", None), None]
    maps = Path("/proc/self/maps")
    if maps.exists():
        names[:0] = sorted({line.split()[-1] for line in maps.read_text().splitlines() if "libsqlite3" in line})
    for name in names:
        try:
            library = ctypes.CDLL(name)
            library.sqlite3_libversion.restype = _TEXT
            version = library.sqlite3_libversion().decode()
            find, register = library.sqlite3_vfs_find, library.sqlite3_vfs_register
        except (OSError, AttributeError):
            continue
        if version == sqlite3.sqlite_version:
            find.restype, find.argtypes = _POINTER, [_TEXT]
            register.restype, register.argtypes = _INT, [_POINTER, _INT]
            library.sqlite3_vfs_unregister.argtypes = [_POINTER]
            return library
    raise LayerError("this Python has SQLite built in, out of reach for a layer of ours")
