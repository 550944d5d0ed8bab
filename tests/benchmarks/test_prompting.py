"""A small office, simulated: nobody is asked twice, and nothing is forgotten."""

import random

import pytest
from pytest_django import Settings

from benchmarks import prompting
from benchmarks.simulated_prompting import Line, Outcome, outages, simulate
from benchmarks.simulations import filled

pytestmark = pytest.mark.django_db


def test_small_office_is_prompted_without_fault(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

    outcome = simulate(n_days=12, n_questions=20, seed=2)

    figures = {line.what: line.figure for line in outcome.lines}
    assert outcome.broken == []
    assert figures["mails"] > 0


def test_line_that_says_more_than_it_may_is_broken() -> None:
    lines = (Line("mails", 7), Line("twice", 0, 0), Line("forgotten", 1, 0))

    assert Outcome(lines).broken == ["forgotten"]


def test_outages_are_of_hours_and_of_days() -> None:
    down = outages(random.Random(1), 400)

    assert 300 < len(down) < 1000


def test_page_has_a_place_for_the_table() -> None:
    page = filled(prompting.PAGE.read_text(), {"run": "a", "table": "b"})

    assert page.count("\n\nb\n\n<!-- end -->") == 1
