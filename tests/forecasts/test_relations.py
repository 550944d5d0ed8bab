"""What is put beside rows is what asking each of them finds."""

from random import Random

import pytest

from forecasts.models import Forecast, Question
from forecasts.selectors.grounds import grounds_of
from forecasts.selectors.relations import with_codings, with_grounds, with_rulings
from tests.factories import make_question, resolve
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


def test_forecasts_get_the_readings_of_their_words(world: World) -> None:
    rows = list(Forecast.objects.all())

    with_codings(rows)
    with counted_queries() as queries:
        found = {row.pk: [one.pk for one in row.codings.all()] for row in rows}

    assert queries == []
    assert found == {
        row.pk: list(row.codings.values_list("pk", flat=True)) for row in Forecast.objects.all()
    }
    assert any(found.values())


def test_question_gets_its_rulings(world: World) -> None:
    question = Question.objects.filter(resolutions__isnull=False)[0]

    with_rulings(question)
    with counted_queries() as queries:
        found = list(question.resolutions.all())

    assert queries == []
    assert found == list(Question.objects.get(pk=question.pk).resolutions.all())


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
        with_codings(rows)

    assert queries == []
    assert {len(row.codings.all()) for row in rows} == {0}
