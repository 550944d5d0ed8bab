"""What every test gets."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group
from pytest_django import Settings

from forecasts.models import Role
from tests.mailservers import Postbox, smtp_server


@pytest.fixture(autouse=True)
def _plain_http(settings: Settings) -> None:
    """The tests' client speaks plain http; in production that is redirected."""
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture(autouse=True)
def _no_look_at_static_files(settings: Settings) -> None:
    """Every client of every test would read some four hundred of them first."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def roles(db: None) -> None:
    """The groups that the desk makes after migrating."""
    for role in Role.values:
        Group.objects.get_or_create(name=role)


@pytest.fixture
def postbox(settings: Settings) -> Iterator[Postbox]:
    """A real SMTP server, which Django's mail goes to."""
    with smtp_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        yield box
