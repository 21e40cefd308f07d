"""`/next-episode` and `/schedule` as members meet them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest

from tests.discord_ui.stage import AFTER, BEFORE, MIDDLE, Stage, buttons, is_private, said, stage
from tests.openapi import check_recorded

#: Episode 3: Monday 28 July 2025, 22:00 in Seoul.
THIRD = datetime(2025, 7, 28, 13, tzinfo=UTC)


@pytest.fixture
async def s(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    at = getattr(request, "param", MIDDLE)
    async with stage(tmp_path, at=at) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


def stamp(at: datetime, style: str) -> str:
    return f"<t:{int(at.timestamp())}:{style}>"


async def test_two_members_in_different_zones_read_one_answer(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await ann.slash(s.general, "timezone set", zone="Pacific/Auckland")
    await bo.slash(s.general, "timezone set", zone="America/Los_Angeles")
    answer = await ann.slash(s.general, "next-episode")
    assert not is_private(answer)
    text = said(answer)
    assert "Episode 3" in text
    assert stamp(THIRD, "F") in text
    assert stamp(THIRD, "R") in text
    assert "22:00 KST" in text
    assert "ENA" in text
    for service in ("TVING", "Kocowa", "Prime Video"):
        assert service in text
    # The stamps are for each reader's own client; nobody's zone is told.
    assert "Auckland" not in text
    assert said(await bo.slash(s.general, "next-episode")) == text


async def test_a_private_answer_says_it_in_the_askers_zone_across_the_date_line(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="Pacific/Auckland")
    answer = await ann.slash(s.general, "next-episode", private=True)
    assert is_private(answer)
    # 13:00 UTC is 01:00 of the next day in Auckland, where it is 21:00 of Monday now.
    assert "Tue 29 Jul, 01:00 in Auckland, tomorrow for you" in said(answer)


async def test_a_shared_zone_is_said_in_public(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="America/Los_Angeles", share=True)
    text = said(await ann.slash(s.general, "next-episode"))
    assert "Mon 28 Jul, 06:00 in Los Angeles" in text
    await ann.slash(s.general, "timezone set", zone="America/Los_Angeles", share=False)
    assert "Los Angeles" not in said(await ann.slash(s.general, "next-episode"))


@pytest.mark.parametrize("s", [BEFORE], indirect=True)
async def test_before_the_premiere(s: Stage) -> None:
    text = said(await s.person("ann").slash(s.general, "next-episode"))
    assert "starts with Episode 1" in text


@pytest.mark.parametrize("s", [THIRD, THIRD + timedelta(minutes=59)], indirect=True)
async def test_on_air_right_now(s: Stage) -> None:
    answer = await s.person("ann").slash(s.general, "next-episode")
    text = said(answer)
    assert "Episode 3 is on air right now" in text
    assert stamp(THIRD + timedelta(hours=1), "t") in text
    assert "Then Episode 4" in text
    assert "I've seen Episode 3" in buttons(answer.response)


@pytest.mark.parametrize("s", [THIRD + timedelta(hours=1)], indirect=True)
async def test_between_two_episodes(s: Stage) -> None:
    text = said(await s.person("ann").slash(s.general, "next-episode"))
    assert "Episode 4 is next" in text
    assert "on air" not in text


@pytest.mark.parametrize("s", [AFTER], indirect=True)
async def test_after_the_finale_it_says_so_and_offers_the_recap_of_the_ending(s: Stage) -> None:
    ann = s.person("ann")
    answer = await ann.slash(s.general, "next-episode")
    assert "has ended" in said(answer)
    recap = await ann.click(answer.response, label="Recap of the ending")
    assert is_private(recap)
    assert "Unlocks after Episode 8" in said(recap)
    await ann.slash(s.general, "progress set", episode=8)
    recap = await ann.click(answer.response, label="Recap of the ending")
    assert "Unlocks" not in said(recap)
    assert "Se-hee shoots herself" in said(recap)


@pytest.mark.parametrize("s", [datetime(2025, 8, 12, 13, 30, tzinfo=UTC)], indirect=True)
async def test_the_last_episode_on_air_has_nothing_after_it(s: Stage) -> None:
    text = said(await s.person("ann").slash(s.general, "next-episode"))
    assert "Episode 8 is on air right now" in text
    assert "last one" in text


async def test_world_clock_is_private_and_names_nobody(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await bo.slash(s.general, "timezone set", zone="Asia/Kathmandu", share=True)
    await ann.slash(s.general, "timezone set", zone="Pacific/Auckland")
    answer = await ann.slash(s.general, "next-episode")
    clock = await ann.click(answer.response, label="World clock")
    assert is_private(clock)
    lines = said(clock).splitlines()
    assert any("18:45" in line and "Nepal" in line and "someone here" in line for line in lines)
    assert any("01:00" in line and "Tue 29 Jul" in line and "(you)" in line for line in lines)
    assert any("22:00" in line and "South Korea" in line for line in lines)
    assert "bo" not in said(clock).split()
    # What bo shared here stays out of what everybody can see.
    assert "Nepal" not in said(answer)


async def test_calendar_file_of_one_episode(s: Stage) -> None:
    ann = s.person("ann")
    answer = await ann.slash(s.general, "next-episode")
    file = await ann.click(answer.response, label="Add to calendar")
    assert is_private(file)
    [attachment] = file.response.attachments
    assert attachment.filename == "the-defects-episode-3.ics"
    calendar = icalendar.Calendar.from_ical(await attachment.read())
    [event] = calendar.walk("VEVENT")
    assert event.decoded("dtstart") == THIRD
    assert event.decoded("dtstart").tzinfo.utcoffset(None) or str(event["dtstart"].params["TZID"]) == "Asia/Seoul"
    assert str(event["summary"]) == "The Defects: Episode 3"


async def test_schedule_shows_the_season_and_its_calendar(s: Stage) -> None:
    ann = s.person("ann")
    answer = await ann.slash(s.general, "schedule show")
    text = said(answer)
    for number in range(1, 9):
        assert f"Episode {number}" in text
    assert text.count("✓") == 2
    assert "D-Day" not in text, "the title of episode 7 tells something"
    file = await ann.click(answer.response, label="All of it as a calendar file")
    [attachment] = file.response.attachments
    calendar = icalendar.Calendar.from_ical(await attachment.read())
    events = calendar.walk("VEVENT")
    assert len(events) == 8
    assert len({str(event["uid"]) for event in events}) == 8
    starts = [event.decoded("dtstart") for event in events]
    assert all(start.astimezone(ZoneInfo("Asia/Seoul")).strftime("%H:%M") == "22:00" for start in starts)
    assert b"D-Day" not in await attachment.read()


async def test_korean_asker_gets_korean(s: Stage) -> None:
    minji = s.person("minji", locale="ko")
    await minji.slash(s.general, "timezone set", zone="Asia/Seoul")
    text = said(await minji.slash(s.general, "next-episode", private=True))
    assert "아이쇼핑" in text
    assert "3화" in text
    assert "대한민국" in text


async def test_works_in_direct_messages(s: Stage) -> None:
    ann = s.person("ann")
    text = said(await ann.user.slash("next-episode"))
    assert "Episode 3" in text


@pytest.mark.parametrize("s", [datetime(2025, 10, 25, 12, tzinfo=UTC)], indirect=True)
async def test_summer_time_ends_for_one_reader_and_not_for_the_other(s: Stage, tmp_path: Path) -> None:
    """A time after the change is told with the offset that holds then, not the one that holds now."""
    ann, bo = s.person("ann"), s.person("bo")
    await ann.slash(s.general, "timezone set", zone="Europe/London")
    await bo.slash(s.general, "timezone set", zone="Asia/Seoul")
    for member, wall in ((ann, "2025-10-26 21:00"), (bo, "2025-10-27 06:00")):
        made = await member.slash(s.general, "watch-party create", episode=8, when=wall)
        # 21:00 GMT and 06:00 KST are the same instant; the day before, 21:00 in London was 20:00 UTC.
        assert stamp(datetime(2025, 10, 26, 21, tzinfo=UTC), "F") in said(made)
