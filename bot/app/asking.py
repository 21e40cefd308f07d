"""Who asks, where, and how far they have watched: what a reply depends on besides the request."""

from __future__ import annotations

from dataclasses import dataclass

from bot.app.ceilings import Ceiling
from bot.core.progress import Progress
from bot.core.spoilers import Horizon, horizon


@dataclass(frozen=True, slots=True)
class Asker:
    """The person and the place of one request, about one show.

    ``guild_id`` is None in direct messages. ``zone`` is None until set; ``zone_shared`` says whether its owner
    shows it in this server. ``watched`` is what they have seen, ``told`` whether they ever said so; ``opened`` is
    how far this channel may be talked in openly, and why.
    """

    user_id: int
    guild_id: int | None
    channel_id: int
    locale: str
    zone: str | None
    zone_shared: bool
    watched: Progress
    told: bool
    opened: Ceiling

    @property
    def progress(self) -> int:
        """The last episode of the unbroken run that they have seen."""
        return self.watched.up_to

    @property
    def ceiling(self) -> int:
        """The last episode that may be talked about openly in this channel."""
        return self.opened.episode

    def horizon(self, *, public: bool, asked: int, revealed: int = 0) -> Horizon:
        """The horizon of a reply that covers up to episode ``asked``; ``revealed`` as in `spoilers.horizon`."""
        return horizon(public=public, progress=self.watched, ceiling=self.ceiling, asked=asked, revealed=revealed)
