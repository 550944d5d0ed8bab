"""Rows that several tests read, made once and rolled back after them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import time_machine
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests.api.worlds import NOW

MadeT = TypeVar("MadeT")
QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@contextmanager
def shared(blocker: DjangoDbBlocker, make: Callable[[], MadeT]) -> Iterator[MadeT]:
    """What `make` records, for a module of tests, each of which is rolled back to here."""
    with blocker.unblock(), transaction.atomic():
        with override_settings(PASSWORD_HASHERS=QUICK), time_machine.travel(NOW, tick=False):
            made = make()
        with blocker.block():
            yield made
        transaction.set_rollback(True)
