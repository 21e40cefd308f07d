"""``import``: from an address or file to a show's folder, and what has changed since into it."""

from __future__ import annotations

import asyncio
import difflib
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from bot.core.errors import OperatorError
from bot.dataset.catalogue import check, is_folder_name
from bot.dataset.drafts import write_files
from bot.dataset.imports import anilist, tvmaze
from bot.dataset.imports.drafting import RECORD, Home, Record, draft, read_record
from bot.dataset.imports.fetching import FetchError, Web, web
from bot.dataset.imports.merging import Merged, merge
from bot.dataset.imports.upstream import MAX_BYTES, Upstream, UpstreamError, country, read_json, zone
from bot.dataset.interview import Ask, FindZone, language_code, likely_country, likely_zone

#: Exit codes of sysexits.h: the command line, the data, a service, a file.
_USAGE, _DATA, _UNAVAILABLE, _CANT_CREATE = 64, 65, 69, 73


#: The files that an import begins, and looks after.
_FILES: Final = ("show.yaml", "episodes.yaml", "sources.yaml")


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says of what a service may not know; None where it doesn't."""

    id: str | None = None
    network: str | None = None
    country: str | None = None
    zone: str | None = None
    language: str | None = None


async def fetch(service: str, show: int, services: Web) -> Upstream:
    """What a service says of a show now. Raises FetchError and UpstreamError."""
    if service == tvmaze.SERVICE:
        first, second = tvmaze.addresses(show)
        return tvmaze.read(tvmaze.joined(await services.get(first), await services.get(second)), language_code)
    pages: list[object] = []
    while not pages or (anilist.has_more(pages[-1]) and len(pages) < anilist.MAX_PAGES):
        pages.append(await services.post(anilist.ADDRESS, anilist.question(show, len(pages) + 1)))
    # A page without a show carries the reason.
    return anilist.read(anilist.joined(pages) if len(pages) > 1 else pages[0])


def read_file(service: str, path: Path) -> Upstream:
    """What a saved answer says. Raises UpstreamError and OSError."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UpstreamError(f"the file is larger than {MAX_BYTES // 1024:,} KiB")
    document = read_json(data)
    return tvmaze.read(document, language_code) if service == tvmaze.SERVICE else anilist.read(document)


def import_show(
    service: str,
    source: str,
    folder: Path,
    given: Given,
    *,
    find_zone: FindZone,
    ask: Ask | None,
    yes: bool,
    out: TextIO,
) -> int:
    """Drafts a show, or brings one up to date that was drafted so; gives 0, or 1 where nobody agreed to the changes.

    ``source`` is an address, a number there, or a file. ``ask`` is None where nobody can be asked: without ``yes``
    changes are only shown then. Raises OperatorError.
    """

    def say(line: str) -> None:
        print(line, file=out, flush=True)

    try:
        show = _show_of(service, source)
        if show is None:
            upstream = read_file(service, Path(source))
        else:
            say(f"Asking {service} for show {show} …")
            upstream = asyncio.run(_obtain(service, show, say))
    except FetchError as error:
        raise OperatorError("operator.import-network", _UNAVAILABLE, service=service, reason=error) from None
    except UpstreamError as error:
        raise OperatorError("operator.import-source", _DATA, source=source[:200], reason=error) from None
    except OSError as error:
        reason = error.strerror or "it can't be read"
        raise OperatorError("operator.import-source", _DATA, source=source[:200], reason=reason) from None
    for note in upstream.notes:
        say(f"note: {note}")
    place = imported(folder).get((service, upstream.id))
    if place is None:
        return _begin(upstream, folder, given, find_zone, say)
    return _update(place, upstream, ask, say, yes=yes)


async def _obtain(service: str, show: int, say: Callable[[str], object]) -> Upstream:
    async with web(say) as services:
        return await fetch(service, show, services)


def _show_of(service: str, source: str) -> int | None:
    """The number of the show that an address or a number means; None for a file. Raises UpstreamError."""
    if re.match("(?i)[a-z][a-z0-9+.-]*://", source):
        found = tvmaze.show_id(source) if service == tvmaze.SERVICE else anilist.show_id(source)
        if found is None:
            example = "www.tvmaze.com/shows/82" if service == tvmaze.SERVICE else "anilist.co/anime/154587"
            raise UpstreamError(f"it is no page of a show there; copy one such as https://{example}")
        return found
    if re.fullmatch("[1-9][0-9]{0,9}", source) and not Path(source).exists():
        return int(source)
    return None


def imported(folder: Path) -> dict[tuple[str, int], Path]:
    """The folders of shows that an import began, by service and number there; one that can't be read is left out."""
    found: dict[tuple[str, int], Path] = {}
    for path in sorted(folder.glob(f"shows/*/{RECORD}")):
        try:
            record = read_record(path.read_bytes()[: MAX_BYTES + 1])
        except (OSError, UpstreamError):
            continue
        found.setdefault((record.service, record.upstream), path.parent)
    return found


def _begin(upstream: Upstream, folder: Path, given: Given, find_zone: FindZone, say: Callable[[str], object]) -> int:
    guessed: list[str] = []
    home = _home(upstream, given, find_zone, guessed)
    files, record = draft(upstream, home)
    place = write_files(folder, home.id, {**files, RECORD: record.text()})
    dated = sum(one.aired is not None for one in upstream.episodes)
    timed = sum(one.aired is not None and one.aired.time is not None for one in upstream.episodes)
    say(f"\nWritten to {place}: {len(upstream.episodes)} episodes, {dated} with a date, {timed} with an hour.")
    for line in guessed:
        say(f"  please check {line}")
    if not timed:
        say("  the hour is missing: without one there is no countdown and no recap; add `time` to the release")
    say("Every title is kept back until its episode has been seen: write `after: 0` where one gives nothing away.")
    say("Characters and recaps are yours to write; docs/writing-a-show.md leads through them. Then:")
    say("  python -m bot check-data")
    return 0


def _home(upstream: Upstream, given: Given, find_zone: FindZone, guessed: list[str]) -> Home:
    language = _wanted("--language", given.language, upstream.language, language_code)
    if language is None:
        raise _missing(upstream, "in which language the show is", "--language Korean")
    home = _wanted("--country", given.country, upstream.country, country)
    if home is None:
        home = likely_country(language)
        if home is None:
            raise _missing(upstream, "from which country the show is", "--country KR")
        guessed.append(f"country ({home}): guessed from the language")

    def named(typed: str) -> str | None:
        try:
            return zone(typed) or find_zone(typed)
        except ValueError:
            return None

    where = _wanted("--zone", given.zone, upstream.zone, named)
    if where is None:
        where = likely_zone(home, find_zone)
        if where is None:
            raise _missing(upstream, "in which time zone its dates are", "--zone Asia/Seoul")
        guessed.append(f"zone ({where}): guessed from the country")
    network = given.network or upstream.network
    if network is None:
        network = "Television" if upstream.kind == "broadcast" else "Online"
        guessed.append(f"network and service ({network}): {upstream.service} doesn't name the channel")
    id = given.id or slug(upstream.title) or f"{upstream.service}-{upstream.id}"
    if not is_folder_name(id):
        raise OperatorError(
            "operator.import-option", _USAGE, option="--id", typed=id[:60], reason="write 1 to 64 of a-z, 0-9 and -"
        )
    return Home(id, network[:80], home, where, language)


def _wanted(option: str, typed: str | None, known: str | None, read: Callable[[str], str | None]) -> str | None:
    if typed is None:
        return known
    found = read(typed)
    if found is None:
        raise OperatorError(
            "operator.import-option",
            _USAGE,
            option=option,
            typed=typed[:60],
            reason="nothing is known here by that name",
        )
    return found


def _missing(upstream: Upstream, what: str, option: str) -> OperatorError:
    return OperatorError("operator.import-missing", _USAGE, service=upstream.service, what=what, option=option)


def slug(title: str) -> str | None:
    """A folder's name from a title; None where it has no Latin letter."""
    latin = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    found = re.sub("[^a-z0-9]+", "-", latin.casefold().replace("'", "")).strip("-")[:64].strip("-")
    return found if found and is_folder_name(found) else None


def _update(place: Path, upstream: Upstream, ask: Ask | None, say: Callable[[str], object], *, yes: bool) -> int:
    before, record = _held(place)
    merged = _merged(place, before, record, upstream, dates_only=False)
    for line in merged.kept:
        say(f"kept: {line}")
    if merged.files == before:
        save(place, before, merged)
        say(f"{place} is up to date.")
        return 0
    for line in merged.changes:
        say(f"change: {line}")
    for name in _FILES:
        lines = difflib.unified_diff(
            before[name].splitlines(), merged.files[name].splitlines(), f"{name} now", f"{name} then", n=1, lineterm=""
        )
        for line in lines:
            say(line)
    if not yes:
        if ask is None:
            say("Nothing was written; --yes writes it.")
            return 1
        try:
            answer = ask("Write this? [y/N] ")
        except EOFError:
            answer = ""
        if answer.strip().casefold() not in ("y", "yes"):
            say("Nothing was written.")
            return 1
    save(place, before, merged)
    say(f"Written to {place}.")
    return 0


def update_dates(place: Path, upstream: Upstream) -> tuple[str, ...]:
    """Write the dates, hours and new episodes that the import owns; what has changed. Raises OperatorError."""
    before, record = _held(place)
    merged = _merged(place, before, record, upstream, dates_only=True)
    if merged.files == before:
        return ()
    save(place, before, merged)
    return tuple(merged.changes)


def _held(place: Path) -> tuple[dict[str, str], Record]:
    """The files of a show that was imported, and the note of that. Raises OperatorError."""
    problems = _problems(place, {})
    if problems is not None:
        raise problems
    try:
        files = {name: (place / name).read_bytes().decode() for name in _FILES}
        return files, read_record((place / RECORD).read_bytes())
    except (OSError, ValueError, UpstreamError) as error:
        raise OperatorError("operator.import-folder", _CANT_CREATE, path=place, reason=error) from None


def _merged(place: Path, before: Mapping[str, str], record: Record, upstream: Upstream, *, dates_only: bool) -> Merged:
    try:
        return merge(before, record, upstream, dates_only=dates_only)
    except UpstreamError as error:
        raise OperatorError("operator.import-folder", _CANT_CREATE, path=place, reason=error) from None


def _problems(place: Path, changed: Mapping[str, str]) -> OperatorError | None:
    """What would be wrong with a show whose files were changed so; None: nothing. Raises OperatorError."""
    try:
        with tempfile.TemporaryDirectory() as workshop:
            copy = Path(workshop) / "shows" / place.name
            copy.mkdir(parents=True)
            for file in place.glob("*.yaml"):
                shutil.copyfile(file, copy / file.name)
            for name, text in changed.items():
                (copy / name).write_bytes(text.encode())
            found = check(Path(workshop))
            if not found:
                return None
            # The paths of the copy mean nothing to anybody.
            shown = tuple(f"{one.path.name}:{one.line}: {one.message}" for one in found[:5])
            return OperatorError("operator.import-mistakes", _DATA, path=place, problems=shown)
    except OSError as error:
        raise OperatorError("operator.import-folder", _CANT_CREATE, path=place, reason=error.strerror) from None


def save(place: Path, before: Mapping[str, str], merged: Merged) -> None:
    """Writes what has changed, if it is right as a whole and nobody has written meanwhile. Raises OperatorError."""
    problems = _problems(place, merged.files)
    if problems is not None:
        raise problems
    try:
        if any((place / name).read_bytes().decode() != text for name, text in before.items()):
            raise OSError(0, "somebody has just written there; try again")
        # The sources come first, since the rest cites them; the note last, so that what is cut short is done again.
        for name in reversed(_FILES):
            if merged.files[name] != before[name]:
                _replace(place / name, merged.files[name])
        _replace(place / RECORD, merged.record.text())
    except OSError as error:
        raise OperatorError("operator.import-folder", _CANT_CREATE, path=place, reason=error.strerror) from None


def _replace(path: Path, text: str) -> None:
    new = path.with_name(f".{path.name.lstrip('.')}.new")
    new.write_bytes(text.encode())
    os.replace(new, path)  # noqa: PTH105
