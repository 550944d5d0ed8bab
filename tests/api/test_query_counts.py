"""No list costs more queries because it is longer."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forecasts.models import Forecast, Role, Topic
from forecasts.services.codings import record_coding
from forecasts.services.experts import record_unscorable_statement
from forecasts.services.scorecards import recompute_scorecards
from tests.api.worlds import number
from tests.factories import (
    AFTER,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)

PATHS = (
    "experts/",
    "experts/ada/forecasts/",
    "experts/ada/scores/",
    "questions/",
    "questions/shared/",
    "sources/",
    "topics/",
    "unscorable-statements/",
    "leaderboard/",
)


@pytest.fixture
def grow(db: None) -> Callable[[int], None]:
    """Adds as many of everything as asked for."""
    coder, other = make_user(Role.CODER), make_user(Role.CODER)
    ada = make_expert(slug="ada", name="Ada")
    shared = make_question(slug="shared", by=coder, required_verdicts=1)

    names = (f"topic-{n}" for n in count())

    def add_one() -> None:
        source = make_source(by=coder)
        name = next(names)
        topic = Topic.objects.create(slug=name, name=name)
        parent = make_question(by=coder, topics=[topic])
        own = make_question(by=coder, topics=[topic], depends_on=parent, depends_on_answer="yes")
        common: dict[str, Any] = {"by": coder, "source": source}
        worded = make_forecast(None, expert=ada, question=own, **common)
        for reader in (coder, other):
            code(worded, reader)
        make_forecast("0.6", expert=make_expert(), question=shared, **common)
        make_forecast("0.7", expert=ada, question=parent, **common)
        resolve(parent, "yes")
        record_unscorable_statement(
            source=source, quote="may", reason="no_threshold", expert=ada, by=coder, as_of=START
        )

    def grow(most: int) -> None:
        for _ in range(most):
            add_one()
        recompute_scorecards(as_of=AFTER + timedelta(days=60), limit=500)

    return grow


def code(forecast: Forecast, coder: Any) -> None:
    record_coding(
        forecast=forecast, coder=coder, low=number(".6"), mid=number(".7"), high=number(".8"),
        as_of=START,
    )  # fmt: skip


def n_queries(reader: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = reader.get(f"/api/v1/{path}")
    assert response.status_code == 200
    return len(queries)


def test_lists_cost_the_same_for_3_as_for_30(reader: Client, grow: Callable[[int], None]) -> None:
    grow(3)
    few = {path: n_queries(reader, path) for path in PATHS}
    grow(27)
    many = {path: n_queries(reader, path) for path in PATHS}

    assert many == few
    assert max(many.values()) <= 16
