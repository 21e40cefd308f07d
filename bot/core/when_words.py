"""The words and numbers that typed times are made of, in English and Korean.

Cuts a text into tokens and knows no calendar; `bot.core.when` finds out what the tokens mean together.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

#: Longer texts are never times.
LONGEST = 100


class Kind(Enum):
    """What a token is; what its ``numbers`` hold follows each name."""

    NUMBER = "number"  # the number
    ORDINAL = "ordinal"  # the number
    CLOCK = "clock"  # hour, minute
    DATE = "date"  # year, month, day
    ORDERED = "ordered"  # two numbers that are a day and a month, and the year if there was one
    DOTTED = "dotted"  # two numbers: a date, a time, or a fraction
    WEEKDAY = "weekday"  # 0 is Monday
    MONTH = "month"  # 1 is January
    DAY = "day"  # days from today
    UNIT = "unit"  # minutes
    SPAN = "span"  # minutes
    HALF = "half"
    OCLOCK = "o'clock"
    YEAR_MARK = "year-mark"
    MONTH_MARK = "month-mark"
    DAY_MARK = "day-mark"
    MERIDIEM = "meridiem"
    PART = "part"
    TONIGHT = "tonight"
    NOON = "noon"
    MIDNIGHT = "midnight"
    NEXT = "next"
    THIS = "this"
    AT = "at"
    IN = "in"
    LATER = "later"
    BEFORE = "before"
    GONE = "gone"
    ZONE = "zone"
    FILLER = "filler"


class Part(Enum):
    """A part of the day, by the hours that it may hold."""

    AM = frozenset(range(12))
    PM = frozenset(range(12, 24))
    DAWN = frozenset(range(7))
    MORNING = frozenset(range(1, 12))
    MIDDAY = frozenset(range(10, 18))
    AFTERNOON = frozenset(range(12, 19))
    EVENING = frozenset(range(16, 24))
    NIGHT = frozenset({*range(18, 24), *range(6)})


@dataclass(frozen=True, slots=True)
class Token:
    """One word or number, as it stood in ``text``."""

    kind: Kind
    text: str
    numbers: tuple[int, ...] = ()
    part: Part | None = None

    @property
    def padded(self) -> bool:
        """Whether a number begins with 0, as nobody writes on a twelve-hour clock without am or pm."""
        return self.text.startswith("0")


_Meaning = tuple[Kind, int] | tuple[Kind, Part] | Kind

MINUTE, HOUR, DAY, WEEK = 1, 60, 1_440, 10_080

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ZONES = (
    *("utc", "gmt", "z", "kst", "jst", "cst", "hkt", "sgt", "pht", "ict", "wib", "ist", "pkt", "gst", "msk"),
    *("eet", "eest", "cet", "cest", "wet", "west", "bst", "est", "edt", "et", "cdt", "ct", "mst", "mdt", "mt"),
    *("pst", "pdt", "pt", "akst", "akdt", "hst", "brt", "art", "sast"),
    *("aest", "aedt", "acst", "awst", "aet", "nzst", "nzdt"),
)

_ENGLISH: dict[str, _Meaning] = {
    **{name: (Kind.MONTH, number) for number, name in enumerate(_MONTHS, 1)},
    **{name[:3]: (Kind.MONTH, number) for number, name in enumerate(_MONTHS, 1)},
    "sept": (Kind.MONTH, 9),
    **{name: (Kind.WEEKDAY, number) for number, name in enumerate(_WEEKDAYS)},
    **{name[:3]: (Kind.WEEKDAY, number) for number, name in enumerate(_WEEKDAYS)},
    "tues": (Kind.WEEKDAY, 1),
    "weds": (Kind.WEEKDAY, 2),
    "thur": (Kind.WEEKDAY, 3),
    "thurs": (Kind.WEEKDAY, 3),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), (Kind.UNIT, MINUTE)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), (Kind.UNIT, HOUR)),
    **dict.fromkeys(("d", "day", "days"), (Kind.UNIT, DAY)),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), (Kind.UNIT, WEEK)),
    **dict.fromkeys(_ZONES, Kind.ZONE),
    "today": (Kind.DAY, 0),
    **dict.fromkeys(("tomorrow", "tmrw", "tmr"), (Kind.DAY, 1)),
    "tonight": Kind.TONIGHT,
    "morning": (Kind.PART, Part.MORNING),
    "afternoon": (Kind.PART, Part.AFTERNOON),
    "evening": (Kind.PART, Part.EVENING),
    "night": (Kind.PART, Part.NIGHT),
    "noon": Kind.NOON,
    "midday": Kind.NOON,
    "midnight": Kind.MIDNIGHT,
    "next": Kind.NEXT,
    "this": Kind.THIS,
    "at": Kind.AT,
    "in": Kind.IN,
    "a": (Kind.NUMBER, 1),
    "an": (Kind.NUMBER, 1),
    "later": Kind.LATER,
    **dict.fromkeys(("before", "earlier"), Kind.BEFORE),
    **dict.fromkeys(("yesterday", "ago", "last"), Kind.GONE),
    **dict.fromkeys(("on", "of", "the", "and"), Kind.FILLER),
}

_PHRASES: dict[str, _Meaning] = {
    "day after tomorrow": (Kind.DAY, 2),
    "half an hour": (Kind.SPAN, 30),
    "half hour": (Kind.SPAN, 30),
    "from now": Kind.LATER,
    "in the": Kind.FILLER,
    "o'clock": Kind.OCLOCK,
    "o’clock": Kind.OCLOCK,
}

_KOREAN_WEEKDAYS = "월화수목금토일"
_KOREAN_HOURS: tuple[str, ...] = (
    "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한", "열두",
)  # fmt: skip

_KOREAN: dict[str, _Meaning] = {
    **{
        f"{letter}{ending}": (Kind.WEEKDAY, number)
        for number, letter in enumerate(_KOREAN_WEEKDAYS)
        for ending in ("", "욜", "요일")
    },
    "오늘": (Kind.DAY, 0),
    "내일": (Kind.DAY, 1),
    "모레": (Kind.DAY, 2),
    "내일모레": (Kind.DAY, 2),
    "글피": (Kind.DAY, 3),
    "오전": (Kind.MERIDIEM, Part.AM),
    "오후": (Kind.MERIDIEM, Part.PM),
    "새벽": (Kind.PART, Part.DAWN),
    "아침": (Kind.PART, Part.MORNING),
    "낮": (Kind.PART, Part.MIDDAY),
    "저녁": (Kind.PART, Part.EVENING),
    "밤": (Kind.PART, Part.NIGHT),
    "정오": Kind.NOON,
    "자정": Kind.MIDNIGHT,
    "시": Kind.OCLOCK,
    "반": Kind.HALF,
    "분": (Kind.UNIT, MINUTE),
    "시간": (Kind.UNIT, HOUR),
    "주": (Kind.UNIT, WEEK),
    "주일": (Kind.UNIT, WEEK),
    "반시간": (Kind.SPAN, 30),
    "하루": (Kind.SPAN, DAY),
    "이틀": (Kind.SPAN, 2 * DAY),
    "사흘": (Kind.SPAN, 3 * DAY),
    "나흘": (Kind.SPAN, 4 * DAY),
    "일주일": (Kind.SPAN, WEEK),
    "년": Kind.YEAR_MARK,
    "다음": Kind.NEXT,
    "이번": Kind.THIS,
    **dict.fromkeys(("후", "뒤", "있다가"), Kind.LATER),
    "전": Kind.BEFORE,
    **dict.fromkeys(("어제", "그제", "그저께", "엊그제", "지난", "저번"), Kind.GONE),
    **dict.fromkeys(("에", "으로", "로"), Kind.FILLER),
}


def _one_of(words: dict[str, _Meaning]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


#: Every alternative is bounded or a single run of characters, so reading takes linear time.
_TOKEN = re.compile(
    rf"""
      (?P<space> \s+ | [,.()·] )
    | (?P<date> [0-9]{{4}} \s?[-/.]\s? [0-9]{{1,2}} \s?[-/.]\s? [0-9]{{1,2}} (?![0-9]) (?:t(?=[0-9]))? )
    | (?P<ordered> [0-9]{{1,2}} (?P<mark>[-/.]) [0-9]{{1,2}} (?P=mark) [0-9]{{4}} (?![0-9])
                 | [0-9]{{1,2}} / [0-9]{{1,2}} (?![0-9/]) )
    | (?P<dotted> [0-9]{{1,2}} \. [0-9]{{1,2}} (?! \.? [0-9]) )
    | (?P<clock> [0-9]{{1,2}} : [0-9]{{1,2}} (?: :00 )? (?![0-9:]) )
    | (?P<ordinal> [0-9]{{1,2}} (?:st|nd|rd|th) (?![a-z]) )
    | (?P<number> [0-9]{{1,5}} (?![0-9]) )
    | (?P<meridiem> [ap] \.? m (?![a-z]) \.? )
    | (?P<phrase> (?:{_one_of(_PHRASES)}) (?![a-z]) )
    | (?P<word> [a-z]+ )
    | (?P<hours> (?:{"|".join(reversed(_KOREAN_HOURS))}) (?= \s? 시 ) )
    | (?P<korean> {_one_of(_KOREAN)} )
    | (?P<sign> @ (?=[ 0-9]) )
    """,
    re.VERBOSE,
)


def normalised(text: str) -> str:
    """``text`` in lower case with plain digits and single spaces; half- and full-width forms are the same."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def tokens(text: str) -> list[Token] | None:
    """The tokens of a `normalised` text without its fillers; None where a part of it is no known word."""
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return None
        position = match.end()
        token = _token(match, found[-1].kind if found else None)
        if token is None:
            return None
        if token.kind is not Kind.FILLER:
            found.append(token)
    return found


def _token(match: re.Match[str], before: Kind | None) -> Token | None:
    text, group = match.group(), match.lastgroup or ""
    if group == "space":
        return Token(Kind.FILLER, text)
    if group == "sign":
        return Token(Kind.AT, text)
    if group == "meridiem":
        return Token(Kind.MERIDIEM, text, part=Part.AM if text[0] == "a" else Part.PM)
    if group == "hours":
        return Token(Kind.NUMBER, text, (_KOREAN_HOURS.index(text) + 1,))
    if group == "korean" and before is Kind.NUMBER and text in ("월", "일"):
        return Token(Kind.MONTH_MARK if text == "월" else Kind.DAY_MARK, text)
    words = {"phrase": _PHRASES, "word": _ENGLISH, "korean": _KOREAN}.get(group)
    if words is None:
        return Token(Kind(group), text, tuple(int(digits) for digits in re.findall("[0-9]+", text)))
    meaning = words.get(text)
    if meaning is None:
        return None
    if isinstance(meaning, Kind):
        return Token(meaning, text)
    kind, value = meaning
    return Token(kind, text, part=value) if isinstance(value, Part) else Token(kind, text, (value,))
