"""Being away: which dates are taken, and who may say so."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from forecasts.exceptions import AbsenceDatesError, AbsenceOverError, NotYourAbsenceError
from forecasts.models import Role, User
from forecasts.selectors.absences import away_until
from forecasts.services.absences import cancel_absence, record_absence
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def away(user: User, first: date, last: date, by: User | None = None) -> None:
    record_absence(user=user, starts_on=first, ends_on=last, by=by or user, as_of=NOW)


def test_absences_that_follow_each_other_are_one() -> None:
    user = make_user(Role.REVIEWER)
    away(user, date(2026, 3, 9), date(2026, 3, 11))
    away(user, date(2026, 3, 12), date(2026, 3, 15))
    away(user, date(2026, 3, 17), date(2026, 3, 20))

    assert away_until(NOW) == {user.pk: date(2026, 3, 16)}
    assert away_until(NOW + 6 * DAY) == {}


@pytest.mark.parametrize(
    ("zone", "from_hour", "to_hour"),
    [("UTC", 0, 24), ("Pacific/Auckland", -13, 11), ("America/Los_Angeles", 7, 31)],
)
def test_dates_begin_and_end_where_the_person_lives(
    zone: str, from_hour: int, to_hour: int
) -> None:
    user = make_user(Role.REVIEWER, time_zone=zone)
    away(user, date(2026, 3, 20), date(2026, 3, 20))
    midnight = datetime(2026, 3, 20, tzinfo=UTC)

    hours = [hour for hour in range(-30, 50) if away_until(midnight + timedelta(hours=hour))]

    assert hours == list(range(from_hour, to_hour))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 3, 12), date(2026, 3, 11)),
        (date(2026, 3, 1), date(2026, 3, 9)),
        (date(2026, 3, 12), date(2027, 3, 13)),
        (date(2099, 1, 1), date(2099, 1, 2)),
    ],
)
def test_impossible_dates_are_refused(first: date, last: date) -> None:
    with pytest.raises(AbsenceDatesError):
        away(make_user(Role.REVIEWER), first, last)


def test_only_a_lead_sends_others_away() -> None:
    user = make_user(Role.REVIEWER)
    dates = (date(2026, 3, 12), date(2026, 3, 13))

    away(user, *dates, by=make_user(Role.LEAD))

    with pytest.raises(NotYourAbsenceError):
        away(user, *dates, by=make_user(Role.REVIEWER))


def test_absence_is_cancelled_once_and_not_after_its_end() -> None:
    user = make_user(Role.REVIEWER)
    dates: dict[str, Any] = {
        "user": user,
        "starts_on": date(2026, 3, 9),
        "ends_on": date(2026, 3, 11),
    }
    absence = record_absence(**dates, by=user, as_of=NOW)
    over = record_absence(**dates, by=user, as_of=NOW)

    cancel_absence(absence=absence, by=user, as_of=NOW)

    with pytest.raises(AbsenceOverError):
        cancel_absence(absence=absence, by=user, as_of=NOW)
    with pytest.raises(AbsenceOverError):
        cancel_absence(absence=over, by=user, as_of=NOW + 2 * DAY)
