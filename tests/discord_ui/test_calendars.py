"""`/calendar`: what one has to do with in one's calendar, as a file and under links."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from simcord.actors import MemberActor
from simcord.results import InteractionResult

from tests.discord_ui.stage import AFTER, Stage, is_private, said, stage
from tests.discord_ui.test_party_edits import THIRD, a_party, air_third_at
from tests.discord_ui.test_reruns import FIRST, admin, begin
from tests.openapi import check_recorded


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


async def got(member: MemberActor, s: Stage, what: str, **options: Any) -> tuple[InteractionResult, Calendar]:
    """An answer with a file, and the file as another library reads it."""
    answer = await member.slash(s.general, "calendar get", what=what, **options)
    assert is_private(answer)
    assert answer.response is not None, said(answer)
    [attachment] = answer.response.attachments
    return answer, IcsCalendarStream.calendar_from_ics((await attachment.read()).decode())


def summaries(calendar: Calendar) -> list[str]:
    return [event.summary or "" for event in calendar.events]


async def test_a_show_with_the_lead_that_one_is_reminded_by(s: Stage) -> None:
    ann = s.person("ann")
    answer, calendar = await got(ann, s, "show")
    assert "with 8 entries" in said(answer)
    assert "Your calendar reminds you 15 minutes before" in said(answer)
    assert summaries(calendar) == [f"The Defects: Episode {number}" for number in range(1, 9)]
    third = calendar.events[2]
    assert (third.start_datetime.astimezone(UTC), third.computed_duration) == (THIRD, timedelta(minutes=60))
    assert str(third.dtstart.tzinfo) == "Asia/Seoul"
    [alarm] = third.alarm
    assert alarm.trigger == -timedelta(minutes=15)


@pytest.mark.parametrize(
    ("alarm", "trigger", "words"),
    [
        ("1 h", -timedelta(hours=1), "1 hour before"),
        ("0", timedelta(), "right at the start"),
        ("none", None, "doesn't remind"),
    ],
)
async def test_the_alarm_that_was_asked_for(s: Stage, alarm: str, trigger: timedelta | None, words: str) -> None:
    answer, calendar = await got(s.person("ann"), s, "show", alarm=alarm)
    assert words in said(answer)
    assert [one.trigger for one in calendar.events[0].alarm] == ([] if trigger is None else [trigger])


async def test_alarms_are_offered_as_choices(s: Stage) -> None:
    ann = s.person("ann", "ko")
    await ann.slash(s.general, "reminders settings", leads="2 h")
    values = [one["value"] for one in await ann.autocomplete(s.general, "calendar get", "alarm", "", what="show")]
    assert values == ["0", "10", "30", "60", "120", "1440", "none"]
    _, calendar = await got(ann, s, "show")
    assert calendar.events[0].alarm[0].trigger == -timedelta(hours=2)
    assert calendar.events[0].summary == "아이쇼핑: 1화"


async def test_nothing_to_put_into_it_is_said(s: Stage) -> None:
    ann = s.person("ann")
    for what, words in (
        ("parties", "haven't said that you come"),
        ("everything", "nothing to put into it yet"),
        ("rerun", "has no re-run of The Defects"),
    ):
        answer = await ann.slash(s.general, "calendar get", what=what)
        assert is_private(answer)
        assert words in said(answer)


async def test_parties_that_one_comes_to_or_may(s: Stage) -> None:
    card = await a_party(s, title="Se-hee's secret")
    ann, cy = s.people["ann"], s.person("cy")
    await cy.click(card, label="Maybe")
    for member in (ann, cy):
        _, calendar = await got(member, s, "parties", alarm="30 min")
        [event] = calendar.events
        assert event.summary == "Watch party: The Defects, Episode 3"
        assert event.sequence == 0
        assert event.alarm[0].trigger == -timedelta(minutes=30)
    dee = s.person("dee")
    assert "haven't said" in said(await dee.slash(s.general, "calendar get", what="parties"))
    await ann.slash(s.general, "watch-party cancel", party=1)
    _, calendar = await got(cy, s, "parties")
    [event] = calendar.events
    assert (event.status, event.sequence) == ("CANCELLED", 1)


async def test_everything_is_what_one_and_the_server_follow_and_parties(s: Stage) -> None:
    admin = s.person("admin", roles=[s.guild.create_role("staff", permissions=discord.Permissions(manage_guild=True))])
    ann = s.person("ann")
    await ann.slash(s.general, "remind", every=True)
    _, alone = await got(ann, s, "everything")
    assert len(alone.events) == 8
    await admin.slash(s.general, "follow show", show="the-defects")
    await a_party(s)
    _, calendar = await got(ann, s, "everything")
    # The server watches it when it is broadcast, so its episodes are the same entries.
    assert len(calendar.events) == 9
    assert {event.uid for event in alone.events} < {event.uid for event in calendar.events}
    _, of_bo = await got(s.people["bo"], s, "everything")
    assert {event.uid for event in of_bo.events} == {event.uid for event in calendar.events}


async def test_an_episode_that_moves_keeps_its_name_and_its_number_grows(s: Stage) -> None:
    ann = s.person("ann")
    _, first = await got(ann, s, "show")
    await s.pass_time(minutes=10)
    _, same = await got(ann, s, "show")
    assert same.events == first.events
    await air_third_at(s, "2025-07-29", "23:00")
    _, moved = await got(ann, s, "show")
    before, after = ({event.uid: event for event in calendar.events} for calendar in (first, moved))
    assert set(after) == set(before)
    [third] = [event for uid, event in after.items() if event != before[uid]]
    assert before[third.uid or ""].summary == third.summary == "The Defects: Episode 3"
    assert (before[third.uid or ""].sequence, third.sequence) == (0, 1)
    assert third.start_datetime.astimezone(UTC) == datetime(2025, 7, 29, 14, tzinfo=UTC)
    assert third.last_modified == s.clock.now()


async def test_servers_have_entries_of_their_own(s: Stage) -> None:
    ann = s.person("ann")
    _, here = await got(ann, s, "show")
    elsewhere = s.env.create_guild("Elsewhere")
    eve = elsewhere.add_member(s.env.create_user("eve"))
    answer = await eve.slash(elsewhere.create_text_channel("lobby"), "calendar get", what="show")
    assert answer.response is not None
    there = IcsCalendarStream.calendar_from_ics((await answer.response.attachments[0].read()).decode())
    assert not {event.uid for event in here.events} & {event.uid for event in there.events}
    assert str(elsewhere.id) not in there.events[0].uid


async def test_without_an_address_there_are_no_links(s: Stage) -> None:
    ann = s.person("ann")
    answer = await ann.slash(s.general, "calendar feed", what="show")
    assert is_private(answer)
    assert "gives out no calendar links" in said(answer)
    assert "no calendar links" in said(await ann.slash(s.general, "calendar revoke", link="all"))
    assert "no such link" in said(await ann.slash(s.general, "calendar revoke", link="1"))
    assert await ann.autocomplete(s.general, "calendar revoke", "link", "") == []


async def test_a_re_run_has_entries_of_its_own_that_go_with_it(tmp_path: Path) -> None:
    async with stage(tmp_path, at=AFTER) as s:
        boss, ann = admin(s), s.person("ann")
        await boss.slash(s.general, "follow show", show="the-defects")
        _, broadcast = await got(ann, s, "show")
        _, before = await got(ann, s, "everything")
        assert before.events == broadcast.events
        await begin(s, **{"last-episode": 4})
        answer, calendar = await got(ann, s, "rerun")
        assert "The Defects: re-run" in said(answer)
        assert summaries(calendar) == [f"The Defects: Episode {number}" for number in range(1, 5)]
        assert calendar.events[0].start_datetime.astimezone(UTC) == FIRST
        assert not {event.uid for event in calendar.events} & {event.uid for event in broadcast.events}
        # The server's calendar has the re-run instead of what it has seen before, and the broadcast stays as it was.
        _, everything = await got(ann, s, "everything")
        assert {event.uid for event in everything.events} == {
            *(event.uid for event in broadcast.events[4:]),
            *(event.uid for event in calendar.events),
        }
        assert (await got(ann, s, "show"))[1].events == broadcast.events
        await boss.slash(s.general, "rerun skip")
        _, skipped = await got(ann, s, "rerun")
        assert [event.uid for event in skipped.events] == [event.uid for event in calendar.events]
        assert [event.sequence for event in skipped.events] == [1] * 4
        await boss.slash(s.general, "rerun pause")
        assert "has no dates while it is paused" in said(await ann.slash(s.general, "calendar get", what="rerun"))
        assert s.unexpected_errors() == []
