"""From blocks of text and rows of buttons to messages that Discord accepts.

Replies are Components V2: containers of text, pictures and buttons. Text that is too long for one message goes on in
the next; a block is never split, so neither is a spoiler bar. Pictures are drawn when a reply is sent, which Discord is
told will take a moment.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO

import discord
from discord import ui

from bot.discord_ui.patience import is_answered, put_off

#: Discord allows 4,000 characters of text in all text displays of a message.
_TEXT_LIMIT = 3_900
#: One colour for all cards; Discord draws it as the bar at the left.
ACCENT = discord.Colour(0xE0455E)

#: Discord takes a description of a picture up to this many characters.
LONGEST_DESCRIPTION = 1_024

NO_MENTIONS = discord.AllowedMentions.none()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture. ``drawn`` makes it, ``description`` (plain text) says the same to whoever can't see it.

    Neither it nor its description nor the name of its file can be veiled.
    """

    file_name: str
    description: str
    drawn: Callable[[], Awaitable[bytes]]


@dataclass(slots=True)
class Reply:
    """A reply under construction. ``blocks`` are paragraphs in Discord's Markdown, already escaped.

    ``pictures`` stand under the text of the first message, above its small print.
    """

    blocks: list[str] = field(default_factory=list[str])
    rows: list[Sequence[ui.Button[ui.LayoutView]]] = field(default_factory=list[Sequence[ui.Button[ui.LayoutView]]])
    files: list[discord.File] = field(default_factory=list[discord.File])
    pictures: list[Picture] = field(default_factory=list[Picture])

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
            _layout(
                group,
                self.files if index == 0 else [],
                self.rows if index == last else [],
                self.pictures if index == 0 else [],
            )
            for index, group in enumerate(groups)
        ]

    async def attached(self) -> list[discord.File]:
        """The files that the first message carries, pictures drawn."""
        drawn = [discord.File(BytesIO(await one.drawn()), one.file_name) for one in self.pictures]
        return [*self.files, *drawn]


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
    pictures: Sequence[Picture],
) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=ACCENT)
    print_from = len(blocks)
    while pictures and print_from and blocks[print_from - 1].startswith("-# "):
        print_from -= 1
    for text in _displays(blocks[:print_from]):
        container.add_item(ui.TextDisplay(text))
    if pictures:
        container.add_item(
            ui.MediaGallery(
                *(
                    discord.MediaGalleryItem(f"attachment://{one.file_name}", description=one.description)
                    for one in pictures
                )
            )
        )
    for text in _displays(blocks[print_from:]) if print_from < len(blocks) else ():
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
    answered = await is_answered(interaction)
    if reply.pictures and not answered:
        await interaction.response.defer(ephemeral=private, thinking=True)
    files = await reply.attached()
    if answered or reply.pictures:
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
    if await is_answered(interaction) or reply.pictures:
        await put_off(interaction)
        files = await reply.attached()
        await interaction.edit_original_response(view=first, attachments=files, allowed_mentions=NO_MENTIONS)
    elif interaction.message is not None and interaction.message.attachments:
        # A picture that no component names any more would hang on, unseen.
        await interaction.response.edit_message(view=first, attachments=[], allowed_mentions=NO_MENTIONS)
    else:
        await interaction.response.edit_message(view=first, allowed_mentions=NO_MENTIONS)
    for layout in rest:
        await interaction.followup.send(view=layout, ephemeral=True, allowed_mentions=NO_MENTIONS)
