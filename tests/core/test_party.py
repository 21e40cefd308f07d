"""Who may change a watch party, who is told, and when it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.errors import UserError
from bot.core.party import ATTENDING, Answer, Party, PartyState, PartyText, written

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
def test_the_creator_and_who_manages_events_may_change(
    party: Party, user_id: int, manages_events: bool, may: bool
) -> None:
    assert party.may_change(user_id, manages_events) is may


def test_going_and_maybe_ask_to_be_told_and_nothing_else_does() -> None:
    assert {answer for answer in Answer if answer in ATTENDING} == {Answer.GOING, Answer.MAYBE}


def test_it_is_over_when_its_episode_has_been_watched(party: Party) -> None:
    assert party.over_at(70) == STARTS + timedelta(minutes=70)


def test_answers_keep_the_words_that_stand_in_buttons_and_the_database() -> None:
    # Buttons of old announcements and rows of old databases hold these.
    assert [answer.value for answer in Answer] == ["going", "maybe", "cannot"]
    assert [state.value for state in PartyState] == ["planned", "cancelled"]


def test_what_is_written_is_cleaned() -> None:
    assert written(" The\n\u202e finale ", None, 7) == PartyText("The finale", None, 7)


@pytest.mark.parametrize("after", [0, 7])
def test_what_was_written_is_for_whoever_has_seen_as_much(party: Party, after: int) -> None:
    told = replace(party, title="T", note="N", text_after=after)
    for limit in range(10):
        assert told.text_at(limit) == (PartyText("T", "N", after) if limit >= after else PartyText())


@pytest.mark.parametrize(
    ("title", "note", "key"),
    [
        ("\u200b", None, "party.title-empty"),
        ("x" * 81, None, "party.title-too-long"),
        (None, " ", "party.note-empty"),
        ("x", "x" * 301, "party.note-too-long"),
    ],
)
def test_what_cannot_be_kept_is_refused(title: str | None, note: str | None, key: str) -> None:
    with pytest.raises(UserError) as refused:
        written(title, note, 0)
    assert refused.value.key == key
