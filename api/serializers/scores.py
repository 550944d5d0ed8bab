"""The shape of an expert's scores, every statistic explained."""

from typing import Any

from rest_framework import serializers

from api.citations import citation_field, permanent_field
from api.serializers.accuracies import (
    BrierSerializer,
    LogScoreSerializer,
    PopulationSerializer,
    ShrunkSerializer,
    SkillSerializer,
    TimeSerializer,
)
from api.serializers.breakdowns import BreakdownsSerializer
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
from api.serializers.experts import ExpertBriefSerializer
from api.serializers.fields import ONE_CLASS, count, number, reasons, share, tier_of
from api.serializers.options import OptionsSerializer


class ScoredSerializer(serializers.Serializer[Any]):
    """What every answer about an expert's scores begins with."""

    expert = ExpertBriefSerializer()
    synthetic = serializers.BooleanField(help_text="Whether the expert is invented.")
    as_of = serializers.DateTimeField(
        allow_null=True,
        help_text="The instant that the numbers describe: rows recorded by then count. Null where "
        "nothing was ever said.",
    )
    computed_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When they were computed, as a rule earlier than the request: they hold until "
        "something changes. With as_of or another option they are computed for it. Null where "
        "nothing was ever said.",
    )
    stale = serializers.BooleanField(
        help_text="Whether something has changed since, for this expert or for one that `shrunk` "
        "compares with."
    )
    statistics_version = serializers.IntegerField(help_text="Raised when a formula changes.")
    permanent = permanent_field()
    citation = citation_field()
    options = OptionsSerializer()


class ScoresSerializer(ScoredSerializer):
    """An expert's statistics.

    p is the probability of yes, 0..1; y is 1 for yes, 0 for no; n counts forecasts, G clusters;
    clipped is within [.001, .999]. Numbers have 12 significant digits.
    """

    n = count("Scored forecasts: one per question, ruled yes or no, deadline past.")
    n_clusters = count("Clusters of questions among them: families and conditions count once.")
    n_early = count(
        "Ruled before the deadline: counted from the deadline on, or at once with early=include."
    )
    n_ambiguous = count("Left out: the answer cannot be told.")
    n_annulled = count("Left out: the question was annulled.")
    n_withdrawn = count("Left out: withdrawn by the expert.")
    n_inferred = count(
        "Scored forecasts whose number was inferred from words by two coders or more."
    )
    n_coded_after_known = count("Scored forecasts recorded after the answer, with a proven date.")
    n_date_unproven = count("Left out: recorded after the answer, without a proven date.")
    tier = tier_of("in n_clusters")
    base_rate = share("ȳ: the share of yes. 0..1.")
    mean_probability = share("p̄: the mean probability. 0..1.")
    bias = number("p̄ - ȳ. -1..1. Above 0: said yes too readily. 0 is best.")
    brier = BrierSerializer()
    log_score = LogScoreSerializer()
    skill = SkillSerializer()
    shrunk = ShrunkSerializer()
    time = TimeSerializer()
    auc = share(
        "Chance that a yes got a higher probability than a no, ties half. 0..1, higher is better, "
        "0.5 is luck.",
        ONE_CLASS,
    )
    score_test = ScoreTestSerializer()
    spiegelhalter = SpiegelhalterSerializer()
    sequential = SequentialSerializer()
    ece = EceSerializer()
    murphy = MurphySerializer()
    corp = CorpSerializer()
    recalibration = RecalibrationSerializer()
    bins = BinSerializer(many=True, help_text="What was said beside what came, in ten bins.")
    values = ValueSerializer(
        many=True,
        allow_null=True,
        help_text="The exact table. Null with more than 25 distinct probabilities.",
    )
    extreme_share = share(
        "Share of p outside [.05, .95]. 0..1. Above .6, intervals promise too much below about "
        "100 clusters."
    )
    breakdowns = BreakdownsSerializer()
    undefined = reasons(
        "Why a statistic is null though there are scored forecasts, by its dotted name. Empty "
        "with n = 0, where every statistic is null."
    )
    population = PopulationSerializer()
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="What to keep in mind when reading the numbers."
    )
