"""Values for the tests of the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.catch_up import Deadline, Sitting

NOW = datetime(2025, 7, 28, 9, 0, tzinfo=UTC)


def party_values(**changed: Any) -> dict[str, Any]:
    """The arguments of `parties.create`."""
    return {
        "guild_id": 41771983423143937,
        "channel_id": 290926798999357250,
        "creator_id": 80351110224678912,
        "show_id": "the-defects",
        "episode": 3,
        "starts_at": NOW + timedelta(hours=4, microseconds=1),
        "wall_start": datetime.fromisoformat("2025-07-28T22:00:00.000001"),
        "zone": "Asia/Seoul",
        "lead_minutes": 30,
        "locale": "ko",
        "now": NOW,
    } | changed


def reminder_values(**changed: Any) -> dict[str, Any]:
    """The arguments of `reminders.create`."""
    return {
        "user_id": 80351110224678912,
        "show_id": "the-defects",
        "episode": 3,
        "lead_minutes": 15,
        "airs_at": NOW + timedelta(hours=4),
        "fires_at": NOW + timedelta(hours=3, minutes=45),
        "channel_id": 290926798999357250,
        "guild_id": 41771983423143937,
        "dm_channel_id": None,
        "locale": "en-GB",
        "now": NOW,
    } | changed


def catch_up_values(**changed: Any) -> dict[str, Any]:
    """The arguments of `catch_ups.create`."""
    at = NOW + timedelta(days=2, hours=2)
    return {
        "user_id": 80351110224678912,
        "show_id": "the-defects",
        "deadline": Deadline(at, datetime.fromisoformat("2025-07-30T20:00"), "Asia/Seoul"),
        "per_day": 2,
        "channel_id": 290926798999357250,
        "guild_id": 41771983423143937,
        "dm_channel_id": None,
        "locale": "en-GB",
        "sittings": (
            Sitting(NOW + timedelta(hours=2), (1, 2), 120),
            Sitting(NOW + timedelta(days=1, hours=2, microseconds=1), (4,), 60),
        ),
        "now": NOW,
    } | changed


def wish_values(**changed: Any) -> dict[str, Any]:
    """The arguments of `standing_reminders.create`."""
    return {
        "user_id": 80351110224678912,
        "show_id": "the-defects",
        "leads": (1440, 15),
        "channel_id": 290926798999357250,
        "guild_id": 41771983423143937,
        "dm_channel_id": None,
        "locale": "en-GB",
        "created_at": NOW,
    } | changed
