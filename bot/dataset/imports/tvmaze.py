"""TVmaze's JSON: a show with its episodes, as https://www.tvmaze.com/api describes it.

TVmaze prints the broadcaster's day and hour (``airdate``, ``airtime``) and the instant (``airstamp``). What is shown
after midnight has the day before as its ``airdate``, which only the instant tells; and without an hour the instant is
a made-up noon, so that it is only looked at where there is an hour.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.dataset.imports.upstream import (
    Aired,
    Upstream,
    UpstreamEpisode,
    UpstreamError,
    country,
    day,
    in_order,
    items,
    mapping,
    name,
    whole,
    zone,
)

HOST: Final = "api.tvmaze.com"
SERVICE: Final = "tvmaze"
#: TVmaze's terms ask for its name where its data is used.
_PUBLISHER: Final = "tvmaze.com (CC BY-SA)"

#: Where a season is a year, as for daily shows, the format counts seasons from 1.
_LAST_SEASON: Final = 1_000
_MANY: Final = 1_000_000_000


def show_id(url: str) -> int | None:
    """The show that a page or an address of the API is about; None for any other address."""
    found = re.fullmatch(
        r"https://(?:(?:www\.)?tvmaze\.com|api\.tvmaze\.com)/shows/([1-9][0-9]{0,9})(?:[/?#][^\s]*)?", url
    )
    return None if found is None else int(found[1])


def addresses(show: int) -> tuple[str, str]:
    """What to ask for: the show with its other titles, and all of its episodes."""
    return f"https://{HOST}/shows/{show}?embed=akas", f"https://{HOST}/shows/{show}/episodes?specials=1"


def joined(show: object, episodes: object) -> object:
    """Both answers in one document, as the API's own ``embed`` would give it."""
    known = dict(mapping(show))
    return {**known, "_embedded": {**mapping(known.get("_embedded")), "episodes": episodes}}


def read(document: object, find_language: Callable[[str], str | None]) -> Upstream:
    """What a show's JSON with embedded episodes says; ``find_language`` gives the code of a language's English name.

    Raises UpstreamError where it is none.
    """
    show = mapping(document)
    id, title = whole(show.get("id"), 1, _MANY), name(show.get("name"))
    if id is None or title is None:
        raise UpstreamError("it is not a show of TVmaze: it has no `id` and `name`")
    embedded = mapping(show.get("_embedded"))
    listed = embedded.get("episodeswithspecials", embedded.get("episodes"))
    if listed is None:
        raise UpstreamError("the episodes are missing; save the address that ends with ?embed[]=episodes")
    notes: list[str] = []
    network, web = mapping(show.get("network")), mapping(show.get("webChannel"))
    channel = network or web
    home = mapping(channel.get("country"))
    its_zone = zone(home.get("timezone"))
    language = show.get("language")
    minutes = whole(show.get("averageRuntime"), 1, 1_440) or whole(show.get("runtime"), 1, 1_440)
    code = find_language(language) if isinstance(language, str) and len(language) <= 40 else None
    native, aliases = _other_titles(embedded.get("akas"), title, country(home.get("code")))
    return Upstream(
        service=SERVICE,
        id=id,
        page=f"https://www.tvmaze.com/shows/{id}",
        publisher=_PUBLISHER,
        title=title,
        native_title=native,
        aliases=aliases,
        network=name(channel.get("name")),
        kind="broadcast" if network else "streaming",
        country=country(home.get("code")),
        zone=its_zone,
        language=code,
        minutes=minutes,
        genres=tuple(
            dict.fromkeys(found.casefold() for found in map(name, items(show.get("genres"))[:20]) if found is not None)
        ),
        episodes=_episodes(items(listed), its_zone, minutes, notes),
        notes=tuple(notes),
    )


def _other_titles(akas: object, title: str, home: str | None) -> tuple[str | None, tuple[str, ...]]:
    """The title in its own script, where the show's own country has one, and the rest."""
    native: str | None = None
    others: list[str] = []
    for aka in items(akas)[:40]:
        found = name(mapping(aka).get("name"))
        if found is None or found in (title, native) or found in others:
            continue
        where = mapping(mapping(aka).get("country"))
        # Without a country it is the title where the show is from.
        own = not where or (home is not None and where.get("code") == home)
        if native is None and own and not found.isascii():
            native = found
        else:
            others.append(found)
    return native, tuple(others)


def _episodes(
    listed: list[object], its_zone: str | None, usual: int | None, notes: list[str]
) -> tuple[UpstreamEpisode, ...]:
    regular: list[tuple[int, int, UpstreamEpisode]] = []
    specials: list[UpstreamEpisode] = []
    keys: set[str] = set()
    left_out: Counter[str] = Counter()
    differs = 0
    for entry in map(mapping, listed):
        id, season = whole(entry.get("id"), 1, _MANY), whole(entry.get("season"), 0, 9_999)
        number = whole(entry.get("number"), 0, 99_999)
        kind = entry.get("type", "regular")
        special = kind == "significant_special"
        if kind not in ("regular", "significant_special") or season == 0:
            left_out["that are specials outside of the story"] += 1
            continue
        if id is None or season is None or (number is None and not special) or str(id) in keys:
            left_out["that can't be read, or stand there twice"] += 1
            continue
        aired, agrees = _aired(entry, its_zone)
        differs += not agrees
        minutes = whole(entry.get("runtime"), 1, 1_440)
        found = name(entry.get("name"))
        episode = UpstreamEpisode(
            key=str(id),
            season=season,
            special=special,
            aired=aired,
            title=None if found is None or _is_placeholder(found) else found,
            minutes=None if minutes == usual else minutes,
        )
        keys.add(str(id))
        if special:
            specials.append(episode)
        else:
            regular.append((season, number or 0, episode))
    notes.extend(f"episodes {why}: {count} left out" for why, count in left_out.items())
    if differs:
        notes.append(f"episodes whose hour and instant contradict each other: {differs}; the printed hour was taken")
    ordered = [episode for _, _, episode in sorted(regular, key=lambda one: one[:2])]
    for special in sorted(specials, key=lambda one: one.aired.day if one.aired else "9"):
        _put(ordered, special)
    seasons = sorted({episode.season for episode in ordered})
    if seasons and (seasons[-1] > _LAST_SEASON or seasons[0] < 1):
        notes.append(f"seasons are called {seasons[0]} to {seasons[-1]} there; they are counted from 1 here")
        ordered = [_moved(episode, seasons.index(episode.season) + 1) for episode in ordered]
    return in_order(ordered, notes)


def _put(ordered: list[UpstreamEpisode], special: UpstreamEpisode) -> None:
    """Puts a special where one watches it: by its day, or at the end of its season."""

    def before(other: UpstreamEpisode) -> bool:
        if special.aired is None:
            return other.season <= special.season
        return other.aired is not None and other.aired.day <= special.aired.day

    place = max((index + 1 for index, other in enumerate(ordered) if before(other)), default=0)
    neighbour = ordered[place - 1] if place else ordered[0] if ordered else special
    after = ordered[place] if place < len(ordered) else neighbour
    season = min(max(special.season, neighbour.season), max(neighbour.season, after.season))
    ordered.insert(place, _moved(special, season))


def _moved(episode: UpstreamEpisode, season: int) -> UpstreamEpisode:
    return UpstreamEpisode(episode.key, season, episode.special, episode.aired, episode.title, episode.minutes)


def _is_placeholder(title: str) -> bool:
    return bool(re.fullmatch(r"(?i)tba|tbd|tbc|(?:episode|aflevering|folge) #?[0-9.]+", title))


def _aired(entry: Mapping[str, object], its_zone: str | None) -> tuple[Aired | None, bool]:
    """When it comes out, and whether what the entry says of that agrees with itself."""
    printed = day(entry.get("airdate"))
    hour = entry.get("airtime")
    if printed is None:
        return None, True
    if not isinstance(hour, str) or not re.fullmatch("(?:[01][0-9]|2[0-3]):[0-5][0-9]", hour) or its_zone is None:
        return Aired(printed, None), True
    stamp = entry.get("airstamp")
    try:
        wall = datetime.fromisoformat(stamp).astimezone(ZoneInfo(its_zone)) if isinstance(stamp, str) else None
    except (ValueError, OverflowError):
        wall = None
    if wall is None:
        return Aired(printed, hour), True
    day_before = date.fromisoformat(printed) == wall.date() - timedelta(days=1)
    if f"{wall:%H:%M}" != hour or not (day_before or wall.date() == date.fromisoformat(printed)):
        return Aired(printed, hour), False
    if day_before and wall.hour < 6:
        return Aired(printed, f"{wall.hour + 24}:{wall:%M}"), True
    return Aired(wall.date().isoformat(), hour), True
