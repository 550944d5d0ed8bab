"""The shape of the figures about reviewing."""

from typing import Any

from rest_framework import serializers

from api.serializers.fields import count, interval, number, reasons, share

POPULATIONS = ("real", "synthetic")
TWICE = "below 2 questions answered twice, and where every answer is the same"


class AgreementSerializer(serializers.Serializer[Any]):
    """Krippendorff's alpha of answers that were given blindly to one question in one round."""

    alpha = number(
        "1 minus observed over expected disagreement, nominal. Up to 1, higher is better, 0 is as "
        "good as chance.",
        TWICE,
    )
    ci95 = interval("95 % bootstrap interval over questions.", f"{TWICE}; also below 5 questions")
    n_units = count("Rounds of questions with two verdicts or more.")


class PairSerializer(serializers.Serializer[Any]):
    """Two reviewers who answered the same questions."""

    reviewers = serializers.ListField(
        child=serializers.CharField(),
        min_length=2,
        max_length=2,
        help_text="Labels that stay the same and name nobody.",
    )
    n = count("Rounds of questions that both answered.")
    n_agreed = count("Those in which they said the same.")
    share = serializers.FloatField(min_value=0, max_value=1, help_text="n_agreed / n. Never null.")


class PaceSerializer(serializers.Serializer[Any]):
    """How long questions wait for a ruling."""

    n_resolved = count("Questions whose first ruling tells how long it took.")
    median_days = number(
        "Median days to the first ruling from when an answer was possible: the deadline, the "
        "ruling on the question it hangs on, or the day it was recorded, whichever came last. "
        "Early rulings count from when the world knew.",
        "without a ruling",
        min_value=0,
    )
    n_late = count("Those ruled on more than 14 days after that.")
    share_late = share("n_late / n_resolved.", "without a ruling")
    n_due = count("Questions that are due now.")
    n_overdue = count("Those that have been due for 14 days or more.")
    share_overdue = share("n_overdue / n_due.", "where nothing is due")


class ReviewingSerializer(serializers.Serializer[Any]):
    """How reviewing goes."""

    population = serializers.ChoiceField(choices=POPULATIONS)
    as_of = serializers.DateTimeField(help_text="When this was counted.")
    n_verdicts = count("Verdicts given.")
    n_hand_ons = count('How often a reviewer said "unsure" and handed a question on.')
    n_settled = count("First rulings made by a lead, because reviewers could not agree or tell.")
    n_waiting_for_lead = count("Questions that wait for such a ruling now.")
    agreement = AgreementSerializer()
    pairs = PairSerializer(many=True, help_text="Those who met most often first.")
    pace = PaceSerializer()
    undefined = reasons("Why a number is null, by its name.")
