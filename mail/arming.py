"""Keeping each question's checks armed: rows that say when somebody is to be asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from forecasts.models import Question
from forecasts.selectors.waits import Waits, with_wait
from forecasts.services.saving import lock_questions
from mail.models import Arming, Prompt
from mail.models.prompts import CHECK_DAYS, NOTICE_DAYS, REPEAT_DAYS

BATCH = 500
DAY = timedelta(days=1)
# Looks before the deadline, where the question does not say how often.
USUAL_INTERIM_DAYS = 30
SHORT_HORIZON = timedelta(days=92)

Key = tuple[int, str, datetime, int]


@dataclass(frozen=True, slots=True)
class Check:
    """One check as it should be armed."""

    kind: str
    counts_from: datetime
    day: int

    @property
    def due_at(self) -> datetime:
        """When somebody is to be asked."""
        return self.counts_from + self.day * DAY


def arm_prompts(*, as_of: datetime) -> tuple[Waits, Waits]:
    """See to it that every question that can be answered has its checks, and no other has.

    Returns those questions, each with the moment at which it wants an answer, longest wait first,
    and once more, each with that moment without regard to snoozes.
    Safe at once: a check is unique, and the questions are locked while theirs are written.
    """
    rows = list(_fits().all())
    wished = {pk: fit for pk, _, *fit in rows}
    armed, spent = {}, set()
    for arming in Arming.objects.all():
        armed[arming.pk] = [arming.counts_from, arming.interim_days]
        spent |= {arming.pk} if arming.next_at <= as_of else set()
    _disarm(list(armed.keys() - wished.keys()), as_of)
    stale = [pk for pk, fit in wished.items() if pk in spent or armed.get(pk) != fit]
    for start in range(0, len(stale), BATCH):
        _arm(stale[start : start + BATCH], as_of)
    waits = {pk: wanted_since for pk, (wanted_since, _) in wished.items()}
    return waits, {pk: unanswered_since for pk, unanswered_since, *_ in rows}


@cache
def _fits() -> QuerySet[Any, Any]:
    """Each question's wait, and what its checks have to fit. Built once: that takes longer."""
    rows = with_wait(Question.objects.answerable()).order_by("wanted_since", "pk")
    return rows.values_list("pk", "unanswered_since", "wanted_since", "interim_days")


def _disarm(questions: list[int], as_of: datetime) -> None:
    if questions:
        Prompt.objects.waiting().filter(question__in=questions).update(cancelled_at=as_of)
        Arming.objects.filter(pk__in=questions).delete()


@transaction.atomic
def _arm(questions: list[int], as_of: datetime) -> None:
    # Held, so that no sweep with an older view writes over a newer one's checks.
    lock_questions(Question.objects.filter(pk__in=questions))
    rows = list(with_wait(Question.objects.answerable().filter(pk__in=questions)))
    checks = {row.pk: list(checks_of(row, as_of)) for row in rows}
    _write_checks(checks, as_of)
    Arming.objects.bulk_create(
        [
            Arming(
                question=row,
                counts_from=row.wanted_since,
                interim_days=row.interim_days,
                next_at=_next_at(checks[row.pk], as_of),
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["question"],
        update_fields=["counts_from", "interim_days", "next_at"],
    )


def _next_at(checks: list[Check], as_of: datetime) -> datetime:
    """When the first of the series that go on has come to the last check that is armed."""
    series: dict[str, datetime] = {}
    for check in checks:
        if check.kind != Prompt.Kind.NOTICE:
            series[check.kind] = max(check.due_at, series.get(check.kind, check.due_at))
    return min(last for last in series.values() if last > as_of)


def _write_checks(checks: dict[int, list[Check]], as_of: datetime) -> None:
    """Let the questions have these checks; others that wait are cancelled."""
    wished = {
        (question, check.kind, check.counts_from, check.day): check
        for question, of_question in checks.items()
        for check in of_question
    }
    found = {_key(prompt): prompt for prompt in Prompt.objects.filter(question__in=checks)}
    superfluous = [prompt.pk for key, prompt in found.items() if key not in wished]
    Prompt.objects.waiting().filter(pk__in=superfluous).update(cancelled_at=as_of)
    # A question that could not be answered for a while finds its checks, cancelled.
    cancelled = [found[key].pk for key in wished if key in found and found[key].cancelled_at]
    Prompt.objects.filter(pk__in=cancelled).update(cancelled_at=None)
    Prompt.objects.bulk_create(
        [
            Prompt(question_id=question, kind=kind, counts_from=start, day=day, due_at=check.due_at)
            for (question, kind, start, day), check in wished.items()
            if (question, kind, start, day) not in found
        ],
        ignore_conflicts=True,
    )


def _key(prompt: Prompt) -> Key:
    return prompt.question_id, prompt.kind, prompt.counts_from, prompt.day


def checks_of(question: Any, as_of: datetime) -> Iterator[Check]:
    """The checks that a question, annotated by with_wait, should have at `as_of`.

    Notices, the checks of what is due, and of the series that go on for ever the last one that
    has come and the next.
    """
    wanted_since = question.wanted_since
    if wanted_since == question.deadline:
        notices = (Check(Prompt.Kind.NOTICE, wanted_since, day) for day in NOTICE_DAYS)
        # Nobody hears of notices that were due before the question was as it is.
        yield from (notice for notice in notices if notice.due_at > question.changed_at)
    for day in (*CHECK_DAYS, *_repeats(as_of - wanted_since)):
        yield Check(Prompt.Kind.DUE, wanted_since, day)
    if wanted_since > as_of:
        yield from _interims(question, as_of)


def _repeats(waited: timedelta) -> Iterator[int]:
    n_passed = waited // (REPEAT_DAYS * DAY)
    for number in (n_passed, n_passed + 1):
        if number * REPEAT_DAYS > CHECK_DAYS[-1]:
            yield number * REPEAT_DAYS


def _interims(question: Any, as_of: datetime) -> Iterator[Check]:
    opened = question.opens_at or question.recorded_at
    every = interim_days_of(question)
    if not every:
        return
    n_passed = (max(as_of, question.changed_at) - opened) // (every * DAY)
    for number in (n_passed, n_passed + 1):
        check = Check(Prompt.Kind.INTERIM, opened, number * every)
        if number > 0 and question.changed_at < check.due_at < question.deadline:
            yield check


def interim_days_of(question: Question) -> int:
    """How many days lie between looks before the deadline; 0 where nobody looks."""
    if question.interim_days is not None:
        return question.interim_days
    opened = question.opens_at or question.recorded_at
    return USUAL_INTERIM_DAYS if question.deadline - opened > SHORT_HORIZON else 0
