"""How the process is: what an operator watches, looked at when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.app.clock import Clock
from bot.app.due_runner import Counts, DueRunner
from bot.store import due
from bot.store.database import Database
from bot.store.due import Backlog
from bot.store.extent import Extent, extent_of

#: Longer than this nobody who delivers goes without looking at the queue: a look each minute, and one lease of work.
_SILENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Gateway:
    """The connection to Discord; ``latency`` in seconds, None where it isn't known.

    ``shards`` are those of this process, and whether each is connected; none where Discord doesn't divide the servers.
    """

    connected: bool
    latency: float | None
    shards: Mapping[int, bool] = field(default_factory=dict[int, bool])


@dataclass(frozen=True, slots=True)
class Signs:
    """What was found at one moment. ``lag``: how long the oldest overdue row has been due.

    ``errors`` is how many errors nobody foresaw there were in answers since the start.
    """

    gateway: Gateway
    beats: bool
    backlog: Backlog
    lag: timedelta
    counts: Counts
    errors: int


class VitalSigns:
    """Takes them, from the moment on that it was made, when the process started."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        runner: DueRunner,
        gateway: Callable[[], Gateway],
        errors: Callable[[], int],
    ) -> None:
        self._database = database
        self._clock = clock
        self._runner = runner
        self._gateway = gateway
        self._errors = errors
        self.started_at: datetime = clock.now()

    def beats(self) -> bool:
        """Whether the delivery loop is at work. Before the login it needn't be."""
        looked_at = self._runner.looked_at
        return looked_at is None or self._clock.now() - looked_at < _SILENCE

    async def take(self) -> Signs:
        """Look at everything, the database included."""
        now = self._clock.now()
        backlog = await due.backlog(self._database, now)
        lag = timedelta(0) if backlog.oldest is None else max(now - backlog.oldest, timedelta(0))
        return Signs(self._gateway(), self.beats(), backlog, lag, self.counts, self.errors)

    async def extent(self) -> Extent:
        """How large the database is, and what room it has."""
        return await extent_of(self._database)

    @property
    def counts(self) -> Counts:
        """What became of due rows since the start."""
        return self._runner.counts

    @property
    def errors(self) -> int:
        """See `Signs`."""
        return self._errors()

    @property
    def is_at_work(self) -> bool:
        """Whether it is logged in and delivers."""
        return self._gateway().connected and self._runner.looked_at is not None and self.beats()
