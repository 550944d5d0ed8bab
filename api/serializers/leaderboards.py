"""The shape of the leaderboard."""

from typing import Any

from rest_framework import serializers

from api.serializers.experts import ExpertBriefSerializer
from api.serializers.fields import FEW_CLUSTERS, count, interval, number, share, tier_of
from forecasts.selectors.rankings import LEAST_CALIBRATED, LEAST_SHARED


class PlaceBrierSerializer(serializers.Serializer[Any]):
    """The Brier score with its interval."""

    value = share("Mean of (p - y)². 0..1, lower is better. Not what the ranking goes by.")
    ci95 = interval("95 % interval.", f"{FEW_CLUSTERS}, and where every cluster scored the same")


class PlaceSkillSerializer(serializers.Serializer[Any]):
    """The raw score against others on the same questions."""

    relative = number(
        "Mean of the expert's (p - y)² minus the mean of the others', on shared questions at "
        "shared times. -1..1, negative is better.",
        "where no question is shared",
    )
    relative_se = number(
        "Its standard error, clustered. 0 and up, lower is surer.",
        f"{FEW_CLUSTERS} of shared questions",
    )
    n_relative = count("Shared questions.")
    n_relative_clusters = count("Clusters of questions among them.")


class PlaceShrunkSerializer(serializers.Serializer[Any]):
    """The score that orders by accuracy."""

    relative = number(
        "skill.relative drawn toward the mean of the population, the more so the less is known. "
        "Negative is better.",
        "where no question is shared, and where fewer than 2 experts have 2 clusters of shared "
        "questions",
    )
    relative_reliability = share(
        "The share of skill.relative that is the expert's own and not luck. 0..1.",
        "as relative is",
    )


class PlaceCorpSerializer(serializers.Serializer[Any]):
    """Miscalibration beside what chance alone would make of it."""

    mcb = number("Miscalibration. 0..1, lower is better; never read it without mcb_floor.")
    mcb_floor = share("The mean mcb of a perfectly calibrated expert with these forecasts. 0..1.")


class PlaceTestSerializer(serializers.Serializer[Any]):
    """The test of calibration."""

    p_value = share("Small values speak against calibration. 0..1.")


class PlaceSerializer(serializers.Serializer[Any]):
    """One expert on the leaderboard."""

    rank = serializers.IntegerField(
        allow_null=True,
        min_value=1,
        help_text="accuracy: 1 + the number of experts whose skill.relative is significantly lower "
        "(difference over √(se² + se²), one-sided 5 %), so that who cannot be told apart shares a "
        f"place; null below {LEAST_SHARED} clusters of shared questions. calibration: 1 + the "
        "number of experts whose mcb - mcb_floor is lower; null below "
        f"{LEAST_CALIBRATED} clusters.",
    )
    reason = serializers.CharField(
        allow_null=True, help_text="Why there is no rank. Null where there is one."
    )
    expert = ExpertBriefSerializer()
    n = count("Scored forecasts.")
    n_clusters = count("Clusters of questions among them.")
    tier = tier_of("in n_clusters")
    brier = PlaceBrierSerializer()
    skill = PlaceSkillSerializer()
    shrunk = PlaceShrunkSerializer()
    corp = PlaceCorpSerializer()
    score_test = PlaceTestSerializer()
    computed_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When the numbers were computed; null where nothing was ever said.",
    )
    stale = serializers.BooleanField(
        help_text="Whether something has changed since, for this or another expert."
    )
