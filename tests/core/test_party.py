"""Who may change a watch party, who is told, and when it is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.party import ATTENDING, Answer, Party, PartyState

STARTS = datetime(2025, 7, 28, 13, tzinfo=UTC)
ANN, BO = 11, 12


@pytest.fixture
def party() -> Party:
    return Party(
        id=1,
        guild_id=1,
        channel_id=2,
        message_id=None,
        creator_id=ANN,
        show_id="the-defects",
        episode=3,
        starts_at=STARTS,
        wall_start=datetime.fromisoformat("2025-07-28T22:00"),
        zone="Asia/Seoul",
        lead_minutes=30,
        locale="ko",
        state=PartyState.PLANNED,
        created_at=STARTS - timedelta(days=1),
    )


@pytest.mark.parametrize(
    ("user_id", "manages_events", "may"), [(ANN, False, True), (ANN, True, True), (BO, False, False), (BO, True, True)]
)
def test_the_creator_and_who_manages_events_may_cancel(
    party: Party, user_id: int, manages_events: bool, may: bool
) -> None:
    assert party.may_cancel(user_id, manages_events) is may


def test_going_and_maybe_ask_to_be_told_and_nothing_else_does() -> None:
    assert {answer for answer in Answer if answer in ATTENDING} == {Answer.GOING, Answer.MAYBE}


def test_it_is_over_when_its_episode_has_been_watched(party: Party) -> None:
    assert party.over_at(70) == STARTS + timedelta(minutes=70)


def test_answers_keep_the_words_that_stand_in_buttons_and_the_database() -> None:
    # Buttons of old announcements and rows of old databases hold these.
    assert [answer.value for answer in Answer] == ["going", "maybe", "cannot"]
    assert [state.value for state in PartyState] == ["planned", "cancelled"]
