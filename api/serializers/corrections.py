"""The shape of corrections."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.plans import Shape
from api.serializers.experts import ExpertBriefSerializer
from api.serializers.questions import QuestionBriefSerializer, RulingSerializer
from forecasts.models import Forecast
from forecasts.selectors.corrections import Correction, Kind


class RecordedSerializer(Shape):
    """A forecast as a coder recorded it."""

    id = serializers.IntegerField()
    expert = ExpertBriefSerializer()
    question = QuestionBriefSerializer()
    kind = serializers.ChoiceField(choices=Forecast.Kind.choices)
    quote = serializers.CharField()
    stated_at = serializers.DateTimeField()
    probability = serializers.FloatField(
        allow_null=True, help_text="P(yes) as stated; null where only words were given."
    )
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class RulingChangeSerializer(Shape):
    """A ruling, and the one that superseded it."""

    was = RulingSerializer()
    became = RulingSerializer()


class ForecastChangeSerializer(Shape):
    """A row that never stood, and the one that replaced it."""

    was = RecordedSerializer()
    became = RecordedSerializer()


class CorrectionEntrySerializer(Shape):
    """Something public that was wrong, what stands instead, and whom it concerned."""

    kind = serializers.ChoiceField(
        choices=Kind.choices,
        help_text="corrected, reopened: a lead decided so. undone: a reviewer took the verdict "
        "back within ten minutes. followed: the ruling on the question it hangs on changed. "
        "forecast: a coder had recorded it wrongly.",
    )
    corrected_at = serializers.DateTimeField(source="place.at")
    question = QuestionBriefSerializer()
    reason = serializers.CharField()
    experts = ExpertBriefSerializer(
        many=True, help_text="Whose forecasts on the question stood then, or were corrected."
    )
    ruling = serializers.SerializerMethodField()
    forecast = serializers.SerializerMethodField()

    @extend_schema_field(RulingChangeSerializer(allow_null=True))
    def get_ruling(self, correction: Correction) -> Any:
        """What was ruled and what it became; null where a forecast was corrected."""
        return RulingChangeSerializer(correction).data if correction.place.is_ruling else None

    @extend_schema_field(ForecastChangeSerializer(allow_null=True))
    def get_forecast(self, correction: Correction) -> Any:
        """What was recorded and what it became; null where a ruling changed."""
        return None if correction.place.is_ruling else ForecastChangeSerializer(correction).data
