"""One mutant tried: a copy of the tree, the change made in it, and the tests run there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.mutants import Mutant

ROOT = Path(__file__).parents[2]
#: What the tests need of the tree.
_COPIED = ("bot", "data", "tests", "docs", "pyproject.toml", "README.md")
_TESTS = "tests/discord_ui/test_noninterference.py"
#: Raised where somebody was told too much, and nowhere else.
_LEAK = "LeakError"
_PATIENCE = 900


class MutantError(Exception):
    """A mutant that no longer fits the code it was written for."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. ``leaks`` are the tests that found one, ``crashes`` those that failed in another way."""

    leaks: tuple[str, ...]
    crashes: tuple[str, ...]
    passed: int
    output: str

    @property
    def caught(self) -> bool:
        return bool(self.leaks) and not self.crashes

    def __str__(self) -> str:
        if self.caught:
            return f"caught by {self.leaks[0]}"
        if self.crashes:
            return f"CRASHED in {self.crashes[0]}"
        return f"SURVIVED {self.passed} tests" if self.passed else "NOTHING RAN"


def changed(mutant: Mutant) -> str:
    """The source of a mutant's file with its change in it. Raises MutantError where it doesn't fit."""
    path = ROOT / "bot" / mutant.file
    source = path.read_text("utf-8")
    times = source.count(mutant.before)
    if times != 1:
        raise MutantError(f"{mutant.name}: what it replaces stands {times} times in {mutant.file}: {mutant.before}")
    made = source.replace(mutant.before, mutant.after)
    try:
        compile(made, str(path), "exec")
    except SyntaxError as error:
        raise MutantError(f"{mutant.name}: {error}") from error
    return made


def tried(mutant: Mutant) -> Outcome:
    """What the tests say of a mutant. Raises MutantError."""
    return _in_copy(mutant, mutant.tried)


def unchanged(tried: str) -> Outcome:
    """What the tests say of a copy that is as it should be."""
    return _in_copy(None, tried)


def _in_copy(mutant: Mutant | None, selected: str) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="cliffhanger-mutant-") as folder:
        root = Path(folder) / "tree"
        root.mkdir()
        for name in _COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, root / name)
        if mutant is not None:
            (root / "bot" / mutant.file).write_text(changed(mutant), "utf-8")
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:randomly", "--tb=short"]
        command += ["-k", selected, f"--junitxml={report}", "-o", "junit_family=xunit1", _TESTS]
        run = subprocess.run(
            command,
            cwd=root,
            env={**_environment(), "PYTHONPATH": str(root)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE,
            check=False,
        )
        output = run.stdout.decode("utf-8", "replace")
        if not report.exists():
            return Outcome((), ("pytest itself",), 0, output)
        return _read(report, output)


def _environment() -> dict[str, str]:
    """Ours without what would make the run of tests larger, or another's."""
    dropped = ("CLIFFHANGER_FULL_TESTS", "PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST", "PYTHONPATH", "COV_CORE_SOURCE")
    return {name: value for name, value in os.environ.items() if name not in dropped}


def _read(report: Path, output: str) -> Outcome:
    leaks: list[str] = []
    crashes: list[str] = []
    passed = 0
    for case in ElementTree.parse(report).getroot().iter("testcase"):  # noqa: S314 - written by our own run
        name = case.get("name", "?")
        failure = case.find("failure")
        if failure is not None and _LEAK in (failure.get("message") or "").partition(":")[0]:
            leaks.append(name)
        elif failure is not None or case.find("error") is not None:
            crashes.append(name)
        else:
            passed += 1
    return Outcome(tuple(leaks), tuple(crashes), passed, output)
