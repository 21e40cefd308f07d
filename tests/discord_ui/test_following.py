"""`/follow` as members meet it: which show commands mean, by server, channel and thread."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from tests.discord_ui.stage import MIDDLE, ROOT, Stage, is_private, said, stage
from tests.openapi import check_recorded

DEFECTS, LIGHTHOUSE = "The Defects", "The Lighthouse Shift"


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data" / "shows" / "the-defects", data / "shows" / "the-defects")
    shutil.copytree(ROOT / "tests" / "shows" / "lighthouse-shift", data / "shows" / "lighthouse-shift")
    async with stage(tmp_path, at=MIDDLE, data=data, show="the-defects") as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


def admin(s: Stage) -> MemberActor:
    if "admin" in s.people:
        return s.people["admin"]
    role = s.guild.create_role("Admins", permissions=discord.Permissions(manage_guild=True, view_channel=True))
    return s.person("admin", roles=[role])


async def next_here(s: Stage, member: MemberActor, place: object) -> str:
    return said(await member.slash(place, "next-episode", private=True)).split("\n")[0]


async def test_a_server_that_follows_nothing_means_the_program_s_show(s: Stage) -> None:
    ann = s.person("ann")
    assert DEFECTS in await next_here(s, ann, s.general)
    answer = said(await ann.slash(s.general, "follow list"))
    assert "follows no show yet" in answer
    assert DEFECTS in answer


async def test_the_first_show_that_is_followed_is_meant_everywhere(s: Stage) -> None:
    ann = s.person("ann")
    answer = await admin(s).slash(s.general, "follow show", show="lighthouse-shift")
    assert is_private(answer)
    assert "commands mean it wherever no show is named" in said(answer)
    assert LIGHTHOUSE in await next_here(s, ann, s.general)
    assert "already" in said(await admin(s).slash(s.general, "follow show", show="lighthouse-shift"))


async def test_another_server_goes_on_as_it_was(s: Stage) -> None:
    await admin(s).slash(s.general, "follow show", show="lighthouse-shift")
    other = s.env.create_guild("Elsewhere")
    room = other.create_text_channel("general")
    bob = other.add_member(s.env.create_user("bob"))
    assert DEFECTS in await next_here(s, bob, room)


async def test_a_channel_may_mean_another_show_and_its_threads_with_it(s: Stage) -> None:
    ann = s.person("ann")
    await admin(s).slash(s.general, "follow show", show="lighthouse-shift")
    answer = said(await admin(s).slash(s.general, "follow default", show="the-defects", channel=s.den))
    assert DEFECTS in answer
    assert DEFECTS in await next_here(s, ann, s.den)
    chatter = ChannelHandle(s.env, s.guild, s.env.backend.create_thread(s.den.id, "chatter", ann.id))
    assert DEFECTS in await next_here(s, ann, chatter)
    assert LIGHTHOUSE in await next_here(s, ann, s.general)
    assert "goes by the server again" in said(await admin(s).slash(s.general, "follow default", channel=s.den))
    assert LIGHTHOUSE in await next_here(s, ann, s.den)
    assert "had no show of its own" in said(await admin(s).slash(s.general, "follow default", channel=s.den))


async def test_a_thread_named_after_an_episode_is_about_the_show_of_its_place(s: Stage) -> None:
    ann = s.person("ann")
    made = ChannelHandle(s.env, s.guild, s.env.backend.create_thread(s.den.id, "Episode 2", ann.id))
    assert "**episode 2**" in said(await ann.slash(made, "spoilers ceiling show"))
    await admin(s).slash(s.general, "follow show", show="lighthouse-shift")
    await admin(s).slash(s.general, "follow default", show="lighthouse-shift", channel=s.den)
    # Its own episode 2 hasn't aired, and of the other show nothing is said by the name any more.
    assert "Nothing of The Lighthouse Shift" in said(await ann.slash(made, "spoilers ceiling show"))
    assert "Nothing of The Defects" in said(await ann.slash(made, "spoilers ceiling show", show="the-defects"))


async def test_a_thread_that_names_a_show_means_it(s: Stage) -> None:
    ann = s.person("ann")
    await admin(s).slash(s.general, "follow show", show="the-defects")
    name = "The Lighthouse Shift episode 1"
    made = ChannelHandle(s.env, s.guild, s.env.backend.create_thread(s.general.id, name, ann.id))
    assert LIGHTHOUSE in await next_here(s, ann, made)


async def test_a_server_with_several_shows_hears_of_all_and_of_its_own_first(s: Stage) -> None:
    ann = s.person("ann")
    await admin(s).slash(s.general, "follow show", show="the-defects")
    second = said(await admin(s).slash(s.general, "follow show", show="lighthouse-shift"))
    assert "follows **The Lighthouse Shift** now" in second
    listed = said(await ann.slash(s.general, "follow list"))
    assert listed.index(DEFECTS) < listed.index(LIGHTHOUSE)
    assert "commands mean **The Defects**" in listed
    answer = said(await ann.slash(s.general, "next-episode"))
    assert answer.index("The Defects · Episode 3 is next") < answer.index("Also followed here")
    assert f"**{LIGHTHOUSE}**" in answer
    named = said(await ann.slash(s.general, "next-episode", show="the-defects"))
    assert "Also followed here" not in named


async def test_what_is_stopped_is_meant_no_more_and_neither_in_its_channels(s: Stage) -> None:
    ann = s.person("ann")
    for show in ("the-defects", "lighthouse-shift"):
        await admin(s).slash(s.general, "follow show", show=show)
    await admin(s).slash(s.general, "follow default", show="the-defects", channel=s.den)
    answer = said(await admin(s).slash(s.general, "follow stop", show="the-defects"))
    assert "commands mean **The Lighthouse Shift**" in answer
    assert LIGHTHOUSE in await next_here(s, ann, s.den)
    refused = said(await admin(s).slash(s.general, "follow stop", show="the-defects"))
    assert "doesn't follow The Defects" in refused
    assert "no other show" in said(await admin(s).slash(s.general, "follow stop", show="lighthouse-shift"))
    assert DEFECTS in await next_here(s, ann, s.den)


async def test_only_those_who_manage_the_server_change_what_it_follows(s: Stage) -> None:
    ann = s.person("ann")
    for name, options in (
        ("follow show", {"show": "the-defects"}),
        ("follow stop", {"show": "the-defects"}),
        ("follow default", {"show": "the-defects"}),
    ):
        answer = await ann.slash(s.general, name, **options)
        assert is_private(answer)
        assert "Only those who may manage this server" in said(answer)
    assert "follows no show yet" in said(await ann.slash(s.general, "follow list"))


async def test_a_default_of_nothing_asks_what_is_meant(s: Stage) -> None:
    assert "Say which show" in said(await admin(s).slash(s.general, "follow default"))
    assert "don't know" in said(await admin(s).slash(s.general, "follow show", show="The Effects"))


async def test_channels_that_one_may_not_see_are_not_told_of(s: Stage) -> None:
    ann = s.person("ann")
    await admin(s).slash(s.general, "follow show", show="the-defects")
    await admin(s).slash(s.general, "follow default", show="lighthouse-shift", channel=s.den)
    assert f"<#{s.den.id}>" in said(await ann.slash(s.general, "follow list"))
    await s.forbid(s.den, ann.id, role=False, view_channel=True)
    assert f"<#{s.den.id}>" not in said(await ann.slash(s.general, "follow list"))


async def test_followed_shows_are_offered_first(s: Stage) -> None:
    ann = s.person("ann")
    await admin(s).slash(s.general, "follow show", show="lighthouse-shift")
    offered = await ann.autocomplete(s.general, "recap", "show", "")
    assert [choice["value"] for choice in offered] == ["lighthouse-shift", "the-defects"]
    followed = await admin(s).autocomplete(s.general, "follow stop", "show", "")
    assert [choice["value"] for choice in followed] == ["lighthouse-shift"]
