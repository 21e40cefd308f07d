"""AniList's JSON: an anime as its GraphQL interface describes it (https://docs.anilist.co).

AniList knows the instants of the first broadcast, ``airingAt`` in seconds since 1970, in pages; and one season is one
entry there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.dataset.imports.upstream import (
    MAX_EPISODES,
    Aired,
    Upstream,
    UpstreamEpisode,
    UpstreamError,
    in_order,
    items,
    mapping,
    name,
    whole,
)

HOST: Final = "graphql.anilist.co"
ADDRESS: Final = f"https://{HOST}/"
SERVICE: Final = "anilist"

#: So many airings are in a page, and no show that can be taken has more pages.
PAGE: Final = 50
MAX_PAGES: Final = MAX_EPISODES // PAGE + 1

QUERY: Final = """
query ($id: Int, $page: Int) {
  Media(id: $id, type: ANIME) {
    id
    siteUrl
    title { romaji english native }
    synonyms
    format
    episodes
    duration
    genres
    countryOfOrigin
    externalLinks { site type }
    streamingEpisodes { title }
    airingSchedule(page: $page, perPage: 50) {
      pageInfo { currentPage hasNextPage }
      nodes { episode airingAt }
    }
  }
}
"""

#: Zone and language by the country of origin; those are the ones that AniList lists.
_HOMES: Final[Mapping[str, tuple[str, str]]] = {
    "JP": ("Asia/Tokyo", "ja"),
    "KR": ("Asia/Seoul", "ko"),
    "CN": ("Asia/Shanghai", "zh"),
    "TW": ("Asia/Taipei", "zh"),
}
_MANY: Final = 1_000_000_000
#: 1950 to 2099, in seconds since 1970.
_INSTANTS: Final = (-631_152_000, 4_102_444_799)
#: What begins before this hour belongs to the night of the day before, and is printed so: 25:30.
_DAYBREAK: Final = 5


def show_id(url: str) -> int | None:
    """The anime that a page is about; None for any other address."""
    found = re.fullmatch(r"https://(?:www\.)?anilist\.co/anime/([1-9][0-9]{0,9})(?:[/?#][^\s]*)?", url)
    return None if found is None else int(found[1])


def question(show: int, page: int) -> dict[str, object]:
    """What to ask for one page of airings, counted from 1."""
    return {"query": QUERY, "variables": {"id": show, "page": page}}


def has_more(document: object) -> bool:
    """Whether another page follows this one."""
    return mapping(mapping(_media(document).get("airingSchedule")).get("pageInfo")).get("hasNextPage") is True


def joined(pages: list[object]) -> object:
    """One document with the airings of all pages."""
    nodes = [node for page in pages for node in items(mapping(_media(page).get("airingSchedule")).get("nodes"))]
    return {"data": {"Media": {**_media(pages[0]), "airingSchedule": {"nodes": nodes}}}}


def read(document: object) -> Upstream:
    """What an anime's JSON says. Raises UpstreamError where it is none."""
    media = _media(document)
    titles = mapping(media.get("title"))
    romaji, english, native = (name(titles.get(kind)) for kind in ("romaji", "english", "native"))
    id, title = whole(media.get("id"), 1, _MANY), english or romaji or native
    if id is None or title is None:
        raise UpstreamError(f"it is not an anime of AniList{_complaint(document)}")
    notes: list[str] = []
    if has_more(document):
        notes.append("the file holds only some of the airings; further pages are missing from it")
    country = media.get("countryOfOrigin")
    zone, language = _HOMES.get(country if isinstance(country, str) else "", (None, None))
    online = media.get("format") == "ONA"
    sites = [
        name(link.get("site"))
        for link in map(mapping, items(media.get("externalLinks")))
        if link.get("type") == "STREAMING"
    ]
    minutes = whole(media.get("duration"), 1, 1_440)
    aliases = dict.fromkeys(found for found in (romaji, *map(name, items(media.get("synonyms"))[:30])) if found)
    return Upstream(
        service=SERVICE,
        id=id,
        page=f"https://anilist.co/anime/{id}",
        publisher="anilist.co",
        title=title,
        native_title=native if native != title else None,
        aliases=tuple(alias for alias in aliases if alias not in (title, native)),
        network=next((site for site in sites if site), None) if online else None,
        kind="streaming" if online else "broadcast",
        country=country if zone is not None and isinstance(country, str) else None,
        zone=zone,
        language=language,
        minutes=minutes,
        genres=tuple(
            dict.fromkeys(found.casefold() for found in map(name, items(media.get("genres"))[:20]) if found is not None)
        ),
        episodes=_episodes(media, zone or "UTC", notes, late_nights=not online),
        notes=tuple(notes),
    )


def _media(document: object) -> Mapping[str, object]:
    whole_of_it = mapping(document)
    return mapping(mapping(whole_of_it.get("data", whole_of_it)).get("Media"))


def _complaint(document: object) -> str:
    """What AniList itself says is wrong."""
    for error in items(mapping(document).get("errors")):
        said = name(mapping(error).get("message"))
        if said is not None:
            return f"; it says: {said}"
    return ": it has no `Media` with `id` and `title`"


def _episodes(
    media: Mapping[str, object], zone: str, notes: list[str], *, late_nights: bool
) -> tuple[UpstreamEpisode, ...]:
    airings: dict[int, Aired] = {}
    unreadable = 0
    for node in map(mapping, items(mapping(media.get("airingSchedule")).get("nodes"))):
        number = whole(node.get("episode"), 1, 99_999)
        instant = whole(node.get("airingAt"), *_INSTANTS)
        if number is None or instant is None:
            unreadable += 1
        elif number not in airings:
            airings[number] = _aired(instant, zone, late_nights=late_nights)
    if unreadable:
        notes.append(f"airings that can't be read, or of an episode 0: {unreadable} left out")
    titles: dict[int, str] = {}
    for entry in map(mapping, items(media.get("streamingEpisodes"))):
        found = re.fullmatch(r"Episode ([1-9][0-9]{0,4})(?: - (.+))?", name(entry.get("title"), 200) or "")
        if found is not None and found[2] and (title := name(found[2])) is not None:
            titles.setdefault(int(found[1]), title)
    last = max((whole(media.get("episodes"), 1, 99_999) or 0, *airings))
    if last > MAX_EPISODES:
        raise UpstreamError(f"it lists {last:,} episodes; {MAX_EPISODES:,} are the most")
    return in_order(
        [
            UpstreamEpisode(str(number), 1, False, airings.get(number), titles.get(number), None)
            for number in range(1, last + 1)
        ],
        notes,
    )


def _aired(instant: int, zone: str, *, late_nights: bool) -> Aired:
    wall = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=instant)).astimezone(ZoneInfo(zone))
    if late_nights and wall.hour < _DAYBREAK:
        return Aired((wall.date() - timedelta(days=1)).isoformat(), f"{wall.hour + 24}:{wall:%M}")
    return Aired(wall.date().isoformat(), f"{wall:%H:%M}")
