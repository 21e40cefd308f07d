"""Finding a question by whatever people type, among those that may be asked."""

from __future__ import annotations

from rapidfuzz import fuzz

from bot.core.errors import UserError
from bot.core.names import fold, opaque_key
from bot.core.questions import askable
from bot.core.show import Question, Show

#: Likeness (0 to 100) from which a wording counts as meant, and by how much it has to lead.
_MEANT = 72.0
_LEAD = 6.0
#: Likeness below which a wording isn't worth offering.
_LIKE = 45.0


def search(show: Show, limit: int, typed: str, most: int = 25) -> list[Question]:
    """Questions that may be asked after episode ``limit``, likest first; all of them for empty text."""
    if not fold(typed):
        return [] if typed.strip() else list(askable(show, limit)[:most])
    return [question for likeness, question in _ranked(show, limit, typed) if likeness >= _LIKE][:most]


def find(show: Show, limit: int, typed: str) -> Question | None:
    """The one question meant, among those that may be asked after episode ``limit``; None where that isn't clear."""
    ranked = _ranked(show, limit, typed)
    if not ranked or ranked[0][0] < _MEANT:
        return None
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _LEAD:
        return None
    return ranked[0][1]


def by_key(show: Show, limit: int, key: str) -> Question:
    """The question a button stands for. Raises UserError("explain.gone") where it may not be asked."""
    for question in askable(show, limit):
        if question_key(show, question) == key:
            return question
    raise UserError("explain.gone")


def question_key(show: Show, question: Question) -> str:
    """What stands for a question in a button."""
    return opaque_key(show.id, "?" + question.id)


def _ranked(show: Show, limit: int, typed: str) -> list[tuple[float, Question]]:
    wanted = fold(typed[:200])
    if not wanted:
        return []
    ranked = [
        (max(_likeness(wanted, fold(wording)) for wording in question.text.by_language.values()), index, question)
        for index, question in enumerate(askable(show, limit))
    ]
    return [(likeness, question) for likeness, _, question in sorted(ranked, key=lambda one: (-one[0], one[1]))]


def _likeness(wanted: str, wording: str) -> float:
    if wanted == wording:
        return 100.0
    # A part counts for more the more of the question it is, so that a single word offers without deciding.
    if wanted in wording:
        return 70.0 + 25.0 * len(wanted) / len(wording)
    return max(fuzz.ratio(wanted, wording), 0.8 * fuzz.partial_ratio(wanted, wording))
