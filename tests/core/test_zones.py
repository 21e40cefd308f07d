"""One test for each sentence of the rules in `bot.core.zones`, on real changes of clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.core.zones import WallTime, abbreviation_at, day_later, is_zone, offset_at, resolve


def naive(text: str) -> datetime:
    """A local time."""
    return datetime.fromisoformat(text)


ZONES = [
    "Asia/Seoul",
    "Asia/Kolkata",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Etc/GMT-9",
    "UTC",
]

#: Zone, the first wall time that is skipped, how long the gap is, and the instant of the change.
SKIPPED = [
    ("America/New_York", naive("2025-03-09T02:00"), 60, datetime(2025, 3, 9, 7, tzinfo=UTC)),
    ("Europe/London", naive("2025-03-30T01:00"), 60, datetime(2025, 3, 30, 1, tzinfo=UTC)),
    ("Australia/Lord_Howe", naive("2025-10-05T02:00"), 30, datetime(2025, 10, 4, 15, 30, tzinfo=UTC)),
    ("Pacific/Apia", naive("2011-12-30T00:00"), 24 * 60, datetime(2011, 12, 30, 10, tzinfo=UTC)),
]
#: Zone, the first wall time that comes twice, how long that lasts, and its first instant.
REPEATED = [
    ("America/New_York", naive("2025-11-02T01:00"), 60, datetime(2025, 11, 2, 5, tzinfo=UTC)),
    ("Europe/London", naive("2025-10-26T01:00"), 60, datetime(2025, 10, 26, 0, tzinfo=UTC)),
    ("Australia/Lord_Howe", naive("2025-04-06T01:30"), 30, datetime(2025, 4, 5, 14, 30, tzinfo=UTC)),
]


@pytest.mark.parametrize(("zone", "wall", "gap", "change"), SKIPPED)
def test_a_skipped_time_is_moved_forward_by_as_much_as_the_clocks(
    zone: str, wall: datetime, gap: int, change: datetime
) -> None:
    for minutes in (0, 1, gap // 2, gap - 1):
        at = resolve(wall + timedelta(minutes=minutes), zone)
        assert at == change + timedelta(minutes=minutes)
        assert at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall + timedelta(minutes=minutes + gap)


@pytest.mark.parametrize(("zone", "wall", "length", "first"), REPEATED)
def test_a_time_that_comes_twice_is_the_first_of_the_two(
    zone: str, wall: datetime, length: int, first: datetime
) -> None:
    for minutes in (0, 1, length - 1):
        assert resolve(wall + timedelta(minutes=minutes), zone) == first + timedelta(minutes=minutes)
    assert resolve(wall + timedelta(minutes=length), zone) == first + timedelta(minutes=2 * length)


def test_a_broadcast_day_may_run_past_midnight() -> None:
    late = WallTime.parse(date(2022, 10, 8), "25:30", "Asia/Tokyo")
    assert late.civil() == naive("2022-10-09T01:30")
    assert late.instant() == datetime(2022, 10, 8, 16, 30, tzinfo=UTC)
    assert late.printed() == "25:30"


@pytest.mark.parametrize(
    ("day", "text", "zone", "instant"),
    [
        # The first is how The Defects is broadcast; the last of a season fell on the day of the change.
        ("2025-07-21", "22:00", "Asia/Seoul", "2025-07-21T13:00+00:00"),
        ("2024-12-13", "21:40", "Asia/Seoul", "2024-12-13T12:40+00:00"),
        ("2024-10-05", "24:00", "Asia/Tokyo", "2024-10-05T15:00+00:00"),
        ("2024-10-12", "23:30", "Asia/Tokyo", "2024-10-12T14:30+00:00"),
        ("2025-06-27", "0:00", "America/Los_Angeles", "2025-06-27T07:00+00:00"),
        ("2023-03-05", "21:00", "America/New_York", "2023-03-06T02:00+00:00"),
        ("2023-03-12", "21:00", "America/New_York", "2023-03-13T01:00+00:00"),
    ],
)
def test_real_broadcasts(day: str, text: str, zone: str, instant: str) -> None:
    wall = WallTime.parse(date.fromisoformat(day), text, zone)
    assert wall.instant() == datetime.fromisoformat(instant)
    assert wall.instant().tzinfo is UTC


def test_the_wall_time_is_counted_from_the_days_beginning_even_when_clocks_change() -> None:
    # 26:30 of the Saturday is 02:30 of the Sunday, which New York skipped.
    assert WallTime.parse(date(2025, 3, 8), "26:30", "America/New_York").instant() == datetime(
        2025, 3, 9, 7, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "text", ["", "22", "22:60", "30:00", "99:00", "2:5", "-1:00", "22:00 ", "22:00\n", "22:00:00", "２２:00", "noon"]
)
def test_anything_else_is_no_wall_time(text: str) -> None:
    with pytest.raises(ValueError, match="22:00 or 25:30"):
        WallTime.parse(date(2025, 7, 21), text, "Asia/Seoul")


@given(st.integers(0, 29), st.integers(0, 59))
def test_what_is_printed_is_read_again(hour: int, minute: int) -> None:
    day = date(2025, 7, 21)
    printed = WallTime(day, hour * 60 + minute, "Asia/Seoul").printed()
    assert WallTime.parse(day, printed, "Asia/Seoul") == WallTime(day, hour * 60 + minute, "Asia/Seoul")


@given(
    st.datetimes(naive("2000-01-01T00:00"), naive("2037-12-31T00:00"), timezones=st.just(UTC)),
    st.sampled_from(ZONES),
)
def test_resolving_takes_back_what_clocks_show(at: datetime, zone: str) -> None:
    wall = at.astimezone(ZoneInfo(zone))
    again = resolve(wall.replace(tzinfo=None), zone)
    # `fold` says that these clocks show this time for the second time.
    assert again == at if wall.fold == 0 else again < at
    assert again.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall.replace(tzinfo=None, fold=0)


@pytest.mark.parametrize("name", [*ZONES, "America/Argentina/Buenos_Aires", "US/Eastern", "Etc/UTC"])
def test_zones(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "asia/seoul",
        "Asia/Seoul ",
        "Asia",
        "Asia/",
        "/Asia/Seoul",
        "Asia//Seoul",
        "./Asia/Seoul",
        "../zoneinfo/Asia/Seoul",
        "/usr/share/zoneinfo/Asia/Seoul",
        "posix/Asia/Seoul",
        "right/Asia/Seoul",
        "localtime",
        "posixrules",
        "Factory",
        "EST",
        "KST",
        "utc",
        "UTC+9",
        "Asia/Seoul\x00",
        "Mars/Olympus_Mons",
    ],
)
def test_no_zones(name: str) -> None:
    assert not is_zone(name)


def test_every_zone_can_be_used() -> None:
    for name in filter(is_zone, available_timezones()):
        assert resolve(naive("2025-07-21T22:00"), name).tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "at", "minutes", "name"),
    [
        ("Asia/Seoul", datetime(2025, 7, 21, tzinfo=UTC), 540, "KST"),
        ("Europe/London", datetime(2025, 7, 21, tzinfo=UTC), 60, "BST"),
        ("Europe/London", datetime(2025, 12, 21, tzinfo=UTC), 0, "GMT"),
        ("America/New_York", datetime(2025, 3, 9, 6, 59, tzinfo=UTC), -300, "EST"),
        ("America/New_York", datetime(2025, 3, 9, 7, 0, tzinfo=UTC), -240, "EDT"),
        ("Asia/Singapore", datetime(2025, 7, 21, tzinfo=UTC), 480, "UTC+8"),
        ("Asia/Kathmandu", datetime(2025, 7, 21, tzinfo=UTC), 345, "UTC+5:45"),
        ("Pacific/Marquesas", datetime(2025, 7, 21, tzinfo=UTC), -570, "UTC-9:30"),
        ("Etc/GMT-9", datetime(2025, 7, 21, tzinfo=UTC), 540, "UTC+9"),
        ("UTC", datetime(2025, 7, 21, tzinfo=UTC), 0, "UTC"),
    ],
)
def test_offsets_and_their_names(zone: str, at: datetime, minutes: int, name: str) -> None:
    assert offset_at(zone, at) == timedelta(minutes=minutes)
    assert abbreviation_at(zone, at) == name


OTHER_SCHEDULES = Path(__file__).parents[3] / "shared" / "facts" / "other-schedules.yaml"


@pytest.mark.skipif(not OTHER_SCHEDULES.is_file(), reason="The researched schedules aren't beside the repository")
def test_researched_schedules() -> None:
    compared = 0
    for show in yaml.safe_load(OTHER_SCHEDULES.read_text(encoding="utf-8"))["shows"]:
        for entry in show["episodes"]:
            for found in filter(None, (entry, entry.get("early"))):
                day, _, clock = found.get("slot", found["local"].replace("T", " ")).partition(" ")
                wall = WallTime.parse(date.fromisoformat(day), clock, show["tz"])
                assert wall.instant() == datetime.fromisoformat(found["utc"].replace("Z", "+00:00"))
                assert wall.civil() == datetime.fromisoformat(found["local"])
                compared += 1
    assert compared > 0


@pytest.mark.parametrize(
    ("zone", "at", "later"),
    [
        # Clocks are put back, forward, and a whole day is skipped.
        ("Europe/London", datetime(2025, 10, 25, 12, tzinfo=UTC), datetime(2025, 10, 26, 13, tzinfo=UTC)),
        ("Europe/London", datetime(2025, 3, 29, 12, tzinfo=UTC), datetime(2025, 3, 30, 11, tzinfo=UTC)),
        ("Pacific/Apia", datetime(2011, 12, 29, 22, tzinfo=UTC), datetime(2011, 12, 30, 22, tzinfo=UTC)),
        (None, datetime(2025, 10, 25, 12, tzinfo=UTC), datetime(2025, 10, 26, 12, tzinfo=UTC)),
    ],
)
def test_a_day_later_is_the_same_time_of_day(zone: str | None, at: datetime, later: datetime) -> None:
    assert day_later(at, zone) == later
