"""Reviewers' verdicts, and the rulings that agreeing verdicts make."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from forecasts.exceptions import (
    AlreadyAnsweredError,
    AlreadyResolvedError,
    ConditionOpenError,
    EvidenceMissingError,
    FutureTimeError,
    ImpasseError,
    KnownAtMissingError,
    OwnCodingError,
    TooEarlyError,
)
from forecasts.models import Assignment, Evidence, Question, Resolution, User, Verdict
from forecasts.selectors.reviews import coded_by, has_impasse, round_of
from forecasts.services.roles import REVIEWERS, require_role
from forecasts.services.rulings import record_ruling, ruling_in_force
from forecasts.services.saving import lock_question, save_checked

DECISIVE = (Verdict.Answer.YES, Verdict.Answer.NO)
EARLY = (Verdict.Answer.YES, Verdict.Answer.ANNULLED)


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
    n_rulings = round_of(row)
    if n_rulings:
        _check_unresolved(row)
    earlier = list(row.verdicts.filter(round=n_rulings))
    _check_question(row, earlier, reviewer, answer, as_of)
    _check_answer(answer, known_at, [*links, *files], as_of)
    verdict = save_checked(
        Verdict(
            question=row,
            reviewer=reviewer,
            round=n_rulings,
            answer=answer,
            known_at=known_at if answer in DECISIVE else None,
            note=note,
            given_at=as_of,
        )
    )
    _attach(verdict, links, files)
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
    _check_time(question, answer, as_of)


def _check_time(question: Question, answer: str, as_of: datetime) -> None:
    parent = question.depends_on
    if parent is not None and answer != Verdict.Answer.ANNULLED:
        ruling = ruling_in_force(parent)
        if ruling is None or ruling.answer != question.depends_on_answer:
            raise ConditionOpenError(parent=parent.title, needed=question.depends_on_answer)
    if question.deadline > as_of and answer not in EARLY:
        raise TooEarlyError(deadline=question.deadline, field="answer")


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


def _attach(verdict: Verdict, links: Sequence[str], files: Sequence[UploadedFile]) -> None:
    for link in dict.fromkeys(links):
        save_checked(Evidence(verdict=verdict, url=link))
    for file in files:
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        save_checked(
            Evidence(
                verdict=verdict, file=file, file_name=file.name or "file", sha256=digest.hexdigest()
            )
        )


def _conclude(question: Question, verdicts: list[Verdict], as_of: datetime) -> None:
    if len(verdicts) < question.required_verdicts or has_impasse(verdicts):
        answered = Assignment.objects.open().filter(question=question)
        answered.filter(reviewer=verdicts[-1].reviewer).update(closed_at=as_of)
        return
    record_ruling(
        question=question,
        answer=verdicts[0].answer,
        basis=Resolution.Basis.VERDICTS,
        known_at=min((v.known_at for v in verdicts if v.known_at), default=None),
        as_of=as_of,
    )
