"""What a migration does with the rows that it finds."""

from importlib import import_module

import pytest
from django.apps import apps

from forecasts.models import QuestionComparison
from tests.factories import make_forecast, make_question

pytestmark = pytest.mark.django_db
upgrade = import_module("forecasts.migrations.0004_begin_with_what_exists")


def test_questions_answered_before_the_upgrade_get_their_comparisons() -> None:
    make_question()
    forecast = make_forecast()
    make_forecast(question=forecast.question)
    QuestionComparison.objects.all().delete()

    upgrade.open_comparisons(apps, None)

    assert QuestionComparison.objects.stale().get().question == forecast.question
