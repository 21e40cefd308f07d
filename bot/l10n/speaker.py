"""Words in one reader's language: `Words` and dates bound to a locale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from bot.core.show import Text, same_language
from bot.l10n import dates
from bot.l10n.words import Words


class Speaker:
    """Says things in the language of ``locale`` (a Discord locale such as "en-US" or "ko")."""

    def __init__(self, words: Words, locale: str) -> None:
        self._words = words
        self.locale = locale
        self.language = words.language(locale)
        #: Which form of the language: "es-419" reads Spanish, and dates and numbers as they are written there.
        self._form = locale if same_language(locale, self.language) else self.language

    def __call__(self, key: str, **arguments: object) -> str:
        """The sentence ``key`` with its arguments."""
        return self._words.say(self.locale, key, **arguments)

    def count(self, key: str, count: int, **arguments: object) -> str:
        """The sentence ``key`` in the plural form that ``count`` takes."""
        return self._words.say_count(self.locale, key, count, **arguments)

    def text(self, text: Text) -> str:
        """A text of the dataset in this language, else in English; not escaped."""
        return text.to(self._form)

    def understands(self, text: Text) -> bool:
        """Whether a text of the dataset is there in this language."""
        return text.speaks(self.language)

    def day(self, wall: datetime) -> str:
        """A short date such as "Tue 29 Jul"."""
        return dates.day(wall.date(), self._form)

    def date(self, day: date) -> str:
        """A short date with its year, such as "Tue 29 Jul 2025"."""
        return dates.day(day, self._form, year=True)

    def territories(self) -> Mapping[str, str]:
        """The names of all countries by their codes."""
        return dates.territories(self._form)

    def clock(self, wall: datetime) -> str:
        """A time of day such as "22:00"."""
        return dates.clock(wall.time(), self._form)

    def listing(self, items: Iterable[str]) -> str:
        """ "A, B and C"."""
        return dates.listing(tuple(items), self._form)

    def alternatives(self, items: Iterable[str]) -> str:
        """ "A, B or C"."""
        return dates.alternatives(tuple(items), self._form)

    def duration(self, minutes: int) -> str:
        """ "1 hour 30 minutes"."""
        return dates.duration(minutes, self._form)

    def room(self, size: int) -> str:
        """So many bytes: "12.3 MB"."""
        return dates.room(size, self._form)

    def percent(self, share: float) -> str:
        """ "2.3%"."""
        return dates.percent(share, self._form)

    def territory(self, code: str) -> str:
        """The name of a country."""
        return dates.territory(code, self._form)
