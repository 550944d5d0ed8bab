"""Reviewers' verdicts, and the rulings that agreeing verdicts make."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile

from forecasts.exceptions import (
    AlreadyAnsweredError,
    AlreadyResolvedError,
    EarlyNoReasonError,
    EvidenceMissingError,
    FutureTimeError,
    ImpasseError,
    KnownAtMissingError,
    OwnCodingError,
)
from forecasts.models import Assignment, Question, Resolution, User, Verdict
from forecasts.models.resolutions import Answer
from forecasts.selectors.grounds import has_collected
from forecasts.selectors.reviews import (
    coded_by,
    hand_ons_of_round,
    has_impasse,
    need_a_lead,
    round_of,
    verdicts_of_round,
)
from forecasts.selectors.rulings import ruling_in_force
from forecasts.services.evidence import attach_evidence
from forecasts.services.ledgers import appended_last
from forecasts.services.roles import require_blind_reviewer
from forecasts.services.rulings import DECISIVE, check_time, record_ruling
from forecasts.services.saving import atomic_or_busy, lock_for_review, save_checked
from forecasts.services.snoozes import lift_snoozes


@atomic_or_busy()
@appended_last()
def give_verdict(
    *,
    question: Question,
    reviewer: User,
    answer: str,
    known_at: datetime | None = None,
    links: Sequence[str] = (),
    files: Sequence[UploadedFile] = (),
    note: str = "",
    as_of: datetime,
) -> Verdict:
    """Record one reviewer's answer; rule on the question once enough of them agree.

    Evidence that was collected for the question will do for a verdict that brings none.

    Raises RoleMissingError, NotBlindError, OwnCodingError, AlreadyResolvedError,
    AlreadyAnsweredError, ImpasseError, ConditionOpenError, TooEarlyError, EarlyNoReasonError,
    EvidenceMissingError, KnownAtMissingError, FutureTimeError, and ValidationError for texts
    and links that cannot be stored.
    """
    require_blind_reviewer(reviewer)
    row = lock_for_review(question)
    earlier = verdicts_of_round(row)
    check_open(row, reviewer)
    check_time(row, answer, as_of)
    verdict = Verdict(
        question=row,
        reviewer=reviewer,
        round=round_of(row),
        answer=answer,
        known_at=known_at if answer in DECISIVE else None,
        note=note,
        given_at=as_of,
    )
    _check_answer(verdict, has_evidence=bool(links or files))
    save_checked(verdict)
    attach_evidence(verdict=verdict, links=links, files=files)
    _conclude(row, [*earlier, verdict], as_of)
    return verdict


def check_open(question: Question, reviewer: User) -> None:
    """Whether the question still waits for this reviewer. The caller holds its lock.

    Raises AlreadyResolvedError, OwnCodingError, AlreadyAnsweredError, ImpasseError.
    """
    ruling = ruling_in_force(question)
    if ruling is not None:
        raise AlreadyResolvedError(answer=ruling.answer, resolved_at=ruling.resolved_at)
    if coded_by(question, reviewer):
        raise OwnCodingError
    given = verdicts_of_round(question)
    if any(verdict.reviewer_id == reviewer.pk for verdict in given):
        raise AlreadyAnsweredError
    # Asking who else could answer takes longer than all else, and most are the first to answer.
    if (given or hand_ons_of_round(question)) and has_impasse(question):
        raise ImpasseError


def _check_answer(verdict: Verdict, *, has_evidence: bool) -> None:
    if verdict.answer not in DECISIVE:
        return
    deadline = verdict.question.deadline
    if verdict.answer == Answer.NO and deadline > verdict.given_at and not verdict.note.strip():
        raise EarlyNoReasonError(deadline=deadline, field="note")
    if not has_evidence and not has_collected(verdict.question):
        raise EvidenceMissingError(field="links")
    if verdict.known_at is None:
        raise KnownAtMissingError(field="known_at")
    if verdict.known_at > verdict.given_at:
        raise FutureTimeError(field="known_at")


def _conclude(question: Question, verdicts: list[Verdict], as_of: datetime) -> None:
    is_complete = len(verdicts) >= question.required_verdicts
    if not is_complete or need_a_lead(verdict.answer for verdict in verdicts):
        close_assignment(question, verdicts[-1].reviewer, as_of)
        lift_snoozes(question=question, as_of=as_of)
        return
    record_ruling(
        question=question,
        answer=verdicts[0].answer,
        basis=Resolution.Basis.VERDICTS,
        known_at=min((v.known_at for v in verdicts if v.known_at), default=None),
        as_of=as_of,
    )


def close_assignment(question: Question, reviewer: User, as_of: datetime) -> None:
    """Ask this reviewer no more."""
    mine = Assignment.objects.open().filter(question=question, reviewer=reviewer)
    mine.update(closed_at=as_of)
