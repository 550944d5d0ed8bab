"""Grounds: what a ruling rests on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

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
    """Evidence of the ruling in force, of verdicts with its answer, and their notes.

    Verdicts of another answer are no grounds, nor are those of a round that a condition cut
    short, nor those taken back. Evidence that was collected for the question by the time of the
    ruling lay before everybody, whichever way it points. Reads prefetched
    `resolutions__evidence`, `verdicts__evidence` and `evidence` where present.
    """
    evidence = evidence_in_force(question)
    return Grounds(
        links=_once(item.url for item in evidence),
        hashes=_once(item.sha256 for item in evidence),
        notes=_once(verdict.note for verdict in _verdicts_in_force(question)),
    )


def evidence_in_force(question: Question) -> list[Evidence]:
    """What the ruling in force rests on: the leads', the reviewers', what was collected."""
    ruling = ruling_in_force(question)
    if ruling is None or _annuls_by_condition(ruling):
        return []
    rulings = [row for row in question.resolutions.all() if row.answer == ruling.answer]
    return [
        *(item for row in rulings for item in row.evidence.all()),
        *(item for row in _verdicts_in_force(question) for item in row.evidence.all()),
        *collected_by_then(question, ruling.resolved_at),
    ]


def _verdicts_in_force(question: Question) -> list[Verdict]:
    ruling = ruling_in_force(question)
    if ruling is None or _annuls_by_condition(ruling):
        return []
    verdicts = (row for row in question.verdicts.all() if row.is_counting)
    return [row for row in verdicts if row.answer == ruling.answer]


def has_evidence_for(question: Question, answer: str) -> bool:
    """Whether a verdict with this answer has evidence, or some was collected for the question."""
    verdicts = Verdict.objects.counting().filter(question=question, answer=answer)
    return has_collected(question) or Evidence.objects.filter(verdict__in=verdicts).exists()


def has_collected(question: Question) -> bool:
    """Whether evidence was collected that everybody who answers can see."""
    return question.evidence.exists()


def collected_by_then(question: Question, moment: datetime) -> list[Evidence]:
    """Evidence collected for the question by then, oldest first."""
    rows = sorted(question.evidence.all(), key=lambda row: row.pk)
    return [row for row in rows if row.collected_at and row.collected_at <= moment]


def _annuls_by_condition(ruling: Resolution) -> bool:
    return ruling.basis == Resolution.Basis.CONDITION and ruling.answer == Answer.ANNULLED


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
