"""Text on its way into a message: escaping, spoiler bars, cutting.

Everything that was typed by a person or comes from a data file passes through `plain` or `spoiler` before it
reaches Discord. What reads well on a page is not decided here; see `bot.l10n` for sentences.
"""

from __future__ import annotations

import re
import unicodedata

#: Marks that Discord's Markdown acts on anywhere in a line.
_ACTIVE = re.compile(r"[\\*_~`|<@\[\]]")
#: Marks that act only where a line begins.
_LINE_START = re.compile(r"^(\s*)(#|>|-|\+|\d+(?=\.))")
#: A scheme would make a link, and inside links escaping is not honoured.
_SCHEME = re.compile(r"(?i)\b([a-z][a-z0-9+]*):(?=/)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
#: Zero-width joiners hold emoji and some scripts together; every other format character can hide or reorder text.
_KEPT_FORMAT = frozenset("\u200d\u200c")


#: Letters and signs that are drawn as nothing.
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")

#: Where a sentence ends: a mark after a word of more than one letter, so that initials don't count.
_SENTENCE_END = re.compile(r"(?<=\w\w)[.!?。][\"'”’)]*(?=\s)")


def first_sentence(text: str) -> str:
    """``text`` up to the end of its first sentence, or all of it."""
    end = _SENTENCE_END.search(text)
    return text if end is None else text[: end.end()]


def clean(text: str) -> str:
    """One line without control, zero-width and direction characters; runs of white space become a space."""
    kept = (
        " " if char.isspace() else char
        for char in unicodedata.normalize("NFC", text)
        if char.isspace() or char in _KEPT_FORMAT or unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs", "Cn"}
    )
    return " ".join("".join(kept).split())


def is_blank(text: str) -> bool:
    """Whether nothing of ``text`` can be seen: it is empty, or made of marks and fillers alone."""
    return all(char in _FILLERS or unicodedata.category(char)[0] in "CMZ" for char in text)


def plain(text: str) -> str:
    """``text`` as one line that Discord shows as it is: no formatting, link, mention or spoiler bar."""
    escaped = _ACTIVE.sub(lambda found: "\\" + found.group(), clean(text))
    escaped = _SCHEME.sub(lambda found: found.group(1) + "\\:", escaped)
    return _LINE_START.sub(_escape_line_start, escaped)


def unescaped(text: str) -> str:
    """What `plain` was given, cleaned, from what it made."""
    return _ESCAPED.sub(r"\1", text)


def _escape_line_start(found: re.Match[str]) -> str:
    space, mark = found.groups()
    return f"{space}{mark}\\" if mark.isdigit() else f"{space}\\{mark}"


def spoiler(text: str) -> str:
    """``text`` behind one spoiler bar that nothing inside it can open; empty text gives no bar."""
    inner = plain(text)
    return f"||{inner}||" if inner else ""


def cut(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` characters, with an ellipsis where something was left off.

    Cut before escaping and before a bar is put around it, so that neither is ever cut open.
    """
    if len(text) <= limit:
        return text
    return text[: max(limit - 1, 0)].rstrip("\u200d") + "…"
