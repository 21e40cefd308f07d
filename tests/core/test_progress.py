"""One test for each sentence of the rules in `bot.core.progress`, and how episodes are written and read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.progress import Progress, ranges, read_ranges

LAST = 20
episodes = st.frozensets(st.integers(min_value=1, max_value=LAST))


@given(episodes)
def test_the_run_ends_before_the_first_gap(seen: frozenset[int]) -> None:
    progress = Progress.of(seen)
    assert all(number in seen for number in range(1, progress.up_to + 1))
    assert progress.up_to + 1 not in seen
    assert frozenset(progress.watched) == seen
    assert all(progress.has_seen(number) == (number in seen) for number in range(1, LAST + 2))


@given(episodes)
def test_closing_a_gap_joins_what_was_watched_apart(seen: frozenset[int]) -> None:
    progress = Progress.of(seen)
    closed = progress.with_all_to(progress.up_to + 1)
    assert closed.up_to + 1 not in {*seen, progress.up_to + 1}
    assert not any(number <= closed.up_to for number in closed.apart)


@given(episodes, st.integers(min_value=1, max_value=LAST))
def test_marking_an_episode_never_forgets_one(seen: frozenset[int], number: int) -> None:
    before = Progress.of(seen)
    after = before.with_episode(number)
    assert set(before.watched) <= set(after.watched)
    assert all(after.has_seen(one) for one in range(1, number + 1))


@given(st.integers(min_value=1, max_value=LAST), st.integers(min_value=0, max_value=LAST), st.integers(1, LAST))
def test_a_second_run_takes_nothing_from_the_first(first: int, again: int, number: int) -> None:
    before = Progress(first, rewatch=min(again, first))
    after = before.with_episode(number)
    assert after.up_to == max(first, number)
    assert after.rewatch == max(min(again, first), number)


@given(episodes)
def test_what_is_still_to_be_watched_is_the_rest(seen: frozenset[int]) -> None:
    assert set(Progress.of(seen).unseen(LAST)) == set(range(1, LAST + 1)) - seen


def test_in_a_second_run_everything_after_it_is_still_to_be_watched() -> None:
    assert Progress(8, rewatch=5).unseen(8) == (6, 7, 8)


@given(episodes, st.integers(min_value=0, max_value=LAST))
def test_a_show_that_became_shorter_cuts_the_progress(seen: frozenset[int], last: int) -> None:
    assert set(Progress.of(seen).cut_to(last).watched) == {number for number in seen if number <= last}


@given(episodes)
def test_episodes_are_read_back_as_they_are_written(seen: frozenset[int]) -> None:
    if seen:
        assert read_ranges(ranges(seen), LAST) == seen
    else:
        assert ranges(seen) == ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1-3, 5", {1, 2, 3, 5}),
        ("1~3 5", {1, 2, 3, 5}),
        ("1 – 3;5", {1, 2, 3, 5}),
        (" 7 ", {7}),
        ("2,2,2-3", {2, 3}),
        ("1、4", {1, 4}),
    ],
)
def test_episodes_may_be_typed_in_many_ways(typed: str, meant: set[int]) -> None:
    assert read_ranges(typed, 8) == meant


@pytest.mark.parametrize("typed", ["", " ", "0", "9", "3-1", "1-9", "1,,2", "one", "1-", "-1", "1.5", "1," * 200, "٣x"])
def test_what_names_no_episodes_is_refused(typed: str) -> None:
    assert read_ranges(typed, 8) is None
