"""The Discord client: intents, command tree, syncing, and what starts and stops with it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, cast

import discord
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket

from bot.app.due_runner import DueRunner
from bot.app.memory import Memory
from bot.app.vital_signs import Gateway
from bot.discord_ui.failures import Failures
from bot.discord_ui.patience import PATIENCE, watch
from bot.discord_ui.press import Presses, bound_button
from bot.discord_ui.reply import NO_MENTIONS
from bot.discord_ui.translator import CommandTranslator
from bot.l10n.words import Words

log = logging.getLogger(__name__)

#: What the bot does by itself in a channel: see it, post in it and its threads, look for its own message; and in a
#: server: make events of parties that are to have one, and threads to talk about what was watched.
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    read_message_history=True,
    create_events=True,
    create_public_threads=True,
)
#: Servers and their events; none of the privileged ones.
INTENTS = discord.Intents(guilds=True, guild_scheduled_events=True)
#: How long deliveries and commands that are under way may take when the process stops, in seconds; then how long
#: they have to break off, and the connections to close. A process has five seconds in all.
_GRACE = 2.0
_BREAKING_OFF = 0.5
_HANGING_UP = 0.5
#: How discord.py names the tasks that answer people: commands and choices, buttons and modals, events.
_ANSWERING = ("CommandTree-invoker", "discord-ui-", "discord.py: ")


_BEGAN = "began"


class Tree(app_commands.CommandTree[commands.Bot]):
    """The slash commands, in servers, direct messages and as an app of one's own."""

    failures: Failures

    def __init__(self, client: commands.Bot) -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )

    async def interaction_check(self, interaction: discord.Interaction[commands.Bot], /) -> bool:
        """Note when a command came; everybody may use them."""
        interaction.extras[_BEGAN] = time.monotonic()
        return True

    async def on_error(
        self, interaction: discord.Interaction[commands.Bot], error: app_commands.AppCommandError
    ) -> None:
        await self.failures.tell(interaction, error)


class CliffhangerClient(commands.Bot):
    """A client with no privileged intents that keeps no messages and no members."""

    def __init__(self, patience: float | None = PATIENCE, **sharding: Any) -> None:
        """``patience``: after how many seconds an answer that hasn't come is put off; None: never.

        ``sharding`` is what discord.py wants to know of shards; `client_of` says it.
        """
        # Otherwise every start warns of libraries for voice, which this bot has nothing to do with.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=INTENTS,
            allowed_mentions=NO_MENTIONS,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            **sharding,
        )
        self._patience = patience
        self._syncs = True
        self.cogs_to_add: Sequence[commands.Cog] = ()
        self._runner: DueRunner | None = None
        self._running: asyncio.Task[None] | None = None

    def equip(
        self,
        *,
        cogs: Sequence[commands.Cog],
        presses: Presses,
        failures: Failures,
        words: Words,
        memory: Memory,
        runner: DueRunner,
        dev_guild_ids: Sequence[int],
        syncs: bool = True,
        observe: Callable[[str, float], None] | None = None,
    ) -> None:
        """Give the client everything it needs; called once, before it starts.

        ``syncs``: whether it is for this process to tell Discord about the commands. ``observe`` is told how many
        seconds each slash command took.
        """
        self._syncs = syncs
        self._observe = observe
        self.cogs_to_add = cogs
        self._presses = presses
        self._failures = failures
        self._words = words
        self._memory = memory
        self._runner = runner
        self._dev_guild_ids = dev_guild_ids
        tree = self.tree
        assert isinstance(tree, Tree)
        tree.failures = failures

    async def setup_hook(self) -> None:
        for cog in self.cogs_to_add:
            await self.add_cog(cog)
        self.add_dynamic_items(bound_button(self._presses, self._failures.tell))
        await self.tree.set_translator(CommandTranslator(self._words))
        if self._syncs:
            await self.sync_commands()
        log.info("Invite the bot with %s", self.invite_link())
        if self._runner is not None:
            # Not in on_ready, which comes seconds after the login and again after every reconnect.
            self._running = asyncio.create_task(self._runner.run_forever(), name="due-runner")

    async def on_app_command_completion(
        self, interaction: discord.Interaction, command: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu
    ) -> None:
        """Note how long a command took."""
        began = interaction.extras.get(_BEGAN)
        if self._observe is not None and began is not None:
            self._observe(command.qualified_name, time.monotonic() - began)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """See to it that no interaction stays without an answer."""
        if self._patience is not None:
            watch(interaction, self._patience)

    def gateway_state(self) -> Gateway:
        """How the connection to Discord is."""
        # Before the first login there is no socket; discord.py's types don't say so.
        socket = cast("DiscordWebSocket | None", self.ws)
        connected = socket is not None and socket.open
        shards = {} if self.shard_id is None else {self.shard_id: connected}
        return Gateway(connected, self.latency if isfinite(self.latency) else None, shards)

    def invite_link(self) -> str:
        """Where a server's admin adds the bot, with the permissions it needs and no more."""
        return discord.utils.oauth_url(
            self.application_id or 0, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
        )

    async def sync_commands(self) -> bool:
        """Tell Discord about the commands where they changed since the last time; whether any had."""
        changed = False
        for guild_id in self._dev_guild_ids or (None,):
            guild = None if guild_id is None else discord.Object(guild_id)
            if guild is not None:
                self.tree.copy_global_to(guild=guild)
            digest = await self._digest(guild)
            place = "global" if guild_id is None else str(guild_id)
            key = f"commands:{self.application_id}:{place}"
            if await self._memory.get(key) == digest:
                continue
            try:
                await self.tree.sync(guild=guild)
            except discord.Forbidden:
                log.error("May not set commands in server %s: is the bot in it?", guild_id)
                continue
            await self._memory.put(key, digest)
            changed = True
            log.info("Commands synced (%s)", place)
        return changed

    async def _digest(self, guild: discord.Object | None) -> str:
        translator = self.tree.translator
        payload: list[object] = []
        for command in self.tree.get_commands(guild=guild):
            payload.append(
                command.to_dict(self.tree)
                if translator is None
                else await command.get_translated_payload(self.tree, translator)
            )
        return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()

    async def close(self) -> None:
        """Let what is under way end, for a moment, then hang up. Takes three seconds at most."""
        running, self._running = self._running, None
        under_way = _answers_under_way()
        if running is not None and self._runner is not None:
            self._runner.stop()
            under_way.add(running)
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=_GRACE)
            # What can't be finished in time is cut off; a delivery's lease and nonce see to it at the next start.
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=_BREAKING_OFF)
        if running is not None and running.done() and not running.cancelled():
            running.result()
        try:
            # A gateway that has gone silent would be waited for much longer.
            await asyncio.wait_for(super().close(), _HANGING_UP)
        except TimeoutError:
            await self.http.close()


def _answers_under_way() -> set[asyncio.Task[object]]:
    tasks: set[asyncio.Task[object]] = asyncio.all_tasks() - {asyncio.current_task()}
    return {task for task in tasks if task.get_name().startswith(_ANSWERING)}


class ShardedClient(CliffhangerClient, commands.AutoShardedBot):
    """The same with several connections to Discord, each for some of the servers."""

    def gateway_state(self) -> Gateway:
        """How the connections are; all have to be there."""
        shards = {number: not shard.is_closed() for number, shard in self.shards.items()}
        connected = bool(shards) and all(shards.values())
        return Gateway(connected, self.latency if isfinite(self.latency) else None, shards)


def client_of(
    shard_ids: Sequence[int], shard_count: int | None, patience: float | None = PATIENCE
) -> CliffhangerClient:
    """A client for these of so many shards; for all servers where ``shard_count`` is None."""
    if shard_count is None:
        return CliffhangerClient(patience)
    if len(shard_ids) == 1:
        return CliffhangerClient(patience, shard_id=shard_ids[0], shard_count=shard_count)
    return ShardedClient(patience, shard_ids=list(shard_ids), shard_count=shard_count)
