"""Whether a reviewer can still take a verdict back."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from forecasts.exceptions import (
    ActedSinceError,
    AlreadyUndoneError,
    NotYourVerdictError,
    OtherVerdictError,
    RuleBrokenError,
    UndoTooLateError,
)
from forecasts.models import (
    Amendment,
    Assignment,
    Dispute,
    HandOn,
    Question,
    Resolution,
    User,
    Verdict,
)
from forecasts.selectors.freezes import latest_freeze
from forecasts.selectors.reviews import round_of

UNDO_WINDOW = timedelta(minutes=10)


def with_acts(verdicts: QuerySet[Verdict]) -> QuerySet[Any]:
    """The verdicts, annotated with what anybody did since each was given.

    `is_acted_on`: to its question. `is_built_on`: by others, to questions that hang on it.
    """
    annotated: QuerySet[Any] = verdicts.annotate(
        is_acted_on=_any_of(_acts_since(OuterRef("given_at"))),
        is_built_on=_any_of(_built_since(OuterRef("given_at"))),
    )
    return annotated


def bar_to_undo(verdict: Any, user: User, *, as_of: datetime) -> RuleBrokenError | None:
    """Why the user cannot take this verdict back; None where they can.

    `verdict` is as with_acts reads it; of its question, prefetched rows are read where present.
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
    if _has_company(verdict):
        return OtherVerdictError()
    return ActedSinceError() if _has_been_acted_on(verdict, ruling) else None


def ruling_made_by(verdict: Verdict) -> Resolution | None:
    """The ruling in force that this verdict, or its round, made; None where it made none."""
    question = verdict.question
    rows = question.resolutions.all()
    latest = next((row for row in rows if row.superseded_at is None), None)
    if latest is None or latest.basis != Resolution.Basis.VERDICTS:
        return None
    return latest if round_of(question) == verdict.round + 1 else None


def _has_company(verdict: Verdict) -> bool:
    """Whether somebody else answered in its round: the outcome told the two of each other."""
    others = (row for row in verdict.question.verdicts.all() if row.pk != verdict.pk)
    return any(row.round == verdict.round and row.is_counting for row in others)


def _has_been_acted_on(verdict: Any, ruling: Resolution | None) -> bool:
    """By anybody, on the question, or on the ground that the verdict's ruling laid."""
    if verdict.is_acted_on:
        return True
    if ruling is not None:
        return bool(verdict.is_built_on)
    question = verdict.question
    return round_of(question) != verdict.round or _has_been_ruled_since(question, verdict.given_at)


def _has_been_ruled_since(question: Question, moment: datetime) -> bool:
    rows = question.resolutions.all()
    undos = [row for row in rows if row.basis == Resolution.Basis.UNDO]
    gone = {row.pk for row in undos} | {row.supersedes_id for row in undos}
    return any(row.resolved_at > moment for row in rows if row.pk not in gone)


def _acts_since(moment: OuterRef) -> tuple[QuerySet[Any], ...]:
    own = {"question": OuterRef("question")}
    disputes = Dispute.objects.filter(
        Q(**own) | Q(resolution__question=own["question"]) | Q(forecast__question=own["question"])
    )
    return (
        Amendment.objects.filter(**own, amended_at__gt=moment),
        HandOn.objects.filter(**own, handed_on_at__gt=moment),
        Assignment.objects.filter(**own, assigned_by__isnull=False, assigned_at__gt=moment),
        disputes.filter(Q(received_at__gt=moment) | Q(acknowledged_at__gt=moment)),
    )


def _built_since(moment: OuterRef) -> tuple[QuerySet[Any], ...]:
    on_it, oneself = {"question__depends_on": OuterRef("question")}, OuterRef("reviewer")
    lead = Resolution.Basis.LEAD
    return (
        Verdict.objects.counting().filter(**on_it, given_at__gte=moment).exclude(reviewer=oneself),
        HandOn.objects.filter(**on_it, handed_on_at__gte=moment).exclude(reviewer=oneself),
        Resolution.objects.filter(**on_it, basis=lead, resolved_at__gte=moment),
    )


def _any_of(kinds: tuple[QuerySet[Any], ...]) -> Q:
    found = Q()
    for rows in kinds:
        found |= Q(Exists(rows))
    return found
