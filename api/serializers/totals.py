"""The shape of the figures of the whole."""

from typing import Any

from rest_framework import serializers

from api.citations import citation_field, permanent_field
from api.serializers.fields import count, number, reasons, share


class StatesSerializer(serializers.Serializer[Any]):
    """Questions by where they stood."""

    open = count("Before the deadline, without a ruling.")
    awaiting_condition = count("Past the deadline, waiting for another question.")
    due = count("Past the deadline, without a ruling.")
    yes = count("Ruled yes.")
    no = count("Ruled no.")
    ambiguous = count("Ruled that it cannot be told.")
    annulled = count("Ruled that it should not be scored.")


class TotalsSerializer(serializers.Serializer[Any]):
    """How much there is of the real, or of the invented."""

    n_experts = count("Experts with a statement on record.")
    n_questions = count("Questions that somebody has answered.")
    questions = StatesSerializer(help_text="Those questions by where they stood.")
    n_forecasts = count("Statements: forecasts, updates, withdrawals; corrected rows not.")
    n_scored = count("Forecasts that count in scores.")
    n_sources = count("Sources of these statements.")
    n_unscorable = count("Statements about the future that cannot be scored.")
    n_resolved = count("Questions whose first ruling tells how long it took.")
    n_resolved_last_30_days = count("Questions with a first ruling in the thirty days before.")
    median_days_to_resolve = number(
        "Median days to the first ruling, from when an answer was possible.",
        "without a ruling",
        min_value=0,
    )
    n_due = count("Questions that were due.")
    n_overdue = count("Those that had been for 14 days or more.")
    share_overdue = share("n_overdue / n_due.", "where nothing was due")
    since = serializers.DateTimeField(
        allow_null=True, help_text="When the first statement was recorded. Null without one."
    )
    undefined = reasons("Why a number is null, by its name.")


class TotalsHeadSerializer(serializers.Serializer[Any]):
    """The last ledger entry of what was recorded by then."""

    number = count("Of the entry; 0 where the ledger was empty.")
    hash = serializers.CharField(help_text="SHA-256 of all up to it.")
    recorded_at = serializers.DateTimeField(allow_null=True, help_text="Null with number 0.")


class StatisticsSerializer(serializers.Serializer[Any]):
    """Figures of the whole."""

    as_of = serializers.DateTimeField(help_text="Rows recorded by then count.")
    statistics_version = serializers.IntegerField(help_text="Raised when a formula changes.")
    permanent = permanent_field()
    citation = citation_field()
    real = TotalsSerializer()
    synthetic = TotalsSerializer()
    ledger = TotalsHeadSerializer()
