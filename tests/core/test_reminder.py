"""When a reminder still makes sense, and what makes each of its messages unique."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.reminder import ON_TIME, Cause, Due, DueKind, Judgement, Verdict, cause, judge, moved_from, nonce

DUE = datetime(2025, 7, 28, 12, 45, tzinfo=UTC)
OVER = DUE + timedelta(hours=1)

_spans = st.timedeltas(timedelta(days=-400), timedelta(days=400))


def test_at_its_time_it_is_sent() -> None:
    assert judge(DUE, DUE, OVER) == Judgement(Verdict.SEND, timedelta())


def test_up_to_two_minutes_late_it_does_not_apologise() -> None:
    assert timedelta(minutes=2) == ON_TIME
    assert judge(DUE, DUE + ON_TIME, OVER) == Judgement(Verdict.SEND, ON_TIME)


def test_later_it_says_how_late() -> None:
    late = ON_TIME + timedelta(microseconds=1)
    assert judge(DUE, DUE + late, OVER) == Judgement(Verdict.LATE, late)


def test_from_the_moment_on_that_nobody_is_helped_it_is_dropped() -> None:
    assert judge(DUE, OVER - timedelta(microseconds=1), OVER).verdict is Verdict.LATE
    assert judge(DUE, OVER, OVER).verdict is Verdict.POINTLESS


def test_what_is_always_worth_sending_is_sent_however_late() -> None:
    assert judge(DUE, DUE + timedelta(days=365), None) == Judgement(Verdict.LATE, timedelta(days=365))


def test_a_clock_that_was_put_back_makes_nothing_early() -> None:
    assert judge(DUE, DUE - timedelta(hours=1), OVER) == Judgement(Verdict.SEND, timedelta())


@given(_spans, _spans)
def test_lateness_is_never_negative_and_a_pointless_one_is_past_its_point(late: timedelta, until: timedelta) -> None:
    judged = judge(DUE, DUE + late, DUE + until)
    assert judged.late == max(late, timedelta())
    assert (judged.verdict is Verdict.POINTLESS) == (late >= until)


LATER = DUE + timedelta(minutes=30)


def row(first_claimed_at: datetime, reason: str | None = None) -> Due:
    return Due(1, DueKind.REMINDER, 1, DUE, 2, first_claimed_at, 0, reason)


def test_nobody_was_there_when_it_was_due() -> None:
    assert cause(row(LATER), up_since=LATER) is Cause.OFFLINE
    assert cause(row(LATER, "http 503"), up_since=LATER) is Cause.OFFLINE, "what came then only made it later"


def test_discord_did_not_take_what_was_tried_in_time() -> None:
    assert cause(row(DUE, "http 503"), up_since=DUE - timedelta(days=1)) is Cause.REFUSED
    assert cause(row(DUE + ON_TIME, "http 503"), up_since=LATER) is Cause.REFUSED, "whoever tried it then"


def test_whoever_had_it_in_time_went_down() -> None:
    assert cause(row(DUE), up_since=LATER) is Cause.OFFLINE


def test_somebody_was_there_all_the_time_but_had_other_things_to_send() -> None:
    assert cause(row(LATER), up_since=DUE - timedelta(days=1)) is Cause.BUSY


def test_what_moved_is_believed_to_be_where_it_was_said_to_be_last() -> None:
    assert moved_from(DUE, OVER, None) == DUE
    assert moved_from(OVER, LATER, DUE) == DUE


def test_what_moved_back_is_where_it_is_believed_to_be() -> None:
    assert moved_from(OVER, DUE, DUE) is None


def test_what_moved_back_is_told_where_the_move_may_have_been_told() -> None:
    assert moved_from(OVER, DUE, DUE, sure=False) == OVER
    assert moved_from(DUE, OVER, None, sure=False) == DUE


@given(st.integers(1, 2**63 - 1), st.integers(0, 2000))
def test_a_nonce_fits_discord_and_is_the_same_after_every_crash(due_id: int, piece: int) -> None:
    made = nonce(due_id, piece)
    assert len(made) <= 25
    # It stands in custom_ids, whose parts are separated by colons.
    assert made.isalnum()
    assert made == nonce(due_id, piece)


def test_a_nonce_is_the_same_in_every_version() -> None:
    assert nonce(1, 0) == "aa58dc1187fdced03dce5271"


def test_no_two_messages_have_the_same_nonce() -> None:
    made = {nonce(due_id, piece) for due_id in range(1, 300) for piece in (*range(10), 1000)}
    assert len(made) == 299 * 11
