from __future__ import annotations

from pathlib import Path

import discord
import pytest

from bot.l10n.speaker import Speaker
from bot.l10n.words import Words
from tests.l10n.test_catalogues import ENGLISH, HEADER, KOREAN, SOUND


@pytest.fixture
def words(tmp_path: Path) -> Words:
    (tmp_path / "en.po").write_text(
        ENGLISH + SOUND + '\nmsgid "recap.empty"\nmsgstr ""\n\n#, fuzzy\nmsgid "recap.doubt"\nmsgstr "Perhaps"\n',
        encoding="utf-8",
    )
    (tmp_path / "ko.po").write_text(
        KOREAN
        + 'msgid "recap.title"\nmsgstr "{episode} 줄거리"\n\n'
        + 'msgid "recap.beats"\nmsgid_plural "recap.beats"\nmsgstr[0] "장면 {count}개"\n',
        encoding="utf-8",
    )
    return Words.load(tmp_path)


def test_english_is_first_of_the_languages(words: Words) -> None:
    assert words.languages == ("en", "ko")


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("ko", "ko"),
        ("KO", "ko"),
        ("ko-KR", "ko"),
        ("ko_KR", "ko"),
        ("en-US", "en"),
        ("en-GB", "en"),
        ("pt-BR", "en"),
        ("", "en"),
    ],
)
def test_a_locale_without_words_reads_english(words: Words, locale: str, language: str) -> None:
    assert words.language(locale) == language


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("es-ES", "es"),
        ("es-419", "es"),
        ("pt-BR", "pt_BR"),
        ("pt-PT", "pt_BR"),
        ("pt", "pt_BR"),
        ("fr", "en"),
    ],
)
def test_a_language_is_read_in_all_its_regions(tmp_path: Path, locale: str, language: str) -> None:
    for code in ("en", "es", "pt_BR"):
        header = HEADER.format(language=code, plural="nplurals=2; plural=(n != 1);")
        (tmp_path / f"{code}.po").write_text(header + SOUND, encoding="utf-8")
    assert Words.load(tmp_path).language(locale) == language


def test_numbers_are_written_as_in_the_reader_s_region(tmp_path: Path) -> None:
    for code in ("en", "es"):
        header = HEADER.format(language=code, plural="nplurals=2; plural=(n != 1);")
        (tmp_path / f"{code}.po").write_text(header + SOUND, encoding="utf-8")
    words = Words.load(tmp_path)
    shares = {locale: Speaker(words, locale).percent(2.3) for locale in ("es-ES", "es-419", "de", "en-GB")}
    # Who reads English for want of their own language reads English numbers with it.
    assert shares == {"es-ES": "2,3\N{NO-BREAK SPACE}%", "es-419": "2.3%", "de": "2.3%", "en-GB": "2.3%"}


def test_arguments_go_where_the_language_wants_them(words: Words) -> None:
    assert words.say("en-US", "recap.title", episode="episode 3") == "Recap of episode 3"
    assert words.say("ko", "recap.title", episode="3회") == "3회 줄거리"


def test_the_plural_form_follows_the_count(words: Words) -> None:
    assert words.say_count("en", "recap.beats", 1) == "One beat"
    assert [words.say_count("en", "recap.beats", count) for count in (0, 2, 21)] == ["0 beats", "2 beats", "21 beats"]
    assert words.say_count("ko", "recap.beats", 1) == "장면 1개"


@pytest.mark.parametrize("typed", ["{episode}", "{count} {0} {", "}{", "{{episode}}", "%s \\n"])
def test_braces_in_an_argument_are_only_text(words: Words, typed: str) -> None:
    assert words.say("en", "recap.title", episode=typed) == f"Recap of {typed}"


def test_arguments_may_have_any_name(words: Words) -> None:
    assert words.say("en", "recap.title", episode=3, locale="ko", key="?", self="x") == "Recap of 3"
    assert words.say_count("en", "recap.beats", 2, locale="ko", key="?") == "2 beats"


@pytest.mark.parametrize("key", ["recap.missing", "", "recap.empty", "recap.doubt"])
def test_a_missing_key_is_an_error(words: Words, key: str) -> None:
    with pytest.raises(LookupError, match="has no sentence"):
        words.say("en", key)
    with pytest.raises(LookupError, match="has no sentence"):
        words.say_count("en", key, 1)


def test_a_sentence_with_a_count_is_not_said_without(words: Words) -> None:
    with pytest.raises(LookupError, match="without a count"):
        words.say("en", "recap.beats", count=3)
    with pytest.raises(LookupError, match="with a count"):
        words.say_count("en", "recap.title", 3, episode=3)


def test_a_missing_argument_is_an_error(words: Words) -> None:
    with pytest.raises(LookupError, match=r"'recap\.title' needs an argument 'episode'"):
        words.say("en", "recap.title")


def test_the_keys_of_a_language_are_those_that_can_be_said(words: Words) -> None:
    assert words.keys("en") == {"recap.title", "recap.beats", "recap.how"}
    with pytest.raises(LookupError):
        words.keys("de")


def test_english_has_to_be_there(tmp_path: Path) -> None:
    (tmp_path / "ko.po").write_text(KOREAN, encoding="utf-8")
    with pytest.raises(ValueError, match=r"no en\.po"):
        Words.load(tmp_path)


def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path) -> None:
    (tmp_path / "en.po").write_text("recap: title\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"en\.po is not a catalogue"):
        Words.load(tmp_path)


#: The locales of Discord that each language is for.
LOCALES = {
    "en": {"en-US", "en-GB"},
    "ko": {"ko"},
    "ja": {"ja"},
    "es": {"es-ES", "es-419"},
    "pt_BR": {"pt-BR"},
    "id": {"id"},
    "fr": {"fr"},
    "de": {"de"},
}


def test_every_shipped_language_is_spoken_in_its_locales_of_discord() -> None:
    words = Words.load()
    assert words.languages[0] == "en"
    for language in words.languages:
        read = {locale.value for locale in discord.Locale if words.language(locale.value) == language}
        assert LOCALES[language] <= read
        assert read == LOCALES[language] or language == "en"
