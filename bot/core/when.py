"""Reads times that people type, such as "fri 9pm", "내일 20:30", "in 2 h" or "air time".

A closed grammar in English and Korean: what it does not know is refused, and what can be meant in two ways is
asked back, never guessed. The rules that people may notice:

* A time alone is the next such moment.
* A weekday is its next such moment: today while that is still ahead, else in a week.
* "next fri" is asked back where the coming Friday and the Friday of next week are two days.
* A date without a year is the next such day, but one of the last 31 days is over rather than a year away.
* A date such as 08/05 is asked back; 13/08 has one reading.
* An hour from 1 to 12 without am, pm or part of the day is asked back; 09:00, 0:30 and 21:00 have one reading.
* The midnight of a day is asked back, and so is what follows it ("fri 12:30 am", "fri night 1"): the day's own or
  the night that it ends with.
* Hours past midnight belong to the day before: "sat 25:30" is Sunday 01:30.
* Hours and minutes ahead are counted on the clock, days and weeks on the calendar.
* A time in the hour that comes twice is asked back.
* A time in the hour that is skipped is refused.
* Of two readings, one that is over or doesn't exist is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from bot.core.errors import UserError
from bot.core.when_words import DAY, HOUR, LONGEST, WEEK, Kind, Part, Token, normalised, tokens
from bot.core.zones import resolve

#: How far ahead a time may be; one day more than a year, so that every date without a year is in reach.
HORIZON = timedelta(days=366)
LONGEST_LEAD_MINUTES = WEEK
#: How many leads somebody may name for one thing.
MOST_LEADS = 4

#: Marks that show a text in another order than it is read in, or don't show at all.
_HIDDEN = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_AIR_TIME = frozenset(
    (
        *("airtime", "air-time", "atairtime", "theairtime", "attheairtime"),
        *("방영", "방영시간", "방영시각", "방송시간", "방송시각", "본방", "본방시간", "본방송", "본방사수"),
    )
)
_STAMP = re.compile(r"<t:(-?[0-9]{1,15})(?::[a-z])?>")
_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[t ]([0-9]{2}):([0-9]{2})(?::00(?:\.0{1,6})?)? ?"
    r"(?:z|([+-])([0-9]{2}):?([0-9]{2}))"
)
#: A comma between two digits may be a fraction's.
_BETWEEN_LEADS = re.compile(r"[;、，\n]|(?<![0-9]),|,(?![0-9])")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PAST_DAYS = timedelta(days=31)
_MIDNIGHTS = (0, DAY)
_LATEST_HOUR = 29


@dataclass(frozen=True, slots=True)
class Understood:
    """A time with one meaning. ``at`` is UTC; ``wall`` is the naive local time in ``zone``."""

    at: datetime
    wall: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A time with two meanings, the earlier first; ``reason`` is the key of the question to ask.

    For "when.unclear-repeated-hour" both have the same ``wall``: tell them apart by their offsets.
    """

    reason: str
    choices: tuple[Understood, Understood]


def read(text: str, now: datetime, zone: str, air_at: datetime | None) -> Understood | Unclear:
    """What a typed time means for somebody in ``zone``; always after ``now`` and within `HORIZON`.

    ``air_at`` is what "air time" means. Raises UserError with the typed ``text``, except where noted:
    "when.empty" (no arguments), "when.too-long" (``longest``), "when.hidden-characters" (none),
    "when.not-understood", "when.no-such-time", "when.no-such-day", "when.no-time" (a day alone),
    "when.wrong-weekday" (and ``at``), "when.skipped-hour" (and ``at``, the time moved by as much as the
    clocks), "when.past" (``at``), "when.past-words" (words such as "yesterday"), "when.too-far" (``until``),
    "when.other-zone" (``zone``, as typed), "when.unclear-twice" (more than two meanings) and
    "when.no-air-time" (none).
    """
    if len(text) > LONGEST:
        raise UserError("when.too-long", longest=LONGEST)
    if _HIDDEN.search(text):
        raise UserError("when.hidden-characters")
    plain = normalised(text)
    if not plain:
        raise UserError("when.empty")
    asked = _Question(text.strip(), now, zone)
    if plain.replace(" ", "") in _AIR_TIME:
        if air_at is None:
            raise UserError("when.no-air-time")
        return asked.answer([air_at])
    if (stamp := _STAMP.fullmatch(plain)) is not None:
        return asked.stamp(int(stamp[1]))
    if (iso := _ISO.fullmatch(plain)) is not None:
        return asked.iso(iso)
    found = tokens(plain)
    if not found:
        raise UserError("when.not-understood", text=asked.text)
    return asked.spoken(found)


def is_air_time(text: str) -> bool:
    """Whether a typed time is whenever the episode airs, rather than a moment of its own."""
    return normalised(text).replace(" ", "") in _AIR_TIME


def read_lead(text: str) -> int:
    """How many minutes before something: "30 min", "1 h 30", "2 days", "하루 전"; a number alone is minutes.

    Raises UserError: "lead.not-understood" (``text``), or "lead.too-long" (``longest``, in minutes) for more
    than a week.
    """
    found = tokens(normalised(text)) if len(text) <= LONGEST else None
    if found and found[-1].kind is Kind.BEFORE:
        found.pop()
    if not found:
        raise UserError("lead.not-understood", text=text.strip())
    if len(found) == 1 and found[0].kind is Kind.NUMBER and found[0].text.isdigit():
        minutes = found[0].numbers[0]
    else:
        span = _span(found, 0, days_marked=True)
        if span is None or span.end != len(found):
            raise UserError("lead.not-understood", text=text.strip())
        minutes = span.days * DAY + span.minutes
    if minutes > LONGEST_LEAD_MINUTES:
        raise UserError("lead.too-long", longest=LONGEST_LEAD_MINUTES)
    return minutes


def read_leads(text: str) -> tuple[int, ...]:
    """One lead or several, as in "1 day, 15 min", each as `read_lead` says; the longest first, none twice.

    Raises UserError as `read_lead`, or "lead.too-many" (``limit``).
    """
    if len(text) > LONGEST:
        raise UserError("lead.not-understood", text=text.strip())
    parts = [part for part in _BETWEEN_LEADS.split(text) if part.strip()]
    leads = sorted({read_lead(part) for part in parts or [text]}, reverse=True)
    if len(leads) > MOST_LEADS:
        raise UserError("lead.too-many", limit=MOST_LEADS)
    return tuple(leads)


# -------------------------------------------------------------------- spans


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of time, and the position of the first token after it."""

    days: int
    minutes: int
    end: int


def _span(found: Sequence[Token], start: int, *, days_marked: bool = False) -> _Span | None:
    """The stretch of time at ``start``, its units from large to small; None where there is none.

    A number before 일 is a count of days where ``days_marked``, or where "later" follows; else a date's day.
    """
    days = minutes = 0
    position, smallest = start, WEEK + 1
    while (term := _term(found, position, days_marked)) is not None and term[1] < smallest:
        amount, smallest, position = term
        if smallest >= DAY:
            days += amount // DAY
        else:
            minutes += amount
        if smallest == HOUR:
            if _kind(found, position) is Kind.HALF:
                minutes, position, smallest = minutes + 30, position + 1, 1
            elif _ends_with_minutes(found, position):
                minutes, position, smallest = minutes + found[position].numbers[0], position + 1, 1
    return None if position == start else _Span(days, minutes, position)


def _term(found: Sequence[Token], position: int, days_marked: bool) -> tuple[int, int, int] | None:
    """The minutes, the unit in minutes and the position after one term such as "30 min"."""
    kind, following = _kind(found, position), _kind(found, position + 1)
    if kind is Kind.SPAN:
        amount = found[position].numbers[0]
        return amount, DAY if amount >= DAY else 1, position + 1
    if kind is Kind.NUMBER and following is Kind.UNIT:
        unit = found[position + 1].numbers[0]
        return found[position].numbers[0] * unit, unit, position + 2
    if kind is Kind.NUMBER and following is Kind.DAY_MARK:
        if days_marked or _kind(found, position + 2) is Kind.LATER:
            return found[position].numbers[0] * DAY, DAY, position + 2
        return None
    if kind is Kind.DOTTED and following is Kind.UNIT and found[position + 1].numbers[0] == HOUR:
        whole, fraction = found[position].text.split(".")
        amount, rest = divmod(int(whole + fraction) * HOUR, 10 ** len(fraction))
        # 1 unit: nothing smaller may follow a fraction.
        return None if rest else (amount, 1, position + 2)
    return None


def _ends_with_minutes(found: Sequence[Token], position: int) -> bool:
    """Whether a number without a unit, as in "1 h 30", is the last word."""
    return (
        _kind(found, position) is Kind.NUMBER
        and found[position].text.isdigit()
        and _kind(found, position + 1) in (None, Kind.LATER)
        and found[position].numbers[0] < HOUR
    )


def _kind(found: Sequence[Token], position: int) -> Kind | None:
    return found[position].kind if 0 <= position < len(found) else None


# ------------------------------------------------------------------ phrases


class _UnreadableError(Exception):
    """The tokens are known, but not in this combination."""


@dataclass(frozen=True, slots=True)
class _Clock:
    """An hour and a minute. ``full`` says that they were written as on a 24-hour clock."""

    hour: int
    minute: int
    full: bool = False
    alone: bool = False


@dataclass(slots=True)
class _Phrase:
    """What was said of a time, each thing at most once.

    ``date`` is (year or None, month, day); ``ordered`` two numbers and perhaps a year; ``week`` and ``after`` are
    0 for "this" and 1 for "next", before a week and before a weekday; ``ahead`` counts days from today.
    """

    span: _Span | None = None
    date: tuple[int | None, int, int] | None = None
    ordered: tuple[int, ...] | None = None
    dotted: Token | None = None
    weekday: int | None = None
    week: int | None = None
    after: int | None = None
    ahead: int | None = None
    clock: _Clock | None = None
    noon: bool = False
    midnight: bool = False
    meridiem: Part | None = None
    part: Part | None = None
    at: bool = False
    iso: bool = False

    def put(self, **said: object) -> None:
        """Note something; raises `_UnreadableError` where it was said before."""
        for name, value in said.items():
            if getattr(self, name) is not None and getattr(self, name) is not False:
                raise _UnreadableError
            setattr(self, name, value)

    @property
    def names_day(self) -> bool:
        return not (self.date is None and self.ordered is None and self.weekday is None and self.ahead is None)

    @property
    def names_time(self) -> bool:
        return self.clock is not None or self.noon or self.midnight


def _phrase(found: Sequence[Token]) -> _Phrase:
    """Sort tokens by what they say, in whatever order they come. Raises `_UnreadableError`."""
    said = _Phrase()
    position = 0
    while position < len(found):
        position = _take(said, found, position)
    if said.dotted is not None:
        _take_dotted(said, said.dotted)
    if said.clock is not None and said.clock.alone and not (said.names_day or said.part or said.meridiem):
        # A number and nothing else could be an hour, a day or minutes.
        raise _UnreadableError
    if [said.clock is not None, said.noon, said.midnight].count(True) > 1:
        raise _UnreadableError
    if [said.date is not None, said.ordered is not None, said.ahead is not None].count(True) > 1:
        raise _UnreadableError
    in_words = said.week is not None or said.after is not None
    if in_words and (said.weekday is None or said.date or said.ordered or said.ahead is not None):
        raise _UnreadableError
    if said.week is not None and said.after is not None:
        raise _UnreadableError
    return said


def _take(said: _Phrase, found: Sequence[Token], position: int) -> int:
    """Note what begins at ``position``; the position after it. Raises `_UnreadableError`."""
    token = found[position]
    kinds = tuple(_kind(found, position + ahead) for ahead in range(6))
    span = _span(found, position)
    if span is not None:
        said.put(span=span)
        return span.end + (_kind(found, span.end) is Kind.LATER)
    match kinds:
        case (Kind.IN, *_):
            # Only a stretch of time may follow; it is read with the next token.
            if _span(found, position + 1) is None:
                raise _UnreadableError
            return position + 1
        case (Kind.NUMBER, Kind.YEAR_MARK, Kind.NUMBER, Kind.MONTH_MARK, Kind.NUMBER, Kind.DAY_MARK):
            if len(token.text) != 4:
                raise _UnreadableError
            numbers = [found[position + ahead].numbers[0] for ahead in (0, 2, 4)]
            said.put(date=(numbers[0], numbers[1], numbers[2]))
            return position + 6
        case (Kind.NUMBER, Kind.MONTH_MARK, Kind.NUMBER, Kind.DAY_MARK, *_):
            said.put(date=(None, token.numbers[0], found[position + 2].numbers[0]))
            return position + 4
        case (Kind.NUMBER | Kind.ORDINAL, Kind.MONTH, *_):
            return _take_date(said, found, token, found[position + 1], position + 2)
        case (Kind.MONTH, Kind.NUMBER | Kind.ORDINAL, *_):
            return _take_date(said, found, found[position + 1], token, position + 2)
        case (Kind.NUMBER, Kind.OCLOCK, Kind.NUMBER, Kind.UNIT, *_) if found[position + 3].numbers == (1,):
            said.put(clock=_Clock(token.numbers[0], found[position + 2].numbers[0], token.padded))
            return position + 4
        case (Kind.NUMBER, Kind.OCLOCK, Kind.HALF, *_):
            said.put(clock=_Clock(token.numbers[0], 30, token.padded))
            return position + 3
        case (Kind.NUMBER, Kind.OCLOCK, *_):
            said.put(clock=_Clock(token.numbers[0], 0, token.padded))
            return position + 2
        case (Kind.NEXT | Kind.THIS, Kind.UNIT, *_) if found[position + 1].numbers == (WEEK,):
            said.put(week=int(token.kind is Kind.NEXT))
            return position + 2
        case (Kind.NEXT | Kind.THIS, Kind.WEEKDAY, *_):
            said.put(after=int(token.kind is Kind.NEXT))
            return position + 1
        case (Kind.THIS, Kind.PART, *_):
            said.put(ahead=0)
            return position + 1
        case (Kind.DOTTED, Kind.MERIDIEM, *_):
            said.put(clock=_dotted_clock(token))
            return position + 1
        case _:
            _take_one(said, token)
            return position + 1


def _take_one(said: _Phrase, token: Token) -> None:
    """Note what a token says by itself. Raises `_UnreadableError`."""
    match token.kind:
        case Kind.CLOCK:
            said.put(clock=_Clock(token.numbers[0], token.numbers[1], token.padded))
            if len(token.text.split(":")[1]) != 2:
                raise _UnreadableError
        case Kind.NUMBER if len(token.text) <= 2 and token.text.isdigit():
            said.put(clock=_Clock(token.numbers[0], 0, token.padded, alone=not said.at))
        case Kind.DATE:
            said.put(date=token.numbers, iso="-" in token.text)
        case Kind.ORDERED:
            said.put(ordered=token.numbers)
        case Kind.DOTTED:
            said.put(dotted=token)
        case Kind.WEEKDAY:
            said.put(weekday=token.numbers[0])
        case Kind.DAY:
            said.put(ahead=token.numbers[0])
        case Kind.MERIDIEM:
            said.put(meridiem=token.part)
        case Kind.PART:
            said.put(part=token.part)
        case Kind.TONIGHT:
            said.put(ahead=0, part=Part.NIGHT)
        case Kind.NOON:
            said.put(noon=True)
        case Kind.MIDNIGHT:
            said.put(midnight=True)
        case Kind.AT:
            said.put(at=True)
        case _:
            raise _UnreadableError


def _take_date(said: _Phrase, found: Sequence[Token], day: Token, month: Token, position: int) -> int:
    """Note a day and a month, with the year if one follows; the position after it."""
    year = None
    if _kind(found, position) is Kind.NUMBER and len(found[position].text) == 4:
        year = found[position].numbers[0]
        position += 1
    if day.text.isalpha():
        raise _UnreadableError
    said.put(date=(year, month.numbers[0], day.numbers[0]))
    return position


def _take_dotted(said: _Phrase, token: Token) -> None:
    """Two numbers with a dot are a date beside a time, and a time beside a date or alone."""
    if said.names_time:
        said.put(ordered=token.numbers)
    else:
        said.put(clock=_dotted_clock(token))


def _dotted_clock(token: Token) -> _Clock:
    if len(token.text.split(".")[1]) != 2:
        raise _UnreadableError
    return _Clock(token.numbers[0], token.numbers[1], token.padded)


# ------------------------------------------------------------------ readings


def _times(said: _Phrase) -> tuple[int, ...]:
    """The minutes since the beginning of the day that were meant: two where unclear, none where impossible.

    Raises `_UnreadableError`.
    """
    if said.noon or said.midnight:
        fitting = Part.MIDDAY if said.noon else Part.NIGHT
        if said.meridiem is not None or said.part not in (None, fitting):
            raise _UnreadableError
        return (12 * HOUR,) if said.noon else _MIDNIGHTS
    clock = said.clock
    assert clock is not None
    hour, minute = clock.hour, clock.minute
    if hour > _LATEST_HOUR or minute >= HOUR:
        return ()
    parts = [part for part in (said.meridiem, said.part) if part is not None]
    one_way = hour == 0 or hour > 12
    if hour >= 24:
        return (hour * HOUR + minute,) if all(part is Part.NIGHT for part in parts) else ()
    if not parts:
        if one_way or clock.full or said.iso:
            return (hour * HOUR + minute,)
        # Whoever says "friday, 12:30" without more means noon, or the night that Friday ends with.
        other = 24 if hour == 12 else hour + 12
        return (hour * HOUR + minute, other * HOUR + minute)
    hours = [hour] if one_way else [hour % 12, hour % 12 + 12]
    fitting_hours = [each for each in hours if all(each in part.value for part in parts)]
    if not fitting_hours:
        return ()
    only = fitting_hours[0] * HOUR + minute
    if (Part.NIGHT in parts and fitting_hours[0] < 6) or (fitting_hours[0] == 0 and not one_way):
        return (only, only + DAY)
    return (only,)


class _Question:
    """One text to be read, with where and when it was typed."""

    def __init__(self, text: str, now: datetime, zone: str) -> None:
        self.text = text
        self._now = now
        self._zone = zone
        self._info = ZoneInfo(zone)
        self._local = now.astimezone(self._info).replace(tzinfo=None)
        self._today = self._local.date()
        self._until = now + HORIZON

    # ---- exact moments

    def stamp(self, seconds: int) -> Understood | Unclear:
        """A Unix time."""
        if seconds > (self._until - _EPOCH).total_seconds():
            raise UserError("when.too-far", until=self._until)
        if seconds < 0:
            raise UserError("when.past-words", text=self.text)
        return self.answer([_EPOCH + timedelta(seconds=seconds)])

    def iso(self, found: re.Match[str]) -> Understood | Unclear:
        """A date and a time with an offset."""
        day = self._day(int(found[1]), int(found[2]), int(found[3]))
        hour, minute = int(found[4]), int(found[5])
        ahead = int(found[7] or 0) * HOUR + int(found[8] or 0)
        if hour > 23 or minute > 59 or ahead >= DAY:
            raise UserError("when.no-such-time", text=self.text)
        offset = timezone(timedelta(minutes=-ahead if found[6] == "-" else ahead))
        return self.answer([datetime.combine(day, time(hour, minute), offset).astimezone(UTC)])

    # ---- what was said in words

    def spoken(self, found: Sequence[Token]) -> Understood | Unclear:
        """What a list of tokens means."""
        for token in found:
            if token.kind is Kind.ZONE:
                raise UserError("when.other-zone", zone=token.text.upper())
        if any(token.kind is Kind.GONE or token.text == "전" for token in found):
            raise UserError("when.past-words", text=self.text)
        try:
            said = _phrase(found)
            if said.span is not None:
                return self._ahead(said, said.span)
            if not said.names_time:
                if said.names_day or said.part is not None:
                    raise UserError("when.no-time", text=self.text)
                raise _UnreadableError
            return self._moment(said)
        except _UnreadableError:
            raise UserError("when.not-understood", text=self.text) from None

    def _ahead(self, said: _Phrase, span: _Span) -> Understood | Unclear:
        if said.names_day or (span.minutes and (said.names_time or said.part or said.meridiem)):
            raise _UnreadableError
        if self._now + timedelta(days=span.days) > self._until:
            raise UserError("when.too-far", until=self._until)
        if said.names_time:
            said.ahead = span.days
            return self._moment(said)
        if said.part or said.meridiem:
            raise UserError("when.no-time", text=self.text)
        at = self._now
        if span.days:
            at = resolve(self._local + timedelta(days=span.days), self._zone)
        at += timedelta(minutes=span.minutes)
        if at <= self._now:
            raise UserError("when.past", at=at)
        # Up to the whole minute: a party at 21:03:27 would look odd, and must not be earlier than asked.
        return self.answer([at + (_EPOCH - at) % timedelta(minutes=1)])

    def _moment(self, said: _Phrase) -> Understood | Unclear:
        times = _times(said)
        if not times:
            raise UserError("when.no-such-time", text=self.text)
        unclear_time = "when.unclear-night" if times[-1] - times[0] == DAY else "when.unclear-half-day"
        if not said.names_day:
            days = (self._today, self._today + timedelta(days=1))
            walls = [self._first(days, minutes) for minutes in sorted({each % DAY for each in times})]
            return self._choose(walls, unclear_time)
        if not (said.date or said.ordered or said.ahead is not None):
            return self._on_weekday(said, times, unclear_time)
        dates = self._dates(said)
        fitting = [day for day in dates if said.weekday is None or day.weekday() == said.weekday]
        if not fitting:
            at = resolve(_wall(dates[0], times[0]), self._zone)
            raise UserError("when.wrong-weekday", text=self.text, at=at)
        return self._choose_day(fitting, times, "when.unclear-date-order", unclear_time)

    def _on_weekday(self, said: _Phrase, times: tuple[int, ...], unclear_time: str) -> Understood | Unclear:
        assert said.weekday is not None
        coming = self._today + timedelta(days=(said.weekday - self._today.weekday()) % 7)
        if said.week is not None:
            return self._choose_day(self._of_week(said), times, "when.unclear-next", unclear_time)
        if said.after:
            # Nobody calls today the next Friday.
            first = coming if coming > self._today else coming + timedelta(days=7)
            days = sorted({first, *self._of_week(said)})
            return self._choose_day(days, times, "when.unclear-next", unclear_time)
        days = (coming, coming + timedelta(days=7))
        return self._choose([self._first(days, minutes) for minutes in times], unclear_time)

    def _of_week(self, said: _Phrase) -> list[date]:
        """The weekday in this or the next week, for those whose week begins on Monday and on Sunday."""
        assert said.weekday is not None
        ahead = timedelta(weeks=said.after or said.week or 0)
        monday = self._today - timedelta(days=self._today.weekday())
        sunday = self._today - timedelta(days=(self._today.weekday() + 1) % 7)
        return sorted(
            {
                monday + ahead + timedelta(days=said.weekday),
                sunday + ahead + timedelta(days=(said.weekday + 1) % 7),
            }
        )

    def _dates(self, said: _Phrase) -> list[date]:
        if said.ahead is not None:
            return [self._today + timedelta(days=said.ahead)]
        if said.date is not None:
            return [self._day(*said.date)]
        assert said.ordered is not None
        first, second, *rest = said.ordered
        year = rest[0] if rest else None
        dates: set[date] = set()
        wrong: UserError | None = None
        for month, day in ((first, second), (second, first)):
            try:
                dates.add(self._day(year, month, day))
            except UserError as error:
                if error.key != "when.no-such-day":
                    raise
                wrong = error
        if wrong is not None and not dates:
            raise wrong
        return sorted(dates)

    def _day(self, year: int | None, month: int, day: int) -> date:
        """A date; without a year the next, or one of the last month. Raises UserError."""
        if year is not None and year > self._until.year + 1:
            raise UserError("when.too-far", until=self._until)
        if year is not None and year < self._today.year - 1:
            raise UserError("when.past-words", text=self.text)
        years = (year,) if year is not None else range(self._today.year - 1, self._today.year + 2)
        for each in years:
            try:
                found = date(each, month, day)
            except ValueError:
                continue
            if year is not None or found >= self._today - _PAST_DAYS:
                return found
        raise UserError("when.no-such-day", text=self.text)

    # ---- instants

    def _first(self, days: Iterable[date], minutes: int) -> datetime:
        """The first of these days' wall times that is not over yet, else the last of them."""
        wall = self._local
        for day in days:
            wall = _wall(day, minutes)
            if max(self._instants(wall), default=resolve(wall, self._zone)) > self._now:
                break
        return wall

    def _instants(self, wall: datetime) -> list[datetime]:
        """The instants with that wall time: none in the skipped hour, two in the repeated one."""
        first = wall.replace(tzinfo=self._info, fold=0).astimezone(UTC)
        second = wall.replace(tzinfo=self._info, fold=1).astimezone(UTC)
        if first == second:
            return [first]
        return [first, second] if first < second else []

    def _choose_day(
        self, days: Sequence[date], times: Sequence[int], unclear_day: str, unclear_time: str
    ) -> Understood | Unclear:
        walls = [_wall(day, minutes) for day in days for minutes in times]
        return self._choose(walls, unclear_day if len(days) > 1 else unclear_time)

    def _choose(self, walls: Sequence[datetime], unclear: str) -> Understood | Unclear:
        instants = sorted({at for wall in walls for at in self._instants(wall)})
        skipped = [resolve(wall, self._zone) for wall in walls if not self._instants(wall)]
        if skipped and not any(at > self._now for at in instants) and max(skipped) > self._now:
            raise UserError("when.skipped-hour", text=self.text, at=max(skipped))
        return self.answer(instants or skipped, unclear)

    def answer(self, instants: Sequence[datetime], unclear: str = "") -> Understood | Unclear:
        """What is left of several instants once those that are over are left out."""
        ahead = [self._understood(at) for at in instants if at > self._now]
        if not ahead:
            raise UserError("when.past", at=max(instants))
        if ahead[-1].at > self._until:
            raise UserError("when.too-far", until=self._until)
        if len(ahead) == 1:
            return ahead[0]
        if len(ahead) > 2:
            raise UserError("when.unclear-twice", text=self.text)
        first, second = ahead
        repeated = first.wall == second.wall
        return Unclear("when.unclear-repeated-hour" if repeated else unclear, (first, second))

    def _understood(self, at: datetime) -> Understood:
        return Understood(at, at.astimezone(self._info).replace(tzinfo=None), self._zone)


def _wall(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minutes)
