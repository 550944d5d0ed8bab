"""Who is away."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from forecasts.models import Absence, User

DAY = timedelta(days=1)


def away_until(as_of: datetime) -> dict[int, date]:
    """Whoever is out of office at `as_of`, by user id, with the date on which they are back.

    Dates are those where the user lives; absences that follow each other are one.
    """
    # A local date is at most one day from that in UTC.
    around = Absence.objects.standing().filter(ends_on__gte=as_of.date() - DAY)
    absences: dict[User, list[Absence]] = defaultdict(list)
    for absence in around.select_related("user").order_by("starts_on"):
        absences[absence.user].append(absence)
    back = {user: _back(user.local_date(as_of), rows) for user, rows in absences.items()}
    return {user.pk: day for user, day in back.items() if day > user.local_date(as_of)}


def _back(today: date, absences: list[Absence]) -> date:
    back = today
    for absence in absences:
        if absence.starts_on <= back <= absence.ends_on:
            back = absence.ends_on + DAY
    return back
