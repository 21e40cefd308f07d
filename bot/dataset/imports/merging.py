"""What has changed at a service since the last import, put into files that people have written in since.

Three things are held against each other for every value: what the import wrote, what stands there now, and what the
service says now. Only where the first two are the same is the third one written. Numbers never change, since all that
people wrote is stamped with them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from bot.dataset.imports.drafting import (
    Home,
    Record,
    entry_lines,
    episode_values,
    show_values,
)
from bot.dataset.imports.upstream import Upstream, UpstreamEpisode, UpstreamError
from bot.dataset.imports.yaml_text import YamlText, written
from bot.dataset.positions import parse


@dataclass(slots=True)
class Merged:
    """The texts as they should be; ``changes`` and ``kept`` say in words what is new, and what was left to people."""

    files: dict[str, str]
    record: Record
    changes: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])


def merge(files: Mapping[str, str], record: Record, upstream: Upstream, *, dates_only: bool = False) -> Merged:
    """The files of a show, by name, with what is new.

    ``dates_only``: nothing but dates, hours and new episodes. Raises UpstreamError where a file can't be read or
    changed in place.
    """
    values = {name: cast("Any", parse(text.encode()).value) for name, text in files.items()}
    if any(value is None for value in values.values()):
        raise UpstreamError("the files there have mistakes; see python -m bot check-data")
    merged = Merged(dict(files), Record(record.service, record.upstream, dict(record.show), dict(record.episodes)))
    texts = {name: YamlText(text) for name, text in files.items()}
    try:
        release = _show(merged, values["show.yaml"], texts["show.yaml"], upstream, dates_only=dates_only)
        _episodes(merged, values, texts, upstream, release, dates_only=dates_only)
    except (ValueError, KeyError, IndexError):
        raise UpstreamError("the files there are written in a way that can't be changed in place") from None
    merged.files = {name: text.result() for name, text in texts.items()}
    return merged


def _decide(merged: Merged, what: str, before: object, now: object, new: object) -> bool:
    """Whether the new value is to be written; tells what it means otherwise."""
    if new in (before, now):
        return False
    if now == before:
        merged.changes.append(f"{what}: {_shown(now)} becomes {_shown(new)}")
        return True
    merged.kept.append(f"{what}: {merged.record.service} has {_shown(new)} now; yours stays {_shown(now)}")
    return False


def _shown(value: object) -> str:
    return "nothing" if value is None else written(value)


def _show(merged: Merged, show: Any, text: YamlText, upstream: Upstream, *, dates_only: bool) -> dict[str, Any]:
    """Brings show.yaml up to date; gives the release that the service's hours belong to."""
    before = merged.record.show
    home = Home("", upstream.network or before.get("network", ""), "", "", "")
    new = show_values(upstream, home)
    title: Any = show["title"]
    at_title = ("title",) if isinstance(title, str) else ("title", "en")
    current = {**show, "title": title if isinstance(title, str) else title.get("en")}
    for key in () if dates_only else ("title", "native_title", "network", "minutes"):
        if _decide(merged, key, before.get(key), current.get(key), new[key]):
            text.put(at_title if key == "title" else (key,), new[key])
        before[key] = new[key]
    index = _release(show.get("releases") or [], before.get("network"), upstream.kind)
    if index is None:
        return {"service": show["network"], "kind": upstream.kind}
    release = dict(show["releases"][index])
    # An hour that is known stays the usual one, so that no other episode moves with it.
    if before.get("time") is None and new["time"] is not None:
        if _decide(merged, "the usual hour", None, release.get("time"), new["time"]):
            text.put(("releases", index, "time"), new["time"])
            release["time"] = new["time"]
        before["time"] = new["time"]
    return release


def _release(releases: list[Any], network: object, kind: str) -> int | None:
    for index, release in enumerate(releases):
        if release["service"] == network:
            return index
    return next((index for index, release in enumerate(releases) if release["kind"] == kind), None)


def _episodes(
    merged: Merged,
    values: Mapping[str, Any],
    texts: Mapping[str, YamlText],
    upstream: Upstream,
    release: dict[str, Any],
    *,
    dates_only: bool,
) -> None:
    text, entries = texts["episodes.yaml"], values["episodes.yaml"]["episodes"]
    source = _source(values["sources.yaml"]["sources"], upstream)
    mark = re.compile(rf"#.*\b{merged.record.service}:([0-9]+)\b")
    places: dict[str, int] = {}
    for index in range(len(entries)):
        found = mark.search(text.comments(("episodes", index)))
        if found is not None:
            places.setdefault(found[1], index)
    there = {episode.key for episode in upstream.episodes}
    gone = [entries[index]["number"] for key, index in places.items() if key not in there]
    if gone:
        merged.kept.append(
            f"{merged.record.service} has no number {', '.join(map(str, gone))} any more; they stay here"
        )
    known = merged.record.episodes
    fresh: list[tuple[int, UpstreamEpisode, dict[str, Any]]] = []
    for position, episode in enumerate(upstream.episodes):
        new = episode_values(episode, release)
        index = places.get(episode.key)
        before = known.get(episode.key)
        if index is None:
            # What was known and stands there no more has been taken out, or over, by somebody.
            if before is None:
                last = all(other.key not in places for other in upstream.episodes[position + 1 :])
                if not last or source is None or text.is_flow(("episodes",)):
                    merged.kept.append(
                        f"{_called(upstream, position)} is new, and can't be put at the end; add it by hand"
                    )
                else:
                    fresh.append((position, episode, new))
                    continue
            known[episode.key] = new
            continue
        before = dict.fromkeys(new) if before is None else before
        entry: dict[str, Any] = entries[index]
        title = entry.get("title")
        title_text = None if title is None else title["text"]
        in_english = cast("dict[str, Any]", title_text)["en"] if isinstance(title_text, dict) else title_text
        number = entry["number"]
        kept = dict(new)
        for key in ("date", "releases") if dates_only else ("date", "releases", "minutes", "title"):
            now: Any = in_english if key == "title" else entry.get(key)
            if key == "releases":
                if entry.get("date") not in (before.get("date"), new["date"]):
                    # Whose the day is, theirs is the hour.
                    continue
                before_times, now_times, new_times = (_plain(one) for one in (before.get(key), now, new[key]))
                wanted = _decide(merged, f"number {number}, {key}", before_times, now_times, new_times)
            else:
                wanted = _decide(merged, f"number {number}, {key}", before.get(key), now, new[key])
            if not wanted:
                continue
            if key == "title":
                _put_title(text, index, number, title, new[key], source)
            else:
                text.put(("episodes", index, key), new[key] if key != "releases" or new[key] is not None else [])
        if dates_only:
            kept.update({key: before.get(key) for key in ("minutes", "title")})
        known[episode.key] = kept
    _append(merged, values, texts, upstream, fresh, source)


def _plain(releases: object) -> object:
    """An episode's own releases, none of which are as good as nothing."""
    return releases or None


def _put_title(text: YamlText, index: int, number: int, title: Any, new: object, source: str | None) -> None:
    path = ("episodes", index, "title")
    if title is None:
        if source is not None:
            text.put(path, {"text": new, "after": number, "sources": [source]})
    elif new is None:
        text.put(path, None)
    else:
        text.put((*path, "text", "en") if isinstance(title["text"], dict) else (*path, "text"), new)


def _source(sources: list[Any], upstream: Upstream) -> str | None:
    """The id of the service's page among the sources."""
    return next((source["id"] for source in sources if source["url"] == upstream.page), None)


def _called(upstream: Upstream, position: int) -> str:
    episode = upstream.episodes[position]
    kind = "a special" if episode.special else "an episode"
    return f"{kind} of season {episode.season} ({upstream.service}:{episode.key})"


def _append(
    merged: Merged,
    values: Mapping[str, Any],
    texts: Mapping[str, YamlText],
    upstream: Upstream,
    fresh: list[tuple[int, UpstreamEpisode, dict[str, Any]]],
    source: str | None,
) -> None:
    """Puts new episodes at the end, and lets the service's page cover them."""
    if not fresh or source is None:
        return
    entries = values["episodes.yaml"]["episodes"]
    number = len(entries)
    for position, episode, new in fresh:
        number += 1
        lines = entry_lines(number, episode, new, upstream.service, source)
        texts["episodes.yaml"].append(("episodes",), lines)
        merged.changes.append(f"number {number} is new: {_called(upstream, position)}")
        merged.record.episodes[episode.key] = new
    sources = values["sources.yaml"]["sources"]
    index = next(index for index, one in enumerate(sources) if one["id"] == source)
    if sources[index]["covers"] < number:
        texts["sources.yaml"].put(("sources", index, "covers"), number)
