"""The crash storm: small in every run, 500 kills and 20,000 reminders with CLIFFHANGER_FULL_TESTS=1.

`python -m tests.storm` prints the same as a report.
"""

from __future__ import annotations

import os

from tests.storm.report import printed, run, scenarios

FULL = os.environ.get("CLIFFHANGER_FULL_TESTS") == "1"
SEED = 0


async def test_every_reminder_comes_once_or_is_listed_and_the_controls_fail() -> None:
    product, deleted, random_nonce = await run(scenarios(full=FULL), SEED)
    report = f"seed {SEED}\n\n{printed((product, deleted, random_nonce))}"
    print(f"\n{report}")
    assert product.ok, report
    assert (product.doubled, product.lost, product.early, product.unasked) == (0, 0, 0, 0), report
    assert product.due == product.delivered + product.undelivered.total(), report
    assert product.delivered > product.due // 2, report
    # Some were told together, so that this was tried as well.
    assert product.together > 0, report
    # A proof that can't fail is none: the same storm finds both mistakes.
    assert deleted.lost > 0, report
    assert random_nonce.doubled > 0, report
    assert deleted.ok, report
    assert random_nonce.ok, report
