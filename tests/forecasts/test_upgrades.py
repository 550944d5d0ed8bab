"""What a migration does with the rows that it finds."""

from importlib import import_module

import pytest
from django.apps import apps

from forecasts.models import QuestionComparison
from tests.factories import make_forecast, make_question

pytestmark = pytest.mark.django_db
packed_scorecards = import_module("forecasts.migrations.0002_packed_scorecards")


def test_questions_answered_before_the_upgrade_get_their_comparisons() -> None:
    make_question()
    forecast = make_forecast()
    make_forecast(question=forecast.question)
    QuestionComparison.objects.all().delete()

    packed_scorecards.open_comparisons(apps, None)

    assert QuestionComparison.objects.stale().get().question == forecast.question
