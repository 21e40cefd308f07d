"""The files that an import begins a show with, and the note of what it wrote, which it goes by the next time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from bot.dataset.imports.upstream import (
    Aired,
    Upstream,
    UpstreamEpisode,
    UpstreamError,
    mapping,
    name,
    read_json,
    whole,
)
from bot.dataset.imports.yaml_text import written

#: Beside the files of a show; names with a dot in front are passed over by all that reads shows.
RECORD: Final = ".imported.json"
#: The source that the import cites.
SOURCE: Final = "S1"


@dataclass(frozen=True, slots=True)
class Home:
    """What a show needs and the service may not say, settled."""

    id: str
    network: str
    country: str
    zone: str
    language: str


@dataclass(slots=True)
class Record:
    """What an import wrote: ``show`` by key, and ``episodes`` by the service's names for them, each by key."""

    service: str
    upstream: int
    show: dict[str, Any]
    episodes: dict[str, dict[str, Any]]

    def text(self) -> str:
        """As the file holds it."""
        return json.dumps({"format": 1, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"


def read_record(data: bytes) -> Record:
    """Raises UpstreamError where it is none."""
    held = mapping(read_json(data))
    service, upstream = name(held.get("service")), whole(held.get("upstream"), 1, 1_000_000_000)
    episodes = {key: dict(mapping(one)) for key, one in mapping(held.get("episodes")).items()}
    if held.get("format") != 1 or service is None or upstream is None or not episodes:
        raise UpstreamError(f"{RECORD} is not what an import wrote")
    return Record(service, upstream, dict(mapping(held.get("show"))), episodes)


def usual_time(upstream: Upstream) -> str | None:
    """The hour of most episodes; None where none is known."""
    hours = Counter(one.aired.time for one in upstream.episodes if one.aired is not None and one.aired.time is not None)
    return hours.most_common(1)[0][0] if hours else None


def show_values(upstream: Upstream, home: Home) -> dict[str, Any]:
    """What the import writes into show.yaml and looks after, by key."""
    return {
        "title": upstream.title,
        "native_title": upstream.native_title,
        "network": home.network,
        "minutes": upstream.minutes,
        "time": usual_time(upstream),
    }


def episode_values(episode: UpstreamEpisode, release: Mapping[str, Any]) -> dict[str, Any]:
    """What the import writes of an episode and looks after, by key; ``release`` is the show's that it belongs to."""
    aired = episode.aired
    return {
        "date": None if aired is None else aired.day,
        "title": episode.title,
        "minutes": episode.minutes,
        "releases": releases(aired, release),
    }


def releases(aired: Aired | None, release: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The episode's own release, where its hour is another than the usual one or unknown; None where it is that."""
    if aired is None or aired.time == release.get("time"):
        return None
    kept = {key: release[key] for key in ("service", "kind", "regions") if key in release}
    # An hour that nobody gives is not the usual one.
    hour = {} if aired.time is None else {"time": aired.time}
    return [{**kept, **hour, "sources": release.get("sources", [SOURCE])}]


def entry_lines(
    number: int, episode: UpstreamEpisode, values: Mapping[str, Any], service: str, source: str
) -> list[str]:
    """An episode as the lines of an item, the first without its dash."""
    lines = [f"number: {number}  # {service}:{episode.key}"]
    if episode.season != 1:
        lines.append(f"season: {episode.season}")
    if episode.special:
        lines.append("special: true")
    if values["date"] is not None:
        lines.append(f"date: {written(values['date'])}")
    if values["title"] is not None:
        lines.append(f"title: {written({'text': values['title'], 'after': number, 'sources': [source]})}")
    if values["minutes"] is not None:
        lines.append(f"minutes: {values['minutes']}")
    lines.append(f"sources: [{source}]")
    if values["releases"] is not None:
        lines.append(f"releases: {written(values['releases'])}")
    return lines


def draft(upstream: Upstream, home: Home) -> tuple[dict[str, str], Record]:
    """The files of a new show, by name, and the note of what is in them."""
    show = show_values(upstream, home)
    release: dict[str, Any] = {"service": home.network, "kind": upstream.kind}
    if upstream.country is not None:
        release["regions"] = [upstream.country]
    if show["time"] is not None:
        release["time"] = show["time"]
    release["sources"] = [SOURCE]
    pairs: dict[str, Any] = {
        "id": home.id,
        "title": {"en": upstream.title},
        "native_title": upstream.native_title,
        "aliases": list(upstream.aliases) or None,
        "network": home.network,
        "country": home.country,
        "zone": home.zone,
        "language": home.language,
        "minutes": upstream.minutes,
        "genres": list(upstream.genres) or None,
    }
    lines = [f"{key}: {written(value)}" for key, value in pairs.items() if value is not None]
    lines += ["releases:", f"  - {written(release)}"]
    episodes = {one.key: episode_values(one, release) for one in upstream.episodes}
    entries: list[str] = []
    for number, one in enumerate(upstream.episodes, 1):
        first, *rest = entry_lines(number, one, episodes[one.key], upstream.service, SOURCE)
        entries += [f"  - {first}", *(f"    {line}" for line in rest)]
    source = {
        "id": SOURCE,
        "publisher": upstream.publisher,
        "url": upstream.page,
        "language": "en",
        "covers": len(upstream.episodes),
    }
    texts = {
        "show": [f"# Begun from {upstream.page}. What you change here stays as you write it.", *lines],
        "episodes": [
            "# Leave the marks behind the numbers where they are: by them a later import finds its episodes again.",
            "# `after` of a title is the episode after which it gives nothing away; 0 if it never did.",
            "episodes:",
            *entries,
        ],
        "sources": [
            "# Every page that the other files name; `covers` is the last episode that the page tells of.",
            "sources:",
            f"  - {written(source)}",
        ],
    }
    files = {
        f"{kind}.yaml": "\n".join([f"# yaml-language-server: $schema=../../schema/{kind}.schema.json", *text]) + "\n"
        for kind, text in texts.items()
    }
    return files, Record(upstream.service, upstream.id, show, episodes)
