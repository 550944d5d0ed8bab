"""Letting questions rest for a while, with a reason."""

from collections.abc import Collection
from datetime import datetime, timedelta

from forecasts.bell import ring
from forecasts.exceptions import (
    NothingToAskError,
    NotSnoozedError,
    SnoozeLengthError,
    WaitReasonMissingError,
)
from forecasts.models import Question, Snooze, User
from forecasts.services.roles import COLLECTORS, require_role
from forecasts.services.saving import (
    atomic_or_busy,
    lock_question,
    lock_questions,
    save_all_checked,
)

LONGEST = timedelta(days=366)
LENGTHS = {
    Snooze.Kind.WEEK: timedelta(days=7),
    Snooze.Kind.MONTH: timedelta(days=30),
    Snooze.Kind.NOT_KNOWABLE: timedelta(days=30),
}
# Of these, `until` says when they end.
TO_A_DATE = (Snooze.Kind.DATE, Snooze.Kind.NOT_KNOWABLE)


@atomic_or_busy()
def snooze_questions(
    *,
    questions: Collection[Question],
    kind: str,
    until: datetime | None = None,
    reason: str,
    by: User,
    as_of: datetime,
) -> list[Snooze]:
    """Ask nobody about the questions for a while: all of them, or none where one is refused.

    A snooze that lasts already is replaced. `until` is for `date`, which needs it, and for
    `not_knowable`, which lasts a month without it. Raises RoleMissingError,
    WaitReasonMissingError, SnoozeLengthError, NothingToAskError, and ValidationError for a
    reason that cannot be stored.
    """
    require_role(by, COLLECTORS)
    if not reason.strip():
        raise WaitReasonMissingError(field="reason")
    ends_at = _end(kind, until, as_of)
    rows = lock_questions(Question.objects.filter(pk__in=[row.pk for row in questions]))
    check_answerable(rows)
    for row in rows:
        lift_snoozes(question=row, as_of=as_of)
    snoozes = [
        Snooze(
            question=row, kind=kind, until=ends_at, reason=reason, snoozed_by=by, snoozed_at=as_of
        )
        for row in rows
    ]
    save_all_checked(snoozes)
    ring()
    return snoozes


@atomic_or_busy()
def lift_snooze(*, question: Question, by: User, as_of: datetime) -> None:
    """Ask about the question again, from now on. Raises RoleMissingError, NotSnoozedError."""
    require_role(by, COLLECTORS)
    if not lift_snoozes(question=lock_question(question), as_of=as_of):
        raise NotSnoozedError
    ring()


def lift_snoozes(*, question: Question, as_of: datetime) -> int:
    """End what snooze lasts, because something happened; returns how many there were.

    The caller holds the question's lock.
    """
    return Snooze.objects.in_force(as_of).filter(question=question).update(lifted_at=as_of)


def check_answerable(questions: Collection[Question]) -> None:
    """Raise NothingToAskError for one that is resolved, or waits for its condition."""
    ids = [question.pk for question in questions]
    answerable = set(Question.objects.answerable().filter(pk__in=ids).values_list("pk", flat=True))
    for question in questions:
        if question.pk not in answerable:
            raise NothingToAskError(title=question.title)


def _end(kind: str, until: datetime | None, as_of: datetime) -> datetime:
    if kind in TO_A_DATE and until is not None:
        ends_at = until
    elif kind in LENGTHS:
        ends_at = as_of + LENGTHS[Snooze.Kind(kind)]
    else:
        raise SnoozeLengthError(field="until")
    if not as_of < ends_at <= as_of + LONGEST:
        raise SnoozeLengthError(field="until")
    return ends_at
