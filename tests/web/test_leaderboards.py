"""Who stands where, and what the leaderboard says while nobody does."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.web.worlds import make_records, page_of, text_of


def test_experts_are_ranked_beside_each_other_with_intervals(reader: Client, db: None) -> None:
    make_records(12, "ada", "bob")

    page = text_of(reader, "/leaderboard/")

    assert "A place is 1 plus the number of experts who were significantly better" in page
    assert "12 resolved, 12 shared" in page
    assert "left of the dashed line, is better than others on the same questions" in page
    assert page_of(reader, "/leaderboard/").count('<svg class="interval"') == 2


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "that takes 10 independent clusters of questions that others answered, too."),
        ("?ranking=calibration", "that takes 100 independent clusters of questions."),
    ],
)
def test_empty_ranking_says_how_far_the_first_has_come(
    reader: Client, db: None, query: str, words: str
) -> None:
    make_records(3, "ada", "bob")

    page = text_of(reader, f"/leaderboard/{query}")

    assert f"Nobody has a place yet: {words} The most so far: Ada with 3 of" in page


def test_miscalibration_is_ranked_beside_what_chance_makes(reader: Client, db: None) -> None:
    make_records(100, "ada")

    page = text_of(reader, "/leaderboard/?ranking=calibration")

    assert "Place Expert Beyond chance MCB Chance alone 1 Ada 100 resolved" in page
    assert "MCB 0." in page


def test_unknown_ranking_is_that_by_accuracy(reader: Client, db: None) -> None:
    page = page_of(reader, "/leaderboard/?ranking=luck")

    assert page.count('aria-current="page"') == 1
    assert "Accuracy</a>" in page.partition('aria-current="page"')[2][:40]


def test_real_and_invented_experts_never_share_a_table(
    reader: Client, db: None, settings: Any
) -> None:
    settings.DEMO = True
    make_records(10, "ada", "bob")
    make_records(10, "eve", "fay", synthetic=True)

    real, _, invented = page_of(reader, "/leaderboard/").partition("Invented experts")

    assert ("/experts/ada/" in real, "/experts/eve/" in real) == (True, False)
    assert ("/experts/ada/" in invented, "/experts/eve/" in invented) == (False, True)


def test_home_page_shows_the_first_and_counts_the_others(
    reader: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.views.homes.MOST_PLACES", 1)
    make_records(10, "ada", "bob", "cyd")

    page = text_of(reader, "/")

    assert "2 more are not shown here." in page
    assert "Ranking by calibration" in page


@pytest.mark.parametrize("number", [2, 4])
def test_leaderboard_takes_a_fixed_number_of_queries(
    reader: Client,
    db: None,
    django_assert_num_queries: DjangoAssertNumQueries,
    number: int,
) -> None:
    make_records(10, *("ada", "bob", "cyd", "dan")[:number])

    with django_assert_num_queries(5):
        reader.get("/leaderboard/")
