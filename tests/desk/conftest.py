"""People at their desks, one day after the deadline that the factories give."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from forecasts.models import Role, User
from tests.factories import AFTER, make_user

SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def _on_the_day_after() -> Iterator[None]:
    with time_machine.travel(AFTER, tick=False):
        yield


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.MEDIA_ROOT = str(tmp_path_factory.mktemp("media"))


@pytest.fixture
def reviewer(roles: None) -> User:
    return make_user(Role.REVIEWER, username="reviewer")


@pytest.fixture
def coder(roles: None) -> User:
    return make_user(Role.CODER, username="coder")


@pytest.fixture
def lead(roles: None) -> User:
    return make_user(Role.LEAD, username="lead")


@pytest.fixture
def administrator(roles: None) -> User:
    return make_user(username="administrator", is_superuser=True)


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
