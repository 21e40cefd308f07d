"""Shows that are kept compiled: the same as read anew, and never used where anything doesn't match to the byte."""

from __future__ import annotations

import json
import logging
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.show import Catalogue
from bot.dataset import catalogue as reading
from bot.dataset import compiled
from bot.dataset.catalogue import DatasetError, check, load
from tests.dataset.test_broken import HERE, small_show

ROOT = HERE.parent.parent


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the shows that were read from their YAML."""
    names: list[str] = []
    read = reading._checked

    def noted(path: Path, problems: list[reading.Problem]) -> object:
        names.append(path.name)
        return read(path, problems)

    monkeypatch.setattr(reading, "_checked", noted)
    return names


def same(one: Catalogue, other: Catalogue) -> bool:
    return one == other and repr(one) == repr(other)


@pytest.fixture(scope="module")
def every_show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all shows of the repository and the small one."""
    data = tmp_path_factory.mktemp("data")
    for shows in (ROOT / "data" / "shows", ROOT / "tests" / "shows"):
        for folder in shows.iterdir():
            if folder.is_dir():
                shutil.copytree(folder, data / "shows" / folder.name)
    small_show(data)
    return data


def test_every_show_comes_out_of_the_cache_as_it_was_read(every_show: Path, tmp_path: Path, anew: list[str]) -> None:
    fresh = load(every_show)
    anew.clear()
    assert same(load(every_show, tmp_path), fresh)
    assert sorted(anew) == sorted(fresh.shows)
    anew.clear()
    assert same(load(every_show, tmp_path), fresh)
    assert anew == []
    for line in (tmp_path / compiled.FILE).read_bytes().splitlines()[1:]:
        assert json.loads(line.split(b" ", 2)[2])[0] in fresh.shows, "the id comes first, since lines are found by it"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(min_value=0), byte=st.integers(1, 255), file=st.sampled_from(sorted((HERE / "small").iterdir())))
def test_any_changed_byte_is_read_anew(
    at: int, byte: int, file: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("changed")
    show = small_show(folder)
    load(folder, folder / "cache")
    data = bytearray(file.read_bytes())
    data[at % len(data)] ^= byte
    (show / file.name).write_bytes(data)
    if check(folder):
        with pytest.raises(DatasetError):
            load(folder, folder / "cache")
    else:
        assert same(load(folder, folder / "cache"), load(folder))


def test_only_the_changed_show_is_read_anew(every_show: Path, tmp_path: Path, anew: list[str]) -> None:
    data = Path(shutil.copytree(every_show, tmp_path / "data"))
    load(data, tmp_path / "cache")
    file = data / "shows" / "small" / "show.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("A Small Show", "A Small Shaw"), encoding="utf-8")
    anew.clear()
    changed = load(data, tmp_path / "cache")
    assert anew == ["small"]
    assert changed.shows["small"].title.to("en") == "A Small Shaw"
    file.write_text(text, encoding="utf-8")
    assert load(data, tmp_path / "cache").shows["small"].title.to("en") == "A Small Show"


@pytest.mark.parametrize("change", ["added", "removed", "renamed", "linked", "stray"])
def test_other_files_are_read_anew(change: str, tmp_path: Path) -> None:
    show = small_show(tmp_path)
    cache = tmp_path / "cache"
    load(tmp_path, cache)
    match change:
        case "added":
            (show / "questions.yaml").write_text("questions: []\n", encoding="utf-8")
        case "removed":
            (show / "conflicts.yaml").unlink()
        case "renamed":
            show = show.rename(show.parent / "smaller")
        case "linked":
            (show / "groups.yaml").rename(tmp_path / "groups.yaml")
            (show / "groups.yaml").symlink_to(tmp_path / "groups.yaml")
        case _:
            (show / "notes.txt").write_text("", encoding="utf-8")
    problems = check(tmp_path)
    assert bool(problems) == (change in {"renamed", "linked", "stray"})
    if problems:
        with pytest.raises(DatasetError) as told:
            load(tmp_path, cache)
        assert list(told.value.problems) == problems
    else:
        assert same(load(tmp_path, cache), load(tmp_path))


def test_a_damaged_cache_is_never_used(every_show: Path, tmp_path: Path) -> None:
    fresh = load(every_show, tmp_path)
    file = tmp_path / compiled.FILE
    whole = file.read_bytes()
    chance = random.Random(7)
    for _ in range(40):
        damaged = bytearray(whole)
        start = chance.randrange(len(whole))
        match chance.randrange(4):
            case 0:
                damaged[start] ^= chance.randrange(1, 256)
            case 1:
                del damaged[start:]
            case 2:
                del damaged[start : start + chance.randrange(1, 400)]
            case _:
                damaged[start:start] = chance.randbytes(chance.randrange(1, 400))
        file.write_bytes(damaged)
        assert same(load(every_show, tmp_path), fresh)
        assert file.read_bytes() == whole, "and it is mended"


@pytest.mark.parametrize("payload", ["[]", '["small"]', '{"id":"small"}', "3", "null", '["small"', "[" * 100_000])
def test_a_cache_that_holds_something_else_is_not_used(payload: str, tmp_path: Path) -> None:
    show = small_show(tmp_path)
    fresh = load(tmp_path, tmp_path)
    file = tmp_path / compiled.FILE
    program = file.read_bytes().splitlines()[0]
    digest = compiled.digest_of(show)
    assert digest is not None
    line = f"{digest} {compiled._digest_of(payload.encode())} {payload}".encode()
    file.write_bytes(program + b"\n" + line + b"\n")
    assert same(load(tmp_path, tmp_path), fresh)


def test_the_cache_of_another_program_is_not_used(tmp_path: Path, anew: list[str]) -> None:
    small_show(tmp_path)
    load(tmp_path, tmp_path)
    file = tmp_path / compiled.FILE
    first, rest = file.read_bytes().split(b"\n", 1)
    file.write_bytes(first[:-1] + (b"0" if first[-1:] != b"0" else b"1") + b"\n" + rest)
    anew.clear()
    load(tmp_path, tmp_path)
    assert anew == ["small"]
    assert file.read_bytes().split(b"\n", 1) == [first, rest]


def test_a_folder_that_cannot_hold_a_cache_only_costs_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    small_show(tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert same(load(tmp_path, tmp_path / "file" / "cache"), load(tmp_path))
    assert 1 <= len(caplog.records) <= 2
    assert list(tmp_path.glob(".catalogue*")) == []


def test_what_is_wrong_is_never_kept(tmp_path: Path) -> None:
    show = small_show(tmp_path)
    good = load(tmp_path, tmp_path / "cache")
    kept = (tmp_path / "cache" / compiled.FILE).read_bytes()
    text = (show / "show.yaml").read_text(encoding="utf-8")
    (show / "show.yaml").write_text(text.replace("country: KR", "country: Korea"), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(DatasetError):
            load(tmp_path, tmp_path / "cache")
    assert (tmp_path / "cache" / compiled.FILE).read_bytes() == kept
    (show / "show.yaml").write_text(text, encoding="utf-8")
    assert same(load(tmp_path, tmp_path / "cache"), good)


def test_a_show_that_is_gone_is_forgotten(every_show: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(every_show, tmp_path / "data"))
    load(data, tmp_path / "cache")
    shutil.rmtree(data / "shows" / "the-defects")
    assert "the-defects" not in load(data, tmp_path / "cache").shows
    assert b"the-defects" not in (tmp_path / "cache" / compiled.FILE).read_bytes()


def test_a_file_saved_while_it_is_read_is_not_kept_for_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = small_show(tmp_path)
    read = reading._checked

    def saved_meanwhile(path: Path, problems: list[reading.Problem]) -> object:
        sheets = read(path, problems)
        text = (show / "show.yaml").read_text(encoding="utf-8")
        (show / "show.yaml").write_text(text.replace("A Small Show", "Another"), encoding="utf-8")
        return sheets

    monkeypatch.setattr(reading, "_checked", saved_meanwhile)
    assert load(tmp_path, tmp_path / "cache").shows["small"].title.to("en") == "A Small Show"
    monkeypatch.undo()
    assert load(tmp_path, tmp_path / "cache").shows["small"].title.to("en") == "Another"
