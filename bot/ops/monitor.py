"""Serves `/live`, `/ready` and `/metrics` over HTTP, for whatever watches the process.

There is nothing in them about people or servers, and no way to change anything. They are meant for the same machine or
a private network.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from bot.app.vital_signs import VitalSigns
from bot.core.errors import OperatorError

log = logging.getLogger(__name__)

#: Seconds; an answer that takes longer than two is put off, and three are Discord's limit.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 10.0)
#: How long the database may take to answer before the process is called not ready, in seconds.
_PATIENCE = 5.0


class _Totals(Collector):
    """What the process counts itself."""

    def __init__(self, signs: VitalSigns) -> None:
        self._signs = signs

    def collect(self) -> list[CounterMetricFamily]:
        """The figures of now."""
        rows = CounterMetricFamily("cliffhanger_due", "Due rows by what became of them.", labels=["outcome"])
        counts = self._signs.counts
        for outcome in ("delivered", "late", "dropped", "undelivered", "postponed"):
            rows.add_metric([outcome], getattr(counts, outcome))
        errors = CounterMetricFamily("cliffhanger_errors", "Errors that nobody foresaw.", labels=["where"])
        errors.add_metric(["answers"], self._signs.errors)
        errors.add_metric(["queue"], counts.errors)
        return [rows, errors]


class Monitor:
    """The figures of one process, and the server that tells them."""

    def __init__(self, signs: VitalSigns) -> None:
        self._signs = signs
        self._registry = CollectorRegistry()
        self.port = 0
        made = self._registry
        ProcessCollector(registry=made)
        made.register(_Totals(signs))
        self._commands = Histogram(
            "cliffhanger_command_seconds",
            "From the arrival of a slash command to the end of its work.",
            ["command"],
            registry=made,
            buckets=_BUCKETS,
        )
        self._connected = Gauge("cliffhanger_gateway_connected", "Whether the gateway is connected.", registry=made)
        self._latency = Gauge("cliffhanger_gateway_latency_seconds", "A heartbeat's round trip.", registry=made)
        self._waiting = Gauge("cliffhanger_queue_waiting", "Rows of the due queue that wait.", registry=made)
        self._overdue = Gauge("cliffhanger_queue_overdue", "Those that are due already.", registry=made)
        self._lag = Gauge("cliffhanger_queue_lag_seconds", "How long the oldest of these has been due.", registry=made)

    def observe(self, command: str, seconds: float) -> None:
        """Note how long a command took."""
        self._commands.labels(command).observe(seconds)

    @asynccontextmanager
    async def serve(self, host: str, port: int) -> AsyncGenerator[Monitor]:
        """Listen while the context is open; ``port`` 0 is any free one.

        Raises OperatorError("operator.metrics-port").
        """
        app = web.Application()
        app.router.add_get("/live", self._live)
        app.router.add_get("/ready", self._ready)
        app.router.add_get("/metrics", self._metrics)
        runner = web.AppRunner(app, handle_signals=False, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port)
            try:
                await site.start()
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise OperatorError(
                    "operator.metrics-port", os.EX_UNAVAILABLE, at=f"{host}:{port}", reason=reason
                ) from None
            self.port = int(runner.addresses[0][1])
            log.info("Figures are served at %s, port %d", host, self.port)
            yield self
        finally:
            await runner.cleanup()

    async def _live(self, _request: web.Request) -> web.Response:
        return _told(self._signs.beats(), "alive", "the delivery loop is stuck")

    async def _ready(self, _request: web.Request) -> web.Response:
        if not self._signs.is_at_work:
            return _told(False, "", "not logged in, or not delivering")
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._signs.take()
        except Exception:
            log.warning("The database doesn't answer", exc_info=True)
            return _told(False, "", "the database doesn't answer")
        return _told(True, "ready", "")

    async def _metrics(self, _request: web.Request) -> web.Response:
        signs = await self._signs.take()
        self._connected.set(signs.gateway.connected)
        self._latency.set(float("nan") if signs.gateway.latency is None else signs.gateway.latency)
        self._waiting.set(signs.backlog.waiting)
        self._overdue.set(signs.backlog.overdue)
        self._lag.set(signs.lag.total_seconds())
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _told(well: bool, yes: str, no: str) -> web.Response:
    return web.Response(status=200 if well else 503, text=(yes if well else no) + "\n")
