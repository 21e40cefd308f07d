"""What `.ci/run` makes of an audit of the dependencies."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

AUDIT = Path(__file__).parents[2] / ".ci" / "audit.py"
SAFE = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
WEAK = {"name": "pillow", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
UNMENDED = {"name": "babel", "version": "2.0", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]}
UNKNOWN = {"name": "discord-py", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("dependencies", "code", "last"),
    [
        ([SAFE, UNKNOWN], 0, "1 locked dependencies audited, 0 known weaknesses; 1 are not in the advisory database."),
        ([SAFE, UNMENDED], 0, "2 locked dependencies audited, 1 known weaknesses."),
        ([SAFE, WEAK], 1, "2 locked dependencies audited, 1 known weaknesses."),
        ([UNKNOWN, UNKNOWN], 0, "Skipped: the advisory database can't be reached from here, so nothing was audited."),
        (None, 0, "Skipped: the audit could not be made here, so nothing is known of the dependencies."),
    ],
)
def test_only_a_weakness_that_can_be_mended_fails(
    tmp_path: Path, dependencies: list[dict[str, Any]] | None, code: int, last: str
) -> None:
    report = tmp_path / "audit.json"
    if dependencies is not None:
        report.write_text(json.dumps({"dependencies": dependencies, "fixes": []}), "utf-8")
    lines, ends_with = runpy.run_path(str(AUDIT))["verdict"](report)
    assert (ends_with, lines[-1]) == (code, last)
