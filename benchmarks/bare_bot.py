"""The baseline: a bot of discord.py alone, with the same commands, that answers with what it is given.

Run as a module, with the path of its commands and answers in ``BARE_COMMANDS`` (see `benchmarks.bots`). An answer is
made of discord.py's own parts each time, as by any bot that shows them, from texts that stand there already.
"""

from __future__ import annotations

import base64
import inspect
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import discord
from discord import app_commands, ui

_TYPES: dict[int, Any] = {
    3: str,
    4: int,
    5: bool,
    6: discord.User,
    7: discord.abc.GuildChannel,
    8: discord.Role,
    10: float,
}
_SUBCOMMAND, _GROUP = 1, 2


def _part(given: dict[str, Any]) -> Any:
    """A component from its payload."""
    match given["type"]:
        case 1:
            return ui.ActionRow(*map(_part, given["components"]))
        case 2:
            return ui.Button(
                style=discord.ButtonStyle(given["style"]),
                label=given.get("label"),
                custom_id=given.get("custom_id"),
                url=given.get("url"),
                disabled=given.get("disabled", False),
                emoji=given["emoji"]["name"] if given.get("emoji") else None,
            )
        case 3:
            options = [discord.SelectOption(label=one["label"], value=one["value"]) for one in given["options"]]
            return ui.Select(custom_id=given["custom_id"], placeholder=given.get("placeholder"), options=options)
        case 10:
            return ui.TextDisplay(given["content"])
        case 12:
            return ui.MediaGallery(
                *(
                    discord.MediaGalleryItem(one["media"]["url"], description=one.get("description"))
                    for one in given["items"]
                )
            )
        case 13:
            return ui.File(given["file"]["url"])
        case 14:
            return ui.Separator()
        case 17:
            return ui.Container(*map(_part, given["components"]), accent_colour=given.get("accent_color"))
    raise ValueError(given["type"])


def _view(components: list[dict[str, Any]]) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    for given in components:
        view.add_item(_part(given))
    view.stop()
    return view


def _answer(messages: list[dict[str, Any]]) -> Callable[..., Any]:
    files = [[(name, base64.b64decode(data)) for name, data in one["files"]] for one in messages]
    silent = discord.AllowedMentions.none()

    async def answer(interaction: discord.Interaction, **options: Any) -> None:
        for index, message in enumerate(messages):
            send = interaction.followup.send if index else interaction.response.send_message
            await send(
                view=_view(message["components"]),
                files=[discord.File(io.BytesIO(data), name) for name, data in files[index]],
                ephemeral=message["ephemeral"],
                allowed_mentions=silent,
            )

    return answer


async def _nothing(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[Any]]:
    return []


def _command(given: dict[str, Any], messages: list[dict[str, Any]]) -> app_commands.Command[Any, ..., Any]:
    callback = _answer(messages)
    options = list(given.get("options") or [])
    parameters = [
        inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=discord.Interaction)
    ]
    renamed: dict[str, str] = {}
    for one in options:
        name = "given_" + one["name"].replace("-", "_")
        renamed[name] = one["name"]
        default = inspect.Parameter.empty if one.get("required") else None
        kind = _TYPES[one["type"]]
        annotation = kind if one.get("required") else kind | None
        parameters.append(
            inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=annotation)
        )
    callback.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    made: app_commands.Command[Any, ..., Any] = app_commands.Command(
        name=given["name"], description="Something", callback=app_commands.rename(**renamed)(callback)
    )
    for name, shown in renamed.items():
        if next(one for one in options if one["name"] == shown).get("autocomplete"):
            made.autocomplete(name)(_nothing)
    return made


def _tree(given: dict[str, Any], path: str, answers: dict[str, list[dict[str, Any]]]) -> Any:
    below = [one for one in given.get("options") or [] if one["type"] in (_SUBCOMMAND, _GROUP)]
    if not below:
        return _command(given, answers.get(path, []))
    group = app_commands.Group(name=given["name"], description="Something")
    for one in below:
        group.add_command(_tree(one, f"{path} {one['name']}", answers))
    return group


class BareBot(discord.Client):
    """Keeps as little as the real one: no messages and no members."""

    def __init__(self, commands: list[dict[str, Any]], answers: dict[str, list[dict[str, Any]]]) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self.tree = app_commands.CommandTree(
            self,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        for given in commands:
            self.tree.add_command(_tree(given, given["name"], answers))

    async def setup_hook(self) -> None:
        await self.tree.sync()


if __name__ == "__main__":
    read = json.loads(Path(os.environ["BARE_COMMANDS"]).read_text("utf-8"))
    BareBot(read["commands"], read["answers"]).run(os.environ["DISCORD_TOKEN"], log_handler=None)
