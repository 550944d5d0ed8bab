"""Giving questions to reviewers: by the sweep, fairly, and by hand."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from forecasts.bell import ring
from forecasts.exceptions import (
    NotYoursToAssignError,
    ReviewerAwayError,
    ReviewerBarredError,
    ReviewerMissingError,
    WaitReasonMissingError,
)
from forecasts.models import Assignment, Question, Role, User
from forecasts.selectors.rosters import Attendance, Roster, read_attendance, read_roster
from forecasts.selectors.seatings import Seating, read_seating
from forecasts.selectors.waits import Waits, read_waits
from forecasts.services.roles import COLLECTORS, require_role
from forecasts.services.saving import atomic_or_busy, lock_questions, save_all_checked
from forecasts.services.snoozes import check_answerable

Kind = Assignment.Kind


def assign_reviewers(
    *,
    as_of: datetime,
    waits: Waits | None = None,
    early: Collection[int] = (),
    attendance: Attendance | None = None,
) -> int:
    """Give every question that somebody has to look at to a reviewer; returns how many it gave.

    Those are the questions that want an answer and, by id, the `early` ones, which come due soon.
    Whoever has the fewest open questions takes the next; among equals, whoever knows most of
    its topics. After a week without an answer a backup is asked, too. Nobody gets a question
    they coded or have answered, or gets one while they are away; an impasse goes to a lead.
    Whoever could not be chosen any more is released. Safe at once: of each kind, a question has
    one open assignment. A caller who has read `waits` and `attendance` can hand them in.
    """
    waits = read_waits() if waits is None else waits
    seating = read_seating(waits, as_of=as_of, early=early)
    roster = read_roster(seating.questions, attendance or read_attendance(as_of))
    _close(seating.release(roster), as_of)
    _promote(seating)
    given = [
        Assignment(
            question_id=question,
            reviewer=reviewer,
            kind=kind,
            assigned_at=as_of,
        )
        for question, reviewer, kind in seating.fill(roster)
    ]
    Assignment.objects.bulk_create(given, ignore_conflicts=True)
    return len(given)


def _close(assignments: list[int], as_of: datetime) -> None:
    if assignments:
        Assignment.objects.open().filter(pk__in=assignments).update(closed_at=as_of)


def _promote(seating: Seating) -> None:
    """Let a backup whose first has gone be the first."""
    for assignment in seating.promote():
        try:
            with transaction.atomic():
                Assignment.objects.open().filter(pk=assignment).update(kind=Kind.FIRST)
        except IntegrityError:
            continue  # another sweep has found somebody


@atomic_or_busy()
def assign_questions(
    *,
    questions: Collection[Question],
    reviewer: User,
    by: User,
    reason: str = "",
    as_of: datetime,
) -> list[Assignment]:
    """Give questions to somebody by hand: all of them, or none where one is refused.

    Whoever was asked first is released, a backup stays. A lead gives to anybody, with a reason;
    reviewers take for themselves. Raises RoleMissingError, NotYoursToAssignError,
    WaitReasonMissingError, ReviewerMissingError, ReviewerAwayError, ReviewerBarredError,
    NothingToAskError, and ValidationError for a reason that cannot be stored.
    """
    _check_hand(reviewer, by, reason)
    rows = lock_questions(Question.objects.filter(pk__in=[row.pk for row in questions]))
    check_answerable(rows)
    roster = read_roster([row.pk for row in rows], read_attendance(as_of))
    for row in rows:
        _check_reviewer(row, reviewer, roster)
    _make_room(rows, reviewer, as_of)
    assignments = [
        Assignment(
            question=row,
            reviewer=reviewer,
            kind=Kind.LEAD if row.pk in roster.stuck else Kind.FIRST,
            assigned_at=as_of,
            assigned_by=by,
            reason=reason,
        )
        for row in rows
    ]
    save_all_checked(assignments)
    ring()
    return assignments


def _check_hand(reviewer: User, by: User, reason: str) -> None:
    require_role(by, COLLECTORS)
    if reviewer.pk == by.pk:
        return
    if not by.has_role(Role.LEAD):
        raise NotYoursToAssignError
    if not reason.strip():
        raise WaitReasonMissingError(field="reason")


def _check_reviewer(question: Question, reviewer: User, roster: Roster) -> None:
    name, role = reviewer.get_full_name() or reviewer.username, roster.role_for(question.pk)
    if reviewer not in roster.attendance.staff[role]:
        raise ReviewerMissingError(name=name, role=role.value, field="reviewer")
    if reviewer.pk in roster.attendance.away:
        raise ReviewerAwayError(
            name=name, back=roster.attendance.away[reviewer.pk], field="reviewer"
        )
    if reviewer.pk in roster.barred(question.pk):
        raise ReviewerBarredError(name=name, title=question.title, field="reviewer")


def _make_room(questions: list[Question], reviewer: User, as_of: datetime) -> None:
    """Release whoever was asked first, and the reviewer from whatever they were asked as."""
    seated = Assignment.objects.open().filter(question__in=questions)
    seated.exclude(kind=Kind.BACKUP).update(closed_at=as_of)
    seated.filter(reviewer=reviewer).update(closed_at=as_of)
