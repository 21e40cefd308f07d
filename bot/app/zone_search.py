"""Temporary stand-in."""

from __future__ import annotations
from dataclasses import dataclass
from datetime import datetime
from bot.core.errors import UserError
from bot.core.zones import is_zone

WATCHED_ZONES = ("Asia/Seoul", "Asia/Tokyo", "Asia/Kolkata", "Europe/London", "America/New_York")


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    zone: str
    label: str


class ZoneSearch:
    def search(self, query: str, now: datetime, locale: str, limit: int = 25) -> list[ZoneChoice]:
        return [ZoneChoice(z, z) for z in WATCHED_ZONES if query.casefold() in z.casefold()][:limit]

    def resolve(self, text: str, now: datetime, locale: str) -> str:
        if is_zone(text):
            return text
        raise UserError("zone.unknown", text=text)

    def place(self, zone: str, locale: str) -> str:
        return zone.rpartition("/")[2].replace("_", " ")
