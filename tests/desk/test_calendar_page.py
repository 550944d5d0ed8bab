"""Reviewers make and revoke the secret address of their calendar."""

import re

import pytest
from django.test import Client

from forecasts.models import CalendarFeed, Role, User
from tests.desk.conftest import sign_in
from tests.factories import make_user
from tests.web.calendar_rules import read_calendar

pytestmark = pytest.mark.django_db
PAGE = "/admin/calendar/"
ADDRESS = re.compile(r"https://hindcast\.test(/calendars/[\w-]{43}\.ics)")


def make(client: Client) -> str:
    response = client.post(PAGE, {"action": "make"})
    found = ADDRESS.findall(response.content.decode())
    assert len(found) == 1
    assert "no-store" in response.headers["Cache-Control"]
    return str(found[0])


def test_address_is_shown_once_and_works(reviewer: User) -> None:
    client = sign_in(reviewer)

    path = make(client)

    assert read_calendar(Client().get(path).content).values["NAME"] == "Hindcast: your reviews"
    again = client.get(PAGE).content.decode()
    assert ADDRESS.findall(again) == []
    assert "Your address works since" in again


def test_new_address_ends_the_old_one(reviewer: User) -> None:
    client = sign_in(reviewer)

    first, second = make(client), make(client)

    assert [Client().get(path).status_code for path in (first, second)] == [404, 200]


def test_revoked_address_works_no_more(reviewer: User) -> None:
    client = sign_in(reviewer)
    path = make(client)

    page = client.post(PAGE, {"action": "revoke"}).content.decode()

    assert "The address does not work any more." in page
    assert "You have no address." in page
    assert Client().get(path).status_code == 404


def test_addresses_of_others_are_left_alone(reviewer: User) -> None:
    other = make(sign_in(make_user(Role.LEAD)))
    sign_in(reviewer).post(PAGE, {"action": "revoke"})

    assert Client().get(other).status_code == 200


@pytest.mark.parametrize("action", ["", "nonsense"])
def test_other_posts_change_nothing(reviewer: User, action: str) -> None:
    client = sign_in(reviewer)
    make(client)

    assert client.post(PAGE, {"action": action}).status_code == 200
    assert CalendarFeed.objects.working().count() == 1


def test_form_asks_for_its_token(reviewer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(reviewer)

    assert client.post(PAGE, {"action": "make"}).status_code == 403
    assert not CalendarFeed.objects.exists()


@pytest.mark.parametrize(("role", "is_linked"), [(Role.REVIEWER, True), (Role.CODER, False)])
def test_page_is_linked_for_whom_it_is(role: Role, *, is_linked: bool) -> None:
    page = sign_in(make_user(role)).get("/admin/").content.decode()

    assert (f'href="{PAGE}"' in page) is is_linked
