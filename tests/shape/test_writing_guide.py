"""The guide for those who begin a show can be followed: its answers, its files, and what it says is printed."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.dataset.catalogue import check, examine
from bot.dataset.interview import QUESTIONS
from bot.dataset.schema import FILES
from tests.shape.test_documents import OPERATING, README

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "writing-a-show.md").read_text("utf-8")
ANSWERS = re.findall(r"^\| ([^|]+\?) \| `([^`]+)` \| [^|]*\|$", GUIDE, re.MULTILINE)
EXAMPLES = re.findall(r"^`(shows/[a-z-]+/[a-z]+\.yaml)`\n\n```yaml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder in which the guide was followed to the end of its second step."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{answer}\n" for _, answer in ANSWERS) + "\n"))
    assert main(["new-show", str(tmp_path)]) == 0
    return tmp_path


def follow(data: Path) -> None:
    for path, text in EXAMPLES:
        assert (data / path).exists(), "the guide changes files that are there"
        (data / path).write_text(text, "utf-8")


def test_it_answers_every_question_in_its_order() -> None:
    assert [asked for asked, _ in ANSWERS] == [question.asked for question in QUESTIONS]


def test_the_answers_make_a_show(begun: Path) -> None:
    found = examine(begun)
    assert (found.problems, found.hints) == ((), ())
    assert found.catalogue is not None
    show = found.catalogue.shows["paper-boats"]
    assert (show.zone, show.language, show.country) == ("Europe/Lisbon", "pt", "PT")
    assert [
        str(episode.broadcast.at.day) for episode in show.episodes if episode.broadcast and episode.broadcast.at
    ] == ["2027-03-01", "2027-03-02", "2027-03-08", "2027-03-09"]


def test_whoever_follows_it_has_a_show_without_problems_and_hints(begun: Path) -> None:
    assert len(EXAMPLES) == GUIDE.count("```yaml\n")
    follow(begun)
    found = examine(begun)
    assert (found.problems, found.hints) == ((), ())


def test_the_mistake_it_shows_is_told_so(begun: Path) -> None:
    follow(begun)
    path = begun / "shows" / "paper-boats" / "characters.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("ferryman, after: 1, sources", "ferryman, after: 0, sources"), "utf-8")
    (problem,) = check(begun)
    assert f"\n{problem}\n".replace(str(begun), "data") in GUIDE


def test_it_names_every_file_that_there_is() -> None:
    assert re.findall(r"^\| `([a-z]+)\.yaml` \|", GUIDE, re.MULTILINE) == [
        *("show", "episodes", "sources", "characters", "recaps", "groups", "questions", "conflicts")
    ]
    assert len(FILES) == 8


def test_every_command_and_option_in_it_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    commands = re.findall(r"^\.venv/bin/python -m bot ([a-z-]+)(.*)$", GUIDE, re.MULTILINE)
    assert {command for command, _ in commands} == {"new-show", "check-data", "demo"}
    for command, options in commands:
        assert f"`python -m bot {command}" in OPERATING
        with pytest.raises(SystemExit):
            main([command, "--help"])
        listed = capsys.readouterr().out
        for option in re.findall("--[a-z-]+", options):
            assert option in listed


def test_it_installs_as_the_readme_does() -> None:
    (line,) = [line for line in GUIDE.splitlines() if line.startswith("python3 -m venv")]
    assert line in README
    assert "(docs/writing-a-show.md)" in README


def test_its_links_lead_somewhere() -> None:
    anchors = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", GUIDE, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", GUIDE)) <= anchors
    other = (ROOT / "docs" / "dataset.md").read_text("utf-8")
    there = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", other, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(dataset\.md#([^)]+)\)", GUIDE)) <= there
