"""Words in one reader's language: `Words` and dates bound to a locale."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.core.show import Text
from bot.l10n import dates
from bot.l10n.words import Words


class Speaker:
    """Says things in the language of ``locale`` (a Discord locale such as "en-US" or "ko")."""

    def __init__(self, words: Words, locale: str) -> None:
        self._words = words
        self.locale = locale
        self.language = words.language(locale)

    def __call__(self, key: str, **arguments: object) -> str:
        """The sentence ``key`` with its arguments."""
        return self._words.say(self.locale, key, **arguments)

    def count(self, key: str, count: int, **arguments: object) -> str:
        """The sentence ``key`` in the plural form that ``count`` takes."""
        return self._words.say_count(self.locale, key, count, **arguments)

    def text(self, text: Text) -> str:
        """A text of the dataset in this language, else in English; not escaped."""
        return text.to(self.language)

    def day(self, wall: datetime) -> str:
        """A short date such as "Tue 29 Jul"."""
        return dates.day(wall.date(), self.language)

    def clock(self, wall: datetime) -> str:
        """A time of day such as "22:00"."""
        return dates.clock(wall.time(), self.language)

    def listing(self, items: Iterable[str]) -> str:
        """ "A, B and C"."""
        return dates.listing(tuple(items), self.language)

    def alternatives(self, items: Iterable[str]) -> str:
        """ "A, B or C"."""
        return dates.alternatives(tuple(items), self.language)

    def duration(self, minutes: int) -> str:
        """ "1 hour 30 minutes"."""
        return dates.duration(minutes, self.language)

    def percent(self, share: float) -> str:
        """ "2.3%"."""
        return dates.percent(share, self.language)

    def territory(self, code: str) -> str:
        """The name of a country."""
        return dates.territory(code, self.language)
