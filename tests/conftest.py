"""What every test gets."""

import pytest
from django.contrib.auth.models import Group
from pytest_django import Settings

from forecasts.models import Role


@pytest.fixture(autouse=True)
def _plain_http(settings: Settings) -> None:
    """The tests' client speaks plain http; in production that is redirected."""
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def roles(db: None) -> None:
    """The groups that the desk makes after migrating."""
    for role in Role.values:
        Group.objects.get_or_create(name=role)
