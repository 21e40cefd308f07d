"""A data folder to the catalogue of its shows, or to every problem in all of its files at once.

A data folder holds ``shows``, which holds one folder for each show, named by the show's id. Links are not
followed, and names that begin with a dot are passed over.
"""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.core.errors import OperatorError
from bot.core.show import Catalogue, Show
from bot.dataset.checks import ShowSheets
from bot.dataset.checks import check as check_sheets
from bot.dataset.compiled import CompiledShows, digest_of
from bot.dataset.hints import add_hints
from bot.dataset.problems import Problem, did_you_mean, quoted
from bot.dataset.schema import (
    FILES,
    REQUIRED,
    CharacterEntry,
    ConflictEntry,
    EntryT,
    EpisodeEntry,
    GroupEntry,
    QuestionEntry,
    RecapEntry,
    ShowFile,
    SourceEntry,
)
from bot.dataset.sheets import Sheet, absent, read_sheet, read_single, unreadable
from bot.dataset.values import show_of

__all__ = ["DatasetError", "Findings", "Problem", "check", "examine", "is_folder_name", "load", "load_catalogue"]

#: Exit code of a process that was given wrong data (EX_DATAERR).
_EXIT_CODE: Final = 65

_ID = re.compile(r"[a-z0-9-]{1,64}")
#: Names that can't be folders on Windows.
_RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
#: From so many shows on their values are left out of the search for garbage.
_MANY: Final = 100
#: What may stand in a show's folder besides the files of the format.
_PASSED_OVER: Final = "README.md"


#: Right values for what every show has, used only where a show's own are wrong and nothing is loaded anyway.
_STAND_INS: Final = {"id": "-", "title": "-", "network": "-", "country": "KR", "zone": "UTC", "language": "en"}


class DatasetError(OperatorError):
    """The data folder can't be used. ``problems`` is all that is wrong with it, in order; str() prints them."""

    def __init__(self, folder: Path, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("operator.dataset", _EXIT_CODE, folder=folder, problems=self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


@dataclass(frozen=True, slots=True)
class Findings:
    """What there is to say about a data folder, sorted by file and place.

    ``problems`` keep it from being used; ``hints`` deserve a look only. ``catalogue`` is None where there are problems.
    """

    problems: tuple[Problem, ...]
    hints: tuple[Problem, ...]
    catalogue: Catalogue | None


def load(folder: Path, cache: Path | None = None) -> Catalogue:
    """The shows in a data folder. Raises DatasetError with all problems of all files.

    ``cache``: a folder in which shows are kept compiled, so that only those that have changed are read anew.
    """
    with _no_collection():
        return _load(folder, cache)


def load_catalogue(folder: Path, default_show: str | None, cache: Path | None = None) -> Catalogue:
    """The shows of a data folder; ``cache``: where they are kept compiled.

    Raises OperatorError (DatasetError is one), never starting on a dataset with a mistake in it.
    """
    catalogue = load(folder, cache)
    if default_show is not None and default_show not in catalogue.shows:
        raise OperatorError("operator.default-show", os.EX_CONFIG, show=default_show, known=", ".join(catalogue.shows))
    return catalogue


@contextmanager
def _no_collection() -> Generator[None]:
    """No search for garbage meanwhile: values hold no circles, and looking through all of them takes longest of all."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _load(folder: Path, cache: Path | None) -> Catalogue:
    problems: list[Problem] = []
    shows: list[Show] = []
    compiled = None if cache is None else CompiledShows(cache)
    for path in _show_folders(folder, problems):
        digest = None if compiled is None else digest_of(path)
        show = None if compiled is None or digest is None else compiled.find(path, digest)
        if show is None:
            sheets = _checked(path, problems)
            if problems:
                continue
            show = _build(sheets)
            # Whoever saves a file while it is read must not find the old one kept for the new.
            if compiled is not None and digest is not None and digest == digest_of(path):
                compiled.keep(show, digest)
        shows.append(show)
    if problems:
        raise DatasetError(folder, sorted(set(problems)))
    if compiled is not None:
        compiled.write()
    if len(shows) >= _MANY:
        # So many values that looking through them again and again would hold everything else up.
        gc.freeze()
    return _catalogue(shows)


def check(folder: Path) -> list[Problem]:
    """All problems of a data folder, sorted by file and place; none where `load` would succeed."""
    problems: list[Problem] = []
    for _ in _read(folder, problems):
        pass
    return sorted(set(problems))


def examine(folder: Path) -> Findings:
    """All problems and hints of a data folder, and its shows where there is no problem."""
    problems: list[Problem] = []
    hints: list[Problem] = []
    shows: list[Show] = []
    for sheets in _read(folder, problems):
        add_hints(sheets)
        hints.extend(sheets.hints)
        if not problems:
            shows.append(_build(sheets))
    return Findings(tuple(sorted(set(problems))), tuple(sorted(set(hints))), None if problems else _catalogue(shows))


def _read(folder: Path, problems: list[Problem]) -> Iterator[ShowSheets]:
    """The shows of a folder one by one, read and checked; what is wrong goes to ``problems`` on the way."""
    for path in _show_folders(folder, problems):
        yield _checked(path, problems)


def _checked(path: Path, problems: list[Problem]) -> ShowSheets:
    """A show, read and checked; what is wrong goes to ``problems``."""
    sheets = _read_show(path, problems)
    check_sheets(sheets)
    problems.extend(sheets.problems)
    return sheets


def _catalogue(shows: Iterable[Show]) -> Catalogue:
    ordered = sorted(shows, key=lambda show: (show.title.to("en").casefold(), show.id))
    return Catalogue({show.id: show for show in ordered})


def is_folder_name(name: str) -> bool:
    """Whether a show's folder may be called so."""
    return bool(_ID.fullmatch(name)) and not _RESERVED.fullmatch(name)


def _show_folders(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    """The folders of shows, by name; what else is wrong on the way there goes to ``problems``."""
    root = folder / "shows"
    count = 0
    try:
        entries = _entries(root)
    except OSError as error:
        problems.append(_whole(root, _no_shows(folder, error)))
        return
    for entry in entries:
        path = root / entry.name
        if entry.is_symlink():
            problems.append(_whole(path, _LINK))
        elif entry.is_dir(follow_symlinks=False):
            count += 1
            if is_folder_name(entry.name):
                yield path
            else:
                problems.append(_whole(path, _BAD_FOLDER))
        elif entry.name != _PASSED_OVER:
            problems.append(_whole(path, "only folders of shows belong here; move or remove it"))
    if not count:
        problems.append(
            _whole(root, "there is no show here; make a folder with show.yaml, episodes.yaml, sources.yaml")
        )


_LINK: Final = "this is a link, and links are not followed; put the real thing here"
_BAD_FOLDER: Final = (
    "a show's folder is named by its id; write 1 to 64 of a-z, 0-9 and `-`, such as `the-defects`, "
    "and no device name of Windows"
)


def _no_shows(folder: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        if not folder.exists():
            return f"the data folder {quoted(folder)} does not exist; give the folder that holds `shows`"
        for above in (folder.absolute().parent, folder.absolute().parent.parent):
            if (above / "shows").is_dir() and folder.absolute().is_relative_to(above / "shows"):
                return f"there is no `shows` folder here; did you mean {quoted(above)}?"
        return "there is no `shows` folder here; give the folder that holds `shows`, or make it"
    return unreadable(error)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    if folder.is_symlink():
        raise OSError(0, "it is a link, and links are not followed")
    with os.scandir(folder) as found:
        return sorted((entry for entry in found if not entry.name.startswith(".")), key=lambda entry: entry.name)


def _read_show(folder: Path, problems: list[Problem]) -> ShowSheets:
    present = _files(folder, problems)

    def sheet(kind: str, entry: type[EntryT], name: str) -> Sheet[EntryT]:
        path = folder / f"{kind}.yaml"
        if kind in present:
            return read_sheet(path, FILES[kind], kind, entry, name)
        return absent(path, entry, known=kind not in REQUIRED)

    show_path = folder / "show.yaml"
    return ShowSheets(
        folder=folder.name,
        show=read_single(show_path, ShowFile, _STAND_INS)
        if "show" in present
        else absent(show_path, ShowFile, known=False),
        episodes=sheet("episodes", EpisodeEntry, "number"),
        recaps=sheet("recaps", RecapEntry, "episode"),
        characters=sheet("characters", CharacterEntry, "id"),
        groups=sheet("groups", GroupEntry, "id"),
        questions=sheet("questions", QuestionEntry, "id"),
        conflicts=sheet("conflicts", ConflictEntry, "id"),
        sources=sheet("sources", SourceEntry, "id"),
    )


def _files(folder: Path, problems: list[Problem]) -> frozenset[str]:
    """The kinds of files that are in a show's folder."""
    try:
        entries = _entries(folder)
    except OSError as error:
        problems.append(_whole(folder, unreadable(error)))
        return frozenset()
    names = {f"{kind}.yaml": kind for kind in FILES}
    present: set[str] = set()
    for entry in entries:
        path = folder / entry.name
        if entry.name in names:
            present.add(names[entry.name])
            if entry.is_symlink():
                present.discard(names[entry.name])
                problems.append(_whole(path, _LINK))
        elif entry.name != _PASSED_OVER:
            problems.append(
                _whole(
                    path,
                    f"this file does not belong to a show; rename or remove it{did_you_mean(entry.name, names)}",
                )
            )
    for kind in FILES:
        if kind in REQUIRED and kind not in present and not (folder / f"{kind}.yaml").is_symlink():
            problems.append(_whole(folder / f"{kind}.yaml", "the file is missing; every show needs it"))
    return frozenset(present)


def _whole(path: Path, message: str) -> Problem:
    return Problem(path, 1, 1, message)


def _build(sheets: ShowSheets) -> Show:
    return show_of(
        sheets.show.entries[0],
        tuple(sheets.episodes.entries.values()),
        sheets.recaps.entries.values(),
        sheets.characters.entries.values(),
        sheets.groups.entries.values(),
        sheets.questions.entries.values(),
        sheets.conflicts.entries.values(),
        sheets.sources.entries.values(),
    )
