"""Dates, times of day, lists, numbers and names of countries as a language writes them.

Every function takes a locale as Discord or CLDR spells it ("ko", "en-GB", "pt_BR"); an unknown one is read as
English. Nothing here converts between zones: callers pass local dates and times. Hours are counted to 24
everywhere and with a colon, because broadcasters print them so, every language understands it, and people type it so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, cast

if TYPE_CHECKING:
    from babel.core import Locale

#: Without and with the year, where CLDR's own patterns are not the usual ones: the English one puts the month first
#: and commas in between.
_DAY_PATTERNS: Final = {
    "en": ("EEE d MMM", "EEE d MMM y"),
    "ko": ("M월 d일 (EEE)", "y년 M월 d일 (EEE)"),
}
_DAY_SKELETONS: Final = ("MMMEd", "yMMMEd")
_UNITS: Final[tuple[tuple[Literal["day", "hour", "minute"], timedelta], ...]] = (
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
)
#: Languages that write a number and its unit without a space between.
_UNSPACED: Final = frozenset({"ja"})
#: No amount of a unit is so large that the next larger unit would be used for it.
_ANY_AMOUNT: Final = 1e12


@lru_cache(maxsize=128)
def cldr(locale: str) -> Locale:
    """CLDR's data for a locale, for its language where the region is unknown, and for English else."""
    # Babel takes longer to import than everything else in this package; only speaking needs it.
    from babel.core import Locale, UnknownLocaleError

    spelled = locale.replace("_", "-")
    for candidate in (spelled, spelled.partition("-")[0]):
        try:
            return Locale.parse(candidate, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


def day(local: date, locale: str, *, year: bool = False) -> str:
    """A short date: "Tue 29 Jul", with ``year`` "Tue 29 Jul 2025"."""
    from babel.dates import format_date, format_skeleton

    data = cldr(locale)
    patterns = _DAY_PATTERNS.get(data.language)
    if patterns is not None:
        return format_date(local, patterns[year], locale=data)
    return format_skeleton(_DAY_SKELETONS[year], local, locale=data)


def clock(local: time | datetime, locale: str) -> str:
    """A time of day, "22:00"; the same in every locale."""
    del locale
    return f"{local.hour:02}:{local.minute:02}"


def weekday(local: date, locale: str) -> str:
    """The full name of the day of the week."""
    from babel.dates import format_date

    return format_date(local, "EEEE", locale=cldr(locale))


def duration(minutes: int, locale: str) -> str:
    """A length of time in at most two units, "1 hour 30 minutes"; what is smaller than those is left off.

    Raises ValueError for negative ``minutes``.
    """
    from babel.dates import format_timedelta

    if minutes < 0:
        raise ValueError(f"{minutes} minutes are no duration")
    data = cldr(locale)
    parts: list[str] = []
    rest = timedelta(minutes=minutes)
    for unit, size in _UNITS:
        amount, rest = divmod(rest, size)
        if amount or (unit == "minute" and not parts):
            # Not `babel.units`: it finds no Korean pattern in the long form, which CLDR inherits from the short.
            parts.append(format_timedelta(amount * size, granularity=unit, threshold=_ANY_AMOUNT, locale=data))
    return "".join(parts[:2]).replace(" ", "") if data.language in _UNSPACED else " ".join(parts[:2])


def listing(items: Sequence[str], locale: str) -> str:
    """ "A, B and C"."""
    return _list(items, locale, "standard")


def room(size: int, locale: str) -> str:
    """So many bytes in megabytes or gigabytes: "12.3 MB"."""
    from babel.units import format_unit

    giga = size >= 10**9
    amount = round(size / 10**9 if giga else size / 10**6, 1)
    return format_unit(amount, "digital-gigabyte" if giga else "digital-megabyte", "short", locale=cldr(locale))


def alternatives(items: Sequence[str], locale: str) -> str:
    """ "A, B or C"."""
    return _list(items, locale, "or")


def _list(items: Sequence[str], locale: str, style: Literal["standard", "or"]) -> str:
    from babel.lists import format_list

    data = cldr(locale)
    # American English would put a comma before the "and".
    return format_list(list(items), style=style, locale=cldr("en-GB") if data.language == "en" else data)


def territory(code: str, locale: str) -> str:
    """The name of the country with this ISO 3166 code; an unknown code is returned as it is."""
    return territories(locale).get(code.upper(), code)


def territories(locale: str) -> Mapping[str, str]:
    """The names of all countries and regions by their codes."""
    # Babel's own mapping is untyped.
    return cast("Mapping[str, str]", cldr(locale).territories)


def percent(value: float, locale: str) -> str:
    """A rating in per cent, with one digit after the point or as many as it was published with: "2.3%"."""
    from babel.numbers import format_percent

    data = cldr(locale)
    # Where the sign stands is the language's own; how many digits there are is not.
    own = cast("str", data.percent_formats[None].pattern)
    return format_percent(Decimal(str(value)) / 100, format=own.replace("#,##0", "#,##0.0##"), locale=data)


def offset(ahead: timedelta) -> str:
    """How far clocks are ahead of UTC: "UTC+9", "UTC+5:30", "UTC-3", "UTC"."""
    minutes = round(ahead.total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def day_relation(wall_date: date, reference_date: date) -> Literal["today", "tomorrow", "yesterday"] | None:
    """What ``wall_date`` is to somebody whose calendar shows ``reference_date``; None further away.

    The word is part of a key, not meant to be read.
    """
    match (wall_date - reference_date).days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case -1:
            return "yesterday"
        case _:
            return None
