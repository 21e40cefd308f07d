"""Instants as Discord timestamps, which every reader's own client shows in their zone."""

from __future__ import annotations

from datetime import datetime


def _stamp(at: datetime, style: str) -> str:
    return f"<t:{int(at.timestamp())}:{style}>"


def full(at: datetime) -> str:
    """Weekday, date and time."""
    return _stamp(at, "F")


def relative(at: datetime) -> str:
    """ "in 4 hours"."""
    return _stamp(at, "R")


def short(at: datetime) -> str:
    """Date and time."""
    return _stamp(at, "f")


def second(at: datetime) -> str:
    """The time of day to the second."""
    return _stamp(at, "T")


def clock(at: datetime) -> str:
    """The time of day."""
    return _stamp(at, "t")
