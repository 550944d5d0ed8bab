"""What every test gets."""

import gc
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import TransactionTestCase
from pytest_django import Settings

from forecasts.models import Role
from tests.mailservers import Postbox, smtp_server

# What migrating fills, and nothing changes.
FILLED = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "forecasts_lexicon",
    "forecasts_lexiconphrase",
}


def pytest_collection_finish() -> None:
    """What is loaded stays: nobody has to look through it for rubbish again and again."""
    gc.collect()
    gc.freeze()


def _empty_tables(_: TransactionTestCase) -> None:
    """Delete what a test committed.

    Django's flush truncates every table and fills some again, which takes longer than most tests.
    """
    tables = set(connection.introspection.django_table_names(only_existing=True)) - FILLED
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _empty_tables)
        yield


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


@pytest.fixture(autouse=True)
def _own_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clocks stand still and primary keys come again: a test would pay for those before it."""
    monkeypatch.setattr("api.limits.SALT", uuid4().hex)


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
