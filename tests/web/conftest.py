"""A reader without log-in."""

import pytest
from django.test import Client


@pytest.fixture
def reader() -> Client:
    return Client()
