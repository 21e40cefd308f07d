"""What episodes are called and meant by: specials, parts, double broadcasts and seasons, as the guide shows them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.airing import airing, airs_at
from bot.core.show import BEYOND_NUMBERS, Episode, Show
from bot.core.thread_names import ThreadNames
from bot.dataset.catalogue import load
from bot.discord_ui.options import episode_name, episode_names
from bot.l10n.speaker import Speaker
from bot.l10n.words import Words
from tests.dataset.test_broken import small_show

GUIDE = Path(__file__).parents[2] / "docs" / "dataset.md"


def example() -> tuple[str, list[str]]:
    """The example of the guide: its file, and what its comments say that the episodes are called."""
    blocks: list[str] = re.findall("```yaml\\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    block = next(block for block in blocks if "special: true" in block)
    said = [line.partition("# ")[2].partition(", in the same")[0] for line in block.splitlines() if "number" in line]
    return block, said


@pytest.fixture
def show(tmp_path: Path) -> Show:
    folder = small_show(tmp_path)
    (folder / "episodes.yaml").write_text(example()[0], encoding="utf-8")
    return load(tmp_path).shows["small"]


def meant(show: Show, typed: int) -> int | None:
    found: Episode | None = show.chosen(typed)
    return None if found is None else found.number


def test_episodes_are_called_as_the_guide_says(show: Show) -> None:
    say = Speaker(Words.load(), "en-US")
    assert [episode_name(say, show, episode) for episode in show.episodes] == example()[1]


def test_several_episodes_are_called_by_their_printed_numbers(show: Show) -> None:
    say = Speaker(Words.load(), "en-US")
    assert episode_names(say, show, show.episodes) == (
        "Episodes 1-2, 4, Special 1, Episode 3, part 1 (S1 E3) and Episode 3, part 2 (S1 E3)"
    )
    assert episode_names(say, show, show.episodes[1:3]) == "Episode 2 (S1 E2) and Special 1"
    assert episode_names(say, show, show.episodes[:2]) == "Episodes 1-2"


def test_a_typed_number_means_what_an_episode_is_called(show: Show) -> None:
    assert [meant(show, typed) for typed in range(6)] == [None, 1, 2, 4, 6, None]
    assert show.last_printed == 4


def test_every_choice_means_its_own_episode(show: Show) -> None:
    assert [meant(show, episode.choice) for episode in show.episodes] == [1, 2, 3, 4, 5, 6]
    assert meant(show, BEYOND_NUMBERS + 7) is None
    assert meant(show, -1) is None


def test_an_episode_shown_together_comes_out_with_the_one_before(show: Show) -> None:
    first, second, special, *_ = show.episodes
    assert second.releases == first.releases
    assert special.releases != first.releases
    assert (second.together, special.together) == (True, False)


def test_the_second_of_a_double_broadcast_is_on_air_after_the_first(tmp_path: Path) -> None:
    folder = small_show(tmp_path)
    (folder / "episodes.yaml").write_text(
        'episodes:\n  - {number: 1, date: "2027-03-01"}\n  - {number: 2, together: true}\n  - {number: 3}\n',
        encoding="utf-8",
    )
    show = load(tmp_path).shows["small"]
    begins = airs_at(show.episodes[0])
    assert begins is not None
    minutes = (show.minutes or 60) * 60

    def on_air(seconds: int) -> list[int]:
        now = datetime.fromtimestamp(begins.timestamp() + seconds, UTC)
        return [episode.number for episode in airing(show, now).on_air]

    assert on_air(0) == on_air(minutes - 1) == [1, 2]
    assert on_air(minutes) == on_air(2 * minutes - 1) == [2]
    assert on_air(2 * minutes) == []


def test_names_of_threads_go_by_printed_numbers(show: Show) -> None:
    names = ThreadNames({show.id: show}, show)
    assert names.episode("Episode 4", None) == (show, 6)
    assert names.episode("Episode 3", None) == (show, 4)
    assert names.episode("S1E2", None) == (show, 2)
    assert names.episode("S2E1", None) == (show, 6)
    assert names.episode("Episode 5", None) is None
    assert names.episode("S1E0", None) is None
