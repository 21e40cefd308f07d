"""The fairest times for people in several zones."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.fair_times import MOST, STEP, Guest, PartOfDay, Slot, burden, clocks, fairest, part_of_day

SEOUL, NEW_YORK, KOLKATA, LONDON = "Asia/Seoul", "America/New_York", "Asia/Kolkata", "Europe/London"
LOS_ANGELES, SYDNEY = "America/Los_Angeles", "Australia/Sydney"
#: A Monday.
MONDAY = datetime(2025, 7, 28, 0, tzinfo=UTC)
ALL_DAY = MONDAY + timedelta(days=1)


def utc(hour: int, minute: int = 0, day: int = 28) -> datetime:
    return datetime(2025, 7, day, hour, minute, tzinfo=UTC)


def at_night(zone: str, at: datetime) -> bool:
    return at.astimezone(ZoneInfo(zone)).hour < 7


def starts(slots: tuple[Slot, ...]) -> list[datetime]:
    return [slot.starts_at for slot in slots]


# ------------------------------------------------------------------ the rules


@pytest.mark.parametrize(
    ("hour", "minute", "part"),
    [
        (0, 0, PartOfDay.NIGHT),
        (6, 59, PartOfDay.NIGHT),
        (7, 0, PartOfDay.DAY),
        (18, 59, PartOfDay.DAY),
        (19, 0, PartOfDay.EVENING),
        (23, 59, PartOfDay.EVENING),
    ],
)
def test_the_night_is_from_midnight_to_seven_on_everybodys_own_clock(hour: int, minute: int, part: PartOfDay) -> None:
    assert part_of_day(datetime(2025, 7, 28, hour, minute)) is part  # noqa: DTZ001
    # 22:00 UTC is 07:00 in Seoul, 21:30 is not.
    assert fairest([Guest(SEOUL)], utc(21, 30), utc(21, 30), 30)[0].night == 1
    assert fairest([Guest(SEOUL)], utc(22), utc(22), 30)[0].night == 0


def test_where_a_time_spares_everybody_the_night_only_such_times_are_proposed() -> None:
    # One half hour of the window is day in all three places: it is 07:00 in New York.
    found = fairest([Guest(SEOUL), Guest(NEW_YORK), Guest(KOLKATA)], utc(4), utc(11), 30)
    assert starts(found) == [utc(11)]
    assert found[0].night == 0


def test_where_none_does_the_one_who_is_worst_off_is_nearest_to_an_end_of_the_night() -> None:
    # In Seoul from 02:00 to 05:00: at its ends 02:00 is as deep as 04:30, and 05:00 is less so.
    found = fairest([Guest(SEOUL)], utc(17), utc(20), 30)
    assert starts(found) == [utc(20)]
    assert found[0].night == 4


def test_of_these_only_those_are_proposed_at_whose_end_nobody_is_in_the_night() -> None:
    # Both begin in the evening in Seoul, and one is over at midnight.
    people = [Guest(SEOUL)]
    assert starts(fairest(people, utc(14), utc(14, 30), 60)) == [utc(14)]
    found = fairest(people, utc(14), utc(14, 30), 90)
    assert starts(found) == [utc(14)]
    assert found[0].late == 1


def test_the_burden_falls_on_those_who_have_carried_least() -> None:
    # 13:30 is 06:30 in Los Angeles, 14:00 is 00:00 in Sydney, and neither is night for the other.
    window = (utc(13), utc(14, 30), 30)
    found = fairest([Guest(LOS_ANGELES, 40), Guest(SYDNEY)], *window)
    assert starts(found) == [utc(14), utc(13, 30)]
    assert {slot.night for slot in found} == {1}
    assert starts(fairest([Guest(LOS_ANGELES), Guest(SYDNEY, 40)], *window)) == [utc(13, 30), utc(14)]
    # Of the other two the one who has carried less, though somebody else has carried more than either.
    found = fairest([Guest(LOS_ANGELES, 20), Guest(SYDNEY, 30), Guest(LONDON, 500)], *window)
    assert starts(found) == [utc(13, 30), utc(14)]


def test_over_a_series_the_night_goes_around() -> None:
    carried = {LOS_ANGELES: 0, SYDNEY: 0}
    nights: list[str] = []
    for week in range(6):
        begins = utc(13) + timedelta(weeks=week)
        guests = [Guest(zone, burden) for zone, burden in carried.items()]
        at = fairest(guests, begins, begins + timedelta(minutes=90), 30)[0].starts_at
        nights += [zone for zone in carried if at_night(zone, at)]
        for zone in carried:
            carried[zone] += burden(zone, at, 30)
    assert sorted(nights) == [LOS_ANGELES] * 3 + [SYDNEY] * 3


def test_an_evening_is_no_burden_a_day_a_small_one_and_the_night_a_large_one() -> None:
    assert burden(LONDON, utc(18), 60) == 0
    # 15:00 on a Monday, and on the Saturday after it.
    weekday, weekend = burden(LONDON, utc(14), 60), burden(LONDON, datetime(2025, 8, 2, 14, tzinfo=UTC), 60)
    assert 0 < weekend < weekday
    by_night = [burden(LONDON, utc(23) + timedelta(minutes=30 * half), 30) for half in range(14)]
    assert by_night == [*range(10, 71, 10), *range(70, 0, -10)]
    assert min(by_night) >= 5 * weekday
    # An evening that goes on past midnight counts by its end.
    assert burden(LONDON, utc(22, 30), 90) == 20


def test_of_times_that_are_fair_alike_the_soonest_comes_first() -> None:
    found = fairest([Guest(LONDON)], MONDAY, MONDAY + timedelta(days=7), 60)
    # 19:00 from Monday to Friday.
    assert starts(found) == [
        utc(18, day=28 + day) if day < 4 else datetime(2025, 8, 1, 18, tzinfo=UTC) for day in range(5)
    ]


def test_what_is_proposed_lies_half_a_day_apart_and_closer_only_where_too_few_would_be_left() -> None:
    week = starts(fairest([Guest(SEOUL), Guest(NEW_YORK)], MONDAY, MONDAY + timedelta(days=7), 60))
    assert len(week) == MOST
    assert all(abs(one - other) >= timedelta(hours=12) for one in week for other in week if one is not other)
    day = starts(fairest([Guest(SEOUL)], utc(0), utc(14), 60))
    assert day == [utc(10), utc(13), utc(0)]
    evening = starts(fairest([Guest(SEOUL)], utc(10), utc(11), 60))
    assert evening == [utc(10), utc(10, 30), utc(11)]


def test_nobody_and_no_time() -> None:
    assert fairest([], MONDAY, ALL_DAY, 60) == ()
    assert fairest([Guest(SEOUL)], utc(10, 1), utc(10, 29), 60) == ()
    assert fairest([Guest(SEOUL)], utc(11), utc(10), 60) == ()
    # The ends of a window belong to it.
    assert starts(fairest([Guest(SEOUL)], utc(10, 1), utc(10, 30), 60)) == [utc(10, 30)]


# ---------------------------------------------------------------- clock changes


def test_each_time_is_read_on_the_clocks_of_its_own_day() -> None:
    # New York goes back an hour on Sunday 2 November 2025, Seoul never: 11:00 UTC is 07:00 before and 06:00 after.
    before, after = datetime(2025, 11, 1, 11, tzinfo=UTC), datetime(2025, 11, 2, 11, tzinfo=UTC)
    [one] = fairest([Guest(NEW_YORK), Guest(SEOUL)], before, before, 30)
    [other] = fairest([Guest(NEW_YORK), Guest(SEOUL)], after, after, 30)
    assert (one.night, other.night) == (0, 2)
    found = starts(fairest([Guest(NEW_YORK), Guest(SEOUL)], before, before + timedelta(days=7), 30))
    assert found
    assert not any(at_night(zone, at) for zone in (NEW_YORK, SEOUL) for at in found)


def test_the_hour_that_comes_twice_and_the_one_that_is_skipped() -> None:
    # 01:30 twice in New York, half an hour each; and from 01:30 to 03:00 in one step in spring.
    twice = datetime(2025, 11, 2, 5, 30, tzinfo=UTC)
    assert [burden(NEW_YORK, twice + timedelta(hours=hour), 30) for hour in range(2)] == [40, 40]
    skipped = datetime(2026, 3, 8, 6, 30, tzinfo=UTC)
    assert [burden(NEW_YORK, skipped + timedelta(minutes=30 * half), 30) for half in range(2)] == [40, 70]


def test_zones_whose_clocks_agree_are_one_and_those_furthest_behind_come_first() -> None:
    moments = [datetime(2025, 10, 31, 12, tzinfo=UTC), datetime(2025, 11, 3, 12, tzinfo=UTC)]
    shown = clocks([SEOUL, "Asia/Tokyo", NEW_YORK, "America/Port_of_Spain", KOLKATA], moments)
    assert [zones for _, zones in shown] == [
        # An hour apart only after the clocks in New York have gone back.
        {NEW_YORK},
        {"America/Port_of_Spain"},
        {KOLKATA},
        {SEOUL, "Asia/Tokyo"},
    ]
    assert [wall.isoformat() for wall in shown[2][0]] == ["2025-10-31T17:30:00", "2025-11-03T17:30:00"]


# ------------------------------------------------------------------ properties

ZONES = [
    *(SEOUL, NEW_YORK, KOLKATA, LONDON, LOS_ANGELES, SYDNEY),
    *("Pacific/Auckland", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati", "Etc/GMT+12", "Africa/Lagos"),
]
guests = st.lists(st.builds(Guest, st.sampled_from(ZONES), st.integers(0, 300)), min_size=1, max_size=8)
# Around the days on which clocks change, in both hemispheres.
begins = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes),
    st.sampled_from(
        [datetime(2025, *day, tzinfo=UTC) for day in ((3, 8), (3, 29), (4, 5), (7, 28), (10, 25), (11, 1))]
    ),
    st.integers(0, 24 * 60),
)
lengths = st.integers(0, 4 * 24 * 60)
minutes = st.integers(1, 180)


def every_half_hour(begins_at: datetime, length: int) -> list[datetime]:
    epoch = datetime(2025, 1, 1, tzinfo=UTC)
    first = -((epoch - begins_at) // STEP)
    last = (begins_at + timedelta(minutes=length) - epoch) // STEP
    return [epoch + index * STEP for index in range(first, last + 1)]


@given(guests, begins, lengths, minutes)
@settings(max_examples=150, deadline=None)
def test_nobody_is_up_at_night_where_that_can_be_had_else_the_worst_is_as_small_as_can_be(
    people: list[Guest], begins_at: datetime, length: int, lasts: int
) -> None:
    def worst(at: datetime) -> int:
        """How many minutes the one who is worst off is from the nearer end of the night, in half hours begun."""
        walls = [at.astimezone(ZoneInfo(guest.zone)) for guest in people]
        minute = [wall.hour * 60 + wall.minute for wall in walls if wall.hour < 7]
        return max((min(one // 30 + 1, (420 - one + 29) // 30) for one in minute), default=0)

    times = every_half_hour(begins_at, length)
    found = fairest(people, begins_at, begins_at + timedelta(minutes=length), lasts)
    assert bool(found) == bool(times)
    assert len(found) <= MOST
    assert set(starts(found)) <= set(times)
    assert len(set(starts(found))) == len(found)
    for slot in found:
        assert slot.night == worst(slot.starts_at) == min(map(worst, times))
    if any(worst(at) == 0 for at in times):
        assert not any(at_night(guest.zone, at) for guest in people for at in starts(found))


@given(guests, begins, lengths, minutes, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_people_changes_nothing_and_nothing_is_left_to_chance(
    people: list[Guest], begins_at: datetime, length: int, lasts: int, chance: random.Random
) -> None:
    until = begins_at + timedelta(minutes=length)
    found = fairest(people, begins_at, until, lasts)
    shuffled = list(people)
    chance.shuffle(shuffled)
    assert fairest(shuffled, begins_at, until, lasts) == found
    assert fairest(iter(people), begins_at, until, lasts) == found


@given(guests, begins, lengths, minutes, st.integers(1, 100))
@settings(max_examples=60, deadline=None)
def test_what_all_have_carried_alike_changes_nothing(
    people: list[Guest], begins_at: datetime, length: int, lasts: int, more: int
) -> None:
    until = begins_at + timedelta(minutes=length)
    heavier = [Guest(guest.zone, guest.carried + more) for guest in people]
    assert fairest(heavier, begins_at, until, lasts) == fairest(people, begins_at, until, lasts)
