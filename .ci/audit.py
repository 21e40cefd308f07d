"""Reads what pip-audit wrote, and says in a line whether anything that is locked is known to be unsafe.

Ends with 1 for a known weakness that a later version mends. Where the advisories can't be reached nothing is known,
which is said and fails nothing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def verdict(report: Path) -> tuple[list[str], int]:
    """The lines to print and the exit code."""
    try:
        found = json.loads(report.read_text("utf-8"))["dependencies"]
    except (OSError, ValueError, KeyError, TypeError):
        return ["Skipped: the audit could not be made here, so nothing is known of the dependencies."], 0
    audited = [one for one in found if "skip_reason" not in one]
    if not audited:
        return ["Skipped: the advisory database can't be reached from here, so nothing was audited."], 0
    lines: list[str] = []
    failed = 0
    for one in audited:
        for weakness in one["vulns"]:
            mended = ", ".join(weakness.get("fix_versions") or ())
            failed |= bool(mended)
            lines.append(f"{one['name']} {one['version']}: {weakness['id']}; mended in {mended or 'no version yet'}")
    unknown = len(found) - len(audited)
    also = f"; {unknown} are not in the advisory database" if unknown else ""
    lines.append(f"{len(audited)} locked dependencies audited, {len(lines)} known weaknesses{also}.")
    return lines, failed


if __name__ == "__main__":
    said, code = verdict(Path(sys.argv[1]))
    print("\n".join(said))
    sys.exit(code)
