"""Who asks, where, and how far they have watched: what a reply depends on besides the request."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.spoilers import Horizon, horizon


@dataclass(frozen=True, slots=True)
class Asker:
    """The person and the place of one request, about one show.

    ``guild_id`` is None in direct messages. ``zone`` is None until set; ``zone_shared`` says whether its owner
    shows it in this server. ``progress`` is the last episode seen, ``ceiling`` the last that may be talked
    about openly in this channel.
    """

    user_id: int
    guild_id: int | None
    channel_id: int
    locale: str
    zone: str | None
    zone_shared: bool
    progress: int
    ceiling: int

    def horizon(self, *, public: bool, asked: int) -> Horizon:
        """The horizon of a reply that covers up to episode ``asked``."""
        return horizon(public=public, progress=self.progress, ceiling=self.ceiling, asked=asked)
