"""Calendar files of watch parties, and how a calendar can tell a newer file from an older one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from simcord.actors import MemberActor

from tests.discord_ui.stage import MIDDLE, Stage, buttons, is_private, said, stage, text_of
from tests.discord_ui.test_party_edits import THIRD, a_party, air_third_at
from tests.discord_ui.test_reminders import _rewrite as rewrite  # pyright: ignore[reportPrivateUsage]
from tests.openapi import check_recorded

STARTS = datetime(2025, 7, 28, 20, tzinfo=UTC)
FILE = "Calendar file"


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


async def opened(member: MemberActor, message: Any, label: str = FILE) -> tuple[Calendar, dict[str, Any]]:
    """The file that a button brings, and what its only entry says."""
    answer = await member.click(message, label=label)
    assert is_private(answer)
    assert answer.response is not None
    [attachment] = answer.response.attachments
    assert attachment.filename.endswith(".ics")
    calendar = Calendar.from_ical(await attachment.read())
    assert isinstance(calendar, Calendar)
    [event] = calendar.events
    return calendar, {
        "uid": str(event["uid"]),
        "sequence": event["sequence"],
        "starts": event.start,
        "minutes": (event.end - event.start) // timedelta(minutes=1),
        "status": event.get("status"),
        "summary": str(event["summary"]),
        "url": str(event.get("url")),
        "description": str(event["description"]),
    }


async def the_next(member: MemberActor, s: Stage) -> Any:
    return (await member.slash(s.general, "watch-party next")).response


async def test_a_party_as_a_calendar_file(s: Stage) -> None:
    card = await a_party(s, title="Se-hee's secret", note="bring cake")
    calendar, entry = await opened(s.people["bo"], await the_next(s.people["bo"], s))
    assert "method" not in calendar
    assert entry.pop("uid").startswith("party-1-")
    assert entry == {
        "sequence": 0,
        "starts": STARTS,
        "minutes": 60,
        "status": None,
        "summary": "Watch party: The Defects, Episode 3",
        "url": f"https://discord.com/channels/{s.guild.id}/{s.general.id}/{card.id}",
        "description": "A watch party on Discord. Made by Cliffhanger.",
    }


async def test_the_host_is_given_it_right_away_and_guests_under_am_i_ready(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await ann.slash(s.general, "timezone set", zone="UTC")
    planned = await ann.slash(s.general, "watch-party create", episode=3, when="today 20:00")
    [card] = s.general.history()
    ready = await bo.click(card, label="Am I ready?")
    files = [await opened(ann, planned.response), await opened(bo, ready.response)]
    assert files[0][1] == files[1][1]


async def test_the_same_file_again_is_no_newer_one(s: Stage) -> None:
    await a_party(s)
    message = await the_next(s.people["bo"], s)
    first = await opened(s.people["bo"], message)
    await s.restart(minutes=5)
    assert (await opened(s.people["bo"], message))[1] == first[1]


async def test_a_party_that_moved_has_the_same_name_and_a_higher_number(s: Stage) -> None:
    await a_party(s)
    ann, bo = s.people["ann"], s.people["bo"]
    message = await the_next(bo, s)
    _, first = await opened(bo, message)
    changed = await ann.slash(s.general, "watch-party edit", party=1, when="today 21:00")
    _, second = await opened(bo, message)
    assert (second["uid"], second["sequence"], second["starts"]) == (first["uid"], 1, STARTS + timedelta(hours=1))
    # Whoever is told that it has moved gets it right there, and the host at once.
    await s.pass_time(minutes=2)
    notice = next(one for one in s.general.history() if "moved from" in text_of(one))
    assert (await opened(bo, notice))[1] == second
    assert (await opened(ann, changed.response))[1] == second
    await ann.slash(s.general, "watch-party edit", party=1, when="today 20:00")
    assert (await opened(bo, message))[1] == first | {"sequence": 2}


async def test_a_cancelled_party_is_struck_out(s: Stage) -> None:
    await a_party(s)
    ann, bo = s.people["ann"], s.people["bo"]
    message = await the_next(bo, s)
    _, first = await opened(bo, message)
    await ann.slash(s.general, "watch-party cancel", party=1)
    await s.pass_time(minutes=1)
    notice = next(one for one in s.general.history() if FILE in buttons(one))
    for told in (message, notice):
        calendar, entry = await opened(bo, told)
        assert calendar["method"] == "CANCEL"
        assert entry == first | {"sequence": 1, "status": "CANCELLED"}
    assert "takes it out of your calendar" in said(await bo.click(message, label=FILE))


async def test_it_is_in_the_language_of_whoever_asks(s: Stage) -> None:
    await a_party(s)
    cy = s.person("cy", "ko")
    _, entry = await opened(cy, await the_next(cy, s), "캘린더 파일")
    assert entry["summary"].startswith("같이 보기: ")
    assert "cliffhanger" in entry["uid"]


async def test_a_party_in_a_channel_that_one_may_not_see(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    for member, place, episode in ((ann, s.den, 3), (bo, s.general, 4)):
        await member.slash(s.general, "timezone set", zone="UTC")
        await member.slash(place, "watch-party create", episode=episode, when="today 20:00")
    await s.forbid(s.den, s.guild.default_role.id, role=True, view_channel=True)
    message = await the_next(bo, s)
    rewrite(s, message, "c1:party-ics:1")
    answer = await bo.click(message, custom_id="c1:party-ics:1")
    assert is_private(answer)
    assert "no such" in said(answer)
    assert not answer.response.attachments


async def test_an_episode_that_moved_has_a_higher_number(s: Stage) -> None:
    ann = s.person("ann")
    answer = await ann.slash(s.general, "next-episode")
    _, first = await opened(ann, answer.response, "Add to calendar")
    assert (first["sequence"], first["starts"]) == (0, THIRD)
    assert (await opened(ann, answer.response, "Add to calendar"))[1] == first
    await air_third_at(s, "2025-07-29", "23:00")
    _, second = await opened(ann, answer.response, "Add to calendar")
    assert second == first | {"sequence": 1, "starts": THIRD + timedelta(days=1, hours=1)}
    # In the file of the season it is the same entry, and the others are as they were.
    every = await ann.slash(s.general, "schedule show")
    file = await ann.click(every.response, label="All of it as a calendar file")
    assert file.response is not None
    [attachment] = file.response.attachments
    calendar = Calendar.from_ical(await attachment.read())
    numbers = {str(event["uid"]): event["sequence"] for event in calendar.walk("VEVENT")}
    assert numbers.pop(second["uid"]) == 1
    assert set(numbers.values()) == {0}
    assert s.clock.now() >= MIDDLE
