"""The guide for those who write a show tells every field, and its examples work."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from bot.dataset.catalogue import check, load
from bot.dataset.schema import (
    FILES,
    REQUIRED,
    ActorEntry,
    BeatEntry,
    CharacterEntry,
    ConflictEntry,
    CreditEntry,
    Entry,
    EpisodeEntry,
    EpisodeReleaseEntry,
    FactEntry,
    GroupEntry,
    GroupNameEntry,
    MembershipEntry,
    NameEntry,
    NoteEntry,
    QuestionEntry,
    RatingEntry,
    RecapEntry,
    RelationEntry,
    ReleaseEntry,
    RoleEntry,
    ShowFile,
    SideEntry,
    SourceEntry,
    StatusEntry,
    SummaryEntry,
    TitleEntry,
)

GUIDE = (Path(__file__).parents[2] / "docs" / "dataset.md").read_text("utf-8")

#: Every file that the guide writes out, in its order: the path and what to put there.
EXAMPLES = re.findall(r"^`(shows/[a-z-]+/[a-z]+\.yaml)`\n\n```yaml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)

#: What the first cell of a table says that it is about.
TABLES: dict[str, type[Entry]] = {
    "the show": ShowFile,
    "a credit": CreditEntry,
    "a release": ReleaseEntry,
    "a note": NoteEntry,
    "an episode": EpisodeEntry,
    "a title": TitleEntry,
    "a rating": RatingEntry,
    "a release of one episode": EpisodeReleaseEntry,
    "a character": CharacterEntry,
    "a name": NameEntry,
    "a role": RoleEntry,
    "an actor": ActorEntry,
    "a relation": RelationEntry,
    "a fact": FactEntry,
    "a membership": MembershipEntry,
    "a status": StatusEntry,
    "a group": GroupEntry,
    "a name of a group": GroupNameEntry,
    "a recap": RecapEntry,
    "a summary": SummaryEntry,
    "a beat": BeatEntry,
    "a question": QuestionEntry,
    "a conflict": ConflictEntry,
    "a side": SideEntry,
    "a source": SourceEntry,
}


def models_in(annotation: Any) -> set[type[BaseModel]]:
    """The models that an annotation names, with those that they hold in turn."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        inner = (models_in(field.annotation) for field in annotation.model_fields.values())
        return {annotation}.union(*inner)
    return set[type[BaseModel]]().union(*map(models_in, get_args(annotation)))


def section(kind: str) -> str:
    """What the guide says about one kind of file."""
    found = re.search(rf"^## `{kind}\.yaml`$(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    assert found, kind
    return found[1]


def table(name: str) -> dict[str, bool]:
    """The fields in a table, and whether each is needed."""
    found = re.search(rf"^\| {name} \| needed \| .* \|\n\| --- .*\n((?:\|.*\n)+)", GUIDE, re.MULTILINE)
    assert found, f"there is no table of {name}"
    rows = re.findall(r"^\| `([a-z_]+)` \| (yes|) ?\| [^|]+ \|$", found[1], re.MULTILINE)
    assert len(rows) == found[1].count("\n"), name
    return {field: needed == "yes" for field, needed in rows}


def write(folder: Path, examples: list[tuple[str, str]]) -> None:
    for path, text in examples:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")


@pytest.mark.parametrize("kind", FILES)
def test_every_field_of_a_file_is_in_its_section(kind: str) -> None:
    for model in models_in(FILES[kind]):
        for field in model.model_fields:
            # What one episode's release shares with the show's is told there.
            told = section(kind) + (section("show") if issubclass(model, ReleaseEntry) else "")
            assert f"`{field}`" in told, f"{model.__name__}.{field}"


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_those_of_the_models(name: str) -> None:
    model = TABLES[name]
    shared = ReleaseEntry.model_fields if model is EpisodeReleaseEntry else {}
    fields = {key: field.is_required() for key, field in model.model_fields.items() if key not in shared}
    assert table(name) == fields


def test_every_model_has_its_table() -> None:
    lists = {model for kind, model in FILES.items() if kind != "show"}
    assert set(TABLES.values()) == set[Any]().union(*map(models_in, FILES.values())) - lists


def test_the_smallest_show_works(tmp_path: Path) -> None:
    smallest = EXAMPLES[: len(REQUIRED)]
    assert {Path(path).stem for path, _ in smallest} == REQUIRED
    write(tmp_path, smallest)
    assert check(tmp_path) == []


def test_all_examples_work_together(tmp_path: Path) -> None:
    """Later ones replace earlier ones of the same file."""
    assert len(EXAMPLES) == GUIDE.count("```yaml\n"), "every example is a whole file with its path above it"
    assert {Path(path).stem for path, _ in EXAMPLES} == set(FILES)
    for other in EXAMPLES[len(REQUIRED) :]:
        write(tmp_path, [*EXAMPLES, other])
        assert check(tmp_path) == [], other
    write(tmp_path, EXAMPLES)
    (show,) = load(tmp_path).shows.values()
    assert show.seasons == (1, 2)
    first = show.episodes[0].broadcast
    assert first is not None
    assert first.at is not None
    assert first.at.printed() == "25:10"


def test_the_examples_use_every_field() -> None:
    text = "\n".join(example for _, example in EXAMPLES)
    for model in TABLES.values():
        for field in model.model_fields:
            assert re.search(rf"\b{field}:", text), field


def test_the_list_of_contents_leads_somewhere() -> None:
    anchors = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", GUIDE, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", GUIDE)) <= anchors
