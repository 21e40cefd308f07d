"""Hints: what deserves a look is told with its place and a way out, and keeps nothing from loading."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from bot.dataset.catalogue import check, examine, load
from bot.dataset.command import check_data
from tests.dataset.test_broken import HERE, small_show

ROOT = HERE.parent.parent

CHARACTERS = """\
characters:
  - id: rita
    after: 0
    names:
      - {text: {en: Rita Sal, ko: 히타 살}, after: 0, sources: [S1]}
      - {text: {en: Captain Rita, ko: 히타 선장}, after: 2, sources: [S1]}
    relations:
      - {to: ferryman, text: "asks {name}", after: 1, sources: [S1]}
      - {to: ferryman, text: "daughter of {name}", after: 2, sources: [S1], label: {en: daughter, ko: 딸}}
  - id: ferryman
    after: 1
    names:
      - {text: {en: The ferryman, ko: 뱃사공}, after: 1, sources: [S1]}
      - {text: {en: Duarte Sal, ko: 두아르트 살}, after: 3, native: ドゥアルテ, aliases: [Old Dua], sources: [S1]}
    relations:
      - {to: rita, text: "father of {name}", after: 2, sources: [S1]}
"""


def hints(data: Path) -> list[str]:
    found = examine(data)
    assert found.problems == ()
    assert found.catalogue == load(data)
    return [str(hint).removeprefix(f"{data}/shows/small/") for hint in found.hints]


def show_with(data: Path, *, language: str = "en", **files: str) -> Path:
    """The small show with other files, in another language."""
    show = small_show(data)
    (show / "groups.yaml").unlink()
    (show / "characters.yaml").write_text("characters: []", "utf-8")
    text = (show / "show.yaml").read_text("utf-8")
    (show / "show.yaml").write_text(text.replace("language: en", f"language: {language}"), "utf-8")
    for name, content in files.items():
        (show / f"{name}.yaml").write_text(content, "utf-8")
    return show


def title(text: str, after: int) -> str:
    return f"episodes:\n  - {{number: 1, title: {{text: {text}, after: {after}, sources: [S1]}}}}\n" + "".join(
        f"  - {{number: {number}}}\n" for number in (2, 3)
    )


def test_the_shipped_shows_leave_nothing_to_look_at() -> None:
    assert examine(ROOT / "data").hints == ()


@pytest.mark.parametrize(
    ("text", "after", "told"),
    [
        ("Old Dua Returns", 1, "`Old Dua`, a name of `ferryman` only after episode 3; write `after: 3`"),
        ("Duarte’s Boat", 2, "`Duarte’s`, a name of `ferryman` only after episode 3"),
        ("{en: Home, ko: 두아르트 살의 집}", 0, "`두아르트 살의`, a name of `ferryman` only after episode 3"),
        ("{en: Home, ja: ドゥアルテ}", 0, "`ドゥアルテ`, a name of `ferryman` only after episode 3"),
        ("The Ferryman", 0, "`The Ferryman`, a name of `ferryman` only after episode 1; write `after: 1`"),
        ("The Captain", 1, "`Captain`, a name of `rita` only after episode 2"),
        ("A Daughter", 1, "`Daughter`, what `rita` is to `ferryman` only after episode 2"),
        ("{en: Home, ko: 딸에게}", 1, None),
        ("{en: Home, ko: 딸}", 1, "`딸`, what `rita` is to `ferryman` only after episode 2"),
        ("Old Dua Returns", 3, None),
        ("Rita", 0, None),
        ("Sal", 0, None),
        ("The Boats", 0, None),
        ("Duarterly News", 0, None),
    ],
)
def test_a_name_or_tie_in_a_title_before_its_time(text: str, after: int, told: str | None, tmp_path: Path) -> None:
    show_with(tmp_path, characters=CHARACTERS, episodes=title(text, after))
    found = hints(tmp_path)
    if told is None:
        assert found == []
    else:
        (hint,) = found
        assert hint.startswith("episodes.yaml:2:")
        assert f"the title is safe after episode {after}, but holds {told}" in hint


def test_the_title_of_the_show_is_known_to_everybody(tmp_path: Path) -> None:
    show = show_with(tmp_path, characters=CHARACTERS, episodes=title("The Ferryman", 0))
    text = (show / "show.yaml").read_text("utf-8")
    (show / "show.yaml").write_text(text.replace("A Small Show", "The Ferryman"), "utf-8")
    assert hints(tmp_path) == []


def test_a_name_in_the_synopsis_or_a_recap_before_its_time(tmp_path: Path) -> None:
    recaps = """\
recaps:
  - episode: 1
    summary: {text: The ferryman is silent., sources: [S1]}
    beats:
      - {text: Rita is somebody's daughter., sources: [S1]}
      - text:
          en: The ferryman finds a boat.
          ko: 두아르트 살이 배를 찾는다.
        sources: [S1]
  - {episode: 3, beats: [{text: Duarte Sal finds a boat., sources: [S1]}]}
"""
    show = show_with(tmp_path, characters=CHARACTERS, recaps=recaps)
    with (show / "show.yaml").open("a", encoding="utf-8") as file:
        file.write("synopsis: Nobody knows the ferryman.\n")
    assert hints(tmp_path) == [
        "recaps.yaml:8:15: this is safe after episode 1, but holds `두아르트 살이`, a name of `ferryman` only after "
        "episode 3; call people what they are called by then, if the two are the same",
        "show.yaml:9:11: everybody reads this before episode 1, but it holds `the ferryman`, a name of `ferryman` only "
        "after episode 1; say it without, if the two are the same",
    ]


def test_names_of_groups_count_too(tmp_path: Path) -> None:
    groups = "groups: [{id: sals, names: [{text: The Lost Sals, after: 2, sources: [S1]}]}]"
    joining = "    memberships: [{group: sals, after: 2, sources: [S1]}]\n"
    show_with(tmp_path, characters=CHARACTERS + joining, groups=groups, episodes=title("The Lost Sals", 1))
    (hint,) = hints(tmp_path)
    assert "a name of the group `sals` only after episode 2" in hint


def test_korean_names_without_hangul(tmp_path: Path) -> None:
    characters = """\
characters:
  - {id: a, after: 0, names: [{text: Kim An, after: 0, sources: [S1]}], actor: {name: Lee Bo, sources: [S1]}}
  - {id: b, after: 0, names: [{text: {en: Bo, ko: Bora}, after: 0, sources: [S1]}]}
  - {id: c, after: 0, names: [{text: {en: X, ko: X}, after: 0, sources: [S1]}]}
  - id: d
    after: 0
    names: [{text: Ken, after: 0, native: 健, sources: [S1]}]
    actor: {name: Sato, native: 佐藤, sources: [S1]}
"""
    show_with(tmp_path, characters=characters, language="ko")
    assert hints(tmp_path) == [
        "characters.yaml:2:38: the show is Korean, but `Kim An` has no Hangul; add it as `ko` of the text and as "
        "`native`, so that people find it",
        "characters.yaml:2:87: the show is Korean, but the actor `Lee Bo` has no Hangul; add it as `native`, so that "
        "people find it",
        "characters.yaml:3:51: the Korean name `Bora` is in Latin letters; write it in Hangul, or leave `ko` out",
    ]


def test_a_show_in_another_language_needs_no_hangul(tmp_path: Path) -> None:
    show_with(tmp_path, characters="characters: [{id: a, after: 0, names: [{text: Ann, after: 0, sources: [S1]}]}]")
    assert hints(tmp_path) == []


def test_a_relation_told_from_one_side_only(tmp_path: Path) -> None:
    one_side = CHARACTERS.partition("    relations:\n      - {to: rita")[0]
    show_with(tmp_path, characters=one_side)
    assert hints(tmp_path) == [
        "characters.yaml:8:9: only `rita` tells of this; add to `ferryman` what it looks like from there "
        "(`to: rita`), or nobody reads it on that card"
    ]


def test_hints_are_printed_and_refuse_nothing_unless_strict(tmp_path: Path) -> None:
    show_with(tmp_path, characters=CHARACTERS, episodes=title("Old Dua", 0))
    out = io.StringIO()
    assert check_data(tmp_path, out) == 0
    first, last = out.getvalue().splitlines()
    assert first.startswith(f"{tmp_path}/shows/small/episodes.yaml:2:31: hint: the title is safe after episode 0")
    assert last == "no problems: 1 show, 3 episodes, 0 recaps, 2 characters, 0 questions, 1 conflict, 2 sources; 1 hint"
    assert check_data(tmp_path, io.StringIO(), strict=True) == 1
    assert check(tmp_path) == []


def test_problems_come_before_hints(tmp_path: Path) -> None:
    show_with(tmp_path, characters=CHARACTERS, episodes=title("Old Dua", 0), recaps="recaps: [{episode: 9}]")
    out = io.StringIO()
    assert check_data(tmp_path, out) == 1
    lines = out.getvalue().splitlines()
    assert [": hint: " in line for line in lines[:-1]] == [False] * (len(lines) - 2) + [True]
    assert lines[-1].endswith("; 1 hint")
