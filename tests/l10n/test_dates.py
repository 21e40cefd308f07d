from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from bot.l10n import dates

TUESDAY = date(2025, 7, 29)


@pytest.mark.parametrize(
    ("locale", "short", "with_year"),
    [
        ("en", "Tue 29 Jul", "Tue 29 Jul 2025"),
        ("en-US", "Tue 29 Jul", "Tue 29 Jul 2025"),
        ("ko", "7월 29일 (화)", "2025년 7월 29일 (화)"),
        ("de", "Di., 29. Juli", "Di., 29. Juli 2025"),
        ("ja", "7月29日(火)", "2025年7月29日(火)"),
        ("es-ES", "mar, 29 jul", "mar, 29 jul 2025"),
        ("es-419", "mar, 29 jul", "mar, 29 jul 2025"),
        ("pt-BR", "ter., 29 de jul.", "ter., 29 de jul. de 2025"),
        ("pt_BR", "ter., 29 de jul.", "ter., 29 de jul. de 2025"),
        ("id", "Sel, 29 Jul", "Sel, 29 Jul 2025"),
        ("fr", "mar. 29 juil.", "mar. 29 juil. 2025"),
        ("nonsense", "Tue 29 Jul", "Tue 29 Jul 2025"),
    ],
)
def test_day(locale: str, short: str, with_year: str) -> None:
    assert dates.day(TUESDAY, locale) == short
    assert dates.day(TUESDAY, locale, year=True) == with_year


def test_clock_counts_to_24_in_every_locale() -> None:
    assert {dates.clock(time(22, 0), locale) for locale in ("en-US", "en-GB", "ko")} == {"22:00"}
    assert dates.clock(datetime(2025, 7, 29, 0, 5), "ko") == "00:05"  # noqa: DTZ001


def test_weekday() -> None:
    assert dates.weekday(TUESDAY, "en-GB") == "Tuesday"
    assert dates.weekday(TUESDAY, "ko") == "화요일"


@pytest.mark.parametrize(
    ("minutes", "english", "korean"),
    [
        (0, "0 minutes", "0분"),
        (1, "1 minute", "1분"),
        (60, "1 hour", "1시간"),
        (90, "1 hour 30 minutes", "1시간 30분"),
        (1440, "1 day", "1일"),
        (1470, "1 day 30 minutes", "1일 30분"),
        (2 * 1440 + 3 * 60 + 59, "2 days 3 hours", "2일 3시간"),
        (400 * 1440, "400 days", "400일"),
    ],
)
def test_duration_has_at_most_two_units(minutes: int, english: str, korean: str) -> None:
    assert dates.duration(minutes, "en-US") == english
    assert dates.duration(minutes, "ko") == korean


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("ja", "1時間30分"),
        ("es", "1 hora 30 minutos"),
        ("pt_BR", "1 hora 30 minutos"),
        ("id", "1 jam 30 menit"),
        ("fr", "1\N{NO-BREAK SPACE}heure 30 minutes"),
        ("de", "1 Stunde 30 Minuten"),
    ],
)
def test_durations_are_written_as_the_language_writes_them(locale: str, text: str) -> None:
    assert dates.duration(90, locale) == text


def test_a_negative_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 minutes"):
        dates.duration(-1, "en")


def test_listing() -> None:
    assert dates.listing(["A", "B", "C"], "en-US") == "A, B and C"
    assert dates.listing(["A", "B"], "en") == "A and B"
    assert dates.listing(["A", "B", "C"], "ko") == "A, B 및 C"
    assert dates.listing(["A"], "ko") == "A"
    assert dates.listing([], "en") == ""


@pytest.mark.parametrize(
    ("locale", "both", "either"),
    [
        ("ja", "A、B、C", "A、B、またはC"),
        ("es-419", "A, B y C", "A, B o C"),
        ("pt_BR", "A, B e C", "A, B ou C"),
        ("id", "A, B, dan C", "A, B, atau C"),
        ("fr", "A, B et C", "A, B ou C"),
        ("de", "A, B und C", "A, B oder C"),
    ],
)
def test_lists_in_every_language(locale: str, both: str, either: str) -> None:
    assert dates.listing(["A", "B", "C"], locale) == both
    assert dates.alternatives(["A", "B", "C"], locale) == either


def test_alternatives() -> None:
    assert dates.alternatives(["A", "B", "C"], "en-US") == "A, B or C"
    assert dates.alternatives(["A", "B"], "ko") == "A 또는 B"


def test_territory() -> None:
    assert dates.territory("KR", "en-US") == "South Korea"
    assert dates.territory("in", "ko") == "인도"
    assert dates.territory("??", "en") == "??"


def test_room_is_written_as_the_language_writes_it() -> None:
    assert [dates.room(size, "en") for size in (0, 12_345_678, 78_360_000_000)] == ["0 MB", "12.3 MB", "78.4 GB"]
    assert dates.room(12_345_678, "fr").replace("\xa0", " ").replace("\u202f", " ") == "12,3 Mo"


def test_percent_keeps_the_digits_that_were_published() -> None:
    assert [dates.percent(value, "en") for value in (2.3, 3, 1.759, 0.1)] == ["2.3%", "3.0%", "1.759%", "0.1%"]
    assert dates.percent(2.3, "ko") == "2.3%"


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("ja", "2.35%"),
        ("es-ES", "2,35\N{NO-BREAK SPACE}%"),
        ("es-419", "2.35%"),
        ("pt_BR", "2,35%"),
        ("id", "2,35%"),
        ("fr", "2,35\N{NO-BREAK SPACE}%"),
        ("de", "2,35\N{NO-BREAK SPACE}%"),
    ],
)
def test_percent_in_the_form_of_the_locale(locale: str, text: str) -> None:
    assert dates.percent(2.35, locale) == text


@pytest.mark.parametrize(
    ("ahead", "text"),
    [
        (timedelta(hours=9), "UTC+9"),
        (timedelta(hours=5, minutes=30), "UTC+5:30"),
        (timedelta(hours=-3), "UTC-3"),
        (-timedelta(hours=3, minutes=30), "UTC-3:30"),
        (timedelta(), "UTC"),
        (timedelta(hours=12, minutes=45), "UTC+12:45"),
    ],
)
def test_offset(ahead: timedelta, text: str) -> None:
    assert dates.offset(ahead) == text


def test_day_relation_goes_by_the_calendar() -> None:
    new_year = date(2026, 1, 1)
    assert dates.day_relation(new_year, new_year) == "today"
    assert dates.day_relation(new_year, date(2025, 12, 31)) == "tomorrow"
    assert dates.day_relation(date(2025, 12, 31), new_year) == "yesterday"
    assert dates.day_relation(date(2026, 1, 3), new_year) is None
    assert dates.day_relation(date(2025, 12, 30), new_year) is None
