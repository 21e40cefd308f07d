"""`python -m tests.storm [--full] [--kills N --reminders N] [--seed N] [--only NAME]`: the proof, as a report."""

from __future__ import annotations

import argparse
import sys

from tests.storm.crash import Size
from tests.storm.report import FULL, SMALL, report, scenarios


def main() -> int:
    """Print the report; 1 where a promise was broken, or a control kept one."""
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--full", action="store_true", help="500 kills, 20,000 reminders; about forty minutes")
    parser.add_argument("--kills", type=int, help="how often the bot is killed")
    parser.add_argument("--reminders", type=int, help="how many reminders there are")
    parser.add_argument("--seed", type=int, default=0, help="another course of events")
    parser.add_argument("--only", default="", help="those variants alone whose name has this in it")
    given = parser.parse_args()
    usual = FULL if given.full else SMALL
    great = Size(given.kills or usual.kills, given.reminders or usual.reminders)
    wanted = [one for one in scenarios(full=given.full, great=great) if given.only in one.name]
    text, ok = report(wanted, given.seed)
    print(text)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
