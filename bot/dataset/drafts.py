"""The files that a new show begins with, written for people to go on in, and their way into a data folder."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bot.core.errors import OperatorError
from bot.dataset.catalogue import DatasetError, check
from bot.dataset.schema import MAX_NAME

_HANGUL: Final = re.compile("[가-힣]")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a show when it is begun. ``days`` holds one for each episode, None where none is announced.

    ``kind`` is that of a release; ``time`` its hour on the episode's day, None where no page gives it.
    """

    id: str
    title: str
    original_title: str | None
    language: str
    country: str
    zone: str
    network: str
    kind: str
    time: str | None
    days: tuple[date | None, ...]
    sources: tuple[str, ...]


def files_of(draft: Draft) -> dict[str, str]:
    """The text of each file of the draft, by the file's name."""
    texts = {
        "show": _show(draft),
        "episodes": _episodes(draft),
        "sources": _sources(draft),
        "characters": _CHARACTERS,
        "recaps": _RECAPS,
    }
    return {
        f"{kind}.yaml": f"# yaml-language-server: $schema=../../schema/{kind}.schema.json\n{text}"
        for kind, text in texts.items()
    }


def write(folder: Path, draft: Draft) -> Path:
    """Writes the draft into a data folder, whole or not at all; the folder of the show.

    The data folder is made if need be; a folder that is there is never touched. Raises
    OperatorError("operator.new-show-folder"), and DatasetError where check-data would not accept what was written.
    """
    return write_files(folder, draft.id, files_of(draft))


def write_files(folder: Path, id: str, files: Mapping[str, str]) -> Path:
    """Writes the files of a new show, by name, into a data folder, as `write` does."""
    shows = folder / "shows"
    place = shows / id
    if os.path.lexists(place):
        raise OperatorError("operator.new-show-folder", os.EX_CANTCREAT, path=place, reason="it exists already")
    try:
        shows.mkdir(parents=True, exist_ok=True)
        # Its name begins with a dot, so that a bot which reads the folder now passes it over.
        workshop = Path(tempfile.mkdtemp(prefix=".new-", dir=shows))
    except OSError as error:
        raise _unwritable(place, error) from None
    try:
        made = workshop / "shows" / id
        made.mkdir(parents=True)
        for name, text in files.items():
            (made / name).write_text(text, encoding="utf-8", newline="\n")
        problems = check(workshop)
        if problems:
            raise DatasetError(folder, problems)
        if os.path.lexists(place):
            raise FileExistsError(0, "it exists already")
        made.rename(place)
    except OSError as error:
        raise _unwritable(place, error) from None
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(workshop)
    return place


def _unwritable(place: Path, error: OSError) -> OperatorError:
    return OperatorError("operator.new-show-folder", os.EX_CANTCREAT, path=place, reason=error.strerror or str(error))


def _quoted(text: str) -> str:
    """A text as YAML reads it, whatever is in it: JSON's quotes mean the same there."""
    return json.dumps(text, ensure_ascii=False)


def _mapping(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in values.items()) + "}"


def _show(draft: Draft) -> str:
    title = {"en": _quoted(draft.title)}
    original = draft.original_title
    # A title in Latin letters is no Korean one, whatever the show's language is.
    if original is not None and draft.language != "en" and (draft.language != "ko" or _HANGUL.search(original)):
        title[draft.language] = _quoted(original)
    release = {"service": _quoted(draft.network), "kind": draft.kind, "regions": f"[{draft.country}]"}
    if draft.time is not None:
        release["time"] = _quoted(draft.time)
    release["sources"] = _cited(draft)
    lines = [
        "# What the show is, and how its episodes come out. Everybody may read this before episode 1.",
        "# The id is the name of the folder: never change it.",
        f"id: {_quoted(draft.id)}",
        f"title: {_mapping(title)}",
        *([] if original is None else [f"native_title: {_quoted(original)}"]),
        "# Other titles that people type:",
        "# aliases: [Another Title, Yet Another]",
        f"network: {_quoted(draft.network)}",
        f"country: {draft.country}",
        "# All dates and times of this show are read in this time zone.",
        f"zone: {draft.zone}",
        f"language: {_quoted(draft.language)}",
        "# How long an episode is, in minutes:",
        "# minutes: 60",
        "releases:",
        f"  - {_mapping(release)}",
        "  # More services, one a line. Leave `time` out where no page gives the hour:",
        '  # - {service: Streamlet, kind: streaming, regions: [GB], time: "06:00", zone: Europe/London, sources: [S1]}',
    ]
    return "\n".join(lines) + "\n"


def _episodes(draft: Draft) -> str:
    lines = [
        "# All episodes in their order, counted through all seasons. Check every date: weeks are skipped. Leave `date`",
        "# out while none is announced. A title goes at the end of the line, before the `}`:",
        "#   , title: {text: The Harbour, after: 0, sources: [S1]}",
        "# `after` is the episode after which the title gives nothing away: 0, or the episode itself.",
        "episodes:",
    ]
    for number, day in enumerate(draft.days, 1):
        entry = {"number": str(number)}
        if day is not None:
            entry |= {"date": _quoted(day.isoformat()), "sources": _cited(draft)}
        lines.append(f"  - {_mapping(entry)}")
    return "\n".join(lines) + "\n"


def _cited(draft: Draft) -> str:
    return "[" + ", ".join(f"S{number}" for number in range(1, len(draft.sources) + 1)) + "]"


def _sources(draft: Draft) -> str:
    last = len(draft.days)
    lines = [
        "# Every page that the other files name. `covers` is the last episode that the page, or its address, tells of:",
        f"# whoever hasn't seen that far gets no link to it. It is {last} here, the whole story, to be safe. Write 0",
        "# for a page from before the first episode, and check the language of each page.",
        "sources:",
    ]
    for number, url in enumerate(draft.sources, 1):
        entry = {
            "id": f"S{number}",
            "publisher": _quoted(publisher(url)),
            "url": _quoted(url),
            "language": _LANGUAGES.get((urlsplit(url).hostname or "").rpartition(".")[2], "en"),
            "covers": str(last),
        }
        lines.append(f"  - {_mapping(entry)}")
    return "\n".join(lines) + "\n"


#: The language of most pages in some countries' domains.
_LANGUAGES: Final = {"kr": "ko", "jp": "ja", "br": "pt", "es": "es", "fr": "fr", "de": "de"}


def publisher(url: str) -> str:
    """Whose page it is, by its address."""
    return (urlsplit(url).hostname or "").removeprefix("www.")[:MAX_NAME]


_CHARACTERS: Final = """\
# Who is who, the most important first. To begin, take away the two signs [] in the next line and the # at the beginning
# of all lines that follow it, and put your own people in the place of these two.
# `after: 1` means: safe for whoever has seen episode 1. 0 is before the first. In doubt take the higher number.
characters: []
#  - id: rita
#    after: 0
#    names:
#      - {text: {en: Rita Sal, ko: 히타 살}, after: 0, sources: [S1]}
#    roles:
#      - {text: The new postwoman, after: 0, sources: [S1]}
#    relations:
#      - {to: ferryman, text: "asks {name} for help", after: 1, sources: [S1]}
#    facts:
#      - {text: She is afraid of water., after: 1, sources: [S1]}
#  - id: ferryman
#    after: 1
#    names:
#      - {text: {en: The silent ferryman, ko: 말 없는 뱃사공}, after: 1, sources: [S1]}
#    relations:
#      - {to: rita, text: "doesn't answer {name}", after: 1, sources: [S1]}
"""

_RECAPS: Final = """\
# What happens, episode by episode: one step of the story a line, in your own words. Each gets its own spoiler bar, and
# is safe for whoever has seen its episode. To begin, take away the two signs [] in the next line and the # at the
# beginning of all lines that follow it.
recaps: []
#  - episode: 1
#    beats:
#      - {text: Rita finds a paper boat with her name in it., sources: [S1]}
#      - {text: The ferryman has none., sources: [S1]}
"""
