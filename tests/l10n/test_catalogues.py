"""The shipped words are complete in every language, and the lint that says so finds what it should."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.l10n.words import Words
from bot.ops.complaints import SENTENCES
from tests.l10n import catalogues
from tests.l10n.catalogues import Uses, problems, unneeded
from tests.l10n.cognates import COGNATES

BOT = Path(__file__).parents[2] / "bot"

HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plural}\\n"

"""
ENGLISH = HEADER.format(language="en", plural="nplurals=2; plural=(n != 1);")
KOREAN = HEADER.format(language="ko", plural="nplurals=1; plural=0;")
SOUND = """msgid "recap.title"
msgstr "Recap of {episode}"

msgid "recap.beats"
msgid_plural "recap.beats"
msgstr[0] "One beat"
msgstr[1] "{count} beats"

msgid "recap.how"
msgstr "Say `/recap all` for ||{episode}||"
"""


def test_every_shipped_language_is_complete() -> None:
    found = problems(BOT / "l10n", Uses(BOT).rooms)
    assert not found, "\n".join(found)


def test_every_key_in_the_code_has_words() -> None:
    missing = Uses(BOT).missing(Words.load().keys("en"))
    assert not missing, "\n".join(missing)


def test_every_reason_not_to_run_has_its_sentence() -> None:
    missing = [f"{where}: {key}" for key, where in Uses(BOT).complained.items() if key not in SENTENCES]
    assert not missing, "\n".join(missing)


def test_every_sentence_is_said_somewhere() -> None:
    unused = Uses(BOT).unused(Words.load().keys("en"))
    assert not unused, "\n".join(unused)


def test_a_sound_pair_of_catalogues_has_no_problems(tmp_path: Path) -> None:
    (tmp_path / "en.po").write_text(ENGLISH + SOUND, encoding="utf-8")
    (tmp_path / "ko.po").write_text(
        KOREAN
        + 'msgid "recap.title"\nmsgstr "{episode} 줄거리"\n\n'
        + 'msgid "recap.beats"\nmsgid_plural "recap.beats"\nmsgstr[0] "장면 {count}개"\n\n'
        + 'msgid "recap.how"\nmsgstr "`/recap all episode:삼`으로 ||{episode}||"\n\n'
        + 'msgid "command.recap.name"\nmsgstr "줄거리"\n',
        encoding="utf-8",
    )
    assert problems(tmp_path) == []


@pytest.mark.parametrize(
    ("korean", "problem"),
    [
        (
            'msgid "recap.title"\nmsgstr "줄거리"\n',
            "ko.po: recap.title has other placeholders than in English: episode",
        ),
        ('msgid "recap.title"\nmsgstr ""\n', "ko.po: recap.title is empty"),
        ('#, fuzzy\nmsgid "recap.title"\nmsgstr "{episode}"\n', "ko.po: recap.title is marked fuzzy"),
        ('#~ msgid "recap.old"\n#~ msgstr "옛"\n', "ko.po: recap.old is obsolete"),
        ('msgid "recap.extra"\nmsgstr "더"\n', "ko.po: recap.extra is not in en.po"),
        (
            'msgid "recap.title"\nmsgstr "{episode} {Oops}"\n',
            "ko.po: recap.title has a brace that belongs to no placeholder",
        ),
        ('msgid "recap.title"\nmsgstr "{episode} "\n', "ko.po: recap.title begins or ends with a space"),
        ('msgid "recap.beats"\nmsgstr "{count}"\n', "ko.po: recap.beats has plural forms in one language only"),
        (
            'msgid "recap.beats"\nmsgid_plural "recap.beats"\nmsgstr[0] "{count}"\nmsgstr[1] "{count}"\n',
            "ko.po: msg has more translations than num_plurals of catalog on 6",
        ),
        (
            'msgid "recap.title"\nmsgstr "{episode}"\n\nmsgid "recap.title"\nmsgstr "{episode}"\n',
            "ko.po: recap.title stands there twice",
        ),
        ("", "ko.po: recap.title is missing"),
        (
            'msgid "recap.title"\nmsgstr "Recap of {episode}"\n',
            "ko.po: recap.title is not translated: 'Recap of {episode}'",
        ),
        (
            'msgid "recap.beats"\nmsgid_plural "recap.beats"\nmsgstr[0] "{count} Beats"\n',
            "ko.po: recap.beats is not translated: '{count} Beats'",
        ),
        ('msgid "command.recap.name"\nmsgstr "recap"\n', "ko.po: command.recap.name is not translated: 'recap'"),
        (
            'msgid "command.recap.up-to.name"\nmsgstr "up-to"\n',
            "ko.po: command.recap.up-to.name is not translated: 'up-to'",
        ),
        ('msgid "choice.dark"\nmsgstr "dark"\n', "ko.po: choice.dark is not translated: 'dark'"),
        (
            'msgid "command.recap.name"\nmsgstr "줄 거리"\n',
            "ko.po: command.recap.name: '줄 거리' can't be the name of a command or option",
        ),
        (
            f'msgid "command.recap.name"\nmsgstr "{"줄" * 33}"\n',
            f"ko.po: command.recap.name: '{'줄' * 33}' can't be the name of a command or option",
        ),
        ('msgid "command.recap.name"\nmsgstr "Récap"\n', "ko.po: command.recap.name: 'Récap' has capitals"),
        (
            f'msgid "command.recap.description"\nmsgstr "{"줄" * 101}"\n',
            "ko.po: command.recap.description has 101 characters, there is room for 100",
        ),
        (
            f'msgid "choice.dark"\nmsgstr "{"줄" * 101}"\n',
            "ko.po: choice.dark has 101 characters, there is room for 100",
        ),
        (
            'msgid "command.a.b.name"\nmsgstr "가"\n\nmsgid "command.a.c.name"\nmsgstr "가"\n',
            "ko.po: command.a.b.name, command.a.c.name have the same name '가'",
        ),
        (
            'msgid "recap.how"\nmsgstr "`/recap` 명령어로 ||{episode}||"\n',
            "ko.po: recap.how has other commands to type than in English: /recap, /recap all",
        ),
        (
            'msgid "recap.how"\nmsgstr "`/recap all episode:3` {episode}"\n',
            "ko.po: recap.how has other spoiler bars than in English",
        ),
    ],
)
def test_each_kind_of_mistake_is_found(tmp_path: Path, korean: str, problem: str) -> None:
    (tmp_path / "en.po").write_text(ENGLISH + SOUND, encoding="utf-8")
    (tmp_path / "ko.po").write_text(KOREAN + korean, encoding="utf-8")
    assert problem in problems(tmp_path)


@pytest.mark.parametrize(
    ("plural", "problem"),
    [
        ("nplurals=2; plural=(n != 1);", "ko.po: the header counts 2 plural forms, its language 1"),
        ("nplurals=1; plural=0;", None),
    ],
)
def test_a_header_with_another_language_s_plurals_is_found(tmp_path: Path, plural: str, problem: str | None) -> None:
    (tmp_path / "en.po").write_text(ENGLISH, encoding="utf-8")
    (tmp_path / "ko.po").write_text(HEADER.format(language="ko", plural=plural), encoding="utf-8")
    assert problems(tmp_path) == ([] if problem is None else [problem])


def test_a_rule_for_plurals_that_counts_right_and_chooses_wrongly_is_found(tmp_path: Path) -> None:
    (tmp_path / "en.po").write_text(ENGLISH, encoding="utf-8")
    # In French, nothing is singular.
    header = HEADER.format(language="fr", plural="nplurals=2; plural=(n != 1);")
    (tmp_path / "fr.po").write_text(header, encoding="utf-8")
    assert problems(tmp_path) == ["fr.po: the header's rule for plural forms is not its language's"]
    (tmp_path / "fr.po").write_text(header.replace("n != 1", "n > 1"), encoding="utf-8")
    assert problems(tmp_path) == []


def test_too_few_plural_forms_are_found(tmp_path: Path) -> None:
    (tmp_path / "en.po").write_text(ENGLISH + 'msgid "a.b"\nmsgid_plural "a.b"\nmsgstr[0] "x"\n', encoding="utf-8")
    assert any("a.b" in problem for problem in problems(tmp_path))


def test_what_is_longer_than_its_room_is_found(tmp_path: Path) -> None:
    (tmp_path / "en.po").write_text(ENGLISH + SOUND, encoding="utf-8")
    assert problems(tmp_path, {"recap.title": 21}) == []
    assert problems(tmp_path, {"recap.title": 20}) == ["en.po: recap.title has 21 characters, there is room for 20"]


def test_true_cognates_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "en.po").write_text(ENGLISH + 'msgid "a.b"\nmsgstr "Style"\n', encoding="utf-8")
    french = HEADER.format(language="fr", plural="nplurals=2; plural=(n > 1);")
    (tmp_path / "fr.po").write_text(french + 'msgid "a.b"\nmsgstr "Style"\n', encoding="utf-8")
    monkeypatch.setattr(catalogues, "COGNATES", {})
    assert problems(tmp_path) == ["fr.po: a.b is not translated: 'Style'"]
    monkeypatch.setattr(catalogues, "COGNATES", {"fr": frozenset({"style"})})
    assert problems(tmp_path) == []


@pytest.mark.parametrize("sentence", ["{count}", "**`{time}`** · {day}", "✓ **{episode}**", "https://x.example/{id}"])
def test_what_has_no_words_needs_no_translation(tmp_path: Path, sentence: str) -> None:
    for language in ("en", "ko"):
        plural = "nplurals=2; plural=(n != 1);" if language == "en" else "nplurals=1; plural=0;"
        header = HEADER.format(language=language, plural=plural)
        (tmp_path / f"{language}.po").write_text(f'{header}msgid "a.b"\nmsgstr "{sentence}"\n', encoding="utf-8")
    assert problems(tmp_path) == []


def test_no_cognate_is_listed_that_nothing_needs() -> None:
    shipped = {file.stem for file in (BOT / "l10n").glob("*.po")}
    for language in COGNATES.keys() & shipped:
        assert unneeded(BOT / "l10n", language) == []


def test_where_discord_has_little_room_is_read_from_the_code(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "form.py").write_text(
        'button(say("a.press"), "go"); ui.Label(text=cut(say("a.label"), 45)); say("a.free")\n'
        'super().__init__(title=say("a.heading")); \n'
        'button(say("a.on" if on else "a.off", episode=say("a.press")), "x")\n'
        'ui.TextInput(placeholder=say("a.press"))\n',
        encoding="utf-8",
    )
    rooms = {"a.press": 80, "a.label": 45, "a.heading": 45, "a.on": 80, "a.off": 80}
    assert Uses(package).rooms == rooms


def test_keys_in_code_are_found(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "speech.py").write_text(
        'say("a.plain"); say.count("a.counted", 2); raise_(UserError("a.error"))\n'
        'say("a.yes" if asked else "a.no"); say(f"moment.{relation}"); KEYS = ("a.listed",)\n',
        encoding="utf-8",
    )
    uses = Uses(package)
    assert uses.missing(frozenset({"a.plain", "a.counted", "a.yes"})) == [
        "package/speech.py:1: a.error has no words",
        "package/speech.py:2: a.no has no words",
    ]
    assert uses.unused(frozenset({"a.plain", "moment.today", "a.listed", "b.orphan", "command.recap.name"})) == [
        "b.orphan"
    ]
