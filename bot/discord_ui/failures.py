"""The one place where errors become words.

What somebody can put right is explained to them; anything else gets a short apology with a reference number,
and the log has the whole story under the same number.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime
from typing import cast

import discord
from discord import app_commands

from bot.core.card import CastEntry
from bot.core.errors import UserError
from bot.core.personal_data import NOBODY
from bot.core.show import Episode, Show, Text
from bot.core.text import cut, plain
from bot.discord_ui import reply, stamps
from bot.discord_ui.desk import Desk
from bot.discord_ui.reply import Reply
from bot.l10n.episode_numbers import number_in, numbered
from bot.l10n.speaker import Speaker

log = logging.getLogger(__name__)


#: What is said instead of naming whose it is where that is nobody any more.
_OF_NOBODY = {"party.not-yours": "party.nobodys", "poll.not-yours": "poll.nobodys"}


class Failures:
    """Tells people what went wrong."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.unexpected = 0
        """How many errors there were since the start that nobody foresaw."""

    async def tell(self, interaction: discord.Interaction, error: Exception) -> None:
        """Answer an interaction that failed with ``error``, privately. Never raises."""
        say = self._desk.speaker(interaction)
        text = self._text(interaction, say, _cause(error))
        try:
            if interaction.type is discord.InteractionType.autocomplete:
                return
            await reply.send(interaction, Reply([text]), private=True)
        except Exception:
            log.exception("The answer to %s could not be sent either", _what(interaction))

    def _text(self, interaction: discord.Interaction, say: Speaker, cause: Exception) -> str:
        if isinstance(cause, UserError):
            try:
                return explain(say, cause)
            except LookupError as missing:
                # Sentences are checked to be complete, but nobody is to be left without an answer.
                cause = missing
        if isinstance(cause, app_commands.CheckFailure):
            return say("error.not-allowed")
        if isinstance(cause, app_commands.CommandSignatureMismatch | app_commands.CommandNotFound):
            return say("error.command-changed")
        reference = secrets.token_hex(4)
        self.unexpected += 1
        log.error("Error %s in %s", reference, _what(interaction), exc_info=cause, extra={"reference": reference})
        return say("error.unexpected", reference=reference)


def explain(say: Speaker, error: UserError) -> str:
    """A `UserError` in the reader's words; everything that was typed is escaped and cut."""
    if error.arguments.get("creator_id") == NOBODY and error.key in _OF_NOBODY:
        return say(_OF_NOBODY[error.key])
    worded = {name: _worded(say, value) for name, value in error.arguments.items()}
    show, number = error.arguments.get("show"), error.arguments.get("number")
    if isinstance(show, Show) and isinstance(number, int):
        worded["number"] = number_in(say, show, number)
    return say(error.key, **worded)


def _worded(say: Speaker, value: object) -> object:
    if isinstance(value, str):
        return plain(cut(value, 80))
    if isinstance(value, Text):
        return plain(say.text(value))
    if isinstance(value, Show):
        return plain(say.text(value.title))
    if isinstance(value, datetime):
        return f"{stamps.full(value)} ({stamps.relative(value)})"
    if isinstance(value, Episode):
        return numbered(say, value)
    if isinstance(value, CastEntry):
        return plain(say.text(value.name))
    if isinstance(value, tuple):
        items = cast("tuple[object, ...]", value)
        return say.alternatives(str(_worded(say, item)) for item in items)
    return value


def _cause(error: Exception) -> Exception:
    while isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError):
        inner = error.original if isinstance(error, app_commands.CommandInvokeError) else error.__cause__
        if not isinstance(inner, Exception):
            break
        error = inner
    return error


def _what(interaction: discord.Interaction) -> str:
    command = interaction.command
    name = command.qualified_name if command is not None else (interaction.data or {}).get("custom_id", "?")
    return f"{interaction.type.name} {name} of user {interaction.user.id} in server {interaction.guild_id}"
