"""Reviewers' verdicts, and the rulings that agreeing verdicts make."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from forecasts.exceptions import (
    AlreadyAnsweredError,
    AlreadyResolvedError,
    EvidenceMissingError,
    FutureTimeError,
    ImpasseError,
    KnownAtMissingError,
    OwnCodingError,
)
from forecasts.models import Assignment, Question, Resolution, User, Verdict
from forecasts.selectors.reviews import coded_by, has_impasse, round_of
from forecasts.selectors.rulings import ruling_in_force
from forecasts.services.evidence import attach_evidence
from forecasts.services.roles import REVIEWERS, require_role
from forecasts.services.rulings import DECISIVE, check_time, record_ruling
from forecasts.services.saving import lock_question, save_checked
from forecasts.services.snoozes import lift_snoozes


@transaction.atomic
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

    Raises RoleMissingError, OwnCodingError, AlreadyResolvedError, AlreadyAnsweredError,
    ImpasseError, ConditionOpenError, TooEarlyError, EvidenceMissingError, KnownAtMissingError,
    FutureTimeError, and ValidationError for texts and links that cannot be stored.
    """
    require_role(reviewer, REVIEWERS)
    row = lock_question(question)
    _check_unresolved(row)
    current = round_of(row)
    earlier = list(row.verdicts.filter(round=current))
    _check_question(row, earlier, reviewer, answer, as_of)
    _check_answer(answer, known_at, [*links, *files], as_of)
    verdict = save_checked(
        Verdict(
            question=row,
            reviewer=reviewer,
            round=current,
            answer=answer,
            known_at=known_at if answer in DECISIVE else None,
            note=note,
            given_at=as_of,
        )
    )
    attach_evidence(verdict=verdict, links=links, files=files)
    _conclude(row, [*earlier, verdict], as_of)
    return verdict


def _check_unresolved(question: Question) -> None:
    ruling = ruling_in_force(question)
    if ruling is not None:
        raise AlreadyResolvedError(answer=ruling.answer, resolved_at=ruling.resolved_at)


def _check_question(
    question: Question, verdicts: list[Verdict], reviewer: User, answer: str, as_of: datetime
) -> None:
    if coded_by(question, reviewer):
        raise OwnCodingError
    if any(verdict.reviewer_id == reviewer.pk for verdict in verdicts):
        raise AlreadyAnsweredError
    if has_impasse(verdicts):
        raise ImpasseError
    check_time(question, answer, as_of)


def _check_answer(
    answer: str, known_at: datetime | None, evidence: Sequence[object], as_of: datetime
) -> None:
    if answer not in DECISIVE:
        return
    if not evidence:
        raise EvidenceMissingError(field="links")
    if known_at is None:
        raise KnownAtMissingError(field="known_at")
    if known_at > as_of:
        raise FutureTimeError(field="known_at")


def _conclude(question: Question, verdicts: list[Verdict], as_of: datetime) -> None:
    if len(verdicts) < question.required_verdicts or has_impasse(verdicts):
        answered = Assignment.objects.open().filter(question=question)
        answered.filter(reviewer=verdicts[-1].reviewer).update(closed_at=as_of)
        lift_snoozes(question=question, as_of=as_of)
        return
    record_ruling(
        question=question,
        answer=verdicts[0].answer,
        basis=Resolution.Basis.VERDICTS,
        known_at=min((v.known_at for v in verdicts if v.known_at), default=None),
        as_of=as_of,
    )
