"""Plans show what the serializers that they are made of would show."""

import pytest
from django.test import Client
from rest_framework.serializers import Serializer

from api.plans import Shape
from forecasts.models import Forecast
from tests.api.worlds import World, correct, number, overturn
from tests.factories import AFTER
from tests.forecasts.disputes import make_open_dispute

PATHS = (
    "experts/",
    "experts/ada/",
    "forecasts/?expand=expert,question,source&include=superseded",
    "questions/",
    "questions/flood/",
    "questions/dam/",
    "sources/",
    "unscorable-statements/?expand=expert,source",
    "disputes/",
    "corrections/",
)


@pytest.mark.parametrize("path", PATHS)
def test_plan_shows_what_its_serializer_shows(
    reader: Client, world: World, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    correct(world.stated, as_of=AFTER, probability=number("0.7"))
    overturn(world.question, "no", as_of=AFTER)
    for record in (world.expert, world.source, Forecast.objects.in_force()[0]):
        make_open_dispute(record)

    planned = reader.get(f"/api/v1/{path}")
    monkeypatch.setattr(Shape, "to_representation", Serializer.to_representation)
    shown = reader.get(f"/api/v1/{path}")

    assert planned.status_code == 200
    assert planned.content == shown.content
