"""Writing rulings down, and what follows from them for the questions that hang on one."""

from datetime import datetime

from forecasts.bell import ring
from forecasts.models import Assignment, Question, Resolution, User
from forecasts.models.resolutions import Answer
from forecasts.services.saving import save_checked
from forecasts.services.scorecards import touch_experts


def ruling_in_force(question: Question) -> Resolution | None:
    """The ruling that stands, if any; a reopened question has none."""
    latest = _latest(question)
    return None if latest is None or latest.answer == Answer.REOPENED else latest


def record_ruling(
    *,
    question: Question,
    answer: str,
    basis: str,
    as_of: datetime,
    known_at: datetime | None = None,
    reason: str = "",
    by: User | None = None,
) -> Resolution:
    """Add a ruling that supersedes the one in force, and let it take effect.

    The caller holds the question's lock. Two that race all the same meet the unique index.
    """
    latest = _latest(question)
    if latest is not None:
        Resolution.objects.filter(pk=latest.pk).supersede(as_of=as_of)
    ruling = save_checked(
        Resolution(
            question=question,
            answer=answer,
            basis=basis,
            known_at=known_at,
            reason=reason,
            resolved_at=as_of,
            resolved_by=by,
            supersedes=latest,
        )
    )
    if answer != Answer.REOPENED:
        Assignment.objects.open().filter(question=question).update(closed_at=as_of)
    touch_experts(question=question)
    for dependent in question.dependents.all():
        apply_condition(question=dependent, as_of=as_of)
    ring()
    return ruling


def apply_condition(*, question: Question, as_of: datetime) -> Resolution | None:
    """Annul a question whose parent was not ruled as needed, or undo that annulment."""
    if question.depends_on is None:
        return None
    parent = ruling_in_force(question.depends_on)
    is_unmet = parent is not None and parent.answer != question.depends_on_answer
    latest = _latest(question)
    is_annulled_so = (
        latest is not None
        and latest.basis == Resolution.Basis.CONDITION
        and latest.answer == Answer.ANNULLED
    )
    if is_unmet and not is_annulled_so:
        return _annul(question, as_of)
    if latest is not None and is_annulled_so and not is_unmet:
        return _restore(question, latest, as_of)
    return None


def _annul(question: Question, as_of: datetime) -> Resolution:
    return record_ruling(
        question=question,
        answer=Answer.ANNULLED,
        basis=Resolution.Basis.CONDITION,
        reason="The question it hangs on was not resolved as needed.",
        as_of=as_of,
    )


def _restore(question: Question, annulment: Resolution, as_of: datetime) -> Resolution:
    earlier = annulment.supersedes
    return record_ruling(
        question=question,
        answer=earlier.answer if earlier else Answer.REOPENED,
        basis=Resolution.Basis.CONDITION,
        known_at=earlier.known_at if earlier else None,
        reason="The ruling on the question it hangs on was corrected.",
        as_of=as_of,
    )


def _latest(question: Question) -> Resolution | None:
    return Resolution.objects.in_force().filter(question=question).first()
