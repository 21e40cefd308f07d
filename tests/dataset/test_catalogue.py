"""A data folder to a catalogue: what ships loads whole; anything wrong is told, all at once."""

from __future__ import annotations

import io
import os
import random
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.show import Catalogue, Condition, Confidence, RelationKind, ReleaseKind, Show
from bot.dataset.catalogue import DatasetError, check, load
from bot.dataset.command import check_data, write_schema
from tests.dataset.test_broken import HERE, small_show

ROOT = HERE.parent.parent
FOLDERS = [pytest.param(ROOT / "data", id="data"), pytest.param(ROOT / "tests", id="tests")]


@pytest.fixture(scope="module")
def lighthouse() -> Show:
    return load(ROOT / "tests").shows["lighthouse-shift"]


def problems(data: Path) -> list[str]:
    return [str(problem).removeprefix(f"{data}/shows/") for problem in check(data)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_everything_in_the_repository_loads(folder: Path) -> None:
    out = io.StringIO()
    assert check_data(folder, out) == 0, "\n" + out.getvalue()
    folders = {path.name for path in (folder / "shows").iterdir() if path.is_dir()}
    assert set(load(folder).shows) == folders


@pytest.mark.parametrize("folder", FOLDERS)
def test_loading_twice_gives_the_same(folder: Path) -> None:
    first, second = load(folder), load(folder)
    assert first == second
    assert repr(first) == repr(second)


class TestMadeUpShow:
    def test_counts_within_seasons(self, lighthouse: Show) -> None:
        assert lighthouse.seasons == (1, 2)
        assert [(episode.season, episode.in_season) for episode in lighthouse.episodes] == [
            (season, number) for season in (1, 2) for number in range(1, 9)
        ]

    def test_night_after_the_broadcast_day(self, lighthouse: Show) -> None:
        assert instant(lighthouse, 1) == datetime(2026, 1, 9, 16, 30, tzinfo=UTC)

    def test_two_episodes_in_one_night(self, lighthouse: Show) -> None:
        assert instant(lighthouse, 7) == datetime(2026, 2, 27, 16, 30, tzinfo=UTC)
        assert instant(lighthouse, 8) == datetime(2026, 2, 27, 17, 30, tzinfo=UTC)

    def test_new_york_before_and_after_the_clocks_change(self, lighthouse: Show) -> None:
        assert instant(lighthouse, 11) == datetime(2026, 10, 26, 1, 0, tzinfo=UTC)
        assert instant(lighthouse, 12) == datetime(2026, 11, 2, 2, 0, tzinfo=UTC)

    def test_own_release_replaces_the_show_s(self, lighthouse: Show) -> None:
        release = lighthouse.episodes[11].releases[0]
        assert (release.service, release.kind, release.regions) == ("Harbour Nine", ReleaseKind.BROADCAST, ("US",))
        assert [release.service for release in lighthouse.episodes[11].releases] == [
            "Harbour Nine",
            "Beacon Stream",
            "Tidepool",
        ]

    def test_own_date_of_a_release(self, lighthouse: Show) -> None:
        stream = lighthouse.episodes[7].releases[1]
        assert stream.at is not None
        assert stream.at.instant() == datetime(2026, 2, 28, 9, 0, tzinfo=UTC)

    def test_unknown_hours_and_dates(self, lighthouse: Show) -> None:
        assert lighthouse.episodes[0].releases[2].at is None
        assert lighthouse.episodes[15].broadcast is None

    def test_what_is_missing_is_missing(self, lighthouse: Show) -> None:
        assert [episode.number for episode in lighthouse.episodes if not episode.beats] == [11]
        assert lighthouse.episodes[3].title is None
        assert "NO" in lighthouse.episodes[0].releases[1].regions

    def test_texts(self, lighthouse: Show) -> None:
        assert lighthouse.title.to("ko") == "등대 야간조"
        assert lighthouse.credits[1].names[0].to("ko") == "Ima Ginary"

    def test_groups_and_who_belongs_to_them_when(self, lighthouse: Show) -> None:
        keepers = lighthouse.groups[0]
        assert [(name.text.to("en"), name.after) for name in keepers.names] == [
            ("The keepers", 0),
            ("The Order of the Lamp", 9),
        ]
        by_id = {character.id: character for character in lighthouse.characters}
        assert [(one.group, one.after) for one in by_id["stranger"].memberships] == [
            ("castaways", 1),
            ("keepers", 8),
            (None, 15),
        ]
        assert [(one.condition, one.after) for one in by_id["juno"].statuses] == [
            (Condition.MISSING, 10),
            (Condition.DECEASED, 13),
        ]

    def test_labels_of_arrows(self, lighthouse: Show) -> None:
        hana = lighthouse.characters[0]
        assert [(one.label.to("ko"), one.kind) for one in hana.relations if one.label is not None] == [
            ("동료", RelationKind.WORK),
            ("구조자", RelationKind.ALLY),
            ("누나", RelationKind.FAMILY),
        ]

    def test_summaries(self, lighthouse: Show) -> None:
        assert lighthouse.episodes[0].summary is not None
        assert lighthouse.episodes[0].summary.sources == ("M001",)
        assert lighthouse.episodes[2].summary is None

    def test_facts(self, lighthouse: Show) -> None:
        facts = {fact.text.to("en"): fact for character in lighthouse.characters for fact in character.facts}
        fact = facts["He left the lamp burning on purpose."]
        assert (fact.after, fact.sources, fact.confidence, fact.conflict) == (13, ("M011",), Confidence.LOW, "K03")


def instant(show: Show, number: int) -> datetime:
    episode = show.episode(number)
    assert episode is not None
    assert episode.broadcast is not None
    assert episode.broadcast.at is not None
    return episode.broadcast.at.instant()


def test_shows_are_in_the_order_of_their_titles(tmp_path: Path) -> None:
    for id, title in (("a", "Zebra"), ("b", "apple"), ("c", "Mango")):
        show = Path(shutil.copytree(HERE / "small", tmp_path / "shows" / id))
        text = (show / "show.yaml").read_text().replace("id: small", f"id: {id}")
        (show / "show.yaml").write_text(text.replace("A Small Show", title))
    assert list(load(tmp_path).shows) == ["b", "c", "a"]


def test_all_problems_of_all_shows_at_once(tmp_path: Path) -> None:
    for id in ("one", "two"):
        show = Path(shutil.copytree(HERE / "small", tmp_path / "shows" / id))
        (show / "recaps.yaml").write_text("recaps: 7\n")
        (show / "questions.yaml").write_text("- [\n")
    with pytest.raises(DatasetError) as caught:
        load(tmp_path)
    error = caught.value
    assert [problem.path.relative_to(tmp_path / "shows").as_posix() for problem in error.problems] == [
        f"{id}/{file}.yaml" for id in ("one", "two") for file in ("questions", "recaps", "show")
    ]
    assert str(error).count("\n") == 5
    assert error.exit_code == 65


def test_a_file_that_can_t_be_read_raises_no_doubt_about_others(tmp_path: Path) -> None:
    show = small_show(tmp_path)
    for file in ("episodes", "sources"):
        (show / f"{file}.yaml").write_text("[")
    assert {problem.path.name for problem in check(tmp_path)} == {"episodes.yaml", "sources.yaml"}


class TestFolders:
    def test_missing(self, tmp_path: Path) -> None:
        assert "does not exist" in str(check(tmp_path / "no")[0])
        assert "there is no `shows` folder here" in str(check(tmp_path)[0])

    def test_one_level_too_deep(self, tmp_path: Path) -> None:
        show = small_show(tmp_path)
        for folder in (show, show.parent):
            assert f"did you mean `{tmp_path}`?"[:60] in str(check(folder)[0])

    def test_empty(self, tmp_path: Path) -> None:
        (tmp_path / "shows").mkdir()
        (tmp_path / "shows" / "README.md").write_text("Shows come here.")
        (tmp_path / "shows" / ".gitkeep").write_text("")
        assert [problem.message for problem in check(tmp_path)] == [
            "there is no show here; make a folder with show.yaml, episodes.yaml, sources.yaml"
        ]

    def test_show_without_files(self, tmp_path: Path) -> None:
        (tmp_path / "shows" / "empty").mkdir(parents=True)
        assert problems(tmp_path) == [
            f"empty/{file}.yaml:1:1: the file is missing; every show needs it"
            for file in ("episodes", "show", "sources")
        ]

    @pytest.mark.parametrize("name", ["Small", "a b", "쇼", "con", "x" * 65, "small.bak"])
    def test_names(self, name: str, tmp_path: Path) -> None:
        small_show(tmp_path).rename(tmp_path / "shows" / name)
        assert any("a show's folder is named by its id" in problem for problem in problems(tmp_path))

    def test_other_files(self, tmp_path: Path) -> None:
        show = small_show(tmp_path)
        (show / "README.md").write_text("Read me.")
        (show / ".show.yaml.swp").write_text("")
        assert problems(tmp_path) == []
        (show / "recap.yaml").write_text("")
        (show / "pictures").mkdir()
        (show.parent / "notes.txt").write_text("")
        assert problems(tmp_path) == [
            "notes.txt:1:1: only folders of shows belong here; move or remove it",
            "small/pictures:1:1: this file does not belong to a show; rename or remove it; there is `characters.yaml`, "
            "`conflicts.yaml`, `episodes.yaml`, `groups.yaml`, `questions.yaml`, `recaps.yaml`, "
            "`show.yaml`, `sources.yaml`",
            "small/recap.yaml:1:1: this file does not belong to a show; rename or remove it; "
            "did you mean `recaps.yaml`?",
        ]

    def test_links_are_not_followed(self, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        shutil.copytree(HERE / "small", outside)
        data = tmp_path / "data"
        show = small_show(data)
        (data / "shows" / "linked").symlink_to(outside)
        (show / "sources.yaml").unlink()
        (show / "sources.yaml").symlink_to(outside / "sources.yaml")
        (show / "recaps.yaml").symlink_to("/dev/zero")
        assert [problem.partition(":")[0] for problem in problems(data)] == [
            "linked",
            "small/recaps.yaml",
            "small/sources.yaml",
        ]
        assert all("links are not followed" in problem for problem in problems(data))

    def test_linked_shows_folder(self, tmp_path: Path) -> None:
        small_show(tmp_path / "outside")
        (tmp_path / "shows").symlink_to(tmp_path / "outside" / "shows")
        assert "links are not followed" in problems(tmp_path)[0]

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        show = small_show(tmp_path)
        os.mkfifo(show / "recaps.yaml")
        assert problems(tmp_path) == [
            "small/recaps.yaml:1:1: can't be read (it is not a regular file); check that it exists and who may read it"
        ]

    def test_a_folder_in_place_of_a_file(self, tmp_path: Path) -> None:
        show = small_show(tmp_path)
        (show / "recaps.yaml").mkdir()
        assert "small/recaps.yaml:1:1: can't be read" in problems(tmp_path)[0]

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything can be read by root")
    def test_no_permission(self, tmp_path: Path) -> None:
        show = small_show(tmp_path)
        (show / "recaps.yaml").write_text("recaps: []")
        (show / "recaps.yaml").chmod(0)
        assert "can't be read (Permission denied)" in problems(tmp_path)[0]


def test_a_show_full_of_wrong_references_costs_little(tmp_path: Path) -> None:
    show = small_show(tmp_path)
    source = "  - {id: S%d, publisher: a, url: 'https://a.example/', language: en, covers: 1}\n"
    (show / "sources.yaml").write_text("sources:\n" + "".join(source % number for number in range(9_000)))
    beats = "".join(f"      - {{text: a, sources: [T{number}]}}\n" for number in range(15_000))
    (show / "recaps.yaml").write_text(f"recaps:\n  - episode: 1\n    beats:\n{beats}")
    character = "  - {id: c%d, after: 0, names: [{text: Ann, after: 0, sources: [S1]}]}\n"
    (show / "characters.yaml").write_text("characters:\n" + "".join(character % number for number in range(6_000)))
    began = time.perf_counter()
    found = check(tmp_path)
    assert len(found) > 20_000
    # Two seconds; comparing every wrong reference with every source takes minutes.
    assert time.perf_counter() - began < 20


class TestCommands:
    def test_summary(self, tmp_path: Path) -> None:
        small_show(tmp_path)
        out = io.StringIO()
        assert check_data(tmp_path, out) == 0
        assert out.getvalue() == (
            "no problems: 1 show, 3 episodes, 0 recaps, 2 characters, 0 questions, 1 conflict, 2 sources\n"
        )

    def test_problems(self, tmp_path: Path) -> None:
        show = small_show(tmp_path)
        (show / "show.yaml").write_text("id: large\n")
        out = io.StringIO()
        assert check_data(tmp_path, out) == 1
        lines = out.getvalue().splitlines()
        assert lines[0].startswith(f"{show}/show.yaml:1:1: the key `")
        assert lines[-2].startswith(f"{show}/show.yaml:1:5: the id is `large` but the folder `small`")
        assert lines[-1] == "6 problems in 1 file"

    def test_schema(self, tmp_path: Path) -> None:
        out = io.StringIO()
        assert write_schema(tmp_path, out) == 0
        assert out.getvalue().count(": written\n") == 8
        assert write_schema(tmp_path, out) == 0
        assert out.getvalue().endswith(f"{tmp_path}: all 8 files are current\n")

    def test_schema_that_can_t_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "schema").write_text("")
        out = io.StringIO()
        assert write_schema(tmp_path / "schema", out) == 1
        assert "can't be written" in out.getvalue()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 6))
def test_damaged_files_never_crash(seed: int, count: int, tmp_path: Path) -> None:
    """Bytes, lines and words of the made-up show are moved about; there is a catalogue or there are problems."""
    dice = random.Random(seed)
    show = tmp_path / "shows" / "lighthouse-shift"
    shutil.rmtree(show, ignore_errors=True)
    shutil.copytree(ROOT / "tests" / "shows" / "lighthouse-shift", show)
    for _ in range(count):
        path = dice.choice(sorted(show.iterdir()))
        lines = path.read_bytes().splitlines(keepends=True)
        at, other = dice.randrange(len(lines)), dice.randrange(len(lines))
        match dice.randrange(5):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[other])
            case 2:
                lines[at] = bytes(dice.choice([byte, byte, byte, dice.randrange(256)]) for byte in lines[at])
            case 3:
                lines[at] = b"  " + lines[at]
            case _:
                words = lines[at].split(b" ")
                words[dice.randrange(len(words))] = dice.choice(
                    [b"99", b"-1", b"null", b"[]", b"{}", b"x", b'"x"', b"after:"]
                )
                lines[at] = b" ".join(words)
        path.write_bytes(b"".join(lines))
    found = check(tmp_path)
    assert found == sorted(found)
    if found:
        with pytest.raises(DatasetError):
            load(tmp_path)
    else:
        assert isinstance(load(tmp_path), Catalogue)
    for problem in found:
        assert problem.message.isprintable()
        assert problem.line >= 1
        assert problem.column >= 1
