"""Deciding what becomes of a proposal: recorded, left out with a reason, or no forecast at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from forecasts import article_refusals as refusals
from forecasts.models import (
    Expert,
    Forecast,
    LexiconPhrase,
    Proposal,
    ProposalDecision,
    Question,
    Topic,
    UnscorableStatement,
    User,
)
from forecasts.services.codings import record_coding
from forecasts.services.forecasts import record_forecast
from forecasts.services.ledgers import appended_last
from forecasts.services.questions import record_question
from forecasts.services.roles import CODERS, require_role
from forecasts.services.saving import atomic_or_busy, lock_article, save_checked
from forecasts.services.statements import record_unscorable_statement

Kind = ProposalDecision.Kind
FINAL = {Kind.RECORDED, Kind.UNSCORABLE}


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """A question that is recorded with the first forecast on it."""

    question: Question
    topics: Iterable[Topic] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """The coder's own reading of the words, as P(yes)."""

    low: Decimal
    mid: Decimal
    high: Decimal
    note: str = ""
    entry: LexiconPhrase | None = None


@atomic_or_busy()
def decide_proposal(
    *, proposal: Proposal, kind: Kind, seen: int | None, by: User, as_of: datetime
) -> ProposalDecision:
    """Accept or reject. seen: the decision that was in force when this one was taken.

    Raises RoleMissingError, DecidedMeanwhileError, ReopenedMeanwhileError, RecordedAlreadyError.
    """
    _take(proposal, seen, by, as_of)
    return _decide(proposal, kind, by, as_of)


@atomic_or_busy()
def reopen_proposal(*, proposal: Proposal, seen: int | None, by: User, as_of: datetime) -> None:
    """Take an acceptance or a rejection back. Raises as decide_proposal does."""
    _take(proposal, seen, by, as_of)


@atomic_or_busy()
@appended_last()
def leave_out(
    *,
    proposal: Proposal,
    quote: str,
    reason: str,
    expert: Expert | None = None,
    attributed_to: str = "",
    note: str = "",
    seen: int | None,
    by: User,
    as_of: datetime,
) -> UnscorableStatement:
    """Record that this cannot be scored, and why.

    Raises as decide_proposal and record_unscorable_statement do, and SpeakerMissingError.
    """
    _take(proposal, seen, by, as_of)
    if expert is None and not attributed_to:
        raise refusals.SpeakerMissingError(field="expert")
    statement = record_unscorable_statement(
        source=proposal.article.source,
        quote=quote,
        reason=reason,
        note=note,
        expert=expert,
        attributed_to=attributed_to if expert is None else "",
        by=by,
        as_of=as_of,
        near=proposal.start,
    )
    _check_quoted(statement)
    _decide(proposal, Kind.UNSCORABLE, by, as_of, statement=statement)
    return statement


@atomic_or_busy()
@appended_last()
def record_proposal(
    *,
    proposal: Proposal,
    forecast: Forecast,
    expert: Expert,
    question: Question | NewQuestion,
    reading: Reading | None = None,
    seen: int | None,
    by: User,
    as_of: datetime,
) -> Forecast:
    """Record the forecast that was proposed, with what it needs and is new: all of it or nothing.

    Raises as decide_proposal, record_question, record_forecast and record_coding do, and
    QuoteNotFoundError.
    """
    _take(proposal, seen, by, as_of)
    if not expert.pk:
        save_checked(expert)
    if isinstance(question, NewQuestion):
        question = record_question(
            question=question.question, topics=question.topics, by=by, as_of=as_of
        )
    forecast.source, forecast.expert = proposal.article.source, expert
    forecast.question = question
    record_forecast(forecast=forecast, by=by, as_of=as_of, near=proposal.start)
    _check_quoted(forecast)
    if reading is not None:
        record_coding(
            forecast=forecast,
            coder=by,
            low=reading.low,
            mid=reading.mid,
            high=reading.high,
            note=reading.note,
            entry=reading.entry,
            as_of=as_of,
        )
    _decide(proposal, Kind.RECORDED, by, as_of, forecast=forecast)
    return forecast


def _check_quoted(row: Forecast | UnscorableStatement) -> None:
    if not hasattr(row, "quotation"):
        raise refusals.QuoteNotFoundError(field="quote")


def _take(proposal: Proposal, seen: int | None, by: User, as_of: datetime) -> None:
    """End the standing of what was decided before, if it is what was seen and can be undone."""
    require_role(by, CODERS)
    lock_article(proposal.article)
    in_force = ProposalDecision.objects.in_force().filter(proposal=proposal)
    standing = in_force.select_related("decided_by").first()
    if standing is None:
        if seen is not None:
            raise refusals.ReopenedMeanwhileError
        return
    if standing.pk != seen:
        raise refusals.DecidedMeanwhileError(
            name=standing.decided_by.get_username(), decision=standing.get_kind_display().lower()
        )
    if standing.kind in FINAL:
        raise refusals.RecordedAlreadyError
    in_force.supersede(as_of=as_of)


def _decide(
    proposal: Proposal, kind: Kind, by: User, as_of: datetime, **made: object
) -> ProposalDecision:
    decision = ProposalDecision(
        proposal=proposal, kind=kind, decided_by=by, decided_at=as_of, **made
    )
    return save_checked(decision)
