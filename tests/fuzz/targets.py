"""What is fuzzed: functions of one text or some bytes that raise AssertionError where a promise is broken.

The promise is the same everywhere: an answer that makes sense, or a refusal in a sentence; no other error.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from bot.app.clock import SystemClock
from bot.app.zone_search import ZoneSearch
from bot.core.errors import UserError
from bot.core.progress import read_ranges
from bot.core.quiet import read_quiet
from bot.core.text import clean, plain, spoiler
from bot.core.thread_names import ThreadNames
from bot.core.when import LONGEST_LEAD_MINUTES, Understood, read, read_leads
from bot.core.zones import is_zone
from bot.dataset.catalogue import load
from bot.dataset.imports import anilist, tvmaze
from bot.dataset.imports.upstream import UpstreamError
from bot.dataset.positions import parse
from bot.discord_ui.press import Presses
from bot.settings import Settings, SettingsError, data_folder, host_and_port, read_settings
from bot.wiring import build

NOW = datetime(2025, 7, 28, 9, tzinfo=UTC)
_LAST = 16


def times(text: str) -> None:
    """What is typed as a time."""
    try:
        found = read(text, NOW, "Asia/Seoul", None)
    except UserError:
        return
    for choice in (found,) if isinstance(found, Understood) else found.choices:
        assert choice.at > NOW


def leads(text: str) -> None:
    """What is typed as leads, longest first, each once."""
    try:
        found = read_leads(text)
    except UserError:
        return
    assert found
    assert list(found) == sorted(set(found), reverse=True)
    assert all(0 <= lead <= LONGEST_LEAD_MINUTES for lead in found)


def quiet_hours(text: str) -> None:
    """What is typed as quiet hours."""
    try:
        found = read_quiet(text)
    except UserError:
        return
    assert found is None or found.begins != found.ends


def episodes(text: str) -> None:
    """What is typed as runs of episodes."""
    found = read_ranges(text, _LAST)
    assert found is None or (found and found <= set(range(1, _LAST + 1)))


@cache
def _places() -> ZoneSearch:
    return ZoneSearch(("ko",))


def countries(text: str) -> None:
    """What is typed as a city, a country, a zone or an offset."""
    for choice in _places().search(text, NOW, "en-US"):
        assert is_zone(choice.zone)
    refused = ""
    try:
        assert is_zone(_places().resolve(text, NOW, "ko"))
    except UserError as error:
        refused = error.key
    assert refused in {"", "zone.unknown", "zone.ambiguous"}


@cache
def _threads() -> ThreadNames:
    shows = load(data_folder(Settings(_env_file=None)), None).shows  # type: ignore[call-arg]
    return ThreadNames(shows, shows["the-defects"])


def thread_names(text: str) -> None:
    """What a thread is called."""
    found = _threads().episode(text, None)
    if found is not None:
        show, number = found
        assert 1 <= number <= len(show.episodes)


def notes(text: str) -> None:
    """What is written on a party: nothing of it is live, and a bar is one bar."""
    for made in (plain(clean(text)), spoiler(clean(text))):
        assert "\0" not in made
    assert plain(clean(text)).replace("\\|", "").count("||") == 0


@cache
def _presses() -> tuple[Presses, list[tuple[Any, ...]], tuple[str, ...]]:
    """The real actions with their real readers of arguments, which do nothing but note what they were given."""

    async def made() -> Presses:
        settings = Settings(_env_file=None, database_url="sqlite+aiosqlite://")  # type: ignore[call-arg]
        async with build(settings, SystemClock()) as companion:
            return companion.client._presses

    given: list[tuple[Any, ...]] = []
    presses = Presses()
    for action, (_, converters) in asyncio.run(made())._handlers.items():

        async def note(_interaction: object, *values: Any, action: str = action) -> None:
            given.append((action, *values))

        presses.on(action, note, *converters)
    return presses, given, tuple(presses._handlers)


def actions() -> tuple[str, ...]:
    """Every action that a button can have."""
    return _presses()[2]


def custom_ids(text: str) -> None:
    """What a pressed button says it is: understood whole, or stale."""
    presses, given, _ = _presses()
    given.clear()
    refused = ""
    try:
        asyncio.run(presses.answer(None, text))  # type: ignore[arg-type]
    except UserError as error:
        refused = error.key
    if refused:
        assert (refused, given) == ("button.stale", [])
        return
    [(action, *values)] = given
    assert text.startswith(f"c1:{action}")
    assert all(abs(value) < 2**63 for value in values if isinstance(value, int))


def yaml(data: bytes) -> None:
    """A file of a dataset."""
    document = parse(data)
    assert document.complete or document.findings


def imports(text: str) -> None:
    """What a service answers, as far as it is JSON."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    with contextlib.suppress(UpstreamError):
        tvmaze.read(document, lambda name: "ko" if name == "Korean" else None)
    with contextlib.suppress(UpstreamError):
        anilist.read(document)
    if isinstance(document, str):
        for show_id in (tvmaze.show_id, anilist.show_id):
            found = show_id(document)
            assert found is None or found > 0


def settings(text: str) -> None:
    """What stands in the environment, in every setting at once: a value each, or a sentence each without the value."""
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        return
    kept = dict(os.environ)
    told: tuple[str, ...] | None = None
    try:
        os.environ.update({name.upper(): text for name in Settings.model_fields})
        read_settings(None)
    except SettingsError as error:
        told = error.problems
    finally:
        os.environ.clear()
        os.environ.update(kept)
    if told is not None:
        assert told
        assert len(text) < 12 or text not in "\n".join(told), "a setting may be a secret"
    try:
        host, port = host_and_port(text)
    except ValueError:
        return
    assert host
    assert 0 <= port < 65_536


#: By name: what each takes is text, but for those of `OF_BYTES`.
OF_TEXT: Mapping[str, Callable[[str], None]] = {
    target.__name__: target
    for target in (
        *(times, leads, quiet_hours, episodes, countries, thread_names),
        *(notes, custom_ids, imports, settings),
    )
}
OF_BYTES: Mapping[str, Callable[[bytes], None]] = {"yaml": yaml}
