"""Names as people type them: one key for all romanisations of a Korean name, and ids that tell nothing.

Matching by likeness is done in `bot.app.characters`; this module only says when two spellings are the same.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

#: Spellings of one Korean sound, most specific first; the right side is only a key and is never shown.
_ROMANISATIONS = (
    (re.compile(r"y(?:eo|u|ou)ng"), "yung"),
    (re.compile(r"h(?:yeo|yu|yo)n"), "hyun"),
    (re.compile(r"yeo"), "yu"),
    (re.compile(r"eo"), "u"),
    (re.compile(r"oo|ou|woo|wu"), "u"),
    (re.compile(r"eu"), "u"),
    (re.compile(r"hee|hui|hi"), "hi"),
    (re.compile(r"ee"), "i"),
    (re.compile(r"ah(?![aeiouy])"), "a"),
    (re.compile(r"s(?:h)?i"), "si"),
    (re.compile(r"ch"), "j"),
    (re.compile(r"k"), "g"),
    (re.compile(r"r"), "l"),
    (re.compile(r"(.)\1+"), r"\1"),
)


@lru_cache(maxsize=1 << 15)
def fold(name: str) -> str:
    """A key that is equal for spellings of the same name: "Ah-hyeon", "A Hyeon" and "Ahyun" share one.

    Case, accents, hyphens, spaces and punctuation don't count. Hangul and other scripts are kept.
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = unicodedata.normalize("NFC", "".join(char for char in decomposed if not unicodedata.combining(char)))
    key = "".join(char for char in letters if char.isalnum())
    for spelling, sound in _ROMANISATIONS:
        key = spelling.sub(sound, key)
    return key


def opaque_key(show_id: str, thing_id: str) -> str:
    """A short id for buttons that does not tell what it stands for (ids of characters can be spoilers)."""
    return hashlib.blake2s(f"{show_id}/{thing_id}".encode(), digest_size=5).hexdigest()
