"""One test for each sentence of the rules in `bot.core.quiet`, and what people type for quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import UserError
from bot.core.quiet import QuietHours, placed, read_quiet
from tests.core.test_zones import ZONES

NIGHT = QuietHours(23 * 60, 8 * 60)
#: At noon in Seoul.
NOW = datetime(2025, 7, 28, 3, tzinfo=UTC)


def seoul(hour: int, minute: int = 0, day: int = 28) -> datetime:
    """A time of day in Seoul in July 2025, as an instant."""
    return datetime(2025, 7, day, tzinfo=UTC) + timedelta(hours=hour - 9, minutes=minute)


def place(at: datetime, useful_until: datetime, now: datetime = NOW, quiet: QuietHours = NIGHT) -> datetime:
    return placed(at, useful_until, now, quiet, "Asia/Seoul")


def test_outside_the_quiet_hours_it_comes_at_its_time() -> None:
    assert place(seoul(21, 45), seoul(22)) == seoul(21, 45)


def test_they_begin_with_their_first_minute_and_are_over_at_their_end() -> None:
    assert place(seoul(22, 59), seoul(12, day=29)) == seoul(22, 59)
    assert place(seoul(23), seoul(12, day=29)) == seoul(8, day=29)
    assert place(seoul(7, 59, 29), seoul(12, day=29)) == seoul(8, day=29)
    assert place(seoul(8, day=29), seoul(12, day=29)) == seoul(8, day=29)


def test_they_may_go_past_midnight_or_not() -> None:
    for hour in (23, 24, 31):
        assert place(seoul(hour), seoul(12, day=29)) == seoul(8, day=29)
    siesta = QuietHours(13 * 60, 15 * 60)
    assert place(seoul(14), seoul(22), quiet=siesta) == seoul(15)
    assert place(seoul(23), seoul(36), quiet=siesta) == seoul(23)


def test_what_would_come_during_them_comes_at_their_end_while_that_is_in_time() -> None:
    assert place(seoul(7, 30, 29), seoul(8, 30, 29)) == seoul(8, day=29)
    assert place(seoul(7, 30, 29), seoul(8, day=29)) == seoul(8, day=29), "right at the start"


def test_otherwise_it_comes_right_before_they_begin() -> None:
    assert place(seoul(7, 30, 29), seoul(7, 45, 29)) == seoul(22, 59)
    assert place(seoul(1, day=29), seoul(1, day=29)) == seoul(22, 59)


def test_where_they_have_begun_already_it_comes_at_its_own_time() -> None:
    late = seoul(23, 30)
    assert place(seoul(1, day=29), seoul(2, day=29), now=late) == seoul(1, day=29)
    assert place(seoul(1, day=29), seoul(9, day=29), now=late) == seoul(8, day=29)


@pytest.mark.parametrize(
    ("quiet", "at", "until", "comes"),
    [
        # Clocks are put forward at 01:00 and back at 02:00: the wall time counts.
        (NIGHT, datetime(2025, 3, 30, 3, tzinfo=UTC), datetime(2025, 3, 30, 12, tzinfo=UTC), (2025, 3, 30, 7)),
        (NIGHT, datetime(2025, 10, 26, 3, tzinfo=UTC), datetime(2025, 10, 26, 12, tzinfo=UTC), (2025, 10, 26, 8)),
        (NIGHT, datetime(2025, 10, 26, 3, tzinfo=UTC), datetime(2025, 10, 26, 4, tzinfo=UTC), (2025, 10, 25, 21, 59)),
        # Both hours from 01:00 to 02:00 are quiet, and none where there is no such hour.
        (
            QuietHours(60, 120),
            datetime(2025, 10, 26, 1, 30, tzinfo=UTC),
            datetime(2025, 10, 26, 12, tzinfo=UTC),
            (2025, 10, 26, 2),
        ),
        (
            QuietHours(60, 120),
            datetime(2025, 3, 30, 1, 30, tzinfo=UTC),
            datetime(2025, 3, 30, 12, tzinfo=UTC),
            (2025, 3, 30, 1, 30),
        ),
    ],
)
def test_they_are_kept_by_the_clocks_of_a_zone(
    quiet: QuietHours, at: datetime, until: datetime, comes: tuple[int, ...]
) -> None:
    found = placed(at, until, at - timedelta(days=1), quiet, "Europe/London")
    assert found == datetime(*comes, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_without_a_zone_or_quiet_hours_there_are_none() -> None:
    at = seoul(1, day=29)
    assert placed(at, at, NOW, NIGHT, None) == at
    assert placed(at, at, NOW, None, "Asia/Seoul") == at


_minutes = st.integers(0, 1439)


@given(
    st.datetimes(datetime.fromisoformat("2011-01-01"), datetime.fromisoformat("2030-01-01"), timezones=st.just(UTC)),
    st.timedeltas(timedelta(), timedelta(days=7)),
    st.timedeltas(timedelta(), timedelta(days=7)),
    _minutes,
    _minutes,
    st.sampled_from(ZONES),
)
def test_wherever_it_is_placed_it_is_in_time_and_quiet_where_it_can_be(
    at: datetime, lead: timedelta, ahead: timedelta, begins: int, ends: int, zone: str
) -> None:
    quiet = QuietHours(begins, ends)
    now = at - ahead
    comes = placed(at, at + lead, now, quiet, zone)
    assert comes <= at + lead
    assert comes > now or comes == at
    held = quiet.around(comes, zone)
    # A minute before some quiet hours can only lie in others where clocks change.
    assert held is None or comes == at or held[1] - held[0] > timedelta(hours=22)
    if comes == at and held is not None:
        assert held[0] - timedelta(minutes=1) <= now
        assert held[1] > at + lead


@pytest.mark.parametrize(
    ("typed", "begins", "ends"),
    [
        ("23:00-08:00", (23, 0), (8, 0)),
        ("23-8", (23, 0), (8, 0)),
        (" 23:30 – 7:15 ", (23, 30), (7, 15)),
        ("22.30 to 6.30", (22, 30), (6, 30)),
        ("11 pm - 8 am", (23, 0), (8, 0)),
        ("11pm until 8:30AM", (23, 0), (8, 30)),
        ("12 am-12 pm", (0, 0), (12, 0)),
        ("23시~8시", (23, 0), (8, 0)),
        ("오후 11시 30분부터 오전 7시까지", (23, 30), (7, 0)),
        ("22:00〜24:00", (22, 0), (0, 0)),
        ("２３：００－０８：００", (23, 0), (8, 0)),
    ],
)
def test_what_people_type(typed: str, begins: tuple[int, int], ends: tuple[int, int]) -> None:
    hours = [hour * 60 + minute for hour, minute in (begins, ends)]
    assert read_quiet(typed) == QuietHours(*hours)


@pytest.mark.parametrize("typed", ["off", " OFF ", "none", "끄기", "없음"])
def test_off(typed: str) -> None:
    assert read_quiet(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        *("", "   ", "23:00", "23:00-", "-8", "25-8", "23:60-8", "24:30-8", "13 pm-8 am", "0 am-8 am", "23-8-9"),
        *("오후 11시 pm-8", "at night", "1:2-3:4", "9" * 60, "23-8" * 30, "||23-8||", "23\u202e-8", "23:00 08:00"),
    ],
)
def test_what_cannot_be_read_is_refused(typed: str) -> None:
    with pytest.raises(UserError) as caught:
        read_quiet(typed)
    assert caught.value.key == "quiet.not-understood"


def test_hours_that_end_as_they_begin_are_refused() -> None:
    for typed in ("8-8", "0:00-24:00", "12 am - 0"):
        with pytest.raises(UserError) as caught:
            read_quiet(typed)
        assert caught.value.key == "quiet.empty"
