"""The two commands about data: check a folder, and write the schema files that editors read."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from bot.core.show import Catalogue
from bot.dataset.catalogue import DatasetError, load
from bot.dataset.schema import schemas, write_schemas


def check_data(folder: Path, out: TextIO) -> int:
    """Prints a summary of a data folder and gives 0, or prints every problem in it and gives 1."""
    try:
        catalogue = load(folder)
    except DatasetError as error:
        for problem in error.problems:
            print(problem, file=out)
        files = len({problem.path for problem in error.problems})
        print(f"{_count(len(error.problems), 'problem')} in {_count(files, 'file')}", file=out)
        return 1
    print(_summary(catalogue), file=out)
    return 0


def write_schema(folder: Path, out: TextIO) -> int:
    """Brings the schema files in ``folder`` up to date; gives 0, or 1 where that can't be done."""
    try:
        changed = write_schemas(folder)
    except OSError as error:
        print(f"{folder}: can't be written ({error.strerror}); check that you may write there", file=out)
        return 1
    for path in changed:
        print(f"{path}: written", file=out)
    if not changed:
        print(f"{folder}: all {len(schemas())} files are current", file=out)
    return 0


def _summary(catalogue: Catalogue) -> str:
    shows = catalogue.shows.values()
    episodes = [episode for show in shows for episode in show.episodes]
    counts = (
        (len(shows), "show"),
        (len(episodes), "episode"),
        (sum(1 for episode in episodes if episode.beats), "recap"),
        (sum(len(show.characters) for show in shows), "character"),
        (sum(len(show.questions) for show in shows), "question"),
        (sum(len(show.conflicts) for show in shows), "conflict"),
        (sum(len(show.sources) for show in shows), "source"),
    )
    return "no problems: " + ", ".join(_count(count, word) for count, word in counts)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")
