"""`/spoilers` as members meet it: ceilings, threads named after an episode, and what somebody may be shown."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from tests.discord_ui.stage import AFTER, MIDDLE, ROOT, Stage, discord, is_private, open_text, said, stage
from tests.openapi import check_recorded


@pytest.fixture
async def s(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with stage(tmp_path, at=getattr(request, "param", AFTER)) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


@pytest.fixture
async def two_shows(tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage with the shipped show, which is the default, and a made-up one of two seasons."""
    for show in (ROOT / "data" / "shows" / "the-defects", ROOT / "tests" / "shows" / "lighthouse-shift"):
        shutil.copytree(show, tmp_path / "data" / "shows" / show.name)
    at = AFTER.replace(year=2031)
    async with stage(tmp_path, at=at, data=tmp_path / "data", show="the-defects") as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


def moderator(s: Stage, locale: str = "en-US") -> MemberActor:
    if "mod" in s.people:
        return s.people["mod"]
    role = s.guild.create_role("Mods", permissions=discord.Permissions(manage_channels=True, view_channel=True))
    return s.person("mod", locale, roles=[role])


def thread(s: Stage, name: str, parent: ChannelHandle | None = None, owner: str = "ann") -> ChannelHandle:
    made = s.env.backend.create_thread((parent or s.den).id, name, s.person(owner).id)
    return ChannelHandle(s.env, s.guild, made)


async def opened(s: Stage, place: ChannelHandle, **options: str) -> str:
    return said(await s.person("ann").slash(place, "spoilers ceiling show", **options))


async def is_open(s: Stage, place: ChannelHandle, episode: int) -> bool:
    """Whether a recap of an episode stands in the open there, for somebody who has seen everything."""
    sam = s.person("sam")
    await sam.slash(s.general, "progress set", episode=8)
    text = said(await sam.slash(place, "recap", episode=episode))
    assert "- " in text
    return open_text(text) == text


# ---------------------------------------------------------- episode threads


@pytest.mark.parametrize(
    ("name", "number"),
    [("Episode 7", 7), ("Ep. 3 reactions", 3), ("E08", 8), ("S1E2", 2), ("Season 1 episode 5", 5), ("7화 토론", 7)],
)
async def test_a_thread_named_after_an_episode_is_open_up_to_it(s: Stage, name: str, number: int) -> None:
    place = thread(s, name)
    answer = await opened(s, place)
    assert f"**episode {number}**" in answer
    assert "the thread's name" in answer
    assert await is_open(s, place, number)
    if number < 8:
        assert not await is_open(s, place, number + 1)
    assert not await is_open(s, s.den, number)


@pytest.mark.parametrize(
    "name", ["general chat", "Before episode 7", "Episode 8 predictions", "Episode 9", "Episode 0", "7", "no ep 7 pls"]
)
async def test_a_thread_with_another_name_is_as_open_as_its_channel(s: Stage, name: str) -> None:
    place = thread(s, name)
    assert "Nothing of The Defects is open" in await opened(s, place)
    await moderator(s).slash(s.den, "spoilers ceiling set", episode=2)
    answer = await opened(s, place)
    assert "**episode 2**" in answer
    assert s.den.mention in answer
    assert await is_open(s, place, 2)
    assert not await is_open(s, place, 3)


async def test_of_several_episodes_the_lowest_is_open(s: Stage) -> None:
    place = thread(s, "Episodes 7 and 8")
    assert await is_open(s, place, 7)
    assert not await is_open(s, place, 8)


@pytest.mark.parametrize("s", [MIDDLE], indirect=True)
async def test_an_episode_opens_its_thread_once_it_has_aired(s: Stage) -> None:
    place = thread(s, "Episode 3")
    assert "Nothing of The Defects is open" in await opened(s, place)
    await s.pass_time(hours=5)
    assert "**episode 3**" in await opened(s, place)


async def test_what_is_set_in_a_thread_comes_before_its_name_and_clearing_returns_to_it(s: Stage) -> None:
    mod, place = moderator(s), thread(s, "Episode 7")
    await mod.slash(s.den, "spoilers ceiling set", episode=1)
    assert "**episode 7**" in await opened(s, place), "its name comes before its channel"
    await mod.slash(place, "spoilers ceiling set", episode=4)
    answer = await opened(s, place)
    assert "**episode 4**" in answer
    assert "set here" in answer
    assert not await is_open(s, place, 5)
    cleared = said(await mod.slash(place, "spoilers ceiling clear"))
    assert "is gone" in cleared
    assert "**episode 7**" in cleared
    assert "**episode 7**" in await opened(s, place)
    again = said(await mod.slash(place, "spoilers ceiling clear"))
    assert "is gone" not in again
    assert "**episode 7**" in again


async def test_a_thread_can_be_closed_whatever_its_name(s: Stage) -> None:
    mod, place = moderator(s), thread(s, "Episode 7")
    closed = await mod.slash(place, "spoilers ceiling set", episode=0)
    assert is_private(closed)
    assert "nothing of The Defects is open" in said(closed)
    answer = await opened(s, place)
    assert "Nothing of The Defects is open" in answer
    assert "set here" in answer
    assert not await is_open(s, place, 1)


async def test_a_closed_channel_closes_its_threads_but_those_named_after_an_episode(s: Stage) -> None:
    mod = moderator(s)
    await mod.slash(s.den, "spoilers ceiling set", episode=0)
    assert s.den.mention in await opened(s, thread(s, "chat"))
    assert "**episode 2**" in await opened(s, thread(s, "Episode 2"))


async def test_after_a_restart_and_a_new_name(s: Stage) -> None:
    place = thread(s, "Episode 7")
    await s.restart()
    assert await is_open(s, place, 7)
    s.env.backend.edit_channel(place.id, {"name": "Episode 3"})
    await s.env.settle()
    assert "**episode 3**" in await opened(s, place)


async def test_in_a_forum(s: Stage) -> None:
    forum = s.guild.create_forum_channel("episode-talk")
    place = thread(s, "[Spoilers] Episode 5 💬", forum)
    assert "**episode 5**" in await opened(s, place)
    assert await is_open(s, place, 5)


async def test_a_channel_that_is_no_thread_is_not_read(s: Stage) -> None:
    place = s.guild.create_text_channel("episode-7")
    assert "Nothing of The Defects is open" in await opened(s, place)


async def test_the_show_of_a_thread(two_shows: Stage) -> None:
    s = two_shows
    here = thread(s, "Episode 3")
    assert "**episode 3**" in await opened(s, here)
    assert "Nothing" in await opened(s, here, show="The Lighthouse Shift")
    named = thread(s, "The Lighthouse Shift S2E3")
    assert "**episode 11**" in await opened(s, named)
    assert "Nothing" in await opened(s, named, show="The Defects")
    assert "**episode 11**" in await opened(s, named, show="The Lighthouse Shift")
    shift = s.guild.create_text_channel("lighthouse-shift")
    under = thread(s, "Episode 3", shift)
    assert "Nothing" in await opened(s, under, show="The Defects")
    assert "The Lighthouse Shift" in await opened(s, under)
    assert "**episode 3**" in await opened(s, under)


# ------------------------------------------------------------------ explain


async def explained(s: Stage, place: ChannelHandle, name: str = "ann", **options: str) -> str:
    answer = await s.person(name).slash(place, "spoilers explain", **options)
    assert is_private(answer)
    return said(answer)


async def test_whoever_said_nothing_in_a_closed_channel(s: Stage) -> None:
    text = await explained(s, s.general)
    assert "haven't told me how far" in text
    assert "Nothing of The Defects is open in this channel. Nobody has set" in text
    assert text.count("before the first episode") == 2
    assert "Unlocks after …" in text
    assert "Reveal anyway" in text
    assert "/progress set" in text
    assert "those who may manage channels" in text
    assert "/spoilers ceiling set" not in text
    assert len(text) < 1500


async def test_progress_with_gaps_and_a_second_run(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress only", episodes="1-3, 5, 7-8")
    await ann.slash(s.general, "progress rewatch", episode=2)
    text = await explained(s, s.general)
    assert "up to **episode 3**" in text
    assert "5, 7-8" in text
    assert "watching again and have come to episode 2" in text
    assert "What only you read shows what is safe after episode 3." in text


async def test_an_open_channel(s: Stage) -> None:
    mod = moderator(s)
    await mod.slash(s.den, "spoilers ceiling set", episode=5)
    await s.person("ann").slash(s.den, "progress set", episode=2)
    text = await explained(s, s.den)
    assert "up to **episode 5**. That was set here." in text
    assert "What everybody here reads shows openly what is safe after episode 5." in text
    assert "What only you read shows what is safe after episode 2." in text
    assert "open further than you have watched" in text
    assert "open further than you have watched" not in await explained(s, s.general)
    assert "/spoilers ceiling set" in await explained(s, s.den, "mod")


async def test_a_thread_says_where_its_ceiling_comes_from(s: Stage) -> None:
    assert "That comes from the thread's name." in await explained(s, thread(s, "Episode 7"))
    await moderator(s).slash(s.den, "spoilers ceiling set", episode=5)
    assert f"That comes from {s.den.mention}" in await explained(s, thread(s, "chat"))


async def test_whoever_has_seen_all_is_told_of_no_card(s: Stage) -> None:
    await s.person("ann").slash(s.den, "progress set", episode=8)
    assert "Unlocks after" not in await explained(s, s.den)


async def test_in_direct_messages_there_is_no_channel_to_speak_of(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "progress set", episode=2)
    text = said(await ann.user.slash("spoilers explain"))
    assert "up to **episode 2**" in text
    assert "What only you read shows what is safe after episode 2." in text
    assert "channel" not in text
    assert "everybody" not in text
    for command, options in (("set", {"episode": 1}), ("show", {}), ("clear", {})):
        refused = await ann.user.slash(f"spoilers ceiling {command}", **options)
        assert "for the channels of a server" in said(refused)


async def test_in_korean(s: Stage) -> None:
    await moderator(s).slash(s.den, "spoilers ceiling set", episode=5)
    text = said(await s.person("mina", "ko").slash(s.den, "spoilers explain"))
    assert "**5화**까지" in text
    assert "공개 한도" in text or "여기에서 정한" in text


async def test_of_another_show(two_shows: Stage) -> None:
    text = await explained(two_shows, two_shows.general, show="lighthouse-shift")
    assert "What you may be shown of The Lighthouse Shift" in text


async def test_it_is_true(s: Stage) -> None:
    """What is explained is what happens."""
    ann = s.person("ann")
    await moderator(s).slash(s.den, "spoilers ceiling set", episode=3)
    await ann.slash(s.den, "progress set", episode=5)
    assert "safe after episode 3" in await explained(s, s.den)
    public = said(await ann.slash(s.den, "recap", episode=3))
    assert open_text(public) == public
    assert "||" in said(await ann.slash(s.den, "recap", episode=4))
    private = said(await ann.slash(s.den, "recap", episode=5, private=True))
    assert open_text(private) == private
    ahead = await ann.slash(s.den, "recap", episode=6, private=True)
    assert "Unlocks after Episode 6" in said(ahead)
