"""What is put beside the rows of a page is what prefetching puts there."""

from random import Random
from typing import Any

import pytest

from forecasts.models import ExpertAlias, Forecast, Question
from forecasts.selectors.grounds import grounds_of
from forecasts.selectors.listings import (
    bare_experts,
    bare_forecasts,
    bare_questions,
    listed_experts,
    listed_forecasts,
    listed_questions,
)
from forecasts.selectors.relations import (
    with_aliases,
    with_grounds,
    with_readings,
    with_topics_and_rulings,
)
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
    make_question(depends_on=parent, depends_on_answer="yes")
    resolve(child)
    return world


def about_question(row: Any) -> Any:
    parent = row.depends_on
    return (
        [topic.slug for topic in row.topics.all()],
        [ruling.pk for ruling in row.resolutions.all()],
        parent and (parent.pk, parent.state),
    )


def test_questions_get_their_topics_rulings_and_conditions(world: World) -> None:
    rows = list(bare_questions(AFTER))

    with_topics_and_rulings(rows, as_of=AFTER)
    with counted_queries() as queries:
        found = {row.pk: about_question(row) for row in rows}

    assert queries == []
    assert found == {row.pk: about_question(row) for row in listed_questions(AFTER)}
    assert any(parent for _, _, parent in found.values())
    assert any(rulings for _, rulings, _ in found.values())


def test_forecasts_get_the_readings_of_their_words(world: World) -> None:
    def about(row: Any) -> Any:
        return [one.pk for one in row.codings.all()], [one.pk for one in row.adopted]

    rows = list(bare_forecasts())

    with_readings(rows)
    with counted_queries() as queries:
        found = {row.pk: about(row) for row in rows}

    assert queries == []
    assert found == {row.pk: about(row) for row in listed_forecasts()}
    assert any(codings for codings, _ in found.values())


def test_experts_get_their_aliases() -> None:
    expert, _ = make_expert(), make_expert()
    ExpertAlias.objects.create(expert=expert, name="Another")
    rows = list(bare_experts())

    with_aliases(rows)

    assert {row.pk: [one.name for one in row.aliases.all()] for row in rows} == {
        row.pk: [one.name for one in row.aliases.all()] for row in listed_experts()
    }


def test_question_gets_the_grounds_of_its_ruling_in_two_queries(world: World) -> None:
    ruled, expected = [
        Question.objects.prefetch_related("resolutions").get(resolutions__isnull=False)
        for _ in range(2)
    ]

    with counted_queries() as queries:
        with_grounds(ruled)
        found = grounds_of(ruled)

    assert found == grounds_of(expected)
    assert found.links
    assert len(queries) == 2


def test_of_a_question_without_a_ruling_no_grounds_are_read() -> None:
    question = Question.objects.prefetch_related("resolutions").get(pk=make_question().pk)

    with counted_queries() as queries:
        with_grounds(question)

    assert queries == []


def test_what_was_stated_as_a_number_has_no_readings(world: World) -> None:
    rows = list(Forecast.objects.filter(basis=Forecast.Basis.STATED))

    with counted_queries() as queries:
        with_readings(rows)

    assert queries == []
    assert {len(row.codings.all()) for row in rows} == {0}
