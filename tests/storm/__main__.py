"""`python -m tests.storm [--full] [--kills N] [--reminders N] [--seed N] [--only NAME]`: the proof, as a report."""

from __future__ import annotations

import argparse
import sys

from tests.storm.report import Options, report


def main() -> int:
    """Print the report; 1 where a promise was broken, or a control kept one."""
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--full", action="store_true", help="hundreds of kills, thousands of reminders; takes an hour")
    parser.add_argument("--kills", type=int, help="how often the bot of the great storm is killed")
    parser.add_argument("--reminders", type=int, help="how many reminders fall due in it")
    parser.add_argument("--seed", type=int, default=0, help="another course of events")
    parser.add_argument("--only", action="append", help="a scenario by the beginning of its name; may be repeated")
    given = parser.parse_args()
    options = Options(given.full, given.kills, given.reminders, given.seed, tuple(given.only or ()))
    text, ok = report(options)
    print(text)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
