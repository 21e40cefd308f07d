"""Commands about data: check a folder, once or whenever it changes, and write the schema files that editors read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

from bot.core.show import Catalogue
from bot.dataset.catalogue import Findings, examine
from bot.dataset.drafts import files_of, write
from bot.dataset.interview import Ask, FindZone, interview
from bot.dataset.schema import schemas, write_schemas
from bot.dataset.watch import Watcher


def check_data(folder: Path, out: TextIO, *, strict: bool = False) -> int:
    """Prints every problem and hint in a data folder, and a summary; gives 1 where there are problems, else 0.

    ``strict``: hints give 1 as well.
    """
    findings = examine(folder)
    for line in _lines(findings):
        print(line, file=out)
    print(_summary(findings), file=out)
    return _exit_code(findings, strict=strict)


def watch_data(folder: Path, out: TextIO, pause: Callable[[], object], *, strict: bool = False) -> int:
    """Checks a data folder, then again whenever its files have changed, and prints what is new or fixed.

    ``pause`` waits between two looks. Ctrl-C ends it; gives what `check_data` would have given for the last check.
    """
    watcher = Watcher(folder)
    findings = examine(folder)
    try:
        for line in (*_lines(findings), _summary(findings), "Watching for changes; Ctrl-C ends it."):
            print(line, file=out, flush=True)
        while True:
            pause()
            if watcher.changed():
                before, findings = findings, examine(folder)
                for line in _changes(before, findings):
                    print(line, file=out, flush=True)
    except KeyboardInterrupt:
        print(file=out)
    return _exit_code(findings, strict=strict)


def _changes(before: Findings, after: Findings) -> Iterator[str]:
    """What was fixed and what is new, and a summary; nothing where there is neither."""
    changed = False
    for word, here, there in (("fixed", before, after), ("new", after, before)):
        # A finding that has only moved to another line is the same.
        elsewhere = Counter(_sameness(there))
        for key, line in zip(_sameness(here), _lines(here), strict=True):
            if elsewhere[key]:
                elsewhere[key] -= 1
            else:
                changed = True
                yield f"{word}: {line}"
    if changed:
        yield _summary(after)


def _sameness(findings: Findings) -> list[tuple[Path, str]]:
    return [(finding.path, finding.message) for finding in (*findings.problems, *findings.hints)]


def _exit_code(findings: Findings, *, strict: bool) -> int:
    return 1 if findings.problems or (strict and findings.hints) else 0


def _lines(findings: Findings) -> list[str]:
    """All findings as they are printed, problems before hints."""
    hints = [f"{hint.path}:{hint.line}:{hint.column}: hint: {hint.message}" for hint in findings.hints]
    return [*map(str, findings.problems), *hints]


def new_show(
    folder: Path,
    given: Mapping[str, str | list[str]],
    *,
    find_zone: FindZone,
    ask: Ask | None,
    out: TextIO,
    usual: bool = True,
) -> int:
    """Asks what a show needs, and writes its folder; gives 0, 1 where the answers ended, 130 for Ctrl-C.

    ``given`` and ``ask`` are as for `interview`; ``usual``: it is the folder that the demo reads by itself. Raises
    OperatorError for what was given, or can't be written.
    """
    if ask is not None:
        print("A new show. Enter alone takes what stands in [ ]; Ctrl-C stops, and leaves nothing behind.", file=out)
    try:
        draft = interview(folder, given, find_zone=find_zone, ask=ask, out=out)
        place = write(folder, draft)
    except (EOFError, KeyboardInterrupt) as stopped:
        print("\nStopped; nothing was written.", file=out)
        return 130 if isinstance(stopped, KeyboardInterrupt) else 1
    print(f"\nWritten to {place}:", file=out)
    for name in files_of(draft):
        print(f"  {name:16} {_PURPOSES[name]}", file=out)
    first = next((day for day in draft.days if day is not None), None)
    print("\nOpen them in an editor and go on; docs/writing-a-show.md leads through them. Then:", file=out)
    print("  python -m bot check-data --watch" + ("" if usual else f" {folder}"), file=out)
    at = "" if first is None or not 2016 <= first.year <= 2100 else f" --at {first}"
    print(f"  python -m bot demo --watch --show {draft.id}{at}", file=out)
    if not usual:
        print(f"For the demo, and for a bot, write DATA_DIR={folder.absolute()} into .env.", file=out)
    return 0


_PURPOSES = {
    "show.yaml": "what the show is, and where its episodes come out",
    "episodes.yaml": "all episodes with their dates",
    "sources.yaml": "the pages where all of it was read",
    "characters.yaml": "who is who: begin it when you like",
    "recaps.yaml": "what happens: begin it when you like",
}


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
