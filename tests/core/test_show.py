from __future__ import annotations

import pytest

from bot.core.show import Text

TEXT = Text({"en": "in English", "pt": "in Portuguese", "es-419": "in Latin American Spanish", "fr-CA": "in Québec"})


@pytest.mark.parametrize(
    ("language", "given", "spoken"),
    [
        ("en", "en", True),
        ("en-GB", "en", True),
        ("pt", "pt", True),
        ("pt-BR", "pt", True),
        ("pt_BR", "pt", True),
        ("es-419", "es-419", True),
        ("es", "es-419", True),
        ("es-ES", "es-419", True),
        ("fr", "fr-CA", True),
        ("ko", "en", False),
        ("p", "en", False),
    ],
)
def test_a_text_falls_back_language_by_language(language: str, given: str, spoken: bool) -> None:
    assert TEXT.language_for(language) == given
    assert TEXT.to(language) == TEXT.by_language[given]
    assert TEXT.speaks(language) is spoken


def test_the_own_region_comes_before_the_language_at_large() -> None:
    text = Text({"en": "…", "pt": "Portugal's", "pt-BR": "Brazil's"})
    assert text.to("pt-BR") == text.to("pt_BR") == "Brazil's"
    assert text.to("pt-PT") == "Portugal's"
