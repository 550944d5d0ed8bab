"""Everybody sets their own hour, zone, topics and absences, and nobody else's."""

from datetime import date

import pytest

from forecasts.models import Absence, Role, Topic, User
from tests.desk.conftest import sign_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PAGE = "/admin/settings/"
AWAY = {"action": "absence", "starts_on": "2026-03-01", "ends_on": "2026-03-07"}


def test_hour_zone_and_topics_are_ones_own(reviewer: User) -> None:
    topic = Topic.objects.create(slug="war", name="War")

    sign_in(reviewer).post(
        PAGE,
        {
            "action": "settings", "time_zone": "Asia/Tokyo", "prompt_hour": "6",
            "topics": [topic.pk], "is_superuser": "on",
        },
    )  # fmt: skip

    reviewer.refresh_from_db()
    assert (reviewer.time_zone, reviewer.prompt_hour) == ("Asia/Tokyo", 6)
    assert list(reviewer.topics.all()) == [topic]
    assert not reviewer.is_superuser


@pytest.mark.parametrize("fields", [{"time_zone": "Mars/Base"}, {"prompt_hour": "24"}])
def test_settings_that_cannot_be_are_refused(reviewer: User, fields: dict[str, str]) -> None:
    typed = {"action": "settings", "time_zone": "UTC", "prompt_hour": "8", **fields}

    response = sign_in(reviewer).post(PAGE, typed)

    assert set(response.context["settings"].errors) == set(fields)


def test_an_absence_is_noted_and_cancelled(reviewer: User) -> None:
    client = sign_in(reviewer)

    client.post(PAGE, AWAY)
    absence = Absence.objects.get()
    page = client.get(PAGE).content.decode()
    client.post(PAGE, {"action": "cancel", "absence": absence.pk})

    assert (absence.user, absence.starts_on, absence.ends_on) == (
        reviewer, date(2026, 3, 1), date(2026, 3, 7),
    )  # fmt: skip
    assert "1 Mar 2026 to 7 Mar 2026" in page
    assert not Absence.objects.standing().exists()


def test_an_absence_in_the_past_is_refused(reviewer: User) -> None:
    typed = {**AWAY, "starts_on": "2025-01-01", "ends_on": "2025-01-02"}

    response = sign_in(reviewer).post(PAGE, typed)

    assert "starts_on" in response.context["absence"].errors


def test_nobody_cancels_the_absence_of_another(reviewer: User) -> None:
    sign_in(reviewer).post(PAGE, AWAY)

    sign_in(make_user(Role.REVIEWER)).post(
        PAGE, {"action": "cancel", "absence": Absence.objects.get().pk}
    )

    assert Absence.objects.standing().exists()


def test_how_reviewing_goes_is_shown_to_leads(lead: User) -> None:
    page = sign_in(lead).get("/admin/reviewing/").content.decode()

    for text in ("Krippendorff", "Median days to resolve", "Overdue now", "By pair"):
        assert text in page
