"""`/announce` as a server meets it: setting up, what is posted, threads, forums, moves, and what stands in the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import discord
import pytest
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, RoleHandle

from bot.core.rerun import wall_time
from bot.core.show import Catalogue
from bot.core.timetable import retimed
from bot.store import ceilings
from tests.discord_ui.stage import MIDDLE, Stage, buttons, is_private, open_text, said, stage, text_of
from tests.openapi import check_recorded

#: Episode 3: Monday 28 July 2025, 22:00 in Seoul; it lasts 70 minutes at most. Episode 4 is a day later.
THIRD = datetime(2025, 7, 28, 13, tzinfo=UTC)
DAY = timedelta(days=1)
#: 20:00 in Seoul a day later, two hours before episode 4.
NEXT_DAY = THIRD + timedelta(hours=22)


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, at=MIDDLE, show="the-defects") as made:
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


def fans(s: Stage, **permissions: bool) -> RoleHandle:
    """A role below the bot's, which anybody may mention."""
    return s.guild.create_role("Fans", permissions=discord.Permissions(**permissions), mentionable=True)


async def set_up(s: Stage, **options: Any) -> str:
    return said(await admin(s).slash(s.general, "announce setup", **{"channel": s.den, **options}))


def posted(channel: ChannelHandle) -> list[Any]:
    """What the bot has posted in a channel, in order; not that it made a thread."""
    ours = [message for message in channel.history() if message.author.bot]
    return [message for message in ours if message.type is discord.MessageType.default]


def threads(s: Stage) -> list[Any]:
    return [channel for channel in s.env.backend.channels.values() if getattr(channel, "parent_id", None) == s.den.id]


async def reschedule(s: Stage, number: int, at: datetime) -> None:
    """Let an episode be broadcast at another time, as if the dataset had been read anew."""
    shows = s.companion.shows
    local = at.astimezone(ZoneInfo("Asia/Seoul")).replace(tzinfo=None)
    show = retimed(shows.default, {number: wall_time(local, "Asia/Seoul")})
    shows.replace(Catalogue({show.id: show}))
    await s.companion.library.follow_schedules()
    await s.pass_time(minutes=2)


def roles_of(s: Stage, member: MemberActor) -> set[int]:
    return {int(role) for role in s.env.backend.guilds[s.guild.id].members[member.id].role_ids}


async def test_setting_up_says_what_comes_next_and_that_all_is_well(s: Stage) -> None:
    answer = await admin(s).slash(s.general, "announce setup", channel=s.den, lead="30 min")
    assert is_private(answer)
    text = said(answer)
    assert s.den.mention in text
    assert "30 minutes before" in text
    assert f"Next: Episode 3, posted {stamp(THIRD - timedelta(minutes=30))}" in text
    assert "all permissions" in text
    assert posted(s.den) == []


async def test_an_episode_is_announced_once_when_it_begins(s: Stage) -> None:
    await set_up(s)
    await s.pass_time(hours=4)
    [post] = posted(s.den)
    text = text_of(post)
    assert "The Defects · Episode 3" in text
    assert stamp(THIRD) in text
    assert post.created_at == THIRD
    await s.restart(minutes=30)
    await s.pass_time(hours=1)
    assert len(posted(s.den)) == 1
    await s.pass_time(days=1)
    assert [("Episode 3" in text_of(one), "Episode 4" in text_of(one)) for one in posted(s.den)] == [
        (True, False),
        (False, True),
    ]


async def test_its_thread_has_a_neutral_name_and_opens_once_it_has_aired(s: Stage) -> None:
    await set_up(s)
    await s.pass_time(hours=4, minutes=1)
    [thread] = threads(s)
    assert thread.name == "The Defects · Episode 3"
    async with s.companion.database.read() as tx:
        assert await ceilings.get(tx, thread.id, "the-defects") == 2
    await s.pass_time(hours=2)
    async with s.companion.database.read() as tx:
        assert await ceilings.get(tx, thread.id, "the-defects") == 3


async def test_the_recap_comes_into_the_thread_behind_bars(s: Stage) -> None:
    await set_up(s)
    await s.pass_time(hours=6)
    [thread] = threads(s)
    [recap] = [one for one in posted(ChannelHandle(s.env, s.guild, thread)) if "📖" in text_of(one)]
    episode = s.companion.shows.default.episodes[2]
    for beat in episode.beats:
        words = " ".join(beat.text.to("en").split()[:4])
        assert words in text_of(recap).replace("\\", "")
        assert words not in open_text(text_of(recap))
    [post] = posted(s.den)
    assert "Recap of Episode 3" in buttons(post)


async def test_without_threads_there_is_the_post_alone(s: Stage) -> None:
    await set_up(s, thread=False)
    await s.pass_time(hours=6)
    assert threads(s) == []
    [post] = posted(s.den)
    assert "Recap of Episode 3" in buttons(post)


async def test_here_is_where_it_is_announced_unless_another_channel_is_named(s: Stage) -> None:
    assert s.general.mention in said(await admin(s).slash(s.general, "announce setup"))


async def test_a_forum_gets_a_post_for_each_episode(s: Stage) -> None:
    forum = s.guild.create_forum_channel("episodes")
    await set_up(s, channel=forum)
    await s.pass_time(hours=6)
    [thread] = [one for one in s.env.backend.channels.values() if getattr(one, "parent_id", None) == forum.id]
    assert thread.name == "The Defects · Episode 3"
    first, recap = posted(ChannelHandle(s.env, s.guild, thread))
    assert stamp(THIRD) in text_of(first)
    assert "📖" in text_of(recap)
    async with s.companion.database.read() as tx:
        assert await ceilings.get(tx, thread.id, "the-defects") == 3


async def test_members_take_the_role_themselves_and_it_alone_is_mentioned(s: Stage) -> None:
    role = fans(s)
    await set_up(s, role=role)
    await s.pass_time(hours=4)
    [post] = posted(s.den)
    assert role.mention in text_of(post)
    [body] = s.posts(s.den)
    assert body["allowed_mentions"] == {"parse": [], "users": [], "roles": [role.id]}
    ann = s.person("ann")
    given = await ann.click(post, label="Mention me / don't")
    assert is_private(given)
    assert "You have" in said(given)
    assert role.id in roles_of(s, ann)
    await ann.click(post, label="Mention me / don't")
    assert role.id not in roles_of(s, ann)


async def test_a_role_that_may_do_much_is_refused_when_set_up_and_when_pressed(s: Stage) -> None:
    mighty = s.guild.create_role("Mighty", permissions=discord.Permissions(ban_members=True), mentionable=True)
    assert "should get with a button" in await set_up(s, role=mighty)
    role = fans(s)
    await set_up(s, role=role)
    await s.pass_time(hours=4)
    [post] = posted(s.den)
    s.env.backend.edit_role(s.guild.id, role.id, {"permissions": discord.Permissions(administrator=True).value})
    await s.env.settle()
    ann = s.person("ann")
    assert "should get with a button" in said(await ann.click(post, label="Mention me / don't"))
    assert role.id not in roles_of(s, ann)


async def test_a_post_that_is_not_out_follows_the_schedule(s: Stage) -> None:
    await set_up(s)
    await reschedule(s, 3, NEXT_DAY)
    await s.pass_time(hours=5)
    assert posted(s.den) == []
    shown = said(await admin(s).slash(s.general, "announce show"))
    assert f"Next: Episode 3, posted {stamp(NEXT_DAY)}" in shown


async def test_a_post_that_is_out_is_edited_and_pings_nobody_again(s: Stage) -> None:
    await set_up(s, lead="3 h")
    await s.pass_time(hours=2)
    [post] = posted(s.den)
    await reschedule(s, 3, THIRD + timedelta(minutes=90))
    [post] = posted(s.den)
    assert stamp(THIRD + timedelta(minutes=90)) in text_of(post)
    assert f"It was to be {stamp(THIRD)}" in text_of(post)
    await s.pass_time(hours=6)
    assert len(posted(s.den)) == 1


async def test_an_episode_that_is_put_off_by_days_is_announced_once_more_in_the_same_thread(s: Stage) -> None:
    await set_up(s, lead="3 h")
    await s.pass_time(hours=2)
    await reschedule(s, 3, NEXT_DAY)
    [first] = posted(s.den)
    assert f"Moved to {stamp(NEXT_DAY)}" in text_of(first)
    await s.pass_time(days=2, hours=5)
    about_third = [one for one in posted(s.den) if "Episode 3" in text_of(one)]
    assert len(about_third) == 2
    names = [thread.name for thread in threads(s)]
    assert names == ["The Defects · Episode 3", "The Defects · Episode 4"]


async def test_after_the_last_episode_the_season_is_closed_once(s: Stage) -> None:
    await set_up(s)
    await s.pass_time(days=20)
    ends = [one for one in posted(s.den) if "has ended" in text_of(one)]
    assert len(ends) == 1
    assert posted(s.den)[-1].id == ends[0].id
    numbers = [text_of(one).partition("Episode ")[2][:1] for one in posted(s.den)[:-1]]
    assert numbers == ["3", "4", "5", "6", "7", "8"]


async def test_what_is_missing_is_named_and_whoever_set_it_up_is_told_once(s: Stage) -> None:
    await set_up(s)
    await s.forbid(s.den, s.companion.client.user.id, role=False, send_messages=True)
    shown = said(await admin(s).slash(s.general, "announce show"))
    assert "Send Messages" in shown
    await s.pass_time(days=2)
    told = [message for message in admin(s).user.dm_channel.history() if message.author.bot]
    assert len(told) == 1
    assert "couldn't announce" in text_of(told[0])
    assert s.den.mention in text_of(told[0])


async def test_a_test_post_says_so_and_pings_nobody(s: Stage) -> None:
    role = fans(s)
    await set_up(s, role=role)
    answer = await admin(s).slash(s.general, "announce test")
    [post] = posted(s.den)
    assert "A test" in text_of(post)
    assert role.mention not in text_of(post)
    assert str(post.id) in said(answer)
    await s.pass_time(hours=4)
    assert len(posted(s.den)) == 2


async def test_after_a_stop_nothing_more_comes(s: Stage) -> None:
    await set_up(s)
    await s.pass_time(hours=4)
    assert "isn't announced any more" in said(await admin(s).slash(s.general, "announce stop"))
    await s.pass_time(days=20)
    assert len(posted(s.den)) == 1
    assert "isn't announced in this server" in said(await admin(s).slash(s.general, "announce show"))


async def test_after_a_day_away_it_says_how_late_it_is_and_old_news_is_left_out(s: Stage) -> None:
    await set_up(s)
    await s.restart(hours=8)
    await s.pass_time(seconds=1)
    [post] = posted(s.den)
    assert "late; I was away" in text_of(post)
    await s.restart(days=6)
    await s.pass_time(minutes=1)
    assert len(posted(s.den)) == 1


async def test_only_those_who_manage_the_server_set_it_up(s: Stage) -> None:
    ann = s.person("ann")
    for name, options in (("setup", {"channel": s.den}), ("show", {}), ("test", {}), ("stop", {})):
        refused = await ann.slash(s.general, f"announce {name}", **options)
        assert is_private(refused)
        assert "Only those who may manage this server" in said(refused)


async def test_a_rerun_is_announced_as_one(s: Stage) -> None:
    await s.pass_time(days=30)
    await set_up(s)
    preview = await admin(s).slash(s.general, "rerun start", **{"from": "8 sep"})
    await admin(s).click(preview.response, label="Start this re-run")
    await s.pass_time(days=13)
    [post] = posted(s.den)
    assert "re-run" in text_of(post)
    assert "Episode 1" in text_of(post)
