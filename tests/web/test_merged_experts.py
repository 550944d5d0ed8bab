"""Pages of experts who were merged: old links lead to the other, whose page says so."""

from datetime import timedelta

import pytest
from django.test import Client

from forecasts.models import Expert, Role
from forecasts.services.merges import merge_experts, undo_merge
from mail.fanouts import filter_of
from mail.subscriptions.selections import selection_for
from tests.factories import AFTER, make_expert, make_forecast, make_user
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
PATHS = (
    *("/experts/{}/", "/experts/{}/?page=2", "/experts/{}/calendar.ics"),
    "/experts/{}/feeds/forecasts.atom",
)


@pytest.fixture
def merged() -> tuple[Expert, Expert]:
    """Al, who was merged into Ada."""
    ada, al = make_expert(slug="ada", name="Ada"), make_expert(slug="al", name="Al")
    make_forecast("0.7", expert=al)
    merge_experts(
        expert=al, into=ada, reason="Al is her pen name.", by=make_user(Role.LEAD), as_of=AFTER
    )
    return al, ada


@pytest.mark.parametrize("path", PATHS)
def test_old_link_leads_to_the_other(
    reader: Client, merged: tuple[Expert, Expert], path: str
) -> None:
    response = reader.get(path.format("al"))

    # Not for ever: a merge can be undone.
    assert (response.status_code, response.headers["Location"]) == (302, path.format("ada"))
    assert reader.get(path.format("ada")).status_code == 200


def test_page_says_who_was_merged_and_why(reader: Client, merged: tuple[Expert, Expert]) -> None:
    page = reader.get("/experts/ada/").content.decode()

    assert "also recorded as Al: Al is her pen name." in " ".join(page.split())


def test_list_has_the_merged_no_more(reader: Client, merged: tuple[Expert, Expert]) -> None:
    page = reader.get("/experts/").content.decode()

    assert "/experts/ada/" in page
    assert "/experts/al/" not in page


def test_who_chose_the_merged_gets_the_news_of_both(merged: tuple[Expert, Expert]) -> None:
    wanted = filter_of(selection_for(experts=[merged[0]]))

    assert wanted is not None
    assert wanted.experts == {"al", "ada"}


def test_page_costs_one_query_more_where_somebody_was_merged(
    reader: Client, merged: tuple[Expert, Expert]
) -> None:
    with counted_queries() as with_merge:
        reader.get("/experts/ada/")
    undo_merge(
        merge=merged[0].merges.get(),
        reason="Two.",
        by=make_user(Role.LEAD),
        as_of=AFTER + timedelta(hours=1),
    )
    with counted_queries() as without:
        reader.get("/experts/al/")

    assert len(with_merge) == len(without) + 1
