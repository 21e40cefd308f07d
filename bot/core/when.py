"""Temporary stand-in."""

from __future__ import annotations
from dataclasses import dataclass
from datetime import datetime, timedelta
import re
from zoneinfo import ZoneInfo
from bot.core.errors import UserError
from bot.core.zones import resolve


@dataclass(frozen=True, slots=True)
class Understood:
    at: datetime
    wall: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Unclear:
    reason: str
    choices: tuple[Understood, Understood]


def read(text: str, now: datetime, zone: str, air_at: datetime | None) -> Understood | Unclear:
    t = text.strip().casefold()
    if t == "air time":
        if air_at is None:
            raise UserError("when.no-air-time")
        return Understood(air_at, air_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None), zone)
    if m := re.fullmatch(r"in (\d+) ?h", t):
        at = now + timedelta(hours=int(m[1]))
        return Understood(at, at.astimezone(ZoneInfo(zone)).replace(tzinfo=None), zone)
    try:
        wall = datetime.fromisoformat(t)
    except ValueError:
        raise UserError("when.not-understood", text=text) from None
    return Understood(resolve(wall, zone), wall, zone)


def read_lead(text: str) -> int:
    m = re.fullmatch(r"(\d+) ?(min|h)?", text.strip())
    if not m:
        raise UserError("lead.not-understood", text=text)
    return int(m[1]) * (60 if m[2] == "h" else 1)
