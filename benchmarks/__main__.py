"""`python -m benchmarks [NAME ...] [--full] [--markdown FILE]`: measure, and print what was found as tables."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks import autocomplete, commands, memory, reload, reminders, start
from benchmarks.figures import Report, Size
from tests.loopback.process import REPOSITORY

BENCHMARKS: dict[str, Callable[[Size], Awaitable[Report]]] = {
    "commands": commands.measure,
    "autocomplete": autocomplete.measure,
    "start": start.measure,
    "reload": reload.measure,
    "memory": memory.measure,
    "reminders": reminders.measure,
}


def main() -> int:
    """Run those that are named, or all; 1 where a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument("--full", action="store_true", help="more of everything, for steadier figures")
    parser.add_argument("--tiny", action="store_true", help="hardly anything, to see that it runs")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables to a file as well")
    given = parser.parse_args()
    unknown = set(given.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    size = Size.FULL if given.full else Size.TINY if given.tiny else Size.USUAL
    parts = [machine()]
    print(parts[0], flush=True)
    met = True
    for name in given.names or BENCHMARKS:
        report = asyncio.run(BENCHMARKS[name](size))
        met = met and all(line.met is not False for line in report.lines)
        parts.append(report.markdown())
        print("\n" + parts[-1], flush=True)
    if given.markdown is not None:
        given.markdown.write_text("\n\n".join(parts) + "\n", "utf-8")
    return 0 if met else 1


def machine() -> str:
    """What was measured, and on what."""
    asked = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        commit = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        commit = "unknown"
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        processor = names[0] if names else processor
    load = os.getloadavg()[0]
    return (
        f"Commit {commit}; {processor}, {os.cpu_count()} cores, load {load:.1f} at the start; "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}."
    )


if __name__ == "__main__":
    sys.exit(main())
