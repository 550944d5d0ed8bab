"""The shape of an expert's calibration: the curve, and all that it is drawn from."""

from typing import Any

from rest_framework import serializers

from api.serializers.calibrations import (
    BinSerializer,
    CorpSerializer,
    EceSerializer,
    MurphySerializer,
    RecalibrationSerializer,
    ScoreTestSerializer,
    SequentialSerializer,
    SpiegelhalterSerializer,
    ValueSerializer,
)
from api.serializers.fields import count, number, reasons, share, tier_of
from api.serializers.scores import ScoredSerializer


class ScoredForecastSerializer(serializers.Serializer[Any]):
    """One scored forecast: what it is drawn by, and what it counts together with."""

    question = serializers.CharField(help_text="Slug of the question.")
    probability = serializers.FloatField(help_text="P(yes), 0..1.")
    low = serializers.FloatField(help_text="The lowest P(yes) that the words allow.")
    high = serializers.FloatField(help_text="The highest P(yes) that the words allow.")
    outcome = serializers.IntegerField(
        min_value=0, max_value=1, help_text="1 for yes, 0 for no. Never null."
    )
    cluster = serializers.CharField(
        help_text="Which of them hang together: the slug of a question of the family or chain of "
        "conditions, perhaps one that the expert never answered."
    )
    speaks = serializers.BooleanField(
        help_text="Whether it is the one of its cluster that tests, and intervals of shares, go by."
    )


class CalibrationSerializer(ScoredSerializer):
    """How what an expert said compares with what came, and every number it is drawn from."""

    n = count("Scored forecasts.")
    n_clusters = count("Clusters of questions among them.")
    tier = tier_of("in n_clusters")
    base_rate = share("ȳ: the share of yes. 0..1.")
    mean_probability = share("p̄: the mean probability. 0..1.")
    bias = number("p̄ - ȳ. -1..1. Above 0: said yes too readily. 0 is best.")
    corp = CorpSerializer()
    murphy = MurphySerializer()
    ece = EceSerializer()
    score_test = ScoreTestSerializer()
    spiegelhalter = SpiegelhalterSerializer()
    sequential = SequentialSerializer()
    recalibration = RecalibrationSerializer()
    bins = BinSerializer(
        many=True, help_text="Ten bins, those without a forecast included, each with its counts."
    )
    values = ValueSerializer(
        many=True,
        allow_null=True,
        help_text="The exact table. Null with more than 25 distinct probabilities.",
    )
    forecasts = ScoredForecastSerializer(
        many=True, help_text="Every forecast that is counted above, for those who draw their own."
    )
    undefined = reasons("Why a statistic is null though there are scored forecasts.")
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="What to keep in mind when reading the numbers."
    )
