"""Giving every due question to one reviewer."""

from collections import Counter
from datetime import datetime

from django.db import IntegrityError, transaction

from forecasts.models import Assignment, Question, Role, User
from forecasts.selectors.reviews import coders_of, has_impasse, staff_by_role, verdicts_of_round

BATCH = 200
READ = ("verdicts", "resolutions", "amendments")


def assign_reviewers(*, as_of: datetime, limit: int = BATCH) -> int:
    """Assign due questions that nobody looks after; returns how many were assigned.

    The reviewer with the fewest open questions takes the next. Nobody gets a question they
    coded or have answered; an impasse goes to a lead. Whoever could not be chosen any more is
    released. Safe at once: one open assignment per question is a unique index.
    """
    staff = staff_by_role()
    _release(staff, as_of)
    taken = Assignment.objects.open().values("question")
    questions = list(
        Question.objects.due(as_of).exclude(pk__in=taken).prefetch_related(*READ)[:limit]
    )
    coders = coders_of(questions)
    load = Counter(Assignment.objects.open().values_list("reviewer", flat=True))
    n_assigned = 0
    for question in questions:
        reviewer = _next_reviewer(question, staff, coders, load)
        if reviewer is not None and _assign(question, reviewer, as_of):
            load[reviewer.pk] += 1
            n_assigned += 1
    return n_assigned


def _release(staff: dict[str, list[User]], as_of: datetime) -> None:
    open_ones = Assignment.objects.open()
    open_ones.exclude(question__in=Question.objects.due(as_of)).update(closed_at=as_of)
    waiting = list(
        open_ones.select_related("question").prefetch_related(*(f"question__{n}" for n in READ))
    )
    coders = coders_of([assignment.question for assignment in waiting])
    lost = [
        assignment.pk
        for assignment in waiting
        if assignment.reviewer_id
        not in {user.pk for user in _free(assignment.question, staff, coders)}
    ]
    open_ones.filter(pk__in=lost).update(closed_at=as_of)


def _next_reviewer(
    question: Question,
    staff: dict[str, list[User]],
    coders: dict[int, set[int]],
    load: Counter[int],
) -> User | None:
    free = _free(question, staff, coders)
    return min(free, key=lambda user: (load[user.pk], user.pk), default=None)


def _free(
    question: Question, staff: dict[str, list[User]], coders: dict[int, set[int]]
) -> list[User]:
    """Who may answer the question now; a lead settles only what they never answered."""
    verdicts = verdicts_of_round(question)
    is_stuck = has_impasse(verdicts)
    given = [verdict for verdict in question.verdicts.all() if verdict.is_counting]
    answered = given if is_stuck else verdicts
    barred = coders.get(question.pk, set()) | {verdict.reviewer_id for verdict in answered}
    return [
        user for user in staff[Role.LEAD if is_stuck else Role.REVIEWER] if user.pk not in barred
    ]


def _assign(question: Question, reviewer: User, as_of: datetime) -> bool:
    try:
        with transaction.atomic():
            Assignment.objects.create(question=question, reviewer=reviewer, assigned_at=as_of)
    except IntegrityError:
        return False
    return True
