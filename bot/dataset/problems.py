"""A problem in a data file: where it is, what is wrong and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: Comparing costs time for every known word at every unknown one, and a file may be full of both.
_MAX_COMPARED: Final = 500


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem; ``line`` and ``column`` count from 1, and are 1 where a whole file or folder is meant."""

    path: Path
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


def did_you_mean(typed: str, known: Collection[str]) -> str:
    """How to go on after naming an unknown word: "; did you mean `x`?", what there is, or nothing."""
    if len(known) > _MAX_COMPARED:
        return ""
    words = sorted(known)
    close = difflib.get_close_matches(typed[:80], words, n=1, cutoff=0.6)
    if close:
        return f"; did you mean `{close[0]}`?"
    if 0 < len(words) <= 20:
        return f"; there is {', '.join(f'`{word}`' for word in words)}"
    return ""


def quoted(value: object) -> str:
    """A value as it is named in a message: cut short, on one line, and never with control characters."""
    text = str(value)
    if len(text) > 60:
        text = text[:59] + "…"
    return "`" + "".join(char if char.isprintable() else "�" for char in text) + "`"
