"""Buttons that outlive restarts: everything a press needs stands in its custom_id.

A custom_id is ``c1:<action>[:<argument>]*``: a version, what to do, and to what. Who pressed, and what they may do,
is looked up at the press, never read from the id.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import discord
from discord import ui

from bot.core.errors import UserError

Handler = Callable[..., Awaitable[None]]
Converter = Callable[[str], object]

_VERSION = "c1"
_LONGEST = 100
_MARK = re.compile(r"[0-9a-f]{1,32}")
#: Ids are kept in columns of 64 bits; a number that doesn't fit is none that we wrote.
_BIGGEST = 2**63


def custom_id(action: str, *arguments: object) -> str:
    """The custom_id of a button that does ``action`` to ``arguments``. Raises ValueError if it's too long."""
    made = ":".join((_VERSION, action, *(str(argument) for argument in arguments)))
    if len(made) > _LONGEST:
        raise ValueError(f"custom_id of {len(made)} characters: {made}")
    return made


def button(
    label: str,
    action: str,
    *arguments: object,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    emoji: str | None = None,
    disabled: bool = False,
) -> ui.Button[ui.LayoutView]:
    """A button of ours; ``label`` is cut to Discord's 80 characters."""
    return ui.Button(
        label=label[:80],
        style=style,
        emoji=emoji,
        disabled=disabled,
        custom_id=custom_id(action, *arguments),
    )


def mark(typed: str) -> str:
    """The name of the message that a button stands under, as a converter. Raises ValueError for what is none."""
    if _MARK.fullmatch(typed) is None:
        raise ValueError(f"not the name of a message: {typed!r}")
    return typed


class Presses:
    """Which feature answers which action."""

    def __init__(self) -> None:
        self._handlers: dict[str, tuple[Handler, tuple[Converter, ...]]] = {}

    def on(self, action: str, handler: Handler, *converters: Converter) -> None:
        """Let ``handler`` answer presses of ``action``; it gets the interaction and the converted arguments."""
        if action in self._handlers:
            raise ValueError(f"two handlers for {action}")
        self._handlers[action] = (handler, converters)

    async def answer(self, interaction: discord.Interaction, custom_id: str) -> None:
        """Answer a press. Raises UserError("button.stale") for an id that this version never made."""
        version, _, rest = custom_id.partition(":")
        action, *arguments = rest.split(":")
        known = self._handlers.get(action)
        if version != _VERSION or known is None or len(known[1]) != len(arguments):
            raise UserError("button.stale")
        handler, converters = known
        try:
            values = [convert(argument) for convert, argument in zip(converters, arguments, strict=True)]
        except ValueError as error:
            raise UserError("button.stale") from error
        if any(isinstance(value, int) and abs(value) >= _BIGGEST for value in values):
            raise UserError("button.stale")
        await handler(interaction, *values)


class PressedButton(ui.DynamicItem[ui.Button[ui.View]], template=re.compile(r"c\d+:.*", re.DOTALL)):
    """Hands the press of any button of ours to `Presses`; registered once with the client."""

    presses: Presses
    on_failure: Callable[[discord.Interaction, Exception], Awaitable[None]]

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: ui.Item[ui.View], match: re.Match[str], /
    ) -> PressedButton:
        assert isinstance(item, ui.Button)
        return cls(item)

    async def callback(self, interaction: discord.Interaction) -> None:
        """Answer the press; whatever goes wrong is told to the person who pressed."""
        try:
            await self.presses.answer(interaction, self.custom_id)
        except Exception as error:
            await self.on_failure(interaction, error)


def bound_button(
    presses: Presses, on_failure: Callable[[discord.Interaction, Exception], Awaitable[None]]
) -> type[PressedButton]:
    """The dynamic item of one client."""

    class BoundButton(PressedButton, template=PressedButton.__discord_ui_compiled_template__):
        pass

    BoundButton.presses = presses
    BoundButton.on_failure = staticmethod(on_failure)
    return BoundButton
