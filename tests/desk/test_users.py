"""Accounts and roles, for administrators."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from forecasts.models import Role, User
from tests.desk.conftest import sign_in
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def test_an_administrator_makes_a_reviewer_in_one_step(administrator: User) -> None:
    response = sign_in(administrator).post(
        "/admin/forecasts/user/add/",
        {
            "username": "grace",
            "email": "grace@example.org",
            "time_zone": "Europe/Berlin",
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
            "is_staff": "on",
            "groups": [Group.objects.get(name=Role.REVIEWER).pk],
        },
    )

    user = User.objects.get(username="grace")
    assert response.status_code == 302
    assert (user.time_zone, user.email) == ("Europe/Berlin", "grace@example.org")
    assert user.has_role(Role.REVIEWER)


def test_a_user_is_changed_and_the_list_shows_the_roles(administrator: User) -> None:
    user = make_user(Role.CODER, username="ada")
    client = sign_in(administrator)

    response = client.post(
        reverse("admin:forecasts_user_change", args=[user.pk]),
        {"username": "ada", "time_zone": "Asia/Tokyo", "is_active": "on"},
    )
    page = client.get("/admin/forecasts/user/").content.decode()

    user.refresh_from_db()
    assert response.status_code == 302
    assert (user.time_zone, user.is_staff, user.groups.count()) == ("Asia/Tokyo", False, 0)
    assert "Asia/Tokyo" in page


def test_roles_are_not_edited_by_hand(administrator: User) -> None:
    group = Group.objects.get(name=Role.REVIEWER)

    response = sign_in(administrator).post(
        reverse("admin:auth_group_change", args=[group.pk]), {"name": "boss"}
    )

    assert response.status_code == 403
    assert Group.objects.filter(name=Role.REVIEWER).exists()


def test_pages_say_whose_time_they_show(roles: None) -> None:
    client = sign_in(make_user(Role.REVIEWER, time_zone="Asia/Tokyo"))

    assert b"Times without a zone are in yours, Asia/Tokyo." in client.get("/admin/").content


def test_the_log_in_page_is_plain() -> None:
    from django.test import Client

    page = Client().get("/admin/login/")

    assert page.status_code == 200
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
