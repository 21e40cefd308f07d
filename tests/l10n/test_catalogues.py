"""The shipped words are complete in every language, and the lint that says so finds what it should."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.l10n.words import Words
from bot.ops.complaints import SENTENCES
from tests.l10n.catalogues import Uses, problems

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
"""


def test_every_shipped_language_is_complete() -> None:
    found = problems(BOT / "l10n")
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
    ],
)
def test_each_kind_of_mistake_is_found(tmp_path: Path, korean: str, problem: str) -> None:
    (tmp_path / "en.po").write_text(ENGLISH + SOUND, encoding="utf-8")
    (tmp_path / "ko.po").write_text(KOREAN + korean, encoding="utf-8")
    assert problem in problems(tmp_path)


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
