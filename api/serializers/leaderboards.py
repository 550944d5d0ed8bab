"""The shape of the leaderboard."""

from typing import Any

from rest_framework import serializers

from api.serializers.experts import ExpertBriefSerializer
from api.serializers.scores import TIERS, count, interval, number


class PlaceBrierSerializer(serializers.Serializer[Any]):
    """The Brier score with its interval."""

    value = number("Mean of (p - y)². 0..1, lower is better.")
    ci95 = interval("95 % interval.")


class PlaceCorpSerializer(serializers.Serializer[Any]):
    """Miscalibration beside what chance alone would make of it."""

    mcb = number("Miscalibration. 0..1, lower is better.")
    mcb_floor = number("The mean mcb of a perfectly calibrated expert.")


class PlaceTestSerializer(serializers.Serializer[Any]):
    """The test of calibration."""

    p_value = number("Small values speak against calibration. 0..1.")


class PlaceSerializer(serializers.Serializer[Any]):
    """One expert on the leaderboard."""

    rank = serializers.IntegerField(
        allow_null=True,
        help_text="1 + the number of experts whose Brier score is significantly lower (one-sided "
        "5 %): who cannot be told apart shares a place. Null below 10 clusters of questions.",
    )
    reason = serializers.CharField(allow_null=True, help_text="Why there is no rank.")
    expert = ExpertBriefSerializer()
    n = count("Scored forecasts.")
    n_clusters = count("Clusters of questions among them.")
    tier = serializers.ChoiceField(choices=TIERS)
    brier = PlaceBrierSerializer()
    corp = PlaceCorpSerializer()
    score_test = PlaceTestSerializer()
    computed_at = serializers.DateTimeField(allow_null=True)
    stale = serializers.BooleanField(help_text="Whether something has changed since.")
