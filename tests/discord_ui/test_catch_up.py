"""`/catch-up` as members meet it, up to the message when a sitting begins."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from simcord.actors import MemberActor
from simcord.results import InteractionResult

from bot.core.reminder import DueKind, DueState
from tests.discord_ui.stage import AFTER, BEFORE, ROOT, Stage, buttons, discord, is_private, said, stage
from tests.openapi import check_recorded

#: Episodes 1 and 2 have aired; 3 airs today at 22:00 in Seoul, 4 tomorrow, 5 and 6 a week later, 7 and 8 in two.
THIRD = datetime(2025, 7, 28, 13, tzinfo=UTC)

waiting, delivered, undelivered, withdrawn = (
    DueState.WAITING,
    DueState.DELIVERED,
    DueState.UNDELIVERED,
    DueState.WITHDRAWN,
)


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


@pytest.fixture
async def late(tmp_path: Path) -> AsyncIterator[Stage]:
    """Monday 1 September 2025, 18:00 in Seoul: all eight episodes have aired."""
    async with stage(tmp_path, at=AFTER) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


def stamp(at: datetime, style: str = "R") -> str:
    return f"<t:{int(at.timestamp())}:{style}>"


async def settled(s: Stage, name: str = "ann", zone: str = "Asia/Seoul", **options: Any) -> MemberActor:
    """Somebody who has saved their zone."""
    member = s.person(name, **options)
    await member.slash(s.general, "timezone set", zone=zone)
    return member


async def catch_up(member: MemberActor, s: Stage, by: str | None = None, **options: Any) -> InteractionResult:
    if by is not None:
        options["by"] = by
    answer = await member.slash(s.general, "catch-up", **options)
    assert is_private(answer)
    return answer


def received(member: MemberActor) -> list[tuple[datetime, Any]]:
    return [(message.created_at, message) for message in member.user.dm_channel.history()]


def times(member: MemberActor) -> list[datetime]:
    return [at for at, _ in received(member)]


def lines(answer: InteractionResult) -> list[str]:
    return [line for line in said(answer).splitlines() if line[:1] in "✅▶▫"]


async def rows(s: Stage) -> list[tuple[DueState, str | None]]:
    return [(state, reason) for _, state, reason in await s.due(DueKind.CATCH_UP)]


def close_messages(s: Stage, member: MemberActor) -> None:
    s.env.inject_error("POST", f"/channels/{member.user.dm_channel.id}/messages", status=403, code=50007, times=None)


async def press(member: MemberActor, answer: InteractionResult, label: str) -> InteractionResult:
    assert answer.response is not None
    return await member.click(answer.response, label=label)


# ------------------------------------------------------------------- making one


async def test_a_plan_in_ones_own_zone(late: Stage) -> None:
    ann = await settled(late)
    answer = await catch_up(ann, late, "thu 20:00")
    text = said(answer)
    assert "Catch up: The Defects" in text
    assert "8 episodes, 8 hours in all" in text
    assert stamp(datetime(2025, 9, 4, 11, tzinfo=UTC), "F") in text
    first = datetime(2025, 9, 1, 11, tzinfo=UTC)
    assert lines(answer) == [
        f"▶️ **Mon 1 Sep, 20:00** · Episodes 1-2 · 2 hours · {stamp(first)}",
        f"▫️ **Tue 2 Sep, 20:00** · Episodes 3-4 · 2 hours · {stamp(first + timedelta(days=1))}",
        f"▫️ **Wed 3 Sep, 20:00** · Episodes 5-6 · 2 hours · {stamp(first + timedelta(days=2))}",
        f"▫️ **Thu 4 Sep, 18:00** · Episodes 7-8 · 2 hours · {stamp(first + timedelta(days=3, hours=-2))}",
    ]
    assert "those of South Korea" in text
    assert "mention you in this channel" in text
    assert "former" not in text
    assert list(buttons(answer.response)) == ["Calendar file", "Stop this plan"]
    assert await rows(late) == [(waiting, None)] * 4


async def test_it_comes_when_a_sitting_begins_restarts_or_not(late: Stage) -> None:
    ann = await settled(late)
    await catch_up(ann, late, "thu 20:00")
    await late.pass_time(hours=2, seconds=-1)
    assert received(ann) == []
    await late.restart()
    await late.pass_time(days=1, seconds=1)
    await late.restart()
    await late.pass_time(days=5)
    first = datetime(2025, 9, 1, 11, tzinfo=UTC)
    assert times(ann) == [first + timedelta(days=day, hours=-2 * (day == 3)) for day in range(4)]
    _, message = received(ann)[1]
    assert "**The Defects · Episodes 3-4**, 2 hours" in message.content
    assert stamp(first + timedelta(days=1), "t") in message.content
    assert list(buttons(message)) == ["I've seen Episode 3", "I've seen Episode 4", "Snooze 1 hour"]
    assert late.general.history() == []
    for body in late.posts(ann.user.dm_channel):
        assert body["allowed_mentions"]["parse"] == []
        assert body["allowed_mentions"].get("users", []) == []
    assert await rows(late) == [(delivered, None)] * 4


async def test_only_what_is_unseen_and_airs_in_time(s: Stage) -> None:
    ann = await settled(s)
    await ann.slash(s.general, "progress set", episode=1)
    answer = await catch_up(ann, s, "fri 20:00")
    assert [line.split(" · ")[:2] for line in lines(answer)] == [
        ["▶️ **Mon 28 Jul, 20:00**", "Episode 2"],
        ["▫️ **Tue 29 Jul, 20:00**", "Episode 3"],
        ["▫️ **Thu 31 Jul, 20:00**", "Episode 4"],
    ]
    assert "Airs too late for this plan: Episodes 5-8." in said(answer)


async def test_episodes_seen_apart_are_left_out(late: Stage) -> None:
    ann = await settled(late)
    await ann.slash(late.general, "progress only", episodes="1-2, 4, 6-7")
    answer = await catch_up(ann, late, "tomorrow 20:00")
    assert [line.split(" · ")[1] for line in lines(answer)] == ["Episodes 3, 5", "Episode 8"]


async def test_a_second_run_begins_where_it_is(late: Stage) -> None:
    ann = await settled(late)
    await ann.slash(late.general, "progress set", episode=8)
    assert "seen all of The Defects" in said(await catch_up(ann, late, "tomorrow 20:00"))
    await ann.slash(late.general, "progress rewatch", episode=6)
    answer = await catch_up(ann, late, "tomorrow 20:00")
    assert [line.split(" · ")[1] for line in lines(answer)] == ["Episode 7", "Episode 8"]


async def test_until_the_next_episode_airs(s: Stage) -> None:
    # Needs no zone; then the show's counts.
    answer = await catch_up(s.person("ann"), s, "air time")
    assert [line.split(" · ")[:2] for line in lines(answer)] == [["▶️ **Mon 28 Jul, 20:00**", "Episodes 1-2"]]
    assert "those of South Korea" in said(answer)


async def test_at_most_so_many_a_day(late: Stage) -> None:
    ann = await settled(late)
    refused = said(await catch_up(ann, late, "thu 20:00", **{"per-day": 1}))
    assert "episodes left 8, hours of watching 8" in refused
    assert "2 a day" in refused
    assert stamp(datetime(2025, 9, 8, 11, tzinfo=UTC), "F") in refused
    answer = await catch_up(ann, late, "8 sep 20:00", **{"per-day": 1})
    assert len(lines(answer)) == 8


async def test_too_much_for_anybody(late: Stage) -> None:
    ann = await settled(late)
    refused = said(await catch_up(ann, late, "in 3 h"))
    assert "a day" not in refused
    assert stamp(datetime(2025, 9, 2, 12, tzinfo=UTC), "F") in refused
    assert await rows(late) == []


@pytest.mark.parametrize(("per_day", "words"), [(0, "At least one"), (-3, "At least one"), (2**53 - 1, "8 episodes")])
async def test_odd_numbers_a_day(late: Stage, per_day: int, words: str) -> None:
    ann = await settled(late)
    assert words in said(await catch_up(ann, late, "thu 20:00", **{"per-day": per_day}))


async def test_a_number_a_day_alone_is_no_plan(late: Stage) -> None:
    assert "by when" in said(await catch_up(late.person("ann"), late, **{"per-day": 2}))


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("thu 20:00", "/timezone set"),
        ("yesterday", "is over"),
        ("||@everyone||", "can't read"),
        ("x" * 500, "too long"),
    ],
)
async def test_times_that_cannot_be_used_without_a_zone(late: Stage, by: str, words: str) -> None:
    answer = await catch_up(late.person("ann"), late, by)
    assert words in said(answer)
    assert "||" not in said(answer)
    assert await rows(late) == []


async def test_too_far_ahead(late: Stage) -> None:
    ann = await settled(late)
    assert "too far ahead" in said(await catch_up(ann, late, "5 may 20:00"))


async def test_nothing_has_aired_by_then(tmp_path: Path) -> None:
    async with stage(tmp_path, at=BEFORE) as s:
        ann = await settled(s)
        text = said(await catch_up(ann, s, "tomorrow 20:00"))
        assert "nothing to catch up with by then" in text
        assert "episode 1" in text
        assert s.unexpected_errors() == []


async def test_an_unclear_time_is_asked_back(late: Stage) -> None:
    ann = await settled(late)
    question = await catch_up(ann, late, "thu 8", **{"per-day": 2})
    assert "morning or in the evening" in said(question)
    assert list(buttons(question.response)) == ["Thu 4 Sep, 08:00", "Thu 4 Sep, 20:00"]
    assert await rows(late) == []
    await late.restart()
    await press(ann, question, "Thu 4 Sep, 20:00")
    assert await rows(late) == [(waiting, None)] * 4
    shown = await catch_up(ann, late)
    assert "Thu 4 Sep, 18:00" in said(shown)


async def test_the_hour_that_comes_twice_is_asked_back(tmp_path: Path) -> None:
    async with stage(tmp_path, at=datetime(2025, 10, 24, 9, tzinfo=UTC)) as s:
        ann = await settled(s, zone="Europe/Berlin")
        question = await catch_up(ann, s, "26 oct 02:30")
        assert list(buttons(question.response)) == ["Sun 26 Oct, 02:30 CEST", "Sun 26 Oct, 02:30 CET"]
        await press(ann, question, "Sun 26 Oct, 02:30 CET")
        shown = await catch_up(ann, s)
        assert stamp(datetime(2025, 10, 26, 1, 30, tzinfo=UTC), "F") in said(shown)
        assert s.unexpected_errors() == []


async def test_the_time_of_day_is_kept_when_clocks_change(tmp_path: Path) -> None:
    async with stage(tmp_path, at=datetime(2025, 10, 24, 9, tzinfo=UTC)) as s:
        ann = await settled(s, zone="Europe/Berlin")
        answer = await catch_up(ann, s, "mon 20:00")
        assert [line.split("**")[1] for line in lines(answer)] == [
            "Fri 24 Oct, 20:00",
            "Sat 25 Oct, 20:00",
            "Sun 26 Oct, 20:00",
            "Mon 27 Oct, 18:00",
        ]
        starts = [event.start for event in (await _calendar(ann, answer)).events]
        assert [start.strftime("%d %H:%M") for start in starts] == ["24 20:00", "25 20:00", "26 20:00", "27 18:00"]
        assert [start.astimezone(UTC).hour for start in starts] == [18, 18, 19, 17]
        await s.pass_time(days=4)
        assert [(at.day, at.hour) for at in times(ann)] == [(24, 18), (25, 18), (26, 19), (27, 17)]
        assert s.unexpected_errors() == []


async def test_in_korean(late: Stage) -> None:
    minji = await settled(late, "minji", locale="ko")
    answer = await catch_up(minji, late, "목 20:00")
    assert "따라잡기: 아이쇼핑" in said(answer)
    assert lines(answer)[0].startswith("▶️ **9월 1일 (월) 20:00** · 1-2화 · 2시간")
    await late.pass_time(hours=3)
    [(_, message)] = received(minji)
    assert "아이쇼핑 · 1-2화" in message.content


async def test_in_direct_messages(late: Stage) -> None:
    ann = await settled(late)
    answer = await ann.user.slash("catch-up", by="thu 20:00")
    assert "mention you" not in said(answer)
    assert "message you" in said(answer)
    await late.pass_time(hours=3)
    assert len(received(ann)) == 1


# ------------------------------------------------------------------ looking at it


async def test_without_a_plan_it_says_how_to_make_one(late: Stage) -> None:
    answer = await catch_up(late.person("ann"), late)
    assert "You have no plan for The Defects" in said(answer)
    assert "by:sat 20:00" in said(answer)
    assert not buttons(answer.response)


async def test_how_it_goes(late: Stage) -> None:
    ann = await settled(late)
    await catch_up(ann, late, "thu 20:00")
    await ann.slash(late.general, "progress set", episode=3)
    answer = await catch_up(ann, late)
    assert "Watched so far: 3 of 8." in said(answer)
    assert [line.split(" ")[0] for line in lines(answer)] == ["✅", "▶️", "▫️", "▫️"]
    assert list(buttons(answer.response)) == ["I've seen Episode 4", "Calendar file", "Stop this plan"]
    await press(ann, answer, "I've seen Episode 4")
    assert "Watched so far: 4 of 8." in said(await catch_up(ann, late))
    # A plan is nobody else's business.
    assert "no plan" in said(await catch_up(late.person("bo"), late))


async def test_an_episode_that_has_not_aired_has_no_button(s: Stage) -> None:
    ann = await settled(s)
    await ann.slash(s.general, "progress set", episode=2)
    await catch_up(ann, s, "wed 20:00")
    assert list(buttons((await catch_up(ann, s)).response)) == ["Calendar file", "Stop this plan"]


async def test_after_the_deadline(late: Stage) -> None:
    ann = await settled(late)
    await catch_up(ann, late, "thu 20:00")
    await ann.slash(late.general, "progress set", episode=6)
    await late.pass_time(days=4)
    text = said(await catch_up(ann, late))
    assert "Still to watch: Episodes 7-8." in text
    assert "message you" not in text
    again = said(await catch_up(ann, late, "sat 20:00"))
    assert "former" not in again
    assert "2 episodes" in again


async def test_a_new_plan_takes_the_place_of_the_former(late: Stage) -> None:
    ann = await settled(late)
    await catch_up(ann, late, "thu 20:00")
    again = await catch_up(ann, late, "tue 20:00")
    assert "takes the place of your former plan" in said(again)
    assert await rows(late) == [(withdrawn, None)] * 4 + [(waiting, None)] * 2
    await late.pass_time(days=7)
    assert len(received(ann)) == 2


# ------------------------------------------------------------- watching meanwhile


async def test_what_was_seen_meanwhile_is_not_announced(late: Stage) -> None:
    ann = await settled(late)
    await catch_up(ann, late, "thu 20:00")
    await late.pass_time(hours=3)
    [(_, message)] = received(ann)
    # The first sitting and half of the second.
    await ann.user.click(message, label="I've seen Episode 2")
    await ann.slash(late.general, "progress set", episode=3)
    await late.pass_time(days=1)
    _, second = received(ann)[1]
    assert "Episode 4**, 1 hour" in second.content
    assert list(buttons(second)) == ["I've seen Episode 4", "Snooze 1 hour"]
    await ann.slash(late.general, "progress set", episode=6)
    await late.pass_time(days=1)
    assert len(received(ann)) == 2
    assert await rows(late) == [(delivered, None)] * 2 + [(DueState.DROPPED, "already-seen"), (waiting, None)]
    assert "Not delivered" not in said(await ann.slash(late.general, "reminders list"))


async def test_watching_all_of_it_ends_it(late: Stage) -> None:
    ann = await settled(late)
    await catch_up(ann, late, "thu 20:00")
    await ann.slash(late.general, "progress set", episode=8)
    finished = await catch_up(ann, late)
    assert "all of your plan" in said(finished)
    assert await rows(late) == [(withdrawn, None)] * 4
    assert "no plan" in said(await catch_up(ann, late))
    await late.pass_time(days=5)
    assert received(ann) == []


async def test_watching_all_of_it_ends_it_without_asking_too(late: Stage) -> None:
    ann = await settled(late)
    await catch_up(ann, late, "thu 20:00")
    await ann.slash(late.general, "progress set", episode=8)
    await late.pass_time(days=5)
    assert received(ann) == []
    assert {state for state, _ in await rows(late)} <= {DueState.DROPPED, withdrawn}


async def test_snoozing(late: Stage) -> None:
    ann = await settled(late)
    await catch_up(ann, late, "thu 20:00")
    await late.pass_time(hours=2, minutes=5)
    [(_, message)] = received(ann)
    await late.restart()
    answer = await ann.user.click(message, label="Snooze 1 hour")
    assert is_private(answer)
    again = AFTER + timedelta(hours=3, minutes=5)
    assert stamp(again, "t") in said(answer)
    await late.pass_time(hours=2)
    assert times(ann) == [AFTER + timedelta(hours=2), again]


# ----------------------------------------------------------------- stopping it


async def test_stopping_asks_first(late: Stage) -> None:
    ann = await settled(late)
    plan = await catch_up(ann, late, "thu 20:00")
    await late.restart()
    question = await press(ann, plan, "Stop this plan")
    assert is_private(question)
    assert "Stop your plan for The Defects?" in said(question)
    assert await rows(late) == [(waiting, None)] * 4
    await press(ann, question, "Yes, stop it")
    assert await rows(late) == [(withdrawn, None)] * 4
    assert "no plan" in said(await catch_up(ann, late))
    assert "no such plan" in said(await press(ann, plan, "Calendar file"))
    assert "no such plan" in said(await press(ann, plan, "Stop this plan"))
    await late.pass_time(days=5)
    assert received(ann) == []


async def test_somebody_elses_plan_is_out_of_reach(late: Stage) -> None:
    ann, bo = await settled(late), await settled(late, "bo")
    plan = await catch_up(ann, late, "thu 20:00")
    assert plan.response is not None
    own = await catch_up(bo, late, "thu 20:00")
    assert own.response is not None
    for action in ("c1:plan-ics:1", "c1:plan-stop?:1", "c1:plan-stop:1", "c1:nap:1:x", "c1:plan-stop:" + "9" * 40):
        _rewrite(late, own.response, action)
        answer = await bo.click(own.response, custom_id=action)
        assert is_private(answer)
        assert "no such plan" in said(answer) or "older version" in said(answer)
    assert await rows(late) == [(waiting, None)] * 8


# ------------------------------------------------------------------ calendar file


async def test_the_calendar_file(late: Stage) -> None:
    ann = await settled(late, zone="Europe/Berlin")
    plan = await catch_up(ann, late, "thu 20:00")
    first, again = [await _calendar(ann, plan) for _ in range(2)]
    assert [(event["summary"], event.start, event.end) for event in first.events] == [
        ("The Defects: Episodes 1-2", _berlin(1, 20), _berlin(1, 22)),
        ("The Defects: Episodes 3-4", _berlin(2, 20), _berlin(2, 22)),
        ("The Defects: Episodes 5-6", _berlin(3, 20), _berlin(3, 22)),
        ("The Defects: Episodes 7-8", _berlin(4, 18), _berlin(4, 20)),
    ]
    uids = [str(event["uid"]) for event in first.events]
    assert len(set(uids)) == 4
    assert uids == [str(event["uid"]) for event in again.events]
    assert {str(event["description"]) for event in first.events} == {"Your plan to catch up. Made by Cliffhanger."}


async def _calendar(member: MemberActor, plan: InteractionResult) -> Calendar:
    answer = await press(member, plan, "Calendar file")
    assert is_private(answer)
    assert answer.response is not None
    [file] = answer.response.attachments
    assert file.filename == "the-defects-catch-up.ics"
    calendar = Calendar.from_ical(await file.read())
    assert isinstance(calendar, Calendar)
    return calendar


def _berlin(day: int, hour: int) -> datetime:
    # Two hours ahead of UTC in September.
    return datetime(2025, 9, day, hour - 2, tzinfo=UTC)


# ---------------------------------------------------------------- reminders listed


async def test_the_next_sitting_is_among_the_reminders(late: Stage) -> None:
    ann = await settled(late)
    await catch_up(ann, late, "thu 20:00")
    text = said(await ann.slash(late.general, "reminders list"))
    assert "The Defects: plan to catch up, Episodes 1-2" in text
    assert stamp(datetime(2025, 9, 1, 11, tzinfo=UTC)) in text
    assert "None is set" not in text
    await ann.slash(late.general, "progress set", episode=3)
    assert "plan to catch up, Episodes 3-4" in said(await ann.slash(late.general, "reminders list"))
    await ann.slash(late.general, "progress set", episode=8)
    assert "None is set" in said(await ann.slash(late.general, "reminders list"))


async def test_closed_messages_fall_back_to_the_channel_with_one_mention(late: Stage) -> None:
    ann = await settled(late)
    close_messages(late, ann)
    await catch_up(ann, late, "tue 20:00")
    await late.pass_time(hours=3)
    [message] = late.general.history()
    assert message.content.startswith(ann.mention)
    assert "direct messages are closed" in message.content
    [body] = late.posts(late.general)
    assert body["allowed_mentions"]["users"] == [ann.id]
    assert body["allowed_mentions"]["parse"] == []
    bo = late.person("bo")
    assert "no such plan" in said(await bo.click(message, label="Snooze 1 hour"))
    assert "tell you again" in said(await ann.click(message, label="Snooze 1 hour"))


async def test_both_closed_is_listed_with_the_reason(late: Stage) -> None:
    ann = await settled(late)
    close_messages(late, ann)
    late.env.inject_error("POST", f"/channels/{late.general.id}/messages", status=403, code=50013, times=None)
    await catch_up(ann, late, "tue 20:00")
    await late.pass_time(hours=3)
    assert (await rows(late))[0] == (undelivered, "dms-closed")
    text = said(await ann.slash(late.general, "reminders list"))
    assert "Not delivered" in text
    assert "The Defects: plan to catch up, Episodes 1-4" in text
    assert "your direct messages are closed" in text


async def test_late_says_how_late_and_too_late_is_dropped_and_listed(late: Stage) -> None:
    ann = await settled(late)
    await catch_up(ann, late, "thu 20:00")
    await late.restart(hours=4)
    [(_, message)] = received(ann)
    assert "2 hours late" in message.content
    # The second sitting is over when the bot is back; the third is two hours late.
    await late.restart(days=2)
    assert len(received(ann)) == 2
    assert "Episodes 5-6" in received(ann)[1][1].content
    assert await rows(late) == [(delivered, None), (DueState.DROPPED, "over"), (delivered, None), (waiting, None)]
    text = said(await ann.slash(late.general, "reminders list"))
    assert "too late for that sitting" in text
    assert "Episodes 3-4" in text


async def test_twelve_hours_are_too_late(late: Stage) -> None:
    ann = await settled(late)
    await catch_up(ann, late, "tue 20:00")
    await late.restart(hours=14)
    assert received(ann) == []
    assert (await rows(late))[0] == (DueState.DROPPED, "over")


# ------------------------------------------------------------ a moved schedule


async def test_a_sitting_waits_for_an_episode_that_airs_later(tmp_path: Path) -> None:
    data = shutil.copytree(ROOT / "data", tmp_path / "data")
    async with stage(tmp_path, data=data) as s:
        ann = await settled(s)
        await ann.slash(s.general, "progress set", episode=2)
        plan = await catch_up(ann, s, "thu 20:00")
        assert [line.split("**")[1] for line in lines(plan)] == ["Tue 29 Jul, 20:00", "Wed 30 Jul, 20:00"]
        episodes = data / "shows" / "the-defects" / "episodes.yaml"
        text = episodes.read_text(encoding="utf-8")
        episodes.write_text(text.replace('date: "2025-07-28"', 'date: "2025-07-29"'), encoding="utf-8")
        before = await _calendar(ann, plan)
        assert await s.companion.library.reload() == 2
        shown = await catch_up(ann, s)
        assert [line.split("**")[1] for line in lines(shown)] == ["Wed 30 Jul, 20:00", "Wed 30 Jul, 21:00"]
        assert lines(shown)[0].endswith("moved, as its air time has changed")
        after = await _calendar(ann, plan)
        assert [event["uid"] for event in before.events] == [event["uid"] for event in after.events]
        assert [int(event["sequence"]) for event in after.events] == [1, 1]
        await s.pass_time(days=5)
        # First that it has moved, then each sitting.
        [told, *sittings] = received(ann)
        assert "the schedule has changed" in told[1].content
        assert [at for at, _ in sittings] == [datetime(2025, 7, 30, hour, tzinfo=UTC) for hour in (11, 12)]
        assert s.unexpected_errors() == []


def _rewrite(s: Stage, message: Any, custom_id: str) -> None:
    """Put another custom_id into the first button of a message, as nobody could but a forger."""
    stored = s.env.backend.get_message(message.channel_id, message.id)
    pending = list(stored.components)
    while pending:
        component = pending.pop(0)
        if component["type"] == discord.ComponentType.button.value:
            component["custom_id"] = custom_id
            return
        pending = [*component.get("components", ()), *pending]
