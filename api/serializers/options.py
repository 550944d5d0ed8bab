"""The shape of the options that scores were asked for with."""

from typing import Any

from rest_framework import serializers

from api.options import CODINGS, EARLY
from forecasts.scoring.horizons import HORIZONS

COUNTS = [("include", "It counts."), ("exclude", "As if it had never been said.")]


class OptionsSerializer(serializers.Serializer[Any]):
    """The options in use, defaults included."""

    known_until = serializers.DateTimeField(
        allow_null=True,
        help_text="Only what the world knew by then counts. Null: everything recorded.",
    )
    topic = serializers.CharField(
        allow_null=True, help_text="Only questions on this topic count. Null: all."
    )
    horizon = serializers.ChoiceField(
        choices=HORIZONS,
        allow_null=True,
        help_text="Only forecasts that looked so far ahead count. Null: all.",
    )
    coding = serializers.ChoiceField(
        choices=CODINGS, help_text="Whose numbers count: the expert's, the coders', or all."
    )
    late = serializers.ChoiceField(
        choices=COUNTS,
        help_text="Whether what was recorded after the answer was known counts, if its source "
        "proves the date.",
    )
    early = serializers.ChoiceField(
        choices=[(EARLY[0], "They count from the deadline on."), (EARLY[1], "They count.")],
        help_text="Whether rulings before the deadline count at once, which is biased.",
    )
    disputed = serializers.ChoiceField(
        choices=COUNTS,
        help_text="Whether what is under dispute counts.",
    )
