"""Discord waits three seconds for an answer: one that takes longer is put off, so that it can still come.

Whoever answers asks `is_answered` first, and follows up where it is so.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final, cast

import discord

log = logging.getLogger(__name__)

#: After how long an answer is put off, in seconds: early enough to be heard within Discord's three.
PATIENCE: Final = 2.0
_PUTTING_OFF: Final = "putting off"


def watch(interaction: discord.Interaction, seconds: float) -> None:
    """See to it that somebody who presses or types gets an answer, also when that takes more than ``seconds``.

    It is for them alone then, whatever it would have been: what is not known yet must not become public.
    """
    if interaction.type is not discord.InteractionType.autocomplete:
        asyncio.get_running_loop().call_later(seconds, _begin_to_put_off, interaction)


async def put_off(interaction: discord.Interaction) -> None:
    """Say that the answer takes a moment, unless that was said already."""
    if not await is_answered(interaction):
        await _defer(interaction)


async def is_answered(interaction: discord.Interaction) -> bool:
    """Whether there was a first response, so that what is to be said has to follow it."""
    under_way = cast("asyncio.Task[None] | None", interaction.extras.get(_PUTTING_OFF))
    if under_way is not None:
        await asyncio.wait({under_way})
    return interaction.response.is_done()


def _begin_to_put_off(interaction: discord.Interaction) -> None:
    if not interaction.response.is_done():
        interaction.extras[_PUTTING_OFF] = asyncio.create_task(_put_off_late(interaction))


async def _put_off_late(interaction: discord.Interaction) -> None:
    log.warning("The answer to %s of user %s takes long", interaction.type.name, interaction.user.id)
    try:
        await _defer(interaction)
    except (discord.HTTPException, discord.InteractionResponded) as error:
        # The answer has come at this very moment, or can't come any more.
        log.info("It could not be put off: %s", error)


async def _defer(interaction: discord.Interaction) -> None:
    if interaction.message is not None:
        # A press: the message stays, and may be replaced later.
        await interaction.response.defer()
    else:
        await interaction.response.defer(ephemeral=True, thinking=True)
