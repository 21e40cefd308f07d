"""The bot's commands as Discord would be told about them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from discord import app_commands

from bot.app.clock import ManualClock
from bot.discord_ui.translator import CommandTranslator
from bot.l10n.words import Words
from bot.settings import Settings
from bot.wiring import build


async def all_commands() -> list[app_commands.Command[Any, ..., Any]]:
    """Every slash command, subcommands one by one."""
    async with _built() as tree:
        return [command for command in tree.walk_commands() if isinstance(command, app_commands.Command)]


async def payloads() -> list[dict[str, Any]]:
    """What is sent to Discord, with every translation."""
    async with _built() as tree:
        translator = CommandTranslator(Words.load())
        return [await command.get_translated_payload(tree, translator) for command in tree.get_commands()]


@asynccontextmanager
async def _built() -> AsyncGenerator[app_commands.CommandTree[Any]]:
    with TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None,  # pyright: ignore[reportCallIssue]
            database_url=f"sqlite+aiosqlite:///{Path(folder)}/bot.sqlite3",
        )
        async with build(settings, ManualClock(datetime(2025, 7, 28, tzinfo=UTC))) as companion:
            for cog in companion.client.cogs_to_add:
                await companion.client.add_cog(cog)
            yield companion.client.tree
