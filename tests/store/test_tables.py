"""How values are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from enum import Enum

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from bot.core.party import Answer
from bot.store.database import Database
from bot.store.tables import Instant, OneOf, WallTime

DIALECT = sqlite.dialect()
ZONES = st.timezones() | st.just(UTC) | st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m)))


@given(st.datetimes(datetime.fromisoformat("0002-01-01"), datetime.fromisoformat("9998-01-01"), timezones=ZONES))
def test_an_instant_comes_back_to_the_microsecond(value: datetime) -> None:
    kept = Instant().process_bind_param(value, DIALECT)
    back = Instant().process_result_value(kept, DIALECT)
    assert back == value.astimezone(UTC)
    assert back is not None
    assert back.tzinfo is UTC


@given(st.datetimes())
def test_a_wall_time_comes_back_as_it_was(value: datetime) -> None:
    assert WallTime().process_result_value(WallTime().process_bind_param(value, DIALECT), DIALECT) == value


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Instant().process_bind_param(datetime.fromisoformat("2025-07-28T22:00"), DIALECT)


def test_a_wall_time_with_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        WallTime().process_bind_param(datetime(2025, 7, 28, 22, 0, tzinfo=UTC), DIALECT)


def test_only_members_are_kept() -> None:
    class Other(Enum):
        GOING = "going there"

    with pytest.raises(ValueError, match="going there"):
        OneOf(Answer).process_bind_param(Other.GOING, DIALECT)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO progress (user_id, show_id, episode) VALUES (1, 'x', -1)",
        "INSERT INTO ceiling (channel_id, guild_id, show_id, episode) VALUES (1, 1, 'x', -1)",
        "INSERT INTO zone_share (user_id, guild_id) VALUES (1, 1)",
        "INSERT INTO sitting (catch_up_id, starts_at, episodes, minutes, sequence) VALUES (99, 0, '1', 60, 0)",
        "INSERT INTO sitting (catch_up_id, starts_at, episodes, minutes, sequence) VALUES (1, 0, '', 60, 0)",
        "INSERT INTO rsvp (party_id, user_id, answer, answered_at) VALUES (1, 1, 'going', 0)",
        "INSERT INTO due (kind, subject, due_at, state, attempts, sent) VALUES ('reminder', 1, 0, 'lost', 0, 0)",
        "INSERT INTO due (kind, subject, due_at, state, attempts, sent) VALUES ('reminder', 1, 0, 'delivered', 0, 0)",
        "INSERT INTO due (kind, subject, due_at, state, attempts, sent, leased_by)"
        " VALUES ('reminder', 1, 0, 'waiting', 0, 0, 'me')",
    ],
)
async def test_the_database_itself_refuses_what_makes_no_sense(database: Database, statement: str) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        async with database.begin() as tx:
            await tx.execute(sa.text(statement))
