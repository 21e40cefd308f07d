"""`/subscribe`: every new episode of a show, on the service that one uses, where one wants to be told."""

from __future__ import annotations

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.reminders import Reminders
from bot.app.standing_reminders import StandingReminders
from bot.core.errors import UserError
from bot.core.reminder import Delivery
from bot.core.when import read_leads
from bot.discord_ui.desk import Desk, bot_is_here, message_channel
from bot.discord_ui.options import Choices
from bot.discord_ui.reminder_words import cancelled, every_name
from bot.discord_ui.reminders import RemindCommand


class Subscriptions(commands.Cog):
    """Subscriptions to shows: wishes for every episode that go by somebody's service."""

    def __init__(
        self,
        desk: Desk,
        choices: Choices,
        reminders: Reminders,
        standing: StandingReminders,
        remind: RemindCommand,
    ) -> None:
        self._desk = desk
        self._reminders = reminders
        self._standing = standing
        self._remind = remind
        self.subscribe.autocomplete("show")(choices.shows)
        self.unsubscribe.autocomplete("show")(choices.shows)

    @app_commands.command(name="subscribe", description="Be told of every new episode, on the service that you use")
    @app_commands.describe(
        show="Which show",
        lead="How long before, such as 15 min, or up to four: 1 day, 15 min",
        where="Where you are told; as in your settings if left out",
    )
    @app_commands.choices(
        where=[
            app_commands.Choice(name="direct message", value=Delivery.DM.value),
            app_commands.Choice(name="mention where you asked", value=Delivery.MENTION.value),
        ]
    )
    async def subscribe(
        self,
        interaction: discord.Interaction,
        show: str | None = None,
        lead: str | None = None,
        where: str | None = None,
    ) -> None:
        """Subscribe to a show, or change how."""
        ask = await self._desk.ask(interaction, show, private=True)
        user_id, guild_id = ask.asker.user_id, ask.asker.guild_id
        leads = await self._reminders.usual_leads(user_id, guild_id) if lead is None else read_leads(lead)
        reachable = bot_is_here(interaction)
        told: Delivery | Literal["usual"] = "usual" if where is None else Delivery(where)
        if told is Delivery.MENTION and not reachable:
            raise UserError("subscribe.no-channel")
        published = self._desk.shows.get(ask.show.id)
        if published is None:
            raise UserError("show.gone")
        wish = await self._standing.create(
            user_id=user_id,
            show=published,
            leads=leads,
            channel_id=ask.asker.channel_id if reachable else None,
            guild_id=guild_id if reachable else None,
            dm_channel_id=await message_channel(interaction),
            locale=ask.asker.locale,
            subscribed=told,
        )
        await ask.answer(await self._remind.confirmed_every(ask, wish))

    @app_commands.command(name="unsubscribe", description="Be told of new episodes of a show no longer")
    @app_commands.describe(show="Which show")
    async def unsubscribe(self, interaction: discord.Interaction, show: str | None = None) -> None:
        """End a subscription."""
        ask = await self._desk.ask(interaction, show, private=True)
        wish = await self._standing.of(ask.asker.user_id, ask.show)
        if wish is None:
            raise UserError("subscribe.none", show=ask.show)
        gone = await self._standing.cancel(wish.id, wish.user_id)
        await ask.answer(cancelled(ask.say, [every_name(ask.say, self._desk.shows, gone)]))
