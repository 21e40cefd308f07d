"""discord.py's real client against the loopback Discord: what a bot does on the wire, and what the wire does to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import discord as dpy
import pytest

from tests.loopback.pacing import Limits, Pace
from tests.loopback.process import bot_process
from tests.loopback.server import LoopbackDiscord
from tests.loopback.world import Channel, User
from tests.wire.small_bot import Counter, SmallBot

QUICK = Limits(send=Pace(5, 0.2), webhook=Pace(5, 0.2))


@asynccontextmanager
async def running(discord: LoopbackDiscord) -> AsyncIterator[SmallBot]:
    with discord.reached_by_this_process():
        bot = SmallBot()
        task = asyncio.create_task(bot.start(discord.token))
        try:
            await discord.connected()
            yield bot
        finally:
            await bot.close()
            await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 5)


@pytest.fixture
async def discord() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord(limits=QUICK) as server:
        yield server


@pytest.fixture
async def bot(discord: LoopbackDiscord) -> AsyncIterator[SmallBot]:
    guild = discord.add_guild("Watchers")
    discord.add_channel(guild, "general")
    discord.add_user("mina", locale="ko", guild=guild)
    async with running(discord) as small:
        yield small


def place(discord: LoopbackDiscord) -> tuple[Channel, User]:
    channel = next(iter(discord.channels.values()))
    mina = next(user for user in discord.users.values() if user.name == "mina")
    return channel, mina


async def test_a_client_logs_in_learns_its_servers_and_syncs(discord: LoopbackDiscord, bot: SmallBot) -> None:
    await asyncio.wait_for(bot.wait_until_ready(), 5)
    assert [guild.name for guild in bot.guilds] == ["Watchers"]
    assert [channel.name for channel in bot.guilds[0].text_channels] == ["general"]
    assert bot.user is not None
    assert bot.user.id == discord.bot.id
    assert sorted(command["name"] for command in discord.commands[None]) == ["ask", "echo", "party", "slow"]
    assert discord.gateway.identifies == 1
    assert discord.refused == []


async def test_a_command_is_answered(discord: LoopbackDiscord, bot: SmallBot) -> None:
    channel, mina = place(discord)
    answer = await discord.slash(mina, channel, "echo", {"words": "hello", "twice": True})
    assert (answer.text, answer.ephemeral) == ("hello", False)
    await discord.until(lambda: bool(answer.followups), 3, "the follow-up")
    assert answer.followups[0].ephemeral
    assert answer.followups[0].files == {"party.ics": b"BEGIN:VCALENDAR"}
    assert discord.messages(channel) == [answer.message]
    assert discord.refused == []


async def test_a_deferred_answer_is_waited_for(discord: LoopbackDiscord, bot: SmallBot) -> None:
    channel, mina = place(discord)
    answer = await discord.slash(mina, channel, "slow")
    assert (answer.text, answer.ephemeral) == ("done, ko", True)
    assert discord.messages(channel) == []


async def test_choices_are_offered(discord: LoopbackDiscord, bot: SmallBot) -> None:
    channel, mina = place(discord)
    choices = await discord.autocomplete(mina, channel, "echo", "words", "hi")
    assert [choice["name"] for choice in choices] == ["hi!", "hi?"]


async def test_a_click_changes_the_message(discord: LoopbackDiscord, bot: SmallBot) -> None:
    channel, mina = place(discord)
    answer = await discord.slash(mina, channel, "echo", {"words": "hello"})
    assert answer.message is not None
    await discord.click(answer, "count", mina)
    await discord.click(answer.message, answer.message.custom_id_of("1"), mina)
    assert answer.message.custom_id_of("2") == "count"
    assert answer.text == "hello"
    with pytest.raises(LookupError, match="nothing to press"):
        await discord.click(answer, "elsewhere", mina)


async def test_a_modal_is_filled_in(discord: LoopbackDiscord, bot: SmallBot) -> None:
    channel, mina = place(discord)
    opened = await discord.slash(mina, channel, "ask")
    assert opened.modal is not None
    answer = await discord.submit(opened, {"when": "fri 9pm"})
    assert answer.text == "at fri 9pm"
    with pytest.raises(ValueError, match="at most 20"):
        await discord.submit(opened, {"when": "x" * 21})


async def test_subcommands_take_people_and_are_held_to_their_bounds(discord: LoopbackDiscord, bot: SmallBot) -> None:
    channel, mina = place(discord)
    answer = await discord.slash(mina, channel, "party host", {"who": mina, "episode": 7})
    assert answer.text == "mina hosts 7"
    with pytest.raises(ValueError, match="between 1 and 8"):
        await discord.slash(mina, channel, "party host", {"who": mina, "episode": 9})
    with pytest.raises(ValueError, match="who is required"):
        await discord.slash(mina, channel, "party host", {"episode": 7})


async def test_commands_work_in_direct_messages(discord: LoopbackDiscord, bot: SmallBot) -> None:
    _, mina = place(discord)
    answer = await discord.slash(mina, discord.dm(mina), "echo", {"words": "just us"})
    assert answer.text == "just us"


async def test_a_dropped_gateway_is_resumed_and_misses_nothing(discord: LoopbackDiscord, bot: SmallBot) -> None:
    channel, mina = place(discord)
    await discord.gateway.drop()
    await discord.gateway.dispatch("CHANNEL_CREATE", channel.payload() | {"id": "1", "name": "while-away"})
    await discord.until(lambda: discord.gateway.resumes == 1, 5, "the resume")
    answer = await discord.slash(mina, channel, "echo", {"words": "still here"})
    assert answer.text == "still here"
    assert discord.gateway.identifies == 1
    assert bot.get_channel(1) is not None


async def test_a_request_to_reconnect_is_followed(discord: LoopbackDiscord, bot: SmallBot) -> None:
    await discord.gateway.ask_to_reconnect()
    await discord.until(lambda: discord.gateway.resumes == 1, 5, "the resume")
    assert discord.gateway.identifies == 1


async def test_an_invalid_session_is_identified_anew(discord: LoopbackDiscord, bot: SmallBot) -> None:
    await discord.gateway.invalidate()
    await discord.until(lambda: discord.gateway.identifies == 2, 5, "the second identify")


async def test_a_429_is_waited_out(discord: LoopbackDiscord, bot: SmallBot) -> None:
    channel, _ = place(discord)
    here = bot.get_partial_messageable(channel.id)
    trouble = discord.fault("POST", "/channels/*/messages", status=429, retry_after=0.02)
    await here.send("patience")
    assert trouble.hits == 1
    assert [request.status for request in discord.sent("POST", "/channels/*/messages")] == [429, 200]
    assert [message.text for message in discord.messages(channel)] == ["patience"]
    assert discord.invalid_requests == 1


async def test_the_sixth_message_to_a_channel_waits(discord: LoopbackDiscord, bot: SmallBot) -> None:
    channel, _ = place(discord)
    here = bot.get_partial_messageable(channel.id)
    for number in range(6):
        await here.send(str(number))
    first, *_, last = discord.messages(channel)
    assert last.accepted_at - first.accepted_at >= 0.19
    assert discord.invalid_requests == 0


async def test_more_than_the_overall_limit_is_told_so() -> None:
    async with LoopbackDiscord(limits=Limits(overall=Pace(10, 0.3))) as discord:
        guild = discord.add_guild("Watchers")
        rooms = [discord.add_channel(guild, f"room-{number}") for number in range(25)]
        async with running(discord) as bot:
            await asyncio.gather(*(bot.get_partial_messageable(room.id).send("hello") for room in rooms))
    assert len(discord.accepted) == 25
    assert discord.invalid_requests > 0


async def test_the_same_nonce_makes_one_message(bot: SmallBot, discord: LoopbackDiscord) -> None:
    channel, _ = place(discord)
    here = bot.get_partial_messageable(channel.id)
    first = await here.send("soon", nonce="party-1-30")
    second = await here.send("soon", nonce="party-1-30")
    other = await here.send("soon", nonce="party-1-0")
    assert first.id == second.id != other.id
    assert [message.id for message in discord.absorbed] == [first.id]
    assert len(discord.messages(channel)) == 2


async def test_a_nonce_is_forgotten_after_three_minutes() -> None:
    seconds = [0.0]
    async with LoopbackDiscord(timer=lambda: seconds[0]) as discord:
        channel = discord.add_channel(discord.add_guild("Watchers"))
        async with running(discord) as bot:
            here = bot.get_partial_messageable(channel.id)
            first = await here.send("soon", nonce="party-1-30")
            seconds[0] = 179.0
            assert (await here.send("soon", nonce="party-1-30")).id == first.id
            seconds[0] = 180.0
            assert (await here.send("soon", nonce="party-1-30")).id != first.id


@pytest.mark.parametrize(
    ("how", "seen_as"), [("drop", aiohttp.ServerDisconnectedError), ("reset", aiohttp.ClientOSError)]
)
async def test_a_message_that_was_accepted_before_the_line_broke_comes_once(
    discord: LoopbackDiscord, bot: SmallBot, how: str, seen_as: type[Exception]
) -> None:
    channel, _ = place(discord)
    here = bot.get_partial_messageable(channel.id)
    discord.fault("POST", "/channels/*/messages", after=True, **{how: True})
    with pytest.raises(seen_as):
        await here.send("soon", nonce="n")
    await here.send("soon", nonce="n")
    assert len(discord.messages(channel)) == len(discord.absorbed) == 1


async def test_troubles_are_those_asked_for(discord: LoopbackDiscord, bot: SmallBot) -> None:
    channel, mina = place(discord)
    here = bot.get_partial_messageable(channel.id)
    discord.fault("POST", "/channels/*/messages", status=503)
    with pytest.raises(dpy.DiscordServerError):
        await here.send("lost")
    mina.dms_open = False
    with pytest.raises(dpy.Forbidden) as closed:
        await bot.get_partial_messageable(discord.dm(mina).id).send("psst")
    assert closed.value.code == 50007
    channel.writable = False
    with pytest.raises(dpy.Forbidden) as forbidden:
        await here.send("no")
    assert forbidden.value.code == 50013
    discord.delete_channel(channel)
    with pytest.raises(dpy.NotFound):
        await here.send("gone")
    assert discord.accepted == []


async def test_a_body_without_allowed_mentions_is_refused(discord: LoopbackDiscord, bot: SmallBot) -> None:
    channel, _ = place(discord)
    bot._connection.allowed_mentions = None
    with pytest.raises(dpy.HTTPException) as refused:
        await bot.get_partial_messageable(channel.id).send("<@1> hello")
    assert refused.value.status == 400
    assert discord.accepted == []
    assert discord.refused == [f"POST /channels/{channel.id}/messages: allowed_mentions: must be given, with parse: []"]


async def test_only_those_named_are_pinged(discord: LoopbackDiscord, bot: SmallBot) -> None:
    channel, mina = place(discord)
    other = discord.add_user("sam")
    named = dpy.AllowedMentions(everyone=False, roles=False, users=[dpy.Object(mina.id)], replied_user=False)
    await bot.get_partial_messageable(channel.id).send(f"{mina.mention} {other.mention}", allowed_mentions=named)
    assert discord.messages(channel)[0].pinged_users == {mina.id}


async def test_a_message_is_found_and_edited(discord: LoopbackDiscord, bot: SmallBot) -> None:
    channel, mina = place(discord)
    here = bot.get_partial_messageable(channel.id)
    sent = await here.send("before", view=Counter())
    await here.get_partial_message(sent.id).edit(content="after")
    [seen] = [message async for message in here.history(limit=5)]
    assert (seen.content, seen.id) == ("after", sent.id)
    assert (await (await bot.fetch_user(mina.id)).create_dm()).id == discord.dm(mina).id


async def test_a_wrong_token_is_refused(discord: LoopbackDiscord) -> None:
    with discord.reached_by_this_process():
        bot = SmallBot()
        with pytest.raises(dpy.LoginFailure):
            await bot.start("wrong")
        await bot.close()


async def test_a_bot_runs_as_a_process_of_its_own(discord: LoopbackDiscord, tmp_path: Path) -> None:
    guild = discord.add_guild("Watchers")
    channel, mina = discord.add_channel(guild), discord.add_user("mina", guild=guild)
    async with bot_process(discord, "tests.wire.small_bot", folder=tmp_path) as process:
        await process.online()
        answer = await discord.slash(mina, channel, "echo", {"words": "from afar"})
        assert answer.text == "from afar"
        await process.kill()
        assert process.returncode == -9
    async with bot_process(
        discord, "tests.wire.small_bot", folder=tmp_path, environment={"DISCORD_TOKEN": "wrong"}
    ) as process:
        assert await process.wait() == 1
        assert process.output.endswith("The token was refused.\n")
        with pytest.raises(RuntimeError, match="ended with 1"):
            await process.online()
