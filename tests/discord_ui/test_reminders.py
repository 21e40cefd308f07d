"""`/remind` and `/reminders` as members meet them, up to the message that comes in time."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from simcord.actors import MemberActor
from simcord.results import InteractionResult

from bot.core.reminder import DueKind, DueState
from bot.dataset.catalogue import DatasetError
from tests.discord_ui.stage import (
    AFTER,
    MIDDLE,
    ROOT,
    Stage,
    buttons,
    discord,
    is_private,
    open_text,
    said,
    stage,
    text_of,
)
from tests.openapi import check_recorded

#: Episode 3: Monday 28 July 2025, 22:00 in Seoul; it lasts an hour. Episode 4 is a day later.
THIRD = datetime(2025, 7, 28, 13, tzinfo=UTC)
FOURTH = THIRD + timedelta(days=1)

waiting, delivered, undelivered = DueState.WAITING, DueState.DELIVERED, DueState.UNDELIVERED


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


def stamp(at: datetime, style: str = "F") -> str:
    return f"<t:{int(at.timestamp())}:{style}>"


async def remind(member: MemberActor, place: Any, /, **options: Any) -> InteractionResult:
    return await member.slash(place, "remind", **{"episode": 3, **options})


def received(member: MemberActor) -> list[tuple[datetime, Any]]:
    """The direct messages somebody got, with when."""
    return [(message.created_at, message) for message in member.user.dm_channel.history()]


def times(member: MemberActor) -> list[datetime]:
    return [at for at, _ in received(member)]


def close_messages(s: Stage, member: MemberActor) -> None:
    s.env.inject_error("POST", f"/channels/{member.user.dm_channel.id}/messages", status=403, code=50007, times=None)


async def rows(s: Stage) -> list[tuple[DueState, str | None]]:
    return [(state, reason) for _, state, reason in await s.due(DueKind.REMINDER)]


async def listed(member: MemberActor, s: Stage) -> str:
    answer = await member.slash(s.general, "reminders list")
    assert is_private(answer)
    return said(answer)


# ------------------------------------------------------------- asking for one


async def test_the_usual_lead(s: Stage) -> None:
    ann = s.person("ann")
    answer = await remind(ann, s.general)
    assert is_private(answer)
    assert "15 minutes before" in said(answer)
    assert stamp(THIRD - timedelta(minutes=15)) in said(answer)
    assert "The Defects · Episode 3" in said(answer)
    assert "If yours are closed" in said(answer)
    await s.pass_time(hours=3, minutes=44, seconds=59)
    assert received(ann) == []
    await s.pass_time(hours=24)
    [(at, message)] = received(ann)
    assert at == THIRD - timedelta(minutes=15)
    assert "The Defects · Episode 3" in message.content
    assert stamp(THIRD, "R") in message.content
    assert open_text(message.content) == message.content
    assert list(buttons(message)) == ["Snooze 10 minutes", "Snooze 1 hour", "Tomorrow", "Another time…"]
    assert s.general.history() == []
    [body] = s.posts(ann.user.dm_channel)
    assert body["allowed_mentions"]["parse"] == []
    assert await rows(s) == [(delivered, None)]


@pytest.mark.parametrize(
    ("lead", "minutes", "words"),
    [("1 h", 60, "1 hour before"), ("90", 90, "1 hour 30 minutes before"), ("0", 0, "right at the start")],
)
async def test_another_lead(s: Stage, lead: str, minutes: int, words: str) -> None:
    ann = s.person("ann")
    assert words in said(await remind(ann, s.general, lead=lead))
    await s.pass_time(hours=5)
    assert times(ann) == [THIRD - timedelta(minutes=minutes)]


async def test_a_lead_that_is_no_more_left_says_what_to_do(s: Stage) -> None:
    answer = await remind(s.person("ann"), s.general, lead="5 h")
    assert is_private(answer)
    assert "shorter lead" in said(answer)
    assert stamp(THIRD) in said(answer)
    assert await rows(s) == []


@pytest.mark.parametrize("lead", ["soon", "-5", "||@everyone||", "9" * 100, "8 days", "🎬", "\u202e5 min", "x" * 500])
async def test_a_lead_that_cannot_be_read_is_explained(s: Stage, lead: str) -> None:
    answer = await remind(s.person("ann"), s.general, lead=lead)
    assert is_private(answer)
    assert len(said(answer)) > 20
    assert "||" not in said(answer)
    assert await rows(s) == []


@pytest.mark.parametrize("episode", [0, -1, 9, 99])
async def test_an_episode_that_does_not_exist(s: Stage, episode: int) -> None:
    answer = await remind(s.person("ann"), s.general, episode=episode)
    assert is_private(answer)
    assert str(episode) in said(answer)
    assert await rows(s) == []


async def test_an_episode_that_has_aired(s: Stage) -> None:
    answer = await remind(s.person("ann"), s.general, episode=2)
    assert is_private(answer)
    assert "aired already" in said(answer)


async def test_episodes_still_to_come_are_offered(s: Stage) -> None:
    choices = await s.person("ann").autocomplete(s.general, "remind", "episode", "")
    assert [choice["value"] for choice in choices] == [3, 4, 5, 6, 7, 8]


async def test_the_button_under_the_next_episode(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    card = await ann.slash(s.general, "next-episode")
    assert card.response is not None
    answer = await bo.click(card.response, label="Remind me")
    assert is_private(answer)
    assert "15 minutes before" in said(answer)
    await s.pass_time(hours=5)
    assert times(bo) == [THIRD - timedelta(minutes=15)]
    assert times(ann) == []


async def test_the_button_when_less_than_the_lead_is_left(s: Stage) -> None:
    ann = s.person("ann")
    card = await ann.slash(s.general, "next-episode")
    await s.pass_time(hours=3, minutes=50)
    assert card.response is not None
    assert "right at the start" in said(await ann.click(card.response, label="Remind me"))
    await s.pass_time(hours=1)
    assert times(ann) == [THIRD]


async def test_the_button_once_the_episode_has_aired(s: Stage) -> None:
    ann = s.person("ann")
    card = await ann.slash(s.general, "next-episode")
    await s.pass_time(hours=5)
    assert card.response is not None
    assert "aired already" in said(await ann.click(card.response, label="Remind me"))


async def test_in_direct_messages(s: Stage) -> None:
    ann = s.person("ann")
    answer = await ann.user.slash("remind", episode=3)
    assert "By direct message." in said(answer)
    assert "If yours are closed" not in said(answer)
    await s.pass_time(hours=5)
    [(_, message)] = received(ann)
    assert message.content.startswith("🔔")


async def test_the_same_wish_twice_is_one_reminder(s: Stage) -> None:
    ann = s.person("ann")
    await remind(ann, s.general)
    assert "15 minutes before" in said(await remind(ann, s.den))
    await remind(ann, s.general, lead="30 min")
    await s.pass_time(hours=5)
    assert times(ann) == [THIRD - timedelta(minutes=30), THIRD - timedelta(minutes=15)]


async def test_everybody_gets_their_own(s: Stage) -> None:
    ann, minji = s.person("ann"), s.person("minji", locale="ko")
    await remind(ann, s.general)
    await remind(minji, s.general)
    await s.pass_time(hours=5)
    [(_, english)], [(_, korean)] = received(ann), received(minji)
    assert "The Defects" in english.content
    assert "아이쇼핑" in korean.content


async def test_restarts_change_nothing(s: Stage) -> None:
    ann = s.person("ann")
    await remind(ann, s.general)
    await s.restart()
    await s.pass_time(hours=3, minutes=45)
    await s.restart()
    await s.pass_time(hours=3)
    assert times(ann) == [THIRD - timedelta(minutes=15)]


# ------------------------------------------------------------------- snoozing


@pytest.mark.parametrize(("label", "minutes"), [("Snooze 10 minutes", 10), ("Snooze 1 hour", 60)])
async def test_snoozing(s: Stage, label: str, minutes: int) -> None:
    ann = s.person("ann")
    await remind(ann, s.general)
    await s.pass_time(hours=3, minutes=50)
    [(_, message)] = received(ann)
    again = MIDDLE + timedelta(hours=3, minutes=50 + minutes)
    answer = await ann.user.click(message, label=label)
    assert is_private(answer)
    assert stamp(again, "t") in said(answer)
    assert stamp(again) in await listed(ann, s)
    await s.restart()
    await s.pass_time(hours=5)
    first, second = received(ann)
    assert second[0] == again
    assert text_of(first[1]) == text_of(second[1])


async def test_snoozing_twice_and_after_a_restart(s: Stage) -> None:
    ann = s.person("ann")
    await remind(ann, s.general)
    await s.pass_time(hours=3, minutes=45)
    [(_, message)] = received(ann)
    await s.restart()
    # Whoever presses both means the last one.
    await ann.user.click(message, label="Snooze 10 minutes")
    await ann.user.click(message, label="Snooze 1 hour")
    await s.pass_time(hours=5)
    assert times(ann) == [THIRD - timedelta(minutes=15), THIRD + timedelta(minutes=45)]
    last = received(ann)[-1][1]
    await s.restart()
    await ann.user.click(last, label="Snooze 10 minutes")
    await s.pass_time(hours=1)
    assert len(received(ann)) == 3


async def reminded(s: Stage, name: str = "ann", zone: str | None = None) -> tuple[MemberActor, Any]:
    """Somebody right after their reminder of episode 3, with its message: 21:45 in Seoul."""
    member = s.person(name)
    if zone is not None:
        await member.slash(s.general, "timezone set", zone=zone)
    await remind(member, s.general)
    await s.pass_time(hours=3, minutes=45)
    [(_, message)] = received(member)
    return member, message


async def snooze_until(member: MemberActor, message: Any, typed: str) -> InteractionResult:
    shown = await member.user.click(message, label="Another time…")
    assert shown.modal is not None
    [label] = shown.modal["components"]
    return await member.user.submit_modal(shown, {label["component"]["custom_id"]: typed})


@pytest.mark.parametrize("zone", ["Asia/Seoul", None])
async def test_snoozing_until_tomorrow(s: Stage, zone: str | None) -> None:
    ann, message = await reminded(s, zone=zone)
    again = FOURTH - timedelta(minutes=15)
    assert stamp(again) in said(await ann.user.click(message, label="Tomorrow"))
    await s.restart()
    await s.pass_time(days=2)
    assert times(ann) == [THIRD - timedelta(minutes=15), again]


async def test_tomorrow_is_the_same_time_of_day_though_clocks_change(tmp_path: Path) -> None:
    """On Saturday 25 October 2025 in Berlin, the day before clocks are put back."""
    data = shutil.copytree(ROOT / "data", tmp_path / "data")
    reschedule(data, "2025-08-12", "2025-10-25")
    async with stage(tmp_path, data=data, at=datetime(2025, 10, 25, 9, tzinfo=UTC)) as s:
        ann = s.person("ann")
        await ann.slash(s.general, "timezone set", zone="Europe/Berlin")
        await remind(ann, s.general, episode=8)
        await s.pass_time(hours=4)
        [(at, message)] = received(ann)
        await ann.user.click(message, label="Tomorrow")
        await s.pass_time(days=2)
        assert times(ann) == [at, at + timedelta(hours=25, minutes=15)]
        assert s.unexpected_errors() == []


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("in 3 h", THIRD + timedelta(hours=2, minutes=45)),
        ("air time", THIRD),
        ("wed 20:30", datetime(2025, 7, 30, 11, 30, tzinfo=UTC)),
        ("내일 21:00", datetime(2025, 7, 29, 12, tzinfo=UTC)),
    ],
)
async def test_snoozing_until_a_typed_time(s: Stage, typed: str, at: datetime) -> None:
    ann, message = await reminded(s, zone="Asia/Seoul")
    answer = await snooze_until(ann, message, typed)
    assert is_private(answer)
    assert stamp(at, "R") in said(answer)
    await s.pass_time(days=4)
    assert times(ann) == [THIRD - timedelta(minutes=15), at]


async def test_snoozing_until_a_time_with_two_meanings_asks_back(s: Stage) -> None:
    ann, message = await reminded(s, zone="Asia/Seoul")
    question = await snooze_until(ann, message, "tomorrow 9")
    assert "In the morning or in the evening?" in said(question)
    assert question.response is not None
    [*_, evening] = buttons(question.response)
    answer = await ann.user.click(question.response, label=evening)
    assert stamp(datetime(2025, 7, 29, 12, tzinfo=UTC)) in said(answer)
    await s.pass_time(days=2)
    assert times(ann) == [THIRD - timedelta(minutes=15), datetime(2025, 7, 29, 12, tzinfo=UTC)]


@pytest.mark.parametrize("typed", ["yesterday", "9 days ago", "||@everyone||", "\u202e21:00", "in 900 days", "soon"])
async def test_snoozing_until_something_unusable(s: Stage, typed: str) -> None:
    ann, message = await reminded(s, zone="Asia/Seoul")
    answer = await snooze_until(ann, message, typed)
    assert is_private(answer)
    assert len(said(answer)) > 20
    assert "||" not in said(answer)
    await s.pass_time(days=2)
    assert times(ann) == [THIRD - timedelta(minutes=15)]


async def test_a_time_of_day_needs_a_zone_to_snooze_until(s: Stage) -> None:
    ann, message = await reminded(s)
    assert "/timezone set" in said(await snooze_until(ann, message, "23:30"))
    assert stamp(THIRD + timedelta(minutes=45), "R") in said(await snooze_until(ann, message, "in 1 h"))
    await s.pass_time(days=1)
    assert times(ann) == [THIRD - timedelta(minutes=15), THIRD + timedelta(minutes=45)]


# --------------------------------------------------------- changing, cancelling


async def test_change_when(s: Stage) -> None:
    ann = s.person("ann")
    set_up = await remind(ann, s.general)
    assert set_up.response is not None
    shown = await ann.click(set_up.response, label="Change when")
    assert shown.modal is not None
    [label] = shown.modal["components"]
    assert label["component"]["value"] == "15 min"
    answer = await ann.submit_modal(shown, {label["component"]["custom_id"]: "1 h"})
    assert is_private(answer)
    assert "1 hour before" in said(answer)
    await s.pass_time(hours=5)
    assert times(ann) == [THIRD - timedelta(hours=1)]


@pytest.mark.parametrize("typed", ["later", "5 days", "||x||", "99999999"])
async def test_change_when_to_something_unusable(s: Stage, typed: str) -> None:
    ann = s.person("ann")
    set_up = await remind(ann, s.general)
    assert set_up.response is not None
    shown = await ann.click(set_up.response, label="Change when")
    assert shown.modal is not None
    [label] = shown.modal["components"]
    answer = await ann.submit_modal(shown, {label["component"]["custom_id"]: typed})
    assert is_private(answer)
    assert len(said(answer)) > 20
    assert "||" not in said(answer)
    await s.pass_time(hours=5)
    assert times(ann) == [THIRD - timedelta(minutes=15)]


async def test_change_when_to_what_another_reminder_has_already(s: Stage) -> None:
    ann = s.person("ann")
    await remind(ann, s.general, lead="1 h")
    set_up = await remind(ann, s.general)
    assert set_up.response is not None
    shown = await ann.click(set_up.response, label="Change when")
    assert shown.modal is not None
    [label] = shown.modal["components"]
    answer = await ann.submit_modal(shown, {label["component"]["custom_id"]: "60"})
    assert is_private(answer)
    await s.pass_time(hours=5)
    assert times(ann) == [THIRD - timedelta(hours=1), THIRD - timedelta(minutes=15)]


async def test_cancel_by_button(s: Stage) -> None:
    ann = s.person("ann")
    set_up = await remind(ann, s.general)
    assert set_up.response is not None
    await s.restart()
    answer = await ann.click(set_up.response, label="Cancel it")
    assert is_private(answer)
    assert "Cancelled: The Defects, Episode 3 (15 minutes before)" in said(answer)
    assert "no such reminder" in said(await ann.click(set_up.response, label="Cancel it"))
    await s.pass_time(hours=5)
    assert received(ann) == []
    assert "None is set" in await listed(ann, s)


async def test_cancel_by_command(s: Stage) -> None:
    ann = s.person("ann")
    await remind(ann, s.general)
    await remind(ann, s.general, episode=4)
    choices = await ann.autocomplete(s.general, "reminders cancel", "reminder", "")
    assert [choice["value"] for choice in choices] == [1, 2]
    assert choices[1]["name"] == "The Defects, Episode 4 (15 minutes before)"
    narrowed = await ann.autocomplete(s.general, "reminders cancel", "reminder", "episode 4")
    assert [choice["value"] for choice in narrowed] == [2]
    assert "Cancelled" in said(await ann.slash(s.general, "reminders cancel", reminder=2))
    text = await listed(ann, s)
    assert "Episode 3" in text
    assert "Episode 4" not in text
    await s.pass_time(hours=48)
    assert times(ann) == [THIRD - timedelta(minutes=15)]


async def test_somebody_elses_reminder_is_out_of_reach(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await remind(ann, s.general)
    assert "no such reminder" in said(await bo.slash(s.general, "reminders cancel", reminder=1))
    assert await bo.autocomplete(s.general, "reminders cancel", "reminder", "") == []
    assert "None is set" in await listed(bo, s)
    await s.pass_time(hours=5)
    assert times(ann) == [THIRD - timedelta(minutes=15)]
    assert "no such reminder" in said(await bo.slash(s.general, "reminders cancel", reminder=1))


async def test_a_forged_press_on_somebody_elses_reminder_does_nothing(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await remind(ann, s.general)
    own = await remind(bo, s.general, episode=4)
    assert own.response is not None
    for action in (
        *("c1:unremind:1", "c1:lead:1", "c1:snooze:1:10:x", "c1:snooze:2:999999:x", "c1:unremind:" + "9" * 60),
        *("c1:snooze-day:1:x", "c1:snooze?:1:x", "c1:snooze-at:1:1753707600", "c1:snooze-at:2:9753707600"),
        *("c1:snooze:0:10:x", "c1:snooze-day:0:x", "c1:snooze?:0:x", "c1:snooze-at:0:1753707600"),
        *("c1:snooze-at:2:x", "c1:snooze-at:2:" + "9" * 30),
        *("c1:reminders-at:1:x", "c1:unremind-every:1", "c1:leads:1", "c1:unremind-every:x", "c1:leads:-1"),
        *("c1:unremind:1-1", "c1:unremind:1-99", "c1:unremind:1-", "c1:unremind:1-1-1-1-1", "c1:unremind:-1"),
    ):
        _rewrite(s, own.response, action)
        answer = await bo.click(own.response, custom_id=action)
        assert is_private(answer)
        assert "no such reminder" in said(answer) or "older version" in said(answer)
    await s.pass_time(hours=5)
    assert times(ann) == [THIRD - timedelta(minutes=15)]


# ------------------------------------------------------------ closed messages


async def test_closed_messages_fall_back_to_the_channel_with_one_mention(s: Stage) -> None:
    ann = s.person("ann")
    close_messages(s, ann)
    await remind(ann, s.den)
    await s.pass_time(hours=5)
    assert received(ann) == []
    [message] = s.den.history()
    assert message.created_at - (THIRD - timedelta(minutes=15)) < timedelta(seconds=1)
    assert message.content.startswith(ann.mention)
    assert "direct messages" in message.content
    [body] = s.posts(s.den)
    assert body["allowed_mentions"]["users"] == [ann.id]
    assert body["allowed_mentions"]["parse"] == []
    assert s.general.history() == []
    assert await rows(s) == [(delivered, None)]
    assert "late" not in message.content
    # Snoozing works from the channel as well, for its owner alone.
    bo = s.person("bo")
    assert "no such reminder" in said(await bo.click(message, label="Snooze 10 minutes"))
    assert "I'll tell you again" in said(await ann.click(message, label="Snooze 10 minutes"))
    await s.pass_time(hours=1)
    assert len(s.den.history()) == 2


async def test_messages_that_could_not_even_be_opened(s: Stage) -> None:
    ann = s.person("ann")
    s.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    assert "15 minutes before" in said(await remind(ann, s.den))
    await s.pass_time(hours=5)
    [message] = s.den.history()
    assert message.content.startswith(ann.mention)


async def test_both_closed_is_listed_with_the_reason(s: Stage) -> None:
    ann = s.person("ann")
    close_messages(s, ann)
    s.env.inject_error("POST", f"/channels/{s.den.id}/messages", status=403, code=50013, times=None)
    await remind(ann, s.den)
    await s.pass_time(hours=5)
    assert await rows(s) == [(undelivered, "dms-closed")]
    text = await listed(ann, s)
    assert "None is set" in text
    assert "Not delivered" in text
    assert "The Defects, Episode 3" in text
    assert "your direct messages are closed, and the channel couldn't be used either" in text
    # Asked once each: what Discord refuses for good is not tried again.
    assert len(s.posts(s.den)) == len(s.posts(ann.user.dm_channel)) == 1
    assert "Not delivered" not in await listed(s.person("bo"), s)


async def test_an_outage_of_discord_is_not_called_ours(s: Stage) -> None:
    ann = s.person("ann")
    await remind(ann, s.general)
    await s.pass_time(hours=3, minutes=44)
    s.env.inject_error("POST", "/channels/*/messages", status=503, times=6)
    await s.pass_time(hours=5)
    [(at, message)] = received(ann)
    assert at == THIRD - timedelta(minutes=15) + timedelta(seconds=315)
    assert "5 minutes late; Discord couldn't be reached" in message.content


async def test_an_outage_delays_it_and_it_comes_once(s: Stage) -> None:
    ann = s.person("ann")
    await remind(ann, s.general)
    await s.pass_time(hours=3, minutes=44)
    s.env.inject_error("POST", "/channels/*/messages", status=502, times=2)
    await s.pass_time(hours=5)
    assert times(ann) == [THIRD - timedelta(minutes=15) + timedelta(seconds=15)]
    bodies = s.posts(ann.user.dm_channel)
    assert len({body["nonce"] for body in bodies}) == 1
    assert all(body["enforce_nonce"] for body in bodies)
    assert s.general.history() == []


# --------------------------------------------------------------- being offline


async def test_offline_at_the_due_time_sends_late_and_says_so(s: Stage) -> None:
    ann = s.person("ann")
    await remind(ann, s.general)
    await s.pass_time(hours=3)
    await s.restart(hours=1, minutes=5)
    [(at, message)] = received(ann)
    assert at == MIDDLE + timedelta(hours=4, minutes=5)
    assert "20 minutes late; I was offline" in message.content
    await s.pass_time(hours=5)
    assert len(received(ann)) == 1


async def test_a_minute_late_needs_no_apology(s: Stage) -> None:
    ann = s.person("ann")
    await remind(ann, s.general)
    await s.pass_time(hours=3, minutes=44)
    await s.restart(minutes=2)
    [(_, message)] = received(ann)
    assert "minute" not in message.content


async def test_offline_until_the_episode_is_over_drops_it_and_lists_it(s: Stage) -> None:
    ann = s.person("ann")
    await remind(ann, s.general)
    await remind(ann, s.general, lead="1 h")
    await ann.slash(s.general, "remind", every=True, lead="2 h")
    await s.restart(hours=12)
    assert received(ann) == []
    assert s.general.history() == []
    assert (await rows(s)).count((DueState.DROPPED, "over")) == 3
    text = await listed(ann, s)
    assert "Not delivered" in text
    assert "offline until the episode was over" in text
    await s.restart()
    await s.pass_time(minutes=1)
    [(_, message)] = received(ann)
    assert "3 reminders came to nothing" in message.content
    assert [line for line in message.content.splitlines() if line.startswith("- ")] == [
        f"- The Defects, Episode 3 ({words} before)" for words in ("15 minutes", "1 hour", "2 hours")
    ]
    assert "Not delivered" in said(await ann.user.click(message, label="Your reminders"))
    await s.restart()
    await s.pass_time(hours=1)
    assert len(received(ann)) == 1


# ----------------------------------------------------------------- every episode


async def test_before_every_episode(s: Stage) -> None:
    ann = s.person("ann")
    answer = await ann.slash(s.general, "remind", every=True, lead="1 h, 5 min")
    assert is_private(answer)
    assert "1 hour before and 5 minutes before of every episode of **The Defects**" in said(answer)
    assert f"Next: Episode 3, {stamp(THIRD - timedelta(hours=1))}" in said(answer)
    text = await listed(ann, s)
    assert text.count("The Defects") == 1
    assert "every episode (1 hour before and 5 minutes before)" in text
    await s.restart()
    await s.pass_time(days=20)
    airs = [THIRD + timedelta(days=days) for days in (0, 1, 7, 8, 14, 15)]
    assert times(ann) == [at - timedelta(minutes=lead) for at in airs for lead in (60, 5)]
    assert "no date yet" in await listed(ann, s)


async def test_every_episode_is_changed_and_cancelled_as_one(s: Stage) -> None:
    ann = s.person("ann")
    await remind(ann, s.general, episode=4, lead="30 min")
    answer = await ann.slash(s.general, "remind", every=True)
    assert answer.response is not None
    shown = await ann.click(answer.response, label="Change when")
    assert shown.modal is not None
    [label] = shown.modal["components"]
    assert label["component"]["value"] == "15 min"
    changed = await ann.submit_modal(shown, {label["component"]["custom_id"]: "10 min, 2 h"})
    assert "2 hours before and 10 minutes before" in said(changed)
    choices = await ann.autocomplete(s.general, "reminders edit", "reminder", "")
    assert [choice["value"] for choice in choices] == [-1, 1]
    assert choices[0]["name"] == "The Defects, every episode (2 hours before and 10 minutes before)"
    edited = await ann.slash(s.general, "reminders edit", reminder=-1, lead="20 min")
    assert "20 minutes before of every episode" in said(edited)
    assert "1 hour before" in said(await ann.slash(s.general, "reminders edit", reminder=1, lead="1 h"))
    cancelled = await ann.click(answer.response, label="Cancel it")
    assert "Cancelled: The Defects, every episode (20 minutes before)" in said(cancelled)
    assert "no such reminder" in said(await ann.click(answer.response, label="Cancel it"))
    assert "no such reminder" in said(await ann.slash(s.general, "reminders cancel", reminder=-1))
    await s.pass_time(days=20)
    assert times(ann) == [FOURTH - timedelta(hours=1)]


async def test_every_episode_is_cancelled_by_command_and_by_its_owner_alone(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    await ann.slash(s.general, "remind", every=True)
    for answer in (
        await bo.slash(s.general, "reminders cancel", reminder=-1),
        await bo.slash(s.general, "reminders edit", reminder=-1, lead="5"),
        await ann.slash(s.general, "reminders cancel", reminder=1),
        await ann.slash(s.general, "reminders edit", reminder=2, lead="5"),
    ):
        assert "no such reminder" in said(answer)
    assert "Cancelled" in said(await ann.slash(s.general, "reminders cancel", reminder=-1))
    await s.pass_time(days=20)
    assert received(ann) == []


async def test_every_episode_and_one_of_them(s: Stage) -> None:
    ann = s.person("ann")
    assert "leave" in said(await ann.slash(s.general, "remind", every=True, episode=3))
    assert "Episode 3" in said(await ann.slash(s.general, "remind"))
    await ann.slash(s.general, "remind", every=True)
    assert "and 1 more" not in await listed(ann, s)
    await s.pass_time(days=2)
    assert times(ann) == [at - timedelta(minutes=15) for at in (THIRD, FOURTH)]


async def test_what_came_of_every_episode_can_be_put_off(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "remind", every=True)
    await s.pass_time(hours=4)
    [(_, message)] = received(ann)
    await ann.user.click(message, label="Snooze 1 hour")
    assert "Episode 3 (15 minutes before)" in await listed(ann, s)
    await s.pass_time(hours=4)
    assert times(ann) == [THIRD - timedelta(minutes=15), MIDDLE + timedelta(hours=5)]


async def test_every_episode_of_a_show_that_is_over(tmp_path: Path) -> None:
    async with stage(tmp_path, at=AFTER) as s:
        ann = s.person("ann")
        assert "nothing left to remind" in said(await ann.slash(s.general, "remind", every=True))
        assert "has a date" in said(await ann.slash(s.general, "remind"))
        assert s.unexpected_errors() == []


async def test_every_episode_follows_a_schedule_that_moves(tmp_path: Path, data: Path) -> None:
    async with stage(tmp_path, data=data) as s:
        ann = s.person("ann")
        await ann.slash(s.general, "remind", every=True)
        reschedule(data, "2025-08-12", "2025-08-13")
        reschedule(data, "2025-08-11", "2025-08-12")
        assert await s.companion.library.reload() == 2
        await s.pass_time(minutes=2)
        [(_, message)] = received(ann)
        assert message.content.count("- **Episode") == 2
        await s.pass_time(days=30)
        airs = [THIRD + timedelta(days=days) for days in (0, 1, 7, 8, 15, 16)]
        assert times(ann)[1:] == [at - timedelta(minutes=15) for at in airs]


# ------------------------------------------------------------------------ pages


async def test_a_long_list_has_pages(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    for first in (1, 5, 9):
        lead = ", ".join(f"{minutes} min" for minutes in range(first, first + 4))
        await remind(ann, s.general, episode=8, lead=lead)
    answer = await ann.slash(s.general, "reminders list")
    assert answer.response is not None
    assert "Page 1 of 2" in said(answer)
    assert said(answer).count("\n- ") == 10
    shown = buttons(answer.response)
    assert [shown[label]["disabled"] for label in ("Previous", "Next")] == [True, False]
    await ann.click(answer.response, label="Next")
    second = s.env.backend.get_message(answer.response.channel_id, answer.response.id)
    assert "Page 2 of 2" in str(second.components)
    assert str(second.components).count("The Defects") == 2
    # A page that isn't there is the nearest one, and everybody's list is their own.
    for page in (9, -9, 2**62):
        theirs = await remind(bo, s.general, episode=4)
        assert theirs.response is not None
        _rewrite(s, theirs.response, f"c1:reminders-at:{page}:{page}")
        await bo.click(theirs.response, custom_id=f"c1:reminders-at:{page}:{page}")
        shown_to_bo = str(s.env.backend.get_message(theirs.response.channel_id, theirs.response.id).components)
        assert "Episode 4" in shown_to_bo
        assert "Episode 8" not in shown_to_bo


async def test_what_was_not_delivered_has_pages_of_its_own(s: Stage) -> None:
    ann = s.person("ann")
    close_messages(s, ann)
    s.env.inject_error("POST", f"/channels/{s.den.id}/messages", status=403, code=50013, times=None)
    for first in (1, 5, 9):
        lead = ", ".join(f"{minutes} min" for minutes in range(first, first + 4))
        await remind(ann, s.den, lead=lead)
    await remind(ann, s.den, episode=8)
    await s.pass_time(hours=5)
    answer = await ann.slash(s.general, "reminders list")
    assert answer.response is not None
    assert "Page 1 of 2" in said(answer)
    assert list(buttons(answer.response)) == ["Not delivered: previous", "Not delivered: next"]
    await ann.click(answer.response, label="Not delivered: next")
    second = str(s.env.backend.get_message(answer.response.channel_id, answer.response.id).components)
    assert "Page 2 of 2" in second
    assert second.count("couldn't be used either") == 2
    assert "Episode 8" in second


# ---------------------------------------------------------- several leads, habits


async def settings(member: MemberActor, s: Stage, **options: str) -> str:
    answer = await member.slash(s.general, "reminders settings", **options)
    assert is_private(answer)
    return said(answer)


async def test_several_leads_at_once(s: Stage) -> None:
    ann = s.person("ann")
    answer = await remind(ann, s.general, episode=4, lead="15 min, 1 day, 60, 1 h")
    text = said(answer)
    assert [line for line in text.splitlines() if line.startswith("- ")] == [
        f"- {words}: {stamp(FOURTH - lead)} ({stamp(FOURTH - lead, 'R')})"
        for words, lead in (
            ("1 day before", timedelta(days=1)),
            ("1 hour before", timedelta(hours=1)),
            ("15 minutes before", timedelta(minutes=15)),
        )
    ]
    assert answer.response is not None
    assert list(buttons(answer.response)) == ["Cancel it"]
    await remind(ann, s.general, episode=4, lead="1 h, 1 day")
    assert len(await rows(s)) == 3
    await s.pass_time(days=2)
    leads = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=15))
    assert times(ann) == [FOURTH - lead for lead in leads]


async def test_several_leads_are_cancelled_together(s: Stage) -> None:
    ann = s.person("ann")
    answer = await remind(ann, s.general, episode=4, lead="15 min, 1 day")
    await remind(ann, s.general, episode=4, lead="30 min")
    assert answer.response is not None
    text = said(await ann.click(answer.response, label="Cancel it"))
    assert "(1 day before)" in text
    assert "(15 minutes before)" in text
    assert "no such reminder" in said(await ann.click(answer.response, label="Cancel it"))
    await s.pass_time(days=2)
    assert times(ann) == [FOURTH - timedelta(minutes=30)]


async def test_leads_that_are_over_are_left_out(s: Stage) -> None:
    ann = s.person("ann")
    answer = said(await remind(ann, s.general, lead="1 day, 5 h, 15 min"))
    assert "Over already, so left out: 1 day before and 5 hours before." in answer
    await s.pass_time(days=1)
    assert times(ann) == [THIRD - timedelta(minutes=15)]


@pytest.mark.parametrize("lead", ["1, 2, 3, 4, 5", "1 day, soon", "1,5 h", "||x||, 15 min"])
async def test_leads_of_which_one_is_wrong_set_none(s: Stage, lead: str) -> None:
    answer = await remind(s.person("ann"), s.general, lead=lead)
    assert is_private(answer)
    assert "||" not in said(answer)
    assert await rows(s) == []


async def test_leads_beyond_the_limit_set_none(s: Stage) -> None:
    ann = s.person("ann")
    for number in range(12):
        await remind(ann, s.general, episode=8, lead=", ".join(str(number * 4 + each) for each in range(4)))
    assert "50" in said(await remind(ann, s.general, episode=8, lead="100, 101, 102, 103"))
    assert len(await rows(s)) == 48
    assert "15 minutes" in said(await remind(ann, s.general, episode=8, lead="15")), "the same wish is no new one"


async def test_leads_of_ones_own_come_before_the_servers(s: Stage) -> None:
    ann, bo = s.person("ann"), s.person("bo")
    boss = s.person("boss", roles=[s.guild.create_role("boss", permissions=discord.Permissions(manage_guild=True))])
    refused = await ann.slash(s.general, "reminders defaults", leads="1 h")
    assert "manage this server" in said(refused)
    assert "15 minutes before unless they choose" in said(await ann.slash(s.general, "reminders defaults"))
    saved = await boss.slash(s.general, "reminders defaults", leads="1 h, 30 min")
    assert is_private(saved)
    assert "1 hour before and 30 minutes before" in said(saved)
    assert "2 hours before, as you chose" in await settings(bo, s, leads="2 h")
    assert "1 hour before and 30 minutes before, as usual here" in await settings(ann, s)
    await remind(ann, s.general)
    await remind(bo, s.general)
    await s.restart()
    await s.pass_time(hours=5)
    assert times(ann) == [THIRD - timedelta(minutes=60), THIRD - timedelta(minutes=30)]
    assert times(bo) == [THIRD - timedelta(hours=2)]
    assert "as usual here" in await settings(bo, s, leads="default")
    assert "15 minutes" in said(await boss.slash(s.general, "reminders defaults", leads="기본"))
    assert "A server has defaults" in said(await ann.user.slash("reminders defaults"))


async def test_a_mention_where_they_asked(s: Stage) -> None:
    ann = s.person("ann")
    assert "with a mention where you asked" in await settings(ann, s, delivery="mention")
    assert "With a mention in this channel" in said(await remind(ann, s.den))
    assert "By direct message." in said(await ann.user.slash("remind", episode=4))
    await s.pass_time(hours=5)
    [message] = s.den.history()
    assert message.content.startswith(ann.mention)
    assert "closed" not in message.content
    [body] = s.posts(s.den)
    assert body["allowed_mentions"]["users"] == [ann.id]
    assert received(ann) == []
    await s.pass_time(days=1)
    assert len(received(ann)) == 1


async def test_a_channel_that_is_closed_falls_back_to_direct_messages(s: Stage) -> None:
    ann = s.person("ann")
    await settings(ann, s, delivery="mention")
    s.env.inject_error("POST", f"/channels/{s.den.id}/messages", status=403, code=50013, times=None)
    await remind(ann, s.den)
    await s.pass_time(hours=5)
    [(_, message)] = received(ann)
    assert "can't write in the channel" in message.content
    assert ann.mention not in message.content


async def test_nothing_is_sent_to_whoever_wants_nothing(s: Stage) -> None:
    ann = s.person("ann")
    await remind(ann, s.general)
    assert "Nothing is sent" in await settings(ann, s, delivery="none")
    assert "Nothing will be sent" in said(await remind(ann, s.general, lead="1 h"))
    assert "Episode 3" in await listed(ann, s)
    await s.pass_time(hours=5)
    assert received(ann) == s.general.history() == []
    assert "Not delivered" not in await listed(ann, s)


async def test_quiet_hours(s: Stage) -> None:
    """It is 10:00 in London; episode 3 airs at 14:00 there."""
    ann = s.person("ann")
    assert "/timezone set" in await settings(ann, s, quiet="13:00-13:55")
    await ann.slash(s.general, "timezone set", zone="Europe/London")
    await remind(ann, s.general, lead="10 min")
    text = await settings(ann, s, quiet="13:00-13:55")
    assert "13:00 to 13:55 (London)" in text
    assert stamp(THIRD - timedelta(minutes=5)) in await listed(ann, s)
    assert "out of your quiet hours" in said(await remind(ann, s.general, lead="30 min"))
    assert "13:00 to 14:30" in await settings(ann, s, quiet="13 – 14:30")
    before = THIRD - timedelta(minutes=61)
    assert stamp(before) in await listed(ann, s)
    assert "out of your quiet hours" not in said(await remind(ann, s.general, lead="2 h"))
    await s.pass_time(hours=6)
    # Two leads that fall on the same moment are one message.
    assert [at.replace(microsecond=0) for at in times(ann)] == [THIRD - timedelta(hours=2), before]
    assert "Quiet hours: none" in await settings(ann, s, quiet="off")


async def test_quiet_hours_go_with_the_zone(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="Asia/Seoul")
    await settings(ann, s, quiet="21:00-07:00")
    await remind(ann, s.general)
    assert stamp(THIRD - timedelta(minutes=61)) in await listed(ann, s)
    await ann.slash(s.general, "timezone set", zone="America/New_York")
    assert stamp(THIRD - timedelta(minutes=15)) in await listed(ann, s)
    await ann.slash(s.general, "timezone set", zone="Asia/Seoul")
    await ann.slash(s.general, "timezone clear")
    assert "not kept" in await settings(ann, s)
    await s.pass_time(hours=5)
    assert times(ann) == [THIRD - timedelta(minutes=15)]


@pytest.mark.parametrize(
    ("option", "typed"),
    [("quiet", "at night"), ("quiet", "8-8"), ("quiet", "||23-8||"), ("leads", "soon"), ("leads", "x" * 500)],
)
async def test_settings_that_cannot_be_read_change_nothing(s: Stage, option: str, typed: str) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "timezone set", zone="Asia/Seoul")
    before = await settings(ann, s, leads="1 h", quiet="23-8")
    answer = await settings(ann, s, **{option: typed, "delivery": "none"})
    assert "||" not in answer
    assert await settings(ann, s) == before


# ------------------------------------------------------------ a moved schedule


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "data", tmp_path / "data")


def reschedule(data: Path, was: str, now: str) -> None:
    episodes = data / "shows" / "the-defects" / "episodes.yaml"
    text = episodes.read_text(encoding="utf-8")
    assert text.count(f'date: "{was}"') == 1
    episodes.write_text(text.replace(f'date: "{was}"', f'date: "{now}"'), encoding="utf-8")


async def test_a_moved_episode_moves_its_reminders_and_tells_once(tmp_path: Path, data: Path) -> None:
    async with stage(tmp_path, data=data) as s:
        ann, bo = s.person("ann"), s.person("bo")
        await remind(ann, s.general, episode=4)
        await remind(ann, s.general, episode=4, lead="1 h")
        await remind(bo, s.general, episode=3)
        reschedule(data, "2025-07-29", "2025-07-30")
        assert await s.companion.library.reload() == 2
        later = FOURTH + timedelta(days=1)
        assert stamp(later - timedelta(minutes=15)) in await listed(ann, s)
        await s.pass_time(seconds=59)
        assert received(ann) == []
        await s.pass_time(seconds=1)
        [(_, message)] = received(ann)
        assert "the schedule has changed" in message.content
        assert f"**Episode 4**: from {stamp(FOURTH)} to {stamp(later)}." in message.content
        assert f"I'll remind you {stamp(later - timedelta(hours=1))}" in message.content
        assert message.content.count("Episode 4") == 1
        assert open_text(message.content) == message.content
        listing = await ann.user.click(message, label="Your reminders")
        assert is_private(listing)
        assert stamp(later - timedelta(hours=1)) in said(listing)
        await s.restart()
        await s.pass_time(days=4)
        assert times(ann)[1:] == [later - timedelta(hours=1), later - timedelta(minutes=15)]
        assert times(bo) == [THIRD - timedelta(minutes=15)]
        assert s.unexpected_errors() == []
        assert check_recorded(s.env) == []


async def test_what_moves_twice_within_a_minute_is_told_once(tmp_path: Path, data: Path) -> None:
    async with stage(tmp_path, data=data) as s:
        ann = s.person("ann")
        await remind(ann, s.general, episode=4)
        reschedule(data, "2025-07-29", "2025-07-30")
        await s.companion.library.reload()
        await s.pass_time(seconds=50)
        reschedule(data, "2025-07-30", "2025-07-31")
        await s.restart()
        await s.pass_time(seconds=59)
        assert received(ann) == []
        await s.pass_time(minutes=5)
        [(_, message)] = received(ann)
        assert f"from {stamp(FOURTH)} to {stamp(FOURTH + timedelta(days=2))}" in message.content
        reschedule(data, "2025-07-31", "2025-07-29")
        await s.companion.library.reload()
        await s.pass_time(minutes=5)
        assert f"from {stamp(FOURTH + timedelta(days=2))} to {stamp(FOURTH)}" in received(ann)[-1][1].content
        assert len(received(ann)) == 2


async def test_what_moves_back_within_a_minute_is_not_told(tmp_path: Path, data: Path) -> None:
    async with stage(tmp_path, data=data) as s:
        ann = s.person("ann")
        await remind(ann, s.general, episode=4)
        reschedule(data, "2025-07-29", "2025-07-30")
        await s.companion.library.reload()
        await s.pass_time(seconds=30)
        reschedule(data, "2025-07-30", "2025-07-29")
        await s.companion.library.reload()
        await s.pass_time(hours=1)
        assert received(ann) == []
        assert await s.due(DueKind.MOVED) == [(DueKind.MOVED, DueState.DROPPED, "taken-back")]
        await s.pass_time(days=3)
        assert times(ann) == [FOURTH - timedelta(minutes=15)]
        assert "Not delivered" not in await listed(ann, s)


async def test_nobody_is_told_of_a_move_who_waits_for_it_no_more(tmp_path: Path, data: Path) -> None:
    async with stage(tmp_path, data=data) as s:
        ann = s.person("ann")
        await remind(ann, s.general, episode=4)
        reschedule(data, "2025-07-29", "2025-07-30")
        await s.companion.library.reload()
        await ann.slash(s.general, "reminders cancel", reminder=1)
        await s.pass_time(days=3)
        assert received(ann) == []


async def test_several_episodes_and_a_plan_that_move_together_are_one_message(tmp_path: Path, data: Path) -> None:
    async with stage(tmp_path, data=data) as s:
        ann = s.person("ann")
        await ann.slash(s.general, "timezone set", zone="Asia/Seoul")
        await ann.slash(s.general, "progress set", episode=2)
        await ann.slash(s.general, "catch-up", by="thu 20:00")
        await remind(ann, s.general, episode=4)
        await remind(ann, s.general, episode=6)
        reschedule(data, "2025-07-29", "2025-07-30")
        reschedule(data, "2025-07-28", "2025-07-29")
        reschedule(data, "2025-08-05", "2025-08-06")
        assert await s.companion.library.reload() == 4
        close_messages(s, ann)
        await s.pass_time(minutes=2)
        [message] = s.general.history()[-1:]
        assert message.content.startswith(ann.mention)
        assert [line.split("**")[1] for line in message.content.splitlines() if line.startswith("- ")] == [
            "Episode 4",
            "Episode 6",
            "Episode 3",
            "Episode 4",
        ]
        assert len(s.general.history()) == 1
        [body] = s.posts(s.general)
        assert body["allowed_mentions"]["users"] == [ann.id]


async def test_an_episode_moved_forward_while_the_bot_was_down(tmp_path: Path, data: Path) -> None:
    async with stage(tmp_path, data=data) as s:
        ann = s.person("ann")
        await remind(ann, s.general, episode=5)
        reschedule(data, "2025-08-04", "2025-08-03")
        await s.restart(minutes=10)
        await s.pass_time(days=7)
        assert times(ann) == [MIDDLE + timedelta(minutes=11), datetime(2025, 8, 3, 12, 45, tzinfo=UTC)]
        assert s.unexpected_errors() == []


async def test_an_episode_moved_so_far_forward_that_its_lead_is_over_is_told_at_once(
    tmp_path: Path, data: Path
) -> None:
    async with stage(tmp_path, data=data) as s:
        ann = s.person("ann")
        await remind(ann, s.general, episode=5, lead="2 days")
        reschedule(data, "2025-08-04", "2025-07-29")
        await s.companion.library.reload()
        await s.pass_time(days=9)
        [(at, message)] = received(ann)
        assert at - MIDDLE < timedelta(seconds=2)
        assert "late" not in message.content
        assert stamp(FOURTH, "R") in message.content


async def test_what_was_put_off_comes_when_its_owner_said(tmp_path: Path, data: Path) -> None:
    async with stage(tmp_path, data=data) as s:
        ann = s.person("ann")
        await remind(ann, s.general, episode=4, lead="1 day")
        await s.pass_time(hours=4)
        [(_, message)] = received(ann)
        await ann.user.click(message, label="Snooze 1 hour")
        reschedule(data, "2025-07-29", "2025-07-30")
        await s.companion.library.reload()
        await s.pass_time(days=4)
        told, again = received(ann)[1:]
        assert "the schedule has changed" in told[1].content
        assert again[0] == THIRD + timedelta(hours=1)
        assert stamp(FOURTH + timedelta(days=1), "R") in again[1].content


async def test_a_broken_dataset_moves_nothing(tmp_path: Path, data: Path) -> None:
    async with stage(tmp_path, data=data) as s:
        ann = s.person("ann")
        await remind(ann, s.general, episode=4)
        reschedule(data, "2025-07-29", "2025-07-32")
        with pytest.raises(DatasetError):
            await s.companion.library.reload()
        await s.pass_time(days=2)
        assert times(ann) == [FOURTH - timedelta(minutes=15)]


# ---------------------------------------------------------------- failed replies


async def test_a_reply_that_fails_is_apologised_for_and_asking_again_is_still_one(s: Stage) -> None:
    ann = s.person("ann")
    s.env.inject_error("POST", "/interactions/*/callback", status=500)
    assert "something went wrong" in said(await remind(ann, s.general))
    assert len(s.taken_errors()) == 1
    await remind(ann, s.general)
    await s.pass_time(hours=5)
    assert times(ann) == [THIRD - timedelta(minutes=15)]


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
