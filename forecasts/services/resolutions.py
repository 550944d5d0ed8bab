"""What leads do: settle an impasse, correct a ruling, reopen a question."""

from datetime import datetime

from django.db import transaction

from forecasts.exceptions import (
    AlreadyResolvedError,
    FutureTimeError,
    KnownAtMissingError,
    NoImpasseError,
    NothingCorrectedError,
    NotResolvedError,
    OwnCodingError,
    OwnVerdictError,
    ReasonMissingError,
)
from forecasts.models import Question, Resolution, User
from forecasts.models.resolutions import Answer
from forecasts.selectors.reviews import coded_by, has_impasse, verdicts_of_round
from forecasts.services.roles import LEADS, require_role
from forecasts.services.rulings import record_ruling, ruling_in_force
from forecasts.services.saving import lock_question


@transaction.atomic
def settle_question(
    *,
    question: Question,
    lead: User,
    answer: str,
    known_at: datetime | None = None,
    reason: str,
    as_of: datetime,
) -> Resolution:
    """Rule where verdicts disagree or cannot tell.

    Raises RoleMissingError, ReasonMissingError, OwnCodingError, OwnVerdictError,
    AlreadyResolvedError, NoImpasseError, KnownAtMissingError, FutureTimeError.
    """
    row = _check(question, lead, reason)
    ruling = ruling_in_force(row)
    if ruling is not None:
        raise AlreadyResolvedError(answer=ruling.answer, resolved_at=ruling.resolved_at)
    if answer == Answer.REOPENED or not has_impasse(verdicts_of_round(row)):
        raise NoImpasseError
    if row.verdicts.filter(reviewer=lead).exists():
        raise OwnVerdictError
    return _decide(row, lead, answer=answer, known_at=known_at, reason=reason, as_of=as_of)


@transaction.atomic
def correct_resolution(
    *,
    question: Question,
    lead: User,
    answer: str,
    known_at: datetime | None = None,
    reason: str,
    as_of: datetime,
) -> Resolution:
    """Supersede a ruling that was wrong; `reopened` leaves the question without one.

    Raises RoleMissingError, ReasonMissingError, OwnCodingError, OwnVerdictError,
    NotResolvedError, NothingCorrectedError, KnownAtMissingError, FutureTimeError.
    """
    row = _check(question, lead, reason)
    ruling = ruling_in_force(row)
    if ruling is None:
        raise NotResolvedError
    if (ruling.answer, ruling.known_at) == (answer, known_at):
        raise NothingCorrectedError(field="answer")
    if row.verdicts.filter(reviewer=lead).exists():
        raise OwnVerdictError
    return _decide(row, lead, answer=answer, known_at=known_at, reason=reason, as_of=as_of)


def _check(question: Question, lead: User, reason: str) -> Question:
    require_role(lead, LEADS)
    if not reason.strip():
        raise ReasonMissingError(field="reason")
    row = lock_question(question)
    if coded_by(row, lead):
        raise OwnCodingError
    return row


def _decide(
    question: Question,
    lead: User,
    *,
    answer: str,
    known_at: datetime | None,
    reason: str,
    as_of: datetime,
) -> Resolution:
    is_decisive = answer in {Answer.YES, Answer.NO}
    if is_decisive and known_at is None:
        raise KnownAtMissingError(field="known_at")
    if known_at is not None and known_at > as_of:
        raise FutureTimeError(field="known_at")
    return record_ruling(
        question=question,
        answer=answer,
        basis=Resolution.Basis.LEAD,
        known_at=known_at if is_decisive else None,
        reason=reason,
        by=lead,
        as_of=as_of,
    )
