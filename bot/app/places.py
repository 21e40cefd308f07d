"""Channels and threads, as far as what is shown in them depends on which they are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A channel or thread. ``guild_id`` is None outside of servers, the rest but for threads or where not known."""

    channel_id: int
    guild_id: int | None = None
    thread_name: str | None = None
    parent_id: int | None = None
    parent_name: str | None = None
