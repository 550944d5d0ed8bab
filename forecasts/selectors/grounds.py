"""Grounds: what a ruling rests on."""

from collections.abc import Iterable
from dataclasses import dataclass

from forecasts.models import Evidence, Question, Resolution, Verdict
from forecasts.models.resolutions import Answer
from forecasts.selectors.rulings import ruling_in_force


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the ruling in force rests on; empty where there is none."""

    links: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    """SHA-256 of the files."""
    notes: tuple[str, ...] = ()
    """What the reviewers wrote who answered so, oldest first."""


def grounds_of(question: Question) -> Grounds:
    """Evidence of the ruling in force and of verdicts with its answer, and their notes.

    Verdicts of another answer are no grounds, nor are those of a round that a condition cut
    short, nor those taken back. Reads prefetched `resolutions__evidence` and `verdicts__evidence`
    where present.
    """
    evidence = evidence_in_force(question)
    return Grounds(
        links=_once(item.url for item in evidence),
        hashes=_once(item.sha256 for item in evidence),
        notes=_once(verdict.note for verdict in _verdicts_in_force(question)),
    )


def evidence_in_force(question: Question) -> list[Evidence]:
    """What the ruling in force rests on: the leads' evidence first, then the reviewers'."""
    ruling = ruling_in_force(question)
    if ruling is None or _annuls_by_condition(ruling):
        return []
    rulings = [row for row in question.resolutions.all() if row.answer == ruling.answer]
    return [
        *(item for row in rulings for item in row.evidence.all()),
        *(item for row in _verdicts_in_force(question) for item in row.evidence.all()),
    ]


def _verdicts_in_force(question: Question) -> list[Verdict]:
    ruling = ruling_in_force(question)
    if ruling is None or _annuls_by_condition(ruling):
        return []
    verdicts = (row for row in question.verdicts.all() if row.is_counting)
    return [row for row in verdicts if row.answer == ruling.answer]


def has_evidence_for(question: Question, answer: str) -> bool:
    """Whether a verdict with this answer has evidence."""
    verdicts = Verdict.objects.counting().filter(question=question, answer=answer)
    return Evidence.objects.filter(verdict__in=verdicts).exists()


def _annuls_by_condition(ruling: Resolution) -> bool:
    return ruling.basis == Resolution.Basis.CONDITION and ruling.answer == Answer.ANNULLED


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
