"""Whether a reviewer can still take a verdict back."""

from datetime import datetime, timedelta
from typing import Any

from forecasts.exceptions import (
    ActedSinceError,
    AlreadyUndoneError,
    NotYourVerdictError,
    RuleBrokenError,
    UndoTooLateError,
)
from forecasts.models import HandOn, Question, Resolution, User, Verdict
from forecasts.selectors.freezes import latest_freeze
from forecasts.selectors.reviews import with_round

UNDO_WINDOW = timedelta(minutes=10)


def can_undo(verdict: Verdict, user: User, as_of: datetime) -> bool:
    """Whether the user can take this verdict back."""
    return bar_to_undo(verdict, user, as_of=as_of) is None


def bar_to_undo(verdict: Verdict, user: User, *, as_of: datetime) -> RuleBrokenError | None:
    """Why the user cannot take this verdict back; None where they can.

    A clock that ran back since the verdict is no bar.
    """
    if verdict.reviewer_id != user.pk:
        return NotYourVerdictError()
    if not verdict.is_counting:
        return AlreadyUndoneError()
    ruling = ruling_made_by(verdict)
    is_frozen = ruling is not None and verdict.given_at <= latest_freeze(as_of) < as_of
    if is_frozen or as_of - verdict.given_at > UNDO_WINDOW:
        return UndoTooLateError(minutes=UNDO_WINDOW // timedelta(minutes=1))
    return ActedSinceError() if _has_been_acted_on(verdict, ruling) else None


def ruling_made_by(verdict: Verdict) -> Resolution | None:
    """The ruling in force that this verdict, or its round, made; None where it made none."""
    latest = Resolution.objects.in_force().filter(question=verdict.question_id).first()
    if latest is None or latest.basis != Resolution.Basis.VERDICTS:
        return None
    return latest if _present_round(verdict) == verdict.round + 1 else None


def _has_been_acted_on(verdict: Verdict, ruling: Resolution | None) -> bool:
    """By anybody, on the question, or on the ground that the verdict's ruling laid."""
    question = verdict.question
    is_same_round = ruling is not None or _present_round(verdict) == verdict.round
    later = Verdict.objects.counting().filter(question=question, pk__gt=verdict.pk)
    amended = question.amendments.filter(amended_at__gt=verdict.given_at)
    handed_on = HandOn.objects.filter(question=question, handed_on_at__gt=verdict.given_at)
    if not is_same_round or later.exists() or amended.exists() or handed_on.exists():
        return True
    if ruling is None:
        return _has_been_ruled_since(question, verdict.given_at)
    on_that_ground = Verdict.objects.counting().filter(
        question__depends_on=question, given_at__gte=verdict.given_at
    )
    return on_that_ground.exclude(reviewer=verdict.reviewer_id).exists()


def _has_been_ruled_since(question: Question, moment: datetime) -> bool:
    since = Resolution.objects.filter(question=question, resolved_at__gt=moment)
    undone = since.filter(superseded_by__basis=Resolution.Basis.UNDO)
    return since.exclude(pk__in=undone).exclude(basis=Resolution.Basis.UNDO).exists()


def _present_round(verdict: Verdict) -> int:
    """Read anew: what hangs on the verdict's question may be from before the ruling."""
    found: Any = with_round(Question.objects.filter(pk=verdict.question_id)).get()
    return int(found.round)
