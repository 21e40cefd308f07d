"""Names and descriptions of commands in other languages, by Discord's localisation.

English stands in the code, beside what it describes. A translation's key is made from the command's full name:
``command.recap.name``, ``command.recap.description``, ``command.recap.episode.name`` and so on.
"""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location

from bot.l10n.words import Words


def key_of(context: app_commands.TranslationContextTypes) -> str | None:
    """The message key of a translatable string, or None where nothing of ours is translated."""
    data: Any = context.data
    match context.location:
        case Location.command_name | Location.group_name:
            return f"command.{_name(data)}.name"
        case Location.command_description | Location.group_description:
            return f"command.{_name(data)}.description"
        case Location.parameter_name:
            return f"command.{_name(data.command)}.{data.display_name}.name"
        case Location.parameter_description:
            return f"command.{_name(data.command)}.{data.display_name}.description"
        case Location.choice_name:
            return f"choice.{data.value}"
        case _:
            return None


def _name(command: Any) -> str:
    return str(command.qualified_name).replace(" ", ".")


class CommandTranslator(app_commands.Translator):
    """Looks translations up in `Words`; Discord shows English where there is none."""

    def __init__(self, words: Words) -> None:
        self._words = words

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        language = self._words.language(locale.value)
        key = key_of(context)
        if key is None or language == "en" or key not in self._words.keys(language):
            return None
        return self._words.say(locale.value, key)
