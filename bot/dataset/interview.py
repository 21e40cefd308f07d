"""The questions that a new show begins with: what each is for, how an answer is read, and what is wrong with it.

What an option of the command line says isn't asked. An answer that can't be read is asked again with the reason.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TextIO, cast
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from bot.core.errors import OperatorError
from bot.core.series import read_weekdays
from bot.dataset.catalogue import is_folder_name
from bot.dataset.drafts import Draft
from bot.dataset.schema import MAX_NAME, Country, Day, Id, Language, Time, Url, Zone

#: Reads a place or an abbreviation as the name of a zone. Raises ValueError with the reason.
FindZone = Callable[[str], str]
#: Asks a question: shows the prompt, gives what was typed. Raises EOFError where nobody answers any more.
Ask = Callable[[str], str]

_MAX_EPISODES: Final = 2_000
_MAX_SOURCES: Final = 20
_HOUR: Final = re.compile(r"([0-9]{1,2})(?::([0-5][0-9]))? *(am|pm)?", re.IGNORECASE)


class UnreadableError(Exception):
    """An answer that can't be read; str() says why, and what to type instead."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``option`` is that of the command line, without its dashes; ``help`` tells what it is for.

    ``default`` is what no answer means, given the answers so far: None where there has to be one. ``needed`` says
    whether the question makes sense after those. Of ``several``, each is a line of its own.
    """

    option: str
    asked: str
    help: str
    read: Callable[[str, Answers], object]
    default: Callable[[Answers], str | None] = lambda _: None
    needed: Callable[[Answers], bool] = lambda _: True
    several: bool = False


class Answers:
    """What was answered so far, and what answers are held against."""

    def __init__(self, folder: Path, find_zone: FindZone) -> None:
        self.folder = folder
        self.find_zone = find_zone
        self.values: dict[str, Any] = {}

    def draft(self) -> Draft:
        """The show, once everything is answered."""
        values = self.values
        count: int = values["episodes"]
        return Draft(
            id=values["id"],
            title=values["title"],
            original_title=values["original-title"] if values["original-title"] != values["title"] else None,
            language=values["language"],
            country=values["country"],
            zone=values["zone"],
            network=values["network"],
            kind=values["kind"],
            time=values["time"],
            days=_spread(values["days"], values.get("first"), count),
            sources=tuple(values["source"]),
        )


def interview(
    folder: Path, given: Mapping[str, str | list[str]], *, find_zone: FindZone, ask: Ask | None, out: TextIO
) -> Draft:
    """The show that the answers describe; ``given`` are those of the command line, by option.

    ``ask`` is None where nobody is to be asked: what isn't given is then what no answer means. Raises
    OperatorError("operator.new-show-answer") for what is given and can't be read, "operator.new-show-missing" for what
    has to be known and nobody is asked for; and EOFError.
    """
    answers = Answers(folder, find_zone)
    for question in QUESTIONS:
        if not question.needed(answers):
            continue
        option = question.option
        typed = given.get(option)
        if typed is not None or ask is None:
            answers.values[option] = _from_options(question, typed, answers)
        elif question.several:
            answers.values[option] = _ask_several(question, answers, ask, out)
        else:
            answers.values[option] = _ask_one(question, answers, ask, out)
    return answers.draft()


def _from_options(question: Question, typed: str | list[str] | None, answers: Answers) -> object:
    texts = [typed] if isinstance(typed, str) else typed or []
    try:
        if question.several and texts:
            return _each_once([cast("str", _read(question, text, answers)) for text in texts])
        text = texts[0] if texts else question.default(answers)
        if text is None:
            raise OperatorError(
                "operator.new-show-missing",
                os.EX_USAGE,
                option=f"--{question.option}",
                asked=question.asked,
                help=question.help,
            )
        return _read(question, text, answers)
    except UnreadableError as error:
        raise OperatorError(
            "operator.new-show-answer",
            os.EX_USAGE,
            option=f"--{question.option}",
            typed=", ".join(texts) or "left out",
            reason=str(error),
        ) from None


def _ask_one(question: Question, answers: Answers, ask: Ask, out: TextIO) -> object:
    print(f"\n{question.asked}\n  {question.help}", file=out)
    default = question.default(answers)
    while True:
        typed = _clean(ask(f"[{default}] > " if default else "> "))
        if not typed and default is None:
            print("  There has to be an answer.", file=out)
            continue
        try:
            return _read(question, typed or default or "", answers)
        except UnreadableError as error:
            print(f"  {_sentence(str(error))}", file=out)


def _ask_several(question: Question, answers: Answers, ask: Ask, out: TextIO) -> list[str]:
    print(f"\n{question.asked}\n  {question.help}", file=out)
    found: list[str] = []
    while len(found) < _MAX_SOURCES:
        typed = _clean(ask("another, or nothing > " if found else "> "))
        if not typed and found:
            break
        try:
            found = _each_once([*found, cast("str", _read(question, typed, answers))])
        except UnreadableError as error:
            print(f"  {_sentence(str(error))}", file=out)
    return found


def _read(question: Question, typed: str, answers: Answers) -> object:
    return question.read(_clean(typed), answers)


def _each_once(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _clean(typed: str) -> str:
    return " ".join(typed.split())


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:] + ("" if reason.endswith((".", "?")) else ".")


# ------------------------------------------------------------------------------------------------- reading answers


def _valid(kind: Any, value: str) -> str:
    """A value that the format takes. Raises UnreadableError in the format's own words."""
    try:
        return TypeAdapter[str](kind).validate_python(value)
    except ValidationError as error:
        raise UnreadableError(error.errors(include_url=False)[0]["msg"]) from None


def _line(typed: str) -> str:
    """One line of text that a file can hold."""
    if not typed.isprintable():
        raise UnreadableError("there is an invisible or broken character in it; type it anew")
    if len(typed) > MAX_NAME:
        raise UnreadableError(f"it is {len(typed)} characters long; {MAX_NAME} are the most")
    return typed


def _text(typed: str, _: Answers) -> str:
    if not typed:
        raise UnreadableError("it can't be empty")
    return _line(typed)


def _text_or_none(typed: str, _: Answers) -> str | None:
    return _line(typed) or None


def _slug(answers: Answers) -> str | None:
    plain = unicodedata.normalize("NFKD", answers.values["title"]).encode("ascii", "ignore").decode()
    slug = re.sub("[^a-z0-9]+", "-", plain.casefold().replace("'", "")).strip("-")[:64].strip("-")
    if not slug or not is_folder_name(slug) or os.path.lexists(answers.folder / "shows" / slug):
        return None
    return slug


def _id(typed: str, answers: Answers) -> str:
    _valid(Id, typed)
    if not is_folder_name(typed):
        raise UnreadableError("that is the name of a device on Windows; choose another one")
    if os.path.lexists(answers.folder / "shows" / typed):
        raise UnreadableError(
            f"there is a folder shows/{typed} already, and nothing is overwritten; choose another name"
        )
    return typed


def _named(typed: str, kind: str) -> str | None:
    """The code of a language or country by its code or its name, in English or Korean; None for anything else."""
    from babel.core import Locale

    wanted = typed.casefold()
    for locale in ("en", "ko"):
        names: Mapping[str, str] = getattr(Locale.parse(locale), kind)
        for code, name in names.items():
            if code.isalpha() and wanted in (code.casefold(), name.casefold()):
                return code
    return None


def _language(typed: str, _: Answers) -> str:
    found = _named(typed, "languages")
    if found is None or len(found) > 3:
        raise UnreadableError(
            f"`{typed[:60]}` is no language that is known here; type its name, or its code such as `ko`"
        )
    return _valid(Language, found)


def _country(typed: str, _: Answers) -> str:
    found = _named(typed, "territories")
    if found is None or len(found) != 2:
        raise UnreadableError(
            f"`{typed[:60]}` is no country that is known here; type its name, or its code such as `KR`"
        )
    return _valid(Country, found)


def language_code(typed: str) -> str | None:
    """The code of a language by its code or name; None where the format can't hold one."""
    found = _named(typed, "languages")
    return found if found is not None and len(found) <= 3 else None


def likely_country(language: str) -> str | None:
    """Where most people speak a language, by its code."""
    from babel.core import get_global

    likely: Mapping[str, str] = get_global("likely_subtags")
    territory = likely.get(language, "").rpartition("_")[2]
    return territory if re.fullmatch("[A-Z]{2}", territory) else None


def likely_zone(country: str, find_zone: FindZone) -> str | None:
    """The zone of a country that has only one, by the country's code."""
    from babel.core import Locale

    territories = cast("Mapping[str, str]", Locale.parse("en").territories)
    name = territories.get(country)
    try:
        return None if name is None else find_zone(name)
    except ValueError:
        return None


def _usual_country(answers: Answers) -> str | None:
    return likely_country(answers.values["language"])


def _zone(typed: str, answers: Answers) -> str:
    try:
        return _valid(Zone, typed)
    except UnreadableError:
        pass
    try:
        return _valid(Zone, answers.find_zone(typed))
    except ValueError as error:
        raise UnreadableError(str(error)) from None


def _usual_zone(answers: Answers) -> str | None:
    return likely_zone(answers.values["country"], answers.find_zone)


_KINDS: Final = {
    "broadcast": ("broadcast", "television", "tv", "t", "b"),
    "streaming": ("streaming", "stream", "online", "s"),
}


def _kind(typed: str, _: Answers) -> str:
    for kind, words in _KINDS.items():
        if typed.casefold() in words:
            return kind
    raise UnreadableError("type `broadcast` (television) or `streaming`")


def _count(typed: str, _: Answers) -> int:
    if not re.fullmatch("[0-9]{1,9}", typed) or not 1 <= int(typed) <= _MAX_EPISODES:
        raise UnreadableError(f"type a whole number from 1 to {_MAX_EPISODES:,}")
    return int(typed)


_ALL: Final = frozenset({"all", "all at once", "at once"})
_UNKNOWN: Final = frozenset({"", "unknown", "none", "-"})


def _days(typed: str, answers: Answers) -> object:
    """None (unknown), "all", weekdays, or a tuple of dates."""
    wanted = typed.casefold()
    if wanted in _UNKNOWN:
        return None
    if wanted in _ALL:
        return "all"
    weekdays = read_weekdays(wanted)
    if weekdays is not None:
        return weekdays
    dates = tuple(_date(part) for part in re.split("[ ,;]+", typed) if part)
    count: int = answers.values["episodes"]
    if len(dates) > count:
        raise UnreadableError(f"these are {len(dates)} dates for {count} episodes; give one for each, in their order")
    for earlier, later in pairwise(dates):
        if later < earlier:
            raise UnreadableError(f"{later} comes after {earlier} here; give the dates in their order")
    return dates


def _date(typed: str) -> date:
    try:
        return date.fromisoformat(_valid(Day, typed))
    except UnreadableError:
        raise UnreadableError(
            f"`{typed[:60]}` is neither weekdays (`mon, tue`) nor `all` nor a date; write dates as 2025-07-21"
        ) from None


def _first(typed: str, answers: Answers) -> date | None:
    if typed.casefold() in _UNKNOWN:
        return None
    try:
        day = date.fromisoformat(_valid(Day, typed))
    except UnreadableError as error:
        raise UnreadableError(str(error).replace('"', "")) from None
    weekdays = answers.values["days"]
    if isinstance(weekdays, frozenset) and day.weekday() not in weekdays:
        raise UnreadableError(f"{day} is a {day:%A}, which is none of the weekdays that you named; give another date")
    try:
        last = _spread(cast("frozenset[int]", weekdays), day, answers.values["episodes"])[-1]
        _valid(Day, str(last))
    except (UnreadableError, OverflowError):
        raise UnreadableError("the last episode would come after the year 2099; give an earlier date") from None
    return day


def _spread(days: object, first: date | None, count: int) -> tuple[date | None, ...]:
    """The day of every episode."""
    if isinstance(days, tuple):
        dates = cast("tuple[date, ...]", days)
        return (*dates, *([None] * (count - len(dates))))
    if days is None or first is None:
        return (None,) * count
    if days == "all":
        return (first,) * count
    weekdays = cast("frozenset[int]", days)
    found: list[date] = []
    day = first
    while len(found) < count:
        if day.weekday() in weekdays:
            found.append(day)
        day += timedelta(days=1)
    return tuple(found)


def _time(typed: str, _: Answers) -> str | None:
    if typed.casefold() in _UNKNOWN:
        return None
    found = _HOUR.fullmatch(typed)
    if found is None or (found[2] is None and found[3] is None):
        return _valid(Time, typed)
    hour, half = int(found[1]), (found[3] or "").casefold()
    if half and not 1 <= hour <= 12:
        return _valid(Time, typed)
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return _valid(Time, f"{hour:02}:{found[2] or '00'}")


def _source(typed: str, _: Answers) -> str:
    if not typed.startswith("https://"):
        raise UnreadableError("copy the whole address of the page, beginning with https://")
    if not typed.isprintable():
        raise UnreadableError("there is an invisible or broken character in it; copy it anew")
    url = _valid(Url, typed)
    if "@" in (urlsplit(url).netloc):
        # What says who somebody is has no place in a file that others read.
        raise UnreadableError("the address holds a user name; write it without")
    return url


QUESTIONS: Final = (
    Question("title", "What is the show called?", "Its title in English, as people type it.", _text),
    Question(
        "original-title",
        "And in its own language and script?",
        "Such as 아이쇼핑; it is shown beside the title, and found. Nothing, if it is the same.",
        _text_or_none,
        lambda _: "",
    ),
    Question(
        "id",
        "What shall its folder be called?",
        "Small letters, digits and -. It stays for ever, since reminders are kept under it.",
        _id,
        _slug,
    ),
    Question("language", "Which language is spoken in it?", "Such as Korean, or its code: ko.", _language),
    Question("country", "From which country is it?", "Such as South Korea, or its code: KR.", _country, _usual_country),
    Question(
        "zone",
        "In which time zone are its dates and times?",
        "That of the broadcaster: a city such as Seoul, or Asia/Seoul. Never convert a time yourself.",
        _zone,
        _usual_zone,
    ),
    Question("network", "Which channel or service shows it first?", "Such as ENA or Netflix.", _text),
    Question(
        "kind",
        "Is that broadcast or streaming?",
        "broadcast: on television; streaming: online.",
        _kind,
        lambda _: "broadcast",
    ),
    Question(
        "episodes",
        "How many episodes are there?",
        "Those that are announced; more can be added at any time.",
        _count,
    ),
    Question(
        "days",
        "On which days do they come out?",
        "Weekdays (mon, tue), all (all at once), or the dates one after the other (2025-07-21, 2025-07-22). Nothing, "
        "if no page says so.",
        _days,
        lambda _: "",
    ),
    Question(
        "first",
        "On which day does the first come out?",
        "The broadcaster's date: for 01:10 in the night after Monday it is Monday's. Nothing, if no page says so.",
        _first,
        lambda _: "",
        lambda answers: answers.values["days"] == "all" or isinstance(answers.values["days"], frozenset),
    ),
    Question(
        "time",
        "At which hour?",
        "As the broadcaster prints it: 22:00, or 25:10 in the night after. Nothing, if no page says so.",
        _time,
        lambda _: "",
    ),
    Question(
        "source",
        "On which page did you read this?",
        "Its address; it says where the dates are from. One a line, and nothing when there are no more.",
        _source,
        several=True,
    ),
)
