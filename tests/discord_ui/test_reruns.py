"""`/rerun` as a server meets it, and all that goes by its dates."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import discord
import pytest
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.core.reminder import DueKind, DueState
from tests.discord_ui.stage import AFTER, Stage, buttons, is_private, said, stage
from tests.openapi import check_recorded

#: Monday 8 September 2025, 22:00 in Seoul; it is Monday the 1st. The broadcast ended in August.
FIRST = datetime(2025, 9, 8, 13, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, at=AFTER) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


def admin(s: Stage) -> MemberActor:
    if "admin" in s.people:
        return s.people["admin"]
    role = s.guild.create_role("Admins", permissions=discord.Permissions(manage_guild=True, view_channel=True))
    return s.person("admin", roles=[role])


def stamp(at: datetime, style: str = "F") -> str:
    return f"<t:{int(at.timestamp())}:{style}>"


async def begin(s: Stage, **options: object) -> str:
    """Start a re-run; what the preview said."""
    preview = await admin(s).slash(s.general, "rerun start", **{"from": "8 sep", **options})
    text = said(preview)
    await admin(s).click(preview.response, label="Start this re-run")
    return text


async def test_a_season_as_it_aired_is_shown_before_it_starts(s: Stage) -> None:
    preview = await admin(s).slash(s.general, "rerun start", **{"from": "8 sep"})
    assert is_private(preview)
    text = said(preview)
    # Mondays and Tuesdays at 22:00 in Seoul, as in summer.
    dates = [FIRST + timedelta(weeks=week) + day * DAY for week in range(4) for day in (0, 1)]
    for number, at in enumerate(dates, 1):
        assert f"**Episode {number}**: {stamp(at)}" in text
    assert "22:00 in Asia/Seoul" in text
    assert "doesn't re-run" in said(await s.person("ann").slash(s.general, "rerun show"))
    started = await admin(s).click(preview.response, label="Start this re-run")
    assert stamp(FIRST) in said(started)
    shown = await s.person("ann").slash(s.general, "rerun show")
    assert stamp(dates[7]) in said(shown)
    assert buttons(shown.response) == {}


async def test_days_and_hours_of_ones_own(s: Stage) -> None:
    boss = admin(s)
    await boss.slash(s.general, "timezone set", zone="Europe/Berlin")
    text = await begin(s, days="wed, sun", time="20:30", **{"per-night": 2})
    wednesday = datetime(2025, 9, 10, 18, 30, tzinfo=UTC)
    for numbers, at in (
        ("1-2", wednesday),
        ("3-4", wednesday + 4 * DAY),
        ("5-6", wednesday + 7 * DAY),
        ("7-8", wednesday + 11 * DAY),
    ):
        assert f"**Episodes {numbers}**: {stamp(at)}" in text
    assert "4 evenings" in text


async def test_next_episode_answers_three_things(s: Stage) -> None:
    await begin(s)
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=4)
    text = said(await ann.slash(s.general, "next-episode", private=True))
    assert "The Defects" in text.split("\n")[0]
    assert "aired" in text or "over" in text
    assert "This server's re-run" in text
    assert f"Episode 1 is on {stamp(FIRST)}" in text
    assert "Next for you: **Episode 5**" in text


async def test_how_far_somebody_is_stays_theirs_in_public(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=4)
    public = await ann.slash(s.general, "next-episode")
    assert "Next for" not in said(public)
    mine = await ann.click(public.response, label="What's next for me?")
    assert is_private(mine)
    assert "Next for you: **Episode 5**" in said(mine)
    theirs = await s.person("bob").click(public.response, label="What's next for me?")
    assert "You haven't told me how far you are" in said(theirs)
    await ann.slash(s.general, "progress share", on=True)
    assert f"Next for <@{ann.id}>: **Episode 5**" in said(await ann.slash(s.general, "next-episode"))


async def test_another_server_goes_by_the_broadcast(s: Stage) -> None:
    await begin(s)
    other = s.env.create_guild("Elsewhere")
    room = other.create_text_channel("general")
    bob = other.add_member(s.env.create_user("bob"))
    assert "re-run" not in said(await bob.slash(room, "next-episode", private=True))
    assert "doesn't re-run" in said(await bob.slash(room, "rerun show"))


async def test_a_party_at_air_time_begins_with_the_rerun_and_moves_with_it(s: Stage) -> None:
    await begin(s)
    ann = s.person("ann")
    made = said(await ann.slash(s.general, "watch-party create", episode=2, when="air time"))
    assert stamp(FIRST + DAY) in made
    await admin(s).slash(s.general, "rerun skip")
    assert stamp(FIRST + 8 * DAY) in said(await ann.slash(s.general, "watch-party list"))


async def test_a_series_at_air_time_has_a_night_for_each_of_its_evenings(s: Stage) -> None:
    await begin(s)
    drafted = said(await s.person("ann").slash(s.general, "watch-party series", days="air time"))
    for number in range(8):
        assert str(int((FIRST + timedelta(weeks=number // 2, days=number % 2)).timestamp())) in drafted


async def test_threads_open_as_the_rerun_comes_to_them(s: Stage) -> None:
    ann = s.person("ann")
    made = ChannelHandle(s.env, s.guild, s.env.backend.create_thread(s.den.id, "Episode 2", ann.id))
    assert "**episode 2**" in said(await ann.slash(made, "spoilers ceiling show"))
    await begin(s)
    assert "Nothing of The Defects is open" in said(await ann.slash(made, "spoilers ceiling show"))
    await s.pass_time(days=8, hours=13)
    assert "**episode 2**" in said(await ann.slash(made, "spoilers ceiling show"))


async def test_pausing_takes_the_dates_away_and_resuming_brings_them_back(s: Stage) -> None:
    await begin(s)
    ann, boss = s.person("ann"), admin(s)
    paused = await boss.slash(s.general, "rerun pause")
    assert "Paused" in said(paused)
    assert "**Episode 1**" not in said(paused)
    assert "Episode 1: no date while paused" in said(paused)
    assert "Paused" in said(await ann.slash(s.general, "next-episode", private=True))
    assert "It is paused" in said(await boss.slash(s.general, "rerun skip"))
    assert "It is paused" in said(await boss.slash(s.general, "rerun pause"))
    await s.pass_time(days=10)
    again = await boss.click(paused.response, label="Resume")
    assert f"**Episode 1**: {stamp(FIRST + 7 * DAY)}" in said(again)
    assert "It isn't paused" in said(await boss.slash(s.general, "rerun resume"))


async def test_extending_goes_on_after_the_last_evening(s: Stage) -> None:
    await begin(s, **{"last-episode": 2})
    longer = said(await admin(s).slash(s.general, "rerun extend", **{"last-episode": 4}))
    assert f"**Episode 3**: {stamp(FIRST + 7 * DAY)}" in longer
    assert "It goes to episode 4 already" in said(
        await admin(s).slash(s.general, "rerun extend", **{"last-episode": 3})
    )
    assert "99" in said(await admin(s).slash(s.general, "rerun extend", **{"last-episode": 99}))


async def test_ending_it_is_asked_and_brings_the_broadcast_back(s: Stage) -> None:
    await begin(s)
    asked = await admin(s).slash(s.general, "rerun end")
    assert "End the re-run" in said(asked)
    ended = await admin(s).click(asked.response, label="Yes, end it")
    assert "is over" in said(ended)
    assert "re-run" not in said(await s.person("ann").slash(s.general, "next-episode", private=True))
    assert "doesn't re-run" in said(await admin(s).slash(s.general, "rerun pause"))
    await begin(s)


async def test_it_ends_by_itself_a_day_after_its_last_episode(s: Stage) -> None:
    await begin(s)
    await s.pass_time(days=29, hours=12)
    assert "All episodes have been on" in said(await s.person("ann").slash(s.general, "next-episode", private=True))
    await s.pass_time(days=1)
    assert await s.due(DueKind.RERUN_OVER) == [(DueKind.RERUN_OVER, DueState.DROPPED, "over")]
    assert "re-run" not in said(await s.person("ann").slash(s.general, "next-episode", private=True))


async def test_it_survives_a_restart(s: Stage) -> None:
    await begin(s)
    await s.restart(days=3)
    assert stamp(FIRST) in said(await s.person("ann").slash(s.general, "next-episode", private=True))


async def test_a_day_that_could_be_two_is_asked_back(s: Stage) -> None:
    asked = await admin(s).slash(s.general, "rerun start", **{"from": "next tuesday"})
    labels = list(buttons(asked.response))
    assert len(labels) == 2
    preview = await admin(s).click(asked.response, label=labels[1])
    assert f"**Episode 1**: {stamp(FIRST + DAY)}" in said(preview)


async def test_only_those_who_manage_the_server_change_it(s: Stage) -> None:
    ann = s.person("ann")
    for name, options in (
        ("rerun start", {"from": "8 sep"}),
        ("rerun pause", {}),
        ("rerun resume", {}),
        ("rerun skip", {}),
        ("rerun extend", {"last-episode": 3}),
        ("rerun end", {}),
    ):
        refused = await ann.slash(s.general, name, **options)
        assert is_private(refused)
        assert "Only those who may manage this server" in said(refused)


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        ({"from": "yesterday"}, "is over"),
        ({"from": "in 1 h"}, "next monday"),
        ({"from": "8 sep", "per-night": 2}, "goes with days of your own"),
        ({"from": "8 sep", "days": "someday"}, "someday"),
        ({"from": "8 sep", "zone": "Asia/Seoul"}, "A zone goes with a time"),
        ({"from": "8 sep", "time": "20:00"}, "/timezone set"),
        ({"from": "8 sep", "first-episode": 5, "last-episode": 2}, "5"),
        ({"from": "8 sep", "days": "mon", "per-night": 99}, "12"),
    ],
)
async def test_what_makes_no_sense_is_refused(s: Stage, options: dict[str, object], answer: str) -> None:
    refused = await admin(s).slash(s.general, "rerun start", **options)
    assert is_private(refused)
    assert answer in said(refused)
    assert buttons(refused.response) == {}


async def test_a_show_is_re_run_once_at_a_time(s: Stage) -> None:
    first = await admin(s).slash(s.general, "rerun start", **{"from": "8 sep"})
    await begin(s)
    assert "re-runs The Defects already" in said(await admin(s).slash(s.general, "rerun start", **{"from": "9 sep"}))
    stale = await admin(s).click(first.response, label="Start this re-run")
    assert "isn't there any more" in said(stale)
