"""What a migration does with the rows that it finds."""

from importlib import import_module

import pytest
from django.apps import apps

from forecasts.models import QuestionComparison, Scorecard
from forecasts.services.scorecards import draw_scorecards, recompute_scorecards
from tests.factories import AFTER, make_forecast, make_question, resolve

pytestmark = pytest.mark.django_db
upgrade = import_module("forecasts.migrations.0004_begin_with_what_exists")
ranking = import_module("forecasts.migrations.0006_leaderboard")


def test_questions_answered_before_the_upgrade_get_their_comparisons() -> None:
    make_question()
    forecast = make_forecast()
    make_forecast(question=forecast.question)
    QuestionComparison.objects.all().delete()

    upgrade.open_comparisons(apps, None)

    assert QuestionComparison.objects.stale().get().question == forecast.question


def test_scores_of_before_the_upgrade_are_ranked_by_calibration() -> None:
    resolve(make_forecast("0.7").question)
    recompute_scorecards(as_of=AFTER)
    draw_scorecards()
    make_forecast()
    expected = list(Scorecard.objects.order_by("pk").values_list("mcb", "mcb_floor"))
    Scorecard.objects.update(mcb=None, mcb_floor=None)

    ranking.fill(apps, None)

    assert list(Scorecard.objects.order_by("pk").values_list("mcb", "mcb_floor")) == expected
    assert expected[0][0] is not None
    assert expected[1] == (None, None)
