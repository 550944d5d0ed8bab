"""Writing rulings down, and what follows from them for the questions that hang on one."""

from datetime import datetime

from forecasts.bell import ring
from forecasts.exceptions import ConditionOpenError, TooEarlyError
from forecasts.models import Assignment, Question, Resolution, User
from forecasts.models.resolutions import Answer
from forecasts.selectors.clusters import fixed_questions
from forecasts.selectors.rulings import ruling_in_force
from forecasts.services.ledgers import appended_last, enter, enter_questions
from forecasts.services.saving import lock_questions, save_checked
from forecasts.services.scorecards import touch_experts
from forecasts.services.snoozes import lift_snoozes

DECISIVE = (Answer.YES, Answer.NO)
EARLY = (Answer.YES, Answer.NO, Answer.ANNULLED)
WITHOUT_CONDITION = (Answer.ANNULLED, Answer.REOPENED)


def check_time(question: Question, answer: str, as_of: datetime) -> None:
    """Whether the question can be answered so by now.

    Raises ConditionOpenError, TooEarlyError.
    """
    parent = question.depends_on
    if parent is not None and answer not in WITHOUT_CONDITION:
        ruling = ruling_in_force(parent)
        if ruling is None or ruling.answer != question.depends_on_answer:
            raise ConditionOpenError(parent=parent.title, needed=question.depends_on_answer)
    if question.deadline > as_of and answer not in EARLY:
        raise TooEarlyError(deadline=question.deadline, field="answer")


@appended_last()
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

    The caller holds the question's lock. Two that race all the same meet the unique index. A
    clock behind the one that stamped the last ruling does not turn their order around.
    """
    latest = _latest(question)
    as_of = max(as_of, latest.resolved_at) if latest else as_of
    joins = not fixed_questions().filter(pk=question.pk).exists()
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
    if joins and basis != Resolution.Basis.CONDITION:
        enter_questions(ids=[question.pk])
    enter(kind="resolution", ids=[ruling.pk])
    if answer != Answer.REOPENED:
        Assignment.objects.open().filter(question=question).update(closed_at=as_of)
    lift_snoozes(question=question, as_of=as_of)
    touch_experts(question=question, as_of=as_of, joins=joins)
    # Not question.dependents: they would look at the question as it was read before the ruling.
    for dependent in lock_questions(Question.objects.filter(depends_on=question.pk)):
        apply_condition(question=dependent, as_of=as_of)
    ring()
    return ruling


def apply_condition(*, question: Question, as_of: datetime) -> Resolution | None:
    """Annul a question whose parent was not ruled as needed, or undo that annulment.

    While the parent has no ruling (any more), the annulment holds for a question that has an
    answer of its own; one without an answer waits. The caller holds the question's lock.
    """
    latest = _latest(question)
    is_annulled_so = (
        latest is not None
        and latest.basis == Resolution.Basis.CONDITION
        and latest.answer == Answer.ANNULLED
    )
    own = latest.supersedes if latest is not None and is_annulled_so else latest
    is_unmet = _is_unmet(question, own)
    if is_unmet and not is_annulled_so:
        return _annul(question, as_of)
    if latest is not None and is_annulled_so and not is_unmet:
        return _restore(question, latest, as_of)
    return None


def _is_unmet(question: Question, own: Resolution | None) -> bool:
    """`own` is what was ruled on the question itself, its condition aside."""
    if question.depends_on is None:
        return False
    parent = ruling_in_force(question.depends_on)
    if parent is None:
        return own is not None and own.answer not in WITHOUT_CONDITION
    return parent.answer != question.depends_on_answer


def _annul(question: Question, as_of: datetime) -> Resolution:
    return record_ruling(
        question=question,
        answer=Answer.ANNULLED,
        basis=Resolution.Basis.CONDITION,
        reason="The question it hangs on is not resolved as needed.",
        as_of=as_of,
    )


def _restore(question: Question, annulment: Resolution, as_of: datetime) -> Resolution:
    earlier = annulment.supersedes
    return record_ruling(
        question=question,
        answer=earlier.answer if earlier else Answer.REOPENED,
        basis=Resolution.Basis.CONDITION,
        known_at=earlier.known_at if earlier else None,
        reason="What it hangs on no longer stands in the way.",
        as_of=as_of,
    )


def _latest(question: Question) -> Resolution | None:
    return Resolution.objects.in_force().filter(question=question).first()
