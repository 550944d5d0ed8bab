"""Taking a verdict back, shortly after it was given."""

from datetime import datetime

from forecasts.bell import ring
from forecasts.models import Assignment, Question, Resolution, User, Verdict
from forecasts.models.resolutions import Answer
from forecasts.selectors.undos import bar_to_undo, ruling_made_by, with_acts
from forecasts.services.roles import REVIEWERS, require_role
from forecasts.services.rulings import apply_condition, record_ruling
from forecasts.services.saving import atomic_or_busy, lock_question, lock_questions

REASON = "The reviewer took the verdict back within ten minutes of giving it."


@atomic_or_busy()
def undo_verdict(*, verdict: Verdict, by: User, as_of: datetime) -> Verdict:
    """Take back one's own verdict, and in the open the ruling that it made.

    Only one that is alone in its round. The question stands as before, and whose turn it was is
    asked again; but a snooze that the verdict lifted stays lifted. Raises RoleMissingError,
    NotYourVerdictError, AlreadyUndoneError, UndoTooLateError, OtherVerdictError,
    ActedSinceError.
    """
    require_role(by, REVIEWERS)
    question = lock_question(verdict.question)
    _lock_below(question)
    verdicts = Verdict.objects.select_related("question")
    row = with_acts(verdicts, question_id=question.pk).get(pk=verdict.pk)
    # Another machine's clock may be behind the one that stamped the verdict.
    moment = max(as_of, row.given_at)
    bar = bar_to_undo(row, by, as_of=moment)
    if bar is not None:
        raise bar
    has_ruled = ruling_made_by(row) is not None
    Verdict.objects.filter(pk=row.pk).withdraw(as_of=moment)
    if has_ruled:
        _undo_ruling(question, by, moment)
    _give_back(question, given_at=row.given_at, as_of=moment)
    ring()
    return Verdict.objects.get(pk=row.pk)


def _lock_below(question: Question) -> None:
    """Hold all that hangs on the question: nobody acts on it between the look and the undo.

    Level by level, as rulings cascade, so that no two wait for each other.
    """
    level = [question]
    while level:
        level = lock_questions(Question.objects.filter(depends_on__in=level))


def _undo_ruling(question: Question, by: User, as_of: datetime) -> None:
    record_ruling(
        question=question,
        answer=Answer.REOPENED,
        basis=Resolution.Basis.UNDO,
        reason=REASON,
        by=by,
        as_of=as_of,
    )
    # What annuls a question from outside is not lifted with it.
    apply_condition(question=question, as_of=as_of)


def _give_back(question: Question, *, given_at: datetime, as_of: datetime) -> None:
    """Open the assignments again that the verdict closed, in place of those made since.

    Not where another has moved up meanwhile, as a backup does: they keep the seat.
    """
    assignments = Assignment.objects.filter(question=question)
    standing = assignments.open().filter(assigned_at__lt=given_at)
    taken = {key for row in standing for key in (row.kind, row.reviewer_id)}
    back = []
    for row in assignments.filter(closed_at=given_at):
        if taken.isdisjoint((row.kind, row.reviewer_id)):
            taken.update((row.kind, row.reviewer_id))
            back.append(row.pk)
    if back:
        assignments.open().filter(assigned_at__gte=given_at).update(closed_at=as_of)
        assignments.filter(pk__in=back).update(closed_at=None)
