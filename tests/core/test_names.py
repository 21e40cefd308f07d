"""Spellings of one name share a key, and different names don't."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.names import fold, opaque_key


@pytest.mark.parametrize(
    "spellings",
    [
        ["Ah-hyun", "Ah-hyeon", "A Hyeon", "Ahyun", "ah hyun", "AH-HYUN"],
        ["Kim Se-hee", "Kim Se-hui", "Kim Sehee", "kim se hee"],
        ["Jung Hyeon", "Jung-hyun", "Jung-hyeon", "Jeong Hyeon"],
        ["Ju-an", "Joo-an", "Juan"],
        ["Seok-su", "Suk-soo", "Seok Su"],
        ["Si-woo", "Siwoo", "Shi-woo", "Si-wu"],
        ["Woo Tae-sik", "Wu Taesik"],
        ["Yeom Jung-ah", "Yum Jung-ah"],
        ["김아현", "김 아현"],
        ["Renée", "Renee"],
    ],
)
def test_spellings_of_a_name_share_a_key(spellings: list[str]) -> None:
    assert len({fold(spelling) for spelling in spellings}) == 1, {s: fold(s) for s in spellings}


def test_different_names_have_different_keys() -> None:
    names = ["Se-hee", "Ah-hyun", "Jung Hyeon", "Ju-an", "So-mi", "Seok-su", "Si-woo", "Tae-sik", "김아현", "김세희"]
    assert len({fold(name) for name in names}) == len(names)


@given(st.text(max_size=200))
def test_folding_takes_anything(text: str) -> None:
    assert fold(fold(text)) is not None


def test_keys_of_buttons_tell_nothing_and_stay() -> None:
    key = opaque_key("the-defects", "ah-hyun-younger")
    assert key == opaque_key("the-defects", "ah-hyun-younger")
    assert len(key) == 10
    assert "hyun" not in key
