"""Texts that are rightly the same in English and in another language: true cognates, names, what is not translated.

By language, as they are said in English. Names of commands and options stand here without their command.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

COGNATES: Final[Mapping[str, frozenset[str]]] = {
    "ko": frozenset({"DM", "NEW"}),
    "ja": frozenset({"DM"}),
    "id": frozenset({"Episode {number}", "**Episode {number}**: {people}"}),
    "de": frozenset({"event", "host", "name", "party", "thread", "watch-party"}),
    "fr": frozenset({"Sources", "Watch parties", "question", "spoilers", "watch-party"}),
    "es": frozenset({"spoilers"}),
    "pt_BR": frozenset({"spoilers"}),
}
