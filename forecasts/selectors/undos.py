"""Whether a reviewer can still take a verdict back."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

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
# UNION rather than UNION ALL: it would end even in a ring.
BELOW = """
WITH RECURSIVE below (id) AS (
    SELECT id FROM {table} WHERE depends_on_id = %s
    UNION SELECT child.id FROM {table} child JOIN below ON child.depends_on_id = below.id
)
SELECT id FROM below
"""


def with_acts(verdicts: QuerySet[Verdict], *, question_id: int) -> QuerySet[Any]:
    """The question's verdicts, annotated with what anybody did since each was given.

    `is_acted_on`: to the question. `is_built_on`: by others, to what hangs on it, however far
    down.
    """
    annotated: QuerySet[Any] = verdicts.filter(question=question_id).annotate(
        is_acted_on=_any_of(_acts_since(OuterRef("given_at"))),
        is_built_on=_any_of(_built_since(OuterRef("given_at"), _hanging_on(question_id))),
    )
    return annotated


def _hanging_on(question_id: int) -> RawSQL:
    """The ids of the questions below, in one query with whatever asks for them."""
    sql = BELOW.format(table=connection.ops.quote_name(Question._meta.db_table))
    return RawSQL(sql, [question_id])  # noqa: S611, our own, with the id as a parameter


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
    about = (
        Q(**own) | Q(resolution__question=own["question"]) | Q(forecast__question=own["question"])
    )
    return (
        Amendment.objects.filter(**own, amended_at__gt=moment),
        HandOn.objects.filter(**own, handed_on_at__gt=moment),
        Assignment.objects.filter(**own, assigned_by__isnull=False, assigned_at__gt=moment),
        _disputes_since(about, moment),
    )


def _built_since(moment: OuterRef, below: RawSQL) -> tuple[QuerySet[Any], ...]:
    on_it, oneself = {"question_id__in": below}, OuterRef("reviewer")
    lead = Resolution.Basis.LEAD
    return (
        Verdict.objects.counting().filter(**on_it, given_at__gte=moment).exclude(reviewer=oneself),
        HandOn.objects.filter(**on_it, handed_on_at__gte=moment).exclude(reviewer=oneself),
        Resolution.objects.filter(**on_it, basis=lead, resolved_at__gte=moment),
        # It may be about the very ruling that would fall.
        _disputes_since(Q(resolution__question_id__in=below), moment),
    )


def _disputes_since(about: Q, moment: OuterRef) -> QuerySet[Dispute]:
    """Disputes that were opened, acknowledged or decided after a moment."""
    return Dispute.objects.filter(
        Q(received_at__gt=moment)
        | Q(acknowledged_at__gt=moment)
        | Q(decisions__decided_at__gt=moment),
        about,
    )


def _any_of(kinds: tuple[QuerySet[Any], ...]) -> Q:
    found = Q()
    for rows in kinds:
        found |= Q(Exists(rows))
    return found
