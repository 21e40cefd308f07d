"""From blocks of text and rows of buttons to messages that Discord accepts.

Replies are Components V2: containers of text and buttons. Text that is too long for one message goes on in the
next; a block is never split, so neither is a spoiler bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import discord
from discord import ui

#: Discord allows 4,000 characters of text in all text displays of a message.
_TEXT_LIMIT = 3_900
#: One colour for all cards; Discord draws it as the bar at the left.
ACCENT = discord.Colour(0xE0455E)

NO_MENTIONS = discord.AllowedMentions.none()


@dataclass(slots=True)
class Reply:
    """A reply under construction. ``blocks`` are paragraphs in Discord's Markdown, already escaped."""

    blocks: list[str] = field(default_factory=list[str])
    rows: list[Sequence[ui.Button[ui.LayoutView]]] = field(default_factory=list[Sequence[ui.Button[ui.LayoutView]]])
    files: list[discord.File] = field(default_factory=list[discord.File])

    def add(self, *blocks: str) -> Reply:
        """Append paragraphs; empty ones are left out."""
        self.blocks.extend(block for block in blocks if block)
        return self

    def row(self, *buttons: ui.Button[ui.LayoutView] | None) -> Reply:
        """Append a row of buttons; None is left out, and so is a row of nothing."""
        kept = [button for button in buttons if button is not None]
        if kept:
            self.rows.append(kept)
        return self

    def layouts(self) -> list[ui.LayoutView]:
        """The messages this reply takes; the buttons stand under the last."""
        groups = _packed(self.blocks)
        last = len(groups) - 1
        return [
            _layout(group, self.files if index == 0 else [], self.rows if index == last else [])
            for index, group in enumerate(groups)
        ]


def _packed(blocks: Sequence[str]) -> list[list[str]]:
    groups: list[list[str]] = [[]]
    size = 0
    for block in blocks:
        if groups[-1] and size + len(block) + 1 > _TEXT_LIMIT:
            groups.append([])
            size = 0
        groups[-1].append(block)
        size += len(block) + 1
    return groups


def _displays(blocks: Sequence[str]) -> list[str]:
    """The texts of a container: what follows a list needs one of its own, or it joins the last item."""
    texts: list[list[str]] = [[]]
    for block in blocks:
        if texts[-1] and texts[-1][-1].startswith("- ") and not block.startswith(("- ", "#")):
            texts.append([])
        texts[-1].append(block)
    return ["\n".join(text) for text in texts]


def _layout(
    blocks: Sequence[str],
    files: Sequence[discord.File],
    rows: Sequence[Sequence[ui.Button[ui.LayoutView]]],
) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=ACCENT)
    for text in _displays(blocks):
        container.add_item(ui.TextDisplay(text))
    for file in files:
        # Components V2 shows an attachment only where a component names it.
        container.add_item(ui.File(file))
    for row in rows:
        container.add_item(ui.ActionRow(*row))
    view.add_item(container)
    # A stopped view isn't remembered by discord.py: presses are answered from their custom_id alone, after a
    # restart as well, and nothing is kept in memory per message.
    view.stop()
    return view


async def send(interaction: discord.Interaction, reply: Reply, *, private: bool) -> None:
    """Answer an interaction, or follow up where it was answered already."""
    first, *rest = reply.layouts()
    files = list(reply.files)
    if interaction.response.is_done():
        await interaction.followup.send(view=first, files=files, ephemeral=private, allowed_mentions=NO_MENTIONS)
    else:
        await interaction.response.send_message(
            view=first, files=files, ephemeral=private, allowed_mentions=NO_MENTIONS
        )
    for layout in rest:
        await interaction.followup.send(view=layout, ephemeral=private, allowed_mentions=NO_MENTIONS)


async def replace(interaction: discord.Interaction, reply: Reply) -> None:
    """Put a reply in place of the message whose button was pressed; what doesn't fit follows privately."""
    first, *rest = reply.layouts()
    await interaction.response.edit_message(view=first, allowed_mentions=NO_MENTIONS)
    for layout in rest:
        await interaction.followup.send(view=layout, ephemeral=True, allowed_mentions=NO_MENTIONS)
