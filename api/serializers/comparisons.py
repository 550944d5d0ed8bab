"""The shape of a comparison of two experts."""

from typing import Any

from rest_framework import serializers

from api.citations import citation_field, permanent_field
from api.serializers.experts import ExpertBriefSerializer
from api.serializers.fields import FEW_CLUSTERS, count, interval, number, reasons, share, tier_of
from api.serializers.options import OptionsSerializer

NO_SPREAD = f"{FEW_CLUSTERS}, and where the difference is the same in every cluster"


class ComparisonSerializer(serializers.Serializer[Any]):
    """The paired difference of two experts' Brier scores, on what both are scored on."""

    experts = ExpertBriefSerializer(
        many=True, help_text="The first and the second, in the order asked for."
    )
    as_of = serializers.DateTimeField(help_text="Rows recorded by then count.")
    statistics_version = serializers.IntegerField(help_text="Raised when a formula changes.")
    permanent = permanent_field()
    citation = citation_field()
    options = OptionsSerializer()
    n = count("Questions that both are scored on.")
    n_clusters = count("Clusters of questions among them.")
    tier = tier_of("in n_clusters")
    difference = number(
        "Mean over these questions of the first's (p - y)² minus the second's. -1..1; below 0 the "
        "first is better, above 0 the second.",
        "where there is no such question",
    )
    se = number(
        "Standard error, a cluster as one observation: √(G/(G - 1) · Σ over clusters of (sum of "
        "the deviations in it)²) / n. 0 and up, lower is surer.",
        FEW_CLUSTERS,
    )
    ci95 = interval("95 % interval: difference ± t(.975, G - 1) · se.", NO_SPREAD)
    p_value = share(
        "Chance of a difference as large in either direction if both were equally good: "
        "Student's t of G - 1 degrees. 0..1, small is evidence of a difference, large no proof "
        "that there is none.",
        NO_SPREAD,
    )
    undefined = reasons("Why a number is null, by its name.")
