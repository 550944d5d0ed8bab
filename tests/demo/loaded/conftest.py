"""The demo, loaded once for all that look at it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from demo.loads import load

AS_OF = datetime(2026, 11, 18, 15, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests beside this file together: apart, each file of them loads the demo anew."""
    here = Path(__file__).parent
    items.sort(key=lambda item: not item.path.is_relative_to(here))


@pytest.fixture(scope="package")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[str]]:
    """The demo, rolled back after the tests beside this file; yields what was said."""
    said: list[str] = []
    with django_db_blocker.unblock(), transaction.atomic():
        assert load(as_of=AS_OF, say=said.append)
        with connection.cursor() as cursor:
            # What nobody has committed, no autovacuum counts, and PostgreSQL plans blindly.
            cursor.execute("ANALYZE")
        with django_db_blocker.block():
            yield said
        transaction.set_rollback(True)
