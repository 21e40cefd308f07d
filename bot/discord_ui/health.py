"""The owner's `/health`: how this process is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.app.refreshing import Refresher
from bot.app.vital_signs import Gateway, Signs, VitalSigns
from bot.discord_ui import stamps
from bot.discord_ui.about import check_owner, program_version
from bot.discord_ui.desk import Desk
from bot.discord_ui.reply import Reply, send
from bot.l10n.speaker import Speaker

#: Longer than this nothing should be overdue.
_LATE = timedelta(minutes=5)


class Health(commands.Cog):
    """What an owner wants to know without a shell."""

    def __init__(self, desk: Desk, signs: VitalSigns, shard_count: int | None, refresher: Refresher | None) -> None:
        """``shard_count`` and ``refresher`` are None where there are no shards, and where no dates are asked for."""
        self._desk = desk
        self._signs = signs
        self._shard_count = shard_count
        self._refresher = refresher

    @app_commands.command(name="health", description="How the bot is doing (the bot's owner only)")
    async def health(self, interaction: discord.Interaction) -> None:
        """How the process is, to its owner alone."""
        say = self._desk.speaker(interaction)
        await check_owner(interaction)
        signs = await self._signs.take()
        started = self._signs.started_at
        reply = Reply().add(
            "## " + say("health.title", version=program_version()),
            say("health.running", at=stamps.full(started), relative=stamps.relative(started)),
            *self._gateway(say, signs.gateway),
            say("health.servers", servers=len(interaction.client.guilds), shows=len(self._desk.shows.catalogue.shows)),
        )
        reply.add("### " + say("health.queue.title"), *_queue(say, signs))
        reply.add("### " + say("health.database.title"), *await self._database(say))
        if self._refresher is not None:
            asked = self._refresher.refreshed_at
            reply.add(
                say("health.unrefreshed") if asked is None else say("health.refreshed", at=stamps.relative(asked))
            )
        await send(interaction, reply, private=True)

    def _gateway(self, say: Speaker, gateway: Gateway) -> Iterable[str]:
        if not gateway.connected:
            yield "⚠️ " + say("health.disconnected")
        elif gateway.latency is None:
            yield say("health.connected")
        else:
            yield say("health.latency", milliseconds=round(gateway.latency * 1000))
        if gateway.shards:
            yield say("health.shards", shards=say.listing(map(str, gateway.shards)), count=self._shard_count or 0)
            away = [str(number) for number, connected in gateway.shards.items() if not connected]
            if away:
                yield "⚠️ " + say("health.shards-away", shards=say.listing(away))

    async def _database(self, say: Speaker) -> list[str]:
        extent = await self._signs.extent()
        if extent.kind is None:
            return [say("health.in-memory")]
        lines = [say("health.database", kind=extent.kind, size=say.room(extent.size))]
        if extent.free is not None:
            lines.append(say("health.free", size=say.room(extent.free)))
            copied = extent.copied_at
            lines.append(
                say("health.never-copied") if copied is None else say("health.copied", at=stamps.relative(copied))
            )
        return lines


def _queue(say: Speaker, signs: Signs) -> Iterable[str]:
    backlog, counts = signs.backlog, signs.counts
    yield say("health.queue", waiting=backlog.waiting, overdue=backlog.overdue)
    if backlog.oldest is not None:
        late = "⚠️ " if signs.lag > _LATE else ""
        yield late + say("health.lag", at=stamps.full(backlog.oldest), relative=stamps.relative(backlog.oldest))
    if not signs.beats:
        yield "⚠️ " + say("health.stuck")
    yield say("health.delivered", delivered=counts.delivered, late=counts.late)
    yield say("health.undelivered", postponed=counts.postponed, undelivered=counts.undelivered, dropped=counts.dropped)
    errors = say("health.errors", answers=signs.errors, queue=counts.errors)
    yield f"⚠️ {errors}" if signs.errors or counts.errors else errors
