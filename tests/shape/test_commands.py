"""Commands keep Discord's limits in every language, and every language names all of them."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.l10n.words import Words
from tests.openapi import available, check_request
from tests.shape.commands import payloads
from tests.shape.localisations import characters, problems

#: Commands that make no sense outside of servers.
SERVER_ONLY = {"announce", "follow", "rerun", "watch-party"}


def locales() -> dict[str, str]:
    """Discord's locales that the bot speaks in another language than English, with that language."""
    words = Words.load()
    spoken = {locale.value: words.language(locale.value) for locale in discord.Locale}
    return {locale: language for locale, language in spoken.items() if language != "en"}


async def test_names_and_descriptions_keep_the_limits_and_are_translated() -> None:
    made = await payloads()
    assert len(made) >= 13
    found = problems(made, locales())
    assert not found, "\n".join(found)


def command(**changes: Any) -> dict[str, Any]:
    """A sound command with one option, translated for Spaniards; ``changes`` are its own."""
    option = {
        "name": "episode",
        "name_localizations": {"es-ES": "episodio"},
        "description": "Which one",
        "description_localizations": {"es-ES": "Cuál"},
        "choices": [{"name": "last", "value": "last", "name_localizations": {"es-ES": "el último"}}],
    }
    return {
        "name": "recap",
        "name_localizations": {"es-ES": "resumen"},
        "description": "What happened",
        "description_localizations": {"es-ES": "Lo que pasó"},
        "options": [option],
        **changes,
    }


def with_option(**changes: Any) -> dict[str, Any]:
    return command(options=[{**command()["options"][0], **changes}])


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        ([command(name_localizations={})], "recap has no name for es-ES"),
        ([command(description_localizations={})], "recap has no description for es-ES"),
        ([with_option(name_localizations=None)], "recap episode has no name for es-ES"),
        (
            [with_option(choices=[{"name": "last", "value": "last"}])],
            "recap episode: last has no name for es-ES",
        ),
        (
            [command(name_localizations={"es-ES": "lo que pasó"})],
            "recap: 'lo que pasó' can't be its name for es-ES",
        ),
        ([command(name_localizations={"es-ES": "Resumen"})], "recap: 'Resumen' can't be its name for es-ES"),
        ([command(name_localizations={"es-ES": "r" * 33})], f"recap: '{'r' * 33}' can't be its name for es-ES"),
        ([command(name="Recap")], "Recap: 'Recap' can't be its name for en"),
        (
            [command(description="x" * 101)],
            "recap: its description for en has 101 characters, there is room for 100",
        ),
        (
            [with_option(description_localizations={"es-ES": "x" * 101})],
            "recap episode: its description for es-ES has 101 characters, there is room for 100",
        ),
        (
            [with_option(choices=[{"name": "last", "value": "l", "name_localizations": {"es-ES": "x" * 101}}])],
            "recap episode: last: its name for es-ES has 101 characters, there is room for 100",
        ),
        (
            [command(description_localizations={"es-ES": "What happened"})],
            "recap: its description for es-ES is not translated: 'What happened'",
        ),
        (
            [command(), command(name="story")],
            "the commands: 2 of them are called 'resumen' for es-ES",
        ),
        ([command(options=command()["options"] * 2)], "recap: 2 of them are called 'episodio' for es-ES"),
        ([command(options=command()["options"] * 26)], "recap has 26 options"),
        ([with_option(choices=[{"name": "last", "value": "last"}] * 26)], "recap episode has 26 choices"),
        (
            [command(options=[with_option(description="x" * 100)["options"][0]] * 90)],
            "recap has 10910 characters in all",
        ),
        ([command(name=f"recap-{number}") for number in range(101)], "101 commands"),
    ],
)
def test_each_kind_of_mistake_in_a_command_is_found(made: list[dict[str, Any]], problem: str) -> None:
    assert problem in problems(made, {"es-ES": "es"})


def test_a_sound_command_has_no_problems() -> None:
    assert problems([command()], {"es-ES": "es"}) == []


def test_every_text_counts_in_its_longest_language() -> None:
    # "resumen", "What happened", "episodio", "Which one", "el último" and the choice's value.
    assert characters(command()) == 7 + 13 + 8 + 9 + 9 + 4


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
