"""`python -m tests.mutation [--full] [WORD…]`: try the mutants (only those whose name holds a WORD) and tell of each.

Exits with 1 where one survives, crashes or no longer fits, or where the tests fail without any.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor

from tests.mutation.mutants import MUTANTS, Mutant
from tests.mutation.trial import MutantError, tried, unchanged

_AT_ONCE = 2


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--full", action="store_true", help="all mutants, and first the tests without any")
    parser.add_argument("--show", action="store_true", help="what the tests said of whatever wasn't caught")
    parser.add_argument("words", nargs="*", help="only mutants whose name holds one of these")
    options = parser.parse_args(arguments)
    chosen = [one for one in MUTANTS if options.full or options.words or one.quick]
    chosen = [one for one in chosen if not options.words or any(word in one.name for word in options.words)]
    wrong = 0
    began = time.monotonic()
    if options.full:
        outcome = unchanged(" or ".join(sorted({f"({one.tried})" for one in chosen})))
        print(f"without any change: {outcome.passed} tests passed, {len(outcome.leaks + outcome.crashes)} failed")
        if outcome.leaks or outcome.crashes or not outcome.passed:
            print(outcome.output)
            return 1
    width = max(len(one.name) for one in chosen)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for one, (said, caught) in zip(chosen, pool.map(_said, chosen), strict=True):
            print(
                f"{one.name:{width}}  {one.file:26}  {said if caught or options.show else said.splitlines()[0]}",
                flush=True,
            )
            wrong += not caught
    print(f"{len(chosen) - wrong} of {len(chosen)} mutants caught in {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


def _said(mutant: Mutant) -> tuple[str, bool]:
    try:
        outcome = tried(mutant)
    except MutantError as error:
        return f"DOES NOT FIT: {error}", False
    return (str(outcome) if outcome.caught else f"{outcome}\n{outcome.output}"), outcome.caught


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
