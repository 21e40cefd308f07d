"""What a service knows of a show, in the words of this format; and the care with which its JSON is read.

Nothing that comes from outside is trusted: every value has its type, size and range checked, and what is optional
and wrong counts as not said.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NoReturn, cast
from zoneinfo import ZoneInfo

from bot.core.zones import is_zone
from bot.dataset.schema import MAX_NAME

#: The most bytes that one answer or file may have.
MAX_BYTES: Final = 8 * 1024 * 1024
#: The most episodes that a show may have.
MAX_EPISODES: Final = 2_000

#: What may not stand in a file of the format, beside what has no place in a name anyway.
_LINE_SEPARATORS: Final = frozenset("\u2028\u2029")
_JOINERS: Final = frozenset("\u200c\u200d")


class UpstreamError(Exception):
    """What a service says can't be used; str() says why, in the middle of a sentence."""


@dataclass(frozen=True, slots=True)
class Aired:
    """When an episode comes out, as the broadcaster prints it.

    ``day`` is the broadcast day; ``time`` its hour on it, up to "29:59", None where nobody says.
    """

    day: str
    time: str | None


@dataclass(frozen=True, slots=True)
class UpstreamEpisode:
    """One episode. ``key`` is its name at the service; ``aired`` is None where nothing is announced."""

    key: str
    season: int
    special: bool
    aired: Aired | None
    title: str | None
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Upstream:
    """A show as a service describes it; ``episodes`` in the order of watching.

    ``id`` is its number there, ``page`` the page for people. None stands for what the service doesn't say. ``notes``
    say what was left out, and why.
    """

    service: str
    id: int
    page: str
    publisher: str
    title: str
    native_title: str | None
    aliases: tuple[str, ...]
    network: str | None
    kind: str
    country: str | None
    zone: str | None
    language: str | None
    minutes: int | None
    genres: tuple[str, ...]
    episodes: tuple[UpstreamEpisode, ...]
    notes: tuple[str, ...] = field(default=())


def read_json(data: bytes) -> object:
    """The value of a JSON document. Raises UpstreamError for what isn't one, or is too deep."""
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise UpstreamError("it is not text in UTF-8") from None
    except RecursionError:
        raise UpstreamError("it is nested deeper than any description of a show") from None
    except ValueError as error:
        raise UpstreamError(f"it is not JSON ({str(error)[:80]})") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def mapping(value: object) -> Mapping[str, object]:
    """``value`` where it is a mapping, else an empty one."""
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """``value`` where it is a list, else an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []


def name(value: object, longest: int = MAX_NAME) -> str | None:
    """A text of one line that a file can hold, cut where it is too long; None for anything else, and for nothing."""
    if not isinstance(value, str):
        return None
    kept = (
        " " if char.isspace() or char in _LINE_SEPARATORS else char
        for char in unicodedata.normalize("NFC", value[:2_000])
        if char.isspace() or char in _JOINERS or unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs", "Cn"}
    )
    text = " ".join("".join(kept).split())
    if len(text) > longest:
        text = text[: longest - 1].rstrip() + "…"
    return text if any(char.isalnum() for char in text) else None


def whole(value: object, least: int, most: int) -> int | None:
    """A whole number within bounds; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    return None


def day(value: object) -> str | None:
    """A day that the format can hold; None for anything else."""
    if not isinstance(value, str) or not re.fullmatch("(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        date.fromisoformat(value)
    except ValueError:
        return None
    return value


def country(value: object) -> str | None:
    """The two letters of a country; None for anything else."""
    return value if isinstance(value, str) and re.fullmatch("[A-Z]{2}", value) else None


def zone(value: object) -> str | None:
    """The name of a zone that is known here; None for anything else."""
    return value if isinstance(value, str) and len(value) <= 64 and is_zone(value) and ZoneInfo(value) else None


def in_order(episodes: list[UpstreamEpisode], notes: list[str]) -> tuple[UpstreamEpisode, ...]:
    """The episodes with dates that don't go backwards: one that does is left without, and noted.

    Raises UpstreamError where there are none, or too many.
    """
    if not episodes:
        raise UpstreamError("it lists no episode yet")
    if len(episodes) > MAX_EPISODES:
        raise UpstreamError(f"it lists {len(episodes):,} episodes; {MAX_EPISODES:,} are the most")
    kept: list[UpstreamEpisode] = []
    last: tuple[str, str] | None = None
    for number, episode in enumerate(episodes, 1):
        aired = episode.aired
        if aired is not None:
            # Where an hour is unknown the two may share a day in either order.
            earlier = last is not None and (
                aired.day < last[0] or (aired.day == last[0] and aired.time is not None and aired.time < last[1])
            )
            if earlier:
                notes.append(f"the date of number {number} ({aired.day}) is before that of the one before; left out")
                episode = UpstreamEpisode(
                    episode.key, episode.season, episode.special, None, episode.title, episode.minutes
                )
            else:
                last = (aired.day, aired.time or (last[1] if last is not None and last[0] == aired.day else ""))
        kept.append(episode)
    return tuple(kept)
