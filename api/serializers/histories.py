"""The shape of an expert's scores over time."""

from typing import Any

from rest_framework import serializers

from api.citations import citation_field, permanent_field
from api.serializers.accuracies import BrierSerializer, ShrunkSerializer, SkillSerializer
from api.serializers.calibrations import ScoreTestSerializer
from api.serializers.experts import ExpertBriefSerializer
from api.serializers.fields import count, number, reasons, share, tier_of
from api.serializers.options import OptionsSerializer
from api.series import STEPS


class PointSerializer(serializers.Serializer[Any]):
    """The scores as of one moment: what scores/?as_of= gives of these."""

    as_of = serializers.DateTimeField(help_text="Rows recorded by then count.")
    n = count("Scored forecasts.")
    n_clusters = count("Clusters of questions among them.")
    tier = tier_of("in n_clusters")
    base_rate = share("ȳ: the share of yes. 0..1.")
    mean_probability = share("p̄: the mean probability. 0..1.")
    bias = number("p̄ - ȳ. -1..1. Above 0: said yes too readily. 0 is best.")
    brier = BrierSerializer()
    skill = SkillSerializer()
    shrunk = ShrunkSerializer()
    score_test = ScoreTestSerializer()
    undefined = reasons("Why a statistic is null though there are scored forecasts.")


class HistorySerializer(serializers.Serializer[Any]):
    """A series of an expert's scores, each as of its moment."""

    expert = ExpertBriefSerializer()
    synthetic = serializers.BooleanField(help_text="Whether the expert is invented.")
    begins = serializers.DateTimeField(help_text="`from`, as asked for or by default.")
    ends = serializers.DateTimeField(help_text="`to`: the moment of the last point.")
    step = serializers.ChoiceField(choices=STEPS)
    statistics_version = serializers.IntegerField(help_text="Raised when a formula changes.")
    permanent = permanent_field()
    citation = citation_field()
    options = OptionsSerializer()
    results = PointSerializer(many=True, help_text="The points, in the order of time.")
