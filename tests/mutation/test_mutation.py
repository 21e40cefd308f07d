"""A few mutants are tried in every run, and all of them with CLIFFHANGER_FULL_TESTS=1."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from tests.mutation.mutants import MUTANTS
from tests.mutation.trial import changed, tried

FULL = os.environ.get("CLIFFHANGER_FULL_TESTS") == "1"


def test_every_mutant_fits_the_code() -> None:
    for mutant in MUTANTS:
        changed(mutant)


def test_every_mutant_that_is_tried_is_caught() -> None:
    chosen = [mutant for mutant in MUTANTS if FULL or mutant.quick]
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(tried, chosen))
    for mutant, outcome in zip(chosen, outcomes, strict=True):
        print(f"{mutant.name}: {outcome}")
    uncaught = [
        f"{mutant.name}: {outcome}\n{outcome.output}"
        for mutant, outcome in zip(chosen, outcomes, strict=True)
        if not outcome.caught
    ]
    assert uncaught == []
