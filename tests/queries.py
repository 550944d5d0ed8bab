"""Counting queries, each shown."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """A list that holds the queries at the end."""
    made: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield made
    made += [query["sql"] for query in queries]
