"""Experts who were merged: old addresses lead to the other, the past stays as it was."""

from datetime import timedelta

import pytest
from django.test import Client

from forecasts.models import Expert, Role
from forecasts.services.merges import merge_experts, undo_merge
from tests.api.worlds import World
from tests.factories import AFTER, make_expert, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MERGED = AFTER + timedelta(days=40)
PATHS = ("", "scores/", "scores/history/", "calibration/", "forecasts/")


@pytest.fixture
def grace(world: World) -> Expert:
    """Into whom Ada was merged."""
    grace = make_expert(slug="grace", name="Grace")
    merge_experts(
        expert=world.expert, into=grace, reason="One.", by=make_user(Role.LEAD), as_of=MERGED
    )
    return grace


@pytest.mark.parametrize("path", PATHS)
def test_merged_expert_leads_to_the_other(reader: Client, grace: Expert, path: str) -> None:
    response = reader.get(f"/api/v1/experts/ada/{path}?format=json")

    assert response.status_code == 302
    assert response.headers["Location"] == f"/api/v1/experts/grace/{path}?format=json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json()["detail"] == "ada was merged into grace."
    assert reader.get(response.headers["Location"]).status_code == 200


def test_other_says_who_is_merged_and_lists_what_they_said(reader: Client, grace: Expert) -> None:
    found = reader.get("/api/v1/experts/grace/").json()
    said = reader.get("/api/v1/forecasts/?expert=grace").json()["results"]

    assert (found["merged"], found["n_forecasts"]) == (["ada"], len(said))
    assert {row["expert"]["slug"] for row in said} == {"grace"}


def test_list_has_the_merged_no_more(reader: Client, grace: Expert) -> None:
    found = {row["slug"] for row in reader.get("/api/v1/experts/").json()["results"]}

    assert "grace" in found
    assert "ada" not in found


def test_past_of_a_merged_expert_is_where_it_was(reader: Client, grace: Expert) -> None:
    before = (MERGED - HOUR).isoformat().replace("+00:00", "Z")
    after = (MERGED + HOUR).isoformat().replace("+00:00", "Z")

    then = reader.get(f"/api/v1/experts/ada/scores/?as_of={before}")
    since = reader.get(f"/api/v1/experts/ada/scores/?as_of={after}")

    assert then.json()["expert"]["slug"] == "ada"
    assert since.status_code == 302
    assert since.headers["Location"].startswith("/api/v1/experts/grace/scores/?as_of=")


def test_filter_by_a_merged_expert_is_refused_with_the_nearest(
    reader: Client, grace: Expert
) -> None:
    make_expert(slug="ada-2")

    response = reader.get("/api/v1/forecasts/?expert=ada")

    assert response.status_code == 400
    assert response.json()["errors"][0]["suggestion"] == "ada-2"


def test_comparison_names_the_other(reader: Client, grace: Expert) -> None:
    make_expert(slug="bob")

    response = reader.get("/api/v1/compare/?expert=ada&expert=bob")

    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"parameter": "expert", "detail": '"ada" was merged into "grace".', "suggestion": "grace"}
    ]


def test_undone_merge_brings_the_address_back(reader: Client, grace: Expert) -> None:
    merge = grace.merges_into.get()

    undo_merge(merge=merge, reason="Two.", by=make_user(Role.LEAD), as_of=MERGED + HOUR)

    assert reader.get("/api/v1/experts/ada/").json()["merged"] == []
    assert reader.get("/api/v1/experts/grace/").json()["n_forecasts"] == 0
