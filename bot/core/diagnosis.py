"""What a look at one part of a running bot has found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """How bad it is: a warning deserves a look, a problem keeps something from working."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One finding, in an operator's words; ``exit_code`` of a problem follows BSD's sysexits.h, else it is 0."""

    subject: str
    verdict: Verdict
    sentence: str
    exit_code: int = 0


def well(subject: str, sentence: str) -> Diagnosis:
    """Nothing to do."""
    return Diagnosis(subject, Verdict.OK, sentence)


def warning(subject: str, sentence: str) -> Diagnosis:
    """Something to look at."""
    return Diagnosis(subject, Verdict.WARNING, sentence)


def problem(subject: str, sentence: str, exit_code: int) -> Diagnosis:
    """Something to put right."""
    return Diagnosis(subject, Verdict.PROBLEM, sentence, exit_code)
