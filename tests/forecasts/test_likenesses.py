"""Which experts a name may stand for, among the names that they have and had."""

import pytest

from forecasts.models import Expert, ExpertAlias, ExpertRename
from forecasts.selectors.likenesses import Likeness, experts_like, experts_like_each
from tests.factories import START, make_expert
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Expert:
    return make_expert(name="Ada Lovelace")


def test_an_expert_is_found_by_name_alias_and_former_name(ada: Expert) -> None:
    ExpertAlias.objects.create(expert=ada, name="Countess King")
    ExpertRename.objects.create(expert=ada, before="Augusta Byron", renamed_at=START)
    make_expert(name="Charles Babbage")

    found = [experts_like(name) for name in ("lovelace, ADA", "countess king", "A. Byron")]

    assert found == [
        [Likeness(ada, "Ada Lovelace", 100.0)],
        [Likeness(ada, "Countess King", 100.0)],
        [Likeness(ada, "Augusta Byron", 95.0)],
    ]


def test_each_expert_is_named_once_with_the_nearest_name(ada: Expert) -> None:
    ExpertAlias.objects.create(expert=ada, name="A. Lovelace")

    assert experts_like("a lovelace") == [Likeness(ada, "A. Lovelace", 100.0)]


def test_synthetic_and_real_experts_are_told_apart(ada: Expert) -> None:
    twin = make_expert(name="Ada Lovelace", synthetic=True)

    assert [row.expert for row in experts_like("Ada Lovelace")] == [ada, twin]
    assert [row.expert for row in experts_like("Ada Lovelace", synthetic=True)] == [twin]
    assert [row.expert for row in experts_like("Ada Lovelace", synthetic=False)] == [ada]


def test_only_as_many_as_asked_for() -> None:
    for _ in range(4):
        make_expert(name="Ada Lovelace")

    assert len(experts_like("Ada Lovelace", limit=3)) == 3


@pytest.mark.parametrize("name", ["", " ", "\0", "\u202e", "Ada " * 1250])
def test_what_is_no_name_resembles_nobody(ada: Expert, name: str) -> None:
    assert experts_like(name) == []


def test_any_number_of_names_takes_two_queries(ada: Expert) -> None:
    make_expert(name="Charles Babbage")

    with counted_queries() as made:
        found = experts_like_each(["Lovelace", "Babbage", "Nobody"])

    assert {name: len(rows) for name, rows in found.items()} == {
        "Lovelace": 1,
        "Babbage": 1,
        "Nobody": 0,
    }
    assert len(made) == 2
