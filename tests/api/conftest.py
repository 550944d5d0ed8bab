"""A client, a clock that stands still, and a small world."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from tests.api.worlds import NOW, World, make_world


@pytest.fixture(autouse=True)
def standing_clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def reader() -> Client:
    """Somebody without log-in."""
    return Client(headers={"host": "testserver"})
