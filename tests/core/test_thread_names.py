"""What the names of threads say about episodes: one test for each rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.show import Episode, Show, Text
from bot.core.thread_names import ThreadNames


def show(id: str, title: str, *seasons: int, native: str | None = None, aliases: tuple[str, ...] = ()) -> Show:
    """A show with seasons of so many episodes."""
    places = [(season, number + 1) for season, length in enumerate(seasons, 1) for number in range(length)]
    return Show(
        id=id,
        title=Text({"en": title}),
        native_title=native,
        aliases=aliases,
        network="N",
        country="KR",
        zone="Asia/Seoul",
        language="ko",
        minutes=None,
        age_rating=None,
        genres=(),
        synopsis=None,
        credits=(),
        episodes=tuple(Episode(n, s, i, None, (), None, ()) for n, (s, i) in enumerate(places, 1)),
        characters=(),
        questions=(),
        conflicts=(),
        sources={},
    )


DEFECTS = show("the-defects", "The Defects", 8, native="아이쇼핑", aliases=("Eye Shopping",))
SHIFT = show("lighthouse-shift", "The Lighthouse Shift", 8, 8)
REPLY = show("reply", "Reply 1988", 20, aliases=("응답하라 1988",))
LIVE = show("live", "Live", 18)
SHOWS = {one.id: one for one in (DEFECTS, SHIFT, REPLY)}


def named(name: str, parent: str | None = None, default: Show = DEFECTS, *more: Show) -> tuple[str, int] | None:
    found = ThreadNames({**SHOWS, **{one.id: one for one in more}}, default).episode(name, parent)
    return None if found is None else (found[0].id, found[1])


def number(name: str, default: Show = DEFECTS) -> int | None:
    found = named(name, None, default)
    return None if found is None else found[1]


@pytest.mark.parametrize(
    "name",
    [
        *("Episode 7", "episode-7", "Episode #7", "Ep. 7 reactions", "EP7", "E07", "ep_7", "S1E7", "s01.e07"),
        *("Season 1 episode 7", "Season 1, Episode 7 – live!", "Episode 7 discussion (spoilers)", "🎬 Episode 7 💬"),
        *(
            "7화",
            "제7화",
            "7회",
            "제 7 회",
            "7화 토론",
            "7화의 반응",
            "7화까지 스포",
            "에피소드 7",
            "시즌1 7화",
            "시즌 1 제7화",
        ),
        *(
            "第7話",
            "7話",
            "第 7 話",
            "第７話感想",
            "第7話の感想スレッド",
            "シーズン1 第7話",
            "エピソード7",
            "第7話ネタバレ",
        ),
        *("Episodio 7", "Capítulo 7: reacciones", "Temporada 1, episodio 7", "Comentarios sobre episodio 7"),
        *("Episódio 7 – discussão", "Temporada 1 episódio 7", "Folge 7", "Diskussion zu Folge 7", "Staffel 1, Folge 7"),
        *("Épisode 7 : réactions", "Saison 1 épisode 7", "Diskusi episode 7", "Musim 1 episode 7 nobar"),
        *("Episode 7 thoughts?", "Épisode 7", "Episode ７", "Live thread for episode 7", "After episode 7"),
    ],
)
def test_a_name_of_one_episode(name: str) -> None:
    assert number(name) == 7


@pytest.mark.parametrize(
    "name",
    [
        *("general", "", "🎬", "Part 2", "#7", "7", "The Defects 7", "Episode", "episodes", "Season 1", "시즌 1", "화"),
        *("Episode seven", "Episode VII", "seventh episode", "Episode 7²", "Episode ٧", "Episode ⑦", "ⓔ⑦"),
        *("Episode 7.5", "Episode 7 21:00", "Episode 7 part 2", "Episode 7 2", "Episode 7 (11 Aug)"),
    ],
)
def test_a_name_without_an_episode_or_with_more_numbers_than_that_says_nothing(name: str) -> None:
    assert number(name) is None


@pytest.mark.parametrize(
    "name",
    [
        *("Before episode 7", "Not yet at episode 7", "Episode 8 predictions", "Episode 8 preview", "Until episode 8"),
        *("No episode 7 spoilers", "Episode 7 spoiler-free", "Waiting for episode 7", "Up to but not episode 7"),
        *("🚫 Episode 7", "Episode 7 🔜", "⏳ Episode 7", "<Episode 7", "≠ Episode 7", "Vor Folge 7: Episode 7"),
        *(
            "第7話まで",
            "第7話の前",
            "第7話未視聴",
            "第8話予想",
            "Vor Folge 7",
            "Nach Folge 7, vor Folge 8",
            "Bis Folge 7",
        ),
        *("Antes del episodio 7", "No he visto el episodio 7", "Avant l'épisode 7", "Pas encore l'épisode 7"),
        *("Sebelum episode 7", "Belum nonton episode 7", "Sem spoilers do episódio 7", "Até o episódio 7"),
        *("7화 전", "7화 예측", "7화 스포 금지", "7화 안 본 사람", "7화 노스포", "7화 예고"),
    ],
)
def test_a_word_or_sign_that_may_turn_the_meaning_around_makes_the_name_say_nothing(name: str) -> None:
    assert number(name) is None


@pytest.mark.parametrize(
    ("name", "lowest"),
    [
        *(("Episodes 7 and 8", 7), ("Episode 7 vs 8", 7), ("Episode 7 vs. Episode 8", 7), ("ep 8 & 7", 7)),
        *(("Episodes 3-5", 3), ("E7E8", 7), ("S1E3-E5", 3), ("S1E5 + S1E4", 4), ("7, 8화", 7), ("7,8화", 7)),
        *(("第7話と第8話", 7), ("7、8話", 7), ("Folge 7 und 8", 7), ("Episodios 7 y 8", 7), ("Episode 7 dan 8", 7)),
        *(("1-3화", 1), ("1~3화", 1), ("1화부터 3화까지", 1), ("7화와 8화", 7)),
    ],
)
def test_of_several_episodes_the_lowest_counts(name: str, lowest: int) -> None:
    assert number(name) == lowest


@pytest.mark.parametrize("name", ["Episode 9", "Episode 0", "9화", "S2E1", "S0E1", "Episode 99999", "Episodes 7 and 9"])
def test_a_number_that_no_episode_has_says_nothing(name: str) -> None:
    assert number(name) is None


@pytest.mark.parametrize(
    ("name", "absolute"),
    [("Episode 3", 3), ("Episode 11", 11), ("S2E3", 11), ("Season 2 episode 3", 11), ("시즌2 3화", 11), ("S1E8", 8)],
)
def test_a_bare_number_counts_through_all_seasons_and_one_with_a_season_within_it(name: str, absolute: int) -> None:
    assert number(name, SHIFT) == absolute


@pytest.mark.parametrize("name", ["S2E9", "S3E1", "S1E9", "Episode 17"])
def test_seasons_and_episodes_that_there_are_not(name: str) -> None:
    assert number(name, SHIFT) is None


@pytest.mark.parametrize(
    ("name", "parent", "meant"),
    [
        ("Episode 7", None, ("the-defects", 7)),
        ("Episode 7", "tv-talk", ("the-defects", 7)),
        ("The Lighthouse Shift: Episode 7", None, ("lighthouse-shift", 7)),
        ("lighthouse-shift-ep-7", "the-defects", ("lighthouse-shift", 7)),
        ("Episode 7", "the-lighthouse-shift-talk", ("lighthouse-shift", 7)),
        ("Episode 7", "📺︱lighthouse_shift", ("lighthouse-shift", 7)),
        ("아이쇼핑 7화", "lighthouse-shift", ("the-defects", 7)),
        ("Reply 1988 episode 7", None, ("reply", 7)),
        ("응답하라 1988 7화", None, ("reply", 7)),
        ("Reply 1988", None, None),
        ("The Defects and The Lighthouse Shift episode 7", None, None),
        ("Episode 7", "the-defects-and-lighthouse-shift", None),
    ],
)
def test_the_show_is_the_one_in_the_name_then_in_the_parents_then_the_default(
    name: str, parent: str | None, meant: tuple[str, int] | None
) -> None:
    assert named(name, parent) == meant


def test_a_title_that_is_a_word_of_its_own_leaves_the_show_open() -> None:
    assert named("Episode 7 live", None, DEFECTS, LIVE) is None
    assert named("Episode 7 live", None, LIVE, LIVE) == ("live", 7)
    assert named("Episode 7", "live", DEFECTS, LIVE) == ("live", 7)


def test_what_cannot_be_seen_does_not_count() -> None:
    assert number("Epi\u200bsode\u2060 7\u202e") == 7
    assert number("\u202eEpisode 7") == 7


@given(st.text(max_size=120))
def test_any_name_is_read(name: str) -> None:
    assert number(name) in {None, *range(1, 9)}


@given(st.text(alphabet="sSeE017화회제-–,&~. 시즌episodoand", max_size=40))
def test_any_name_of_these_pieces_is_read(name: str) -> None:
    assert number(name, SHIFT) in {None, *range(1, 17)}


@given(st.sampled_from(["Episode 7", "7화", "S1E7"]), st.text(max_size=30))
def test_more_words_never_raise_the_number(name: str, more: str) -> None:
    assert number(f"{name} {more}") in {None, *range(1, 8)}
    assert number(f"{more} {name}") in {None, *range(1, 8)}
