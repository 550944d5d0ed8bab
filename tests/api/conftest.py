"""A client, a clock that stands still, and a small world."""

from collections.abc import Iterator
from copy import deepcopy

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.api.sharing import shared
from tests.api.worlds import NOW, World, make_world


@pytest.fixture(autouse=True)
def standing_clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeping answers asks the database, which not all tests have."""
    monkeypatch.setattr("api.answers.database_state", lambda: None)


@pytest.fixture(scope="module")
def shared_world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with shared(django_db_blocker, make_world) as world:
        yield world


@pytest.fixture
def world(shared_world: World, db: None) -> World:
    """Made once for each module: its other tests find these rows, too."""
    return deepcopy(shared_world)


@pytest.fixture
def reader() -> Client:
    """Somebody without log-in."""
    return Client(headers={"host": "testserver"})
