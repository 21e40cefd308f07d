"""Commands keep Discord's limits in every language, and every language names all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import discord
import pytest

from bot.l10n.words import Words
from tests.openapi import available, check_request
from tests.shape.commands import payloads

#: Discord's pattern for names of commands and options: letters of any script, digits, hyphen, underscore.
NAME = re.compile(r"[-_'\w]{1,32}")

#: Commands that make no sense outside of servers.
SERVER_ONLY = {"follow", "watch-party"}


def nodes(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A command with its groups, subcommands and options."""
    yield payload
    for option in payload.get("options", []):
        yield from nodes(option)


async def test_names_and_descriptions_keep_the_limits_and_are_translated() -> None:
    made = await payloads()
    assert len(made) >= 13
    for command in made:
        for node in nodes(command):
            assert NAME.fullmatch(node["name"]), node["name"]
            assert node["name"] == node["name"].lower()
            assert 1 <= len(node["description"]) <= 100
            for language in (name for name in Words.load().languages if name != "en"):
                name = node.get("name_localizations", {}).get(language)
                description = node.get("description_localizations", {}).get(language)
                assert name, f"{language}: no name for {command['name']} {node['name']}"
                assert description, f"{language}: no description for {command['name']} {node['name']}"
                assert NAME.fullmatch(name)
                assert name == name.lower()
                assert 1 <= len(description) <= 100
            for siblings in (node.get("options", []),):
                names = [option.get("name_localizations", {}).get("ko") for option in siblings]
                assert len(names) == len(set(names))


async def test_commands_work_everywhere_and_as_an_app_of_ones_own() -> None:
    for command in await payloads():
        assert set(command["integration_types"]) == {0, 1}, command["name"]
        contexts = {0} if command["name"] in SERVER_ONLY else {0, 1, 2}
        assert set(command["contexts"]) == contexts, command["name"]


async def test_discord_would_take_them() -> None:
    made = await payloads()
    assert check_request("PUT", "/applications/1/commands", made) == []
    if not available():
        pytest.skip("Discord's OpenAPI document is not at hand; only our own limits were checked")


def test_no_privileged_intents_and_only_needed_permissions() -> None:
    from bot.discord_ui.client import PERMISSIONS, CliffhangerClient

    client = CliffhangerClient()
    assert client.intents == discord.Intents(guilds=True, guild_scheduled_events=True)
    assert not any((client.intents.members, client.intents.presences, client.intents.message_content))
    assert {name for name, on in PERMISSIONS if on} == {
        "read_messages",
        "send_messages",
        "send_messages_in_threads",
        "read_message_history",
        "create_events",
        "create_public_threads",
    }
