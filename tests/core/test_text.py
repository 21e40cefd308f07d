"""Escaping, bars and cutting. An independent reading of Discord's Markdown checks what ends up in the open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text import clean, cut, is_blank, plain, spoiler, unescaped

HOSTILE = [
    "||",
    "a||b||c",
    "\\||",
    "`||`",
    "```\n||\n```",
    "https://example.org/||secret||",
    "[x](https://example.org/||)",
    "<https://example.org/||>",
    "@everyone @here <@1> <@&2> <#3>",
    "# heading",
    "> quote",
    "- list",
    "1. list",
    "\u202eoverturned",
    "\u2066isolated\u2069",
    "zero\u200bwidth|\u200b|",
    "**bold** __under__ ~~gone~~ *it* _it_",
    "tail\\",
    "|",
    "line\nbreak\n\n||",
]


def bars_and_open(text: str) -> tuple[int, str]:
    """Read ``text`` as Discord does: how many bars it has, and what stands outside of them, unescaped."""
    bars = 0
    outside: list[str] = []
    inside = False
    position = 0
    while position < len(text):
        if text[position] == "\\" and position + 1 < len(text):
            if not inside:
                outside.append(text[position + 1])
            position += 2
        elif text.startswith("||", position):
            inside = not inside
            bars += not inside
            position += 2
        else:
            if not inside:
                outside.append(text[position])
            position += 1
    assert not inside, "a bar was left open"
    return bars, "".join(outside)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_inside_a_bar_can_open_it(text: str) -> None:
    bars, outside = bars_and_open(f"before {spoiler(text)} after")
    assert bars == 1
    assert outside == "before  after"


@pytest.mark.parametrize("text", HOSTILE)
def test_plain_text_is_shown_as_it_is(text: str) -> None:
    bars, outside = bars_and_open(plain(text))
    assert bars == 0
    assert outside == clean(text)


@given(st.text(max_size=60))
def test_any_text_makes_at_most_one_bar(text: str) -> None:
    bars, outside = bars_and_open(spoiler(text))
    assert outside == ""
    assert bars == (1 if clean(text) else 0)


@given(st.text(alphabet="|\\`*_~[]()<>@#:/ \n\u200b\u202ehtps", max_size=40))
def test_plain_never_holds_an_active_mark(text: str) -> None:
    bars, outside = bars_and_open(plain(text))
    assert (bars, outside) == (0, clean(text))
    assert "\n" not in plain(text)


def test_links_and_mentions_are_defused() -> None:
    assert "https://" not in plain("see https://example.org")
    assert plain("<@123>").startswith("\\<")
    assert plain("@everyone").startswith("\\@")


def test_no_bar_around_nothing() -> None:
    assert spoiler(" \u200b\n") == ""


def test_a_family_emoji_survives() -> None:
    assert clean("👩‍👧") == "👩‍👧"


@given(st.text(max_size=50), st.integers(min_value=1, max_value=60))
def test_cutting_keeps_the_limit_and_says_so(text: str, limit: int) -> None:
    result = cut(text, limit)
    assert len(result) <= limit
    assert result == text or result.endswith("…")


@given(st.text(alphabet="|\\`*_~[]()<>@#:/.1- \n\u200bhtps가", max_size=40))
def test_escaping_can_be_undone(text: str) -> None:
    assert unescaped(plain(text)) == clean(text)


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u3164", "\u2800\u2800", "\u200d", "\u0301\ufe0f", "\x00"])
def test_what_nobody_can_see_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["x", "가", "🎬", ".", "👩‍👧", " \u3164x"])
def test_what_somebody_can_see_is_not_blank(text: str) -> None:
    assert not is_blank(text)
