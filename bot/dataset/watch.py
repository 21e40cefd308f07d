"""Notices when the files of a data folder change, by looking at them now and then."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

#: How long to wait between two looks, in seconds.
INTERVAL: Final = 0.5

#: When each file was last written, and its size in bytes; folders have neither.
Snapshot = dict[str, tuple[int, int] | None]


class Watcher:
    """Remembers how the files of a data folder were when it was made, or last said that they changed.

    Only the folders of shows and what lies right in them is looked at, so a look costs little however much there is
    besides. Make it before the folder is read, so that nothing that is written meanwhile is missed.
    """

    def __init__(self, folder: Path) -> None:
        self._shows = folder / "shows"
        self._told = self._seen = self._look()

    def changed(self) -> bool:
        """Whether files have changed since it last said so, and rested from one look to the next."""
        now = self._look()
        # Editors write a file in steps, and save several one after the other.
        rests, self._seen = now == self._seen, now
        if now == self._told or not rests:
            return False
        self._told = now
        return True

    def _look(self) -> Snapshot:
        found: Snapshot = {}
        for show in _entries(self._shows):
            if show.is_dir(follow_symlinks=False):
                found[show.path] = None
                found.update((file.path, _written(file)) for file in _entries(Path(show.path)))
            else:
                found[show.path] = _written(show)
        return found


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """What is in a folder, but for names with a dot in front, which are not read either; nothing where it is gone."""
    try:
        with os.scandir(folder) as found:
            yield from (entry for entry in found if not entry.name.startswith("."))
    except OSError:
        return


def _written(file: os.DirEntry[str]) -> tuple[int, int] | None:
    try:
        status = file.stat(follow_symlinks=False)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
