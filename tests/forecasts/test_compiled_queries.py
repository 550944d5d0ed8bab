"""Queries whose SQL is made once find what those find that are made anew."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import DataError, connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from forecasts.models import Expert, Forecast, Question
from forecasts.selectors import clusters, histories, question_comparisons, statements, topics
from forecasts.selectors.columns import Among, read_columns
from forecasts.selectors.compiled_queries import fetch_compiled, read_compiled
from forecasts.services.question_comparisons import recompute_comparisons
from tests.factories import START, make_expert, make_forecast
from tests.forecasts.worlds import DAY, World

pytestmark = pytest.mark.django_db

Build = Callable[..., QuerySet[Any, Any]]
Values = dict[str, datetime | list[int]]

READ: list[tuple[Build, set[str]]] = [
    (statements._said_by, {"as_of"}),
    (statements._said_by, {"as_of", "alone_ids"}),
    (statements._said_by, {"as_of", "expert_ids"}),
    (statements._said_by, {"as_of", "question_ids"}),
    (statements._said_by, {"as_of", "expert_ids", "question_ids"}),
    (histories._ruled_among, {"as_of", "question_ids"}),
    (topics._today, {"question_ids"}),
]
FETCHED: list[tuple[Build, set[str]]] = [
    (clusters._linked_near, {"as_of", "question_ids"}),
    (question_comparisons._holding, {"as_of", "question_ids"}),
    (topics._slugs, set()),
]


@pytest.fixture
def world() -> World:
    world = World(Random(5))
    for _ in range(60):
        world.step()
    recompute_comparisons(as_of=world.now)
    return world


def looks(world: World) -> list[Values]:
    """At several instants, for everybody, for some, for one and for nobody."""
    experts = list(Expert.objects.order_by("pk").values_list("pk", flat=True))
    questions = list(Question.objects.order_by("pk").values_list("pk", flat=True))
    return [
        {
            "as_of": START + (world.now - START) * part / 3,
            "expert_ids": experts[:n],
            "alone_ids": experts[:n],
            "question_ids": questions[: 2 * n],
        }
        for part in range(4)
        for n in (3, 2, 1, 0)
    ]


@pytest.mark.parametrize(("build", "names"), READ)
def test_arrays_are_those_of_the_query_made_anew(
    world: World, build: Build, names: set[str]
) -> None:
    n_found = 0
    for look in looks(world):
        values = {name: look[name] for name in sorted(names)}

        found = read_compiled(build, **values)

        anew = read_columns(build(**values))
        assert {name: column.tolist() for name, column in found.items()} == {
            name: column.tolist() for name, column in anew.items()
        }
        assert [column.dtype for column in found.values()] == [
            column.dtype for column in anew.values()
        ]
        n_found += found[next(iter(found))].size
    assert n_found


@pytest.mark.parametrize(("build", "names"), FETCHED)
def test_rows_are_those_of_the_query_made_anew(world: World, build: Build, names: set[str]) -> None:
    n_found = 0
    for look in looks(world):
        values = {name: look[name] for name in sorted(names)}

        found = sorted(map(plain, fetch_compiled(build, **values)))

        assert found == sorted(map(plain, build(**values)))
        n_found += len(found)
    assert n_found


def plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row)


def by_experts(*, expert_ids: list[int]) -> QuerySet[Any, Any]:
    rows = Forecast.objects.filter(Among("expert", expert_ids)).order_by("pk")
    return rows.values_list("expert", "question")


def test_nothing_is_asked_about_nobody() -> None:
    with CaptureQueriesContext(connection) as asked:
        found = read_compiled(by_experts, expert_ids=[])

    assert not asked.captured_queries
    assert {name: column.size for name, column in found.items()} == {"expert": 0, "question": 0}


def test_each_read_is_one_query() -> None:
    experts = [make_expert(), make_expert()]
    said = [make_forecast("0.5", expert=expert) for expert in experts]

    for expert, forecast in zip(experts, said, strict=True):
        with CaptureQueriesContext(connection) as asked:
            found = read_compiled(by_experts, expert_ids=[expert.pk])

        assert len(asked.captured_queries) == 1
        assert found["question"].tolist() == [forecast.question_id]


def test_query_is_made_once_on_postgresql() -> None:
    n_made = 0

    def counted(*, question_ids: list[int], as_of: datetime) -> QuerySet[Any, Any]:
        nonlocal n_made
        n_made += 1
        said = Forecast.objects.filter(Among("question", question_ids), recorded_at__lte=as_of)
        return said.order_by("pk").values_list("pk")

    forecast = make_forecast("0.5")
    for later in (timedelta(0), DAY, -DAY):
        as_of = forecast.recorded_at + later
        found = read_compiled(counted, question_ids=[forecast.question_id], as_of=as_of)

        assert found["pk"].tolist() == [forecast.pk] * (later >= timedelta(0))
    assert n_made == (1 if connection.vendor == "postgresql" else 3)


def test_number_beyond_any_id_is_refused_as_ever_or_finds_nobody() -> None:
    is_refused = connection.vendor == "postgresql"

    with pytest.raises(DataError) if is_refused else nullcontext():
        found = read_compiled(by_experts, expert_ids=[1 << 64])
        assert found["expert"].size == 0
