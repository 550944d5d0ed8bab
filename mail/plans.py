"""A question's plan: its checks, past and to come, and what became of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q, prefetch_related_objects

from forecasts.models import Question, Snooze
from mail.models import Asking, Prompt


class CheckState(StrEnum):
    """What has become of a check."""

    WAITING = "waiting"
    SNOOZED = "snoozed"
    MAILED = "mailed"
    ANSWERED = "answered"
    PASSED = "passed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Mailing:
    """Somebody who was asked at a check."""

    reviewer: str
    asked_at: datetime
    sent_at: datetime | None
    """When the mail server took the mail; None while it is on its way, or where it failed."""


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """One check."""

    kind: Prompt.Kind
    day: int
    due_at: datetime
    state: CheckState
    mailings: tuple[Mailing, ...]
    is_from_deadline: bool
    """Whether it counts from the deadline as it is now."""
    answered_by: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one question at one time."""

    counts_from: datetime | None
    """When an answer is wanted; None for a question that is resolved or waits for another."""
    snooze: Snooze | None
    """The one in force, with its reason."""
    checks: tuple[PlannedCheck, ...]
    """By when they are due. Series that never end show their next check only."""
    snoozes: tuple[Snooze, ...]
    """All that there were, the first one first; one that was renewed ended early."""


def plan_of(question: Question, as_of: datetime) -> Plan:
    """The checks as the last sweep armed them.

    Reads `arming` and prefetched `snoozes` where present.
    """
    arming = getattr(question, "arming", None)
    live = Prompt.objects.live(as_of).filter(question=question)
    prompts: Iterable[Any] = (
        Prompt.objects.filter(question=question)
        .select_related("answered_by")
        .annotate(is_live=Q(pk__in=live.values("pk")))
    )
    askings = Asking.objects.select_related("reviewer", "delivery")
    mailings: dict[int, list[Mailing]] = {}
    for asking in askings.filter(prompt__question=question):
        mailings.setdefault(asking.prompt_id, []).append(_mailing(asking))
    prefetch_related_objects([question], "snoozes__snoozed_by")
    snoozes = tuple(question.snoozes.all())
    snooze = _in_force(snoozes, as_of)
    return Plan(
        counts_from=arming.counts_from if arming else None,
        snooze=snooze,
        checks=tuple(
            _check(
                prompt,
                tuple(mailings.get(prompt.pk, ())),
                deadline=question.deadline,
                is_live=prompt.is_live,
                snooze=snooze,
                as_of=as_of,
            )
            for prompt in prompts
        ),
        snoozes=snoozes,
    )


def _in_force(snoozes: Iterable[Snooze], as_of: datetime) -> Snooze | None:
    rows = [row for row in snoozes if row.lifted_at is None and row.until > as_of]
    return max(rows, key=lambda row: row.until, default=None)


def _mailing(asking: Asking) -> Mailing:
    reviewer, delivery = asking.reviewer, asking.delivery
    return Mailing(
        reviewer=reviewer.get_full_name() or reviewer.username,
        asked_at=asking.asked_at,
        sent_at=delivery.sent_at if delivery else None,
    )


def _check(
    prompt: Prompt,
    mailings: tuple[Mailing, ...],
    *,
    deadline: datetime,
    is_live: bool,
    snooze: Snooze | None,
    as_of: datetime,
) -> PlannedCheck:
    by = prompt.answered_by
    return PlannedCheck(
        kind=Prompt.Kind(prompt.kind),
        day=prompt.day,
        due_at=prompt.due_at,
        state=_state(prompt, is_mailed=bool(mailings), is_live=is_live, snooze=snooze, as_of=as_of),
        mailings=mailings,
        is_from_deadline=prompt.counts_from == deadline,
        answered_by=by.get_full_name() or by.username if by else "",
        answered_at=prompt.answered_at,
    )


def _state(
    prompt: Prompt, *, is_mailed: bool, is_live: bool, snooze: Snooze | None, as_of: datetime
) -> CheckState:
    if prompt.answered_at:
        return CheckState.ANSWERED
    if is_mailed:
        return CheckState.MAILED
    if prompt.cancelled_at:
        return CheckState.CANCELLED
    if snooze and prompt.due_at < snooze.until:
        return CheckState.SNOOZED
    if is_live or prompt.due_at > as_of:
        return CheckState.WAITING
    return CheckState.PASSED
