"""Disputes: received from anybody, acknowledged or dismissed, and decided in public by a lead."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from forecasts.bell import ring
from forecasts.exceptions import (
    AlreadyDecidedError,
    DisputeHandledError,
    NotAcknowledgedError,
    OwnWorkError,
    ReasonMissingError,
)
from forecasts.models import Dispute, DisputeDecision, User
from forecasts.models.disputes import TARGETS, Record
from forecasts.selectors.disputes import has_another_lead, people_behind
from forecasts.services.limits import count_usage
from forecasts.services.roles import LEADS, require_role
from forecasts.services.saving import atomic_or_busy, lock_dispute, save_checked
from forecasts.working_days import working_days_after

ACKNOWLEDGED_WITHIN = 2
DECIDED_WITHIN = 10
MOST_A_DAY = 10
ONE_DAY = timedelta(days=1)


@atomic_or_busy()
def open_dispute(
    *,
    record: Record,
    text: str,
    name: str = "",
    speaks_as: str = "",
    link: str = "",
    nonce: UUID,
    network: str,
    as_of: datetime,
) -> Dispute:
    """Take in what somebody says against a record; nothing of it is public yet.

    The same form makes one dispute, however often it comes, and counts once against the limit of
    its network. Raises LimitReachedError, and ValidationError for texts that cannot be stored.
    """
    dispute = Dispute(
        text=text,
        name=name,
        speaks_as=speaks_as,
        link=link,
        nonce=nonce,
        received_at=as_of,
        acknowledge_by=working_days_after(as_of, ACKNOWLEDGED_WITHIN),
        decide_by=working_days_after(as_of, DECIDED_WITHIN),
        **{_target_of(record): record},
    )
    earlier = Dispute.objects.filter(nonce=nonce).first()
    if earlier is not None:
        return earlier
    try:
        with transaction.atomic():
            save_checked(dispute)
    except IntegrityError:  # the same form, at the same time
        return Dispute.objects.get(nonce=nonce)
    count_usage(purpose="dispute", subject=network, most=MOST_A_DAY, per=ONE_DAY, as_of=as_of)
    return dispute


def _target_of(record: Record) -> str:
    return next(name for name, model in TARGETS.items() if isinstance(record, model))


@atomic_or_busy()
def acknowledge_dispute(*, dispute: Dispute, lead: User, as_of: datetime) -> Dispute:
    """Make a dispute public, and mark what it is about until it is decided.

    Raises RoleMissingError, DisputeHandledError.
    """
    require_role(lead, LEADS)
    row = _waiting(dispute)
    row.acknowledged_at, row.acknowledged_by = as_of, lead
    row.save(update_fields=["acknowledged_at", "acknowledged_by"])
    ring()
    return row


@atomic_or_busy()
def dismiss_dispute(*, dispute: Dispute, lead: User, reason: str, as_of: datetime) -> Dispute:
    """Put away what is no dispute, such as spam, unpublished; the row and the reason stay.

    Raises RoleMissingError, ReasonMissingError, DisputeHandledError, OwnWorkError, and
    ValidationError for a reason that cannot be stored.
    """
    require_role(lead, LEADS)
    if not reason.strip():
        raise ReasonMissingError(field="reason")
    row = _waiting(dispute)
    _check_own_work(row, lead)
    row.dismissed_at, row.dismissed_by, row.dismissal_reason = as_of, lead, reason
    return save_checked(row)


def _waiting(dispute: Dispute) -> Dispute:
    row = lock_dispute(dispute)
    if row.dismissed_at is not None:
        raise DisputeHandledError(state="dismissed")
    if row.acknowledged_at is not None:
        raise DisputeHandledError(state="acknowledged")
    return row


@atomic_or_busy()
def decide_dispute(
    *,
    dispute: Dispute,
    lead: User,
    outcome: str,
    answer: str,
    replaces: int | None = None,
    as_of: datetime,
) -> DisputeDecision:
    """Answer an acknowledged dispute in public. A later decision supersedes an earlier one.

    replaces: the id of the decision in force, which this one supersedes; whoever does not know it
    has not read it. Raises RoleMissingError, NotAcknowledgedError, DisputeHandledError,
    AlreadyDecidedError, OwnWorkError, and ValidationError for answers that cannot be stored.
    """
    require_role(lead, LEADS)
    row = lock_dispute(dispute)
    if row.dismissed_at is not None:
        raise DisputeHandledError(state="dismissed")
    if row.acknowledged_at is None:
        raise NotAcknowledgedError
    latest = row.decisions.in_force().first()
    if latest is not None and latest.pk != replaces:
        raise AlreadyDecidedError(outcome=latest.get_outcome_display().lower())
    _check_own_work(row, lead)
    if latest is not None:
        DisputeDecision.objects.filter(pk=latest.pk).supersede(as_of=as_of)
    decision = save_checked(
        DisputeDecision(
            dispute=row,
            outcome=outcome,
            answer=answer,
            decided_at=as_of,
            decided_by=lead,
            supersedes=latest,
        )
    )
    Dispute.objects.filter(pk=row.pk, decided_at=None).update(decided_at=as_of)
    ring()
    return decision


def _check_own_work(dispute: Dispute, lead: User) -> None:
    if lead.pk in people_behind(dispute) and has_another_lead(dispute, lead):
        raise OwnWorkError
