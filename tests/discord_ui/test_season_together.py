"""Two servers watch The Defects again, each in its own way, and everything happens by itself, once and on time."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import discord
import pytest
import sqlalchemy as sa
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle

from bot.core.rerun import RerunState
from bot.store import ceilings
from bot.store.tables import rerun
from tests.discord_ui.stage import AFTER, Stage, buttons, open_text, said, stage, text_of
from tests.openapi import check_recorded

HOUR = timedelta(hours=1)
#: What a message is, by how it begins or what it says.
KINDS = {
    "announcement": r"^## 📺",
    "recap": r"^## 📖",
    "end of the season": r"^## 🏁",
    "series": r"^## 🎬 Watch parties",
    "invitation": r"^## 🎬 Watch party",
    "lead": r"the watch party starts <t:",
    "start": r"the watch party starts now",
    "question": r"Who watched",
    "moved": r"moved",
}
#: When, in which channel, what, and about which episodes.
Event = tuple[datetime, str, str, str]


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    # Monday 1 September 2025, 09:00 UTC. The broadcast ended in August.
    async with stage(tmp_path, at=AFTER, show="the-defects") as made:
        yield made
        assert made.unexpected_errors() == []
        assert check_recorded(made.env) == []


def admin_of(s: Stage, guild: GuildHandle, name: str) -> MemberActor:
    role = guild.create_role("Admins", permissions=discord.Permissions(manage_guild=True, view_channel=True))
    return guild.add_member(s.env.create_user(name), roles=[role])


def happened(s: Stage, guild: GuildHandle) -> list[Event]:
    """Everything that the bot has posted in a server, in the order of time; not that threads were made."""
    found: list[Event] = []
    for channel in s.env.backend.channels.values():
        if getattr(channel, "guild_id", None) != guild.id:
            continue
        for message in ChannelHandle(s.env, guild, channel).history():
            if not message.author.bot or message.type is not discord.MessageType.default:
                continue
            text = text_of(message)
            kinds = [kind for kind, pattern in KINDS.items() if re.search(pattern, text, re.MULTILINE)]
            assert kinds, text
            episodes = re.search(r"Episodes? ([0-9-]+)", text)
            named = "" if kinds[0] == "series" or episodes is None else episodes[1]
            found.append((message.created_at.replace(microsecond=0), channel.name, kinds[0], named))
    return sorted(found)


async def follow_again(
    s: Stage, boss: MemberActor, room: ChannelHandle, announced: ChannelHandle, options: dict[str, Any], **setup: Any
) -> None:
    """Follow the show, announce it, watch it again, and plan parties for it: all that a server says by hand."""
    await boss.slash(room, "timezone set", zone="Europe/Berlin")
    await boss.slash(room, "follow show", show="the-defects")
    await boss.slash(room, "announce setup", channel=announced, **setup)
    preview = await boss.slash(room, "rerun start", **{"from": "next monday"}, **options)
    await boss.click(preview.response, label="Start this re-run")
    drafted = await boss.slash(room, "watch-party series", days="air time", lead="15 min")
    await boss.click(drafted.response, label="Announce it")


async def test_a_season_in_two_servers_with_settings_of_their_own(s: Stage) -> None:
    # One as it aired, in a channel with threads and a role, half an hour ahead.
    club, den = s.guild, s.den
    boss = admin_of(s, club, "boss")
    fans = club.create_role("Fans", mentionable=True)
    await follow_again(s, boss, s.general, den, {}, role=fans, lead="30 min")
    # The other two episodes a night on days and at an hour of its own, in a forum, when they begin, without a role.
    circle = s.env.create_guild("Korea Circle")
    lounge = circle.create_text_channel("lounge")
    forum = circle.create_forum_channel("episodes")
    chief = admin_of(s, circle, "chief")
    own = {"days": "wed, sun", "time": "20:30", "per-night": 2}
    await follow_again(s, chief, lounge, forum, own)
    member = club.add_member(s.env.create_user("ann"))

    # The second server leaves its third evening out, and the machine is restarted twice.
    await s.pass_time(days=14)
    await chief.slash(lounge, "rerun skip")
    skipped_at = s.clock.now().replace(microsecond=0)
    await s.pass_time(days=2)
    await s.restart(minutes=40)
    await s.pass_time(days=6)
    await s.restart()
    await s.pass_time(days=11)

    expected: list[Event] = [(AFTER, "general", "series", "")]
    for number in range(1, 9):
        wall = datetime(2025, 9, 8, 22, tzinfo=ZoneInfo("Asia/Seoul"))
        at = (wall + timedelta(weeks=(number - 1) // 2, days=(number - 1) % 2)).astimezone(UTC)
        name, thread = str(number), f"The Defects · Episode {number}"
        expected += [
            (at - 24 * HOUR, "general", "invitation", name),
            (at - 0.5 * HOUR, "the-defects", "announcement", name),
            (at - 0.25 * HOUR, "general", "lead", name),
            (at, "general", "start", name),
            (at + HOUR, "general", "question", name),
            (at + HOUR, thread, "recap", name),
        ]
        last = at
    expected.append((last + HOUR + timedelta(seconds=5), "the-defects", "end of the season", "8"))
    assert happened(s, club) == sorted(expected)

    expected = [(AFTER, "lounge", "series", "")]
    for index, day in enumerate((10, 14, 21, 24)):
        at = datetime(2025, 9, day, 20, 30, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
        first = 2 * index + 1
        name, thread = f"{first}-{first + 1}", f"The Defects · Episodes {first}-{first + 1}"
        expected += [
            (at, thread, "announcement", name),
            (at - 0.25 * HOUR, "lounge", "lead", name),
            (at, "lounge", "start", name),
            (at + 2 * HOUR, "lounge", "question", name),
            (at + 2 * HOUR, thread, "recap", str(first)),
            (at + 2 * HOUR, thread, "recap", str(first + 1)),
        ]
        # Invitations come a day ahead of when the evening was planned then.
        invited = datetime(2025, 9, (9, 13, 16, 20)[index], 20, 30, tzinfo=ZoneInfo("Europe/Berlin"))
        expected.append((invited.astimezone(UTC), "lounge", "invitation", name))
        if index >= 2:
            expected.append((skipped_at + timedelta(seconds=60), "lounge", "moved", name))
        last = at
    expected.append((last + 2 * HOUR + timedelta(seconds=5), thread, "end of the season", "8"))
    assert happened(s, circle) == sorted(expected)

    # Only the role that was chosen is ever pinged, and those who come to a party.
    pinged = {str(one) for body in s.posts(den) for one in body["allowed_mentions"].get("roles", ())}
    assert pinged == {str(fans.id)}
    assert [body for body in s.posts(den) if body["allowed_mentions"].get("users")] == []

    # Every thread is open up to its own episode, and no recap stands in the open anywhere.
    recapped = 0
    for channel in s.env.backend.channels.values():
        episodes = re.fullmatch(r"The Defects · Episodes? (?:[0-9]-)?([0-9])", channel.name or "")
        if episodes is None:
            continue
        async with s.companion.database.read() as tx:
            assert await ceilings.get(tx, channel.id, "the-defects") == int(episodes[1])
        guild = club if channel.guild_id == club.id else circle
        for message in ChannelHandle(s.env, guild, channel).history():
            if "📖" in text_of(message):
                recapped += 1
                beats = [line for line in text_of(message).splitlines() if line.startswith("- ")]
                assert beats
                assert {open_text(line) for line in beats} == {"- ▇"}
    assert recapped == 16

    # A day later the re-runs are over by themselves, and the button under the last word still works.
    async with s.companion.database.read() as tx:
        states = (await tx.execute(sa.select(rerun.c.state))).scalars().all()
    assert states == [RerunState.ENDED, RerunState.ENDED]
    [end] = [message for message in den.history() if "🏁" in text_of(message)]
    answer = said(await member.click(end, label=next(iter(buttons(end)))))
    assert "/progress set" in answer
