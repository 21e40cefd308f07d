"""Finding a time zone by whatever people type: cities, countries, zone names, abbreviations, offsets.

The zones are those of the zone database's table of countries, each of which has a city that people know; other
names of the same zone lead to it. Names of cities and countries come from CLDR in the asker's language, in
English and Korean, and where those know nothing, in every other language that the bot speaks; and from
`bot.app.gazetteer`. Tables are read from the `tzdata` package, since not every machine has its
own. Nothing is guessed: where text may mean zones that don't keep the same time, `ZoneSearch.resolve` says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, Final, cast
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz, process

from bot.app import gazetteer
from bot.app.gazetteer import WATCHED_ZONES
from bot.core.errors import UserError
from bot.core.text import clean, cut
from bot.l10n import dates

if TYPE_CHECKING:
    from babel.core import Locale

__all__ = ["WATCHED_ZONES", "ZoneChoice", "ZoneSearch"]

#: Discord's limit for what a choice shows.
_LABEL = 100
#: No name of a place is longer; more is not looked at.
_LONGEST_QUERY = 80
#: Likeness (0 to 100) from which a spelling counts as a slip of the pen, and from which nobody is asked.
_SLIP = 74.0
_SURE_SLIP = 84.0
#: Slips that fit nearly as well as the best one are as likely to be meant.
_CLOSE = 4.0
#: How well a place fits of which the name was typed in full, the beginning, a later word, several words from
#: here and there, a former name's beginning, at most with a slip, or letters from the middle.
_WHOLE, _BEGINNING, _WORD, _WORDS, _FORMER, _LIKE, _MIDDLE = 100.0, 95.0, 90.0, 88.0, 88.0, 87.0, 60.0
_PART = _WORDS
#: Languages in which names of places are understood by every index, with all that is known of them.
_UNDERSTOOD: Final = frozenset({"en", "ko"})
#: How many zones somebody is asked to choose from, and how many of their own country come first.
_ASKED = 5
_OWN = 6
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])\s*(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_DASHES = str.maketrans("−–‒﹣－＋：", "----" + "-" + "+:")
_FIXED = re.compile(r"Etc/GMT([+-])(\d{1,2})")
#: Letters that Unicode doesn't take apart into a plain one and a mark.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "'": None, "’": None, ".": None}
)
#: English names of countries that sound wrong after "in", for want of a "the".
_WITH_ARTICLE = re.compile(
    r"\b(?:Bahamas|Comoros|Congo|Emirates|Gambia|Islands?|Kingdom|Maldives|Netherlands|Philippines|Republic|Territor\w+)\b"
)
_KANJI_OR_KANA = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_ASIDE = re.compile(r"\s*[(（].*[)）]")


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """A zone to choose: its IANA name, and a label with the present local time, at most 100 characters."""

    zone: str
    label: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Somewhere that goes by a zone. ``country`` is empty where the name alone says enough."""

    zone: str
    name: str
    country: str

    @property
    def full(self) -> str:
        return f"{self.name}, {self.country}" if self.country else self.name

    @property
    def asked(self) -> str:
        """The name within a list, where another comma would confuse."""
        return f"{self.name} ({self.country})" if self.country else self.name


@dataclass(frozen=True, slots=True)
class _Found:
    """A place and how well it fits, from 0 to 100."""

    score: float
    place: _Place


class ZoneSearch:
    """Searches zones. What it needs for a language is built when that language is first asked for.

    ``languages`` are those in which names are understood whatever somebody's Discord is set to.
    """

    def __init__(self, languages: Iterable[str] = ()) -> None:
        self._indexes: dict[str, _Index] = {}
        self._foreign = _ForeignNames(languages)

    def search(self, query: str, now: datetime, locale: str, limit: int = 25) -> list[ZoneChoice]:
        """At most ``limit`` choices for what was typed so far, best first, each zone once.

        Nothing typed offers where speakers of that locale and people in general commonly watch. Text that no
        place resembles gives no choices.
        """
        index = self._index(locale)
        typed = _typed(query)
        found = index.usual(locale) if typed == "" else (hit.place for hit in index.find(typed, now))
        return [ZoneChoice(place.zone, _label(place, now, locale)) for place in islice(found, limit)]

    def resolve(self, text: str, now: datetime, locale: str) -> str:
        """The zone that is meant by text which may or may not be a choice of `search`.

        Raises UserError("zone.unknown", text) where nothing resembles it, and UserError("zone.ambiguous", text,
        choices), the choices being names that can be typed instead, where it may mean zones that differ at some
        time within a year from ``now``.
        """
        index = self._index(locale)
        typed = _typed(text)
        found = list(index.find(typed, now))
        if not found:
            raise UserError("zone.unknown", text=text)
        top = found[0].score
        best = [hit.place for hit in found if hit.score >= (top if top >= _PART else top - _CLOSE)]
        sure = top == _WHOLE or (top >= _SURE_SLIP and len(_fold(typed or "")) >= 3)
        if sure and all(_same_time(best[0].zone, other.zone, now) for other in best[1:]):
            # Everybody there keeps the same time, but a bare offset says nothing of a country.
            fixed = [place.zone for place in best if _is_fixed(place.zone)]
            return fixed[0] if fixed else best[0].zone
        likeliest = best if len(best) > 1 else [hit.place for hit in found]
        raise UserError("zone.ambiguous", text=text, choices=tuple(place.asked for place in likeliest[:_ASKED]))

    def place(self, zone: str, locale: str) -> str:
        """What to call a zone in a sentence: "India" where that has one zone only, else the city, "Auckland".

        ``locale`` is that of the sentence. Where English would need a "the" before the country ("in the
        Philippines"), the city is named instead. A zone that is gone from the tables is called by its own name.
        """
        return self._index(locale).spoken(zone)

    def _index(self, locale: str) -> _Index:
        data = dates.cldr(locale)
        code = str(data)
        if code not in self._indexes:
            self._indexes[code] = _Index(data, self._foreign)
        return self._indexes[code]


class _ForeignNames:
    """Names of zones' cities and countries in languages that hardly anybody asks for by another's name.

    One table for all readers, made when it is first needed: it takes longer to make than a person's own index, and
    is asked only where that knows nothing.
    """

    def __init__(self, languages: Iterable[str]) -> None:
        self._languages = tuple(language for language in languages if language not in _UNDERSTOOD)

    @cached_property
    def _zones(self) -> Mapping[str, tuple[str, ...]]:
        """Zones by folded names, those of a country best known first."""
        named: dict[str, dict[str, None]] = {}
        for data in map(dates.cldr, self._languages):
            cities, territories = _city_names(data), dates.territories(str(data))
            for zone in _zones():
                named.setdefault(_fold(cities[zone]), {})[zone] = None
            for code, zones in _countries().items():
                name = territories.get(code, "")
                for spelling in {name, _ASIDE.sub("", name)} - {""}:
                    named.setdefault(_fold(spelling), {}).update(dict.fromkeys(zones))
        return {name: tuple(zones) for name, zones in named.items()}

    def fitting(self, wanted: str) -> Iterator[tuple[float, str]]:
        """Zones that are called so, then those with names that begin so, each with how well it fits."""
        for zone in sorted(self._zones.get(wanted, ()), key=_rank):
            yield _WHOLE, zone
        begun = {zone for name, zones in self._zones.items() if name.startswith(wanted) for zone in zones}
        for zone in sorted(begun, key=_rank):
            yield _BEGINNING, zone


class _Index:
    """All names of places in one language, and in those that everybody's names are understood in."""

    def __init__(self, data: Locale, foreign: _ForeignNames) -> None:
        self._foreign = foreign
        self._cities = _city_names(data)
        self._territories = dates.territories(str(data))
        self._korean = data.language == "ko"
        self._english = data.language == "en"
        self._japanese = data.language == "ja"
        self._places: dict[str, list[_Place]] = {}
        self._zones: dict[str, _Place] = {}
        self._former: dict[str, _Place] = {}
        self._others = [
            (_city_names(other), dates.territories(str(other))) for other in map(dates.cldr, sorted(_UNDERSTOOD))
        ]
        self._fill_zones()
        self._fill_cities()
        self._fill_countries()

    def _fill_zones(self) -> None:
        for zone, code in _zones().items():
            city = self._cities[zone]
            country = _ASIDE.sub("", self._territories.get(code, code))
            # "Singapore, Singapore" and "Hong Kong, Hong Kong SAR China" say everything twice.
            place = _Place(zone, city, "" if _fold(city) in _fold(country) else country)
            self._zones[zone] = place
            for name in (city, zone, zone.rpartition("/")[2], place.full):
                self._name(name, place)
            for cities, territories in self._others:
                self._name(cities[zone], place)
                self._name(f"{cities[zone]}, {territories.get(code, code)}", place)
        for alias, zone in _aliases().items():
            self._former[_fold(alias)] = self._former[_fold(alias.rpartition("/")[2])] = self._zones[zone]
        utc = _Place("UTC", "UTC", "")
        self._zones["UTC"] = utc
        self._name("UTC", utc)
        for hours in range(-12, 15):
            zone = _fixed(hours)
            self._zones.setdefault(zone, _Place(zone, dates.offset(timedelta(hours=hours)), ""))

    def _fill_cities(self) -> None:
        for zone, name, korean, spellings in gazetteer.cities():
            country = self._zones[zone].country or self._zones[zone].name
            shown = korean if self._korean and korean is not None else name
            if self._japanese:
                shown = next((spelling for spelling in spellings if _KANJI_OR_KANA.search(spelling)), name)
            place = _Place(zone, shown, country)
            for spelling in (name, *spellings, *([korean] if korean is not None else ()), place.full):
                self._name(spelling, place)

    def _fill_countries(self) -> None:
        others = gazetteer.countries()
        for code, zones in _countries().items():
            names = [code, *_codes().get(code, ()), *others.get(code, ())]
            names += [named[code] for named in (self._territories, *(own for _, own in self._others)) if code in named]
            for name in {*names, *(_ASIDE.sub("", name) for name in names)}:
                for zone in zones:
                    self._name(name, self._zones[zone])

    def _name(self, name: str, place: _Place) -> None:
        known = self._places.setdefault(_fold(name), [])
        if place not in known:
            known.append(place)

    @cached_property
    def _padded(self) -> list[tuple[str, str]]:
        """Every key with a space before it, so that the start of any word is a space and that word."""
        return [(f" {key}", key) for key in self._places]

    @cached_property
    def _keys(self) -> list[str]:
        return list(self._places)

    @cached_property
    def _about(self) -> dict[_Place, str]:
        """All that is known of a place, for queries such as "new york us"."""
        about: dict[_Place, set[str]] = {}
        for key, places in self._places.items():
            for place in places:
                about.setdefault(place, set()).add(key)
        return {place: " " + " ".join(sorted(keys)) for place, keys in about.items()}

    def usual(self, locale: str) -> Iterator[_Place]:
        """Where people commonly watch, beginning with where the locale is at home."""
        zones = dict.fromkeys((*_home_zones(locale), *WATCHED_ZONES))
        return (self._zones[zone] for zone in zones)

    def spoken(self, zone: str) -> str:
        """See `ZoneSearch.place`."""
        zone = _spellings().get(zone.casefold(), zone)
        place = self._zones.get(zone)
        if place is None:
            return zone.rpartition("/")[2].replace("_", " ")
        code = _zones().get(zone, "")
        alone = len(_countries().get(code, ())) == 1 and place.country
        return place.name if not alone or (self._english and _WITH_ARTICLE.search(place.country)) else place.country

    def find(self, typed: str | None, now: datetime) -> Iterator[_Found]:
        """Places that fit, best first, each zone once; None is text that can't be a place."""
        if typed is None:
            return iter(())
        zone = _spellings().get(typed.replace(" ", "_").casefold())
        if zone is not None:
            return iter([_Found(_WHOLE, self._zones[zone])])
        ahead = _offset(typed)
        if ahead is not None:
            return iter([_Found(_WHOLE, self._zones[zone]) for zone in _zones_ahead(ahead, now)])
        wanted = _fold(typed)
        return _each_zone_once(self._fitting(wanted)) if wanted else iter(())

    def _fitting(self, wanted: str) -> Iterator[_Found]:
        whole = [self._zones[zone] for zone in _times().get(wanted, ())]
        whole += sorted(self._places.get(wanted, ()), key=_familiarity)
        if not whole and wanted in self._former:
            whole.append(self._former[wanted])
        partly = self._by_part(wanted)
        yield from (_Found(_WHOLE, place) for place in whole)
        yield from (hit for hit in partly if hit.score > _MIDDLE)
        # The rest is for those who would get nothing else.
        if whole or (partly and partly[0].score > _MIDDLE):
            return
        foreign = [_Found(score, self._zones[zone]) for score, zone in self._foreign.fitting(wanted)]
        if foreign:
            yield from foreign
            return
        yield from self._by_words(wanted)
        yield from (_Found(_FORMER, place) for key, place in self._former.items() if key.startswith(wanted))
        if len(wanted) >= 4:
            yield from self._by_likeness(wanted)
        yield from partly

    def _by_part(self, wanted: str) -> list[_Found]:
        """Names that begin with what was typed, then those of which a later word does, then any part."""
        word = f" {wanted}"
        ranked: dict[_Place, float] = {}
        for padded, key in self._padded:
            if word in padded:
                score = _BEGINNING if padded.startswith(word) else _WORD
            elif len(wanted) >= 3 and wanted in key:
                score = _MIDDLE
            else:
                continue
            for place in self._places[key]:
                ranked[place] = max(score, ranked.get(place, 0.0))
        return [
            _Found(score, place)
            for place, score in sorted(ranked.items(), key=lambda item: (-item[1], _familiarity(item[0])))
        ]

    def _by_words(self, wanted: str) -> Iterator[_Found]:
        words = [f" {word}" for word in wanted.split()]
        if len(words) > 1:
            fitting = (place for place, about in self._about.items() if all(word in about for word in words))
            yield from (_Found(_WORDS, place) for place in sorted(fitting, key=_familiarity))

    def _by_likeness(self, wanted: str) -> Iterator[_Found]:
        slips = process.extract(wanted, self._keys, scorer=fuzz.ratio, score_cutoff=_SLIP, limit=30)
        alike = [(score, place) for key, score, _ in slips for place in self._places[key]]
        alike.sort(key=lambda item: (-item[0], _familiarity(item[1])))
        # Below every name that was typed without a slip.
        yield from (_Found(min(score, _LIKE), place) for score, place in alike)


def _each_zone_once(found: Iterable[_Found]) -> Iterator[_Found]:
    seen: set[str] = set()
    for hit in found:
        if hit.place.zone not in seen:
            seen.add(hit.place.zone)
            yield hit


def _label(place: _Place, now: datetime, locale: str) -> str:
    local = now.astimezone(_zone(place.zone))
    ahead = dates.offset(_ahead(place.zone, now))
    clock = f" — {dates.clock(local, locale)}" + ("" if place.name == ahead else f" ({ahead})")
    return cut(place.full, _LABEL - len(clock)) + clock


def _same_time(one: str, other: str, now: datetime) -> bool:
    """Whether clocks in both zones agree for a year. Changes of the clock last longer than the steps."""
    moments = (now + timedelta(days=days) for days in range(0, 371, 7))
    return one == other or all(_ahead(one, at) == _ahead(other, at) for at in moments)


@cache
def _zone(name: str) -> ZoneInfo:
    # Python itself keeps only eight of them, and reading all from files takes longer than all the rest.
    return ZoneInfo(name)


def _ahead(zone: str, at: datetime) -> timedelta:
    return at.astimezone(_zone(zone)).utcoffset() or timedelta()


def _typed(text: str) -> str | None:
    """What was typed, on one line and without the time of a label; None for what is too long to be a place."""
    # A label that was copied or edited still names its place.
    place = clean(text[: 4 * _LABEL]).partition(" — ")[0]
    return place if len(text) <= 4 * _LABEL and len(place) <= _LONGEST_QUERY else None


def _fold(name: str) -> str:
    """A key that is equal for names which differ in case, accents and punctuation only.

    Hangul is taken apart, so that a syllable that is still being typed is the beginning of the finished one.
    """
    letters = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    kept = (char if char.isalnum() else " " for char in letters if not unicodedata.combining(char))
    return " ".join("".join(kept).split())


def _offset(text: str) -> timedelta | None:
    """The offset that was typed, such as "+9", "UTC+5:30" or "-0330"; None for other text."""
    found = _OFFSET.fullmatch(text.translate(_DASHES))
    if found is None:
        return None
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return -ahead if found[1] == "-" else ahead


def _fixed(hours: int) -> str:
    """The zone that is always so many hours ahead of UTC; its POSIX name has the sign the other way round."""
    return f"Etc/GMT{-hours:+}" if hours else "UTC"


def _is_fixed(zone: str) -> bool:
    return zone == "UTC" or _FIXED.fullmatch(zone) is not None


def _zones_ahead(ahead: timedelta, now: datetime) -> list[str]:
    """The zones with that offset at ``now``, best known first, then the fixed one."""
    zones = sorted((zone for zone in _zones() if _ahead(zone, now) == ahead), key=_rank)
    hours, rest = divmod(ahead, timedelta(hours=1))
    fixed = [_fixed(hours)] if not rest and -12 <= hours <= 14 else []
    # The fixed zone stays within what a person is shown.
    return [*zones[:20], *fixed, *zones[20:]]


def _home_zones(locale: str) -> tuple[str, ...]:
    """The best known zones where a locale is spoken, by its region or its language's likeliest."""
    from babel.core import get_global

    data = dates.cldr(locale)
    likely = cast("Mapping[str, str]", get_global("likely_subtags"))
    region = data.territory or likely.get(data.language, "").rpartition("_")[2]
    return gazetteer.REGION_ZONES.get(region, _countries().get(region, ())[:_OWN])


@cache
def _rank(zone: str) -> int:
    """How well a zone is known: 0 for the best."""
    if zone in gazetteer.KNOWN_ZONES:
        return gazetteer.KNOWN_ZONES.index(zone)
    return len(gazetteer.KNOWN_ZONES) + list(_zones()).index(zone) if zone in _zones() else 10_000


def _familiarity(place: _Place) -> tuple[int, int, str]:
    return _rank(place.zone), len(place.name), place.name


def _table(name: str) -> Iterator[str]:
    text = files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def _zones() -> dict[str, str]:
    """Every zone that has a city, with its country's ISO code."""
    rows = (line.split("\t") for line in _table("zone.tab"))
    return {row[2]: row[0] for row in rows}


@cache
def _countries() -> dict[str, tuple[str, ...]]:
    """The zones of every country, best known first."""
    by_code: dict[str, list[str]] = {}
    for zone, code in _zones().items():
        by_code.setdefault(code, []).append(zone)
    return {code: tuple(sorted(zones, key=_rank)) for code, zones in by_code.items()}


@cache
def _times() -> dict[str, tuple[str, ...]]:
    return {_fold(name): zones for name, zones in gazetteer.times().items()}


@cache
def _aliases() -> dict[str, str]:
    """Other names of zones, old ones mostly, that aren't abbreviations."""
    from babel.core import get_global

    # CLDR's first: the zone database joins zones of different countries that agree since 1970.
    by_cldr = cast("Mapping[str, str]", get_global("zone_aliases"))
    by_tzdata = {row[2]: row[1] for row in (line.split() for line in _table("tzdata.zi")) if row[0] == "L"}
    return {
        alias: zone
        for alias, zone in {**by_tzdata, **by_cldr}.items()
        if zone in _zones() and alias not in _zones() and _fold(alias) not in _times()
    }


@cache
def _spellings() -> dict[str, str]:
    """Zones by every IANA name in lower case; bare words such as "Japan" are no names of zones here."""
    fixed = {_fixed(hours).casefold(): _fixed(hours) for hours in range(-12, 15)}
    universal = {f"etc/{name}": "UTC" for name in ("utc", "uct", "universal", "zulu", "gmt", "gmt0", "gmt+0", "gmt-0")}
    named = {zone.casefold(): zone for zone in _zones()}
    old = {alias.casefold(): zone for alias, zone in _aliases().items() if "/" in alias}
    return {**old, **fixed, **universal, **named}


@cache
def _codes() -> dict[str, tuple[str, ...]]:
    """ISO's codes of three letters by those of two, where they aren't abbreviations of times as well."""
    from babel.core import get_global

    by_code: dict[str, list[str]] = {}
    for alias, codes in cast("Mapping[str, list[str]]", get_global("territory_aliases")).items():
        if len(alias) == 3 and alias.isalpha() and len(codes) == 1 and _fold(alias) not in _times():
            by_code.setdefault(codes[0], []).append(alias)
    return {code: tuple(aliases) for code, aliases in by_code.items()}


def _city_names(data: Locale) -> dict[str, str]:
    """The name of every zone's city; where CLDR has none, the zone's own name says it."""
    names = cast("Mapping[str, Mapping[str, str]]", data.time_zones)
    old: dict[str, list[str]] = {}
    for alias, zone in _aliases().items():
        old.setdefault(zone, []).append(alias)
    cities: dict[str, str] = {}
    for zone in _zones():
        # CLDR keeps a zone under the name it had when it was first listed.
        entries = (names.get(spelling) for spelling in (zone, *old.get(zone, ())))
        known = (entry["city"] for entry in entries if entry is not None and "city" in entry)
        cities[zone] = next(known, zone.rpartition("/")[2].replace("_", " "))
    return cities
