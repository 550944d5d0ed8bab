"""The shape of the figures about coding."""

from typing import Any

from rest_framework import serializers

from api.serializers.fields import count, interval, number, reasons
from api.serializers.reviewing import POPULATIONS

TWICE = "below 2 forecasts read twice, and where every number is the same"


class CodingAgreementSerializer(serializers.Serializer[Any]):
    """Krippendorff's alpha of numbers that were read blindly from the same words."""

    alpha = number(
        "1 minus observed over expected disagreement, of squared differences. Up to 1, higher is "
        "better, 0 is as good as chance.",
        TWICE,
    )
    ci95 = interval("95 % bootstrap interval over questions.", f"{TWICE}; also below 5 questions")
    n_units = count("Forecasts with two readings or more.")


class CodingAgreementsSerializer(serializers.Serializer[Any]):
    """Of the three numbers of a reading."""

    low = CodingAgreementSerializer()
    mid = CodingAgreementSerializer()
    high = CodingAgreementSerializer()


class PhraseAgreementSerializer(serializers.Serializer[Any]):
    """The same words, whoever said them, read by two coders or more."""

    phrase = serializers.CharField(help_text="In small letters, contractions spelled out.")
    n = count("Forecasts with these words.")
    mean_difference = serializers.FloatField(
        min_value=0,
        max_value=1,
        help_text="Mean distance of the middles of two coders. 0..1, lower is better. Never null.",
    )
    n_overlapping = count("Those of which all ranges have a point in common.")
    agreement = CodingAgreementSerializer(
        help_text="Of the middles. Readings of the same words hardly differ between forecasts, so "
        "chance agrees, too: look at mean_difference first."
    )


class CoderPairSerializer(serializers.Serializer[Any]):
    """Two coders who read the same words."""

    coders = serializers.ListField(
        child=serializers.CharField(),
        min_length=2,
        max_length=2,
        help_text="Labels that stay the same and name nobody.",
    )
    n = count("Forecasts that both read.")
    mean_difference = serializers.FloatField(
        min_value=0,
        max_value=1,
        help_text="Mean distance of their middles. 0..1, lower is better. Never null.",
    )
    n_overlapping = count("Those of which the two ranges have a point in common.")
    agreement = CodingAgreementSerializer(help_text="Of the middles.")


class CodingStatisticsSerializer(serializers.Serializer[Any]):
    """How coding goes."""

    population = serializers.ChoiceField(choices=POPULATIONS)
    as_of = serializers.DateTimeField(help_text="When this was counted.")
    n_codings = count("Blind readings of forecasts that two coders or more have read.")
    n_adopted = count("Forecasts in words that have a range to be scored with.")
    n_apart = count("Forecasts whose readings lie apart, so that they wait for a lead.")
    agreement = CodingAgreementsSerializer()
    pairs = CoderPairSerializer(many=True, help_text="Those who met most often first.")
    phrases = PhraseAgreementSerializer(
        many=True, help_text="Those read most often first; the first hundred."
    )
    undefined = reasons("Why a number is null, by its name.")
