"""One test for each sentence of the rules in `bot.core.spoilers`."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.progress import Progress
from bot.core.spoilers import Decision, decide, decide_story, horizon

numbers = st.integers(min_value=0, max_value=20)


@given(numbers, numbers, numbers)
def test_a_thing_is_safe_after_its_episode(after: int, progress: int, asked: int) -> None:
    seen = horizon(public=False, progress=Progress(progress), ceiling=0, asked=asked)
    assert (decide(after, seen) is Decision.SHOWN) == (after <= progress)


@given(numbers, numbers, numbers, numbers)
def test_in_public_the_ceiling_counts_and_not_the_progress(after: int, progress: int, ceiling: int, asked: int) -> None:
    seen = horizon(public=True, progress=Progress(progress), ceiling=ceiling, asked=asked)
    assert (decide(after, seen) is Decision.SHOWN) == (after <= ceiling)


@given(numbers, numbers, numbers, numbers)
def test_in_private_the_progress_counts_and_not_the_ceiling(
    after: int, progress: int, ceiling: int, asked: int
) -> None:
    seen = horizon(public=False, progress=Progress(progress), ceiling=ceiling, asked=asked)
    assert (decide(after, seen) is Decision.SHOWN) == (after <= progress)


@given(numbers, st.booleans(), numbers, numbers, numbers)
def test_what_was_asked_for_is_veiled_and_the_rest_withheld(
    after: int, public: bool, progress: int, ceiling: int, asked: int
) -> None:
    seen = horizon(public=public, progress=Progress(progress), ceiling=ceiling, asked=asked)
    decision = decide(after, seen)
    if decision is not Decision.SHOWN:
        assert (decision is Decision.VEILED) == (after <= asked)


def test_stamp_zero_is_safe_for_everybody() -> None:
    assert decide(0, horizon(public=True, progress=Progress(), ceiling=0, asked=0)) is Decision.SHOWN


@given(numbers, numbers, numbers, numbers)
def test_what_was_revealed_is_shown_to_whoever_chose_so_and_to_nobody_else(
    after: int, progress: int, ceiling: int, revealed: int
) -> None:
    alone = horizon(public=False, progress=Progress(progress), ceiling=ceiling, asked=progress, revealed=revealed)
    assert (decide(after, alone) is Decision.SHOWN) == (after <= max(progress, revealed))
    others = horizon(public=True, progress=Progress(progress), ceiling=ceiling, asked=progress, revealed=revealed)
    assert (decide(after, others) is Decision.SHOWN) == (after <= ceiling)


@given(numbers, st.frozensets(st.integers(min_value=1, max_value=20)), st.booleans())
def test_an_episode_watched_apart_opens_its_own_recap_and_nothing_else(
    number: int, seen: frozenset[int], public: bool
) -> None:
    progress = Progress.of(seen)
    view = horizon(public=public, progress=progress, ceiling=0, asked=0)
    assert (decide(number, view) is Decision.SHOWN) == (number <= (0 if public else progress.up_to))
    opened = number == 0 or (not public and progress.has_seen(number))
    assert (decide_story(number, view) is Decision.SHOWN) == opened
