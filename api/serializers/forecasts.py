"""The shape of forecasts."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.plans import Shape
from api.serializers.disputables import DisputableSerializer
from api.serializers.experts import ExpertBriefSerializer, ExpertSerializer
from api.serializers.lexicons import ReadWithSerializer
from api.serializers.questions import QuestionBriefSerializer, QuestionSerializer
from api.serializers.sources import QuotationSerializer, SourceBriefSerializer, SourceSerializer
from api.shapes import ExpandableSerializer, shown
from api.times import zulu
from forecasts.models import Forecast
from forecasts.selectors.fates import Fate, ForecastFate
from forecasts.selectors.lexicons import cited_versions
from forecasts.selectors.listings import listed_quotation, listed_range

ONE_READING = "one coder's reading, not the speaker's number"


class CodingSerializer(Shape):
    """One coder's reading of the words, as a range of P(yes)."""

    low = serializers.FloatField()
    mid = serializers.FloatField()
    high = serializers.FloatField()
    coded_at = serializers.DateTimeField()
    is_blind = serializers.BooleanField(
        help_text="Whether the coder had been shown no other reading: false for what leads add."
    )
    lexicon = ReadWithSerializer(
        source="lexicon_phrase",
        allow_null=True,
        help_text="What the words were read with; null where the coder chose no lexicon.",
    )
    label = serializers.SerializerMethodField()  # type: ignore[assignment]  # a field, not its label

    def get_label(self, coding: object) -> str:
        """What this number is, to be shown beside it."""
        return ONE_READING


class AdoptedSerializer(Shape):
    """The range that a forecast in words is scored with: the medians of its readings."""

    low = serializers.FloatField()
    probability = serializers.FloatField()
    high = serializers.FloatField()
    n_codings = serializers.IntegerField(
        min_value=2, help_text="The readings that it is the median of; later ones may not move it."
    )
    adopted_at = serializers.DateTimeField()


class LexiconVersionSerializer(Shape):
    """A version of a lexicon."""

    name = serializers.CharField()
    version = serializers.CharField()


class AdoptedFromSerializer(AdoptedSerializer):
    """The range adopted, and what it was read with."""

    lexicons = LexiconVersionSerializer(
        many=True, help_text="The lexicons that its readings were made with, if any."
    )


class CorrectionSerializer(Shape):
    """A coder's correction, which replaced a row that never should have stood."""

    by = serializers.IntegerField(allow_null=True, help_text="The row that replaced it.")
    reason = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()


class ForecastSerializer(ExpandableSerializer, DisputableSerializer):
    """What an expert said about a question: the words, where they stand, and our reading."""

    record_kind = "forecast"
    record_key = "pk"
    expandable = {
        "expert": ExpertSerializer,
        "question": QuestionSerializer,
        "source": SourceSerializer,
    }

    id = serializers.IntegerField()
    expert = ExpertBriefSerializer()
    question = QuestionBriefSerializer()
    source = SourceBriefSerializer()  # type: ignore[assignment]  # a field, not its source
    kind = serializers.ChoiceField(choices=Forecast.Kind.choices)
    basis = serializers.ChoiceField(
        choices=Forecast.Basis.choices,
        help_text="stated: the expert gave the number. inferred: coders read it from the words.",
    )
    quote = serializers.CharField(help_text="The words that were said.")
    quotation = serializers.SerializerMethodField()
    phrase = serializers.CharField(help_text="Those of the words that carry the likelihood.")
    claims_yes = serializers.BooleanField(help_text="Whether the phrase speaks for yes or for no.")
    stated_at = serializers.DateTimeField()
    external_id = serializers.CharField(
        help_text="What it is called where it was imported from; empty where it was not."
    )
    recorded_at = serializers.DateTimeField()
    probability = serializers.SerializerMethodField()
    low = serializers.SerializerMethodField()
    high = serializers.SerializerMethodField()
    codings = serializers.SerializerMethodField()
    n_codings = serializers.SerializerMethodField()
    adopted = serializers.SerializerMethodField()
    fate = serializers.SerializerMethodField()
    is_scored = serializers.SerializerMethodField()
    coded_after_known = serializers.SerializerMethodField()
    brier = serializers.SerializerMethodField()
    brier_best = serializers.SerializerMethodField()
    brier_worst = serializers.SerializerMethodField()
    corrects = serializers.IntegerField(
        source="supersedes_id",
        allow_null=True,
        help_text="The row that this one corrects, if any.",
    )
    correction_reason = serializers.SerializerMethodField()
    superseded = serializers.SerializerMethodField()

    def get_probability(self, forecast: Forecast) -> float | None:
        """P(yes), 0..1, as stated or as adopted from two blind codings or more; else null."""
        adopted = listed_range(forecast)
        return _number(adopted.probability if adopted else forecast.probability)

    def get_low(self, forecast: Forecast) -> float | None:
        """The lowest P(yes) that the words allow."""
        return _number((listed_range(forecast) or forecast).low)

    def get_high(self, forecast: Forecast) -> float | None:
        """The highest P(yes) that the words allow."""
        return _number((listed_range(forecast) or forecast).high)

    @extend_schema_field(QuotationSerializer(allow_null=True))
    def get_quotation(self, forecast: Forecast) -> Any:
        """Where in the source the quote stands; null where its text was not taken in."""
        found = listed_quotation(forecast)
        return None if found is None else shown(QuotationSerializer, found)

    @extend_schema_field(CodingSerializer(many=True))
    def get_codings(self, forecast: Forecast) -> Any:
        """Every reading, blind to the others, oldest first; who read is not said."""
        return [shown(CodingSerializer, one) for one in forecast.codings.all()]

    def get_n_codings(self, forecast: Forecast) -> int:
        """How many coders have read it; a range is adopted from two that agree, or from three."""
        return len(forecast.codings.all())

    @extend_schema_field(AdoptedFromSerializer(allow_null=True))
    def get_adopted(self, forecast: Forecast) -> Any:
        """The range adopted from the readings in force; null without one."""
        found = listed_range(forecast)
        if found is None:
            return None
        versions = cited_versions(forecast.codings.all())
        lexicons = [shown(LexiconVersionSerializer, one) for one in versions]
        return shown(AdoptedSerializer, found) | {"lexicons": lexicons}

    @extend_schema_field(serializers.ChoiceField(choices=Fate.choices))
    def get_fate(self, forecast: Forecast) -> Any:
        """What became of it."""
        return self._fate(forecast).fate.value

    def get_is_scored(self, forecast: Forecast) -> bool:
        """Whether it counts in the expert's statistics."""
        return self._fate(forecast).is_scored

    def get_coded_after_known(self, forecast: Forecast) -> bool:
        """Whether it was recorded or coded after the answer was known, its date being proven."""
        return self._fate(forecast).is_coded_after_known

    def get_brier(self, forecast: Forecast) -> float | None:
        """(p - y)², 0..1, lower is better; null until there is a yes or no."""
        return _rounded(self._fate(forecast).brier)

    def get_brier_best(self, forecast: Forecast) -> float | None:
        """The lowest Brier score that `low` to `high` allows; null where `brier` is."""
        return _rounded(losses.best if (losses := self._fate(forecast).losses) else None)

    def get_brier_worst(self, forecast: Forecast) -> float | None:
        """The highest Brier score that `low` to `high` allows; null where `brier` is."""
        return _rounded(losses.worst if (losses := self._fate(forecast).losses) else None)

    def get_correction_reason(self, forecast: Forecast) -> str | None:
        """Why it corrects another row; null where it does not."""
        return forecast.correction_reason or None

    @extend_schema_field(CorrectionSerializer(allow_null=True))
    def get_superseded(self, forecast: Any) -> Any:
        """The correction that replaced it; null for a row in force."""
        if forecast.superseded_at is None:
            return None
        return {
            "by": forecast.corrected_by,
            "reason": forecast.corrected_because,
            "at": zulu(forecast.superseded_at),
        }

    def _fate(self, forecast: Forecast) -> ForecastFate:
        fates: dict[int, ForecastFate] = self.context["fates"]
        return fates[forecast.pk]


def _rounded(score: float | None) -> float | None:
    return None if score is None else float(f"{score:.12g}")


def _number(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
