"""`/timezone`: saving one's zone, so that times come in words and typed times are understood."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.reminders import Reminders
from bot.app.zone_search import ZoneSearch
from bot.discord_ui.desk import Desk
from bot.discord_ui.reply import Reply, send


class Timezones(commands.GroupCog, group_name="timezone", group_description="The time zone you live in"):
    """Everybody's own zone."""

    def __init__(self, desk: Desk, places: ZoneSearch, reminders: Reminders) -> None:
        self._desk = desk
        self._places = places
        self._reminders = reminders
        super().__init__()

    @app_commands.command(name="set", description="Save your time zone; only you see it unless you share it")
    @app_commands.describe(
        zone="A city, a country, a zone, an abbreviation or an offset", share="Let this server see your zone"
    )
    async def set(self, interaction: discord.Interaction, zone: str, share: bool | None = None) -> None:
        """Save a zone."""
        say, now = self._desk.speaker(interaction), self._desk.clock.now()
        found = self._places.resolve(zone, now, say.locale)
        saved = await self._desk.people.save_zone(interaction.user.id, interaction.guild_id, found, share)
        await self._reminders.replan(interaction.user.id)
        local = now.astimezone(ZoneInfo(found))
        reply = Reply().add(
            say(
                "timezone.saved",
                place=self._places.place(found, say.language),
                zone=found,
                day=say.day(local),
                time=say.clock(local),
            )
        )
        if interaction.guild_id is not None:
            reply.add("-# " + say("timezone.shared" if saved.shared else "timezone.not-shared"))
        elif share is not None:
            reply.add("-# " + say("timezone.share-in-server"))
        await send(interaction, reply, private=True)

    @set.autocomplete("zone")
    async def _zones(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        say = self._desk.speaker(interaction)
        return [
            app_commands.Choice(name=choice.label, value=choice.zone)
            for choice in self._places.search(typed, self._desk.clock.now(), say.locale, limit=25)
        ]

    @app_commands.command(name="show", description="Which zone you have saved")
    async def show(self, interaction: discord.Interaction) -> None:
        """Which zone is saved."""
        say, now = self._desk.speaker(interaction), self._desk.clock.now()
        saved = await self._desk.people.zone(interaction.user.id, interaction.guild_id)
        if saved is None:
            await send(interaction, Reply([say("timezone.none")]), private=True)
            return
        local = now.astimezone(ZoneInfo(saved.zone))
        reply = Reply().add(
            say(
                "timezone.yours",
                place=self._places.place(saved.zone, say.language),
                zone=saved.zone,
                day=say.day(local),
                time=say.clock(local),
            )
        )
        if interaction.guild_id is not None:
            reply.add("-# " + say("timezone.shared" if saved.shared else "timezone.not-shared"))
        await send(interaction, reply, private=True)

    @app_commands.command(name="clear", description="Delete your saved zone everywhere")
    async def clear(self, interaction: discord.Interaction) -> None:
        """Delete the zone."""
        say = self._desk.speaker(interaction)
        had = await self._desk.people.forget_zone(interaction.user.id)
        await self._reminders.replan(interaction.user.id)
        await send(interaction, Reply([say("timezone.cleared" if had else "timezone.none")]), private=True)
