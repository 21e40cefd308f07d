"""The loopback Discord's rate limits: windows that open with a first request and close after a fixed time.

The numbers are a model. Discord documents 50 requests a second over all; those of the single routes it
tells only in its answers' headers.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """So many requests in so many seconds."""

    requests: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The paces that the server holds the bot to.

    `overall` counts every request but interaction answers and webhooks; `send` and `edit` count per
    channel, `webhook` per token, `other` per route and the channel or server it names.
    """

    overall: Pace = Pace(50, 1.0)
    send: Pace = Pace(5, 5.0)
    edit: Pace = Pace(5, 5.0)
    webhook: Pace = Pace(5, 2.0)
    other: Pace = Pace(50, 1.0)


@dataclass(slots=True)
class Standing:
    """Where a window stands after a request; `accepted` False means that it was one too many."""

    accepted: bool
    limit: int
    remaining: int
    reset_after: float
    bucket: str


class Windows:
    """All windows by key. Times are seconds of the server's timer."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[float, int]] = {}

    def take(self, key: str, pace: Pace, now: float) -> Standing:
        """Count a request in the window of `key`, which opens anew once its time is over."""
        opened, used = self._windows.get(key, (now, 0))
        if now >= opened + pace.seconds:
            opened, used = now, 0
        accepted = used < pace.requests
        used += accepted
        self._windows[key] = opened, used
        bucket = hashlib.sha256(key.partition(" @ ")[0].encode()).hexdigest()[:32]
        return Standing(accepted, pace.requests, pace.requests - used, opened + pace.seconds - now, bucket)
