"""The questions a story leaves people with, as far as they may be asked and answered."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.recap import Disagreement, disagreements
from bot.core.show import Question, Show
from bot.core.spoilers import Decision, Horizon, Piece, decide


@dataclass(frozen=True, slots=True)
class Explained:
    """A question with its answer. ``answer`` is None where it isn't known yet as far as the reader may see."""

    question: Question
    answer: Piece | None
    disagreements: tuple[Disagreement, ...]


def askable(show: Show, limit: int) -> tuple[Question, ...]:
    """The questions whose very wording is safe after episode ``limit``, in the order of the dataset."""
    return tuple(question for question in show.questions if question.asked_after <= limit)


def explained(show: Show, question: Question, seen: Horizon) -> Explained | None:
    """The question with its answer, or None where it may not be asked in the open."""
    if question.asked_after > seen.shown:
        return None
    decision = decide(question.after, seen)
    if decision is Decision.WITHHELD:
        return Explained(question, None, ())
    told = disagreements((one for one in show.conflicts if one.id in question.conflicts), seen)
    # A disagreement about an answer tells of the answer.
    return Explained(
        question,
        Piece(question.answer, decision),
        tuple(one for one in told if decision is Decision.SHOWN or one.decision is Decision.VEILED),
    )
