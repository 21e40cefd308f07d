"""A small Discord on 127.0.0.1 for discord.py's real client; start with `server.LoopbackDiscord`."""
