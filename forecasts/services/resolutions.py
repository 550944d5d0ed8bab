"""What leads do: settle an impasse, correct a ruling, reopen a question."""

from collections.abc import Sequence
from datetime import datetime

from forecasts.exceptions import (
    AlreadyResolvedError,
    EvidenceMissingError,
    FutureTimeError,
    KnownAtMissingError,
    NoImpasseError,
    NothingCorrectedError,
    NotResolvedError,
    OwnCodingError,
    OwnHandOnError,
    OwnVerdictError,
    ReasonMissingError,
)
from forecasts.models import Question, Resolution, User
from forecasts.models.resolutions import Answer
from forecasts.selectors.grounds import has_evidence_for
from forecasts.selectors.reviews import coded_by, hand_ons_of_round, has_impasse
from forecasts.selectors.rulings import ruling_in_force
from forecasts.services.evidence import attach_evidence
from forecasts.services.ledgers import appended_last
from forecasts.services.roles import LEADS, require_role
from forecasts.services.rulings import DECISIVE, apply_condition, check_time, record_ruling
from forecasts.services.saving import atomic_or_busy, lock_for_review


@atomic_or_busy()
@appended_last()
def settle_question(
    *,
    question: Question,
    lead: User,
    answer: str,
    known_at: datetime | None = None,
    links: Sequence[str] = (),
    reason: str,
    as_of: datetime,
) -> Resolution:
    """Rule where verdicts disagree or cannot tell, or where reviewers handed the question on.

    Raises RoleMissingError, ReasonMissingError, OwnCodingError, OwnVerdictError, OwnHandOnError,
    AlreadyResolvedError, NoImpasseError, and what a ruling that cannot be made raises:
    ConditionOpenError, TooEarlyError, KnownAtMissingError, FutureTimeError,
    EvidenceMissingError, and ValidationError for links that cannot be stored.
    """
    row = _check(question, lead, reason)
    ruling = ruling_in_force(row)
    if ruling is not None:
        raise AlreadyResolvedError(answer=ruling.answer, resolved_at=ruling.resolved_at)
    if answer == Answer.REOPENED or not has_impasse(row):
        raise NoImpasseError
    if row.verdicts.counting().filter(reviewer=lead).exists():
        raise OwnVerdictError
    if any(hand_on.reviewer_id == lead.pk for hand_on in hand_ons_of_round(row)):
        raise OwnHandOnError
    _check_decision(row, answer, known_at, links, as_of)
    return _decide(
        row, lead, answer=answer, known_at=known_at, links=links, reason=reason, as_of=as_of
    )


@atomic_or_busy()
@appended_last()
def correct_resolution(
    *,
    question: Question,
    lead: User,
    answer: str,
    known_at: datetime | None = None,
    links: Sequence[str] = (),
    reason: str,
    as_of: datetime,
) -> Resolution:
    """Supersede a ruling that was wrong; `reopened` leaves the question without one.

    Raises RoleMissingError, ReasonMissingError, OwnCodingError, OwnVerdictError,
    NotResolvedError, NothingCorrectedError, and what settle_question does where a ruling
    cannot be made.
    """
    row = _check(question, lead, reason)
    ruling = ruling_in_force(row)
    if ruling is None:
        raise NotResolvedError
    if (ruling.answer, ruling.known_at) == (answer, known_at if answer in DECISIVE else None):
        raise NothingCorrectedError(field="answer")
    if row.verdicts.counting().filter(reviewer=lead).exists():
        raise OwnVerdictError
    _check_decision(row, answer, known_at, links, as_of)
    return _decide(
        row, lead, answer=answer, known_at=known_at, links=links, reason=reason, as_of=as_of
    )


def _check(question: Question, lead: User, reason: str) -> Question:
    require_role(lead, LEADS)
    if not reason.strip():
        raise ReasonMissingError(field="reason")
    row = lock_for_review(question)
    if coded_by(row, lead):
        raise OwnCodingError
    return row


def _check_decision(
    question: Question,
    answer: str,
    known_at: datetime | None,
    links: Sequence[str],
    as_of: datetime,
) -> None:
    if answer == Answer.REOPENED:
        return
    check_time(question, answer, as_of)
    if answer not in DECISIVE:
        return
    if known_at is None:
        raise KnownAtMissingError(field="known_at")
    if known_at > as_of:
        raise FutureTimeError(field="known_at")
    if not links and not has_evidence_for(question, answer):
        raise EvidenceMissingError(field="links")


def _decide(
    question: Question,
    lead: User,
    *,
    answer: str,
    known_at: datetime | None,
    links: Sequence[str],
    reason: str,
    as_of: datetime,
) -> Resolution:
    ruling = record_ruling(
        question=question,
        answer=answer,
        basis=Resolution.Basis.LEAD,
        known_at=known_at if answer in DECISIVE else None,
        reason=reason,
        by=lead,
        as_of=as_of,
    )
    attach_evidence(resolution=ruling, links=links)
    if answer == Answer.REOPENED:
        # What annuls a question from outside is not for the lead to lift.
        apply_condition(question=question, as_of=as_of)
    return ruling
