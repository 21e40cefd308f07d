"""One test for each sentence of the rules in `bot.core.spoilers`."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.spoilers import Decision, decide, horizon

numbers = st.integers(min_value=0, max_value=20)


@given(numbers, numbers, numbers)
def test_a_thing_is_safe_after_its_episode(after: int, progress: int, asked: int) -> None:
    seen = horizon(public=False, progress=progress, ceiling=0, asked=asked)
    assert (decide(after, seen) is Decision.SHOWN) == (after <= progress)


@given(numbers, numbers, numbers, numbers)
def test_in_public_the_ceiling_counts_and_not_the_progress(after: int, progress: int, ceiling: int, asked: int) -> None:
    seen = horizon(public=True, progress=progress, ceiling=ceiling, asked=asked)
    assert (decide(after, seen) is Decision.SHOWN) == (after <= ceiling)


@given(numbers, numbers, numbers, numbers)
def test_in_private_the_progress_counts_and_not_the_ceiling(
    after: int, progress: int, ceiling: int, asked: int
) -> None:
    seen = horizon(public=False, progress=progress, ceiling=ceiling, asked=asked)
    assert (decide(after, seen) is Decision.SHOWN) == (after <= progress)


@given(numbers, st.booleans(), numbers, numbers, numbers)
def test_what_was_asked_for_is_veiled_and_the_rest_withheld(
    after: int, public: bool, progress: int, ceiling: int, asked: int
) -> None:
    seen = horizon(public=public, progress=progress, ceiling=ceiling, asked=asked)
    decision = decide(after, seen)
    if decision is not Decision.SHOWN:
        assert (decision is Decision.VEILED) == (after <= asked)


def test_stamp_zero_is_safe_for_everybody() -> None:
    assert decide(0, horizon(public=True, progress=0, ceiling=0, asked=0)) is Decision.SHOWN
