"""The line that says that a text of a show isn't there in the reader's language.

It depends on nothing but the texts it stands under: in the open on those in the open, behind a bar on those behind
bars.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.core.recap import Disagreement
from bot.core.spoilers import Decision, Piece
from bot.core.text import spoiler
from bot.l10n.speaker import Speaker


def translation_note(say: Speaker, pieces: Iterable[Piece]) -> list[str]:
    """A small line where one of ``pieces`` is shown in English to somebody who reads another language, else none."""
    foreign = {piece.decision for piece in pieces if not say.understands(piece.text)}
    if Decision.SHOWN in foreign:
        return ["-# " + say("text.untranslated")]
    # Behind its bar it looks like any other veiled line, so that not even its size tells what it stands for.
    return ["- " + spoiler(say("text.untranslated"))] if foreign else []


def disagreement_pieces(found: Iterable[Disagreement]) -> Iterator[Piece]:
    """All that is told of disagreements."""
    for one in found:
        conflict = one.conflict
        for text in (conflict.topic, *(side.claim for side in conflict.sides), conflict.chosen):
            yield Piece(text, one.decision)
