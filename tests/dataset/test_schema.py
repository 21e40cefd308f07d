"""The exported JSON Schema: current on disk, right as schema, of one mind with the models, and helpful."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.dataset.catalogue import check
from bot.dataset.positions import parse
from bot.dataset.schema import FILES, outdated_schemas, schemas, write_schemas
from tests.dataset.test_broken import HERE

ROOT = HERE.parent.parent
SHIPPED = sorted([*ROOT.glob("data/shows/*/*.yaml"), *ROOT.glob("tests/shows/*/*.yaml")])


def validator(kind: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schemas()[f"{kind}.schema.json"])


def test_files_on_disk_are_current() -> None:
    assert outdated_schemas(ROOT / "data" / "schema") == [], "run `python -m bot schema`"
    assert {path.name for path in (ROOT / "data" / "schema").iterdir()} == set(schemas())


def test_written_files_are_current(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "schema"
    assert sorted(outdated_schemas(folder)) == sorted(schemas())
    assert len(write_schemas(folder)) == len(schemas()) == 8
    assert write_schemas(folder) == []
    (folder / "show.schema.json").write_bytes(b"\xff")
    assert outdated_schemas(folder) == ["show.schema.json"]
    assert write_schemas(folder) == [folder / "show.schema.json"]


@pytest.mark.parametrize("kind", FILES)
def test_is_a_schema(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schemas()[f"{kind}.schema.json"])


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_shipped_files_are_accepted_and_name_their_schema(path: Path) -> None:
    data = path.read_bytes()
    errors = [f"{list(error.path)}: {error.message}" for error in validator(path.stem).iter_errors(parse(data).value)]
    assert errors == []
    first = data.decode().partition("\n")[0]
    reference = first.removeprefix("# yaml-language-server: $schema=")
    assert reference != first, "the first line tells editors where the schema is"
    assert (path.parent / reference).resolve() == ROOT / "data" / "schema" / f"{path.stem}.schema.json"


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("show", {"colour": "blue"}),
        ("show", {"country": "kr"}),
        ("show", {"title": {"ko": "쇼"}}),
        ("show", {"title": "x" * 81}),
        ("show", {"synopsis": ""}),
        ("show", {"minutes": "60"}),
        ("show", {"releases": [{"service": "A", "kind": "tv", "sources": ["S1"]}]}),
        ("show", {"releases": [{"service": "A", "kind": "broadcast", "time": "9pm", "sources": ["S1"]}]}),
        ("show", {"notes": [{"text": "x" * 1001, "after": 0, "sources": ["S1"]}]}),
        ("recaps", {"recaps": [{"episode": 1, "beats": [{"text": "x" * 601, "sources": ["S1"]}]}]}),
        ("recaps", {"recaps": [{"episode": 1, "beats": [{"text": "x", "sources": []}]}]}),
        ("episodes", {"episodes": [{"number": 0}]}),
        ("episodes", {"episodes": [{"number": 1, "date": "21 July"}]}),
        ("characters", {"characters": [{"id": "Ann Lee", "after": 0, "names": []}]}),
        ("sources", {"sources": [{"id": "S1", "publisher": "a", "url": "a.example", "language": "en", "covers": 0}]}),
    ],
)
def test_schema_and_models_refuse_the_same(kind: str, change: dict[str, Any], tmp_path: Path) -> None:
    show = Path(shutil.copytree(HERE / "small", tmp_path / "shows" / "small"))
    path = show / f"{kind}.yaml"
    value: dict[str, Any] = {}
    if path.exists():
        value = parse(path.read_bytes()).value  # type: ignore[assignment]
        assert list(validator(kind).iter_errors(value)) == []
    value = {**value, **change}
    assert list(validator(kind).iter_errors(value)) != []
    path.write_text(_as_yaml(value), encoding="utf-8")
    assert any(problem.path == path for problem in check(tmp_path))


def _as_yaml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def properties(schema: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(schema, dict):
        for name, found in schema.get("properties", {}).items():
            yield f"{path}/{name}", found
        for key, inner in schema.items():
            yield from properties(inner, f"{path}/{key}")
    elif isinstance(schema, list):
        for inner in schema:
            yield from properties(inner, path)


@pytest.mark.parametrize("kind", FILES)
def test_every_key_has_help(kind: str) -> None:
    found = list(properties(schemas()[f"{kind}.schema.json"]))
    assert found
    assert [path for path, schema in found if not schema.get("description")] == []


@pytest.mark.parametrize("kind", FILES)
def test_no_object_takes_unknown_keys(kind: str) -> None:
    schema = schemas()[f"{kind}.schema.json"]
    objects = [schema, *schema.get("$defs", {}).values()]
    assert all(found.get("additionalProperties") is False for found in objects if found.get("type") == "object")
