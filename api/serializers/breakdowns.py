"""The shape of a track record in parts."""

from typing import Any

from rest_framework import serializers

from api.serializers.accuracies import BrierSerializer, LogScoreSerializer, SkillSerializer
from api.serializers.calibrations import ScoreTestSerializer
from api.serializers.fields import count, number, reasons, share, tier_of
from forecasts.scoring.breakdowns import CODINGS
from forecasts.scoring.horizons import HORIZONS


class PartSerializer(serializers.Serializer[Any]):
    """What is scored in one part: accuracy and bias, no curve."""

    n = count("Scored forecasts in this part; parts without one are left out.")
    n_clusters = count("Clusters of questions among them.")
    tier = tier_of("in this part")
    base_rate = share("ȳ: the share of yes. 0..1.")
    mean_probability = share("p̄: the mean probability. 0..1.")
    bias = number("p̄ - ȳ. -1..1. Above 0: said yes too readily. 0 is best.")
    brier = BrierSerializer()
    log_score = LogScoreSerializer()
    skill = SkillSerializer()
    score_test = ScoreTestSerializer()
    undefined = reasons("Why a statistic of this part is null, by its dotted name.")


class TopicPartSerializer(PartSerializer):
    """Forecasts on questions about one topic; a question can be about several."""

    topic = serializers.CharField(help_text="Slug of the topic.")


class HorizonPartSerializer(PartSerializer):
    """Forecasts that looked about equally far ahead."""

    horizon = serializers.ChoiceField(
        choices=HORIZONS,
        help_text="From the statement to the deadline, as scheduled: an early end does not count. "
        "A bound belongs to the longer one; a month is a twelfth of 365.25 days.",
    )


class YearPartSerializer(PartSerializer):
    """Forecasts on questions with a deadline in one year."""

    year = serializers.IntegerField(
        help_text="In UTC; midnight of 31 December belongs to the year that ends."
    )


class CodingPartSerializer(PartSerializer):
    """Forecasts by whose number it is; calibration of inferred ones tests our reading too."""

    coding = serializers.ChoiceField(
        choices=CODINGS,
        help_text="stated by the expert, or inferred from words by two blind coders or more.",
    )


class BreakdownsSerializer(serializers.Serializer[Any]):
    """The same forecasts in parts, four times over."""

    topic = TopicPartSerializer(many=True)
    horizon = HorizonPartSerializer(many=True)
    year = YearPartSerializer(many=True)
    coding = CodingPartSerializer(many=True)
