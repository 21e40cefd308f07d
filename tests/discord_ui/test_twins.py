"""The twins differ in everything that a dataset can tell, above their episode and nowhere else."""

from __future__ import annotations

import dataclasses
import typing
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.core.show import Catalogue, Correction, Show, Text
from bot.dataset.catalogue import load
from tests.discord_ui.stage import ROOT
from tests.discord_ui.twins import MARK, UNSTAMPED, VARIANTS, parts, stamps, twin

FOLDERS = {"the-defects": ROOT / "data", "lighthouse-shift": ROOT / "tests"}
shows = pytest.mark.parametrize(("show_id", "folder"), FOLDERS.items(), ids=list(FOLDERS))


def classes() -> list[type]:
    """Every dataclass that a show of a dataset consists of, found by the types of their fields."""
    found: list[type] = []
    pending: list[Any] = [Show]
    while pending:
        one = pending.pop()
        if dataclasses.is_dataclass(one) and isinstance(one, type) and one not in (Text, Correction, *found):
            found.append(one)
            pending += typing.get_type_hints(one).values()
        pending += typing.get_args(one)
    return found


def holds_text(kind: Any) -> bool:
    return kind in (str, Text) or any(holds_text(part) for part in typing.get_args(kind))


def text_fields() -> set[str]:
    """Every field that has room for text, as "Class.field"."""
    return {
        f"{one.__name__}.{name}"
        for one in classes()
        for name, kind in typing.get_type_hints(one).items()
        if holds_text(kind)
    }


def marked(value: Any) -> bool:
    """Whether text right in ``value``, not in what it is made of, is marked."""
    if isinstance(value, str):
        return MARK.casefold() in value.casefold()
    if isinstance(value, Text):
        return all(marked(text) for text in value.by_language.values())
    if isinstance(value, tuple):
        return any(marked(one) for one in value)
    return isinstance(value, Mapping) and any(marked(one) for pair in value.items() for one in pair)


def marked_fields(show: Show) -> set[str]:
    return {
        f"{type(part).__name__}.{field.name}"
        for part in parts(show)
        for field in dataclasses.fields(part)
        if marked(getattr(part, field.name))
    }


def values(show: Show) -> dict[str, Counter[str]]:
    """How often each field has each value."""
    found: dict[str, Counter[str]] = {}
    for part in parts(show):
        for field in dataclasses.fields(part):
            counted = found.setdefault(f"{type(part).__name__}.{field.name}", Counter())
            counted[repr(getattr(part, field.name))] += 1
    return found


def read(folder: Path, show_id: str) -> tuple[Catalogue, Show]:
    catalogue = load(folder)
    return catalogue, catalogue.shows[show_id]


@shows
def test_every_field_with_room_for_text_is_marked_or_known_to_have_no_stamp(show_id: str, folder: Path) -> None:
    catalogue, show = read(folder, show_id)
    assert marked_fields(show) == set()
    found: set[str] = set()
    for horizon in range(len(show.episodes) + 1):
        found |= marked_fields(twin(catalogue, show_id, horizon, "more").shows[show_id])
    assert found == text_fields() - set(UNSTAMPED)


def test_what_has_no_stamp_is_a_field_that_there_is() -> None:
    there_are = {f"{one.__name__}.{field.name}" for one in classes() for field in dataclasses.fields(one)}
    assert set(UNSTAMPED) <= there_are


def test_every_field_that_has_a_stamp_varies_text_or_not() -> None:
    catalogue, show = read(FOLDERS["lighthouse-shift"], "lighthouse-shift")
    usual = values(show)
    fixed = set(usual)
    for variant in VARIANTS:
        for horizon in range(len(show.episodes) + 1):
            other = values(twin(catalogue, show.id, horizon, variant).shows[show.id])
            fixed -= {name for name in usual if other.get(name) != usual[name]}
    assert fixed == set(UNSTAMPED)


@shows
def test_nothing_differs_up_to_the_horizon(show_id: str, folder: Path) -> None:
    catalogue, show = read(folder, show_id)
    for horizon in range(len(show.episodes) + 1):
        known = twin(catalogue, show_id, horizon, "less")
        for variant in VARIANTS:
            made = twin(catalogue, show_id, horizon, variant)
            assert twin(made, show_id, horizon, "less").shows[show_id] == known.shows[show_id], (variant, horizon)
        assert max(stamps(known.shows[show_id])) <= max(horizon, len(show.episodes))
        for character in known.shows[show_id].characters:
            for things in (character.names, character.roles, character.facts, character.relations):
                assert all(thing.after <= horizon for thing in things)


@shows
def test_the_story_of_an_episode_that_is_kept_stays(show_id: str, folder: Path) -> None:
    catalogue, show = read(folder, show_id)
    for variant in VARIANTS:
        made = twin(catalogue, show_id, 1, variant, kept={3}).shows[show_id]
        kept, changed = made.episodes[2], made.episodes[3]
        assert (kept.beats, kept.summary) == (show.episodes[2].beats, show.episodes[2].summary)
        assert changed.beats != show.episodes[3].beats
        own = [one for one in show.conflicts if one.episode == one.after == 3]
        assert [one for one in made.conflicts if one in own] == own


@shows
def test_every_horizon_has_something_above_it(show_id: str, folder: Path) -> None:
    _, show = read(folder, show_id)
    assert set(stamps(show)) >= set(range(len(show.episodes) + 1)) - {11}
