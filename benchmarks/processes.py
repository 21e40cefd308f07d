"""What the system tells of a process: its memory and what it has open."""

from __future__ import annotations

import re
from pathlib import Path


def resident(pid: int) -> int:
    """The memory of a process that is in use, in bytes."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    if found is None:
        raise LookupError(f"no VmRSS of process {pid}")
    return int(found[1]) * 1024


def open_files(pid: int) -> int:
    """How many files and connections a process has open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def threads(pid: int) -> int:
    """How many threads a process has."""
    return sum(1 for _ in Path(f"/proc/{pid}/task").iterdir())
