"""The rules at the head of `bot.core.readiness`."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.progress import Progress
from bot.core.readiness import readiness

ANN, BO, CY, DEE, EVE, FLO = range(1, 7)


def test_whoever_has_not_seen_all_before_it_would_be_spoiled() -> None:
    watched = {ANN: Progress(8), BO: Progress(6), CY: Progress(4, frozenset({6})), DEE: Progress(0)}
    found = readiness(7, (ANN, BO, CY, DEE, EVE, FLO), watched, {ANN})
    assert (found.behind, found.guests, found.unsaid) == (2, 6, 2)
    assert found.safe == 1


def test_only_those_who_share_are_named() -> None:
    watched = {ANN: Progress(1), BO: Progress(2), CY: Progress(3)}
    assert readiness(5, (ANN, BO, CY), watched, {ANN, CY}).named == (ANN, CY)


def test_the_safe_episode_is_one_before_which_nobody_has_missed_any() -> None:
    watched = {ANN: Progress(5), BO: Progress(3, frozenset({5})), CY: Progress(8)}
    assert readiness(7, watched, watched, ()).safe == 4
    assert readiness(4, watched, watched, ()).safe is None, "nobody is spoiled, so there is nothing to put right"


def test_an_episode_watched_apart_counts() -> None:
    assert readiness(4, (ANN, BO), {ANN: Progress(1, frozenset({2, 3})), BO: Progress(3)}, ()).behind == 0


def test_the_first_episode_spoils_nobody() -> None:
    assert readiness(1, (ANN, BO), {ANN: Progress(0), BO: Progress(0)}, ()).behind == 0


@given(st.integers(0, 8), st.integers(0, 8), st.integers(1, 8))
def test_of_one_alone_who_keeps_it_to_themselves_nothing_is_told(theirs: int, other: int, episode: int) -> None:
    guests, host = (ANN, BO, EVE), Progress(8)
    found = readiness(episode, guests, {ANN: host, BO: Progress(theirs)}, {ANN})
    assert found == readiness(episode, guests, {ANN: host, BO: Progress(other)}, {ANN})
    assert found.withheld
