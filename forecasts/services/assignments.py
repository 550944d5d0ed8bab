"""Giving every due question to one reviewer."""

from collections import Counter
from datetime import datetime

from django.db import IntegrityError, transaction

from forecasts.models import Assignment, Question, Role, User
from forecasts.selectors.reviews import (
    coders_of,
    hand_ons_of_round,
    questions_at_impasse,
    staff_by_role,
    verdicts_of_round,
)

BATCH = 200
READ = ("verdicts", "hand_ons", "resolutions", "amendments")


def assign_reviewers(*, as_of: datetime, limit: int = BATCH) -> int:
    """Assign due questions that nobody looks after; returns how many were assigned.

    The reviewer with the fewest open questions takes the next. Nobody gets a question they
    coded, have answered or have handed on; an impasse goes to a lead. Whoever could not be
    chosen any more is released. Safe at once: one open assignment per question is a unique index.
    """
    staff = staff_by_role()
    _release(staff, as_of)
    taken = Assignment.objects.open().values("question")
    questions = list(
        Question.objects.due(as_of).exclude(pk__in=taken).prefetch_related(*READ)[:limit]
    )
    coders, stuck = coders_of(questions), questions_at_impasse(questions)
    load = Counter(Assignment.objects.open().values_list("reviewer", flat=True))
    n_assigned = 0
    for question in questions:
        reviewer = _next_reviewer(_free(question, staff, coders, stuck), load)
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
    questions = [assignment.question for assignment in waiting]
    coders, stuck = coders_of(questions), questions_at_impasse(questions)
    lost = [
        assignment.pk
        for assignment in waiting
        if assignment.reviewer_id
        not in {user.pk for user in _free(assignment.question, staff, coders, stuck)}
    ]
    open_ones.filter(pk__in=lost).update(closed_at=as_of)


def _next_reviewer(free: list[User], load: Counter[int]) -> User | None:
    return min(free, key=lambda user: (load[user.pk], user.pk), default=None)


def _free(
    question: Question,
    staff: dict[str, list[User]],
    coders: dict[int, set[int]],
    stuck: set[int],
) -> list[User]:
    """Who may answer the question now; a lead settles only what they never answered."""
    is_stuck = question.pk in stuck
    answered = question.verdicts.all() if is_stuck else verdicts_of_round(question)
    said = [*answered, *hand_ons_of_round(question)]
    barred = coders.get(question.pk, set()) | {row.reviewer_id for row in said}
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
