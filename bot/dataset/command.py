"""Commands about data: check a folder, once or whenever it changes, and write the schema files that editors read."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from bot.core.show import Catalogue
from bot.dataset.catalogue import Findings, examine
from bot.dataset.schema import schemas, write_schemas


def check_data(folder: Path, out: TextIO, *, strict: bool = False) -> int:
    """Prints every problem and hint in a data folder, and a summary; gives 1 where there are problems, else 0.

    ``strict``: hints give 1 as well.
    """
    findings = examine(folder)
    for line in _lines(findings):
        print(line, file=out)
    print(_summary(findings), file=out)
    return _exit_code(findings, strict=strict)


def _exit_code(findings: Findings, *, strict: bool) -> int:
    return 1 if findings.problems or (strict and findings.hints) else 0


def _lines(findings: Findings) -> list[str]:
    """All findings as they are printed, problems before hints."""
    hints = [f"{hint.path}:{hint.line}:{hint.column}: hint: {hint.message}" for hint in findings.hints]
    return [*map(str, findings.problems), *hints]


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


def _summary(findings: Findings) -> str:
    if findings.catalogue is not None:
        summary = _contents(findings.catalogue)
    else:
        files = len({problem.path for problem in findings.problems})
        summary = f"{_count(len(findings.problems), 'problem')} in {_count(files, 'file')}"
    return summary + (f"; {_count(len(findings.hints), 'hint')}" if findings.hints else "")


def _contents(catalogue: Catalogue) -> str:
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
