"""Lifting the blindness of reviewers, for one question and on the record."""

from datetime import datetime

from forecasts.exceptions import AlreadyLiftedError, AlreadyResolvedError, ReasonMissingError
from forecasts.models import BlindnessLift, Question, User
from forecasts.selectors.rulings import ruling_in_force
from forecasts.services.roles import LEADS, require_role
from forecasts.services.saving import atomic_or_busy, lock_question, save_checked


@atomic_or_busy()
def lift_blindness(
    *, question: Question, lead: User, reason: str, as_of: datetime
) -> BlindnessLift:
    """Let the reviewers of one question read its forecasts before they answer, from now on.

    Raises RoleMissingError, ReasonMissingError, AlreadyResolvedError, AlreadyLiftedError, and
    ValidationError for a reason that cannot be stored.
    """
    require_role(lead, LEADS)
    if not reason.strip():
        raise ReasonMissingError(field="reason")
    row = lock_question(question)
    ruling = ruling_in_force(row)
    if ruling is not None:
        raise AlreadyResolvedError(answer=ruling.answer, resolved_at=ruling.resolved_at)
    if BlindnessLift.objects.filter(question=row).exists():
        raise AlreadyLiftedError
    return save_checked(BlindnessLift(question=row, lead=lead, reason=reason, lifted_at=as_of))
