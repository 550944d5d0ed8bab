"""Being out of office."""

from datetime import date, datetime, timedelta

from forecasts.bell import ring
from forecasts.exceptions import AbsenceDatesError, AbsenceOverError, NotYourAbsenceError
from forecasts.models import Absence, User
from forecasts.models.users import Role
from forecasts.services.saving import atomic_or_busy, save_checked

LONGEST = timedelta(days=366)


@atomic_or_busy()
def record_absence(
    *, user: User, starts_on: date, ends_on: date, by: User, as_of: datetime
) -> Absence:
    """Note that somebody is away on these days, both included; a sweep hands their work on.

    For oneself, or by a lead. Raises NotYourAbsenceError, AbsenceDatesError.
    """
    _check_hand(user, by)
    if starts_on > ends_on or ends_on - starts_on >= LONGEST:
        raise AbsenceDatesError(field="ends_on")
    today = user.local_date(as_of)
    if ends_on < today or starts_on > today + 2 * LONGEST:
        raise AbsenceDatesError(field="starts_on")
    absence = Absence(
        user=user, starts_on=starts_on, ends_on=ends_on, recorded_by=by, recorded_at=as_of
    )
    save_checked(absence)
    ring()
    return absence


@atomic_or_busy()
def cancel_absence(*, absence: Absence, by: User, as_of: datetime) -> None:
    """Take back an absence that is not over; whoever is away is asked again from now on.

    Raises NotYourAbsenceError, AbsenceOverError.
    """
    _check_hand(absence.user, by)
    standing = Absence.objects.standing().filter(
        pk=absence.pk, ends_on__gte=absence.user.local_date(as_of)
    )
    if not standing.update(cancelled_at=as_of):
        raise AbsenceOverError
    ring()


def _check_hand(user: User, by: User) -> None:
    if user.pk != by.pk and not by.has_role(Role.LEAD):
        raise NotYourAbsenceError
