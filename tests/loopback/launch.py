"""Runs a module with discord.py pointed at a loopback Discord.

Usage: `python -m tests.loopback.launch URL MODULE [ARGUMENT...]`. `MODULE` runs as `python -m MODULE` would
run it, so that `... URL bot run` is the real bot. This file is the only place that knows how discord.py
finds Discord; the bot has no setting for it.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route


def point_discord_at(url: str) -> Callable[[], None]:
    """Send every discord.py client of this process to `url` (`http://127.0.0.1:port`); returns how to undo it."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE

    def undo() -> None:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE = before

    Route.BASE = f"{url}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url.replace("http", "ws", 1)) / "gateway" / ""
    discord.Asset.BASE = url
    return undo


def main(arguments: list[str]) -> None:
    """Run the module named in `arguments`; its exit code is this process's."""
    if len(arguments) < 2:
        sys.exit("usage: python -m tests.loopback.launch URL MODULE [ARGUMENT...]")
    url, module, *rest = arguments
    point_discord_at(url)
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
