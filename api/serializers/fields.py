"""Fields that statistics are made of: each says when it is null."""

from typing import Any

from rest_framework import serializers

TIERS = ("none", "raw", "interval", "provisional", "full", "ranked")
NO_FORECASTS = "without a scored forecast (n = 0)"
FEW_CLUSTERS = "below 2 clusters"
ONE_CLASS = "with n = 0, and where every outcome is the same"


def number(text: str, null: str = NO_FORECASTS, **bounds: Any) -> serializers.FloatField:
    """A statistic: null where it is undefined, and `undefined` then says why.

    bounds: min_value and max_value, where rounding cannot pass them.
    """
    return serializers.FloatField(allow_null=True, help_text=f"{text} Null {null}.", **bounds)


def share(text: str, null: str = NO_FORECASTS) -> serializers.FloatField:
    """A statistic from 0 to 1."""
    return number(text, null, min_value=0, max_value=1)


def count(text: str) -> serializers.IntegerField:
    """A number of forecasts or questions."""
    return serializers.IntegerField(min_value=0, help_text=f"{text} Never null.")


def interval(text: str, null: str) -> serializers.ListField:
    """A pair of bounds."""
    return serializers.ListField(
        child=serializers.FloatField(),
        min_length=2,
        max_length=2,
        allow_null=True,
        help_text=f"[low, high]: {text} Null {null}.",
    )


def tier_of(what: str) -> serializers.ChoiceField:
    """How much a number of clusters supports."""
    return serializers.ChoiceField(
        choices=TIERS,
        help_text=f"How much the number of clusters {what} supports: none 0, raw 1 to 4, interval "
        "5 to 9, provisional 10 to 29, full 30 to 99, ranked from 100. Read it first.",
    )


def reasons(text: str) -> serializers.DictField:
    """Why statistics are null, by their names."""
    return serializers.DictField(child=serializers.CharField(), help_text=text)
