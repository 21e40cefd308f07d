"""What the demo's page does, over HTTP and with a small bot."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.core.errors import OperatorError
from bot.demo.page import Airing, frame
from bot.demo.performance import play
from bot.demo.simulation import SimulatedClock
from bot.demo.world import World
from tests.demo.small_bot import SmallBot

START = datetime(2025, 7, 28, 9, tzinfo=UTC)
AIRING = datetime(2025, 7, 28, 13, tzinfo=UTC)


@dataclass
class Visitor:
    """Somebody with the page open."""

    session: aiohttp.ClientSession
    address: str
    bot: SmallBot
    world: World
    key: str = ""
    context: str = ""
    state: dict[str, Any] = field(default_factory=dict[str, Any])
    sequence: int = 0

    def headers(self) -> dict[str, str]:
        return {"X-Simcord-Capability": self.key} | ({"X-Simcord-Context": self.context} if self.context else {})

    async def open(self, person: str, room: str) -> None:
        async with self.session.get(self.address) as answer:
            self.key = re.findall(r'name="demo-key" content="([^"]+)"', await answer.text())[0]
        self.context, self.sequence = "", 0
        self.state = await self.post("api/pages", {"person": person, "room": room})
        self.context = self.state["context"]["id"]

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self.session.post(self.address + path, json=body, headers=self.headers()) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def get(self, path: str) -> dict[str, Any]:
        async with self.session.get(self.address + path, headers=self.headers()) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def commands(self) -> list[dict[str, Any]]:
        return (await self.get("api/commands"))["entries"]

    async def run(self, path: str) -> dict[str, Any]:
        entry = next(entry for entry in await self.commands() if entry["path"] == [path])
        self.sequence += 1
        receipt = await self.post(
            "api/action",
            {
                "protocol_version": 3,
                "sequence": self.sequence,
                "request_id": f"r{self.sequence}",
                "generation": self.state["context"]["generation"],
                "bot_generation": self.state["botGeneration"],
                "published_revision": self.state["publishedRevision"],
                "kind": "run_command",
                "command_id": entry["commandId"],
                "path": entry["path"],
                "schema_fingerprint": entry["schemaFingerprint"],
                "options": {},
            },
        )
        await self.look()
        return receipt

    async def look(self) -> list[dict[str, Any]]:
        self.state = await self.get("api/state")
        return [self.state["messages"][key] for key in self.state["timeline"]]

    async def leap(self, to: str) -> datetime:
        return datetime.fromisoformat((await self.post("demo/leap", {"to": to}))["now"])


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    clock = SimulatedClock(START)
    bot = SmallBot(clock)
    until = asyncio.Event()
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    worlds: list[World] = []

    async def seed(world: World) -> None:
        worlds.append(world)

    playing = asyncio.create_task(
        play(
            bot,
            clock,
            port=0,
            next_airing=lambda now: Airing("Episode 3", AIRING) if now < AIRING else None,
            seed=seed,
            announce=address.set_result,
            until=until,
        )
    )
    done, _ = await asyncio.wait({playing, address}, return_when=asyncio.FIRST_COMPLETED)
    if playing in done:
        await playing
    async with aiohttp.ClientSession() as session:
        yield Visitor(session, address.result(), bot, worlds[0])
    until.set()
    await playing
    await bot.close()


def text(message: dict[str, Any]) -> str:
    return str(message["content"])


async def test_a_page_shows_its_room_in_the_zone_and_language_of_its_person(visitor: Visitor) -> None:
    await visitor.open("minji", "the-defects")
    assert visitor.state["channel"]["name"] == "the-defects"
    assert (visitor.state["profile"]["locale"], visitor.state["profile"]["timezone"]) == ("ko", "Asia/Seoul")
    await visitor.open("olivia", "dm")
    assert visitor.state["channel"]["recipient"]["name"] == "Cliffhanger"
    assert (visitor.state["profile"]["locale"], visitor.state["profile"]["timezone"]) == (
        "en-GB",
        "Europe/London",
    )


async def test_two_open_pages_keep_their_own_room_and_person(visitor: Visitor) -> None:
    await visitor.open("minji", "the-defects")
    other = Visitor(visitor.session, visitor.address, visitor.bot, visitor.world)
    await other.open("maya", "dm")
    await other.run("greet")
    await visitor.leap("hour")
    await visitor.look()
    await other.look()
    assert (visitor.state["channel"]["name"], visitor.state["profile"]["locale"]) == ("the-defects", "ko")
    assert (other.state["channel"]["name"], other.state["profile"]["locale"]) == (None, "en-US")


@pytest.mark.parametrize(("person", "locale"), [("minji", "ko"), ("olivia", "en-GB"), ("maya", "en-US")])
async def test_the_bot_is_addressed_in_the_language_of_the_person(visitor: Visitor, person: str, locale: str) -> None:
    for room in ("general", "dm"):
        await visitor.open(person, room)
        assert (await visitor.run("greet"))["settlement"] == "settled"
        assert text((await visitor.look())[-1]).startswith(f"Hello in {locale},")


async def test_the_slash_picker_speaks_the_language_of_the_person(visitor: Visitor) -> None:
    await visitor.open("minji", "general")
    assert {entry["invocation"]: entry["description"] for entry in await visitor.commands()} == {
        "인사": "인사합니다",
        "write": "Writes in 3:45 hours",
        "fail": "Does not work",
    }
    await visitor.open("arjun", "general")
    assert {entry["invocation"] for entry in await visitor.commands()} == {"greet", "write", "fail"}


async def test_a_command_may_be_sent_from_a_page_that_has_changed_meanwhile(visitor: Visitor) -> None:
    await visitor.open("olivia", "general")
    before = visitor.state
    await visitor.leap("hour")
    assert visitor.state is before
    assert (await visitor.run("greet"))["rejected"] is False


async def test_a_command_that_fails_leaves_the_demo_running(visitor: Visitor) -> None:
    await visitor.open("olivia", "general")
    assert (await visitor.run("fail"))["acknowledgement"] == "unacknowledged"
    assert (await visitor.run("greet"))["settlement"] == "settled"


async def test_the_leaps_are_an_hour_a_day_and_to_the_air_time(visitor: Visitor) -> None:
    await visitor.open("olivia", "general")
    second = timedelta(seconds=10)
    assert timedelta() <= await visitor.leap("hour") - START - timedelta(hours=1) < second
    assert timedelta() <= await visitor.leap("airing") - AIRING < second
    assert (await visitor.get("demo/now"))["airing"] is None
    assert timedelta() <= await visitor.leap("airing") - AIRING < second
    assert timedelta() <= await visitor.leap("day") - AIRING - timedelta(days=1) < second


async def test_what_falls_due_in_a_leap_comes_at_its_time(visitor: Visitor) -> None:
    await visitor.open("arjun", "dm")
    await visitor.run("write")
    await visitor.leap("day")
    message = (await visitor.look())[-1]
    came_at, due_at = re.findall(r"\S+T\S+?(?=,|$)", text(message))
    assert datetime.fromisoformat(came_at) == datetime.fromisoformat(due_at)
    assert datetime.fromisoformat(message["timestamp"]) == datetime.fromisoformat(due_at)


async def test_others_see_neither_ones_messages_nor_their_number(visitor: Visitor) -> None:
    await visitor.open("arjun", "dm")
    await visitor.run("greet")
    counts = {
        person: {room["key"]: room["messages"] for room in (await visitor.get(f"demo/now?person={person}"))["rooms"]}
        for person in ("arjun", "maya")
    }
    assert counts["arjun"]["dm"] == 1
    assert counts["maya"]["dm"] == 0


async def test_relative_times_are_drawn_anew_when_their_words_change(visitor: Visitor) -> None:
    await visitor.open("olivia", "general")
    await visitor.run("greet")
    before = (await visitor.look())[-1]
    await visitor.leap("hour")
    after = (await visitor.look())[-1]
    assert before["relative"] == ["2 hour"]
    assert after["relative"] == ["1 hour"]


@pytest.mark.parametrize("path", ["demo/now", "api/state", "api/commands"])
async def test_nobody_without_the_key_gets_in(visitor: Visitor, path: str) -> None:
    async with visitor.session.get(visitor.address + path) as answer:
        assert answer.status == 401


@pytest.mark.parametrize("path", ["", "demo.js"])
async def test_the_page_is_given_only_to_its_own_address(visitor: Visitor, path: str) -> None:
    async with visitor.session.get(visitor.address + path, headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("body", [{}, {"to": "yesterday"}, []])
async def test_other_leaps_are_refused(visitor: Visitor, body: Any) -> None:
    await visitor.open("olivia", "general")
    with pytest.raises(aiohttp.ClientResponseError) as refused:
        await visitor.post("demo/leap", body)
    assert refused.value.status == 400


async def test_a_taken_port_is_said_so(visitor: Visitor) -> None:
    clock = SimulatedClock(START)
    port = int(visitor.address.rstrip("/").rpartition(":")[2])

    def second_demo() -> None:
        async def nothing(world: World) -> None:
            pass

        async def run() -> None:
            bot = SmallBot(clock)
            try:
                await play(
                    bot,
                    clock,
                    port=port,
                    next_airing=lambda now: None,
                    seed=nothing,
                    announce=lambda address: None,
                    until=asyncio.Event(),
                )
            finally:
                await bot.close()

        asyncio.run(run())

    with pytest.raises(OperatorError) as refused:
        await asyncio.to_thread(second_demo)
    assert refused.value.key == "operator.demo-port"


def test_a_page_of_another_simcord_is_not_taken_for_ours() -> None:
    with pytest.raises(ValueError, match="no single"):
        frame("<html></html>", "key")
