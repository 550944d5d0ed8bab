"""The groups of the roles hold what the table says, and nothing else."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client

from desk.roles import TABLE, codenames
from forecasts.models import Role
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def permissions_of(role: str) -> set[tuple[str, str]]:
    rows = Permission.objects.filter(group__name=role)
    return set(rows.values_list("content_type__app_label", "codename"))


@pytest.mark.parametrize("role", Role.values)
def test_migrating_makes_each_role_as_the_table_says(role: str) -> None:
    assert permissions_of(role) == codenames(TABLE[Role(role)])


def test_migrating_again_takes_away_what_somebody_added_by_hand() -> None:
    group = Group.objects.get(name=Role.REVIEWER)
    group.permissions.add(*Permission.objects.filter(codename="view_forecast"))

    call_command("migrate", verbosity=0)

    assert permissions_of(Role.REVIEWER) == {("desk", "view_duequestion")}


def test_no_role_may_delete_anything() -> None:
    assert not Permission.objects.filter(
        group__name__in=Role.values, codename__startswith="delete_"
    ).exists()


def test_every_row_of_the_table_names_a_model() -> None:
    labels = {label for rows in TABLE.values() for label in rows}

    assert {apps.get_model(label)._meta.label_lower for label in labels} == labels


@pytest.mark.parametrize(("is_staff", "status"), [(True, 302), (False, 200)])
def test_only_staff_can_log_in(client: Client, *, is_staff: bool, status: int) -> None:
    user = make_user(Role.REVIEWER, is_staff=is_staff)

    response = client.post(
        "/admin/login/", {"username": user.username, "password": PASSWORD, "next": "/admin/"}
    )

    assert response.status_code == status
