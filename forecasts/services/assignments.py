"""Giving every due question to one reviewer."""

from collections import Counter
from datetime import datetime

from django.db import IntegrityError, transaction

from forecasts.models import Assignment, Question, Role, User
from forecasts.selectors.reviews import coders_of, has_impasse, staff_by_role, verdicts_of_round

BATCH = 200


def assign_reviewers(*, as_of: datetime, limit: int = BATCH) -> int:
    """Assign due questions that nobody looks after; returns how many were assigned.

    The reviewer with the fewest open questions takes the next. Nobody gets a question they
    coded or have answered; an impasse goes to a lead. Safe at once: one open assignment per
    question is a unique index.
    """
    _release(as_of)
    taken = Assignment.objects.open().values("question")
    questions = list(
        Question.objects.due(as_of)
        .exclude(pk__in=taken)
        .prefetch_related("verdicts", "resolutions")[:limit]
    )
    coders = coders_of(questions)
    staff = staff_by_role()
    load = Counter(Assignment.objects.open().values_list("reviewer", flat=True))
    n_assigned = 0
    for question in questions:
        reviewer = _next_reviewer(question, staff, coders.get(question.pk, set()), load)
        if reviewer is not None and _assign(question, reviewer, as_of):
            load[reviewer.pk] += 1
            n_assigned += 1
    return n_assigned


def _release(as_of: datetime) -> None:
    open_ones = Assignment.objects.open()
    open_ones.exclude(question__in=Question.objects.due(as_of)).update(closed_at=as_of)
    open_ones.exclude(
        reviewer__is_active=True, reviewer__groups__name__in=(Role.REVIEWER, Role.LEAD)
    ).update(closed_at=as_of)


def _next_reviewer(
    question: Question, staff: dict[str, list[User]], coders: set[int], load: Counter[int]
) -> User | None:
    verdicts = verdicts_of_round(question)
    role = Role.LEAD if has_impasse(verdicts) else Role.REVIEWER
    barred = coders | {verdict.reviewer_id for verdict in verdicts}
    free = [user for user in staff[role] if user.pk not in barred]
    return min(free, key=lambda user: (load[user.pk], user.pk), default=None)


def _assign(question: Question, reviewer: User, as_of: datetime) -> bool:
    try:
        with transaction.atomic():
            Assignment.objects.create(question=question, reviewer=reviewer, assigned_at=as_of)
    except IntegrityError:
        return False
    return True
