"""`check-data --watch`: what changed since the last check is told, and nothing else."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.dataset.command import watch_data
from bot.dataset.watch import Watcher
from tests.dataset.test_broken import HERE, small_show

ROOT = HERE.parent.parent

RECAP = "recaps:\n  - {episode: 1, beats: [{text: It begins., sources: [%s]}]}\n"


def watched(data: Path, *steps: Callable[[], object], strict: bool = False) -> tuple[int, list[str]]:
    """Watch a folder in which each step is taken after a check; the exit code, and the lines after the first check."""
    out = io.StringIO()
    first: list[int] = []
    to_do = iter(steps)
    looks = 0

    def pause() -> None:
        nonlocal looks
        if not first:
            first.append(len(out.getvalue()))
        looks += 1
        # One look sees the change, the next one that it rests.
        if looks % 3 == 1:
            step = next(to_do, None)
            if step is None:
                raise KeyboardInterrupt
            step()

    code = watch_data(data, out, pause, strict=strict)
    assert "Watching for changes; Ctrl-C ends it.\n" in out.getvalue()[: first[0]]
    return code, [line.replace(f"{data}/shows/small/", "") for line in out.getvalue()[first[0] :].splitlines() if line]


def write(path: Path, text: str) -> Callable[[], object]:
    """A step that saves a file, a moment after it was saved last."""

    def step() -> None:
        before = path.stat().st_mtime_ns if path.exists() else 0
        path.write_text(text, "utf-8")
        after = path.stat()
        os.utime(path, ns=(after.st_atime_ns, max(after.st_mtime_ns, before + 1_000_000)))

    return step


def test_what_is_new_and_what_is_fixed(tmp_path: Path) -> None:
    recaps = small_show(tmp_path) / "recaps.yaml"
    code, said = watched(
        tmp_path,
        write(recaps, RECAP % "S7"),
        write(recaps, RECAP % "S7, S8"),
        write(recaps, RECAP % "S8"),
        write(recaps, RECAP % "S1"),
    )
    s7 = "recaps.yaml:2:55: the source `S7` is not in sources.yaml; there is `S1`, `S2`"
    assert said == [
        f"new: {s7}",
        "1 problem in 1 file",
        "new: " + s7.replace("S7", "S8").replace("2:55", "2:59"),
        "2 problems in 1 file",
        f"fixed: {s7}",
        "1 problem in 1 file",
        "fixed: " + s7.replace("S7", "S8"),
        "no problems: 1 show, 3 episodes, 1 recap, 2 characters, 0 questions, 1 conflict, 2 sources",
    ]
    assert code == 0


def test_what_has_only_moved_is_not_told_again(tmp_path: Path) -> None:
    recaps = small_show(tmp_path) / "recaps.yaml"
    recaps.write_text(RECAP % "S7", "utf-8")
    code, said = watched(tmp_path, write(recaps, "# A line above.\n" + RECAP % "S7"), write(recaps, RECAP % "S7"))
    assert (code, said) == (1, [])


def test_the_same_mistake_twice_is_told_twice(tmp_path: Path) -> None:
    recaps = small_show(tmp_path) / "recaps.yaml"
    twice = RECAP % "S7" + "  - {episode: 2, beats: [{text: It goes on., sources: [S7]}]}\n"
    _, said = watched(tmp_path, write(recaps, RECAP % "S7"), write(recaps, twice))
    assert [line.partition(":")[0] for line in said] == ["new", "1 problem in 1 file", "new", "2 problems in 1 file"]


def test_hints_are_watched_too_and_strict_counts_them(tmp_path: Path) -> None:
    show = small_show(tmp_path) / "show.yaml"
    text = show.read_text("utf-8") + "synopsis: Nobody knows Ben.\n"
    code, said = watched(tmp_path, write(show, text), strict=True)
    assert said[0].startswith("new: show.yaml:9:11: hint: everybody reads this before episode 1, but it holds `Ben`")
    assert said[1].endswith("; 1 hint")
    assert code == 1


def test_files_and_folders_that_come_and_go(tmp_path: Path) -> None:
    show = small_show(tmp_path)
    other = tmp_path / "shows" / "other"
    code, said = watched(tmp_path, other.mkdir, other.rmdir, (show / "sources.yaml").unlink)
    assert [line.partition(":")[0] for line in said] == [
        *["new"] * 3,
        "3 problems in 3 files",
        *["fixed"] * 3,
        "no problems",
        *["new"],
        "1 problem in 1 file",
    ]
    assert code == 1


class TestWatcher:
    def test_nothing_happens(self, tmp_path: Path) -> None:
        small_show(tmp_path)
        watcher = Watcher(tmp_path)
        assert [watcher.changed() for _ in range(3)] == [False] * 3

    def test_a_change_is_told_once_and_when_it_rests(self, tmp_path: Path) -> None:
        show = small_show(tmp_path)
        watcher = Watcher(tmp_path)
        write(show / "recaps.yaml", "recaps:")()
        assert not watcher.changed()
        write(show / "recaps.yaml", "recaps: []")()
        assert [watcher.changed() for _ in range(4)] == [False, True, False, False]

    def test_swap_files_of_editors_are_passed_over(self, tmp_path: Path) -> None:
        show = small_show(tmp_path)
        watcher = Watcher(tmp_path)
        (show / ".show.yaml.swp").write_text("")
        (tmp_path / "shows" / ".new-1").mkdir()
        (tmp_path / "README.md").write_text("")
        assert [watcher.changed() for _ in range(3)] == [False] * 3

    def test_a_folder_that_there_is_not_yet(self, tmp_path: Path) -> None:
        watcher = Watcher(tmp_path / "later")
        assert not watcher.changed()
        small_show(tmp_path / "later")
        assert [watcher.changed() for _ in range(3)] == [False, True, False]


@pytest.mark.parametrize(("source", "code"), [("S1", 0), ("S7", 1)])
def test_ctrl_c_ends_the_process_with_the_code_of_the_last_check(source: str, code: int, tmp_path: Path) -> None:
    (small_show(tmp_path) / "recaps.yaml").write_text(RECAP % source, "utf-8")
    command = [sys.executable, "-m", "bot", "check-data", str(tmp_path), "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        while "Ctrl-C" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        said, complaints = process.communicate(timeout=30)
    assert (process.returncode, said, complaints) == (code, "\n", "")
