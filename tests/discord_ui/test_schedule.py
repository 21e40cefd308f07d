"""`/schedule override`, `overrides` and `undo` as admins and members meet them."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import pytest
from simcord.actors import MemberActor

from bot.core.reminder import DueKind, DueState
from tests.discord_ui.stage import MIDDLE, ROOT, Stage, buttons, is_private, said, stage
from tests.openapi import check_recorded

#: Episode 3 airs on 28 July, 13:00 UTC by the dataset, episode 4 a day later.
EPISODE_4 = int(datetime(2025, 7, 29, 13, tzinfo=UTC).timestamp())
DAY = 24 * 60 * 60


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data" / "shows" / "the-defects", data / "shows" / "the-defects")
    return data


@pytest.fixture
async def s(tmp_path: Path, data: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, at=MIDDLE, data=data) as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


def admin(s: Stage) -> MemberActor:
    if "admin" in s.people:
        return s.people["admin"]
    role = s.guild.create_role("Admins", permissions=discord.Permissions(manage_guild=True, view_channel=True))
    return s.person("admin", roles=[role])


def received(member: MemberActor) -> list[Any]:
    return list(member.user.dm_channel.history())


def reschedule(data: Path, was: str, now: str) -> None:
    path = data / "shows" / "the-defects" / "episodes.yaml"
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, now), encoding="utf-8")


async def override(s: Stage, **options: object) -> str:
    answer = await admin(s).slash(s.general, "schedule override", **options)
    assert is_private(answer)
    return said(answer)


async def test_an_override_counts_in_its_server_and_is_marked(s: Stage) -> None:
    ann = s.person("ann")
    at = EPISODE_4 + DAY
    answer = await override(s, episode=4, at=f"<t:{at}>", note="*Football* @everyone")
    assert "this server goes by another time now" in answer
    assert f"<t:{at}:F>" in answer
    assert f"published: <t:{EPISODE_4}:f>" in answer
    season = said(await ann.slash(s.general, "schedule show"))
    line = next(line for line in season.split("\n") if "Episode 4" in line)
    assert f"<t:{at}:f>" in line
    assert f"published: <t:{EPISODE_4}:f>" in line
    assert r"\*Football\*" in line
    assert "set by this server's admins" in season
    await s.pass_time(hours=6)
    coming = said(await ann.slash(s.general, "next-episode"))
    assert f"<t:{at}:F>" in coming
    assert "As this server's admins set it" in coming
    offered = await ann.autocomplete(s.general, "remind", "episode", "4")
    assert "set by this server's admins" in offered[0]["name"]
    other = s.env.create_guild("Elsewhere")
    room = other.create_text_channel("general")
    bob = other.add_member(s.env.create_user("bob"))
    elsewhere = said(await bob.slash(room, "schedule show"))
    assert f"<t:{EPISODE_4}:f>" in elsewhere
    assert "✏️" not in elsewhere


async def test_reminders_of_the_server_follow_and_people_are_told_once(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "remind", episode=4, lead="15 min")
    await ann.slash(s.general, "remind", every=True, lead="1 h")
    at = EPISODE_4 + DAY
    await override(s, episode=4, at=f"<t:{at}>")
    await s.pass_time(minutes=2)
    [moved] = received(ann)
    assert f"<t:{EPISODE_4}:F>" in moved.content
    assert f"<t:{at}:F>" in moved.content
    assert "set by this server's admins" in moved.content
    await s.pass_time(days=2, hours=6)
    told = [message.content for message in received(ann)]
    assert len([one for one in told if "Episode 4" in one and f"<t:{at}:t>" in one]) == 2
    assert not any(f"<t:{EPISODE_4}:t>" in one for one in told)


async def test_reminders_made_in_direct_messages_go_by_what_is_published(s: Stage) -> None:
    ann = s.person("ann")
    await override(s, episode=4, at=f"<t:{EPISODE_4 + DAY}>")
    answer = said(await ann.user.slash("remind", episode=4, lead="15 min"))
    assert f"<t:{EPISODE_4 - 15 * 60}:F>" in answer
    assert "✏️" not in answer


async def test_an_override_is_listed_and_undone(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "remind", episode=4, lead="15 min")
    await override(s, episode=4, at=f"<t:{EPISODE_4 + DAY}>", note="Football")
    listed = await ann.slash(s.general, "schedule overrides")
    assert is_private(listed)
    assert "Football" in said(listed)
    assert f"<@{admin(s).id}>" in said(listed)
    assert buttons(listed.response) == {}
    [label] = buttons((await admin(s).slash(s.general, "schedule overrides")).response)
    shown = await admin(s).slash(s.general, "schedule overrides")
    undone = await admin(s).click(shown.response, label=label)
    assert "that counts no longer" in said(undone)
    assert f"<t:{EPISODE_4}:F>" in said(undone)
    again = await admin(s).click(shown.response, label=label)
    assert "was undone or made already" in said(again)
    assert "Nothing was set" in said(await ann.slash(s.general, "schedule overrides"))
    # Taken back before anybody was told of it.
    await s.pass_time(minutes=2)
    assert received(ann) == []
    rows = await s.due(DueKind.MOVED)
    assert [state for _, state, _ in rows] == [DueState.DROPPED]


async def test_later_episodes_move_by_as_much_and_undo_takes_all_back(s: Stage) -> None:
    before = said(await admin(s).slash(s.general, "schedule show"))
    answer = await override(s, episode=4, at=f"<t:{EPISODE_4 + 7 * DAY}>", later=True)
    assert answer.count("published:") == 5
    after = said(await s.person("ann").slash(s.general, "schedule show"))
    for at in (EPISODE_4, EPISODE_4 + 6 * DAY, EPISODE_4 + 7 * DAY):
        assert f"<t:{at}:f>" in before
        assert f"<t:{at + 7 * DAY}:f>" in after
    undone = said(await admin(s).slash(s.general, "schedule undo", episode=6))
    assert "✏️ (published" not in undone
    assert said(await admin(s).slash(s.general, "schedule show")) == before
    assert "Nothing was set" in said(await admin(s).slash(s.general, "schedule undo", episode=6))
    assert "Nothing was set" in said(await admin(s).slash(s.general, "schedule undo"))


@pytest.mark.parametrize("typed", ["no date", "TBD", "미정"])
async def test_an_episode_may_lose_its_date(s: Stage, typed: str) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "remind", episode=4, lead="15 min")
    assert "no date yet" in await override(s, episode=4, at=typed)
    await s.pass_time(minutes=2)
    [told] = received(ann)
    assert "no date" in told.content
    assert "airs here anyway" in await override(s, episode=4, at="tbd")
    refused = await override(s, episode=4, at=f"<t:{EPISODE_4 + DAY}>", later=True)
    assert "nobody knows by how much" in refused


async def test_the_newest_of_two_counts_and_the_one_before_after_an_undo(s: Stage) -> None:
    ann = s.person("ann")
    await override(s, episode=4, at=f"<t:{EPISODE_4 + DAY}>")
    await override(s, episode=4, at=f"<t:{EPISODE_4 + 2 * DAY}>")
    assert f"<t:{EPISODE_4 + 2 * DAY}:f>" in said(await ann.slash(s.general, "schedule show"))
    await admin(s).slash(s.general, "schedule undo")
    assert f"<t:{EPISODE_4 + DAY}:f>" in said(await ann.slash(s.general, "schedule show"))
    assert "`/schedule undo` goes back to it" in await override(s, episode=4, at=f"<t:{EPISODE_4}>")
    assert f"<t:{EPISODE_4 + DAY}:f>" in said(await ann.slash(s.general, "schedule show"))


async def test_an_override_ends_where_the_dataset_comes_to_say_the_same(s: Stage, data: Path) -> None:
    ann = s.person("ann")
    await override(s, episode=4, at=f"<t:{EPISODE_4 + DAY}>", note="Football")
    reschedule(data, 'date: "2025-07-29"', 'date: "2025-07-30"')
    await s.companion.library.reload()
    season = said(await ann.slash(s.general, "schedule show"))
    assert f"<t:{EPISODE_4 + DAY}:f>" in season
    assert "✏️" not in season
    assert "Nothing was set" in said(await ann.slash(s.general, "schedule overrides"))
    # From here on the dataset is followed again.
    reschedule(data, 'date: "2025-07-30"', 'date: "2025-07-31"')
    await s.companion.library.reload()
    assert f"<t:{EPISODE_4 + 2 * DAY}:f>" in said(await ann.slash(s.general, "schedule show"))


async def test_a_party_at_air_time_follows(s: Stage) -> None:
    ann = s.person("ann")
    await ann.slash(s.general, "watch-party create", episode=4, when="air time")
    at = EPISODE_4 + DAY
    await override(s, episode=4, at=f"<t:{at}>")
    assert f"<t:{at}:" in said(await ann.slash(s.general, "watch-party list"))


async def test_a_time_with_two_meanings_is_asked_back_and_its_note_is_kept(s: Stage) -> None:
    boss = admin(s)
    await boss.slash(s.general, "timezone set", zone="Asia/Seoul")
    asked = await boss.slash(s.general, "schedule override", episode=4, at="aug 1 at 9", note="Football")
    labels = list(buttons(asked.response))
    assert len(labels) == 2
    assert "Nothing was set" in said(await boss.slash(s.general, "schedule overrides"))
    made = await boss.click(asked.response, label=labels[1])
    at = int(datetime(2025, 8, 1, 12, tzinfo=UTC).timestamp())
    assert f"<t:{at}:F>" in said(made)
    assert "Football" in said(made)
    assert "made already" in said(await boss.click(asked.response, label=labels[0]))


async def test_only_those_who_manage_the_server_set_times(s: Stage) -> None:
    ann = s.person("ann")
    for name, options in (
        ("schedule override", {"episode": 4, "at": "no date"}),
        ("schedule undo", {}),
    ):
        answer = await ann.slash(s.general, name, **options)
        assert is_private(answer)
        assert "Only those who may manage this server" in said(answer)
        assert "for a server" in said(await ann.user.slash(name, **options))
    assert "for a server" in said(await ann.user.slash("schedule overrides"))


async def test_what_is_wrong_is_said(s: Stage) -> None:
    assert "friday" in await override(s, episode=4, at="friday")
    assert "200" in await override(s, episode=4, at="no date", note="x" * 201)
    assert "99" in await override(s, episode=99, at="no date")
    assert "airs here anyway" in await override(s, episode=4, at="air time")


async def test_an_admin_who_is_forgotten_leaves_no_name(s: Stage) -> None:
    boss = admin(s)
    await override(s, episode=4, at="no date")
    async with s.companion.database.begin() as tx:
        from bot.store import people

        await people.forget(tx, boss.id)
    listed = said(await s.person("ann").slash(s.general, "schedule overrides"))
    assert f"<@{boss.id}>" not in listed
    assert "no date yet" in listed
