"""What an expert's page shows for how many questions, and that it explains all of it."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.web.worlds import figures_of, make_records, page_of, text_of

HEADLINE = ["Brier score", "Log score", "Resolved forecasts", "Left out"]
TESTS = ["Calibration test", "Spiegelhalter test", "Bias"]
CALIBRATION = [
    "Miscalibration (MCB)",
    "Calibration error (ECE)",
    "Reliability term",
    "Slope",
    "Discrimination (DSC)",
    "AUC",
]
RANKED = ["Place by calibration"]
OTHERS = ["Relative to others", "Relative, shrunk", "Brier score, shrunk"]
TIME = ["Brier score over time", "Coverage", "Baseline score", "Peer score"]
SHOWN = {
    4: HEADLINE,
    5: HEADLINE,
    10: [*HEADLINE, *TESTS, *OTHERS, *TIME],
    30: [*HEADLINE, *TESTS, *CALIBRATION, *OTHERS, *TIME],
    100: [*HEADLINE, *TESTS, *CALIBRATION, *RANKED, *OTHERS, *TIME],
}
CHANCE_ONLY = {"Miscalibration (MCB)", "Calibration error (ECE)", "Reliability term"}


@pytest.fixture(params=SHOWN)
def n(request: Any, db: None) -> int:
    """How many questions Ada and Bob both answered."""
    number: int = request.param
    make_records(number, "ada", "bob")
    return number


def test_each_tier_shows_what_its_number_supports_and_explains_it(reader: Client, n: int) -> None:
    page = page_of(reader, "/experts/ada/")

    found = figures_of(page)
    assert found.names == SHOWN[n]
    assert all(found.notes), dict(zip(found.names, found.notes, strict=True))
    assert ("95% interval" in page, "By topic" in page) == (n >= 5, n >= 5)
    assert ('class="calibration"' in page, "The alarm has " in page) == (n >= 10, n >= 10)
    assert ('<span class="badge">provisional</span>' in page) == (10 <= n < 30)
    assert ('class="band"' in page, 'class="dot"' in page) == (n >= 30, n >= 30)
    assert page.count("chance alone makes") == (len(CHANCE_ONLY) if n >= 30 else 0)


def test_every_link_to_an_explanation_arrives(reader: Client, db: None) -> None:
    make_records(30, "ada", "bob")
    guide = figures_of(page_of(reader, "/how-to-read/"))

    for path in ("/", "/leaderboard/", "/leaderboard/?ranking=calibration", "/experts/ada/"):
        links = figures_of(page_of(reader, path)).links
        anchors = {link.partition("#")[2] for link in links if link.startswith("/how-to-read/#")}
        assert anchors <= set(guide.ids), path
    assert len(guide.ids) == len(set(guide.ids))
    assert {link[1:] for link in guide.links if link.startswith("#")} <= set(guide.ids)


def test_provisional_bins_are_counts_without_shares(reader: Client, db: None) -> None:
    make_records(10, "ada", "bob")

    page = text_of(reader, "/experts/ada/")

    assert "Said Forecasts Came true 0% to 10% 0 0 10% to 20% 0 0 20% to 30% 2 1" in page
    assert "Shares, their intervals and the band of chance come with 30." in page


def test_parts_are_shown_by_their_own_number_beside_the_whole(reader: Client, db: None) -> None:
    make_records(10, "ada", "bob")

    page = text_of(reader, "/experts/ada/")

    assert (
        "By whose number it is Number Forecasts Brier score Calibration test, p Stated 10" in page
    )
    assert "Rivers and seas 10" in page
    assert "under 1 month 10" in page
    assert "2026 10" in page


def test_expert_whom_nobody_can_be_compared_with_is_told_so(reader: Client, db: None) -> None:
    make_records(10, "ada")

    page = text_of(reader, "/experts/ada/")

    assert "A comparison takes 10 clusters of questions that others answered, too; so far" in page
    assert "Relative to others" not in page
    assert "Peer score" not in page


@pytest.mark.parametrize(("said", "warned"), [("0.99", True), ("0.7", False)])
def test_near_certainty_is_warned_of(reader: Client, db: None, said: str, warned: bool) -> None:
    make_records(5, "ada", said=[said])

    assert ("intervals here are optimistic" in text_of(reader, "/experts/ada/")) == warned


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("0.66",), "The alarm has never gone off"),
        (("0.01",), "The alarm has gone off"),
    ],
)
def test_alarm_is_a_sentence(reader: Client, db: None, said: tuple[str], words: str) -> None:
    make_records(12, "ada", said=said)

    assert words in text_of(reader, "/experts/ada/")


def test_plot_says_in_words_and_numbers_what_it_draws(reader: Client, db: None) -> None:
    make_records(30, "ada")

    page = page_of(reader, "/experts/ada/")

    assert 'role="img"' in page
    assert 'aria-labelledby="plot-title plot-desc"' in page
    assert "What was said beside what came" in page


@pytest.mark.parametrize(("number", "queries"), [(4, 14), (30, 15)])
def test_page_takes_a_fixed_number_of_queries(
    reader: Client,
    db: None,
    django_assert_num_queries: DjangoAssertNumQueries,
    number: int,
    queries: int,
) -> None:
    make_records(number, "ada", "bob")

    with django_assert_num_queries(queries):
        reader.get("/experts/ada/")
