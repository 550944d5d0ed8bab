"""Counting queries, the same on every database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

SHAPE = "AS shape LIMIT 0"


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """A list that holds the queries at the end; the look at a COPY's shape is part of the COPY."""
    made: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield made
    made += [query["sql"] for query in queries if SHAPE not in query["sql"]]
