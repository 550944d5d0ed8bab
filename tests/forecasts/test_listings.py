"""Rows come with what is shown beside them, whatever it takes to ask each of them for it."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from forecasts.models import Expert, ExpertAlias, Forecast, Question, Source, Topic
from forecasts.selectors.listings import (
    listed_experts,
    listed_forecasts,
    listed_questions,
    listed_range,
    listed_ruling,
    listed_sources,
)
from forecasts.selectors.questions import questions_with_state
from forecasts.selectors.rulings import ruling_in_force
from tests.factories import AFTER, make_expert, make_question, resolve
from tests.forecasts.worlds import World
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Forecasts in words that some have read, questions with conditions, and rulings."""
    world = World(Random(3))
    for _ in range(12):
        world.record()
    for _ in range(6):
        world.code()
    parent, child = world.questions[:2]
    waiting = make_question(depends_on=parent, depends_on_answer="yes")
    make_question(depends_on=waiting, depends_on_answer="no")
    resolve(child)
    topics = [Topic.objects.create(slug=name, name=name.upper()) for name in ("b", "a-b", "a")]
    waiting.topics.set(topics)
    return world


def rows_of(rows: Any) -> Any:
    """Rows with columns that their class does not name."""
    return rows


def asked_one_by_one(pk: int, states: dict[int, str]) -> dict[str, Any]:
    """What is shown of a question, by plain queries."""
    row = Question.objects.get(pk=pk)
    standing = Forecast.objects.filter(question=row, superseded_at=None)
    said = standing.filter(kind="forecast").order_by("stated_at")
    return {
        "state": states[pk],
        "ruling": ruling_in_force(row),
        "topics": [topic.slug for topic in row.topics.all()],
        "n_forecasts": standing.count(),
        "first_stated_at": said[0].stated_at if said else None,
        "parent": row.depends_on
        and (row.depends_on.slug, row.depends_on.title, states[row.depends_on.pk]),
    }


def shown(row: Any) -> dict[str, Any]:
    return {
        "state": row.state,
        "ruling": listed_ruling(row),
        "topics": row.topic_slugs,
        "n_forecasts": row.n_forecasts,
        "first_stated_at": row.first_stated_at,
        "parent": row.depends_on_id and (row.parent_slug, row.parent_title, row.parent_state),
    }


@pytest.mark.parametrize("days", [-400, 0, 400])
def test_questions_come_with_all_that_is_shown_of_them_in_one_query(
    world: World, days: int
) -> None:
    as_of = AFTER + timedelta(days=days)
    with counted_queries() as queries:
        found = {row.pk: shown(row) for row in listed_questions(as_of)}

    states = {row.pk: row.state for row in rows_of(questions_with_state(as_of))}
    assert len(queries) == 1
    assert found == {pk: asked_one_by_one(pk, states) for pk in states}
    assert {type(row["ruling"]).__name__ for row in found.values()} == {"Resolution", "NoneType"}
    assert max(len(row["topics"]) for row in found.values()) == 3


def test_forecasts_come_with_the_range_in_force(world: World) -> None:
    with counted_queries() as queries:
        found = {
            row.pk: (listed_range(row), row.expert.slug, row.question.slug, row.source.title)
            for row in rows_of(listed_forecasts())
        }

    assert len(queries) == 1
    assert found == {
        row.pk: (
            row.adopted_ranges.filter(superseded_at=None).first(),
            *(row.expert.slug, row.question.slug, row.source.title),
        )
        for row in Forecast.objects.all()
    }
    assert any(adopted for adopted, *_ in found.values())


def test_experts_come_with_their_other_names_and_numbers(world: World) -> None:
    expert = make_expert()
    for name in ("Zoë", "Another"):
        ExpertAlias.objects.create(expert=expert, name=name)

    with counted_queries() as queries:
        found = {row.pk: row for row in rows_of(listed_experts())}

    assert len(queries) == 1
    assert found[expert.pk].other_names == ["Zoë", "Another"]
    assert {pk: (row.n_forecasts, row.n_unscorable) for pk, row in found.items()} == {
        row.pk: (
            row.forecasts.filter(superseded_at=None).count(),
            row.unscorable_statements.count(),
        )
        for row in Expert.objects.all()
    }
    assert {row.other_names == [] for row in found.values()} == {True, False}


def test_sources_come_with_the_number_of_their_forecasts(world: World) -> None:
    found = {row.pk: row.n_forecasts for row in rows_of(listed_sources())}

    assert found == {
        row.pk: row.forecasts.filter(superseded_at=None).count() for row in Source.objects.all()
    }
